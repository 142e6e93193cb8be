// `unrolled train lm`: trains a recurrent language model, saves it, compares it, and writes the report.
import type { LanguageModel } from '../../../models/language/languageModel.js';
import type { Corpus } from '../../../text/corpus.js';
import { isWordKind } from '../../../text/tokenizer.js';
import { type LossMetrics, metricsOf } from './metrics.js';
import { type Mixed, measureMixed, mixedJson, mixedText } from './mixed.js';
import { presetOption, withPreset } from './presets.js';
import type { Baseline } from './baselines.js';
import { repeatedText, repeatedValidation } from './repeated.js';
import { type CommandResult, type Context, defineCommand } from '../../command.js';
import { sourcesOf } from '../../sources.js';
import { TEXT_OPTIONS, type TextOptions, textSettings } from '../../textOptions.js';
import { LANGUAGE_MODEL_DEFAULTS, validationTokens } from '../../../models/language/options.js';
import { writeWhole } from '../../files.js';
import { peakMemoryMiB } from '../../io.js';
import { formatNumber, formatTime, table } from '../../output.js';
import type { OptionValues } from '../../options.js';
import { shellCommand } from '../../resumeCommand.js';
import { fitSettings, TRAIN_OPTIONS } from '../../trainOptions.js';
import { openResume, settingOf } from '../../resumed.js';
import { type ModelFiles, savedText, startRun, trainAndSave, trainedJson } from '../../trainRun.js';
import { searchText } from '../../search.js';

const SAMPLE = { temperature: 0.8, seed: 1 };

export const trainLmCommand = defineCommand({
  name: 'train lm',
  summary: 'train a recurrent language model',
  arguments: [{ name: '<data...>', description: 'files, folders, - for standard input, or a known data set' }],
  options: { preset: presetOption, ...TRAIN_OPTIONS, ...TEXT_OPTIONS },
  examples: [
    'unrolled train lm moby-dick --minutes 2',
    'unrolled train lm timemachine --preset d2l --cell gru',
    'unrolled train lm poems/ --cell gru --hidden 512 --epochs 20 --out poems.safetensors',
  ],
  async run(context, args, { preset, ...given }) {
    const options = withPreset(given, preset);
    const { io, argv } = context;
    const { LanguageModel, trainingReport, describeBackend } = await import('../../library.js');
    const { readCell } = await import('../../cellModule.js');
    const { readCorpus } = await import('../../../sources/index.js');
    const sources = sourcesOf(context);
    const cell = await readCell(io.cwd, options.cell);
    const resumed = await openResume(context, options.resume, 'lm');
    const text = textSettings(options, resumed);
    const stored = settingOf<number>(undefined, resumed, 'validation');
    const validation = options.validation ?? (stored === LANGUAGE_MODEL_DEFAULTS.validation ? undefined : stored);
    const data = await readCorpus(sources, args, { ...options, ...text, validation }, resumed?.reading);
    const { name, corpus, test, reading, report } = data;
    const line = corpusLine(corpus);
    const run = {
      ...(await startRun(context, { name, report, resumed }, args, line, options, LANGUAGE_MODEL_DEFAULTS.cell)),
      also: asPerplexity,
    };
    const { backend, files } = run;
    const samples: { step: number; text: string }[] = [];
    const model = await trainAndSave(context, run, (hooks) =>
      LanguageModel.fit(corpus, {
        ...librarySettings(context, options),
        ...text,
        ...hooks,
        cell,
        reading,
        onValidation: async ({ step, perplexity }, trained) => {
          const text = await trained.generateAsync({ ...SAMPLE, length: hasWords(corpus) ? 20 : 80 });
          // The trials of a search come first.
          if ((samples.at(-1)?.step ?? 0) > step) samples.length = 0;
          samples.push({ step, text });
          run.progress.log(`validation perplexity ${formatNumber(perplexity)} · ${oneLine(text)}`);
        },
      }),
    );
    const { training } = model;
    const tested = test === null ? null : networkMetrics(await model.evaluateAsync(test));
    const last = training.final;
    const finalSample = await model.generateAsync({ ...SAMPLE, length: hasWords(corpus) ? 100 : 400 });
    const { lmBaselines } = await import('./baselines.js');
    const baselines = lmBaselines(corpus, {
      seconds: run.budget.secondsLeft(),
      maxTokens: validationTokens(options.minutes),
      say: (line) => void run.progress.log(line),
    });
    const mixed = await measureMixed(model, corpus, test, run);
    const repeated = repeatedValidation(corpus);
    const rows = perplexityRows(model, baselines, last, mixed);
    const { config } = model;
    const page = trainingReport({
      title: `${name}: ${cellName(config.cell)} language model`,
      model: {
        ...config,
        cell: cellName(config.cell),
        embedding: config.embeddingSize,
        parameters: model.parameterCount(),
        vocabulary: model.vocabularySize,
      },
      data: {
        name,
        tokens: corpus.tokenizer.kind,
        trainTokens: corpus.train.length,
        validationTokens: corpus.validation.length,
      },
      backend: describeBackend(backend),
      seconds: training.seconds,
      tokensPerSecond: training.tokensPerSecond,
      peakMemoryMiB: peakMemoryMiB(),
      perplexities: rows,
      history: training.history,
      validation: training.validation.map(({ step, trainedTokens, seconds, loss }) => ({
        step,
        tokens: trainedTokens,
        seconds,
        loss,
      })),
      samples,
      finalSample,
      command: shellCommand(argv),
      options: [
        { name: 'seed', value: String(config.seed) },
        { name: 'epochs', value: formatNumber(training.epochs) },
      ],
    });
    await writeWhole(io.cwd, files.report, page);

    const ngram = baselines.find(({ order }) => order === 5)?.perplexity ?? null;
    const json = {
      ...trainedJson(model, run),
      vocabulary: model.vocabularySize,
      tokens: { train: corpus.train.length, validation: corpus.validation.length },
      steps: training.step,
      train: { loss: training.loss, perplexity: Math.exp(training.loss) },
      validation: metricsOf(last),
      validationRepeated: repeated,
      ...(tested && { test: metricsOf(tested) }),
      baselines: {
        uniform: model.vocabularySize,
        unigram: baselines.find(({ order }) => order === 1)?.perplexity ?? null,
        ngram,
        ngrams: Object.fromEntries(baselines.filter(({ order }) => order > 1).map((b) => [b.order, b.perplexity])),
      },
      mixture: mixedJson(mixed),
      sample: finalSample,
      data: report,
      peakMemoryMiB: peakMemoryMiB(),
    };
    const lines = [...searchText(run.search), summary(rows, { tested, mixed, repeated }, finalSample, files, training)];
    return { json, text: lines.join('\n\n') } satisfies CommandResult;
  },
});

