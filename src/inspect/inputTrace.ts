// What happens inside any model while it reads one input: gates and states at every step of its recurrent part.
import { alias } from '../autograd/tape.js';
import { deriveCell } from '../cell/plan/derive.js';
import { UnrolledError } from '../errors.js';
import { optionsOf } from '../expect.js';
import type { Model } from '../models/model.js';
import type { TaskTypes } from '../models/task.js';
import type { HostArray } from '../tensor/device.js';
import { atOnce, inside, inTurn, readAndDispose, type Reading, requireAnswers } from '../tensor/readAll.js';
import { keep } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { expectModel } from './expectModel.js';
import {
  checkLayer,
  GATE_TRACE_OPTIONS,
  type GateTrace,
  type GateTraceOptions,
  type TracedLayer,
} from './gateTrace.js';
import { below, valueKinds } from './values.js';

/** What a recurrent part gave, step by step. */
type Trace = readonly Readonly<Record<string, Tensor>>[];

/**
 * Lets a model answer one input, and keeps every value of its (first) recurrent part that can be traced.
 * Errors: EMPTY for an input without steps, OPTION for an unknown layer, and those of `predict`.
 */
export function inputTrace<T extends TaskTypes>(
  model: Model<T>,
  input: T['input'],
  given: GateTraceOptions = {},
): GateTrace {
  requireAnswers('inputTrace', 'await inputTraceAsync(…)');
  return atOnce(readInput(model, input, given));
}

/** The same on every backend. */
export function inputTraceAsync<T extends TaskTypes>(
  model: Model<T>,
  input: T['input'],
  given: GateTraceOptions = {},
): Promise<GateTrace> {
  return inTurn(readInput(model, input, given));
}

/** What both read. */
export function* readInput<T extends TaskTypes>(
  model: Model<T>,
  input: T['input'],
  given: GateTraceOptions,
): Reading<GateTrace> {
  const options = optionsOf(given, GATE_TRACE_OPTIONS, 'inputTrace');
  expectModel(model);
  const tokens = model.steps(input);
  const [rnn] = Object.values(model.recurrents());
  const layers = checkLayer(rnn.numLayers, options.layer);
  const directions = rnn.bidirectional ? 2 : 1;
  const names = [...deriveCell(rnn.cell).traceable.keys()];
  const kinds = valueKinds(rnn.cell);
  const calls: TracedLayer[][] = [];
  /** What was seen, kept until it is read. */
  const seen: Trace[] = [];
  const see = (trace: Trace): void => {
    seen.push(trace.map((values) => Object.fromEntries(names.map((name) => [name, keep(alias(values[name]))]))));
  };
  if (tokens.length > 0) yield* inside((run) => rnn.watch(names, see, run), model.readOnce(input));
  for (const trace of seen) {
    const call: TracedLayer[] = [];
    for (const [index, values] of trace.entries()) {
      const layer = Math.floor(index / directions);
      const own: TracedLayer['values'] = {};
      for (const name of names) {
        const [T, N, W] = values[name].shape;
        const data = firstRow(yield* readAndDispose(values[name]), T, N, W);
        own[name] = { steps: T, width: W, data, kind: kinds.get(name) ?? 'free' };
      }
      const direction = index % directions === 1 ? 'backward' : 'forward';
      if (layers.includes(layer)) call.push({ layer, direction, values: own });
    }
    calls.push(call);
  }
  if (calls.length === 0) {
    throw new UnrolledError('EMPTY', 'expected an input to read, received one without steps', 'give a longer one');
  }
  return {
    text: tokens.join(' '),
    tokens: tokens.slice(0, steps(calls)),
    unknown: 0,
    layers: calls[0].map((layer, l) => ({
      ...layer,
      values: Object.fromEntries(
        names.map((name) => {
          const parts = calls.map((call) => call[l].values[name]);
          return [name, { ...layer.values[name], ...below(parts) }];
        }),
      ),
    })),
  };
}

/** Steps of all calls, one after the other. */
function steps(calls: readonly TracedLayer[][]): number {
  return calls.reduce((sum, [first]) => sum + (Object.values(first?.values ?? {})[0]?.steps ?? 0), 0);
}

/** [T, N, W] to the first sequence's [T, W]. */
function firstRow(all: HostArray, T: number, N: number, W: number): Float32Array {
  const data = new Float32Array(T * W);
  for (let at = 0; at < T; at++) data.set(all.subarray(at * N * W, at * N * W + W), at * W);
  return data;
}
