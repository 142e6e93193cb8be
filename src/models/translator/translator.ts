// Translator: one sequence to another, such as sentences to another language or spellings to sounds. An encoder, a decoder with
// attention, beam search.
import { UnrolledError } from '../../errors.js';
import { expectTexts, type Names, optionsOf } from '../../expect.js';
import { crossEntropy } from '../../autograd/ops.js';
import { noGrad } from '../../autograd/tape.js';
import { Fingerprint } from '../../data/fingerprint.js';
import { padded, sortedBatches } from '../../data/lengthBatches.js';
import { levenshteinDistance } from '../../metrics/errorRate.js';
import type { Recurrent } from '../../nn/recurrent.js';
import { requireNumber } from '../../range.js';
import { fromData } from '../../tensor/create.js';
import { readAndDispose, type Reading } from '../../tensor/readAll.js';
import { keep, scope } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type TextSettings, tokenizerOf } from '../../text/corpus.js';
import { isWordKind } from '../../text/tokenizer.js';
import { BEGIN, END, Vocabulary } from '../../text/vocabulary.js';
import { type BeamOptions, type Hypothesis, searchBeams } from '../decoder/beamSearch.js';
import { beamModel, teacherForcing } from '../decoder/decoding.js';
import { defined } from '../defined.js';
import { Model, requireMade } from '../model.js';
import { type ModelText, textAt } from '../modelFile.js';
import { FIT_OPTIONS, STACK_OPTIONS } from '../options.js';
import { cellConfig, stackConfig } from '../recurrentStack.js';
import { learnRows, partOfMean } from '../rows.js';
import { defineTask, type Lesson, type TaskTypes } from '../task.js';
import {
  type ResolvedTranslatorOptions as Resolved,
  type TranslateOptions,
  type Translation,
  TRANSLATOR_DEFAULTS,
  type TranslatorConfig,
  type TranslatorEvaluation,
  type TranslatorMetrics,
  type TranslatorOptions,
  translatorSettings,
} from './options.js';
import { translatorRules } from './rules.js';
import { bySource, expectPairs, Side, spacedMarks, splitPairs, type TextPair } from './sentencePairs.js';
import { TranslatorNetwork } from './translatorNetwork.js';

/** Sentences that are measured or searched side by side. */
const BATCH = 64;
/** Pairs whose tokens are counted before the settings are chosen. */
const LOOKED_AT = 2000;

const OPTIONS: Names<TranslatorOptions> = {
  ...{
    lowercase: true,
    lettersOnly: true,
    collapseWhitespace: true,
    normalizeNewlines: true,
    minCount: true,
    maxSize: true,
  },
  ...STACK_OPTIONS,
  ...FIT_OPTIONS,
  ...{ tokens: true, targetTokens: true, bidirectional: true, embeddingSize: true, attentionSize: true, tied: true },
  ...{ labelSmoothing: true, maxLength: true, validation: true },
};
const TRANSLATE_OPTIONS: Names<TranslateOptions> = { beamSize: true, lengthPenalty: true, replaceUnknown: true };

/** The types of `Translator`: what it takes, answers and measures. */
export interface TranslateTask extends TaskTypes {
  config: TranslatorConfig;
  /** @internal */
  network: TranslatorNetwork;
  data: readonly TextPair[];
  metrics: TranslatorMetrics;
  evaluation: TranslatorEvaluation;
  evaluateOptions: TranslateOptions;
  input: string;
  answer: Translation;
  predictOptions: TranslateOptions;
}

/**
 * One sequence to another.
 *
 *     const model = await Translator.fit(pairs, { lowercase: true, epochs: 5 });
 *     model.translate('I love you.').text;
 *
 * `fit` has the errors EMPTY where no pair is left, OPTION, RANGE. `evaluate` gives the loss, and translations beside their
 * references: pairs of one source are several references of it, and nothing is left out.
 */
export class Translator extends Model<TranslateTask> {
  readonly task = 'translate';
  /** The language that is read: its tokens and vocabulary. */
  readonly source: Side;
  /** The language that is written: its tokens and vocabulary. */
  readonly target: Side;
  /** Pairs of the training: used, and left out since a side was too long or empty; null for a loaded model. */
  pairs: { used: number; long: number; empty: number } | null = null;

