// What a language model chooses from its text where nothing is said: how long, how large, how regular. What each rule is worth stands
// in docs/defaults.md. Letters: V vocabulary, E embedding size, H hidden size.
import type { LanguageModelOptions } from './options.js';

/** What is counted of a text. */
export interface LanguageFacts {
  /** Words, or else characters or bytes. */
  words: boolean;
  /** Of the training part. */
  tokens: number;
  /** V */
  vocabulary: number;
}

type Given = Pick<
  LanguageModelOptions,
  | 'minutes'
  | 'epochs'
  | 'maxSteps'
  | 'hiddenSize'
  | 'numLayers'
  | 'embeddingSize'
  | 'tied'
  | 'softmaxSamples'
  | 'dropout'
  | 'batchSize'
  | 'numSteps'
>;

/** Settings that follow from the facts, before what the call says goes over them. */
export type LanguageChoice = Pick<
  LanguageModelOptions,
  | 'hiddenSize'
  | 'embeddingSize'
  | 'tied'
  | 'dropout'
  | 'embeddingDropout'
  | 'softmaxSamples'
  | 'recurrent'
  | 'batchSize'
  | 'numSteps'
  | 'learningRate'
  | 'epochs'
  | 'minutes'
  | 'patience'
>;

/**
 * Weights × tokens that two ordinary cores train in a second. A constant, not a measurement: the same text gets the same network
 * wherever it is trained.
 */
const PRODUCTS_PER_SECOND = 1.8e10;

/** From so many words on the softmax is sampled; and the words that are drawn, which were as good as all. */
const LARGE_VOCABULARY = 4000;
const SAMPLES = 1000;
/** Different words among the targets of a minibatch, about. */
const TARGETS = 300;

interface Sizes {
  embeddingSize: number;
  hiddenSize: number;
}

const CHARACTER_SIZES: readonly Sizes[] = [128, 256, 384, 512, 768, 1024].map((hiddenSize) => ({
  embeddingSize: 64,
  hiddenSize,
}));
const WORD_SIZES: readonly Sizes[] = [
  { embeddingSize: 64, hiddenSize: 64 },
  { embeddingSize: 128, hiddenSize: 128 },
  { embeddingSize: 128, hiddenSize: 256 },
  { embeddingSize: 200, hiddenSize: 400 },
  { embeddingSize: 256, hiddenSize: 512 },
  { embeddingSize: 256, hiddenSize: 650 },
];

/** More passes bring nothing that the best of the validations does not have by then. */
const MOST_PASSES = 40;
const ROWS = 16;
const CHARACTER_STEPS = 64;
const WORD_STEPS = 35;
/** Of which half would be too few. */
const FEW_UNITS = 64;

/** What the rules say of a text. @param given what the call says: sizes and limits that the others follow from */
export function chooseLanguage(facts: LanguageFacts, given: Given = {}): LanguageChoice {
  return facts.words ? forWords(facts, given) : forCharacters(facts, given);
}

function forCharacters({ tokens, vocabulary }: LanguageFacts, given: Given): LanguageChoice {
  const minutes = given.minutes ?? 2;
  const weightsOf = ({ embeddingSize: E, hiddenSize: H }: Sizes): number => stackWeights(E, H, given) + H * vocabulary;
  const seenBy = (sizes: Sizes): number => tokensSeen(tokens, weightsOf(sizes), minutes, given, CHARACTER_STEPS);
  // The largest that sees some 14 tokens for each weight: a larger one would be better only if it were trained longer.
  const sizes = largest(CHARACTER_SIZES, given, (own) => seenBy(own) >= 14 * weightsOf(own));
  const passes = seenBy(sizes) / tokens;
  return {
    ...sizes,
    ...characterDropouts(sizes, passes, given),
    // Many small steps: at a million tokens, perplexity 5.1 in place of 6.0 with 32 rows of 64 at half the rate.
    batchSize: rowsOf(tokens, given.numSteps ?? CHARACTER_STEPS),
    numSteps: CHARACTER_STEPS,
    learningRate: sizes.hiddenSize > 400 ? 5e-3 : 8e-3,
    epochs: MOST_PASSES,
    minutes,
    patience: 3,
  };
}

