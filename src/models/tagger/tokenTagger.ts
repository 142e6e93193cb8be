// TokenTagger: one label for every token. Trains on sentences, evaluates, predicts whole sentences or a token at a time, and is
// one file.
import { UnrolledError } from '../../errors.js';
import { noGrad } from '../../autograd/tape.js';
import { ensureBackend } from '../../backend/choose.js';
import { padded, sortedBatches } from '../../data/lengthBatches.js';
import { stratifiedSplit } from '../../data/split.js';
import { areChunks, type TagScores, tagScores } from '../../metrics/tagScores.js';
import { RandomCalls } from '../../nn/random.js';
import type { RecurrentState } from '../../nn/recurrent.js';
import { getPlatform } from '../../platform/platform.js';
import { Philox } from '../../tensor/philox.js';
import { keep, scope } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { WordVectors } from '../../text/vectors.js';
import type { VocabularyOptions } from '../../text/vocabulary.js';
import type { TrainingResult } from '../../train/trainer.js';
import { ConfigReader, defined } from '../config.js';
import { TAGGER_DEFAULTS } from '../defaults.js';
import { encodeModelFile, type ModelFile, openModelFile, textAt, weightsOf, withWeights } from '../modelFile.js';
import { cellConfig } from '../recurrentStack.js';
import { startFromVectors } from '../startVectors.js';
import { NO_TAG, TAGGER_HEADS, type TaggerHead, TaggerNetwork, type TaggerNetworkConfig } from './taggerNetwork.js';
import { type EncodedWords, TaggerWords, type WordBatch, type WordSettings } from './taggerWords.js';
import type { StackOptions } from '../trainingOptions.js';
import { checkpointOf, type FileExtra, type RowTrainingOptions, trainOnRows } from '../trainOnRows.js';

export interface TaggedSentence {
  tokens: readonly string[];
  /** One for each token. */
  tags: readonly string[];
}

export interface TaggerConfig extends TaggerNetworkConfig, WordSettings {
  /** In the order of their code points. */
  tags: string[];
  seed: number;
}

export interface TaggerMetrics extends TagScores {
  /** Nats a token, over the sentences all of whose tags are trained. */
  loss: number;
  /** Tokens whose tag was not trained: they count as mistakes. */
  untrained: number;
}

export interface PredictedTags {
  tags: string[];
  /** Of each of these tags; with the head `crf` over all paths. */
  probabilities: number[];
}

/** Tags tokens as they come; the state is carried from one to the next. */
export interface TagStream {
  next(token: string): { tag: string; probability: number };
  /** The next token begins a sentence. */
  reset(): void;
}

/** Defaults: TAGGER_DEFAULTS; 5 epochs where no minutes are given. */
export interface TaggerOptions
  extends
    Partial<WordSettings>,
    Pick<VocabularyOptions, 'minCount' | 'maxSize'>,
    StackOptions,
    RowTrainingOptions<TaggerMetrics> {
  bidirectional?: boolean;
  /** `crf` where tags are chunks (O, B-…, I-…), else `softmax`. */
  head?: TaggerHead;
  /** 100, or the size of the vectors */
  embeddingSize?: number;
  characterEmbeddingSize?: number;
  /** Of each direction over the characters of a word; 0 for none. */
  characterHiddenSize?: number;
  /**
   * The weight in the training loss of a second task that needs no tags: each direction guesses the word that it will read next (Rei
   * 2017); 0 for none. Helps where tagged sentences are few; 0.1 is usual, and takes half as much time again. For one layer, or one direction.
   */
  neighbourWeight?: number;
  /** Where word embeddings start; looked up as words are. The words that are not among them start small. */
  vectors?: WordVectors;
  /** How often a word that occurs once is `<unk>` in training, so that what stands for new words is learned. */
  unknownRate?: number;
  /** Sentences of their own, or the share that is drawn. */
  validation?: readonly TaggedSentence[] | number;
}

const EMBEDDING = 100;
const EVALUATION_BATCH = 64;
/** Keeps the draws of unknown words apart from other host draws of the same seed: a stream for each minibatch. */
const UNKNOWN_STREAM = 0x75000000;

export class TokenTagger {
  readonly task = 'tag';
  readonly config: TaggerConfig;
  readonly words: TaggerWords;
  readonly network: TaggerNetwork;
  readonly calls: RandomCalls;
  /** How it was trained; null for a loaded one. */
  training: TrainingResult<TaggerMetrics> | null = null;