  /**
   * What the table of tasks holds: the name `translate`, the defaults of `fit`, and how a model is opened, made for data
   * and trained.
   * @internal
   */
  static readonly definition = defineTask<Translator, readonly TextPair[], TranslatorOptions>({
    task: 'translate',
    noun: 'a translator',
    defaults: TRANSLATOR_DEFAULTS,
    options: OPTIONS,
    epochs: 5,
    build(config, texts, name) {
      const [source, target] = [textAt(texts, 0, name), textAt(texts, 1, name)];
      if (!source.vocabulary.has(END) || !target.vocabulary.has(BEGIN) || !target.vocabulary.has(END)) {
        config.fail(`${BEGIN} and ${END} in the vocabularies`);
      }
      return new Translator(
        {
          ...config.stack(),
          bidirectional: config.flag('bidirectional'),
          embeddingSize: config.size('embeddingSize', 1),
          attentionSize: config.size('attentionSize', 0),
          tied: config.flag('tied'),
          seed: config.seed(),
          longest: config.size('longest', 0),
          spaced: config.texts('spaced'),
        },
        source,
        target,
      );
    },
    choose(pairs, given) {
      expectPairs(pairs);
      const o = { ...TRANSLATOR_DEFAULTS, ...defined(given) } as Resolved;
      const tokenizer = tokenizerOf(translatorSettings(o)[1]);
      const looked = pairs.slice(0, LOOKED_AT);
      const tokens = looked.reduce((sum, { target }) => sum + tokenizer.tokenize(target).length + 1, 0);
      const targetLength = tokens / Math.max(1, looked.length);
      const facts = { pairs: pairs.length, targetLength, ofWords: isWordKind(o.targetTokens ?? o.tokens) };
      return {
        settings: translatorRules(facts),
        facts: `${pairs.length.toLocaleString('en')} pairs, ${targetLength.toFixed(1)} tokens a target`,
      };
    },
    prepare(pairs, options) {
      const o = options as Resolved;
      const { validation, seed, maxLength, labelSmoothing } = o;
      expectPairs(pairs);
      if (typeof validation !== 'number') expectPairs(validation);
      requireNumber('a maxLength', maxLength, { min: 1, whole: true }, '100 tokens are usual');
      requireNumber('a label smoothing', labelSmoothing, { min: 0, max: 1 }, '0.1 is usual; 0 is none');
      const parts =
        typeof validation === 'number' ? splitPairs(pairs, validation, seed) : { rest: pairs, drawn: validation };
      const texts = translatorSettings(o);
      const training = selected(parts.rest, texts, maxLength);
      return {
        create: () => Translator.#create(training.kept, texts, o),
        lesson: (model) => model.#lesson(training, parts.drawn, o),
      };
    },
  });

  constructor(config: TranslatorConfig, source: ModelText, target: ModelText) {
    requireMade(config, [source, target]);
    const sizes = { source: source.vocabulary.size, target: target.vocabulary.size };
    super(config, [source, target], (rng, calls) => new TranslatorNetwork(config, sizes, rng, calls));
    this.source = new Side(source);
    this.target = new Side(target, config.spaced);
  }

