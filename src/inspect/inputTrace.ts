// What happens inside any model while it reads one input: gates and states at every step of its recurrent part.
import { deriveCell } from '../cell/plan/derive.js';
import { UnrolledError } from '../errors.js';
import { optionsOf } from '../expect.js';
import type { Model } from '../models/model.js';
import type { TaskTypes } from '../models/task.js';
import type { Tensor } from '../tensor/tensor.js';
import { expectModel } from './expectModel.js';
import {
  checkLayer,
  GATE_TRACE_OPTIONS,
  type GateTrace,
  type GateTraceOptions,
  type TracedLayer,
} from './gateTrace.js';
import { below, valueKinds, type ValueMatrix } from './values.js';

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
  const options = optionsOf(given, GATE_TRACE_OPTIONS, 'inputTrace');
  expectModel(model);
  const tokens = model.steps(input);
  const [rnn] = Object.values(model.recurrents());
  const layers = checkLayer(rnn.numLayers, options.layer);
  const directions = rnn.bidirectional ? 2 : 1;
  const names = [...deriveCell(rnn.cell).traceable.keys()];
  const kinds = valueKinds(rnn.cell);
  const calls: TracedLayer[][] = [];
  const see = (trace: Trace): void => {
    const seen = trace.map((values, index): TracedLayer => {
      const own = names.map((name) => [name, { ...firstRow(values[name]), kind: kinds.get(name) ?? 'free' }] as const);
      return {
        layer: Math.floor(index / directions),
        direction: index % directions === 1 ? 'backward' : 'forward',
        values: Object.fromEntries(own),
      };
    });
    calls.push(seen.filter(({ layer }) => layers.includes(layer)));
  };
  if (tokens.length > 0) {
    rnn.watch(names, see, () => {
      model.readOnce(input);
    });
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
function firstRow(t: Tensor): ValueMatrix & { data: Float32Array } {
  const [T, N, W] = t.shape;
  const all = t.data();
  const data = new Float32Array(T * W);
  for (let at = 0; at < T; at++) data.set(all.subarray(at * N * W, at * N * W + W), at * W);
  return { steps: T, width: W, data };
}
