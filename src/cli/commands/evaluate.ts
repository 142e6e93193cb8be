// `unrolled evaluate`: the metrics of a model's task on other data.
import type { LanguageModel } from '../../models/language/languageModel.js';
import type { NgramLanguageModel } from '../../models/ngram/ngramLanguageModel.js';
import { type CommandResult, type Context, defineCommand } from '../command.js';
import { readBytes } from '../files.js';
import { formatNumber, percent, table } from '../output.js';
import { noPictures } from '../pictures.js';
import type { DataReport } from '../../sources/reading.js';
import { ROW_OPTIONS, type RowOptions } from '../rowOptions.js';
import { sourcesOf, tellNotes } from '../sources.js';

export const evaluateCommand = defineCommand({
  name: 'evaluate',
  summary: "the metrics of a model's task on other data",
  arguments: [
    { name: '<model>', description: 'a model file' },
    { name: '<data...>', description: 'as the training of such a model takes it' },
  ],
  options: ROW_OPTIONS,
  examples: [
    'unrolled evaluate runs/moby-dick-lstm.safetensors other-book.txt',
    'unrolled evaluate runs/reviews-lstm.safetensors more.csv --text review --label sentiment',
  ],
  async run(context, [file, ...args], options): Promise<CommandResult> {
    const { io, globals } = context;
    const library = await import('../library.js');
    const rows = await import('../../sources/index.js');
    const sources = sourcesOf(context);
    await library.startBackend(globals);
    const model = library.loadModel(await readBytes(io.cwd, file), file);
    const reading = rows.readingFrom(model.reading, file);
    /** The part that a known data set has for this. */
    const measured = <R>(data: { rows: R[]; test: R[] | null }): R[] => data.test ?? data.rows;
    const result = (
      { name, report }: { name: string; report: DataReport },
      json: Record<string, unknown>,
      shown: [string, string][],
    ): CommandResult => {
      tellNotes(context, report);
      return {
        json: { task: model.task, model: file, ...json, data: report },
        text: table([{ heading: file }, { heading: name }], shown),
      };
    };
    switch (model.task) {
      case 'lm':
      case 'ngram':
        return evaluateLanguageModel(model, file, context, args, options);
      case 'classify': {
        const data = await rows.readLabelled(sources, args, options, reading);
        const { rows: count, loss, accuracy, macroF1, confusion } = model.evaluate(measured(data));
        return result(data, { rows: count, loss, accuracy, macroF1, labels: model.config.labels, confusion }, [
          ['rows', formatNumber(count)],
          ['loss', `${formatNumber(loss)} nats per row`],
          ['accuracy', percent(accuracy)],
          ['macro F1', formatNumber(macroF1)],
        ]);
      }
      case 'tag': {
        const data = await rows.readSentences(sources, args, options, reading);
        const { tokens, untrained, loss, accuracy, f1 } = model.evaluate(measured(data));
        return result(data, { tokens, untrained, loss, accuracy, ...(f1 === undefined ? {} : { f1 }) }, [
          ['tokens', formatNumber(tokens)],
          ...(untrained > 0 ? [['with a tag not trained', formatNumber(untrained)] as [string, string]] : []),
          ['loss', `${formatNumber(loss)} nats per token`],
          ['accuracy', percent(accuracy)],
          ...(f1 === undefined ? [] : [['chunk F1', percent(f1)] as [string, string]]),
        ]);
      }
      case 'forecast': {
        const own = reading === null && model.config.inputs.length > 0 ? model.config.inputs.join(',') : undefined;
        const data = await rows.readOneSeries(sources, args, { ...options, inputs: options.inputs ?? own }, reading);
        const { series } = data;
        const others = Object.fromEntries(series.inputs.map((column) => [column.name, column.values]));
        const { windows, mse, mae, byStep, original } = model.evaluate({
          target: series.target.values,
          inputs: others,
        });
        const json = { rows: series.target.values.length, windows, mse, mae, byStep };
        return result(data, { ...json, original: { mse: original.mse, mae: original.mae, rmse: original.rmse } }, [
          ['windows', formatNumber(windows)],
          ['MSE, scaled', formatNumber(mse)],
          ['MAE, scaled', formatNumber(mae)],
          [`RMSE (${series.target.name})`, formatNumber(original.rmse)],
          [`MAE (${series.target.name})`, formatNumber(original.mae)],
        ]);
      }
      case 'translate': {
        const { bleuHeading, scoresOf } = await import('../translationScores.js');
        const data = await rows.readSentencePairs(sources, args, options, reading);
        const measuredOn = model.evaluate(measured(data));
        const { pairs, loss, exact, tokenError } = measuredOn;
        const scores = scoresOf(model, measuredOn.hypotheses, library);
        return result(data, { rows: pairs, sources: measuredOn.sources, loss, ...scores, exact, tokenError }, [
          ['pairs', formatNumber(pairs)],
          [bleuHeading(scores), scores.bleu.toFixed(2)],
          ['chrF', scores.chrf.toFixed(2)],
          ['exact', percent(exact)],
          ['wrong tokens', percent(tokenError)],
          ['loss', `${formatNumber(loss)} nats per token`],
        ]);
      }
      case 'caption':
        throw noPictures(file);
      default:
        return model satisfies never;
    }
  },
});

async function evaluateLanguageModel(
  model: LanguageModel | NgramLanguageModel,
  file: string,
  context: Context,
  args: readonly string[],
  { format, encoding }: RowOptions,
): Promise<CommandResult> {
  const { readingFrom, readProse } = await import('../../sources/index.js');
  const { settings } = model.text;
  const reading = readingFrom(model.reading, file);
  const { name, text, report } = await readProse(sourcesOf(context), args, { settings, format, encoding }, reading);
  tellNotes(context, report);
  const { tokens, loss, perplexity, bitsPerToken } = model.evaluate(text);
  const rows = [
    ['tokens', formatNumber(tokens)],
    ['loss', `${formatNumber(loss)} nats per token`],
    ['perplexity', formatNumber(perplexity)],
    ['bits per token', formatNumber(bitsPerToken)],
  ];
  return {
    json: { task: model.task, model: file, tokens, loss, perplexity, bitsPerToken, data: report },
    text: table([{ heading: file }, { heading: name }], rows),
  };
}
