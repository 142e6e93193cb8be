// How a token is drawn from a prediction: temperature, top-k and top-p (nucleus; Holtzman et al. 2020).
import { UnrolledError } from '../../errors.js';
import { expectNumbers, type Names, optionsOf } from '../../expect.js';
import type { SampleSpec } from '../../backend/contract.js';
import { drawIndex } from '../../backend/drawIndex.js';
import { requireNumber } from '../../range.js';

/** How the next token is drawn: the temperature is applied first, then `topK`, then `topP`. */
export interface SamplingOptions {
  /** Divides the logits: below 1 bolder, above 1 freer; 0 takes the most likely. 1 by default. */
  temperature?: number;
  /** Only the k most likely. */
  topK?: number;
  /** Only the most likely that together have this probability. */
  topP?: number;
}

const NAMES: Names<SamplingOptions> = { temperature: true, topK: true, topP: true };

/** Errors: RANGE. */
export function checkSampling({ temperature = 1, topK, topP }: SamplingOptions): void {
  const help = 'temperature 0.8 and topP 0.95 suit most models';
  requireNumber('a temperature', temperature, { min: 0 }, help);
  if (topK !== undefined) requireNumber('topK', topK, { min: 1, whole: true }, help);
  if (topP !== undefined) requireNumber('topP', topP, { above: 0, max: 1 }, help);
}

/** What a backend is told: drawing among `cols` tokens, the first `reserved` of them never. Errors: RANGE. */
export function sampleSpec(options: SamplingOptions, cols: number, reserved = 0): SampleSpec {
  checkSampling(options);
  const { temperature = 1, topK = cols, topP = 1 } = options;
  return { cols, from: Math.min(reserved, cols - 1), temperature, topK, topP };
}

/** Draws an index from logarithmic weights (logits or log-probabilities) by a uniform number; −∞ is never drawn. */
export function sampleLogits(logits: ArrayLike<number>, options: SamplingOptions, draw: number): number {
  expectNumbers(logits, 'logits');
  if (logits.length === 0)
    throw new UnrolledError('EMPTY', 'expected logits to draw from, received none', 'give one each');
  requireNumber('a draw', draw, { min: 0, below: 1 }, 'give a uniform number, as Math.random() does');
  return drawIndex(logits, sampleSpec(optionsOf(options, NAMES, 'sampleLogits'), logits.length), draw);
}
