// `unrolled train classify`: one label for a text; beside the network stands what counting alone achieves.
import { CLASSIFIER_DEFAULTS as DEFAULTS } from '../../../models/classifier/options.js';
import { POOLINGS } from '../../../models/classifier/poolings.js';
import type { ClassifierMetrics, LabelledText } from '../../../models/classifier/options.js';
import type { TextClassifier } from '../../../models/classifier/textClassifier.js';
import { escapeXml } from '../../../drawing/svg.js';
import { TOKENIZER_KINDS } from '../../../text/tokenizer.js';
import { UnrolledError } from '../../../errors.js';
import { defineCommand } from '../../command.js';
import { choice, flag, fraction, integer, type OptionSpec, path, string } from '../../options.js';
import { formatNumber, percent } from '../../output.js';
import type { LabelledRow } from '../../../sources/index.js';
import { sourcesOf } from '../../sources.js';
import { TABLE_OPTIONS } from '../../tableOptions.js';
import type * as library from '../../library.js';
import { embeddingOption, fitSettings, trainOptions } from '../../trainOptions.js';
import { requireParts } from '../../parts.js';
import { openResume, seedOf } from '../../resumed.js';
import { type Run, startRun, taskResult, trainAndSave } from '../../trainRun.js';

/** The share of the rows that is drawn for the test where there is no such part. */
const TEST = 0.1;
/** The training part is measured on so many of its rows. */
const MEASURED = 2000;
/** Mistakes in the report, and among how many rows of the test they are looked for. */
const MISTAKES = 12;
const LOOKED_AT = 2000;
/** What counting reads of a text in a second at least, in tokens. */
const COUNTED_PER_SECOND = 100_000;
/** Rows that are looked at to know how long texts are. */
const SAMPLE = 100;
/** Fewer rows say nothing. */
const FEWEST_COUNTED = 200;
const CHOSEN = 'chosen from the data';

const TRAINING = trainOptions(DEFAULTS, { epochs: CHOSEN, minutes: '5, or 10 for much text' });

function fromData<T>(spec: OptionSpec<T>): OptionSpec<T> {
  return { ...spec, defaultText: CHOSEN };
}

