// `unrolled train tag`: one label for every token; beside the network stands the most frequent tag of each word.
import { TAGGER_DEFAULTS as DEFAULTS } from '../../../models/tagger/options.js';
import type { TagScores } from '../../../metrics/tagScores.js';
import type { TaggedSentence } from '../../../models/tagger/options.js';
import { escapeXml } from '../../../drawing/svg.js';
import { defineCommand } from '../../command.js';
import { choice, decimal, flag, fraction, integer, path, string } from '../../options.js';
import { formatNumber, percent } from '../../output.js';
import { sourcesOf } from '../../sources.js';
import { TABLE_OPTIONS } from '../../tableOptions.js';
import { embeddingOption, fitSettings, trainOptions } from '../../trainOptions.js';
import { requireParts } from '../../parts.js';
import { openResume, seedOf } from '../../resumed.js';
import { startRun, taskResult, trainAndSave } from '../../trainRun.js';

/** The share of the sentences that is drawn for the test where there is no such part. */
const TEST = 0.1;
/** The training part is measured on so many of its sentences. */
const MEASURED = 1000;
/** Sentences with mistakes in the report, and how many are looked through for them. */
const SHOWN = 12;
const LOOKED_THROUGH = 500;
/** Of the time that --minutes leave, what a measurement of the network and the counting of the baseline may take each. */
const SHARE = 0.3;
/** Tokens that the baseline counts in a second, or more. */
const COUNTED_PER_SECOND = 200_000;
/** Tokens that are measured and counted however little time is left: they take a moment. */
const LEAST_MEASURED = 1000;
const LEAST_COUNTED = 100_000;

const SHARED = trainOptions(DEFAULTS, {
  epochs: '30 to 5, the fewer the more sentences there are',
  minutes: '5, or 8 for more than 200,000 tokens',
});

