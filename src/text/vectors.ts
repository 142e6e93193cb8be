// Word vectors from elsewhere, in the text format of GloVe and word2vec: a line is a word and its numbers.
import { UnrolledError } from '../errors.js';
import { expectFunction, expectText } from '../expect.js';

/** Vectors of words, all of one size. */
export interface WordVectors {
  /** Numbers of each. */
  size: number;
  /** By word: [size]. */
  vectors: ReadonlyMap<string, Float32Array>;
}

/** So many lines say how many numbers a vector has, where no header does. */
const PROBE_LINES = 100;
const NO_WORD = 'each line is a word and its vector, with single spaces';

/**
 * Reads vectors. A first line of two whole numbers (word2vec's header) says how many there are and of what size; else the size is
 * the fewest numbers of the first hundred lines. The last of a line are the vector, all before them is the word, which may hold
 * blanks (GloVe has `. . .` and `at name@domain.com`).
 *
 * Errors: FORMAT with the line where one has another size, no word, or something that is not a number, and where a header does not agree
 * with the lines; EMPTY.
 * @param wanted only these words are kept; all where missing
 */
export function readVectors(text: string, name = 'the vectors', wanted?: (word: string) => boolean): WordVectors {
  expectText(text, 'word vectors', 'give the text of a file of GloVe or word2vec');
  if (wanted) expectFunction(wanted, 'wanted', 'give a function of a word, which says whether it is kept');
  const vectors = new Map<string, Float32Array>();
  const header = /^(\d{1,15}) (\d{1,15})\s*$/.exec(text.slice(0, Math.min(64, endOf(text, 0))));
  const size = header ? Number(header[2]) : smallest(text);
  let line = 0;
  let seen = 0;
  for (let at = 0; at < text.length;) {
    const end = endOf(text, at);
    const content = withoutEnd(text, at, end);
    at = end + 1;
    line++;
    if (content === '' || (line === 1 && header)) continue;
    seen++;
    const fields = content.split(content.includes('\t') ? /[\t ]/ : ' ');
    const word = fields.slice(0, -size).join(' ');
    if (fields.length <= size || word === '' || size < 1) {
      throw new UnrolledError(
        'FORMAT',
        `expected a word and ${size || 'its'} numbers in line ${line} of ${name}, received ${fields.length - 1} numbers${word === '' && fields.length > size ? ' and no word' : ''}`,
        NO_WORD,
      );
    }
    if (wanted && !wanted(word)) continue;
    const vector = Float32Array.from(fields.slice(-size), (number) => (number === '' ? NaN : Number(number)));
    if (!vector.every(Number.isFinite)) {
      throw new UnrolledError(
        'FORMAT',
        `expected ${size} numbers in line ${line} of ${name}, received something else`,
        'each line is a word and its vector',
      );
    }
    vectors.set(word, vector);
  }
  if (seen === 0) {
    throw new UnrolledError(
      'EMPTY',
      `expected word vectors in ${name}, found none`,
      'give a file of GloVe or word2vec text',
    );
  }
  if (header && Number(header[1]) !== seen) {
    throw new UnrolledError(
      'FORMAT',
      `expected the ${header[1]} vectors that line 1 of ${name} announces, received ${seen}`,
      'the file is cut short, or was changed: download it again, or leave the first line out',
    );
  }
  return { size, vectors };
}

function endOf(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** A line without the blanks at its end, some of which word2vec writes. */
function withoutEnd(text: string, at: number, end: number): string {
  return text.slice(at, end).trimEnd();
}

/** The fewest numbers of the first lines. */
function smallest(text: string): number {
  let size = Infinity;
  let at = 0;
  for (let i = 0; i < PROBE_LINES && at < text.length; i++) {
    const end = endOf(text, at);
    const content = withoutEnd(text, at, end);
    at = end + 1;
    if (content !== '') size = Math.min(size, content.split(content.includes('\t') ? /[\t ]/ : ' ').length - 1);
  }
  return Number.isFinite(size) ? size : 0;
}
