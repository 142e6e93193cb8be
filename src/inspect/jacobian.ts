// The product of the Jacobians between two steps: ds_to/ds_from, and how much it stretches and shrinks.
// Letters: T steps, D input, S all states of a layer together (h and c of an LSTM: 2H).
import { Matrix, SVD } from 'ml-matrix';
import { expand } from '../autograd/movement.js';
import { add, concat, mul, slice, sum } from '../autograd/ops.js';
import { backward, noGrad } from '../autograd/tape.js';
import { UnrolledError } from '../errors.js';
import { asTensor } from '../tensor/asTensor.js';
import { expectTexts, type Names, optionsOf, refuse, shownValue } from '../expect.js';
import { expectState, type Recurrent, type RecurrentState } from '../nn/recurrent.js';
import { fromData } from '../tensor/create.js';
import { atOnce, inTurn, readAndDispose, type Reading, requireAnswers } from '../tensor/readAll.js';
import { formatShape } from '../tensor/shape.js';
import { expectRecurrent } from './expectModel.js';
import { keep, scope } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';

/** Which states `stateJacobian` differentiates. */
export interface JacobianOptions {
  /** Whose states; the last one by default. */
  layer?: number;
  /** Which states of the cell, side by side in this order; all by default. */
  states?: readonly string[];
}

/** The derivative of the states at one step by those at an earlier one, and its size. */
export interface StateJacobian {
  /** [S][S]: row i, column j is d(state i after step `to`) / d(state j after step `from`). */
  matrix: Float64Array[];
  /** The root of the sum of squares. */
  frobeniusNorm: number;
  /** The largest singular value: the most that a small change can grow. */
  spectralNorm: number;
  /** From large to small; null where the matrix is too large for them to be cheap (S > 256). */
  singularValues: number[] | null;
}

const NAMES: Names<JacobianOptions> = { layer: true, states: true };

const CHEAP = 256;

/**
 * The derivative of a layer's states after step `to` by those after step `from` (0: before the first step), with the other
 * layers' states at `from` held. The sequence is run once for each element of the state, side by side as a batch, and one
 * backward pass with the identity as gradient gives all rows.
 * @param x one sequence: [T, D], [T, 1, D], or tokens [T], [T, 1]
 * Errors: SHAPE, RANGE for steps outside 0 ≤ from < to ≤ T, OPTION for an unknown layer or state, or a network that needs the end.
 */
export function stateJacobian(
  rnn: Recurrent,
  x: Tensor,
  state: RecurrentState | null,
  from: number,
  to: number,
  given: JacobianOptions = {},
): StateJacobian {
  requireAnswers('stateJacobian', 'await stateJacobianAsync(…)');
  return atOnce(readJacobian(rnn, x, state, from, to, given));
}

/** The same on every backend. */
export function stateJacobianAsync(
  ...[rnn, x, state, from, to, given = {}]: Parameters<typeof stateJacobian>
): Promise<StateJacobian> {
  return inTurn(readJacobian(rnn, x, state, from, to, given));
}

function* readJacobian(
  rnn: Recurrent,
  x: Tensor,
  state: RecurrentState | null,
  from: number,
  to: number,
  given: JacobianOptions,
): Reading<StateJacobian> {
  const options = optionsOf(given, NAMES, 'stateJacobian');
  expectRecurrent(rnn);
  x = asTensor(x, 'the input');
  const T = x.shape[0] ?? 0;
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= T)) {
    throw new UnrolledError(
      'RANGE',
      `expected steps 0 ≤ from < to ≤ ${T}, received ${shownValue(from)} and ${shownValue(to)}`,
      'step t is the state after t inputs',
    );
  }
  const { layer, names } = checked(rnn, options);
  const sequence = oneSequence(rnn, x);
  const parts = scope(() => {
    const before = noGrad(() => startOf(rnn, sequence, state, from));
    const widths = names.map((name) => before[layer][name].shape[1]);
    const S = widths.reduce((a, b) => a + b, 0);
    const repeated = before.map((states) =>
      Object.fromEntries(Object.entries(states).map(([name, t]) => [name, repeatedRows(t, S)])),
    );
    const sources = names.map((name) => repeated[layer][name]);
    for (const t of sources) t.requiresGrad = true;
    const part = slice(sequence, 0, from, to);
    const copies = concat(new Array<Tensor>(S).fill(part), 1);
    const after = rnn.forward(copies, { state: repeated }).state[layer];
    // Row i of the batch asks for element i: the sum of their products with the identity has all of them as its gradient.
    let first = 0;
    const asked = names.map((name, i) => {
      const identity = new Float32Array(S * widths[i]);
      for (let k = 0; k < widths[i]; k++) identity[(first + k) * widths[i] + k] = 1;
      first += widths[i];
      return sum(mul(after[name], fromData(identity, [S, widths[i]], { device: x.device })));
    });
    backward(asked.reduce((a, b) => add(a, b)));
    return sources.map(({ grad }, i) => ({ grad: grad && keep(grad), width: widths[i] }));
  });
  const S = parts.reduce((total, { width }) => total + width, 0);
  const matrix = Array.from({ length: S }, () => new Float64Array(S));
  let column = 0;
  for (const { grad, width } of parts) {
    if (grad !== null) {
      const gradient = yield* readAndDispose(grad);
      for (let r = 0; r < S; r++) {
        for (let k = 0; k < width; k++) matrix[r][column + k] = gradient[r * width + k];
      }
    }
    column += width;
  }
  return { matrix, ...normsOf(matrix) };
}

