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
  const weights = Float64Array.from(logits, (value) => Math.exp((value - logits[best]) / temperature));
  let candidates = Array.from(weights.keys());
  if (topK < logits.length || topP < 1) {
    candidates.sort((a, b) => weights[b] - weights[a]);
    candidates = candidates.slice(0, topK);
    const total = candidates.reduce((sum, i) => sum + weights[i], 0);
    let mass = 0;
    const enough = candidates.findIndex((i) => (mass += weights[i]) >= topP * total);
    if (enough >= 0) candidates = candidates.slice(0, enough + 1);
  }
  const total = candidates.reduce((sum, i) => sum + weights[i], 0);
  let left = rng.uniform() * total;
  for (const i of candidates) {
    left -= weights[i];
    if (left < 0) return i;
  }
  return best;
}
