// Options of training, the same for every model.
import type { Cell } from '../cell/cell.js';
import type { Bytes, Names } from '../expect.js';
import type { AbortSignalLike } from '../train/loop.js';
import type { StepProgress, TrainerSettings, Validation } from '../train/trainer.js';
import type { RecurrentConfig } from './recurrentStack.js';

/** The recurrent stack of a model. */
export interface StackOptions {
  /** A name of cell/cells/index.ts, or a `Cell` that you defined; default lstm (for a translator gru). */
  cell?: string | Cell;
  /** H: units of each layer. */
  hiddenSize?: number;
  /** L */
  numLayers?: number;
  /** Between layers and before what follows the stack, while training: 0 to below 1. */
  dropout?: number;
  /** Zoneout, dropouts, projection and the like of the recurrent stack; none. */
  recurrent?: RecurrentConfig;
}

/** The names of `StackOptions`. */
export const STACK_OPTIONS: Names<StackOptions> = {
  ...{ cell: true, hiddenSize: true, numLayers: true, dropout: true, recurrent: true },
};

/** How the data was read: plain data that a model keeps for whoever reads more of it (see `unrolled/records`). */
export type Reading = Readonly<Record<string, unknown>>;

/** What `onStart` is told. */
export interface StartEvent {
  /** With the defaults filled in. */
  settings: Readonly<Record<string, unknown>>;
  /** Those that neither the call nor a fixed default says. */
  chosen: Readonly<Record<string, unknown>>;
  /** What they were chosen by: `5,000 rows of 12 tokens, 22 labels`. */
  facts: string;
}

/** A training between two steps, as `onStep` has it. `Model`: what is trained. */
export interface RunningTraining<Model = object> {
  /** As it is now; it may answer, be measured and be looked into. */
  readonly model: Model;
  /** At its highest, as in the options: another one holds from the next step on. Errors: RANGE. */
  learningRate: number;
  /** A checkpoint of now, which `resume` goes on from. Errors: NON_FINITE; UNSUPPORTED on one of several ranks. */
  checkpoint(): Uint8Array;
}

/** What is asked of a model that another training begins with. */
export interface InitialModel {
  /** Its task: that of the model that is trained. */
  readonly task: string;
  /** Its sizes: plain data. */
  readonly config: object;
  /** As a file. */
  toBytes(): Uint8Array;
}

/** How any model is trained. `M`: what validation measures. */
export interface FitOptions<M = unknown> extends Partial<TrainerSettings> {
  /** N: rows of a minibatch. */
  batchSize?: number;
  /**
   * Cuts each minibatch into so many parts, whose gradients are summed in a fixed order: a power of two. With the same shards a training
   * has the same bits on any number of ranks up to it. Not cut where nothing is said, but for several ranks: 8, or as many as ranks.
   */
  shards?: number;
  /** Of everything that is drawn: initial weights, dropout, order of the rows, parts; 0. */
  seed?: number;
  /** Saves a checkpoint every `everySeconds` seconds, and when the training is aborted. */
  checkpoint?: { everySeconds: number; save: (bytes: Uint8Array) => void | Promise<void> };
  /**
   * A checkpoint to resume from. Its settings apply: a different one given here is refused, except `epochs`, `minutes` and `maxSteps`; so is
   * other data.
   */
  resume?: Bytes;
  /**
   * Settings that differ from those of the checkpoint from its step on: the same training up to there, another line from there. `dropout`:
   * that of the stack, as `StackOptions` has it.
   */
  fork?: Partial<Pick<TrainerSettings, 'learningRate' | 'schedule' | 'clipNorm' | 'clipValue'>> &
    Pick<StackOptions, 'dropout'>;
  /**
   * A language model to begin with: its weights, sizes, cell and vocabulary, in place of those that the seed draws. It stays as it is. Other settings
   * of its network are refused.
   */
  initial?: InitialModel;
  /** Aborted, the training writes a checkpoint and ends. */
  signal?: AbortSignalLike;
  /** How the data was read; kept in the model's file. */
  reading?: Reading;
  /** Before the first step, with the settings that hold, and which of them were chosen from the data. */
  onStart?: (event: StartEvent) => void;
  /** After every step. */
  onProgress?: (event: StepProgress) => void;
  /**
   * After every step, after `onProgress`. The training waits for the promise that it returns: so it is paused, slowed down, or looked
   * into on the way. Of several ranks the first alone calls it, and the others wait and follow.
   */
  onStep?: (event: StepProgress, training: RunningTraining) => void | Promise<void>;
  /** After every measurement of the validation part. */
  onValidation?: (event: Validation<M>) => void | Promise<void>;
}

/** The names of `FitOptions`. */
export const FIT_OPTIONS: Names<FitOptions> = {
  ...{
    optimizer: true,
    learningRate: true,
    schedule: true,
    clipNorm: true,
    clipValue: true,
    epochs: true,
    minutes: true,
    maxSteps: true,
  },
  ...{
    validations: true,
    patience: true,
    restoreBest: true,
    batchSize: true,
    shards: true,
    seed: true,
    checkpoint: true,
    resume: true,
    fork: true,
    initial: true,
    signal: true,
  },
  ...{ reading: true, onStart: true, onProgress: true, onStep: true, onValidation: true },
};

/** With the defaults of the task filled in. */
export type ResolvedFit<M = unknown> = TrainerSettings & FitOptions<M> & { batchSize: number; seed: number };
