// From a linear map of the values of a window to one of lags, as the network reads them, for each number that it gives.
// Letters: W window, P lags, K steps, Q numbers of each step, C = K · Q.
import type { Channels } from '../../data/forecastWindows.js';
import type { LinearPart } from './linearPart.js';
import type { ForecasterConfig } from './options.js';

/**
 * @param channels scaled: the training and validation part
 * @returns weight [P, C] of lags (windowLags, with the level), bias [C]: with quantiles, those of what the map leaves over
 */
export function mapOfLags(
  channels: Channels,
  { weight, origins }: LinearPart,
  { window: W, horizon, mode, quantiles, relativeTo, season }: ForecasterConfig,
  train: number,
): { weight: Float64Array; bias: Float64Array } {
  const K = mode === 'direct' ? horizon : 1;
  const Q = Math.max(1, quantiles.length);
  const P = weight.length / K;
  const own = weight.slice();
  // The network predicts a distance.
  for (let k = 0; k < K; k++) {
    if (relativeTo === 'last') own[(W - 1) * K + k] -= 1;
    if (relativeTo === 'season' && season !== null) own[(W - season + (k % season)) * K + k] -= 1;
  }
  // Lags are distances from the last value: a · z = Σ aⱼ (zⱼ − last) + (Σ aⱼ) last.
  for (let k = 0; k < K; k++) {
    for (let j = 0; j < W - 1; j++) own[(W - 1) * K + k] += own[j * K + k];
  }
  const bias = new Float64Array(K * Q);
  if (quantiles.length > 0) {
    const measured = origins.length > 0 ? origins : [{ from: W, to: train, weight }];
    const left = residuals(channels, measured, { W, K });
    left.forEach((values, k) => {
      const sorted = Float64Array.from(values).sort();
      quantiles.forEach((level, q) => (bias[k * Q + q] = sorted[Math.floor(level * (sorted.length - 1))] ?? 0));
    });
  }
  return { weight: Float64Array.from({ length: P * K * Q }, (_, i) => own[Math.floor(i / Q)]), bias };
}

/** What the maps leave over at each step, over all windows after their origins. */
function residuals(channels: Channels, origins: LinearPart['origins'], { W, K }: { W: number; K: number }): number[][] {
  const [target, ...others] = channels;
  const left = Array.from({ length: K }, (): number[] => []);
  for (const { from, to, weight } of origins) {
    const V = others.length === 0 ? 0 : (weight.length / K - W) / others.length;
    for (let at = Math.max(from, W); at + K <= to; at++) {
      const past = Array.from({ length: W }, (_, j) => target[at - W + j]);
      for (const other of others) for (let j = 0; j < V; j++) past.push(other[at - V + j]);
      for (let k = 0; k < K; k++) {
        let value = target[at + k];
        for (let j = 0; j < past.length; j++) value -= past[j] * weight[j * K + k];
        left[k].push(value);
      }
    }
  }
  return left;
}
