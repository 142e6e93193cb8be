// How well a distribution predicts a sequence: loss, perplexity and bits, from one sum.
import { UnrolledError } from '../errors.js';
import { requireNumber } from '../range.js';

/** How well a distribution predicts a sequence. */
export interface LossMetrics {
  /** Mean of −ln P, in nats a token. */
  loss: number;
  /** e^loss: among how many equally likely tokens the model chooses, on (geometric) average. */
  perplexity: number;
  /** loss / ln 2. */
  bitsPerToken: number;
  /** How many tokens were predicted. */
  tokens: number;
  /** Of the loss, where a sample of the text was measured. */
  standardError?: number;
}

/** From the sum of −ln P over `tokens` tokens. Errors: EMPTY for none. */
export function lossMetrics(sum: number, tokens: number): LossMetrics {
  requireNumber('a number of tokens', tokens, { min: 0, whole: true }, 'give how many tokens the sum is of');
  if (typeof sum !== 'number' || Number.isNaN(sum)) requireNumber('a sum', sum, {}, 'give the sum of −ln P');
  if (tokens === 0) {
    throw new UnrolledError('EMPTY', 'expected tokens to predict, received none', 'give a longer text');
  }
  const loss = sum / tokens;
  return { loss, perplexity: Math.exp(loss), bitsPerToken: loss / Math.LN2, tokens };
}
