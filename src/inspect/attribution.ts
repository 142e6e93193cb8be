// What an answer came from: the words that moved a classifier, the past that a forecaster used.
import { backward } from '../autograd/tape.js';
import { slice } from '../autograd/movement.js';
import { mul, sum } from '../autograd/ops.js';
import { isConstant } from '../data/scaling.js';
import { UnrolledError } from '../errors.js';
import { expectText, optionsOf } from '../expect.js';
import type { Forecaster } from '../models/forecaster/forecaster.js';
import { type Series, seriesOf, type Values } from '../models/forecaster/options.js';
import type { TextClassifier } from '../models/classifier/textClassifier.js';
import { requireNumber } from '../range.js';
import { fromData } from '../tensor/create.js';
import { atOnce, inTurn, readAndDispose, type Reading, requireAnswers } from '../tensor/readAll.js';
import { keep, scope } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { expectModel } from './expectModel.js';

/** How far each token of a text moved a classifier towards a label, in both of its parts. */
export interface Attribution {
  /** The label that was asked about. */
  label: string;
  /** What the model gives it. */
  probability: number;
  /** The text’s tokens, as the model reads them. */
  tokens: string[];
  /** For each token, how far it moved the score towards the label (above 0) or away from it. */
  values: Float64Array;
  /** The label's score: a logit, for two labels that against the other. */
  score: number;
  /**
   * The score of a text whose word vectors are all zero, and that has no n-grams. score − empty is the sum of `values`, but for the error of
   * the integral (and, where the text was cut for the network, for what stands between).
   */
  empty: number;
}

/**
 * Integrated gradients (Sundararajan, Taly and Yan 2017): the gradient of the label's score by the word vectors, averaged on the straight way
 * from zero vectors to the text's own, times these. `steps` points of it are taken (midpoints).
 * Of a linear part each token has what it and the runs that it stands in add to the score.
 * @param options for which label, the predicted one by default; how many steps, 64
 * Errors: EMPTY for a text without tokens, OPTION for an unknown label, RANGE.
 */
export function integratedGradients(
  model: TextClassifier,
  text: string,
  options: { label?: string; steps?: number } = {},
): Attribution {
  requireAnswers('integratedGradients', 'await integratedGradientsAsync(…)');
  return atOnce(readAttribution(model, text, options));
}

/** The same on every backend. */
export function integratedGradientsAsync(
  ...[model, text, options = {}]: Parameters<typeof integratedGradients>
): Promise<Attribution> {
  return inTurn(readAttribution(model, text, options));
}

function* readAttribution(
  model: TextClassifier,
  text: string,
  options: { label?: string; steps?: number },
): Reading<Attribution> {
  const { label, steps = 64 } = optionsOf(options, { label: true, steps: true }, 'integratedGradients');
  expectModel(model, 'classify');
  expectText(text, 'a text');
  if (label !== undefined) expectText(label, 'a label', 'give one of model.config.labels');
  requireNumber('a number of steps', steps, { min: 1, whole: true }, '64 is usual');
  const tokens = model.steps(text);
  const [answer] = yield* model.readAnswers([text]);
  const wanted = label ?? answer.label;
  const { sequences } = model.encode([{ text, label: wanted }]);
  const [T, E] = [sequences[0].length, model.config.embeddingSize];
  if (T === 0) throw new UnrolledError('EMPTY', 'expected a text with tokens, received none', 'give more text');
  const table = yield model.network.embedding.weight;
  const vectors = Float32Array.from({ length: T * E }, (_, i) => table[sequences[0][Math.floor(i / E)] * E + (i % E)]);
  const values = new Float64Array(T);
  const ends: number[] = [];
  for (const share of [0, 1]) {
    const end = scope(() => keep(scoreOf(model, scaled(vectors, [share], T, E), wanted, T, 1)));
    ends.push((yield* readAndDispose(end))[0]);
  }
  const [empty, score] = ends;
  for (let from = 0; from < steps; from += 32) {
    const shares = Array.from({ length: Math.min(32, steps - from) }, (_, i) => (from + i + 0.5) / steps);
    const N = shares.length;
    const grad = scope(() => {
      const x = scaled(vectors, shares, T, E);
      x.requiresGrad = true;
      backward(scoreOf(model, x, wanted, T, N));
      return x.grad;
    });
    const gradient = grad === null ? [] : yield* readAndDispose(grad);
    for (let t = 0; t < T; t++) {
      for (let n = 0; n < N; n++) {
        for (let e = 0; e < E; e++) values[t] += (gradient[(t * N + n) * E + e] * vectors[t * E + e]) / steps;
      }
    }
  }
  for (const parameter of model.network.parameters()) parameter.grad = null;
  const probability = answer.probabilities[wanted];
  const linear = model.linearAttribution(text, wanted);
  if (linear === null) return { label: wanted, probability, tokens, values, score, empty };
  const { network: a, linear: b } = model.weights;
  return {
    ...{ label: wanted, probability, tokens },
    values: values.map((value, t) => a * value + b * linear.values[t]),
    score: a * score + b * linear.score,
    empty: a * empty + b * linear.bias,
  };
}

