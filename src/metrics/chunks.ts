// Chunks in tags such as B-NP, I-NP, O, and how well they are found, by the rules of conlleval (CoNLL-2000) for every
// scheme of tagScheme.ts.
import { UnrolledError } from '../errors.js';
import { expectList, expectTexts } from '../expect.js';

/** A run of tokens with a type, such as a noun phrase. */
export interface Chunk {
  /** What stands behind B- and I-: `NP`. */
  type: string;
  /** Its first token, from 0. */
  start: number;
  /** The token after its last. */
  end: number;
}

/** How well chunks are found, of all types or of one. */
export interface ChunkScore {
  /** Right ones among those found; 0 where none was found. */
  precision: number;
  /** Right ones among those that are there; 0 where there is none. */
  recall: number;
  /** 2 · precision · recall / (precision + recall); 0 where both are 0. */
  f1: number;
  /** Chunks in the truth. */
  there: number;
  /** Chunks in the prediction. */
  found: number;
  /** Chunks of the prediction whose type, start and end are those of one in the truth. */
  right: number;
}

/** Scores over all chunks, and for each type. */
export interface ChunkMetrics extends ChunkScore {
  /** The share of tokens with the right tag. */
  accuracy: number;
  /** The same for each type that is there or was found. */
  types: Record<string, ChunkScore>;
}

/** What other schemes call the last token of a chunk and a chunk of one token. */
const SAME: Readonly<Record<string, string>> = { L: 'E', U: 'S', W: 'S' };

/**
 * A chunk begins at B or S, after O, E or S, and where the type changes; so IOB1 and IOB2 are both read, and an I that follows nothing
 * begins a chunk. It ends before B, S and O, after E and S, and where the type changes. L counts as E, U and W as S, M as I.
 */
export function chunksOf(tags: readonly string[]): Chunk[] {
  expectTexts(tags, 'tags', "as in ['B-NP', 'I-NP', 'O']");
  const chunks: Chunk[] = [];
  let open: Chunk | null = null;
  let last = 'O';
  for (const [i, tag] of tags.entries()) {
    const letter = tag[0] ?? 'O';
    const place = SAME[letter] ?? letter;
    // `-NP` and `NP` are both the type NP; a bare B or I has the type _.
    const type = tag.slice(1).replace(/^[^-]*-/, '') || '_';
    const closed = place === 'O' || place === 'B' || place === 'S' || last === 'E' || last === 'S';
    if (open && (closed || open.type !== type)) {
      chunks.push({ ...open, end: i });
      open = null;
    }
    if (place !== 'O') open ??= { type, start: i, end: i };
    last = place;
  }
  if (open) chunks.push({ ...open, end: tags.length });
  return chunks;
}

/** Errors: OPTION for what are no tags of sentences. */
export function expectSentences(truth: unknown, predicted: unknown): void {
  const help = "give the tags of each sentence, as in [['B-NP', 'O']]";
  for (const [name, sentences] of Object.entries({ truth, predicted })) {
    expectList(sentences, name, help);
    sentences.forEach((tags, i) => expectTexts(tags, `${name}[${i}]`, help));
  }
}

/**
 * @param truth tags of each sentence  @param predicted as many
 * Errors: SHAPE for unequal lengths, EMPTY for no tokens.
 */
export function chunkMetrics(
  truth: readonly (readonly string[])[],
  predicted: readonly (readonly string[])[],
): ChunkMetrics {
  expectSentences(truth, predicted);
  if (truth.length !== predicted.length) {
    throw new UnrolledError(
      'SHAPE',
      `expected tags for each of ${truth.length} sentences, received ${predicted.length}`,
      'tag every sentence',
    );
  }
  const counts = new Map<string, { there: number; found: number; right: number }>();
  const of = (type: string): { there: number; found: number; right: number } => {
    const known = counts.get(type) ?? { there: 0, found: 0, right: 0 };
    counts.set(type, known);
    return known;
  };
  let [tokens, rightTags] = [0, 0];
  for (const [s, tags] of truth.entries()) {
    if (tags.length !== predicted[s].length) {
      throw new UnrolledError(
        'SHAPE',
        `expected ${tags.length} tags for sentence ${s}, received ${predicted[s].length}`,
        'give a tag for each token',
      );
    }
    tokens += tags.length;
    rightTags += tags.reduce((sum, tag, i) => sum + (tag === predicted[s][i] ? 1 : 0), 0);
    const key = ({ type, start, end }: Chunk): string => `${start} ${end} ${type}`;
    const real = chunksOf(tags);
    const keys = new Set(real.map(key));
    for (const chunk of real) of(chunk.type).there++;
    for (const chunk of chunksOf(predicted[s])) {
      of(chunk.type).found++;
      if (keys.has(key(chunk))) of(chunk.type).right++;
    }
  }
  if (tokens === 0) throw new UnrolledError('EMPTY', 'expected tokens to measure, received none', 'give data');
  const all = { there: 0, found: 0, right: 0 };
  for (const { there, found, right } of counts.values()) {
    all.there += there;
    all.found += found;
    all.right += right;
  }
  const types = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, one]) => [type, scoreOf(one)]);
  return {
    ...scoreOf(all),
    accuracy: rightTags / tokens,
    types: Object.fromEntries(types) as Record<string, ChunkScore>,
  };
}

function scoreOf({ there, found, right }: { there: number; found: number; right: number }): ChunkScore {
  return {
    precision: found === 0 ? 0 : right / found,
    recall: there === 0 ? 0 : right / there,
    f1: there + found === 0 ? 0 : (2 * right) / (there + found),
    there,
    found,
    right,
  };
}
