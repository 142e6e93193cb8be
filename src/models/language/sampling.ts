// How a token is drawn from a prediction: temperature, top-k and top-p (nucleus; Holtzman et al. 2020).
import { UnrolledError } from '../../errors.js';
import type { SampleSpec } from '../../backend/contract.js';
import { drawIndex } from '../../backend/reference/sample.js';

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

/** What a backend is told: drawing among `cols` tokens, the first `reserved` of them never. Errors: RANGE. */
export function sampleSpec(options: SamplingOptions, cols: number, reserved = 0): SampleSpec {
  checkSampling(options);
  const { temperature = 1, topK = cols, topP = 1 } = options;
  return { cols, from: Math.min(reserved, cols - 1), temperature, topK, topP };
}

/** Draws an index from logarithmic weights (logits or log-probabilities) by a uniform number; −∞ is never drawn. */
export function sampleLogits(logits: ArrayLike<number>, options: SamplingOptions, draw: number): number {
  return drawIndex(logits, sampleSpec(options, logits.length), draw);
}