function forWords({ tokens, vocabulary }: LanguageFacts, given: Given): LanguageChoice {
  // A pass over words costs much, for the vocabulary is large: three minutes for every 60,000.
  const minutes = given.minutes ?? Math.min(45, Math.max(2, Math.round(tokens / 20_000)));
  const samples = samplesOf(vocabulary, given);
  const words = samples > 0 ? Math.min(vocabulary, samples + TARGETS) : vocabulary;
  const weightsOf = ({ embeddingSize: E, hiddenSize: H }: Sizes): number =>
    E * words + stackWeights(E, H, given) + (E === H ? 0 : E * H);
  const passesOf = (sizes: Sizes): number => tokensSeen(tokens, weightsOf(sizes), minutes, given, WORD_STEPS) / tokens;
  // The largest that makes fifteen passes and that so much text can fill: words want many passes more than they want many units.
  const sizes = largest(WORD_SIZES, given, (own) => passesOf(own) >= 15 && own.hiddenSize ** 2 <= tokens / 2);
  return {
    ...sizes,
    tied: (given.embeddingSize ?? sizes.embeddingSize) > 0,
    ...(samples > 0 ? { softmaxSamples: samples } : {}),
    ...wordDropouts(sizes, passesOf(sizes), given),
    batchSize: rowsOf(tokens, given.numSteps ?? WORD_STEPS),
    numSteps: WORD_STEPS,
    learningRate: wordRate(sizes, (passesOf(sizes) * tokens) / batchTokens(given, WORD_STEPS)),
    epochs: MOST_PASSES,
    minutes,
    patience: 3,
  };
}

/** Of tied vectors alone, for only they can be picked. */
function samplesOf(vocabulary: number, { softmaxSamples, tied = true, embeddingSize }: Given): number {
  if (softmaxSamples !== undefined) return softmaxSamples;
  return tied && embeddingSize !== 0 && vocabulary >= LARGE_VOCABULARY ? SAMPLES : 0;
}

/** The more updates, the smaller: as the root of their number, down to a rate at which forty thousand still learn. */
function wordRate({ hiddenSize }: Sizes, updates: number): number {
  const rate = Math.min(hiddenSize > 300 ? 2.5e-3 : 4e-3, Math.max(1e-3, 0.126 / Math.sqrt(updates)));
  return Number(rate.toPrecision(2));
}

/** What is seen once, or by a few units, is not learned by heart: no dropout. */
function isRegular({ hiddenSize }: Sizes, passes: number): boolean {
  return passes < 2 || hiddenSize < FEW_UNITS;
}

/** Of the recurrent weights too where a short text is read many times (Merity et al. 2018): in fewer passes they are learned too slowly. */
function characterDropouts(
  sizes: Sizes,
  passes: number,
  { dropout: given }: Given,
): Pick<LanguageChoice, 'dropout' | 'recurrent'> {
  if (isRegular(sizes, passes) || given !== undefined) return { dropout: 0 };
  if (passes < 12) return { dropout: passes < 5 ? 0.1 : 0.2 };
  return { dropout: 0.3, recurrent: { weightDropout: passes < 25 ? 0.1 : 0.2 } };
}

/** Those of Merity et al. 2018, for fewer passes than theirs: on the vectors of the tokens, and before the decoder. */
function wordDropouts(
  sizes: Sizes,
  passes: number,
  { dropout: given, embeddingSize }: Given,
): Pick<LanguageChoice, 'dropout' | 'embeddingDropout' | 'recurrent'> {
  if (isRegular(sizes, passes) || given !== undefined) return { dropout: 0 };
  const dropout = passes < 8 ? 0.3 : passes < 15 ? 0.35 : 0.5;
  if (embeddingSize === 0) return { dropout };
  return { dropout, embeddingDropout: 0.1, recurrent: { inputDropout: Math.min(dropout, 0.3) } };
}

/** Of an LSTM, near enough for any cell. */
const stackWeights = (E: number, H: number, { numLayers = 1 }: Given): number =>
  4 * H * (E + H) + (numLayers - 1) * 8 * H * H;

/** Tokens of a minibatch. */
const batchTokens = ({ batchSize = ROWS, numSteps }: Given, steps: number): number => batchSize * (numSteps ?? steps);

/** How many tokens a network of so many weights is trained on: as many as the call says, else as the minutes allow. */
function tokensSeen(
  tokens: number,
  weights: number,
  minutes: number,
  { epochs, maxSteps, ...given }: Given,
  steps: number,
) {
  if (maxSteps !== undefined) return maxSteps * batchTokens(given, steps);
  if (epochs !== undefined) return epochs * tokens;
  return Math.min(MOST_PASSES * tokens, (PRODUCTS_PER_SECOND * 60 * minutes) / weights);
}

/** Few rows make many steps; of a short text fewer still, so that a pass has some. */
function rowsOf(tokens: number, numSteps: number): number {
  return Math.min(ROWS, Math.max(1, Math.floor(tokens / (8 * numSteps)) || 1));
}

/** The last of the sizes that will do, or the first; what the call says of them goes over it. */
function largest(sizes: readonly Sizes[], given: Given, willDo: (sizes: Sizes) => boolean): Sizes {
  const { hiddenSize, embeddingSize } = given;
  const all = sizes.map((own) => ({
    hiddenSize: hiddenSize ?? own.hiddenSize,
    embeddingSize: embeddingSize ?? own.embeddingSize,
  }));
  return all.findLast(willDo) ?? all[0];
}
