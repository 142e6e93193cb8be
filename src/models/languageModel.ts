// LanguageModel: predicts the next character, byte or word. Trains on a text, generates, evaluates, and is one file.
import { UnrolledError } from '../errors.js';
import { crossEntropy } from '../autograd/ops.js';
import { noGrad } from '../autograd/tape.js';
import { ensureBackend } from '../backend/choose.js';
import type { CellData } from '../cell/data.js';
import type { SafetensorsTensor } from '../formats/safetensors.js';
import { RandomCalls } from '../nn/random.js';
import { detach, type RecurrentState } from '../nn/recurrent.js';
import { getPlatform } from '../platform/platform.js';
import { fromData } from '../tensor/create.js';
import { Philox } from '../tensor/philox.js';
import { keep, scope } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { Corpus, encodeWith } from '../text/corpus.js';
import { type LossMetrics, lossMetrics } from '../text/perplexity.js';
import { LanguageNetwork, type LanguageModelConfig, RECURRENT_KEYS, type RecurrentConfig } from './languageNetwork.js';
import { encodeModelFile, type ModelFile, openModelFile } from './modelFile.js';
import { networkPredictor } from './networkPredictor.js';
import { generatePieces, type GenerateOptions, type ModelText, type Predictor } from './textGenerator.js';
import { trainLanguageModel } from './trainLanguageModel.js';
import type { LanguageModelTrainOptions, TrainingSummary } from './trainingOptions.js';

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
    const weights = Object.entries(this.network.stateDict()).map(([name, { shape, data }]) => ({
      name,
      shape,
      dtype: 'F32' as const,
      data: Float32Array.from(data),
    }));
    return encodeModelFile({
      kind: 'lm',
      config: this.config,
      text: this.text,
      checkpoint: extra.checkpoint,
      tensors: [...weights, ...(extra.tensors ?? [])],
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
    const model = new LanguageModel(checkConfig(file.config, name), file.text);
    const own = [...file.tensors].filter(([tensorName]) => !tensorName.includes(':'));
    model.network.loadStateDict(
      Object.fromEntries(
        own.map(([tensorName, { shape, data }]) => [tensorName, { shape, data: Array.from(data, Number) }]),
      ),
    );
    return model;
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
  const fail = (what: string): never => {
    throw new UnrolledError(
      'FORMAT',
      `expected ${what} in the configuration of ${name}`,
      'the file is damaged or from a newer version',
    );
  };
  if (typeof value !== 'object' || value === null) return fail('an object');
  const c = value as Record<string, unknown>;
  const size = (key: string, min: number): number => {
    const n = c[key];
    return typeof n === 'number' && Number.isInteger(n) && n >= min && n <= 1 << 20 ? n : fail(`a size "${key}"`);
  };
  if (typeof c.cell !== 'string') return fail('a cell');
  const { dropout, seed } = c;
  if (typeof dropout !== 'number' || !(dropout >= 0 && dropout < 1)) return fail('a dropout');
  return {
    cell: c.cell,
    // The network checks the equations when it makes the cell.
    ...(c.equations === undefined ? {} : { equations: c.equations as CellData }),
    hiddenSize: size('hiddenSize', 1),
    numLayers: size('numLayers', 1),
    embeddingSize: size('embeddingSize', 0),
    dropout,
    ...(c.recurrent === undefined ? {} : { recurrent: checkRecurrent(c.recurrent, fail) }),
    seed: typeof seed === 'number' && Number.isSafeInteger(seed) ? seed : 0,
  };
}

/** Numbers and flags by known names; their ranges are the network's to check. */
function checkRecurrent(value: unknown, fail: (what: string) => never): RecurrentConfig {
  if (typeof value !== 'object' || value === null) return fail('an object "recurrent"');
  const entries = Object.entries(value).map(([key, v]) => {
    const known = RECURRENT_KEYS.find((name) => name === key);
    const isFlag = known === 'variational' || known === 'residual';
    if (known === undefined || typeof v !== (isFlag ? 'boolean' : 'number')) return fail(`a known option "${key}"`);
    return [known, v] as const;
  });
  return Object.fromEntries(entries) as RecurrentConfig;
}
