// What a tagger chooses from its data where nothing is said: pure functions of counted facts. What each rule is worth stands in
// docs/defaults.md.
import { type TagScheme, tagSchemeOf } from '../../metrics/tagScheme.js';
import type { TaggedSentence, TaggerOptions } from './options.js';

/** What the rules go by. */
export interface TaggerFacts {
  sentences: number;
  tokens: number;
  /** Different tags. */
  tags: number;
  /** How the tags write chunks down; null where they name none. */
  scheme: TagScheme | null;
  /** Sentences that are measured on the way. */
  validation: number;
}

/** @param validation as `fit` is given it */
export function taggerFacts(
  sentences: readonly TaggedSentence[],
  validation: TaggerOptions['validation'] = drawnShare(sentences.length),
): TaggerFacts {
  const tags = new Set(sentences.flatMap((sentence) => sentence.tags));
  return {
    sentences: sentences.length,
    tokens: sentences.reduce((sum, { tokens }) => sum + tokens.length, 0),
    tags: tags.size,
    scheme: tagSchemeOf(tags),
    validation: typeof validation === 'number' ? Math.round(validation * sentences.length) : validation.length,
  };
}

/** `8,936 sentences, 211,727 tokens, 22 tags of chunks` */
export function shownFacts({ sentences, tokens, tags, scheme }: TaggerFacts): string {
  const many = (count: number): string => count.toLocaleString('en');
  return `${many(sentences)} sentences, ${many(tokens)} tokens, ${many(tags)} tags${scheme === null ? '' : ' of chunks'}`;
}

/** A tenth, of which 2,000 sentences are enough: some 40,000 tokens tell an accuracy to a tenth of a percent. */
function drawnShare(sentences: number): number {
  return Math.min(0.1, 2000 / Math.max(1, sentences));
}

/** Settings for data of this kind. */
export function taggerRules(facts: TaggerFacts) {
  const { sentences, tokens, scheme, validation } = facts;
  const isSmall = sentences < 5000;
  return {
    // A chunk is right as a whole or not at all, so whole paths are judged; of other tags each stands alone.
    head: scheme === null ? 'softmax' : 'crf',
    // Most tokens stand outside of chunks and teach little: the words that come next teach more.
    neighbourWeight: scheme === null ? 0 : 0.1,
    // A word seen twice tells little more than one seen once.
    wordDropout: 0.5,
    // Few sentences need small minibatches and many passes for enough steps; of many, few passes are enough.
    batchSize: isSmall ? 16 : 32,
    epochs: Math.min(30, Math.max(5, Math.round(1500 / Math.sqrt(sentences)))),
    // The schedule ends in small steps, and the last weights are better than those that did best by chance on a few sentences.
    restoreBest: validation >= 500,
    validation: drawnShare(sentences),
    // A limit; the planned epochs take less where nothing else runs.
    minutes: tokens > 200_000 ? 8 : 5,
  } as const satisfies TaggerOptions;
}
