// How much of the gradient of one prediction reaches each earlier token, over many windows of a text, and what each state lets pass at a
// step. Letters: T tokens of a window, N windows, E embedding size.
import { crossEntropy, slice } from '../autograd/ops.js';
import { backward, noGrad } from '../autograd/tape.js';
import { carryingCell } from '../cell/alter.js';
import { UnrolledError } from '../errors.js';
import { expectNumbers, type Names, optionsOf } from '../expect.js';
import type { LanguageModel } from '../models/language/languageModel.js';
import { evaluating } from '../nn/evaluating.js';
import type { Recurrent } from '../nn/recurrent.js';
import { requireNumber } from '../range.js';
import { fromData, zeros } from '../tensor/create.js';
import type { HostArray } from '../tensor/device.js';
import { atOnce, inTurn, readAndDispose, type Reading, requireAnswers } from '../tensor/readAll.js';
import { keep, scope } from '../tensor/scope.js';
import { expectModel } from './expectModel.js';

/** A number over many windows. */
export interface Quartiles {
  /** A quarter of the windows is below. */
  low: number;
  /** Half of them is below. */
  median: number;
  /** Three quarters are below. */
  high: number;
}

/** What a state lets pass from step to step. */
export interface CarriedState {
  /** From 0. */
  layer: number;
  /** Its name in the cell. */
  state: string;
  /** For each window and token, the mean over the units of |∂s′/∂s|, products with weights held: [N][T]. */
  factors: Float64Array[];
}

/** How far back the gradient of a prediction reaches. */
export interface GradientReach {
  /** T. */
  length: number;
  /** The first token of each window [N]. */
  windows: number[];
  /** The mean loss of the predictions, in nats. */
  loss: number;
  /** For each window the norm of the gradient of its last prediction by the vector of each token [N][T]. */
  norms: Float64Array[];
  /** By distance, 0 for the last token that is read: the norm as a share of the largest of its window, over the windows. */
  lags: Quartiles[];
  /** Of each layer and state whose factor is not always the same: a gate, as a rule. */
  carried: CarriedState[];
}

/** Which windows are looked at. */
export interface ReachOptions {
  /** Tokens of a window, whose last one’s prediction is asked about; 64. */
  length?: number;
  /** Where the windows begin; spread over the text where missing. */
  windows?: readonly number[];
  /** How many, where `windows` does not say; 32. */
  count?: number;
}

const NAMES: Names<ReachOptions> = { length: true, windows: true, count: true };

/**
 * The gradient of a prediction by each token before it: one pass backward for all windows, each by its own loss.
 * @param tokens of a text, in the vocabulary of the model
 * Errors: TOO_SHORT for a text shorter than a window and the token after it, RANGE, OPTION for a bidirectional network.
 */
export function gradientReach(
  model: LanguageModel,
  tokens: ArrayLike<number>,
  given: ReachOptions = {},
): GradientReach {
  requireAnswers('gradientReach', 'await gradientReachAsync(…)');
  return atOnce(readReach(model, tokens, given));
}

/** The same on every backend. */
export function gradientReachAsync(
  ...[model, tokens, given = {}]: Parameters<typeof gradientReach>
): Promise<GradientReach> {
  return inTurn(readReach(model, tokens, given));
}

