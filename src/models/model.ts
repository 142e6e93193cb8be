// What every model is: a configuration, how texts become tokens, a network, one file. The tasks' classes add what they measure
// and answer; `fit` (fit.ts) trains any of them.
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { type FileSource, type FileTarget, readSource, writeTarget } from '../platform/files.js';
import { type Bytes, bytesOf, refuse } from '../expect.js';
import { ensureBackend } from '../backend/choose.js';
import { evaluating } from '../nn/evaluating.js';
import type { Module } from '../nn/module.js';
import { RandomCalls } from '../nn/random.js';
import type { Recurrent } from '../nn/recurrent.js';
import { Philox } from '../tensor/philox.js';
import { atOnce, inside, inTurn, readAll, type Reading as TensorReading, requireAnswers } from '../tensor/readAll.js';
import type { TrainingResult } from '../train/trainer.js';
import { fitModel } from './fit.js';
import {
  encodeModelFile,
  type FileExtra,
  type ModelFile,
  type ModelText,
  openModelFile,
  weightsOf,
} from './modelFile.js';
import { Vocabulary } from '../text/vocabulary.js';
import type { Reading } from './options.js';
import type { TaskDefinition, TaskTypes } from './task.js';

/** A model as a file: what a model has that is not trained by steps, such as an n-gram model. */
export abstract class StoredModel {
  /** Which task: its name in the table (tasks.ts) and in files. */
  abstract readonly task: string;
  /** Sizes and choices: plain data. */
  abstract readonly config: object;
  /** How the training data was read; null for data that no file held. */
  reading: Reading | null = null;
  /** Whether it was opened from a checkpoint: a training that had not ended. */
  isUnfinished = false;

  /** What the file holds, beside `reading`. */
  protected abstract content(): Pick<ModelFile, 'config' | 'texts'> & FileExtra;

  /** The file's bytes: weights with their labels, configuration, how data was read. */
  toBytes(extra: FileExtra = {}): Uint8Array {
    const { tensors = [], ...rest } = this.content();
    return encodeModelFile({
      ...rest,
      kind: this.task,
      reading: this.reading,
      checkpoint: extra.checkpoint,
      tensors: [...tensors, ...(extra.tensors ?? [])],
    });
  }

  /** Errors: USAGE, always: JSON would hold no weights. */
  toJSON(): unknown {
    throw new UnrolledError(
      'USAGE',
      `expected save or toBytes for a model of the task ${this.task}, received a call of JSON.stringify`,
      "write await model.save('model.safetensors'), or model.toBytes(); loadModel takes both",
    );
  }

  /**
   * Writes the file whole or not at all.
   * @param target a path on Node; in a page the name of a download, a `FileSystemFileHandle` or a `WritableStream`
   * Errors: IO, OPTION.
   */
  async save(target: FileTarget): Promise<void> {
    await writeTarget(target, this.toBytes());
  }

  /**
   * The model of a file's bytes.
   * @param name the file's, for messages
   * Errors: FORMAT for a file that is damaged, or of another task.
   */
  static fromBytes<M extends StoredModel>(this: OpenedAs<M>, bytes: Bytes, name = 'the model'): M {
    return openAs(this.definition, openModelFile(bytesOf(bytes, name, BYTES_HELP), name), name);
  }

  /**
   * Reads a file.
   * @param source a path on Node, an address (a string or `URL`), a `File`, a `Response`, or bytes
   * Errors: NOT_FOUND, IO, FORMAT, OPTION.
   */
  static async load<M extends StoredModel>(this: OpenedAs<M>, source: FileSource): Promise<M> {
    const { bytes, name } = await readSource(source);
    await ensureBackend();
    return openAs(this.definition, openModelFile(bytes, name), name);
  }
}

/** Where something else than bytes was given. */
const BYTES_HELP = 'give what toBytes() gave, or a file by `await Model.load(path)`';

/** A model class whose files open. `M`: its models. */
export interface OpenedAs<M> {
  /** What the table of tasks holds of it. @internal */
  readonly definition: { readonly task: string; readonly noun: string; open(file: ModelFile, name: string): M };
}

/** Errors: FORMAT for a file of another task. */
function openAs<M extends StoredModel>(definition: OpenedAs<M>['definition'], file: ModelFile, name: string): M {
  const { task, noun } = definition;
  if (file.kind !== task) {
    throw new UnrolledError(
      'FORMAT',
      `expected ${noun} in ${name}, received a model of the task ${brief(file.kind)}`,
      'name another file, or open it with loadModel, which takes every task',
    );
  }
  return definition.open(file, name);
}