  constructor(config: TaggerConfig, words: TaggerWords) {
    this.config = config;
    this.words = words;
    this.calls = new RandomCalls(config.seed);
    const sizes = { words: words.words.size, characters: words.characters.size, tags: config.tags.length };
    this.network = new TaggerNetwork(config, sizes, new Philox(config.seed), this.calls);
  }

  /**
   * Trains a tagger.
   *
   *     const model = await TokenTagger.fit([{ tokens: ['the', 'cat'], tags: ['DET', 'NOUN'] }, …], { epochs: 10 });
   *
   * Errors: EMPTY without tokens; SHAPE for a sentence that has not one tag for each token; OPTION for one tag only, or where no
   * tag of the validation sentences is trained.
   */
  static async fit(sentences: readonly TaggedSentence[], options: TaggerOptions = {}): Promise<TokenTagger> {
    await ensureBackend();
    const from = checkpointOf<TaggerMetrics, TaggerOptions>(options);
    const o: Resolved = { ...TAGGER_DEFAULTS, ...defined(from?.options ?? {}), ...defined(options) };
    const tags = tagsOf(sentences);
    const { training, validation } = partsOf(sentences, o);
    const model =
      options.resume === undefined
        ? TokenTagger.#create(training, tags, o)
        : TokenTagger.fromBytes(options.resume, 'the checkpoint');
    const data = model.#encode(training);
    const held = validation.length > 0 ? model.#encode(validation) : null;
    model.training = await trainOnRows<TaggerMetrics, Resolved>(
      model,
      {
        lengths: data.words.map(({ length }) => length),
        step(rows) {
          const random = new Philox(model.config.seed, UNKNOWN_STREAM + model.calls.next().call);
          const batch = model.words.batch(data, rows, { random, rate: o.unknownRate });
          const loss = model.network.trainingLoss(model.network.forward(batch), goldOf(data, rows), batch);
          return { loss, tokens: batch.lengths.reduce((sum, length) => sum + length, 0) };
        },
        evaluate: () => held && model.#measure(validation, held),
      },
      o,
      from,
    );
    return model;
  }