export const trainClassifyCommand = defineCommand({
  name: 'train classify',
  summary: 'train a text classifier: one label for each text',
  arguments: [
    {
      name: '<data...>',
      description:
        'TSV, CSV or JSON lines; a folder that has for each label a file with one text per line, or a folder of texts; a known data set',
    },
  ],
  options: {
    ...TRAINING,
    ...{ hidden: fromData(TRAINING.hidden), dropout: fromData(TRAINING.dropout), batch: fromData(TRAINING.batch) },
    ...{ lr: fromData(TRAINING.lr), embedding: fromData(embeddingOption(0)) },
    text: string('--text <column>', 'text column, by name or number (default: detected)'),
    label: string('--label <column>', 'label column (default: detected)'),
    test: path('--test <file>', `test data (default: ${TEST} of the data, stratified by label)`),
    validation: {
      ...fraction('--validation <fraction>', 'fraction of the rows held out for validation'),
      defaultText: String(DEFAULTS.validation),
    },
    ...TABLE_OPTIONS,
    vectors: path('--vectors <file>', 'pretrained word vectors, in the format of GloVe'),
    tokens: {
      ...choice('--tokens <kind>', 'token unit', TOKENIZER_KINDS),
      defaultText: 'word; char where texts are single words',
    },
    lowercase: flag('--lowercase', 'convert text to lower case (default: for words)'),
    keepCase: flag('--keep-case', 'keep upper case, for words too'),
    minCount: fromData(integer('--min-count <N>', 'drop tokens that occur fewer than N times')),
    pooling: {
      ...choice('--pooling <name>', 'pooling over the outputs of all steps', POOLINGS),
      defaultText: CHOSEN,
    },
    wordDropout: {
      ...fraction(
        '--word-dropout <P>',
        'word dropout: probability that a token is replaced by the unknown one during training',
      ),
      defaultText: CHOSEN,
    },
    maxLength: {
      ...integer('--max-length <N>', 'tokens that the network reads of a longer text: its beginning and its end'),
      defaultText: 'all, unless time is short',
    },
    oneDirection: flag('--one-direction', 'use a unidirectional network'),
    linear: {
      ...flag('--no-linear', 'leave out the linear part over n-grams that stands beside the network'),
      default: true,
    },
    classWeights: choice('--class-weights <kind>', 'balanced: rare labels weigh as much as frequent ones', [
      'balanced',
    ]),
  },
  examples: [
    'unrolled train classify reviews.csv --text review --label sentiment',
    'unrolled train classify names-18-languages',
  ],
  async run(context, args, options) {
    const { io, globals } = context;
    const lib = await import('../../library.js');
    const { readLabelled, readWordVectors } = await import('../../../sources/index.js');
    const sources = sourcesOf(context);
    const { readCell } = await import('../../cellModule.js');
    const cell = await readCell(io.cwd, options.cell);
    const resumed = await openResume(context, options.resume, 'classify');
    const data = await readLabelled(sources, args, options, resumed?.reading);
    const given =
      options.test === undefined
        ? data.test
        : (await readLabelled(sources, [options.test], options, data.reading)).rows;
    const { training, test } = given
      ? { training: data.rows, test: given }
      : drawTest(data.rows, seedOf(globals.seed, resumed), lib);
    // Of one label alone, the training says what is missing.
    if (new Set(data.rows.map(({ label }) => label)).size > 1) {
      requireParts(
        { what: 'rows', needed: '2 labels, and a row of each beside those that the test draws' },
        training,
        test,
      );
    }
    requireKnown(training, test);
    const vectors = options.vectors === undefined ? undefined : await readWordVectors(sources, options.vectors);
    const sizes = `${formatNumber(training.length)} training rows, ${formatNumber(test.length)} test rows`;
    const run = await startRun(context, { ...data, resumed }, args, sizes, options, DEFAULTS.cell);
    const { tokens, minCount, pooling, wordDropout, maxLength, oneDirection, classWeights } = options;
    const lowercase = options.lowercase ? true : options.keepCase ? false : undefined;
    const model = await trainAndSave(context, run, (hooks) =>
      lib.TextClassifier.fit(training, {
        ...fitSettings(options, context),
        ...hooks,
        reading: data.reading,
        ...{ cell, vectors, tokens, lowercase, minCount, pooling, wordDropout, maxLength, classWeights },
        linear: options.linear ? undefined : false,
        bidirectional: oneDirection ? false : undefined,
        validation: data.validation ?? options.validation,
        onValidation: ({ loss, accuracy }) =>
          run.progress.log(`validation loss ${loss.toFixed(3)}, accuracy ${percent(accuracy)}`),
      }),
    );
    const measured = rowsInTime(test, model, run);
    const tested = await model.evaluateAsync(measured);
    const trained = await model.evaluateAsync(training.slice(0, Math.min(MEASURED, measured.length)));
    const baselines = baselinesOf(model, training, measured, run, lib);
    const { config } = model;
    const last = model.training.final;
    const parts = tested.parts && {
      weights: model.weights,
      validation: last?.parts ?? null,
      test: tested.parts,
    };
    const scores: (readonly [string, number | null, number | null])[] = [
      ['majority', baselines.majority, null],
      ['naive Bayes', baselines.naiveBayes, null],
      ['logistic regression', baselines.logisticRegression, null],
      ...(tested.parts === undefined
        ? []
        : ([
            ['linear part alone', tested.parts.linear.accuracy, tested.parts.linear.macroF1],
            [`${config.cell} alone`, tested.parts.network.accuracy, tested.parts.network.macroF1],
          ] as const)),
      [
        tested.parts === undefined ? `${config.cell} (this one)` : `${config.cell} and linear part (this one)`,
        tested.accuracy,
        tested.macroF1,
      ],
    ];
    const rows = scores.map(([name, accuracy, f1]) => [
      name,
      accuracy === null ? 'left out' : percent(accuracy),
      f1 === null ? '' : f1.toFixed(3),
    ]);
    const columns = [{ heading: 'test' }, { heading: 'accuracy', number: true }, { heading: 'macro F1', number: true }];
    const best = Math.max(...Object.values(baselines).map((accuracy) => accuracy ?? 0));
    return taskResult(context, run, model, {
      title: `${data.name}: classifier`,
      line: `${config.cell}, ${config.hiddenSize} units${config.bidirectional ? ' per direction' : ''} · ${sizes}`,
      figures: [
        ['test accuracy', percent(tested.accuracy)],
        ['best baseline', percent(best)],
        ['labels', formatNumber(config.labels.length)],
      ],
      scores: { heading: 'Accuracy', columns, rows, strong: rows.length - 1 },
      unit: 'nats per row',
      sections: [
        {
          heading: 'Confusion matrix',
          html: lib.confusionChart(
            'Test rows; the stronger the colour, the larger the share of the true label',
            config.labels,
            tested.confusion,
          ),
        },
        { heading: 'Most confident mistakes', html: await mistakesHtml(model, measured.slice(0, LOOKED_AT)) },
      ],
      details: [['vocabulary', `${formatNumber(model.vocabularySize)} (${model.text.settings.tokens})`]],
      data: data.report,
      json: {
        labels: config.labels,
        vocabulary: model.vocabularySize,
        rows: { train: training.length, test: measured.length },
        train: figures(trained),
        validation: last && figures(last),
        test: { ...figures(tested), confusion: tested.confusion },
        ...(parts === undefined ? {} : { parts }),
        baselines,
      },
    });
  },
});