/** A model with a network that is trained by steps. */
export abstract class Model<T extends TaskTypes = TaskTypes> extends StoredModel {
  /** Sizes and choices, as the model file holds them: plain data. */
  readonly config: T['config'];
  /** How texts become tokens: none, one or two. */
  readonly texts: readonly ModelText[];
  /** The parameters and the forward pass. */
  readonly network: T['network'];
  /** Counts the random kernel calls, so that each call draws a new dropout mask and a resumed training draws the same ones. */
  readonly calls: RandomCalls;
  /** How it was trained; null for a new or merely loaded one. */
  training: TrainingResult<T['metrics']> | null = null;
  /** The options that it was trained with, defaults filled in: plain values; null for a loaded model. */
  settings: Readonly<Record<string, unknown>> | null = null;

  /** @param network makes it; weights and random numbers come from the seed of the configuration */
  protected constructor(
    config: T['config'],
    texts: readonly ModelText[],
    network: (rng: Philox, calls: RandomCalls) => T['network'],
  ) {
    super();
    requireMade(config, texts);
    this.config = config;
    this.texts = texts;
    this.calls = new RandomCalls(config.seed);
    this.network = network(new Philox(config.seed), this.calls);
  }

  /** Writes the file whole or not at all, from every backend: it reads the weights first. See `StoredModel`. Errors: IO, OPTION. */
  override async save(target: FileTarget): Promise<void> {
    await readAll([...(this.network as Module).namedState()].map(({ tensor }) => tensor));
    await super.save(target);
  }

  /** How many numbers training changes. */
  parameterCount(): number {
    return (this.network as Module).parameterCount();
  }

  /** The recurrent parts, by the beginning of their parameters' names (`rnn.`): what inspection looks into. */
  abstract recurrents(): Readonly<Record<string, Recurrent>>;

  /** What its recurrent part reads of an input at each step, as it is written: tokens, or numbers. */
  abstract steps(input: T['input']): string[];

  /** Lets the network read one input, for whoever watches its recurrent parts. @internal */
  *readOnce(input: T['input']): TensorReading<void> {
    yield* this.readAnswers([input]);
  }

  /** What `predict` gives, for whoever reads. @internal */
  readAnswers(inputs: readonly T['input'][], options?: T['predictOptions']): TensorReading<T['answer'][]> {
    return this.evaluatingEach(this.answer(inputs, options ?? {}));
  }

  /** What predicts beside the network, which formats of networks do not know; null where nothing does. @internal */
  get besideNetwork(): string | null {
    return null;
  }

  /** Whether an input is a text, so that one text alone can be told from many. */
  protected get readsTexts(): boolean {
    return false;
  }

  /** What `evaluate` measures; the network is in evaluation mode. */
  protected abstract measure(data: T['data'], options: T['evaluateOptions']): TensorReading<T['evaluation']>;

  /** One answer for each input; the network is in evaluation mode. */
  protected abstract answer(inputs: readonly T['input'][], options: T['predictOptions']): TensorReading<T['answer'][]>;

  /**
   * How well it does on this data: the metrics of its task. Errors: EMPTY, UNSUPPORTED on a backend whose numbers must be waited for
   * (webgpu), and those of the task.
   */
  evaluate(data: T['data'], options?: T['evaluateOptions']): T['evaluation'] {
    requireAnswers('evaluate', 'await model.evaluateAsync(…)');
    return this.evaluating(() => atOnce(this.measure(data, options ?? {})));
  }

  /** The same on every backend. */
  evaluateAsync(data: T['data'], options?: T['evaluateOptions']): Promise<T['evaluation']> {
    return inTurn(this.evaluatingEach(this.measure(data, options ?? {})));
  }

  /**
   * An answer for each input, in their order; for an iterable that is asynchronous, one after the other. One text
   * is a list of one. Errors: OPTION for another single input; UNSUPPORTED on a backend whose numbers must be waited for (webgpu), where the
   * inputs are a list; and those of the task.
   */
  predict(inputs: readonly T['input'][], options?: T['predictOptions']): T['answer'][];
  // As one signature with the first, a model of texts would not be a Model of whatever task.
  // eslint-disable-next-line @typescript-eslint/unified-signatures
  predict(text: T['input'] extends string ? string : never, options?: T['predictOptions']): T['answer'][];
  predict(inputs: AsyncIterable<T['input']>, options?: T['predictOptions']): AsyncGenerator<T['answer']>;
  predict(
    inputs: readonly T['input'][] | AsyncIterable<T['input']> | string,
    options?: T['predictOptions'],
  ): T['answer'][] | AsyncGenerator<T['answer']> {
    const isText = typeof inputs === 'string' && this.readsTexts;
    const many: unknown = isText ? [inputs] : inputs;
    requireMany(many);
    if (isAsync(many)) return this.#answerEach(many, options ?? {});
    requireAnswers('predict', 'await model.predictAsync(…)');
    return this.evaluating(() => atOnce(this.answer(many, options ?? {})));
  }

