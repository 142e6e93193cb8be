// A language model on the command line, neural or counted.
import { UnrolledError } from '../../../errors.js';
import type { LanguageEvaluation, LanguageModel } from '../../../models/language/languageModel.js';
import type { NgramLanguageModel } from '../../../models/ngram/ngramLanguageModel.js';
import { formatNumber } from '../../output.js';
import { sourcesOf } from '../../sources.js';
import { textInput } from '../input.js';
import { metricsOf } from './metrics.js';
import type { Call, Measured, TaskCommands } from '../task.js';
import { trainLmCommand } from './train.js';

export const languageModelCommands: TaskCommands<'lm'> = {
  train: trainLmCommand,
  takes: [],
  evaluate: evaluateText,
  predict: (_, { file }) => refuseRows(file),
  inspect(_, call) {
    const text = textInput(call, 'a language model');
    return Promise.resolve(text === undefined ? null : { input: text, json: {}, text: '', sections: [] });
  },
};

/** How well a text is predicted. */
export async function evaluateText(
  model: LanguageModel | NgramLanguageModel,
  { context, args, options, reading }: Call,
): Promise<Measured> {
  const { readProse } = await import('../../../sources/index.js');
  const { format, encoding } = options;
  const given = { settings: model.text.settings, format, encoding };
  const { name, text, report } = await readProse(sourcesOf(context), args, given, reading);
  const measured: LanguageEvaluation = await ('evaluateAsync' in model
    ? model.evaluateAsync(text)
    : model.evaluate(text));
  const { tokens, loss, perplexity, bitsPerToken, network, ngrams } = measured;
  const isMixed = network !== undefined && ngrams !== undefined;
  const alone: [string, string][] = isMixed
    ? [
        ['perplexity of the network alone', formatNumber(network.perplexity)],
        ['perplexity of the n-grams alone', formatNumber(ngrams.perplexity)],
      ]
    : [];
  return {
    ...{ name, report },
    json: {
      ...{ tokens, loss, perplexity, bitsPerToken },
      ...(isMixed && { network: metricsOf(network), ngrams: metricsOf(ngrams) }),
    },
    rows: [
      ['tokens', formatNumber(tokens)],
      ['loss', `${formatNumber(loss)} nats per token`],
      ['perplexity', formatNumber(perplexity)],
      ['bits per token', formatNumber(bitsPerToken)],
      ...alone,
    ],
  };
}

/** A language model has no answer for a row. */
export function refuseRows(file: string): Promise<never> {
  return Promise.reject(
    new UnrolledError(
      'USAGE',
      `expected a classifier, tagger, forecaster or translator in ${file}, received a language model`,
      `unrolled generate ${file} generates text with it`,
    ),
  );
}
