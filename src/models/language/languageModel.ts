// LanguageModel: predicts the next character, byte or word. Trains on a text, generates, evaluates, and is one file.
import { UnrolledError } from '../../errors.js';
import { crossEntropy } from '../../autograd/ops.js';
import { noGrad } from '../../autograd/tape.js';
import { ensureBackend } from '../../backend/choose.js';
import type { SafetensorsTensor } from '../../formats/safetensors.js';
import { RandomCalls } from '../../nn/random.js';
import { detach, type RecurrentState } from '../../nn/recurrent.js';
import { getPlatform } from '../../platform/platform.js';
import { fromData } from '../../tensor/create.js';
import { Philox } from '../../tensor/philox.js';
import { keep, scope } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Corpus, encodeWith } from '../../text/corpus.js';
import { type LossMetrics, lossMetrics } from '../../text/perplexity.js';
import { ConfigReader } from '../config.js';
import { LanguageNetwork, type LanguageModelConfig } from './languageNetwork.js';
import { encodeModelFile, type ModelFile, openModelFile, textAt, weightsOf, withWeights } from '../modelFile.js';
import { networkPredictor } from './networkPredictor.js';
import { generatePieces, type GenerateOptions, type ModelText, type Predictor } from './textGenerator.js';
import { trainLanguageModel } from './trainLanguageModel.js';
import type { LanguageModelTrainOptions, TrainingSummary } from '../trainingOptions.js';

export type { LanguageModelConfig } from './languageNetwork.js';

/** Rows that a text is cut into for evaluation, so that products are matrices and not vectors. */
const EVALUATION_ROWS = 32;
const EVALUATION_STEPS = 64;
/** Tokens read before each row's own, so that it does not start cold. */
const WARM_UP = 128;

/** Milliseconds after which a stream lets others have their turn. */
const TURN = 10;

export class LanguageModel {
  readonly task = 'lm';
  readonly config: LanguageModelConfig;
  readonly text: ModelText;
  readonly network: LanguageNetwork;
  readonly calls: RandomCalls;
  /** How it was trained; null for a new or merely loaded one. */
  training: TrainingSummary | null = null;

  constructor(config: LanguageModelConfig, text: ModelText) {
    this.config = config;
    this.text = text;
    this.calls = new RandomCalls(config.seed);
    this.network = new LanguageNetwork(config, text.vocabulary.size, new Philox(config.seed), this.calls);
  }

  /**
   * Trains a model on a text. Errors: EMPTY, TOO_SHORT, OPTION, RANGE, NON_FINITE.
   *
   *     const model = await LanguageModel.train(text, { cell: 'lstm', hiddenSize: 256, minutes: 2 });
   */
  static async train(data: Corpus | string, options: LanguageModelTrainOptions = {}): Promise<LanguageModel> {
    await ensureBackend();
    const { validation = 0.05 } = options;
    const corpus = data instanceof Corpus ? data : Corpus.fromText(data, { ...options, validation });
    return trainLanguageModel(
      corpus,
      options,
      (config, text) => new LanguageModel(config, text),
      (bytes) => LanguageModel.fromBytes(bytes, 'the checkpoint'),
    );
  }

  get vocabularySize(): number {
    return this.text.vocabulary.size;
  }

  parameterCount(): number {
    return this.network.parameterCount();
  }