  /** The answers for a list of inputs, on every backend. Errors: those of `predict`. */
  predictAsync(inputs: readonly T['input'][], options?: T['predictOptions']): Promise<T['answer'][]>;
  // eslint-disable-next-line @typescript-eslint/unified-signatures
  predictAsync(text: T['input'] extends string ? string : never, options?: T['predictOptions']): Promise<T['answer'][]>;
  async predictAsync(inputs: readonly T['input'][] | string, options?: T['predictOptions']): Promise<T['answer'][]> {
    const isText = typeof inputs === 'string' && this.readsTexts;
    const many: unknown = isText ? [inputs] : inputs;
    requireMany(many);
    if (isAsync(many))
      refuse('a list of inputs', inputs, 'for await (const answer of model.predict(inputs)) has one after the other');
    return inTurn(this.readAnswers(many, options));
  }

  async *#answerEach(inputs: AsyncIterable<T['input']>, options: T['predictOptions']): AsyncGenerator<T['answer']> {
    for await (const input of inputs) yield (await inTurn(this.readAnswers([input], options)))[0];
  }

  /** Runs with dropout off, then restores the mode, so that a training in progress is not disturbed. */
  protected evaluating<R>(run: () => R): R {
    return evaluating(this.network, run);
  }

  /** The same for each piece of what reads: whatever runs while it waits finds the mode as it was. */
  protected evaluatingEach<R>(reading: TensorReading<R>): TensorReading<R> {
    return inside((run) => this.evaluating(run), reading);
  }

  protected content(): Pick<ModelFile, 'config' | 'texts'> & FileExtra {
    return { config: this.config, texts: this.texts, tensors: weightsOf(this.network) };
  }

  /**
   * Trains a new model on data, or resumes from a checkpoint (`resume`).
   * Errors: EMPTY, TOO_SHORT and OPTION for data and options that cannot be trained with; NON_FINITE where numbers explode;
   * FORMAT and OPTION for a checkpoint that is damaged, of other data or of other settings.
   */
  static fit<M extends Model, D, O extends object>(this: TrainedBy<M, D, O>, data: D, options?: O): Promise<M> {
    return fitModel(this.definition, data, options);
  }
}

/** Errors: USAGE where somebody makes a model as a layer is made. Before what a task's class reads of its configuration. */
export function requireMade(config: unknown, texts: readonly unknown[], lists: readonly string[] = []): void {
  const isText = (text: unknown): boolean => {
    const { settings, vocabulary } = (text ?? {}) as Partial<ModelText>;
    return typeof settings === 'object' && settings !== null && vocabulary instanceof Vocabulary;
  };
  const isObject = typeof config === 'object' && config !== null && 'seed' in config;
  const hasLists = isObject && lists.every((name) => Array.isArray((config as Record<string, unknown>)[name]));
  if (hasLists && texts.every(isText)) return;
  throw new UnrolledError(
    'USAGE',
    'expected a whole configuration and its vocabularies, received a part of them',
    'models are made by training, await Model.fit(data, options), or from files, await Model.load(path)',
  );
}

/** Errors: UNSUPPORTED where a format of networks would lose what predicts beside the network. */
export function requireAlone({ besideNetwork }: { readonly besideNetwork: string | null }, format: string): void {
  if (besideNetwork === null) return;
  throw new UnrolledError(
    'UNSUPPORTED',
    `expected a model that is its network alone for ${format}, received one with ${besideNetwork}`,
    'train it without them; a language model leaves them with model.mixture = null',
  );
}

/** Errors: OPTION for one input, as JavaScript may pass it, where many are asked for. */
function requireMany(inputs: unknown): asserts inputs is readonly unknown[] | AsyncIterable<unknown> {
  if (Array.isArray(inputs) || isAsync(inputs)) return;
  refuse('a list of inputs', inputs, 'one input: predict([input])');
}

function isAsync(inputs: unknown): inputs is AsyncIterable<unknown> {
  return typeof inputs === 'object' && inputs !== null && Symbol.asyncIterator in inputs;
}

/** A model class that is trained by `fit`. `M`: its models, `D`: the data, `O`: the options. */
export interface TrainedBy<M extends Model, D, O extends object> {
  /** What the table of tasks holds of it. @internal */
  readonly definition: TaskDefinition<M, D, O>;
}
