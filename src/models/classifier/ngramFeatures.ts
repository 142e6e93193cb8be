// The hashed n-grams of a text, and the logits of a linear map of them: plain functions on numbers, which a module of its own uses too.
// Letters: N rows, K outputs (1 for two classes), V slots of the hash.
import type { SparseRow } from '../baselines/dualSolver.js';

/** What is a feature, and how many slots they share. */
export interface NgramLinearConfig {
  /** The longest run of neighbours that is a feature. */
  order: number;
  /** Whether the ends of a text are marked, as tokens of their own. */
  marked: boolean;
  /** Whether the beginnings and the end of a token are features too: words of one stem, or one form, share them. */
  affixes: boolean;
  /** V: slots that features are hashed to; a power of two. */
  size: number;
}

/** Which n-grams are features. */
export type Ngrams = Omit<NgramLinearConfig, 'size'>;

/** The numbers of the linear map. */
export interface NgramWeights {
  /** [V]: what a feature weighs, the rarer the more; 0 for one that no row had. */
  inverseFrequency: ArrayLike<number>;
  /** [K, V] */
  weight: ArrayLike<number>;
  /** [K] */
  bias: ArrayLike<number>;
}

/** Letters of the beginnings and of the end of a word that are features. */
const BEGINNINGS = [4, 6];
const ENDING = 3;
/** Stands before and after a text whose ends are marked. */
const MARK = '·';

/** Logits [N, K]: of each class against the others, of two the second. Features that no row had are left out. @param rows tokens of each */
export function ngramLogits(
  rows: readonly (readonly string[])[],
  config: NgramLinearConfig,
  { inverseFrequency, weight, bias }: NgramWeights,
): Float64Array {
  const K = bias.length;
  const { size } = config;
  const result = new Float64Array(rows.length * K);
  rows.forEach((row, n) => {
    const { features, values } = sparseRow(slotsOf(row, config), inverseFrequency);
    for (let k = 0; k < K; k++) {
      let sum = bias[k];
      for (let j = 0; j < features.length - 1; j++) sum += weight[k * size + features[j]] * values[j];
      result[n * K + k] = sum;
    }
  });
  return result;
}

/** The different slots of a row's features. */
export function slotsOf(tokens: readonly string[], config: NgramLinearConfig): Int32Array {
  return Int32Array.from(new Set(hashesOf(tokens, config).map((hash) => hash & (config.size - 1))));
}

/** Of Euclidean length 1, the bias last and beside it. */
export function sparseRow(slots: Int32Array, inverse: ArrayLike<number>): SparseRow {
  const count = slots.length;
  const features = new Int32Array(count + 1);
  const values = new Float64Array(count + 1);
  let squared = 0;
  for (let j = 0; j < count; j++) {
    features[j] = slots[j];
    values[j] = inverse[slots[j]];
    squared += values[j] * values[j];
  }
  const length = Math.sqrt(squared) || 1;
  for (let j = 0; j < count; j++) values[j] /= length;
  features[count] = inverse.length;
  values[count] = 1;
  return { features, values };
}

/** A number of 32 bits for every feature, as often as it is there. */
export function hashesOf(tokens: readonly string[], ngrams: Ngrams): Int32Array {
  const hashes: number[] = [];
  eachFeature(tokens, ngrams, (hash) => void hashes.push(hash));
  return Int32Array.from(hashes);
}

/**
 * Calls `visit` with the hash of every run of 1 to `order` tokens, and of every affix, and with which token it begins, and before which it
 * ends: marks count as tokens.
 */
export function eachFeature(
  tokens: readonly string[],
  { order, marked, affixes }: Ngrams,
  visit: (hash: number, from: number, to: number) => void,
): void {
  const all = marked ? [MARK, ...tokens, MARK] : tokens;
  const own = Int32Array.from(all, (token) => hashOf(token, 0));
  for (let i = 0; i < own.length; i++) {
    let run = 0;
    for (let n = 0; n < order && i + n < own.length; n++) {
      run = Math.imul(run ^ own[i + n], 0x01000193) + n + 1;
      visit(mixed(run), i, i + n + 1);
    }
    if (!affixes) continue;
    for (const length of BEGINNINGS) if (all[i].length >= length) visit(hashOf(all[i].slice(0, length), 1), i, i + 1);
    if (all[i].length > ENDING) visit(hashOf(all[i].slice(-ENDING), 2), i, i + 1);
  }
}

/** FNV-1a over the code units. @param kind tells a word from an affix that is written as it */
function hashOf(token: string, kind: number): number {
  let hash = 0x811c9dc5 ^ kind;
  for (let i = 0; i < token.length; i++) hash = Math.imul(hash ^ token.charCodeAt(i), 0x01000193);
  return mixed(hash);
}

/** Each bit depends on all: the last steps of MurmurHash3. */
function mixed(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