const figures = ({ loss, accuracy, macroF1 }: ClassifierMetrics) => ({ loss, accuracy, macroF1 });

/** Errors: FORMAT for a label of the test rows that no training row has. */
function requireKnown(training: readonly LabelledRow[], test: readonly LabelledRow[]): void {
  const labels = new Set(training.map(({ label }) => label));
  const unknown = test.find(({ label }) => !labels.has(label));
  if (unknown === undefined) return;
  throw new UnrolledError(
    'FORMAT',
    `expected a label of the training rows, received "${unknown.label}" in line ${unknown.line} of ${unknown.file}`,
    'correct the label, or remove the row: a label without training rows cannot be predicted',
  );
}

function drawTest<R extends LabelledText>(
  rows: readonly R[],
  seed: number,
  { stratifiedSplit }: Pick<typeof library, 'stratifiedSplit'>,
): { training: R[]; test: R[] } {
  const labels = [...new Set(rows.map(({ label }) => label))];
  const classOf = new Map(labels.map((label, k) => [label, k]));
  const classes = rows.map(({ label }) => classOf.get(label) ?? 0);
  const { rest, drawn } = stratifiedSplit(classes, TEST, seed);
  return { training: Array.from(rest, (i) => rows[i]), test: Array.from(drawn, (i) => rows[i]) };
}

/** Of the test rows, evenly spaced, as many as can be measured in half of the time that is left. */
function rowsInTime<R extends LabelledText>(
  test: readonly R[],
  model: TextClassifier & { training: { tokensPerSecond: number } },
  { budget, progress }: Pick<Run, 'budget' | 'progress'>,
): readonly R[] {
  const seconds = budget.secondsLeft() / 2;
  if (seconds === Infinity) return test;
  const some = test.slice(0, SAMPLE);
  const tokens = some.reduce((sum, { text }) => sum + model.steps(text).length, 0) / some.length;
  const most = Math.max(FEWEST_COUNTED, Math.floor((seconds * model.training.tokensPerSecond) / Math.max(1, tokens)));
  const step = Math.ceil(test.length / most);
  if (step <= 1) return test;
  const measured = test.filter((_, i) => i % step === 0);
  progress.log(`measured on ${formatNumber(measured.length)} of the test rows, as time allows`);
  return measured;
}

