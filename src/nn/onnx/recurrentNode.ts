// A node RNN, GRU or LSTM of a file as a layer of ours. Letters: D input, H hidden, G gates, K directions.
import {
  cellOfNode,
  ACTIVATION_NAMES,
  activationOf,
  DEFAULT_ACTIVATIONS,
  gatesOf,
  type NodeKind,
} from '../../formats/onnx/nodeCells.js';
import type { OnnxNode, OnnxTensor } from '../../formats/onnx/model.js';
import {
  fromNode,
  type LabelledNumbers,
  type NodeWeights,
  PEEPHOLES,
  type StandardOp,
} from '../../formats/onnx/standardNodes.js';
import { brief } from '../../brief.js';
import { UnrolledError } from '../../errors.js';
import { constantInit } from '../initializers.js';
import { Recurrent } from '../recurrent.js';
import type { RecurrentOptions } from '../recurrentOptions.js';
import type { Refuse, Start } from './values.js';

/** A layer that can be made. */
export interface RecurrentSpec {
  kinds: readonly NodeKind[];
  options: RecurrentOptions;
  directions: 1 | 2;
  layout: 0 | 1;
  weights: readonly NodeWeights[];
  /** What states start from that are not given: for each direction, rows [H] by state. */
  initial: readonly Readonly<Record<string, Float32Array>>[];
}

/** The constants and states that a node takes. */
export interface NodeInputs {
  /** W, R, B or P; undefined where it is left out. */
  constant(index: number, what: string): OnnxTensor | undefined;
  start(index: number): Start | undefined;
}

function textOf(node: OnnxNode, name: string, otherwise: string): string {
  const attribute = node.attributes[name];
  return attribute?.kind === 'string' ? attribute.value : otherwise;
}

function numberOf(node: OnnxNode, name: string, otherwise: number): number {
  const attribute = node.attributes[name];
  return attribute?.kind === 'int' || attribute?.kind === 'float' ? attribute.value : otherwise;
}

/** What a node is. Errors: FORMAT, by `refuse`. */
export function recurrentSpec(node: OnnxNode, op: StandardOp, inputs: NodeInputs, refuse: Refuse): RecurrentSpec {
  const direction = textOf(node, 'direction', 'forward');
  if (!['forward', 'reverse', 'bidirectional'].includes(direction)) {
    return refuse('direction forward, reverse or bidirectional', direction);
  }
  const clip = numberOf(node, 'clip', 0);
  if (!(clip >= 0 && clip < Infinity)) return refuse('a clip above 0', String(clip));
  const layout = numberOf(node, 'layout', 0);
  if (layout !== 0 && layout !== 1) return refuse('layout 0 or 1', String(layout));
  const K = direction === 'bidirectional' ? 2 : 1;
  const linearBeforeReset = numberOf(node, 'linear_before_reset', 0) !== 0;
  const W = inputs.constant(1, 'W');
  const R = inputs.constant(2, 'R');
  const B = inputs.constant(3, 'B');
  const P = op === 'LSTM' ? inputs.constant(7, 'P') : undefined;
  if (W === undefined || R === undefined) return refuse('weights W and R', 'none');
  const gates = gatesOf({ op, linearBeforeReset });
  const [H, D] = [R.shape.at(-1) ?? 0, W.shape.at(-1) ?? 0];
  const rows = gates.length * H;
  const expectShape = (what: string, tensor: OnnxTensor | undefined, shape: readonly number[]): void => {
    if (tensor === undefined) return;
    if (tensor.shape.join() !== shape.join() || shape.includes(0)) {
      refuse(`${what} of shape [${shape.join(', ')}]`, `[${tensor.shape.join(', ')}]`);
    }
  };
  expectShape('R', R, [K, rows, H]);
  expectShape('W', W, [K, rows, D]);
  expectShape('B', B, [K, 2 * rows]);
  expectShape('P', P, [K, 3 * H]);
  const hidden = numberOf(node, 'hidden_size', H);
  if (hidden !== H) return refuse(`a hidden_size of ${H}, as the weights have`, String(hidden));
  const activations = activationsOf(node, op, K, refuse);
  const kinds = activations.map((own): NodeKind => {
    const inputForget = op === 'LSTM' && numberOf(node, 'input_forget', 0) !== 0;
    return { op, activations: own, linearBeforeReset, peepholes: P !== undefined, inputForget, clip };
  });
  for (const kind of kinds) expectCell(kind, refuse);
  const part = (tensor: OnnxTensor | undefined, k: number): Float32Array | null => {
    if (tensor === undefined) return null;
    const size = tensor.data.length / K;
    return floats(tensor, refuse).subarray(k * size, (k + 1) * size);
  };
  const weights = kinds.map((_, k): NodeWeights => {
    return { W: part(W, k) ?? new Float32Array(), R: part(R, k) ?? new Float32Array(), B: part(B, k), P: part(P, k) };
  });
  const names = op === 'LSTM' ? ['h', 'c'] : ['h'];
  const given = names.map((s, i): [string, Float32Array | null] => [
    s,
    rowsOf(inputs.start(5 + i), K, H, layout, refuse),
  ]);
  const learned = given.some(([, values]) => values !== null);
  const initial = kinds.map((_, k) => {
    if (!learned) return {};
    const own = given.map(([s, values]) => [s, values?.subarray(k * H, (k + 1) * H) ?? new Float32Array(H)]);
    return Object.fromEntries(own) as Record<string, Float32Array>;
  });
  const options: RecurrentOptions = {
    ...{ inputSize: D, hiddenSize: H, bias: B !== undefined, init: constantInit(0) },
    ...(K === 2 ? { bidirectional: true } : {}),
    ...(direction === 'reverse' ? { reverse: true } : {}),
    ...(learned ? { learnInitialState: true } : {}),
  };
  return { kinds, options, directions: K, layout, weights, initial };
}