export const trainTagCommand = defineCommand({
  name: 'train tag',
  summary: 'train a tagger: one label for each token',
  arguments: [{ name: '<data...>', description: 'CoNLL columns or CoNLL-U; a known data set' }],
  options: {
    ...SHARED,
    batch: { ...SHARED.batch, defaultText: '16, or 32 for 5,000 sentences or more' },
    embedding: embeddingOption(100),
    format: { ...choice('--format <name>', 'data format', ['conll', 'conllu']), defaultText: 'detected' },
    encoding: TABLE_OPTIONS.encoding,
    tagColumn: string(
      '--tag-column <column>',
      'tag column, by number (-1 is the last), in CoNLL-U also by name (default: upos, else the last)',
    ),
    tokenColumn: string('--token-column <column>', 'token column (default: form, else the first)'),
    test: path('--test <file>', `test data (default: ${TEST} of the data)`),
    validation: {
      ...fraction('--validation <fraction>', 'fraction of the sentences held out for validation'),
      defaultText: `${DEFAULTS.validation}, at most 2,000 sentences`,
    },
    vectors: path('--vectors <file>', 'pretrained word vectors, in the format of GloVe'),
    head: {
      ...choice('--head <name>', 'output layer, each tag by itself or a CRF over the whole sequence', [
        'softmax',
        'crf',
      ]),
      defaultText: 'crf for chunk tags such as B-… I-… O, else softmax',
    },
    minCount: { ...integer('--min-count <N>', 'drop words that occur fewer than N times'), defaultText: '1' },
    characters: {
      ...integer('--characters <N>', 'hidden units of the character network; 0 for none', { min: 0 }),
      defaultText: String(DEFAULTS.characterHiddenSize),
    },
    features: flag('--no-features', 'leave out the embeddings of prefixes, suffixes and shapes of words'),
    neighbourWeight: {
      ...decimal('--neighbour-weight <W>', 'weight of an auxiliary loss: predicting the neighbouring words', {
        min: 0,
      }),
      defaultText: '0.1 for chunk tags, else 0',
    },
    wordDropout: {
      ...fraction(
        '--word-dropout <P>',
        'a word that occurs n times is an unknown one in training with probability P / n',
      ),
      defaultText: '0.5',
    },
    oneDirection: flag('--one-direction', 'use a unidirectional network, which can tag a stream'),
  },
  examples: ['unrolled train tag conll2000', 'unrolled train tag mine.conllu --tag-column xpos'],
  async run(context, args, options) {
    const { io, globals } = context;
    const library = await import('../../library.js');
    const { readSentences, readWordVectors } = await import('../../../sources/index.js');
    const sources = sourcesOf(context);
    const { readCell } = await import('../../cellModule.js');
    const cell = await readCell(io.cwd, options.cell);
    const resumed = await openResume(context, options.resume, 'tag');
    const data = await readSentences(sources, args, options, resumed?.reading);
    const given =
      options.test === undefined
        ? data.test
        : (await readSentences(sources, [options.test], options, data.reading)).rows;
    const drawn = given
      ? null
      : library.stratifiedSplit(new Int32Array(data.rows.length), TEST, seedOf(globals.seed, resumed));
    const training = drawn ? Array.from(drawn.rest, (i) => data.rows[i]) : data.rows;
    const test = given ?? Array.from(drawn?.drawn ?? [], (i) => data.rows[i]);
    requireParts({ what: 'sentences', needed: '2, one for training and one for testing' }, training, test);
    const vectors = options.vectors === undefined ? undefined : await readWordVectors(sources, options.vectors);
    const sizes = `${formatNumber(training.length)} training sentences, ${formatNumber(test.length)} test sentences`;
    const run = await startRun(context, { ...data, resumed }, args, sizes, options, DEFAULTS.cell);
    const { head, minCount, characters, features, neighbourWeight, wordDropout, oneDirection } = options;
    const model = await trainAndSave(context, run, (hooks) =>
      library.TokenTagger.fit(training, {
        ...fitSettings(options, context),
        ...hooks,
        reading: data.reading,
        ...{ cell, vectors, head, minCount, characterHiddenSize: characters, neighbourWeight, wordDropout },
        featureSize: features ? undefined : 0,
        bidirectional: oneDirection ? false : undefined,
        validation: data.validation ?? options.validation,
        onValidation: (scores) => run.progress.log(`validation ${shown(scores).join(', ')}`),
      }),
    );
    const log = (note: string): void => {
      data.report.notes.push(note);
      run.progress.log(note);
    };
    // Measuring a sentence takes less time than learning from it.
    const tokensIn = (perSecond: number, least: number): number =>
      Math.max(least, SHARE * run.budget.secondsLeft() * perSecond);
    const measurable = (): number => tokensIn(model.training.tokensPerSecond, LEAST_MEASURED);
    const measured = affordable(test, measurable());
    if (measured.length < test.length) {
      log(
        `the network and the baseline are measured on ${measured.length} of ${test.length} test sentences: all would not fit the minutes`,
      );
    }
    const tested = await model.evaluateAsync(measured);
    if (tested.untrained > 0) {
      log(`${tested.untrained} test tokens have a tag that no training sentence has; they count as errors`);
    }
    const trained = await model.evaluateAsync(affordable(training.slice(0, MEASURED), measurable()));
    const counted = affordable(training, tokensIn(COUNTED_PER_SECOND, LEAST_COUNTED));
    if (counted.length < training.length) {
      log(
        `the most frequent tags are counted in ${counted.length} of ${training.length} sentences: all would not fit the minutes`,
      );
    }
    const baseline = library.MostFrequentTag.fit(counted).evaluate(measured);
    const { config } = model;
    const { inputParts } = model.network;
    const last = model.training.final;
    const chunks = tested.f1 !== undefined;
    const row = (name: string, { accuracy, f1 }: TagScores): string[] => [
      name,
      percent(accuracy),
      ...(chunks ? [percent(f1 ?? 0)] : []),
    ];
    const rows = [row('most frequent tag of each word', baseline), row(`${config.cell} (this one)`, tested)];
    const columns = [
      { heading: 'test' },
      { heading: 'accuracy', number: true },
      ...(chunks ? [{ heading: 'chunk F1', number: true }] : []),
    ];
    const looked = measured.slice(0, LOOKED_THROUGH);
    const said = (await model.predictAsync(looked.map(({ tokens }) => tokens))).map((one) => one.tags);
    return taskResult(context, run, model, {
      title: `${data.name}: tagger`,
      line: `${config.cell}, ${config.hiddenSize} units${config.bidirectional ? ' per direction' : ''}, ${config.head} · ${sizes}`,
      figures: [
        ['test accuracy', percent(tested.accuracy)],
        ...(tested.f1 === undefined ? [] : [['chunk F1', percent(tested.f1)] as const]),
        ['tags', formatNumber(config.tags.length)],
      ],
      scores: { heading: 'Test', columns, rows, strong: 1 },
      unit: 'nats per token',
      sections: [{ heading: 'Sentences with mistakes', html: mistakesHtml(looked, said) }],
      details: [
        ['words', formatNumber(model.vocabularySize)],
        ['read of each word', partsText(inputParts)],
        ['tag scheme', library.tagSchemeOf(config.tags) ?? 'none'],
      ],
      data: data.report,
      text: [`read of each word: ${partsText(inputParts)}`],
      json: {
        head: config.head,
        tags: config.tags,
        parts: inputParts,
        scheme: library.tagSchemeOf(config.tags),
        vocabulary: model.vocabularySize,
        sentences: { train: training.length, test: test.length },
        train: figures(trained),
        validation: last && figures(last),
        test: { ...figures(tested), untrained: tested.untrained },
        baselines: { mostFrequentTag: figures(baseline) },
      },
    });
  },
});