/** The text's vectors, once for each share: [T, N, E]. */
function scaled(vectors: Float32Array, shares: readonly number[], T: number, E: number): Tensor {
  const N = shares.length;
  const all = new Float32Array(T * N * E);
  for (let t = 0; t < T; t++) {
    for (let n = 0; n < N; n++) for (let e = 0; e < E; e++) all[(t * N + n) * E + e] = shares[n] * vectors[t * E + e];
  }
  return fromData(all, [T, N, E]);
}

/** The sum of the label's scores over the batch. */
function scoreOf(model: TextClassifier, vectors: Tensor, label: string, T: number, N: number): Tensor {
  const logits = model.network.fromVectors(vectors, new Int32Array(N).fill(T)); // [N, K], or [N, 1] for two labels
  const k = model.config.labels.indexOf(label);
  if (model.config.labels.length === 2) return sum(mul(logits, k === 1 ? 1 : -1));
  return sum(slice(logits, 1, k, k + 1));
}

/**
 * How each value of the window moves each step of the forecast: the change of step k per unit of the value that lies `lag` before
 * the last one, by differences of a hundredth of the history's spread. [steps][window], lag 0 first; in the units of the series.
 * Errors: those of `predict`.
 */
export function pastInfluence(model: Forecaster, data: Series | Values): Float64Array[] {
  requireAnswers('pastInfluence', 'await pastInfluenceAsync(…)');
  return atOnce(readInfluence(model, data));
}

/** The same on every backend. */
export function pastInfluenceAsync(model: Forecaster, data: Series | Values): Promise<Float64Array[]> {
  return inTurn(readInfluence(model, data));
}

function* readInfluence(model: Forecaster, data: Series | Values): Reading<Float64Array[]> {
  expectModel(model, 'forecast');
  const series = seriesOf(data);
  const { window, horizon } = model.config;
  const target = Float64Array.from(series.target);
  const past = target.subarray(-window);
  const mean = past.reduce((total, v) => total + v, 0) / past.length;
  const spread = Math.sqrt(past.reduce((total, v) => total + (v - mean) ** 2, 0) / past.length);
  const delta = isConstant(past) ? Math.abs(mean) / 100 || 0.01 : spread / 100;
  const forecast = function* (lag: number, change: number): Reading<number[]> {
    const changed = target.slice();
    changed[changed.length - 1 - lag] += change;
    return (yield* model.readAnswers([{ ...series, target: changed }]))[0].values;
  };
  const result = Array.from({ length: horizon }, () => new Float64Array(window));
  for (let lag = 0; lag < window; lag++) {
    const [up, down] = [yield* forecast(lag, delta), yield* forecast(lag, -delta)];
    for (let k = 0; k < horizon; k++) result[k][lag] = (up[k] - down[k]) / (2 * delta);
  }
  return result;
}