  static #create(sentences: readonly TaggedSentence[], tags: string[], o: Resolved): TokenTagger {
    const { cell, hiddenSize, numLayers, dropout, recurrent, bidirectional, lowercase, zeroDigits, seed } = o;
    const { characterEmbeddingSize, characterHiddenSize, neighbourWeight } = o;
    const head = o.head ?? (areChunks(tags) ? 'crf' : 'softmax');
    const words = TaggerWords.fromSentences(
      sentences.map(({ tokens }) => tokens),
      { lowercase, zeroDigits },
      o,
    );
    const model = new TokenTagger(
      {
        ...cellConfig(cell, TAGGER_DEFAULTS.cell),
        ...{ hiddenSize, numLayers, dropout, ...(recurrent === undefined ? {} : { recurrent }) },
        ...{ embeddingSize: o.embeddingSize ?? o.vectors?.size ?? EMBEDDING },
        ...{ characterEmbeddingSize, characterHiddenSize, bidirectional, head, neighbourWeight },
        ...{ lowercase, zeroDigits, tags, seed },
      },
      words,
    );
    if (o.vectors) startFromVectors(model.network.embedding, words.words, o.vectors);
    return model;
  }

  get vocabularySize(): number {
    return this.words.words.size;
  }

  parameterCount(): number {
    return this.network.parameterCount();
  }

  /** A tag that was not trained counts as a mistake. Errors: EMPTY, SHAPE, OPTION where no tag is trained. */
  evaluate(sentences: readonly TaggedSentence[]): TaggerMetrics {
    this.network.eval();
    return this.#measure(sentences, this.#encode(sentences));
  }

  /** A tag with its probability for each token; for an iterable that is asynchronous, one sentence after the other. */
  predict(sentences: readonly (readonly string[])[]): PredictedTags[];
  predict(sentences: AsyncIterable<readonly string[]>): AsyncGenerator<PredictedTags>;
  predict(
    sentences: readonly (readonly string[])[] | AsyncIterable<readonly string[]>,
  ): PredictedTags[] | AsyncGenerator<PredictedTags> {
    this.network.eval();
    if (Symbol.asyncIterator in sentences) return this.#predictEach(sentences);
    const { tags } = this.config;
    const result = new Array<PredictedTags>(sentences.length);
    const every = Int32Array.from(sentences.keys());
    this.#each(this.words.encode(sentences), every, (rows, scores, { lengths }) => {
      const paths = this.network.decode(scores, lengths);
      const probabilities = this.network.probabilities(scores, lengths);
      rows.forEach((row, n) => {
        result[row] = {
          tags: Array.from(paths[n], (k) => tags[k]),
          probabilities: Array.from(paths[n], (k, t) => probabilities[n][t * tags.length + k]),
        };
      });
    });
    return result;
  }

  async *#predictEach(sentences: AsyncIterable<readonly string[]>): AsyncGenerator<PredictedTags> {
    for await (const tokens of sentences) yield this.predict([tokens])[0];
  }

  /**
   * Tags one token at a time, before the next is known.
   *
   *     const stream = model.stream();
   *     for (const token of ['the', 'cat']) console.log(stream.next(token).tag);
   *
   * Errors: UNSUPPORTED for a network that reads both ways, or judges whole paths.
   */
  stream(): TagStream {
    const { bidirectional, head, tags } = this.config;
    if (bidirectional || head === 'crf') {
      throw new UnrolledError(
        'UNSUPPORTED',
        `expected a tagger that reads forward and judges each token alone, received one ${bidirectional ? 'in both directions' : 'with a conditional random field'}`,
        "train with { bidirectional: false, head: 'softmax' }, or predict whole sentences",
      );
    }
    this.network.eval();
    let state: RecurrentState | null = null;
    const replace = (next: RecurrentState | null): void => {
      for (const layer of next ?? []) for (const t of Object.values(layer)) keep(t);
      for (const layer of state ?? []) for (const t of Object.values(layer)) t.dispose();
      state = next;
    };
    return {
      next: (token) =>
        scope(() =>
          noGrad(() => {
            const batch = this.words.batch(this.words.encode([[token]]), Int32Array.of(0));
            const { scores, state: after } = this.network.forward(batch, state);
            replace(after);
            const [[best]] = this.network.decode(scores, batch.lengths);
            return { tag: tags[best], probability: this.network.probabilities(scores, batch.lengths)[0][best] };
          }),
        ),
      reset: () => {
        replace(null);
      },
    };
  }

  /** The file's bytes: weights, configuration, tags, words and characters. */
  toBytes(extra: FileExtra = {}): Uint8Array {
    return encodeModelFile({
      kind: 'tag',
      config: this.config,
      texts: [
        { settings: { tokens: 'word', lowercase: this.config.lowercase }, vocabulary: this.words.words },
        { settings: { tokens: 'char' }, vocabulary: this.words.characters },
      ],
      checkpoint: extra.checkpoint,
      tensors: [...weightsOf(this.network), ...(extra.tensors ?? [])],
    });
  }

  /** Errors: FORMAT for a file that is damaged or not a tagger's. */
  static fromBytes(bytes: Uint8Array, name: string): TokenTagger {
    return TokenTagger.fromFile(openModelFile(bytes, name), name);
  }

  static fromFile(file: ModelFile, name: string): TokenTagger {
    if (file.kind !== 'tag') {
      throw new UnrolledError('FORMAT', `expected a tagger in ${name}, received a model of kind ${file.kind}`, 'name another file'); // prettier-ignore
    }
    const config = new ConfigReader(file.config, name);
    const settings = { lowercase: config.flag('lowercase'), zeroDigits: config.flag('zeroDigits') };
    const create = () =>
      new TokenTagger(
        {
          ...config.stack(),
          ...settings,
          embeddingSize: config.size('embeddingSize', 1),
          characterEmbeddingSize: config.size('characterEmbeddingSize', 1),
          characterHiddenSize: config.size('characterHiddenSize', 0),
          bidirectional: config.flag('bidirectional'),
          head: config.choice('head', TAGGER_HEADS),
          neighbourWeight: config.number('neighbourWeight', (weight) => weight >= 0),
          tags: config.texts('tags'),
          seed: config.seed(),
        },
        new TaggerWords(settings, textAt(file, 0, name).vocabulary, textAt(file, 1, name).vocabulary),
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
  static async load(path: string): Promise<TokenTagger> {
    await ensureBackend();
    return TokenTagger.fromBytes(await getPlatform().readFile(path), path);
  }

  /** Sentences as indices, with their tags. Errors: SHAPE, OPTION for a tag that was not trained. */
  #encode(sentences: readonly TaggedSentence[]): EncodedTags {
    const classOf = new Map(this.config.tags.map((tag, k) => [tag, k]));
    checkSentences(sentences);
    const tags = sentences.map((sentence) => Int32Array.from(sentence.tags, (tag) => classOf.get(tag) ?? NO_TAG));
    const given = sentences.find((sentence) => sentence.tags.length > 0)?.tags[0];
    if (given !== undefined && tags.every((own) => own.every((k) => k === NO_TAG))) {
      throw new UnrolledError(
        'OPTION',
        `expected tags of ${shownTags(this.config.tags)}, received "${given}" and no other of them`,
        'name the column that has the tags that were trained',
      );
    }
    return { ...this.words.encode(sentences.map(({ tokens }) => tokens)), tags };
  }

  #measure(sentences: readonly TaggedSentence[], data: EncodedTags): TaggerMetrics {
    const predicted = new Array<string[]>(data.tags.length);
    const named = (path: Int32Array): string[] => Array.from(path, (k) => this.config.tags[k]);
    const isTrained = data.tags.map((tags) => !tags.includes(NO_TAG));
    let [loss, tokens] = [0, 0];
    for (const trained of [true, false]) {
      const some = Int32Array.from(data.tags.keys()).filter((row) => isTrained[row] === trained);
      this.#each(data, some, (rows, scores, { lengths }) => {
        this.network.decode(scores, lengths).forEach((path, n) => (predicted[rows[n]] = named(path)));
        if (!trained) return;
        const here = lengths.reduce((sum, length) => sum + length, 0);
        loss += here * this.network.loss(scores, goldOf(data, rows), lengths).item();
        tokens += here;
      });
    }
    const untrained = data.tags.reduce((sum, tags) => sum + tags.filter((k) => k === NO_TAG).length, 0);
    const truth = sentences.map(({ tags }) => tags);
    return { loss: loss / tokens, untrained, ...tagScores(truth, predicted) };
  }

  /** Scores [T, N, K] of minibatches of like lengths. */
  #each(
    data: EncodedWords,
    some: Int32Array,
    visit: (rows: Int32Array, scores: Tensor, batch: WordBatch) => void,
  ): void {
    const lengths = data.words.map(({ length }) => length);
    for (const rows of sortedBatches(some, lengths, EVALUATION_BATCH)) {
      scope(() =>
        noGrad(() => {
          const batch = this.words.batch(data, rows);
          visit(rows, this.network.forward(batch).scores, batch);
        }),
      );
    }
  }
}

