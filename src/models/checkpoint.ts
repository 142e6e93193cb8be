// What a checkpoint holds beside the model: optimizer moments, carried state, position in the data, counters. Their tensors
// have names with a colon, which no parameter has.
import { UnrolledError } from '../errors.js';
import type { SamplerState } from '../data/sampling.js';
import type { SafetensorsTensor } from '../formats/safetensors.js';
import type { RecurrentState } from '../nn/recurrent.js';
import type { Optimizer } from '../optim/optimizers.js';
import { fromData } from '../tensor/create.js';
import { keep } from '../tensor/scope.js';
import type { TrainingPosition } from '../train/trainer.js';
import { openModelFile } from './modelFile.js';

/** `M`: what validation measures; `O`: the task's options, of which plain values are kept. */
export interface Checkpoint<M, O> extends TrainingPosition<M> {
  options: Partial<O>;
  sampler: SamplerState;
  /** Random kernel calls so far. */
  calls: number;
  moments: Record<string, ArrayLike<number>>;
  /** By layer and name: shape and values. */
  state: CarriedState;
}

type CarriedState = Map<string, { shape: readonly number[]; data: ArrayLike<number> }>;

export function checkpointTensors(
  optimizer: Optimizer,
  state: RecurrentState | null,
): (SafetensorsTensor & { name: string })[] {
  const moments = Object.entries(optimizer.state().moments).map(([key, data]) => ({
    name: `optimizer:${key}`,
    shape: [data.length],
    dtype: 'F32' as const,
    data: Float32Array.from(data),
  }));
  const carried = (state ?? []).flatMap((layer, l) =>
    Object.entries(layer).map(([s, t]) => ({
      name: `state:${l}:${s}`,
      shape: t.shape,
      dtype: 'F32' as const,
      data: Float32Array.from(t.data()),
    })),
  );
  return [...moments, ...carried];
}

/** Errors: FORMAT for a file that is no checkpoint. */
export function readCheckpoint<M, O>(bytes: Uint8Array, name: string): Checkpoint<M, O> {
  const file = openModelFile(bytes, name);
  const stored = file.checkpoint as Omit<Checkpoint<M, O>, 'moments' | 'state'> | undefined;
  if (
    typeof stored !== 'object' ||
    stored === null ||
    typeof stored.counters?.step !== 'number' ||
    typeof stored.sampler !== 'object'
  ) {
    throw new UnrolledError(
      'FORMAT',
      `expected a checkpoint in ${name}, received a model without the optimizer's state`,
      'resume from the .checkpoint file that training wrote',
    );
  }
  const moments: Record<string, ArrayLike<number>> = {};
  const state: CarriedState = new Map();
  for (const [tensorName, { shape, data }] of file.tensors) {
    const [kind, ...rest] = tensorName.split(':');
    const values = Array.from(data, Number);
    if (kind === 'optimizer') moments[rest.join(':')] = values;
    else if (kind === 'state' && rest.length === 2) state.set(rest.join(':'), { shape, data: values });
  }
  return { ...stored, moments, state };
}

/** The carried state as tensors. */
export function restoreState(state: CarriedState): RecurrentState | null {
  const layers: Record<string, ReturnType<typeof fromData>>[] = [];
  for (const [key, { shape, data }] of state) {
    const [l, s] = key.split(':');
    (layers[Number(l)] ??= {})[s] = keep(fromData(data, shape));
  }
  return layers.length > 0 ? layers : null;
}