/** Sentences spread over all, of about so many tokens together; one at least, all where that is enough. */
function affordable(sentences: readonly TaggedSentence[], tokens: number): readonly TaggedSentence[] {
  const all = sentences.reduce((sum, sentence) => sum + sentence.tokens.length, 0);
  if (all <= tokens) return sentences;
  const count = Math.max(1, Math.floor((sentences.length * tokens) / all));
  return Array.from({ length: count }, (_, i) => sentences[Math.floor((i * sentences.length) / count)]);
}

/** `its embedding (100), its characters (100), …` */
function partsText({ words, characters, features }: Partial<Record<string, number>>): string {
  const parts: [string, number | undefined][] = [
    ['its embedding', words],
    ['its characters', characters],
    ['its prefixes, suffixes and shape', features],
  ];
  return parts.flatMap(([name, size]) => (size === undefined ? [] : [`${name} (${size})`])).join(', ');
}

function figures({ accuracy, f1, tokens, loss }: TagScores & { loss?: number }): Record<string, number> {
  return { tokens, accuracy, ...(f1 === undefined ? {} : { f1 }), ...(loss === undefined ? {} : { loss }) };
}

function shown({ loss, accuracy, f1 }: TagScores & { loss: number }): string[] {
  return [
    `loss ${loss.toFixed(3)}`,
    `accuracy ${percent(accuracy)}`,
    ...(f1 === undefined ? [] : [`chunk F1 ${percent(f1)}`]),
  ];
}

/** Tokens over their tags; where the network said another, both stand there. */
function mistakesHtml(sentences: readonly TaggedSentence[], predicted: readonly (readonly string[])[]): string {
  const wrong = sentences
    .map(({ tokens, tags }, i) => ({ tokens, tags, said: predicted[i] }))
    .filter(({ tags, said }) => tags.some((tag, t) => tag !== said[t]))
    .slice(0, SHOWN);
  if (wrong.length === 0) return '<p>None.</p>';
  return wrong
    .map(({ tokens, tags, said }) => {
      const words = tokens.map((token, t) => {
        const good = tags[t] === said[t];
        const under = good ? tags[t] : `${said[t]}, not ${tags[t]}`;
        const text = `${escapeXml(token)}<rt>${escapeXml(under)}</rt>`;
        return `<ruby style="ruby-position: under">${good ? text : `<strong>${text}</strong>`}</ruby>`;
      });
      return `<blockquote style="line-height: 2.6">${words.join(' ')}</blockquote>`;
    })
    .join('\n');
}
