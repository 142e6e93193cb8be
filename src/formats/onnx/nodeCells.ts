// The cell that a recurrent node of ONNX computes, with whatever activations it names: one of the library's where it is one.
import type { CellGraph } from '../../cell/define/graph.js';
import { GRU, GRUResetBefore, LSTM, PeepholeLSTM, RNN, RNNIdentity, RNNReLU } from '../../cell/cells/index.js';
import { defineCell } from '../../cell/defineCell.js';
import type { CellValue, StepArguments, UnaryName } from '../../cell/define/trace.js';
import { type GateLinears, GATES, PEEPHOLES, type StandardOp } from './standardNodes.js';

/** An activation with its numbers. */
export interface Activation {
  name: string;
  alpha: number;
  beta: number;
}

/** What a node says of one direction. */
export interface NodeKind {
  op: StandardOp;
  /** As many as the operator has: f; f and g; f, g and h. */
  activations: readonly Activation[];
  linearBeforeReset: boolean;
  peepholes: boolean;
  inputForget: boolean;
  /** What goes into the activation of a gate lies between −clip and clip; 0 for any number. */
  clip: number;
}

type CellFunctions = Pick<StepArguments<never>, UnaryName>;
type Apply = (f: CellFunctions, value: CellValue, activation: Activation) => CellValue;

/** By ONNX's name in small letters, with the numbers that stand in its description. */
const ACTIVATIONS: Readonly<Record<string, { apply: Apply; alpha?: number; beta?: number }>> = {
  relu: { apply: (f, v) => f.relu(v) },
  tanh: { apply: (f, v) => f.tanh(v) },
  sigmoid: { apply: (f, v) => f.sigmoid(v) },
  softplus: { apply: (f, v) => f.softplus(v) },
  softsign: { apply: (f, v) => v.div(f.abs(v).add(1)) },
  affine: { apply: (_, v, { alpha, beta }) => v.mul(alpha).add(beta), alpha: 1, beta: 0 },
  leakyrelu: { apply: (f, v, { alpha }) => f.relu(v).add(v.min(0).mul(alpha)), alpha: 0.01 },
  scaledtanh: { apply: (f, v, { alpha, beta }) => f.tanh(v.mul(beta)).mul(alpha), alpha: 1, beta: 1 },
  hardsigmoid: { apply: (_, v, { alpha, beta }) => v.mul(alpha).add(beta).max(0).min(1), alpha: 0.2, beta: 0.5 },
  elu: { apply: (f, v, { alpha }) => f.relu(v).add(f.exp(v.min(0)).sub(1).mul(alpha)), alpha: 1 },
};

/** The activations that nodes have where they name none. */
export const DEFAULT_ACTIVATIONS: Readonly<Record<StandardOp, readonly string[]>> = {
  RNN: ['Tanh'],
  GRU: ['Sigmoid', 'Tanh'],
  LSTM: ['Sigmoid', 'Tanh', 'Tanh'],
};

/** An activation by ONNX's name with the given numbers, or its own; null for one that is not known. */
export function activationOf(name: string, alpha: number | undefined, beta: number | undefined): Activation | null {
  const known = Object.hasOwn(ACTIVATIONS, name.toLowerCase()) ? ACTIVATIONS[name.toLowerCase()] : undefined;
  return known === undefined
    ? null
    : { name: name.toLowerCase(), alpha: alpha ?? known.alpha ?? 1, beta: beta ?? known.beta ?? 0 };
}

/** Names of all activations that are known. */
export const ACTIVATION_NAMES = Object.keys(ACTIVATIONS);

/** The rows of W and R of that kind of node. */
export function gatesOf({ op, linearBeforeReset }: Pick<NodeKind, 'op' | 'linearBeforeReset'>): readonly GateLinears[] {
  return op === 'GRU' && linearBeforeReset ? GATES['GRU linear_before_reset'] : GATES[op];
}

/** The cell of a node. */
export function cellOfNode(kind: NodeKind): CellGraph {
  const { op, activations, linearBeforeReset, peepholes, inputForget, clip } = kind;
  const names = activations.map(({ name }) => name).join();
  const usual = names === DEFAULT_ACTIVATIONS[op].join().toLowerCase() && clip === 0;
  const [first] = activations;
  if (op === 'RNN') {
    if (usual) return RNN;
    if (names === 'relu' && clip === 0) return RNNReLU;
    if (names === 'affine' && clip === 0 && first.alpha === 1 && first.beta === 0) return RNNIdentity;
  }
  if (op === 'GRU' && usual) return linearBeforeReset ? GRU : GRUResetBefore;
  if (op === 'LSTM' && usual && !inputForget) return peepholes ? PeepholeLSTM : LSTM;
  const parts = [...(inputForget ? ['input-forget'] : []), ...(usual ? [] : activations.map((a) => a.name))];
  const applied = (functions: CellFunctions, activation: Activation, value: CellValue): CellValue =>
    ACTIVATIONS[activation.name].apply(functions, clip === 0 ? value : value.max(-clip).min(clip), activation);
  const name = [op, ...parts, ...(clip === 0 ? [] : ['clip'])].join('-');
  switch (op) {
    case 'RNN':
      return defineCell({ name, state: ['h'], step: (f) => ({ h: applied(f, first, f.linear('h', f.x, f.h)) }) });
    case 'GRU':
      return defineCell({
        name,
        state: ['h'],
        step(f) {
          const { x, h, linear } = f;
          const z = applied(f, activations[0], linear('z', x, h));
          const r = applied(f, activations[0], linear('r', x, h));
          const sum = linearBeforeReset ? linear('nx', x).add(r.mul(linear('nh', h))) : linear('n', x, r.mul(h));
          const n = applied(f, activations[1], sum);
          return { h: n.add(z.mul(h.sub(n))) };
        },
      });
    case 'LSTM':
      return defineCell({
        name,
        state: ['h', 'c'],
        step(v) {
          const { x, h, c, linear, vector } = v;
          const seen = (value: CellValue, name: string, of: CellValue): CellValue =>
            peepholes ? value.add(vector(name).mul(of)) : value;
          const [p_i, p_o, p_f] = PEEPHOLES;
          const i = applied(v, activations[0], seen(linear('i', x, h), p_i, c));
          const f = inputForget ? i.oneMinus() : applied(v, activations[0], seen(linear('f', x, h), p_f, c));
          const g = applied(v, activations[1], linear('g', x, h));
          const cNext = f.mul(c).add(i.mul(g));
          const o = applied(v, activations[0], seen(linear('o', x, h), p_o, cNext));
          // ONNX Runtime clips the gates' sums, not the cell state.
          const [, , last] = activations;
          return { h: o.mul(ACTIVATIONS[last.name].apply(v, cNext, last)), c: cNext };
        },
      });
    default:
      return op satisfies never;
  }
}
