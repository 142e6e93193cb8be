// How well tags are found: the share of tokens, and F1 over chunks where the tags name chunks.
import { UnrolledError } from '../errors.js';
import { expectTexts } from '../expect.js';
import { chunkMetrics, expectSentences } from './chunks.js';
import { tagSchemeOf } from './tagScheme.js';

/** How well tags are found. */
export interface TagScores {
  /** How many tokens were looked at. */
  tokens: number;
  /** The share of tokens with the right tag. */
  accuracy: number;
  /** Over chunks, as conlleval counts them, where the tags follow a scheme (tagSchemeOf). */
  f1?: number;
}

/**
 * @param truth tags of each sentence  @param predicted as many
 * @param known all tags that there are, which say whether tags name chunks; those of `truth`
 * Errors: EMPTY without tokens, SHAPE for unequal lengths.
 */
export function tagScores(
  truth: readonly (readonly string[])[],
  predicted: readonly (readonly string[])[],
  known?: readonly string[],
): TagScores {
  expectSentences(truth, predicted);
  if (known !== undefined) expectTexts(known, 'known', 'give all tags that there are');
  if (tagSchemeOf(known ?? truth.flat()) !== null) {
    const { accuracy, f1 } = chunkMetrics(truth, predicted);
    return { tokens: truth.reduce((sum, tags) => sum + tags.length, 0), accuracy, f1 };
  }
  if (truth.length !== predicted.length) {
    throw new UnrolledError(
      'SHAPE',
      `expected tags for each of ${truth.length} sentences, received ${predicted.length}`,
      'tag every sentence',
    );
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