  /** Text that follows the prime, which is not part of it. */
  generate(options: GenerateOptions = {}): string {
    return [...generatePieces(this.#predictor(), this.text, options)].join('');
  }

  /** The same, piece by piece. */
  async *stream(options: GenerateOptions = {}): AsyncGenerator<string> {
    let turn = performance.now();
    for (const piece of generatePieces(this.#predictor(), this.text, options)) {
      yield piece;
      if (performance.now() - turn < TURN) continue;
      await new Promise((resolve) => setTimeout(resolve, 0));
      turn = performance.now();
    }
  }

  #predictor(): Predictor {
    this.network.eval();
    return networkPredictor(this.network);
  }

  /** How well it predicts a text, all tokens but the first. Errors: EMPTY, TOO_SHORT. */
  evaluate(data: string | Int32Array): LossMetrics {
    const tokens = typeof data === 'string' ? encodeWith(data, this.text.settings, this.text.vocabulary) : data;
    if (tokens.length < 2) {
      throw new UnrolledError(
        'TOO_SHORT',
        `expected two tokens or more, received ${tokens.length}`,
        'give a longer text',
      );
    }
    const wasTraining = this.network.training;
    this.network.eval();
    try {
      return lossMetrics(this.#sumOfLosses(tokens), tokens.length - 1);
    } finally {
      this.network.train(wasTraining);
    }
  }

  /** Row r predicts the tokens after its own share of the positions; each row first reads what stands before it. */
  #sumOfLosses(tokens: Int32Array): number {
    const positions = tokens.length - 1;
    const rows = Math.max(1, Math.min(EVALUATION_ROWS, Math.floor(positions / (2 * WARM_UP))));
    const share = Math.ceil(positions / rows);
    const warm = rows > 1 ? WARM_UP : 0;
    let state: RecurrentState | null = null;
    let sum = 0;
    const skip = -1;
    for (let from = -warm; from < share; from += EVALUATION_STEPS) {
      const steps = Math.min(EVALUATION_STEPS, share - from);
      const [x, y] = [new Int32Array(steps * rows), new Int32Array(steps * rows).fill(skip)];
      for (let t = 0; t < steps; t++) {
        for (let r = 0; r < rows; r++) {
          const at = r * share + from + t;
          x[t * rows + r] = tokens[Math.min(Math.max(at, 0), positions)];
          if (from + t >= 0 && at < positions) y[t * rows + r] = tokens[at + 1];
        }
      }
      const { loss, next } = scope(() =>
        noGrad(() => {
          const result = this.network.forward(fromData(x, [steps, rows]), state);
          const rowLosses = crossEntropy(result.logits, fromData(y, [steps, rows]), {
            ignoreIndex: skip,
            reduction: 'none',
          });
          return { loss: Array.from(rowLosses.data()).reduce((a, b) => a + b, 0), next: result.state };
        }),
      );
      sum += loss;
      for (const layer of next) for (const t of Object.values(layer)) keep(t);
      disposeState(state);
      // The first row has nothing before it: it starts from zero as the text does.
      state = from + steps <= 0 && from < 0 ? zeroFirstRow(next) : next;
    }
    disposeState(state);
    return sum;
  }

  /** The file's bytes: weights, configuration and vocabulary. */
  toBytes(extra: { tensors?: (SafetensorsTensor & { name: string })[]; checkpoint?: unknown } = {}): Uint8Array {
    return encodeModelFile({
      kind: 'lm',
      config: this.config,
      texts: [this.text],
      checkpoint: extra.checkpoint,
      tensors: [...weightsOf(this.network), ...(extra.tensors ?? [])],
    });
  }

  /** Errors: FORMAT for a file that is damaged or not a language model's. */
  static fromBytes(bytes: Uint8Array, name: string): LanguageModel {
    return LanguageModel.fromFile(openModelFile(bytes, name), name);
  }

  static fromFile(file: ModelFile, name: string): LanguageModel {
    if (file.kind !== 'lm') {
      throw new UnrolledError(
        'FORMAT',
        `expected a language model in ${name}, received a model of kind ${file.kind}`,
        'name another file',
      );
    }
    const config = checkConfig(file.config, name);
    return withWeights(file, name, () => new LanguageModel(config, textAt(file, 0, name)));
  }

  /** Writes the file whole or not at all. Errors: IO. */
  async save(path: string): Promise<void> {
    await getPlatform().writeFileAtomic(path, this.toBytes());
  }

  /** Errors: NOT_FOUND, FORMAT. */
  static async load(path: string): Promise<LanguageModel> {
    await ensureBackend();
    return LanguageModel.fromBytes(await getPlatform().readFile(path), path);
  }
}

function disposeState(state: RecurrentState | null): void {
  state?.forEach((layer) => Object.values(layer).forEach((t) => t.dispose()));
}

function zeroFirstRow(state: RecurrentState): RecurrentState {
  const detached = detach(state);
  for (const layer of detached) {
    for (const t of Object.values(layer)) clearRow(t);
  }
  disposeState(state);
  return detached;
}

function clearRow(t: Tensor): void {
  const values = t.data();
  values.fill(0, 0, t.shape[1]);
  t.set(values);
}

function checkConfig(value: unknown, name: string): LanguageModelConfig {
  const config = new ConfigReader(value, name);
  return { ...config.stack(), embeddingSize: config.size('embeddingSize', 0), seed: config.seed() };
}
