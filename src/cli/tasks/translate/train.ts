// `unrolled train translate`: one sequence to another, by encoder, decoder and attention.
import { TRANSLATOR_DEFAULTS as DEFAULTS } from '../../../models/translator/options.js';
import type { Translator } from '../../../models/translator/translator.js';
import type { TranslatorEvaluation } from '../../../models/translator/options.js';
import type { TextPair } from '../../../models/translator/sentencePairs.js';
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
import type * as library from '../../library.js';
import { bleuHeading, scoresOf } from './scores.js';

/** The share of the sources that is drawn for the test where there is no such part, and the most of it. */
const TEST = 0.1;
const MOST_TEST = 2500;
/** Bytes have no room for the end of a sentence. */
const KINDS = ['char', 'word', 'whitespace', 'split', 'word-0.1'] as const;
/** Translations in the report. */
const SHOWN = 20;

export const trainTranslateCommand = defineCommand({
  name: 'train translate',
  summary: 'train a sequence-to-sequence network: sentences, spellings, programs',
  arguments: [
    { name: '<data...>', description: 'two columns of text: TSV, CSV or JSON lines, also in a .zip; a known data set' },
  ],
  options: {
    ...trainOptions(DEFAULTS, { epochs: '4 to 40, by the number of pairs', minutes: '25' }),
    embedding: embeddingOption(DEFAULTS.embeddingSize),
    source: string('--source <column>', 'source column, by name or number (default: the first)'),
    target: string('--target <column>', 'target column, by name or number (default: the second)'),
    test: path('--test <file>', `test data (default: ${TEST} of the sources, at most ${MOST_TEST})`),
    validation: {
      ...fraction('--validation <fraction>', 'fraction of the sources held out for validation'),
      defaultText: String(DEFAULTS.validation),
    },
    ...TABLE_OPTIONS,
    tokens: {
      ...choice('--tokens <kind>', 'token unit', KINDS),
      defaultText: DEFAULTS.tokens,
    },
    targetTokens: choice('--target-tokens <kind>', 'token unit of the targets (default: the same)', KINDS),
    lowercase: flag('--lowercase', 'convert text to lower case'),
    minCount: {
      ...integer('--min-count <N>', 'drop tokens that occur fewer than N times'),
      defaultText: String(DEFAULTS.minCount),
    },
    maxTokens: integer('--max-vocabulary <N>', 'maximum vocabulary size of each side'),
    maxLength: {
      ...integer('--max-length <N>', 'skip pairs with more tokens than this on either side'),
      defaultText: String(DEFAULTS.maxLength),
    },
    labelSmoothing: {
      ...fraction('--label-smoothing <E>', 'label smoothing'),
      defaultText: '0',
    },
    attention: {
      ...integer('--attention <N>', 'attention size; 0 for no attention', { min: 0 }),
      defaultText: String(DEFAULTS.attentionSize),
    },
    beam: { ...integer('--beam <N>', 'beam size for the test'), defaultText: '4' },
    lengthPenalty: {
      ...decimal('--length-penalty <A>', 'length penalty of the beam search (Wu et al. 2016)', { min: 0 }),
      defaultText: '0.6',
    },
  },
  examples: [
    'unrolled train translate fra-eng --max-length 12 --lowercase --min-count 2 --max-vocabulary 8000',
    'unrolled train translate words.tsv --tokens char --target-tokens whitespace',
  ],
  async run(context, args, options) {
    const { io, globals } = context;
    const lib = await import('../../library.js');
    const { readSentencePairs } = await import('../../../sources/index.js');
    const sources = sourcesOf(context);
    const { readCell } = await import('../../cellModule.js');
    const cell = await readCell(io.cwd, options.cell);
    const resumed = await openResume(context, options.resume, 'translate');
    const data = await readSentencePairs(sources, args, options, resumed?.reading);
    const given =
      options.test === undefined
        ? data.test
        : (await readSentencePairs(sources, [options.test], options, data.reading)).rows;
    const drawn = given ? null : drawTest(data.rows, seedOf(globals.seed, resumed), lib.splitPairs);
    const training = drawn?.rest ?? data.rows;
    const test: readonly TextPair[] = given ?? drawn?.drawn ?? [];
    requireParts(
      { what: 'pairs', needed: '2 different sources, one for training and one for testing' },
      training,
      test,
    );
    const sizes = `${formatNumber(training.length)} training pairs, ${formatNumber(test.length)} test pairs`;
    const run = await startRun(context, { ...data, resumed }, args, sizes, options, DEFAULTS.cell);
    const { tokens, targetTokens, lowercase, minCount, maxTokens, maxLength, labelSmoothing, attention } = options;
    const model = await trainAndSave(context, run, (hooks) =>
      lib.Translator.fit(training, {
        ...fitSettings(options, context),
        ...hooks,
        reading: data.reading,
        ...{ cell, tokens, targetTokens, lowercase: lowercase || undefined, minCount, maxSize: maxTokens, maxLength },
        ...{ labelSmoothing, attentionSize: attention },
        validation: data.validation ?? options.validation,
        onValidation: ({ loss, exact, tokenError }) =>
          run.progress.log(
            `validation loss ${loss.toFixed(3)}, exact ${percent(exact)}, token error rate ${percent(tokenError)}`,
          ),
      }),
    );
    const used = model.pairs;
    if (used !== null && used.long + used.empty > 0) {
      data.report.notes.push(`skipped ${used.long} pairs longer than --max-length, ${used.empty} with an empty side`);
      run.progress.log(data.report.notes[data.report.notes.length - 1]);
    }
    const { beam: beamSize, lengthPenalty } = options;
    const tested = await model.evaluateAsync(test, { beamSize, lengthPenalty });
    const scores = scoresOf(model, tested.hypotheses, lib);
    const { config } = model;
    const last = model.training.final;
    const columns = [
      { heading: 'test' },
      { heading: bleuHeading(scores), number: true },
      { heading: 'chrF', number: true },
      { heading: 'exact', number: true },
      { heading: 'token error rate', number: true },
    ];
    const remembered = baselineOf(model, training, tested, lib);
    const rows = [
      ['nearest known source', remembered.bleu.toFixed(2), remembered.chrf.toFixed(2), percent(remembered.exact), ''],
      [
        `${config.cell} (this one)`,
        scores.bleu.toFixed(2),
        scores.chrf.toFixed(2),
        percent(tested.exact),
        percent(tested.tokenError),
      ],
    ];
    const vocabulary = model.vocabularySize;
    return taskResult(context, run, model, {
      title: `${data.name}: translator`,
      line: `${config.cell}, ${config.hiddenSize} units${config.bidirectional ? ' per direction' : ''}, ${config.attentionSize > 0 ? 'attention' : 'no attention'} · ${sizes}`,
      figures: [
        [bleuHeading(scores), scores.bleu.toFixed(1)],
        ['chrF', scores.chrf.toFixed(1)],
        ['exact', percent(tested.exact)],
      ],
      scores: { heading: 'Test', columns, rows, strong: 1 },
      unit: 'nats per token',
      sections: [{ heading: 'Test translations', html: translationsHtml(tested) }],
      details: [['vocabularies', `${formatNumber(vocabulary.source)} and ${formatNumber(vocabulary.target)}`]],
      data: data.report,
      json: {
        vocabulary,
        pairs: { train: used?.used ?? training.length, test: test.length, leftOut: used && used.long + used.empty },
        train: { loss: model.training.loss },
        // Greedy: each word the likeliest one, without the beam of the test.
        validation: last && { loss: last.loss },
        test: {
          ...scores,
          loss: tested.loss,
          exact: tested.exact,
          tokenError: tested.tokenError,
          sources: tested.sources,
        },
        baselines: { nearest: remembered },
      },
      text: [
        tested.hypotheses
          .slice(0, 5)
          .map(({ source, text }) => `${source}\n  ${text}`)
          .join('\n'),
      ],
    });
  },
});

