// Translator: one sequence to another, such as sentences to another language or spellings to sounds. An encoder, a decoder with
// attention, beam search; trains on pairs, evaluates, translates, and is one file.
import { UnrolledError } from '../../errors.js';
import { crossEntropy } from '../../autograd/ops.js';
import { noGrad } from '../../autograd/tape.js';
import { ensureBackend } from '../../backend/choose.js';
import { padded, sortedBatches } from '../../data/lengthBatches.js';
import { levenshteinDistance } from '../../metrics/errorRate.js';
import { RandomCalls } from '../../nn/random.js';
import { getPlatform } from '../../platform/platform.js';
import { fromData } from '../../tensor/create.js';
import { Philox } from '../../tensor/philox.js';
import { scope } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { TextSettings } from '../../text/corpus.js';
import { BEGIN, END, Vocabulary } from '../../text/vocabulary.js';
import type { TrainingResult } from '../../train/trainer.js';
import { type BeamOptions, beamSearch, type Hypothesis } from '../decoder/beamSearch.js';
import { ConfigReader, defined } from '../config.js';
import { TRANSLATOR_DEFAULTS } from '../defaults.js';
import { beamModel, teacherForcing } from '../decoder/decoding.js';
import { encodeModelFile, type ModelFile, openModelFile, textAt, weightsOf, withWeights } from '../modelFile.js';
import { cellConfig } from '../recurrentStack.js';
import { bySource, Side, spacedMarks, splitPairs, type TextPair } from './sentencePairs.js';
import type { ModelText } from '../language/textGenerator.js';
import { TranslatorNetwork } from './translatorNetwork.js';
import {
  type ResolvedTranslatorOptions as Resolved,
  type TranslateOptions,
  type Translation,
  type TranslatorConfig,
  type TranslatorEvaluation,
  type TranslatorMetrics,
  type TranslatorOptions,
  translatorSettings,
} from './translatorOptions.js';
import { checkpointOf, type FileExtra, trainOnRows } from '../trainOnRows.js';

/** Sentences that are measured or searched side by side. */
const BATCH = 64;

export class Translator {
  readonly task = 'translate';
  readonly config: TranslatorConfig;
  readonly source: Side;
  readonly target: Side;
  readonly network: TranslatorNetwork;
  readonly calls: RandomCalls;
  /** How it was trained; null for a loaded one. */
  training: TrainingResult<TranslatorMetrics> | null = null;
  /** Pairs of the training: used, and left out since a side was too long or empty; null for a loaded model. */
  pairs: { used: number; long: number; empty: number } | null = null;

  constructor(config: TranslatorConfig, source: ModelText, target: ModelText) {
    this.config = config;
    this.source = new Side(source);
    this.target = new Side(target, config.spaced);
    this.calls = new RandomCalls(config.seed);
    const sizes = { source: source.vocabulary.size, target: target.vocabulary.size };
    this.network = new TranslatorNetwork(config, sizes, new Philox(config.seed), this.calls);
  }

