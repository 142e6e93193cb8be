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
}

export function taggerFacts(sentences: readonly TaggedSentence[]): TaggerFacts {
  const tags = new Set(sentences.flatMap((sentence) => sentence.tags));
  return {
    sentences: sentences.length,
    tokens: sentences.reduce((sum, { tokens }) => sum + tokens.length, 0),
    tags: tags.size,
    scheme: tagSchemeOf(tags),
  };
}

/** `8,936 sentences, 211,727 tokens, 22 tags of chunks` */
export function shownFacts({ sentences, tokens, tags, scheme }: TaggerFacts): string {
  const [many, of] = [(count: number) => count.toLocaleString('en'), scheme === null ? '' : ' of chunks'];
  return `${many(sentences)} sentences, ${many(tokens)} tokens, ${many(tags)} tags${of}`;
}

/** Settings for data of this kind. */
export function taggerRules(facts: TaggerFacts) {
  return {
    // A chunk is right as a whole or not at all, so whole paths are judged; of other tags each stands alone.
    head: facts.scheme === null ? 'softmax' : 'crf',
    batchSize: batchSize(facts),
    epochs: epochs(facts),
    // A word seen twice tells little more than one seen once.
    wordDropout: 0.5,
    minutes: facts.tokens > MANY_TOKENS ? 8 : 5,
  } as const satisfies TaggerOptions;
}

/** More than these take longer than five minutes. */
const MANY_TOKENS = 200_000;

/** Few sentences in small minibatches, so that an epoch has enough steps. */
function batchSize({ sentences }: TaggerFacts): number {
  return sentences < 5000 ? 16 : 32;
}

function epochs({ sentences }: TaggerFacts): number {
  return sentences < 5000 ? 20 : 10;
}