function drawTest<P extends TextPair>(
  pairs: readonly P[],
  seed: number,
  splitPairs: typeof library.splitPairs,
): { rest: P[]; drawn: P[] } {
  const sources = new Set(pairs.map(({ source }) => source)).size;
  if (sources < 2) return { rest: [...pairs], drawn: [] };
  return splitPairs(pairs, Math.max(1, Math.min(MOST_TEST, Math.round(TEST * sources))), seed);
}

function translationsHtml({ hypotheses }: TranslatorEvaluation): string {
  return hypotheses
    .slice(0, SHOWN)
    .map(({ source, text, references }) => {
      const right = references.includes(text);
      const others = right
        ? ''
        : `<br><span class="muted">${escapeXml([...new Set(references)].slice(0, 3).join(' · '))}</span>`;
      return `<p class="when">${escapeXml(source)}</p>\n<blockquote>${right ? '✓ ' : ''}${escapeXml(text)}${others}</blockquote>`;
    })
    .join('\n');
}

/** What a translation memory achieves: the target of the training source that is most alike. */
function baselineOf(
  model: Translator,
  training: readonly TextPair[],
  { hypotheses }: TranslatorEvaluation,
  lib: Pick<typeof library, 'bleu' | 'chrf' | 'TranslationMemory'>,
): { bleu: number; chrf: number; exact: number } {
  const pairs = training.map(({ source, target }) => ({ source: model.source.tokens(source), target }));
  const order = model.source.text.settings.tokens === 'char' ? 4 : 1;
  const memory = new lib.TranslationMemory(pairs, order);
  const said = hypotheses.map(({ source, references }) => ({
    text: memory.translate(model.source.tokens(source)),
    references,
  }));
  const exact = said.filter(({ text, references }) => references.includes(text)).length / said.length;
  return { ...scoresOf(model, said, lib), exact };
}
