// A translation memory, the baseline of translation: it answers with the target of the known source that is most alike.
import { UnrolledError } from '../../errors.js';
import { expectRows, expectText, expectTexts } from '../../expect.js';
import { requireNumber } from '../../range.js';
import { ngramFeatures, TOKENS } from './ngramFeatures.js';

/** A known translation. */
export interface RememberedPair {
  /** Tokens. */
  source: readonly string[];
  /** As it is written. */
  target: string;
}

/**
 * The baseline of translation: it answers with the target of the known source that is most alike, by weighted Jaccard
 * similarity of their n-grams.
 *
 *     const memory = new TranslationMemory([{ source: ['good', 'morning'], target: 'guten Morgen' }]);
 *     memory.translate(['good', 'morning', '!']);
 */
export class TranslationMemory {
  readonly #order: number;
  readonly #pairs: readonly RememberedPair[];
  /** The pairs whose source has a feature. */
  readonly #holders = new Map<string, number[]>();
  /** The sum of the weights of each source's features. */
  readonly #totals: Float64Array;

  /**
   * @param pairs tokens of the source, and the target as it is written
   * @param order the longest run of neighbours that is a feature; 1: tokens alone
   * Errors: EMPTY.
   */
  constructor(pairs: readonly RememberedPair[], order = 1) {
    requireNumber('an order', order, { min: 1, whole: true }, '1 compares tokens, 2 pairs of them too');
    const as = "as in [{ source: ['good', 'morning'], target: 'guten Morgen' }]";
    expectRows(pairs, as, ({ source, target }) => {
      expectTexts(source, 'the source of a pair', as);
      expectText(target, 'the target of a pair', as);
    });
    if (pairs.length === 0) throw new UnrolledError('EMPTY', 'expected pairs to remember, received none', 'give data');
    this.#order = order;
    this.#pairs = pairs;
    const features = pairs.map(({ source }) => new Set(ngramFeatures(source, order)));
    features.forEach((own, i) => {
      for (const feature of own) {
        const holders = this.#holders.get(feature);
        if (holders) holders.push(i);
        else this.#holders.set(feature, [i]);
      }
    });
    this.#totals = Float64Array.from(features, (own) => this.#weigh(own));
  }

  /**
   * The target of the source that shares most with this one: features in common over features of either, rare ones counting more
   * (log of all sources over those that have it). Of equals the first; empty where nothing is shared.
   */
  translate(source: readonly string[]): string {
    expectTexts(source, 'a source', TOKENS);
    const own = new Set(ngramFeatures(source, this.#order));
    const total = this.#weigh(own);
    const shared = new Map<number, number>();
    for (const feature of own) {
      const weight = this.#weightOf(feature);
      for (const i of this.#holders.get(feature) ?? []) shared.set(i, (shared.get(i) ?? 0) + weight);
    }
    let [best, most] = [-1, -1];
    for (const [i, weight] of shared) {
      const alike = weight / (total + this.#totals[i] - weight || 1);
      if (alike > most || (alike === most && i < best)) [best, most] = [i, alike];
    }
    return best < 0 ? '' : this.#pairs[best].target;
  }

  #weigh(features: ReadonlySet<string>): number {
    let sum = 0;
    for (const feature of features) sum += this.#weightOf(feature);
    return sum;
  }

  /** An unknown feature weighs as much as one that is there once. */
  #weightOf(feature: string): number {
    return Math.log((1 + this.#pairs.length) / (this.#holders.get(feature)?.length ?? 1));
  }
}
