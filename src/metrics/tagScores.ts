// How well tags are found: the share of tokens, and F1 over chunks where the tags name chunks.
import { UnrolledError } from '../errors.js';
import { chunkMetrics } from './chunks.js';

/** How well tags are found. */
export interface TagScores {
  /** How many tokens were looked at. */
  tokens: number;
  /** The share of tokens with the right tag. */
  accuracy: number;
  /** Over chunks, as conlleval counts them, where all tags are O, B-… or I-…. */
  f1?: number;
}

/** Whether tags name chunks: their first token (B-), those that follow (I-), and what is outside (O). */
export function areChunks(tags: readonly string[]): boolean {
  return tags.some((tag) => tag !== 'O') && tags.every((tag) => tag === 'O' || /^[BI]-/.test(tag));
}

/** Errors: EMPTY without tokens, SHAPE for unequal lengths. */
export function tagScores(truth: readonly (readonly string[])[], predicted: readonly (readonly string[])[]): TagScores {
  if (areChunks([...new Set(truth.flat())])) {
    const { accuracy, f1 } = chunkMetrics(truth, predicted);
    return { tokens: truth.reduce((sum, tags) => sum + tags.length, 0), accuracy, f1 };
  }
  let [tokens, right] = [0, 0];
  truth.forEach((tags, i) => {
    if (tags.length !== predicted[i].length) {
      throw new UnrolledError(
        'SHAPE',
        `expected ${tags.length} tags for sentence ${i + 1}, received ${predicted[i].length}`,
        'give a tag for each token',
      );
    }
    tokens += tags.length;
    tags.forEach((tag, t) => (right += tag === predicted[i][t] ? 1 : 0));
  });
  if (tokens === 0) throw new UnrolledError('EMPTY', 'expected tokens to measure, received none', 'give data');
  return { tokens, accuracy: right / tokens };
}
