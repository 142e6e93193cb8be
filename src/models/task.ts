// What a task is: how its models are built from a file, made for data, and trained. Each task is a folder; tasks.ts is the table.
import type { PartFingerprint } from '../data/fingerprint.js';
import type { SamplerState } from '../data/sampling.js';
import type { Module } from '../nn/module.js';
import type { RandomCalls } from '../nn/random.js';
import type { Recurrent, RecurrentState } from '../nn/recurrent.js';
import type { CutMinibatch } from '../parallel/cut.js';
import type { Reading as TensorReading } from '../tensor/readAll.js';
import type { Tensor } from '../tensor/tensor.js';
import type { TrainingResult } from '../train/trainer.js';
import type { Names } from '../expect.js';
import { ConfigReader } from './config.js';
import { type FileExtra, type ModelFile, type ModelText, withWeights } from './modelFile.js';
import type { FitOptions, Reading, ResolvedFit } from './options.js';

/** The types of a task, by what they are for. */
export interface TaskTypes {
  /** Plain data that stands in the file. */
  config: { seed: number };
  /** What is trained. */
  network: Module;
  /** What `fit` and `evaluate` take. */
  data: unknown;
  /** What validation measures. */
  metrics: { loss: number };
  /** What `evaluate` says: the metrics, and more where the task has more. */
  evaluation: { loss: number };
  /** What `evaluate` takes beside the data. */
  evaluateOptions: object;
  /** One of what `predict` takes, and what it says of it. */
  input: unknown;
  /** What `predict` says of an input. */
  answer: unknown;
  /** What `predict` takes beside the inputs. */
  predictOptions: object;
}

/** What training needs of a model. */
export interface Trainable {
  readonly network: Module;
  readonly calls: RandomCalls;
  readonly config: object;
  reading: Reading | null;
  isUnfinished: boolean;
  settings: Readonly<Record<string, unknown>> | null;
  training: TrainingResult<{ loss: number }> | null;
  toBytes(extra?: FileExtra): Uint8Array;
}

/** How a model learns from its data, step by step. `X`: what validation measures. */
export interface Lesson<X extends { loss: number } = { loss: number }> {
  /** What the data is, by content: parts by name. */
  data: Readonly<Record<string, PartFingerprint>>;
  /** Where the next minibatch comes from. */
  sampler: { state(): SamplerState; restore(state: SamplerState): void };
  /** Passes over the training part so far, with fractions. */
  epochs(): number;
  /** Minibatches in a pass, or about as many: a schedule knows the length of the training before the first step. */
  stepsPerEpoch: number;
  /** The mean loss of the next minibatch, and how many tokens are in it. */
  next(): { loss: Tensor; tokens: number };
  /** The same for a loss that reads on its way, as that of a conditional random field does; null where it does not. */
  readNext?: (() => TensorReading<{ loss: Tensor; tokens: number }>) | null;
  /** The next minibatch, cut. */
  nextShards(shards: number): CutMinibatch;
  /** On the validation part; null where there is none. A promise where the backend's numbers must be waited for. */
  evaluate(): X | null | Promise<X | null>;
  /** What the best weights have least of; the loss where nothing is said. */
  criterion?(metrics: X): number;
  /** The state that goes from minibatch to minibatch, where one does. */
  carried?: {
    of: Recurrent;
    state(): RecurrentState | null;
    restore(state: RecurrentState): void;
    /** Of the rows of each shard that this rank computes, by the number of the shard, where there are shards. */
    ofShards(): ReadonlyMap<number, RecurrentState>;
    restoreShards(states: ReadonlyMap<number, RecurrentState>): void;
  };
  /** After the last step, with the weights that the model ends with; not where the training was aborted. A promise is waited for. */
  finish?(): unknown;
  /** Gives back what was kept. */
  end?(): void;
}

/** Data that was looked through and cut into parts. */
export interface Prepared<M, X extends { loss: number } = { loss: number }> {
  /** A new model: its sizes and vocabularies come from the training part. */
  create(): M;
  lesson(model: M): Lesson<X>;
}

/** Settings that a task chooses from the data where nothing is said; why, docs/defaults.md says. */
export interface Chosen<O extends object> {
  settings: Partial<O & FitOptions>;
  /** What they were chosen by, for people: `5,000 rows of 12 tokens, 22 labels`. */
  facts: string;
}

/** What a task says of itself. `M`: its model, `D`: its data, `O`: the options of `fit`. */
export interface TaskOwn<M extends Trainable, D, O extends object> {
  /** The name in files and in the table. */
  readonly task: string;
  /** For messages: `a classifier`. */
  readonly noun: string;
  /** Of the options of `fit`. */
  readonly defaults: Partial<O>;
  /** The names of the options of `fit`. */
  readonly options: Names<O>;
  /** Passes over the data where neither they nor minutes are given, nor chosen. */
  readonly epochs: number;
  /** The model of a configuration and its vocabularies, with the weights that its seed draws. Errors: FORMAT. */
  build(config: ConfigReader, texts: readonly ModelText[], name: string): M;
  /** @param given what the call says, the defaults not among it */
  choose?(data: D, given: O): Chosen<O>;
  /** Errors: EMPTY, TOO_SHORT, OPTION. */
  prepare(data: D, options: O & ResolvedFit): Prepared<M>;
  /** Gives an opened model what its file has beside the network. Errors: FORMAT. */
  complete?(model: M, file: ModelFile, name: string): void;
}

export interface TaskDefinition<M extends Trainable, D, O extends object> extends TaskOwn<M, D, O> {
  /** The model of a file, with its weights. Errors: FORMAT. */
  open(file: ModelFile, name: string): M;
}

/** A task from what it says of itself. */
export function defineTask<M extends Trainable, D, O extends object>(own: TaskOwn<M, D, O>): TaskDefinition<M, D, O> {
  return {
    ...own,
    open(file, name) {
      const model = withWeights(file, name, () => own.build(new ConfigReader(file.config, name), file.texts, name));
      model.reading = file.reading;
      model.isUnfinished = file.checkpoint !== undefined;
      model.network.eval();
      own.complete?.(model, file, name);
      return model;
    },
  };
}
