// Text from anything that predicts the next token: the loop shared by neural and n-gram language models.
import { UnrolledError } from '../errors.js';
import { type Corpus, encodeWith, type TextSettings } from '../text/corpus.js';
import { createTokenizer } from '../text/createTokenizer.js';
import type { Vocabulary } from '../text/vocabulary.js';
import { Philox } from '../tensor/philox.js';
import { checkSampling, sampleLogits, type SamplingOptions } from './sampling.js';

export interface GenerateOptions extends SamplingOptions {
  /** The text that the model reads first. */
  prime?: string;
  /** Tokens to generate; 200 by default. */
  length?: number;
  seed?: number;
  /** Ends before this text appears. */
  stop?: string;
}

/** Predicts one token after another. */
export interface Predictor {
  /** Reads tokens and returns log-weights of what follows: [V]. */
  read(tokens: Int32Array): Float64Array | Float32Array;
  close?(): void;
}

/** How a model's text is read: what its file stores beside the weights. */
export interface ModelText {
  settings: TextSettings;
  vocabulary: Vocabulary;
}

/** The pieces of the generated text, without the prime. */
export function* generatePieces(
  predictor: Predictor,
  text: ModelText,
  options: GenerateOptions = {},
): Generator<string> {
  checkSampling(options);
  const { prime = '', length = 200, seed = 0, stop } = options;
  if (!(Number.isInteger(length) && length >= 0)) {
    throw new UnrolledError(
      'RANGE',
      `expected a length of 0 tokens or more, received ${length}`,
      'give a whole number',
    );
  }
  const { vocabulary, settings } = text;
  const joiner = createTokenizer(settings.tokens ?? 'char').joiner();
  const rng = new Philox(seed, GENERATION_STREAM);
  const primed = prime === '' ? startTokens(vocabulary) : encodeWith(prime, settings, vocabulary);
  // The joiner knows from the prime whether a space comes next.
  if (prime !== '') for (const token of vocabulary.decode(primed)) joiner.push(token);
  let pending = '';
  try {
    let logits = predictor.read(primed.length > 0 ? primed : startTokens(vocabulary));
    for (let i = 0; i < length; i++) {
      const allowed = Float64Array.from(logits);
      allowed.fill(-Infinity, 0, vocabulary.reserved);
      const next = sampleLogits(allowed, options, rng);
      pending += joiner.push(vocabulary.token(next));
      if (stop !== undefined && stop !== '') {
        const at = pending.indexOf(stop);
        if (at >= 0) {
          yield pending.slice(0, at);
          return;
        }
        // What may be the beginning of the stop text waits.
        const sure = pending.length - stop.length + 1;
        if (sure > 0) {
          yield pending.slice(0, sure);
          pending = pending.slice(sure);
        }
      } else if (pending !== '') {
        yield pending;
        pending = '';
      }
      if (i + 1 < length) logits = predictor.read(Int32Array.of(next));
    }
    pending += joiner.end();
    if (pending !== '') yield pending;
  } finally {
    predictor.close?.();
  }
}

/** Keeps generation apart from other draws of the same seed. */
const GENERATION_STREAM = 0x67656e;

/** Where nothing is given to begin with: a line break where there is one, else the most frequent token. */
function startTokens(vocabulary: Vocabulary): Int32Array {
  const start = vocabulary.has('\n') ? vocabulary.index('\n') : Math.min(vocabulary.reserved, vocabulary.size - 1);
  return Int32Array.of(start);
}

/** How a corpus was read, for the model that is trained on it: only what reading needs. */
export function textOf(
  corpus: Corpus,
  { lowercase, lettersOnly, collapseWhitespace, lineSeparator }: TextSettings,
): ModelText {
  const settings = { tokens: corpus.tokenizer.kind, lowercase, lettersOnly, collapseWhitespace, lineSeparator };
  return { settings, vocabulary: corpus.vocabulary };
}
