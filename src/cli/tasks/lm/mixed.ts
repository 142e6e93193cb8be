// What a mixture with n-grams gives on the command line: measured after every training, kept in the file with --mixture.
import type { LanguageModel } from '../../../models/language/languageModel.js';
import type { Corpus } from '../../../text/corpus.js';
import { formatBytes, formatNumber } from '../../output.js';
import type { Run } from '../../trainRun.js';
import { type LossMetrics, metricsOf } from './metrics.js';

export interface Mixed {
  order: number;
  /** Of the n-grams where 0, 1, 2 … tokens of the context were seen. */
  shares: readonly number[];
  /** Bytes of the counts in a file. */
  bytes: number;
  /** Whether the model's file has them. */
  kept: boolean;
  validation: Parts;
  test: Parts | null;
}

/** The network alone, the n-grams alone, and both. */
type Parts = Record<'network' | 'ngrams' | 'mixture', LossMetrics>;

/** Seconds to count an n-gram of a token, with much to spare. */
const COUNTING = 1e-6;

/**
 * Mixes the model where it is not yet mixed, and measures; null where there is no validation part to fit to, and, with a word, where no
 * time is left.
 */
export async function measureMixed(
  model: LanguageModel & { training: { tokensPerSecond: number } },
  corpus: Corpus,
  test: Int32Array | null,
  { budget, progress }: Pick<Run, 'budget' | 'progress'>,
): Promise<Mixed | null> {
  const kept = model.mixture !== null;
  if (!kept) {
    if (corpus.validation.length < LEAST) return null;
    const measured = corpus.validation.length + (test?.length ?? 0);
    const seconds = corpus.train.length * ORDERS * COUNTING + measured / model.training.tokensPerSecond;
    if (seconds > budget.secondsLeft()) {
      progress.log(`no time is left to mix the network with n-grams, which would take ${formatNumber(seconds)} s`);
      return null;
    }
    await model.mixWithNgramsAsync(corpus);
  }
  const { mixture } = model;
  if (mixture?.validation == null) return null;
  const { ngrams, shares, validation } = mixture;
  const tested = test === null ? null : await model.evaluateAsync(test);
  return {
    ...{ order: ngrams.order, shares, kept, bytes: ngrams.counts.nodes * BYTES },
    validation: { network: validation.network, ngrams: validation.ngrams, mixture: validation },
    test:
      tested?.network === undefined || tested.ngrams === undefined
        ? null
        : { network: tested.network, ngrams: tested.ngrams, mixture: tested },
  };
}

const [LEAST, ORDERS] = [1000, 6];
/** Of a node in a file: three whole numbers. */
const BYTES = 12;

/** The same for scripts. */
export function mixedJson(mixed: Mixed | null) {
  if (mixed === null) return null;
  const parts = (of: Parts | null) =>
    of && { network: metricsOf(of.network), ngrams: metricsOf(of.ngrams), mixture: metricsOf(of.mixture) };
  return { ...mixed, validation: parts(mixed.validation), test: parts(mixed.test) };
}

/** The same for people. */
export function mixedText({ order, shares, bytes, kept, test }: Mixed): string {
  const percent = shares.map((share) => `${Math.round(100 * share)} %`).join(', ');
  const lines = [
    `mixture: the ${order}-gram has ${percent} where 0 to ${order - 1} tokens before were seen in its text (fitted to one half of the validation data, measured on the other)`,
    ...(test === null
      ? []
      : [
          `test perplexity: network ${test.network.perplexity.toFixed(2)}, ${order}-gram ${test.ngrams.perplexity.toFixed(2)}, mixture ${test.mixture.perplexity.toFixed(2)}`,
        ]),
    kept
      ? `the file has the counts of the n-grams, ${formatBytes(bytes)}`
      : `the model is the network alone; with --mixture it would be the mixture, and its file ${formatBytes(bytes)} larger`,
  ];
  return lines.join('\n');
}
