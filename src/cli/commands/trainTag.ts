// `unrolled train tag`: one label for every token; beside the network stands the most frequent tag of each word.
import { TAGGER_DEFAULTS as DEFAULTS } from '../../models/defaults.js';
import type { TagScores } from '../../metrics/tagScores.js';
import type { TaggedSentence } from '../../models/tokenTagger.js';
import { escapeXml } from '../../plot/svg.js';
import { defineCommand } from '../command.js';
import { writeWhole } from '../files.js';
import { peakMemoryMiB } from '../io.js';
import { choice, decimal, flag, fraction, integer, path, string } from '../options.js';
import { formatNumber, formatTime, percent, table } from '../output.js';
import { shellCommand } from '../resumeCommand.js';
import { embeddingOption, fitSettings, trainOptions } from '../trainOptions.js';
import { filesOf, trainAndSave } from '../trainRun.js';

/** The share of the sentences that is drawn for the test where there is no such part. */
const TEST = 0.1;
/** The training part is measured on so many of its sentences. */
const MEASURED = 1000;
/** Sentences with mistakes in the report. */
const SHOWN = 12;

export const trainTagCommand = defineCommand({
  name: 'train tag',
  summary: 'trains a network that gives every token a label',
  arguments: [{ name: '<data...>', description: 'CoNLL columns or CoNLL-U; a known data set' }],
  options: {
    ...trainOptions(DEFAULTS, { epochs: '5', minutes: 'as long as the epochs take' }),
    embedding: embeddingOption(100),
    tagColumn: string(
      '--tag-column <column>',
      'by number, from the end as -1, or in CoNLL-U by name (default: upos, else the last)',
    ),
    tokenColumn: string('--token-column <column>', 'the column of the token (default: form, else the first)'),
    test: path('--test <file>', `sentences to measure with (default: ${TEST} of the data)`),
    validation: {
      ...fraction('--validation <fraction>', 'the part of the sentences that is kept to measure on the way'),
      defaultText: String(DEFAULTS.validation),
    },
    vectors: path('--vectors <file>', 'word vectors to start from, as GloVe writes them'),
    head: choice('--head <name>', 'each token alone, or whole paths (default: crf for chunks, O B-… I-…)', [
      'softmax',
      'crf',
    ]),
    minCount: { ...integer('--min-count <N>', 'leave out words that are seen less often'), defaultText: '1' },
    characters: {
      ...integer('--characters <N>', 'units over the characters of a word; 0 for none', { min: 0 }),
      defaultText: String(DEFAULTS.characterHiddenSize),
    },
    neighbourWeight: {
      ...decimal('--neighbour-weight <W>', 'of the loss of guessing the words beside, while training', { min: 0 }),
      defaultText: String(DEFAULTS.neighbourWeight),
    },
    oneDirection: flag('--one-direction', 'reads from the first token to the last only: such a tagger can stream'),
  },
  examples: ['unrolled train tag conll2000 --epochs 8', 'unrolled train tag mine.conllu --tag-column xpos'],
  async run(context, args, options) {
    const { io, globals, argv } = context;
    const library = await import('../library.js');
    const { readSentences, readWordVectors } = await import('../rowInput.js');
    const { readCell } = await import('../cellModule.js');
    const { createProgress } = await import('../progress.js');
    const cell = await readCell(io.cwd, options.cell);
    const data = await readSentences(context, args, options);
    const given = options.test === undefined ? data.test : (await readSentences(context, [options.test], options)).rows;
    const drawn = given ? null : library.stratifiedSplit(new Int32Array(data.rows.length), TEST, globals.seed ?? 0);
    const training = drawn ? Array.from(drawn.rest, (i) => data.rows[i]) : data.rows;
    const test = given ?? Array.from(drawn?.drawn ?? [], (i) => data.rows[i]);
    const vectors = options.vectors === undefined ? undefined : await readWordVectors(context, options.vectors);
    const backend = await library.startBackend(globals);
    const files = filesOf(data.name, options, DEFAULTS.cell);
    const progress = createProgress(io, globals);
    for (const note of data.notes) progress.log(note);
    const sizes = `${formatNumber(training.length)} sentences to learn from, ${formatNumber(test.length)} to test with`;
    progress.log(`${library.describeBackend(backend)} · ${data.name}: ${sizes}`);
    const { head, minCount, characters, neighbourWeight, oneDirection } = options;
    const model = await trainAndSave(context, { files, options, progress }, (hooks) =>
      library.TokenTagger.fit(training, {
        ...fitSettings(options, globals.seed),
        ...hooks,
        ...{ cell, vectors, head, minCount, characterHiddenSize: characters, neighbourWeight },
        bidirectional: oneDirection ? false : undefined,
        validation: data.validation ?? options.validation,
        onValidation: (scores) => progress.log(`validation ${shown(scores).join(', ')}`),
      }),
    );
    const tags = new Set(model.config.tags);
    const known = test.filter((sentence) => sentence.tags.every((tag) => tags.has(tag)));
    const unknown = test.length - known.length;
    if (unknown > 0) {
      data.notes.push(`left out ${unknown} sentences of the test with a tag that no training sentence has`);
      progress.log(data.notes[data.notes.length - 1]);
    }
    const tested = model.evaluate(known);
    const trained = model.evaluate(training.slice(0, MEASURED));
    const baseline = library.MostFrequentTag.fit(training).evaluate(known);
    const { training: result, config } = model;
    const last = result.validation.at(-1) ?? null;
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
    await writeWhole(
      io.cwd,
      files.report,
      library.taskReport({
        title: `${data.name}: tagger`,
        line: `${config.cell}, ${config.hiddenSize} units${config.bidirectional ? ' each way' : ''}, ${config.head} · ${sizes} · ${library.describeBackend(backend)}`,
        figures: [
          ['test accuracy', percent(tested.accuracy)],
          ...(tested.f1 === undefined ? [] : [['chunk F1', percent(tested.f1)] as const]),
          ['tags', formatNumber(config.tags.length)],
          ['time', formatTime(result.seconds)],
        ],
        scores: { heading: 'Test', columns, rows, strong: 1 },
        history: result.history,
        validation: result.validation.map(({ trainedTokens, loss }) => ({ tokens: trainedTokens, loss })),
        unit: 'nats per token',
        sections: [
          {
            heading: 'Sentences with mistakes',
            html: mistakesHtml(
              known,
              model.predict(known.map(({ tokens }) => tokens)).map((one) => one.tags),
            ),
          },
        ],
        details: [
          ['parameters', formatNumber(model.parameterCount())],
          ['words', formatNumber(model.vocabularySize)],
          ['epochs', formatNumber(result.epochs)],
          ['seed', String(config.seed)],
          ['tokens a second', formatNumber(Math.round(result.tokensPerSecond))],
        ],
        command: shellCommand(argv),
      }),
    );
    const json = {
      task: 'tag',
      model: files.model,
      report: files.report,
      backend: backend.name,
      threads: backend.threads,
      seed: config.seed,
      cell: config.cell,
      head: config.head,
      tags: config.tags,
      parameters: model.parameterCount(),
      vocabulary: model.vocabularySize,
      sentences: { train: training.length, test: known.length, leftOut: unknown },
      notes: data.notes,
      epochs: result.epochs,
      seconds: result.seconds,
      tokensPerSecond: result.tokensPerSecond,
      train: figures(trained),
      validation: last && figures(last),
      test: figures(tested),
      baselines: { mostFrequentTag: figures(baseline) },
      peakMemoryMiB: peakMemoryMiB(),
    };
    const text = [
      `${formatNumber(result.tokens)} tokens in ${formatTime(result.seconds)}`,
      table(columns, rows),
      table([{ heading: 'model' }, { heading: files.model }], [['report', files.report]]),
    ].join('\n\n');
    return { json, text };
  },
});

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