function checked(rnn: Recurrent, options: JacobianOptions): { layer: number; names: readonly string[] } {
  const fail = (message: string, help: string): never => {
    throw new UnrolledError('OPTION', message, help);
  };
  const layer = options.layer ?? rnn.numLayers - 1;
  if (rnn.bidirectional)
    fail('expected a network that reads forward, received a bidirectional one', 'a state there depends on both ends');
  if (!(Number.isInteger(layer) && layer >= 0 && layer < rnn.numLayers)) {
    fail(`expected a layer from 0 to ${rnn.numLayers - 1}, received ${shownValue(layer)}`, 'layers are counted from 0');
  }
  const names = options.states ?? rnn.cell.states;
  expectTexts(names, 'states', "name states of the cell, as ['h']");
  const unknown = names.filter((name) => !rnn.cell.states.includes(name));
  if (unknown.length > 0 || names.length === 0) {
    fail(
      `expected states of ${rnn.cell.states.join(', ')}, received ${unknown.join(', ') || 'none'}`,
      'use the names in the cell',
    );
  }
  return { layer, names };
}

/** [T, 1, …] */
function oneSequence(rnn: Recurrent, x: Tensor): Tensor {
  const rank = x.dtype === 'int32' ? 2 : 3;
  const whole = x.rank === rank - 1 ? x.reshape([x.shape[0], 1, ...x.shape.slice(1)]) : x;
  if (whole.rank !== rank || whole.shape[1] !== 1 || rnn.batchFirst) {
    throw new UnrolledError(
      'SHAPE',
      `expected one sequence [T, ${rnn.inputSize}] or tokens [T] for a network that is not batchFirst, received ${formatShape(x.shape)}`,
      'look at one sequence of the batch',
    );
  }
  return whole;
}

/** All states after `from` steps: [1, H] each. Where none is given and no step is made, what the cell starts with. */
function startOf(rnn: Recurrent, x: Tensor, state: RecurrentState | null, from: number): RecurrentState {
  if (state !== null) {
    expectState(state);
    const isWhole = (layer: object): boolean => rnn.cell.states.every((name) => name in layer);
    if (state.length !== rnn.numLayers || !state.every(isWhole)) {
      refuse('the states of all layers', state, 'pass the state that this network returned');
    }
  }
  if (from === 0 && state !== null) return state;
  return rnn.forward(slice(x, 0, 0, from), { state }).state;
}

/** [1, W] as [rows, W], outside the tape. */
function repeatedRows(t: Tensor, rows: number): Tensor {
  return noGrad(() => expand(t, [rows, t.shape[1]]));
}

function normsOf(rows: Float64Array[]): Omit<StateJacobian, 'matrix'> {
  let squares = 0;
  for (const row of rows) for (const v of row) squares += v * v;
  const frobeniusNorm = Math.sqrt(squares);
  if (rows.length > CHEAP) return { frobeniusNorm, spectralNorm: largestSingularValue(rows), singularValues: null };
  const svd = new SVD(new Matrix(rows), { computeLeftSingularVectors: false, computeRightSingularVectors: false });
  const singularValues = [...svd.diagonal];
  return { frobeniusNorm, spectralNorm: singularValues[0], singularValues };
}

/** Power iteration on JᵀJ, which is symmetric: it settles. */
function largestSingularValue(rows: readonly Float64Array[]): number {
  const n = rows.length;
  let v: Float64Array = Float64Array.from({ length: n }, (_, i) => 1 + Math.sin(i + 1) / 2);
  let before = 0;
  for (let i = 0; i < 500; i++) {
    const scale = 1 / (Math.hypot(...v) || 1);
    v = v.map((e) => e * scale);
    const w = rows.map((row) => row.reduce((total, a, k) => total + a * v[k], 0));
    const now = Math.hypot(...w);
    if (Math.abs(now - before) <= 1e-7 * now) return now;
    before = now;
    const next = new Float64Array(n);
    rows.forEach((row, r) => row.forEach((a, k) => (next[k] += a * w[r])));
    v = next;
  }
  return before;
}
