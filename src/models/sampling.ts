// Drawing a token from a distribution: temperature, top-k and top-p (nucleus; Holtzman et al. 2020).
import { UnrolledError } from '../errors.js';
import type { Philox } from '../tensor/philox.js';

export interface SamplingOptions {
  /** Divides the logits: below 1 bolder, above 1 freer; 0 takes the most likely. 1 by default. */
  temperature?: number;
  /** Only the k most likely. */
  topK?: number;
  /** Only the most likely that together have this probability. */
  topP?: number;
}

/** Errors: RANGE. */
export function checkSampling({ temperature = 1, topK, topP }: SamplingOptions): void {
  const fail = (what: string, received: number): never => {
    throw new UnrolledError(
      'RANGE',
      `expected ${what}, received ${received}`,
      'temperature 0.8 and topP 0.95 suit most models',
    );
  };
  if (!(temperature >= 0 && Number.isFinite(temperature))) fail('a temperature of 0 or more', temperature);
  if (topK !== undefined && !(Number.isInteger(topK) && topK >= 1))
    fail('topK to be a whole number of 1 or more', topK);
  if (topP !== undefined && !(topP > 0 && topP <= 1)) fail('topP above 0 and at most 1', topP);
}

/** Draws an index from logarithmic weights (logits or log-probabilities); −∞ is never drawn. */
export function sampleLogits(logits: ArrayLike<number>, options: SamplingOptions, rng: Philox): number {
  const { temperature = 1, topK = logits.length, topP = 1 } = options;
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[best]) best = i;
  if (temperature === 0) return best;
  const weights = new Float64Array(logits.length);
  for (let i = 0; i < weights.length; i++) weights[i] = Math.exp((logits[i] - logits[best]) / temperature);
  // In the order of tokens where all may be drawn: generation spends a good part of its time here.
  let candidates: ArrayLike<number> | null = null;
  if (topK < logits.length || topP < 1) candidates = mostLikely(weights, topK, topP);
  const count = candidates?.length ?? weights.length;
  let total = 0;
  for (let i = 0; i < count; i++) total += weights[candidates?.[i] ?? i];
  let left = rng.uniform() * total;
  for (let i = 0; i < count; i++) {
    const token = candidates?.[i] ?? i;
    left -= weights[token];
    if (left < 0) return token;
  }
  return best;
}

/** The tokens that topK and topP leave, most likely first. */
function mostLikely(weights: Float64Array, topK: number, topP: number): number[] {
  const sorted = Array.from(weights.keys())
    .sort((a, b) => weights[b] - weights[a])
    .slice(0, topK);
  const total = sorted.reduce((sum, i) => sum + weights[i], 0);
  let mass = 0;
  const enough = sorted.findIndex((i) => (mass += weights[i]) >= topP * total);
  return enough >= 0 ? sorted.slice(0, enough + 1) : sorted;
}
