// What a translator chooses from its pairs where nothing is said. What each rule is worth, docs/defaults.md says.

/** What is counted of the pairs. */
export interface PairFacts {
  /** How many there are. */
  pairs: number;
  /** Tokens of a target, on average, its end among them. */
  targetLength: number;
  /** Whether tokens are words. */
  ofWords: boolean;
}

/** Target tokens that a training reads, as far as the limits of its epochs let it: small data again and again, much data longer. */
const READ = { usual: 5e6, much: 7.5e6 };
/** Pairs that are not learned by heart in nine passes. */
const MUCH = 100_000;

/** Settings by the pairs; all of them may be said. */
export function translatorRules({ pairs, targetLength, ofWords }: PairFacts) {
  return {
    epochs: Math.min(40, Math.max(4, Math.round((pairs < MUCH ? READ.usual : READ.much) / (pairs * targetLength)))),
    minutes: 25,
    // Few pairs: more updates in an epoch.
    batchSize: pairs >= 30_000 ? 128 : pairs >= 5000 ? 64 : 32,
    // Few pairs: less to learn by heart.
    ...(pairs >= 10_000 ? {} : { hiddenSize: 128, embeddingSize: 128, attentionSize: 128 }),
    dropout: ofWords && pairs < MUCH ? 0.3 : 0.2,
    // Enough to tell two translators apart.
    validation: Math.max(0.02, Math.min(0.1, 500 / pairs)),
    // Words that occur once teach what to do with unknown ones; most of the time goes into the choice among words.
    ...(ofWords ? { minCount: pairs >= 2000 ? 2 : 1, maxSize: 10_000 } : {}),
  };
}
