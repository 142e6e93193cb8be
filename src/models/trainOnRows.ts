// Training a model on rows that stand alone (sentences, texts): minibatches of rows of like lengths, a checkpoint between them.
import { LengthBatches } from '../data/lengthBatches.js';
import type { SafetensorsTensor } from '../formats/safetensors.js';
import type { Module } from '../nn/module.js';
import type { RandomCalls } from '../nn/random.js';
import type { Tensor } from '../tensor/tensor.js';
import {
  type StepProgress,
  train,
  type TrainerSettings,
  type TrainingResult,
  type Validation,
} from '../train/trainer.js';
import { type Checkpoint, checkpointTensors, readCheckpoint } from './checkpoint.js';
import { storable } from './config.js';
import type { FitOptions } from './trainingOptions.js';

/** A model that learns from rows. */
export interface RowModel {
  readonly network: Module;
  readonly calls: RandomCalls;
  toBytes(extra?: FileExtra): Uint8Array;
}

/** What a checkpoint has beside the model. */
export interface FileExtra {
  tensors?: (SafetensorsTensor & { name: string })[];
  checkpoint?: unknown;
}

export interface RowTask<M extends { loss: number }> {
  /** The length of each training row. */
  lengths: ArrayLike<number>;
  /** The mean loss of these rows, and how many tokens they are. */
  step(rows: Int32Array): { loss: Tensor; tokens: number };
  /** On the validation part; null where there is none. */
  evaluate(): M | null;
}

export interface RowTrainingOptions<M> extends FitOptions {
  onProgress?: (event: StepProgress) => void;
  onValidation?: (event: Validation<M>) => void | Promise<void>;
}

/** With the defaults of the model filled in. */
export type ResolvedRowOptions<M> = Omit<TrainerSettings, 'epochs'> &
  RowTrainingOptions<M> & { batchSize: number; seed: number };

/** Passes over the data where neither they nor minutes are given. */
const EPOCHS = 5;

/** The checkpoint that `resume` holds; null without. `O`: the options of the model's `fit`. Errors: FORMAT. */
export function checkpointOf<M, O>({ resume }: FitOptions): Checkpoint<M, O> | null {
  return resume === undefined ? null : readCheckpoint<M, O>(resume, 'the checkpoint');
}

/** @param from the checkpoint that is gone on from. Errors: NON_FINITE, OPTION, STATE. */
export async function trainOnRows<M extends { loss: number }, O extends ResolvedRowOptions<M>>(
  model: RowModel,
  { lengths, step, evaluate }: RowTask<M>,
  options: O,
  from: Checkpoint<M, Partial<O>> | null,
): Promise<TrainingResult<M>> {
  const { batchSize, seed, epochs, minutes, checkpoint } = options;
  const batches = new LengthBatches(lengths, { batchSize, seed });
  if (from !== null) {
    batches.restore(from.sampler);
    model.calls.calls = from.calls;
  }
  return train<M>(
    {
      network: model.network,
      epochs: () => batches.epochs(),
      next: () => step(batches.next().rows),
      evaluate,
      onValidation: options.onValidation,
      async checkpoint(position, optimizer) {
        const content = { ...position, options: storable(options), sampler: batches.state(), calls: model.calls.calls };
        const tensors = checkpointTensors(model.network, optimizer, null);
        await checkpoint?.save(model.toBytes({ tensors, checkpoint: content }));
      },
    },
    {
      ...options,
      epochs: epochs ?? (minutes === undefined ? EPOCHS : undefined),
      ...(from === null ? {} : { from }),
      checkpointSeconds: checkpoint?.everySeconds,
    },
  );
}
