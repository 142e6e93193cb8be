// `unrolled train classify`: one label for a text; beside the network stands what counting alone achieves.
import { CLASSIFIER_DEFAULTS as DEFAULTS } from '../../../models/classifier/options.js';
import { POOLINGS } from '../../../models/classifier/poolings.js';
import type { ClassifierMetrics, LabelledText } from '../../../models/classifier/options.js';
import type { TextClassifier } from '../../../models/classifier/textClassifier.js';
import { escapeXml } from '../../../drawing/svg.js';
import { TOKENIZER_KINDS } from '../../../text/tokenizer.js';
import { UnrolledError } from '../../../errors.js';
import { defineCommand } from '../../command.js';
import { choice, flag, fraction, integer, path, string } from '../../options.js';
import { formatNumber, percent } from '../../output.js';
import type { LabelledRow } from '../../../sources/index.js';
import { sourcesOf } from '../../sources.js';
import { TABLE_OPTIONS } from '../../tableOptions.js';
import type * as library from '../../library.js';
import { embeddingOption, fitSettings, trainOptions } from '../../trainOptions.js';
import { requireParts } from '../../parts.js';
import { openResume, seedOf } from '../../resumed.js';
import { startRun, taskResult, trainAndSave } from '../../trainRun.js';

/** The share of the rows that is drawn for the test where there is no such part. */
const TEST = 0.1;
/** The training part is measured on so many of its rows. */
const MEASURED = 2000;
/** Mistakes in the report. */
const MISTAKES = 12;

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
    ...trainOptions(DEFAULTS, { epochs: '5', minutes: 'no limit' }),
    embedding: embeddingOption(100),
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
      defaultText: DEFAULTS.tokens,
    },
    lowercase: flag('--lowercase', 'convert text to lower case'),
    minCount: { ...integer('--min-count <N>', 'drop tokens that occur fewer than N times'), defaultText: '1' },
    pooling: {
      ...choice('--pooling <name>', 'pooling over the outputs of all steps', POOLINGS),
      defaultText: DEFAULTS.pooling,
    },
    wordDropout: {
      ...fraction(
        '--word-dropout <P>',
        'word dropout: probability that a token is replaced by the unknown one during training',
      ),
      defaultText: String(DEFAULTS.wordDropout),
    },
    oneDirection: flag('--one-direction', 'use a unidirectional network'),
  },
  examples: [
    'unrolled train classify reviews.csv --text review --label sentiment',
    'unrolled train classify names-18-languages --tokens char',
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
    const { tokens, lowercase, minCount, pooling, wordDropout, oneDirection } = options;
    const model = await trainAndSave(context, run, (hooks) =>
      lib.TextClassifier.fit(training, {
        ...fitSettings(options, context),
        ...hooks,
        reading: data.reading,
        ...{ cell, vectors, tokens, lowercase: lowercase || undefined, minCount, pooling, wordDropout },
        bidirectional: oneDirection ? false : undefined,
        validation: data.validation ?? options.validation,
        onValidation: ({ loss, accuracy }) =>
          run.progress.log(`validation loss ${loss.toFixed(3)}, accuracy ${percent(accuracy)}`),
      }),
    );
    const tested = model.evaluate(test);
    const trained = model.evaluate(training.slice(0, MEASURED));
    run.progress.log('fitting baselines: naive Bayes, logistic regression');
    const baselines = baselinesOf(model, training, test, lib);
    const { config } = model;
    const last = model.training.final;
    const scores = [
      ['majority', baselines.majority, null],
      ['naive Bayes', baselines.naiveBayes, null],
      ['logistic regression', baselines.logisticRegression, null],
      [`${config.cell} (this one)`, tested.accuracy, tested.macroF1],
    ] as const;
    const rows = scores.map(([name, accuracy, f1]) => [name, percent(accuracy), f1 === null ? '' : f1.toFixed(3)]);
    const columns = [{ heading: 'test' }, { heading: 'accuracy', number: true }, { heading: 'macro F1', number: true }];
    return taskResult(context, run, model, {
      title: `${data.name}: classifier`,
      line: `${config.cell}, ${config.hiddenSize} units${config.bidirectional ? ' per direction' : ''} · ${sizes}`,
      figures: [
        ['test accuracy', percent(tested.accuracy)],
        ['best baseline', percent(Math.max(baselines.naiveBayes, baselines.logisticRegression))],
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
        { heading: 'Most confident mistakes', html: mistakesHtml(model, test) },
      ],
      details: [['vocabulary', `${formatNumber(model.vocabularySize)} (${model.text.settings.tokens})`]],
      data: data.report,
      json: {
        labels: config.labels,
        vocabulary: model.vocabularySize,
        rows: { train: training.length, test: test.length },
        train: figures(trained),
        validation: last && figures(last),
        test: { ...figures(tested), confusion: tested.confusion },
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

/**
 * Accuracy on the test part: of the label that is most frequent, and of naive Bayes and logistic regression on the model's tokens and
 * their neighbours.
 */
function baselinesOf(
  model: TextClassifier,
  training: readonly LabelledText[],
  test: readonly LabelledText[],
  { LogisticRegression, NaiveBayes }: Pick<typeof library, 'LogisticRegression' | 'NaiveBayes'>,
): { majority: number; naiveBayes: number; logisticRegression: number } {
  const count = model.config.labels.length;
  const [seen, unseen] = [model.encode(training), model.encode(test)];
  const byCharacter = model.text.settings.tokens === 'char' || model.text.settings.tokens === 'byte';
  // Of a word the beginning and the end say much.
  const mark = byCharacter ? ['·'] : [];
  const words = ({ sequences }: { sequences: Int32Array[] }): string[][] =>
    sequences.map((sequence) => [...mark, ...Array.from(sequence, String), ...mark]);
  const features = words(seen);
  const order = byCharacter ? 4 : 2;
  const bayes = new NaiveBayes(features, seen.classes, count, byCharacter ? { order, alpha: 0.3 } : { order });
  const logistic = new LogisticRegression(features, seen.classes, count, { order });
  const frequencies = new Int32Array(count);
  for (const k of seen.classes) frequencies[k]++;
  const most = frequencies.indexOf(Math.max(...frequencies));
  const share = (guess: (i: number) => number): number =>
    unseen.classes.reduce((sum, k, i) => sum + (guess(i) === k ? 1 : 0), 0) / unseen.classes.length;
  const rows = words(unseen);
  return {
    majority: share(() => most),
    naiveBayes: share((i) => bayes.predict(rows[i])),
    logisticRegression: share((i) => logistic.predict(rows[i])),
  };
}

function mistakesHtml(model: TextClassifier, test: readonly LabelledText[]): string {
  const predicted = model.predict(test.map(({ text }) => text));
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