interface EncodedTags extends EncodedWords {
  /** For each sentence, the class of each token. */
  tags: Int32Array[];
}

type Resolved = TaggerOptions & Required<Pick<TaggerOptions, keyof typeof TAGGER_DEFAULTS>>;

/** [T · N] by time. */
function goldOf({ tags }: EncodedTags, rows: Int32Array): Int32Array {
  return padded(Array.from(rows, (row) => tags[row]), NO_TAG).data; // prettier-ignore
}

function checkSentences(sentences: readonly TaggedSentence[]): void {
  sentences.forEach(({ tokens, tags }, i) => {
    if (tokens.length === tags.length) return;
    throw new UnrolledError(
      'SHAPE',
      `expected a tag for each of ${tokens.length} tokens, received ${tags.length} in sentence ${i + 1}`,
      'give one tag each',
    );
  });
}

/** Errors: EMPTY, SHAPE, OPTION for one tag only. */
function tagsOf(sentences: readonly TaggedSentence[]): string[] {
  checkSentences(sentences);
  const tags = [...new Set(sentences.flatMap(({ tags }) => tags))].sort();
  if (tags.length === 0) throw new UnrolledError('EMPTY', 'expected tokens to learn from, received none', 'give data');
  if (tags.length < 2) {
    throw new UnrolledError('OPTION', `expected two tags or more, received only "${tags[0]}"`, 'a tagger needs something to tell apart: check the column of tags'); // prettier-ignore
  }
  return tags;
}

/** The sentences with words, and those that are measured on the way. */
function partsOf(sentences: readonly TaggedSentence[], { validation, seed }: Resolved) {
  const own = sentences.filter(({ tokens }) => tokens.length > 0);
  if (typeof validation !== 'number') return { training: own, validation };
  const { rest, drawn } = stratifiedSplit(new Int32Array(own.length), validation, seed);
  return { training: Array.from(rest, (i) => own[i]), validation: Array.from(drawn, (i) => own[i]) };
}

function shownTags(tags: readonly string[]): string {
  return tags.length > 8 ? `${tags.slice(0, 8).join(', ')}, … (${tags.length})` : tags.join(', ');
}
