// `unrolled predict`: a model's answer for each row.
import { UnrolledError } from '../../errors.js';
import { type CommandResult, defineCommand } from '../command.js';
import { readBytes, writeWhole } from '../files.js';
import { decimal, integer, path } from '../options.js';
import { formatNumber, percent, table } from '../output.js';
import { refuseOverwriting } from '../outputs.js';
import { noPictures } from '../pictures.js';
import type { DataReport } from '../../sources/reading.js';
import { ROW_OPTIONS } from '../rowOptions.js';
import { sourcesOf, tellNotes } from '../sources.js';

export const predictCommand = defineCommand({
  name: 'predict',
  summary: 'the answer of a classifier, tagger, forecaster or translator for each row',
  arguments: [
    { name: '<model>', description: 'a model file' },
    { name: '<data...>', description: 'lines of text, a table, CoNLL columns, a series; - for standard input' },
  ],
  options: {
    ...ROW_OPTIONS,
    out: path('--out <file>', 'writes the answers there, a JSON object a line'),
    steps: integer('--steps <K>', 'values that a forecaster predicts (default: its horizon)'),
    beam: { ...integer('--beam <N>', 'hypotheses side by side of a translator'), defaultText: '4' },
    lengthPenalty: { ...decimal('--length-penalty <A>', 'of a translator', { min: 0 }), defaultText: '0.6' },
  },
  examples: [
    'unrolled predict runs/reviews-lstm.safetensors new.csv --text review --out answers.jsonl',
    "echo 'I love you.' | unrolled predict runs/fra-eng-gru.safetensors -",
    'unrolled predict runs/airline-passengers-lstm.safetensors airline-passengers',
  ],
  async run(context, [file, ...args], options): Promise<CommandResult> {
    const { io, globals } = context;
    const library = await import('../library.js');
    const rows = await import('../../sources/index.js');
    const sources = sourcesOf(context);
    await refuseOverwriting(context, { '--out': options.out }, [file, ...args]);
    await library.startBackend(globals);
    const model = library.loadModel(await readBytes(io.cwd, file), file);
    const reading = rows.readingFrom(model.reading, file);
    const done = async (predictions: object[], text: string, data: DataReport): Promise<CommandResult> => {
      tellNotes(context, data);
      const json = { task: model.task, model: file, predictions, data };
      if (options.out === undefined) return { json, text };
      await writeWhole(io.cwd, options.out, predictions.map((one) => `${JSON.stringify(one)}\n`).join(''));
      return { json, text: `${formatNumber(predictions.length)} answers in ${options.out}` };
    };
    switch (model.task) {
      case 'lm':
      case 'ngram':
        throw new UnrolledError(
          'USAGE',
          `expected a classifier, tagger, forecaster or translator in ${file}, received a language model`,
          `unrolled generate ${file} writes text with it`,
        );
      case 'classify': {
        const data = await rows.readTexts(sources, args, { ...options, column: options.text }, reading);
        const texts = data.rows.map(({ text }) => text);
        const predictions = model.predict(texts).map((answer, i) => ({ text: texts[i], ...answer }));
        const lines = predictions.map(({ text, label, probability }) => [label, percent(probability), shorten(text)]);
        return done(
          predictions,
          table(
            ['label', 'probability', 'text'].map((heading) => ({ heading })),
            lines,
          ),
          data.report,
        );
      }
      case 'tag': {
        const data = await rows.readTokens(sources, args, { ...options, tags: model.config.tags }, reading);
        const sentences = data.rows.map(({ tokens }) => tokens);
        const predictions = model.predict(sentences).map((answer, i) => ({ tokens: sentences[i], ...answer }));
        // As the data are written: a token and its tag a line.
        const text = predictions.map(({ tokens, tags }) => tokens.map((token, t) => `${token}\t${tags[t]}`).join('\n'));
        return done(predictions, text.join('\n\n'), data.report);
      }
      case 'forecast': {
        const own = reading === null && model.config.inputs.length > 0 ? model.config.inputs.join(',') : undefined;
        const given = { ...options, inputs: options.inputs ?? own, future: true };
        const { series, report } = await rows.readOneSeries(sources, args, given, reading);
        const others = Object.fromEntries(series.inputs.map((column) => [column.name, column.values]));
        const forecast = model.predict({ target: series.target.values, inputs: others }, { steps: options.steps });
        const levels = Object.keys(forecast.quantiles ?? {});
        const predictions = forecast.values.map((value, k) => ({
          step: k + 1,
          value,
          ...(forecast.quantiles === undefined
            ? {}
            : { quantiles: Object.fromEntries(levels.map((level) => [level, forecast.quantiles?.[level][k]])) }),
        }));
        const columns = ['step', series.target.name, ...levels].map((heading) => ({ heading, number: true }));
        const lines = predictions.map(({ step, value }, k) => [
          String(step),
          formatNumber(value),
          ...levels.map((level) => formatNumber(forecast.quantiles?.[level][k] ?? NaN)),
        ]);
        return done(predictions, table(columns, lines), report);
      }
      case 'translate': {
        const data = await rows.readTexts(sources, args, { ...options, column: options.source }, reading);
        const texts = data.rows.map(({ text }) => text);
        const { beam: beamSize, lengthPenalty } = options;
        const answers = model.translate(texts, { beamSize, lengthPenalty });
        const predictions = answers.map(({ text, score, tokens }, i) => ({ source: texts[i], text, score, tokens }));
        return done(predictions, answers.map(({ text }) => text).join('\n'), data.report);
      }
      case 'caption':
        throw noPictures(file);
      default:
        return model satisfies never;
    }
  },
});

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text).replace(/\s+/g, ' ');
