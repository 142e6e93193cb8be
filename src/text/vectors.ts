// Word vectors from elsewhere, in the text format of GloVe and word2vec: a line is a word and its numbers.
import { UnrolledError } from '../errors.js';

export interface WordVectors {
  /** Numbers of each. */
  size: number;
  vectors: ReadonlyMap<string, Float32Array>;
}

/**
 * Reads vectors. A first line of two whole numbers (word2vec's header) is passed over.
 * Errors: FORMAT with the line where one has another size, or something that is no number; EMPTY.
 * @param wanted only these words are kept; all where missing
 */
export function readVectors(text: string, name: string, wanted?: (word: string) => boolean): WordVectors {
  const vectors = new Map<string, Float32Array>();
  let size = 0;
  let line = 0;
  for (let at = 0; at < text.length; line++) {
    const end = text.indexOf('\n', at);
    const content = text.slice(at, end < 0 ? text.length : end).trimEnd();
    at = end < 0 ? text.length : end + 1;
    if (content === '' || (line === 0 && /^\d+ \d+$/.test(content))) continue;
    const [word, ...numbers] = content.split(' ');
    if (size === 0) size = numbers.length;
    if (numbers.length !== size || size === 0) {
      throw new UnrolledError('FORMAT', `expected a word and ${size || 'its'} numbers in line ${line + 1} of ${name}, received ${numbers.length} numbers`, 'each line is a word and its vector, with single spaces'); // prettier-ignore
    }
    if (wanted && !wanted(word)) continue;
    const vector = Float32Array.from(numbers, Number);
    if (!vector.every(Number.isFinite)) {
      throw new UnrolledError('FORMAT', `expected numbers in line ${line + 1} of ${name}, received something else`, 'each line is a word and its vector'); // prettier-ignore
    }
    vectors.set(word, vector);
  }
  if (size === 0) throw new UnrolledError('EMPTY', `expected word vectors in ${name}, found none`, 'give a file of GloVe or word2vec text'); // prettier-ignore
  return { size, vectors };
}
