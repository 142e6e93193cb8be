// What a checkpoint holds beside the model: optimizer moments, carried state, position in the data, counters. Their tensors
// have names with a colon, which no parameter has.
import { brief, briefList } from '../brief.js';
import { UnrolledError } from '../errors.js';
import type { SamplerState } from '../data/sampling.js';
import type { SafetensorsTensor } from '../formats/safetensors.js';
import type { Recurrent, RecurrentState } from '../nn/recurrent.js';
import type { Module } from '../nn/module.js';
import { type StoredMoments, storedMoments } from '../optim/moments.js';
import type { Optimizer } from '../optim/optimizers.js';
import { fromData } from '../tensor/create.js';
import { keep } from '../tensor/scope.js';
import { formatShape } from '../tensor/shape.js';
import type { TrainingPosition } from '../train/trainer.js';
import { type ModelFile, openModelFile } from './modelFile.js';

/** `M`: what validation measures; `O`: the task's options, of which plain values are kept. */
export interface Checkpoint<M, O> extends TrainingPosition<M> {
  options: Partial<O>;
  sampler: SamplerState;
  /** Random kernel calls so far. */
  calls: number;
  moments: StoredMoments;
  /** By layer and name: shape and values. */
  state: CarriedState;
}

type CarriedState = Map<string, { shape: readonly number[]; data: ArrayLike<number> }>;

export function checkpointTensors(
  network: Module,
  optimizer: Optimizer,
  state: RecurrentState | null,
): (SafetensorsTensor & { name: string })[] {
  const carried = (state ?? []).flatMap((layer, l) =>
    Object.entries(layer).map(([s, t]) => ({
      name: `state:${l}:${s}`,
      shape: t.shape,
      dtype: 'F32' as const,
      data: Float32Array.from(t.data()),
    })),
  );
  return [...storedMoments(optimizer, network), ...carried];
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
  return {
    ...stored,
    moments: { tensors: file.tensors, labels: file.labels, file: name },
    state: carriedState(file, name),
  };
}

/** The tensors `state:layer:name`. Errors: FORMAT. */
function carriedState({ tensors }: ModelFile, name: string): CarriedState {
  const state: CarriedState = new Map();
  for (const [key, { shape, dtype, data }] of tensors) {
    const [kind, layer, s] = key.split(':');
    if (kind !== 'state') continue;
    if (dtype !== 'F32' || shape.length !== 2 || !/^\d+$/.test(layer) || s === undefined) {
      throw new UnrolledError(
        'FORMAT',
        `expected a state [N, H] of float32 as "${brief(key)}" in ${name}, received ${dtype} ${brief(formatShape(shape))}`,
        'the file is damaged',
      );
    }
    state.set(`${layer}:${s}`, { shape, data: data as Float32Array });
  }
  return state;
}

/**
 * The carried state as tensors; null where there is none.
 * @param recurrent what it is a state of
 * Errors: FORMAT where it is that of another network.
 */
export function restoreState(state: CarriedState, recurrent: Recurrent): RecurrentState | null {
  if (state.size === 0) return null;
  const layers = recurrent.stateSizes();
  const wanted = layers.flatMap((sizes, l) => Object.keys(sizes).map((s) => `${l}:${s}`));
  const missing = wanted.filter((key) => !state.has(key));
  const extra = [...state.keys()].filter((key) => !wanted.includes(key));
  const [N] = [...state.values()][0].shape;
  const wrong = wanted.filter((key) => {
    const [l, s] = key.split(':');
    const shape = state.get(key)?.shape;
    return shape !== undefined && (shape[0] !== N || shape[1] !== layers[Number(l)][s]);
  });
  if (missing.length + extra.length + wrong.length > 0) {
    throw new UnrolledError(
      'FORMAT',
      `expected the states of this network, received some without ${briefList(missing)}, with ${briefList(extra)} besides, and ${briefList(wrong)} of another size`,
      'resume from the checkpoint of this network',
    );
  }
  return layers.map((sizes, l) =>
    Object.fromEntries(
      Object.keys(sizes).map((s) => {
        const { data, shape } = state.get(`${l}:${s}`) ?? { data: [], shape: [0] };
        return [s, keep(fromData(data, shape))];
      }),
    ),
  );
}