function librarySettings(context: Context, options: LmOptions) {
  const { validation, sampling, steps, tied, embeddingDropout, softmaxSamples, mixture } = options;
  return {
    ...fitSettings(options, context),
    ...{ validation, sampling, embeddingDropout, softmaxSamples },
    tied: tied === undefined ? undefined : tied === 'yes',
    mixture: mixture ? true : undefined,
    numSteps: steps,
  };
}

type LmOptions = OptionValues<typeof TRAIN_OPTIONS> & TextOptions;

const asPerplexity = (loss: number): string => `perplexity ${formatNumber(Math.exp(loss))}`;

function cellName(cell: string): string {
  return cell.startsWith('gru') || cell.startsWith('rnn') || cell === 'lstm' ? cell.toUpperCase() : cell;
}

function hasWords({ tokenizer }: Corpus): boolean {
  return isWordKind(tokenizer.kind);
}

function corpusLine({ train, validation, vocabulary, tokenizer }: Corpus): string {
  const kind = isWordKind(tokenizer.kind) ? 'words' : tokenizer.kind === 'byte' ? 'bytes' : 'characters';
  return `${formatNumber(train.length)} + ${formatNumber(validation.length)} ${kind}, ${formatNumber(vocabulary.size)} in the vocabulary`;
}

function perplexityRows(
  model: LanguageModel,
  baselines: readonly Baseline[],
  last: { perplexity: number; bitsPerToken: number } | null,
  mixed: Mixed | null,
) {
  const rows = baselines.map(({ name, perplexity, bitsPerToken }) => ({ name, perplexity, bitsPerToken }));
  if (!last) return rows;
  const name = `${cellName(model.config.cell)} (this one)`;
  const own = { name, perplexity: last.perplexity, bitsPerToken: last.bitsPerToken, network: true };
  if (mixed === null) return [...rows, own];
  const { order, validation } = mixed;
  const row = ({ perplexity, bitsPerToken }: LossMetrics, name: string) => ({ name, perplexity, bitsPerToken });
  return [
    ...rows,
    ...(rows.some((one) => one.name === ngramName(order)) ? [] : [row(validation.ngrams, ngramName(order))]),
    own,
    row(validation.mixture, `mixture with the ${order}-gram`),
  ];
}

const ngramName = (order: number): string => `Kneser-Ney ${order}-gram`;

/** Of a mixture, what its network does alone. */
function networkMetrics(measured: ReturnType<LanguageModel['evaluate']>): LossMetrics {
  return measured.network ?? measured;
}

function summary(
  rows: ReturnType<typeof perplexityRows>,
  { tested, mixed, repeated }: { tested: LossMetrics | null; mixed: Mixed | null; repeated: number },
  sample: string,
  files: ModelFiles,
  {
    seconds,
    tokens,
    tokensPerSecond,
    loss,
  }: { seconds: number; tokens: number; tokensPerSecond: number; loss: number },
): string {
  const columns = [
    { heading: 'validation' },
    { heading: 'perplexity', number: true },
    { heading: 'bits per token', number: true },
  ];
  const cells = rows.map(({ name, perplexity, bitsPerToken }) => [
    name,
    perplexity.toFixed(2),
    bitsPerToken.toFixed(3),
  ]);
  return [
    `${formatNumber(tokens)} tokens in ${formatTime(seconds)}, ${formatNumber(Math.round(tokensPerSecond))} per second`,
    rows.length > 0 ? table(columns, cells) : `no validation data; training ${asPerplexity(loss)}`,
    ...repeatedText(repeated),
    ...(tested
      ? [`test perplexity ${tested.perplexity.toFixed(2)}, ${tested.bitsPerToken.toFixed(3)} bits per token`]
      : []),
    ...(mixed === null ? [] : [mixedText(mixed)]),
    sample,
    savedText(files),
  ].join('\n\n');
}

/** A sample on one line of the progress. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