  static #create(pairs: readonly TokenPair[], [source, target]: readonly TextSettings[], o: Resolved): Translator {
    const { cell, bidirectional, embeddingSize, attentionSize, tied, seed } = o;
    const vocabularyOf = (side: 'source' | 'target', reserved: readonly string[]): Vocabulary =>
      Vocabulary.fromTokens(tokensOf(pairs, side), { minCount: o.minCount, maxSize: o.maxSize, reserved });
    return new Translator(
      {
        ...cellConfig(cell, TRANSLATOR_DEFAULTS.cell),
        ...stackConfig(o),
        ...{ bidirectional, embeddingSize, attentionSize, tied, seed },
        longest: pairs.reduce((most, pair) => Math.max(most, pair.target.length), 0),
        // The other kinds say themselves where a blank stands.
        spaced: target.tokens === 'word-0.1' ? spacedMarks(pairs.map(({ text }) => text)) : [],
      },
      { settings: source, vocabulary: vocabularyOf('source', [END]) },
      { settings: target, vocabulary: vocabularyOf('target', [BEGIN, END]) },
    );
  }

  #lesson(training: Selected, validation: readonly TextPair[], o: Resolved): Lesson<TranslatorMetrics> {
    const { kept, long, empty } = training;
    const { labelSmoothing, maxLength } = o;
    this.pairs = { used: kept.length, long, empty };
    const data = kept.map(({ source, target }) => this.#encoded(source, target));
    return learnRows(
      {
        data: {
          training: fingerprint(kept.map(({ source, text }) => ({ source: source.join('\0'), target: text }))),
          validation: fingerprint(validation),
        },
        // Minibatches of one target length, and within it of like source lengths.
        lengths: data.map(({ source, target }) => target.length * (maxLength + 2) + source.length),
        step: (rows, all) => {
          const { logits, targets } = this.#forward(Array.from(rows, (row) => data[row]));
          const count = all.reduce((sum, row) => sum + data[row].target.length, 0);
          const loss = partOfMean(crossEntropy(logits, targets, { labelSmoothing }), targets.size, count);
          return { loss, tokens: targets.size };
        },
        // The loss alone rises long before translations get worse; wrong tokens alone are few, and chance decides among them.
        criterion: ({ tokenError, loss }) => tokenError + 0.1 * loss,
        evaluate: () => (validation.length === 0 ? null : this.#validate(validation)),
      },
      o,
    );
  }

  /** V of either side, reserved symbols such as `<unk>` and `<eos>` among them. */
  get vocabularySize(): { source: number; target: number } {
    return { source: this.source.text.vocabulary.size, target: this.target.text.vocabulary.size };
  }

  recurrents(): Record<string, Recurrent> {
    return { 'encoder.': this.network.recurrent, 'decoder.rnn.': this.network.decoder.recurrent };
  }

  steps(text: string): string[] {
    return [...this.source.tokens(text), END];
  }

  protected *measure(pairs: readonly TextPair[], given: TranslateOptions): Reading<TranslatorEvaluation> {
    const options = optionsOf(given, TRANSLATE_OPTIONS, 'evaluate');
    expectPairs(pairs);
    if (pairs.length === 0) throw new UnrolledError('EMPTY', 'expected pairs to measure, received none', 'give data');
    const { metrics, hypotheses } = yield* this.#measurePairs(pairs, options);
    return { ...metrics, hypotheses };
  }

  protected override get readsTexts(): boolean {
    return true;
  }

  protected *answer(texts: readonly string[], options: TranslateOptions): Reading<Translation[]> {
    expectTexts(texts, 'texts', 'give a string, or a list of strings');
    return yield* this.#translate(texts, optionsOf(options, TRANSLATE_OPTIONS, 'translate'));
  }

  /** A text or several. An empty one stays empty. Errors: RANGE. */
  translate(text: string, options?: TranslateOptions): Translation;
  translate(texts: readonly string[], options?: TranslateOptions): Translation[];
  translate(texts: string | readonly string[], options: TranslateOptions = {}): Translation | Translation[] {
    return typeof texts === 'string' ? this.predict([texts], options)[0] : this.predict(texts, options);
  }

  #encoded(source: readonly string[], target: readonly string[]): Encoded {
    return { source: this.source.encode(source, [END]), target: this.target.encode(target, [END]) };
  }

  /** Logits of the next tokens and what they are: the targets one after the other, each with its end. */
  #forward(pairs: readonly Encoded[]): { logits: Tensor; targets: Tensor } {
    const source = padded(pairs.map((pair) => pair.source));
    const { tokens, lengths, targets } = teacherForcing(
      pairs.map(({ target }) => target),
      this.target.text.vocabulary.index(BEGIN),
    );
    const read = fromData(source.data, [source.numSteps, pairs.length]);
    return { logits: this.network.forward(read, source.lengths, tokens, lengths), targets };
  }

  *#validate(pairs: readonly TextPair[]): Reading<TranslatorMetrics> {
    return (yield* this.#measurePairs(pairs, { beamSize: 1 })).metrics;
  }

  *#measurePairs(
    pairs: readonly TextPair[],
    options: TranslateOptions,
  ): Reading<{ metrics: TranslatorMetrics; hypotheses: TranslatorEvaluation['hypotheses'] }> {
    const tokens = pairs.map(({ source, target }) => {
      return { source: this.source.tokens(source), target: this.target.tokens(target) };
    });
    const encoded = tokens.map(({ source, target }) => this.#encoded(source, target));
    const lengths = encoded.map(({ source, target }) => Math.max(source.length, target.length));
    let [loss, count] = [0, 0];
    for (const rows of sortedBatches(Int32Array.from(encoded.keys()), lengths, BATCH)) {
      const sum = scope(() =>
        noGrad(() => {
          const { logits, targets } = this.#forward(Array.from(rows, (row) => encoded[row]));
          count += targets.size;
          return keep(crossEntropy(logits, targets, { reduction: 'sum' }));
        }),
      );
      loss += (yield* readAndDispose(sum))[0];
    }
    const groups = bySource(pairs);
    const sources = groups.map(([first]) => pairs[first].source);
    const translations = yield* this.#translate(sources, options);
    let [right, edits, length] = [0, 0, 0];
    const hypotheses = groups.map((group, i) => {
      const { text, score, tokens: own } = translations[i];
      const nearest = group
        .map((n) => ({ edits: levenshteinDistance(own, tokens[n].target), length: tokens[n].target.length }))
        .reduce((best, one) => (one.edits < best.edits ? one : best));
      if (nearest.edits === 0) right++;
      edits += nearest.edits;
      length += nearest.length;
      return { source: pairs[group[0]].source, text, references: group.map((n) => pairs[n].target), score };
    });
    const metrics: TranslatorMetrics = {
      loss: loss / count,
      exact: right / groups.length,
      tokenError: edits / Math.max(1, length),
      pairs: pairs.length,
      sources: groups.length,
    };
    return { metrics, hypotheses };
  }

  *#translate(texts: readonly string[], { replaceUnknown = true, ...beam }: TranslateOptions): Reading<Translation[]> {
    const sources = texts.map((text) => this.source.tokens(text));
    const sequences = sources.map((tokens) => this.source.encode(tokens, [END]));
    const result = new Array<Translation>(texts.length);
    const lengths = sequences.map(({ length }) => length);
    for (const rows of sortedBatches(Int32Array.from(texts.keys()), lengths, BATCH)) {
      const own = Array.from(rows, (row) => sequences[row]);
      const found = yield* this.#search(own, beam);
      rows.forEach((row, n) => (result[row] = this.#translation(sources[row], found[n], replaceUnknown)));
    }
    return result;
  }

  /** The best translation of each source [tokens and the end]. */
  *#search(sequences: readonly Int32Array[], beam: BeamOptions): Reading<Hypothesis[]> {
    const { vocabulary } = this.target.text;
    const { data, lengths, numSteps } = padded(sequences);
    const tokens = [numSteps, sequences.length];
    const state = scope(() => noGrad(() => this.network.encode(fromData(data, tokens), lengths)));
    const maxLengths = lengths.map((length) => Math.max(this.config.longest, 2 * length + 10));
    const places = { begin: vocabulary.index(BEGIN), end: vocabulary.index(END), maxLengths };
    const task = { ...beam, results: 1, ...places };
    return (yield* searchBeams(beamModel(this.network.decoder), state, task)).map(([best]) => best);
  }

  #translation(source: readonly string[], found: Hypothesis, replaceUnknown: boolean): Translation {
    const sourceTokens = [...source, END];
    if (source.length === 0) return { text: '', score: 0, tokens: [], sourceTokens, attention: [] };
    const { vocabulary } = this.target.text;
    const attention = (found.attention ?? []).map((weights) => Array.from(weights));
    const tokens = found.tokens.map((index, t) => {
      if (index !== vocabulary.unknownIndex || !replaceUnknown || attention.length === 0)
        return vocabulary.token(index);
      const own = attention[t].slice(0, -1);
      return source[own.indexOf(Math.max(...own))];
    });
    return { text: this.target.write(tokens), score: found.score, tokens, sourceTokens, attention };
  }
}