  /**
   * Trains a translator.
   *
   *     const model = await Translator.fit(pairs, { lowercase: true, epochs: 5 });
   *     model.translate('I love you.').text;
   *
   * Errors: EMPTY where no pair is left, OPTION, RANGE.
   */
  static async fit(pairs: readonly TextPair[], options: TranslatorOptions = {}): Promise<Translator> {
    await ensureBackend();
    const from = checkpointOf<TranslatorMetrics, TranslatorOptions>(options);
    const o: Resolved = { ...TRANSLATOR_DEFAULTS, ...defined(from?.options ?? {}), ...defined(options) };
    const { validation, seed, maxLength, labelSmoothing } = o;
    const { rest, drawn } =
      typeof validation === 'number' ? splitPairs(pairs, validation, seed) : { rest: pairs, drawn: validation };
    const resumed = options.resume === undefined ? null : Translator.fromBytes(options.resume, 'the checkpoint');
    const texts =
      resumed === null ? translatorSettings(o) : [resumed.source.text.settings, resumed.target.text.settings];
    const { kept, long, empty } = selected(rest, texts, maxLength);
    const model = resumed ?? Translator.#create(kept, texts, o);
    model.pairs = { used: kept.length, long, empty };
    const data = kept.map(({ source, target }) => model.#encoded(source, target));
    model.training = await trainOnRows<TranslatorMetrics, Resolved>(
      model,
      {
        // Minibatches of one target length, and within it of like source lengths.
        lengths: data.map(({ source, target }) => target.length * (maxLength + 2) + source.length),
        step(rows) {
          const { logits, targets } = model.#forward(Array.from(rows, (row) => data[row]));
          return { loss: crossEntropy(logits, targets, { labelSmoothing }), tokens: targets.size };
        },
        evaluate: () => (drawn.length === 0 ? null : model.#measure(drawn, { beamSize: 1 }).metrics),
      },
      o,
      from,
    );
    return model;
  }

  static #create(pairs: readonly TokenPair[], [source, target]: readonly TextSettings[], o: Resolved): Translator {
    const { cell, hiddenSize, numLayers, dropout, recurrent, bidirectional, embeddingSize, attentionSize, tied, seed } = o; // prettier-ignore
    const vocabularyOf = (side: 'source' | 'target', reserved: readonly string[]): Vocabulary =>
      Vocabulary.fromTokens(tokensOf(pairs, side), { minCount: o.minCount, maxSize: o.maxSize, reserved });
    return new Translator(
      {
        ...cellConfig(cell, TRANSLATOR_DEFAULTS.cell),
        ...{ hiddenSize, numLayers, dropout, ...(recurrent === undefined ? {} : { recurrent }) },
        ...{ bidirectional, embeddingSize, attentionSize, tied, seed },
        longest: pairs.reduce((most, pair) => Math.max(most, pair.target.length), 0),
        spaced: target.tokens === 'word' ? spacedMarks(pairs.map(({ text }) => text)) : [],
      },
      { settings: source, vocabulary: vocabularyOf('source', [END]) },
      { settings: target, vocabulary: vocabularyOf('target', [BEGIN, END]) },
    );
  }

  get vocabularySize(): { source: number; target: number } {
    return { source: this.source.text.vocabulary.size, target: this.target.text.vocabulary.size };
  }

  parameterCount(): number {
    return this.network.parameterCount();
  }

  /**
   * Loss, and translations beside their references; pairs of one source are several references of it. Nothing is left out.
   * Errors: EMPTY, RANGE.
   */
  evaluate(pairs: readonly TextPair[], options: TranslateOptions = {}): TranslatorEvaluation {
    if (pairs.length === 0) throw new UnrolledError('EMPTY', 'expected pairs to measure, received none', 'give data');
    this.network.eval();
    const { metrics, hypotheses } = this.#measure(pairs, options);
    return { ...metrics, hypotheses };
  }

  /** A text or several. An empty one stays empty. Errors: RANGE. */
  translate(text: string, options?: TranslateOptions): Translation;
  translate(texts: readonly string[], options?: TranslateOptions): Translation[];
  translate(texts: string | readonly string[], options: TranslateOptions = {}): Translation | Translation[] {
    this.network.eval();
    return typeof texts === 'string' ? this.#translate([texts], options)[0] : this.#translate(texts, options);
  }

  /** A translation of each text; for an iterable that is asynchronous, one after the other. */
  predict(texts: readonly string[], options?: TranslateOptions): Translation[];
  predict(texts: AsyncIterable<string>, options?: TranslateOptions): AsyncGenerator<Translation>;
  predict(
    texts: readonly string[] | AsyncIterable<string>,
    options?: TranslateOptions,
  ): Translation[] | AsyncGenerator<Translation> {
    return Symbol.asyncIterator in texts ? this.#predictEach(texts, options) : this.translate(texts, options);
  }

  async *#predictEach(texts: AsyncIterable<string>, options?: TranslateOptions): AsyncGenerator<Translation> {
    for await (const text of texts) yield this.translate(text, options);
  }

  /** The file's bytes: weights, configuration, both vocabularies. */
  toBytes(extra: FileExtra = {}): Uint8Array {
    return encodeModelFile({
      kind: 'translate',
      config: this.config,
      texts: [this.source.text, this.target.text],
      checkpoint: extra.checkpoint,
      tensors: [...weightsOf(this.network), ...(extra.tensors ?? [])],
    });
  }