/** Accuracy on the test part; null for what there was no time for. */
interface Baselines {
  majority: number;
  naiveBayes: number | null;
  logisticRegression: number | null;
}

/**
 * Of the label that is most frequent, and of naive Bayes and logistic regression on the model's tokens and their neighbours: on as many
 * training rows as there is time for.
 */
function baselinesOf(
  model: TextClassifier,
  training: readonly LabelledText[],
  test: readonly LabelledText[],
  { budget, progress }: Pick<Run, 'budget' | 'progress'>,
  { LogisticRegression, NaiveBayes }: Pick<typeof library, 'LogisticRegression' | 'NaiveBayes'>,
): Baselines {
  const count = model.config.labels.length;
  const [seen, unseen] = [model.encode(training), model.encode(test)];
  const frequencies = new Int32Array(count);
  for (const k of seen.classes) frequencies[k]++;
  const most = frequencies.indexOf(Math.max(...frequencies));
  const share = (guess: (i: number) => number): number =>
    unseen.classes.reduce((sum, k, i) => sum + (guess(i) === k ? 1 : 0), 0) / unseen.classes.length;
  const majority = share(() => most);
  const tokens = [seen, unseen].flatMap(({ lengths }) => [...lengths]).reduce((sum, length) => sum + length, 0);
  const step = Math.max(1, Math.ceil(tokens / COUNTED_PER_SECOND / budget.secondsLeft()));
  const some =
    training.length / step < FEWEST_COUNTED && step > 1 ? [] : [...training.keys()].filter((i) => i % step === 0);
  if (some.length === 0) {
    progress.log('the baselines naive Bayes and logistic regression are left out: there is no time for them');
    return { majority, naiveBayes: null, logisticRegression: null };
  }
  const sample = step === 1 ? '' : `, on ${formatNumber(some.length)} of the training rows, as time allows`;
  progress.log(`fitting baselines: naive Bayes, logistic regression${sample}`);
  const byCharacter = model.text.settings.tokens === 'char' || model.text.settings.tokens === 'byte';
  // Of a word the beginning and the end say much.
  const mark = byCharacter ? ['·'] : [];
  const words = (sequence: Int32Array): string[] => [...mark, ...Array.from(sequence, String), ...mark];
  const features = some.map((i) => words(seen.sequences[i]));
  const classes = some.map((i) => seen.classes[i]);
  const order = byCharacter ? 4 : 2;
  const bayes = new NaiveBayes(features, classes, count, byCharacter ? { order, alpha: 0.3 } : { order });
  const logistic = new LogisticRegression(features, classes, count, { order });
  const rows = unseen.sequences.map(words);
  return {
    majority,
    naiveBayes: share((i) => bayes.predict(rows[i])),
    logisticRegression: share((i) => logistic.predict(rows[i])),
  };
}

async function mistakesHtml(model: TextClassifier, test: readonly LabelledText[]): Promise<string> {
  const predicted = await model.predictAsync(test.map(({ text }) => text));
  const wrong = predicted
    .map((answer, i) => ({ ...answer, ...{ truth: test[i].label, text: test[i].text } }))
    .filter(({ label, truth }) => label !== truth)
    .sort((a, b) => b.probability - a.probability)
    .slice(0, MISTAKES);
  if (wrong.length === 0) return '<p>None.</p>';
  return wrong
    .map(({ text, truth, label, probability }) => {
      const shown = text.length > 400 ? `${text.slice(0, 399)}…` : text;
      return `<p class="when">${escapeXml(`${truth}, predicted ${label} (${percent(probability)})`)}</p>\n<blockquote>${escapeXml(shown)}</blockquote>`;
    })
    .join('\n');
}
