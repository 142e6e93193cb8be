// What a classifier chooses by itself from what was counted in its data: few rules, each with its reason. How they were found, and what
// each is worth, docs/defaults.md says. What the call says always wins.
import { isWordKind, type TokenizerKind } from '../../text/tokenizer.js';
import type { ClassifierOptions } from './options.js';

/** What the rules go by. */
export interface TextFacts {
  /** Validation rows among them, where a share of the rows is drawn. */
  rows: number;
  /** The mean of a sample. */
  tokensPerRow: number;
  labels: number;
  tokens: TokenizerKind;
}

/** Updates that networks of words, and of characters, need about. */
const UPDATES = { words: 1200, characters: 3000 };
/** Epochs: more learn little rows by heart, fewer do not see enough of any. */
const EPOCHS = { words: { least: 4, most: 20 }, characters: { least: 5, most: 30 } };
/** Tokens that are trained on in a minute, on two ordinary cores, at least. */
const TOKENS_A_MINUTE = 3e6;
/** Minutes: a training that would take longer than the first gets the second. */
const MINUTES = { usual: 5, long: 10 };
/** Passes that long texts get at least, even where they must be cut for it; and what a cut leaves at least. */
const CUT = { epochs: 3, least: 50 };

/** Texts of one short word each are read by characters: names, say, of which most are seen once. */
export function tokensFor(texts: readonly string[]): TokenizerKind {
  const single = texts.filter((text) => text.length <= 30 && !/\S\s+\S/.test(text)).length;
  return texts.length > 0 && single >= 0.95 * texts.length ? 'char' : 'word';
}

/** The settings for such data. @param given what the call says of its length */
export function chooseFor(
  facts: TextFacts,
  given: Pick<ClassifierOptions, 'minutes' | 'epochs' | 'maxSteps' | 'batchSize' | 'patience'>,
) {
  const { rows, tokensPerRow, tokens } = facts;
  const words = isWordKind(tokens);
  const kind = words ? 'words' : 'characters';
  // Small data gets its updates from small minibatches, large data its speed from large ones.
  const batchSize = given.batchSize ?? (rows < 5000 ? 32 : 64);
  const { least, most } = EPOCHS[kind];
  const epochs = Math.min(most, Math.max(least, Math.round((UPDATES[kind] * batchSize) / Math.max(1, rows))));
  const isLong = rows * tokensPerRow * epochs > MINUTES.usual * TOKENS_A_MINUTE;
  const minutes = isLong ? MINUTES.long : MINUTES.usual;
  // Where the call says epochs or steps and no minutes, it may take as long as it takes.
  const isLimited = given.minutes !== undefined || (given.epochs === undefined && given.maxSteps === undefined);
  const limit = isLimited ? (given.minutes ?? minutes) : Infinity;
  const affordable = Math.max(CUT.least, Math.floor((limit * TOKENS_A_MINUTE) / (CUT.epochs * Math.max(1, rows))));
  return {
    // Of words the case says less than twice as many rows for each; a name is written in its own way.
    ...(words ? { lowercase: true } : {}),
    // Words that stand there once or so teach nothing, and are what is unknown later.
    ...(words ? { minCount: rows * tokensPerRow > 1e6 ? 3 : rows >= 1000 ? 2 : 1 } : {}),
    ...(words
      ? { hiddenSize: 64, embeddingSize: 100, pooling: 'max' as const, dropout: 0.5, wordDropout: 0.2 }
      : { hiddenSize: 128, embeddingSize: 64, pooling: 'last-mean-max' as const, dropout: 0.2, wordDropout: 0 }),
    // A rare word's vector is hardly moved: drawn large, it would stay noise for good. Characters are all frequent.
    embeddingDeviation: words ? 0.1 : 1,
    learningRate: words ? 2e-3 : 3e-3,
    batchSize,
    epochs,
    minutes,
    // A patience that the call says counts the usual ones.
    ...(given.patience === undefined ? { validations: 10 } : {}),
    ...(affordable < tokensPerRow ? { maxLength: affordable } : {}),
  };
}