/** Errors: FORMAT where the numbers of activations make no cell, as a factor of 0, which nothing would reach. */
function expectCell(kind: NodeKind, refuse: Refuse): void {
  try {
    cellOfNode(kind);
  } catch (error) {
    if (!(error instanceof UnrolledError)) throw error;
    refuse('activations that make a cell', brief(error.message));
  }
}

function activationsOf(node: OnnxNode, op: StandardOp, K: number, refuse: Refuse): NodeKind['activations'][] {
  const usual = DEFAULT_ACTIVATIONS[op];
  const { activations, activation_alpha: alphas, activation_beta: betas } = node.attributes;
  const names = activations?.kind === 'strings' ? activations.value : Array.from({ length: K }, () => usual).flat();
  if (names.length !== K * usual.length) return refuse(`${K * usual.length} activations`, String(names.length));
  // Numbers stand one after the other, for those activations that take some.
  const numbers = (list: typeof alphas): number[] => (list?.kind === 'floats' ? [...list.value] : []);
  const [alpha, beta] = [numbers(alphas), numbers(betas)];
  const all = names.map((name) => {
    const takes = (which: readonly string[], from: number[]): number | undefined =>
      which.includes(name.toLowerCase()) ? from.shift() : undefined;
    const found = activationOf(
      name,
      takes(['affine', 'leakyrelu', 'scaledtanh', 'hardsigmoid', 'elu'], alpha),
      takes(['affine', 'scaledtanh', 'hardsigmoid'], beta),
    );
    return found ?? refuse(`activations of ${ACTIVATION_NAMES.join(', ')}`, name);
  });
  return Array.from({ length: K }, (_, k) => all.slice(k * usual.length, (k + 1) * usual.length));
}

/** Numbers of weights. Errors: FORMAT for another type, and for what is not finite. */
export function floats({ name, dtype, data }: OnnxTensor, refuse: Refuse): Float32Array {
  if (dtype !== 'float32' && dtype !== 'float64') {
    return refuse(`weights of float32 or float64`, `"${name}" of ${dtype}`, 'export the model in float32');
  }
  const values = Float32Array.from(data as Float32Array);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) return refuse(`finite numbers in "${name}"`, `${values[wrong]} at ${wrong}`);
  return values;
}

/** For each direction the row [H] that all sequences start from; null where that is zero, or given at each call. */
function rowsOf(start: Start | undefined, K: number, H: number, layout: 0 | 1, refuse: Refuse): Float32Array | null {
  if (start?.from !== 'rows' || start.tensor === undefined) return null;
  const values = floats(start.tensor, refuse);
  if (values.every((value) => value === 0)) return null;
  const count = values.length / (K * H);
  const whole = Number.isInteger(count) && count > 0 && start.tensor.shape.at(-1) === H;
  if (!whole || (layout === 1 && count > 1))
    return refuse(`initial states of shape [${K}, N, ${H}]`, `[${start.tensor.shape.join(', ')}]`);
  const found = new Float32Array(K * H);
  for (let k = 0; k < K; k++) {
    for (let n = 0; n < count; n++) {
      for (let j = 0; j < H; j++) {
        const value = values[(k * count + n) * H + j];
        if (n === 0) found[k * H + j] = value;
        else if (found[k * H + j] !== value) {
          return refuse('the same initial state for all sequences', 'one for each', 'export it with states as inputs');
        }
      }
    }
  }
  return found;
}

/** The layer, with its weights. */
export function makeRecurrent(spec: RecurrentSpec, more: Partial<RecurrentOptions>): Recurrent {
  const [cell, backward] = spec.kinds.map(cellOfNode);
  const other = backward === undefined || backward === cell ? {} : { backwardCell: backward };
  const rnn = new Recurrent(cell, { ...spec.options, ...more, ...other });
  for (const [k, layer] of rnn.structure.layers[0].entries()) {
    const state = [...layer.namedState()];
    const parameters = state.map(({ name, shape, label }): [string, LabelledNumbers & { data: Float32Array }] => {
      const data = new Float32Array(shape.reduce((product, n) => product * n, 1));
      const start = name.startsWith('initial_') ? spec.initial[k][name.slice('initial_'.length)] : undefined;
      if (start !== undefined) data.set(start);
      return [name, { shape, blocks: label.blocks, data }];
    });
    const byName = Object.fromEntries(parameters);
    const kind = spec.kinds[k];
    const peepholes = kind.peepholes ? PEEPHOLES : [];
    fromNode({ gates: gatesOf(kind), peepholes }, spec.weights[k], byName, rnn.hiddenSize);
    for (const { name, tensor } of state) tensor.set(byName[name].data);
  }
  return rnn;
}

/** In words, for a table. */
export function describeSpec({ kinds, options, directions }: RecurrentSpec): string {
  const way = directions === 2 ? ', both directions' : options.reverse === true ? ', from the end' : '';
  return `Recurrent of ${cellOfNode(kinds[0]).name}, ${options.inputSize} to ${String(options.hiddenSize)}${way}`;
}