interface Encoded {
  source: Int32Array;
  target: Int32Array;
}

interface TokenPair {
  source: string[];
  target: string[];
  /** The target as it was written. */
  text: string;
}

/** Pairs that are learned from, and how many are not. */
interface Selected {
  kept: TokenPair[];
  long: number;
  empty: number;
}

/** Cuts pairs into tokens and leaves out what is too long or empty. Errors: EMPTY where none is left. */
function selected(pairs: readonly TextPair[], settings: readonly TextSettings[], maxLength: number): Selected {
  const nothing = Vocabulary.fromCounts([]);
  const [source, target] = settings.map((side) => new Side({ settings: side, vocabulary: nothing }));
  const kept: TokenPair[] = [];
  let [long, empty] = [0, 0];
  for (const pair of pairs) {
    const own = { source: source.tokens(pair.source), target: target.tokens(pair.target), text: pair.target };
    if (own.source.length === 0 || own.target.length === 0) empty++;
    else if (own.source.length > maxLength || own.target.length > maxLength) long++;
    else kept.push(own);
  }
  if (kept.length === 0) {
    throw new UnrolledError(
      'EMPTY',
      `expected pairs to learn from, received ${pairs.length}, of which ${long} are longer than ${maxLength} tokens and ${empty} have an empty side`,
      'give data, or a larger maxLength',
    );
  }
  return { kept, long, empty };
}

function* tokensOf(pairs: readonly TokenPair[], side: 'source' | 'target'): Generator<string> {
  for (const pair of pairs) yield* pair[side];
}

function fingerprint(pairs: readonly TextPair[]) {
  const print = new Fingerprint();
  for (const { source, target } of pairs) print.text(source).text(target);
  return print.part(pairs.length);
}