function* readReach(model: LanguageModel, tokens: ArrayLike<number>, given: ReachOptions): Reading<GradientReach> {
  const { length: T = 64, windows, count = 32 } = optionsOf(given, NAMES, 'gradientReach');
  expectModel(model, 'lm');
  expectNumbers(tokens, 'tokens', 'give indices of the vocabulary');
  requireNumber('the length of a window', T, { min: 1, whole: true }, '64 is usual');
  requireNumber('a number of windows', count, { min: 1, whole: true }, '32 is usual');
  const room = tokens.length - T - 1;
  if (room < 0) {
    const message = `expected ${T + 1} tokens or more, received ${tokens.length}`;
    throw new UnrolledError('TOO_SHORT', message, 'give a longer text, or shorter windows');
  }
  if (model.network.recurrent.bidirectional)
    throw new UnrolledError(
      'OPTION',
      'expected a network that reads forward, received a bidirectional one',
      'give another',
    );
  const N = Math.min(count, room + 1);
  const starts = windows ?? Array.from({ length: N }, (_, n) => Math.floor((n * room) / Math.max(1, N - 1)));
  for (const at of starts)
    requireNumber('the start of a window', at, { min: 0, max: room, whole: true }, 'give tokens of the text');
  const batch = Int32Array.from(
    { length: T * starts.length },
    (_, i) => tokens[starts[i % starts.length] + Math.floor(i / starts.length)],
  );
  const next = Int32Array.from(starts, (at) => tokens[at + T]);
  const { sum, gradient, carrying } = withFrozen(model, () => runWindows(model, batch, next, T));
  const loss = (yield* readAndDispose(sum))[0] / starts.length;
  const norms = normsOf(yield* readAndDispose(gradient), starts.length, T);
  const carried: CarriedState[] = [];
  for (const { layer, state, factor } of carrying) {
    const width = factor.shape[2];
    carried.push({ layer, state, factors: rowMeans(yield* readAndDispose(factor), starts.length, T, width) });
  }
  const peaks = norms.map((row) => row.reduce((a, b) => Math.max(a, b), 0) || 1);
  const lags = Array.from({ length: T }, (_, lag) => quartilesOf(norms.map((row, n) => row[T - 1 - lag] / peaks[n])));
  return { length: T, windows: [...starts], loss, norms, lags, carried };
}

/** In evaluation, with parameters that take no gradients: a training that is under way finds all as it was. */
function withFrozen<R>({ network }: LanguageModel, run: () => R): R {
  const parameters = network.parameters().map((t) => ({ t, requiresGrad: t.requiresGrad }));
  for (const { t } of parameters) t.requiresGrad = false;
  try {
    return evaluating(network, () => scope(run));
  } finally {
    for (const { t, requiresGrad } of parameters) t.requiresGrad = requiresGrad;
  }
}

/** The loss summed over the windows, its gradient by the vectors [T, N, E], and what each state lets pass [T, N, W]. */
function runWindows({ network }: LanguageModel, batch: Int32Array, next: Int32Array, T: number) {
  const N = next.length;
  const rnn = network.recurrent;
  const x = network.vectorsOf(fromData(batch, [T, N]));
  x.requiresGrad = true;
  const { logits } = network.fromVectors(x, null);
  const last = slice(logits, 0, T - 1, T);
  const sum = keep(crossEntropy(last, fromData(next, [1, N]), { reduction: 'sum' }));
  backward(sum);
  const gradient = keep(x.grad ?? zeros(x.shape));
  const { factors } = carryingCell(rnn.structure.layers[0][0].inference);
  const names = [...factors].flatMap(([state, name]) => (typeof name === 'string' ? [{ state, name }] : []));
  const run = () => network.fromVectors(x, null, { trace: names.map(({ name }) => name) });
  const { trace } = noGrad(() => withFactors(rnn, 0, run));
  const carrying = trace.flatMap((values, layer) =>
    names.map(({ state, name }) => ({ layer, state, factor: keep(values[name]) })),
  );
  return { sum, gradient, carrying };
}

/** The norm of each row of a gradient [T, N, E]: [N][T]. */
function normsOf(gradient: HostArray, N: number, T: number): Float64Array[] {
  const E = gradient.length / (N * T);
  return Array.from({ length: N }, (_, n) =>
    Float64Array.from({ length: T }, (_, t) => {
      let squares = 0;
      for (let e = 0; e < E; e++) squares += gradient[(t * N + n) * E + e] ** 2;
      return Math.sqrt(squares);
    }),
  );
}

/** With the factors of all layers from one on. */
function withFactors<R>(rnn: Recurrent, layer: number, run: () => R): R {
  if (layer === rnn.numLayers) return run();
  return rnn.altering(
    layer,
    (cell) => carryingCell(cell).cell,
    {},
    () => withFactors(rnn, layer + 1, run),
  );
}

/** The mean size of each row of [T, N, W]: [N][T]. */
function rowMeans(data: HostArray, N: number, T: number, W: number): Float64Array[] {
  return Array.from({ length: N }, (_, n) =>
    Float64Array.from({ length: T }, (_, step) => {
      let total = 0;
      for (let k = 0; k < W; k++) total += Math.abs(data[(step * N + n) * W + k]);
      return total / W;
    }),
  );
}

function quartilesOf(values: readonly number[]): Quartiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))];
  return { low: at(0.25), median: at(0.5), high: at(0.75) };
}