  /** Errors: FORMAT for a file that is damaged or not a translator's. */
  static fromBytes(bytes: Uint8Array, name: string): Translator {
    return Translator.fromFile(openModelFile(bytes, name), name);
  }

  static fromFile(file: ModelFile, name: string): Translator {
    if (file.kind !== 'translate') {
      throw new UnrolledError('FORMAT', `expected a translator in ${name}, received a model of kind ${file.kind}`, 'name another file'); // prettier-ignore
    }
    const config = new ConfigReader(file.config, name);
    const [source, target] = [textAt(file, 0, name), textAt(file, 1, name)];
    if (!source.vocabulary.has(END) || !target.vocabulary.has(BEGIN) || !target.vocabulary.has(END)) {
      config.fail(`${BEGIN} and ${END} in the vocabularies`);
    }
    const spaced = config.texts('spaced');
    const create = () =>
      new Translator(
        {
          ...config.stack(),
          bidirectional: config.flag('bidirectional'),
          embeddingSize: config.size('embeddingSize', 1),
          attentionSize: config.size('attentionSize', 0),
          tied: config.flag('tied'),
          seed: config.seed(),
          longest: config.size('longest', 0),
          spaced,
        },
        source,
        target,
      );
    const model = withWeights(file, name, create);
    model.network.eval();
    return model;
  }

  /** Writes the file whole or not at all. Errors: IO. */
  async save(path: string): Promise<void> {
    await getPlatform().writeFileAtomic(path, this.toBytes());
  }

  /** Errors: NOT_FOUND, FORMAT. */
  static async load(path: string): Promise<Translator> {
    await ensureBackend();
    return Translator.fromBytes(await getPlatform().readFile(path), path);
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

  #measure(pairs: readonly TextPair[], options: TranslateOptions) {
    const tokens = pairs.map(({ source, target }) => ({ source: this.source.tokens(source), target: this.target.tokens(target) })); // prettier-ignore
    const encoded = tokens.map(({ source, target }) => this.#encoded(source, target));
    const lengths = encoded.map(({ source, target }) => Math.max(source.length, target.length));
    let [loss, count] = [0, 0];
    for (const rows of sortedBatches(Int32Array.from(encoded.keys()), lengths, BATCH)) {
      scope(() =>
        noGrad(() => {
          const { logits, targets } = this.#forward(Array.from(rows, (row) => encoded[row]));
          loss += crossEntropy(logits, targets, { reduction: 'sum' }).item();
          count += targets.size;
        }),
      );
    }
    const groups = bySource(pairs);
    const translations = this.#translate(groups.map(([first]) => pairs[first].source), options); // prettier-ignore
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

  #translate(texts: readonly string[], { replaceUnknown = true, ...beam }: TranslateOptions): Translation[] {
    const sources = texts.map((text) => this.source.tokens(text));
    const sequences = sources.map((tokens) => this.source.encode(tokens, [END]));
    const result = new Array<Translation>(texts.length);
    const lengths = sequences.map(({ length }) => length);
    for (const rows of sortedBatches(Int32Array.from(texts.keys()), lengths, BATCH)) {
      const found = this.#search(Array.from(rows, (row) => sequences[row]), beam); // prettier-ignore
      rows.forEach((row, n) => (result[row] = this.#translation(sources[row], found[n], replaceUnknown)));
    }
    return result;
  }

  /** The best translation of each source [tokens and the end]. */
  #search(sequences: readonly Int32Array[], beam: BeamOptions): Hypothesis[] {
    const { vocabulary } = this.target.text;
    const model = beamModel(this.network.decoder);
    return scope(() =>
      noGrad(() => {
        const { data, lengths, numSteps } = padded(sequences);
        const state = this.network.encode(fromData(data, [numSteps, sequences.length]), lengths);
        const maxLengths = lengths.map((length) => Math.max(this.config.longest, 2 * length + 10));
        const places = { begin: vocabulary.index(BEGIN), end: vocabulary.index(END), maxLengths };
        return beamSearch(model, state, { ...beam, results: 1, ...places }).map(([best]) => best);
      }),
    );
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

/** Cuts pairs into tokens and leaves out what is too long or empty. Errors: EMPTY where none is left. */
function selected(pairs: readonly TextPair[], settings: readonly TextSettings[], maxLength: number) {
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
