// What a checkpoint holds beside the model: all that decides the rest of the training. Its tensors (optimizer moments, the best
// weights, carried state) have names with a colon, which no parameter has. It is checked like any model: it may be a stranger's.
import { brief, briefList } from '../brief.js';
import { UnrolledError } from '../errors.js';
import type { PartFingerprint } from '../data/fingerprint.js';
import type { SamplerState } from '../data/sampling.js';
import type { Module } from '../nn/module.js';
import type { Recurrent, RecurrentState } from '../nn/recurrent.js';
import { type StoredMoments, storedMoments } from '../optim/moments.js';
import type { Optimizer } from '../optim/optimizer.js';
import { fromData } from '../tensor/create.js';
import { keep } from '../tensor/scope.js';
import { formatShape } from '../tensor/shape.js';
import type { HistoryPoint, TrainingPosition, Validation } from '../train/trainer.js';
import type { GivenState, StateDict } from '../weights/labels.js';
import { type ModelFile, type ModelTensor, openModelFile, prefixedWeights, readPrefixed } from './modelFile.js';

export interface Checkpoint extends TrainingPosition<{ loss: number }> {
  /** Those that the training runs with: plain values. */
  options: Record<string, unknown>;
  /** What the data was; null in a checkpoint of 0.1, which did not know. */
  data: Record<string, PartFingerprint> | null;
  sampler: SamplerState;
  /** Random kernel calls so far. */
  calls: number;
  moments: StoredMoments;
  best: GivenState | null;
  /** By layer and name: shape and values. */
  state: CarriedState;
}

type CarriedState = ReadonlyMap<string, { shape: readonly number[]; data: ArrayLike<number> }>;

/** Before the names of the best weights. */
const BEST = 'best:';

const floats = (name: string, shape: readonly number[], data: ArrayLike<number>): ModelTensor => ({
  ...{ name, shape, dtype: 'F32' },
  data: Float32Array.from(data),
});

/** The tensors of a checkpoint, beside the model's. */
export function checkpointTensors(
  network: Module,
  optimizer: Optimizer,
  state: RecurrentState | null,
  best: StateDict | null,
): ModelTensor[] {
  return [
    ...storedMoments(optimizer, network),
    ...(best === null ? [] : prefixedWeights(BEST, best)),
    ...(state ?? []).flatMap((layer, l) =>
      Object.entries(layer).map(([s, t]) => floats(`state:${l}:${s}`, t.shape, t.data())),
    ),
  ];
}

/** What a checkpoint says before it is gone on from: how to read the data again. Errors: FORMAT. */
export function checkpointSettings(bytes: Uint8Array, name: string) {
  const file = openModelFile(bytes, name);
  return { task: file.kind, reading: file.reading, options: readCheckpoint(file, name).options };
}

/** Errors: FORMAT for a file that is no checkpoint, or a damaged one. */
export function readCheckpoint(file: ModelFile, name: string): Checkpoint {
  if (!isObject(file.checkpoint)) {
    throw new UnrolledError(
      'FORMAT',
      `expected a checkpoint in ${name}, received a model without the state of a training`,
      'resume from the .checkpoint file that training wrote',
    );
  }
  const fail = (what: string): never => {
    throw new UnrolledError('FORMAT', `expected ${what} in ${name}`, 'the checkpoint is damaged: train from scratch');
  };
  const content = new CheckpointReader(file.checkpoint, fail);
  return {
    ...content.read(),
    moments: { tensors: file.tensors, labels: file.labels, file: name },
    best: readPrefixed(BEST, file, name),
    state: carriedState(file, name),
  };
}

/** The plain part. */
class CheckpointReader {
  readonly #values: Record<string, unknown>;
  readonly #fail: (what: string) => never;

  constructor(values: Record<string, unknown>, fail: (what: string) => never) {
    this.#values = values;
    this.#fail = fail;
  }

  read(): Omit<Checkpoint, 'moments' | 'best' | 'state'> {
    const { counters, loss, history, validation, options, sampler, data, stopping } = this.#values;
    return {
      counters: {
        step: this.#count(counters, 'step'),
        tokens: this.#count(counters, 'tokens'),
        seconds: this.#number(counters, 'seconds'),
        // One of 0.1 counted the steps alone.
        elapsed: this.#number(counters, isObject(counters) && 'elapsed' in counters ? 'elapsed' : 'seconds'),
      },
      // NaN, before the first step, is null in JSON.
      loss: typeof loss === 'number' ? loss : NaN,
      history: this.#list<HistoryPoint>(history, 'history', ['step', 'tokens', 'seconds', 'learningRate']),
      validation: this.#list<Validation<{ loss: number }>>(validation, 'validation', ['step', 'trainedTokens']),
      options: isObject(options) ? options : this.#fail('the options of the training'),
      sampler: {
        seed: this.#whole(sampler, 'seed'),
        epoch: this.#count(sampler, 'epoch'),
        index: this.#count(sampler, 'index'),
      },
      calls: this.#count(this.#values, 'calls'),
      data: data === undefined ? null : this.#data(data),
      stopping: this.#stopping(stopping),
    };
  }

  #data(value: unknown): Record<string, PartFingerprint> {
    if (!isObject(value)) return this.#fail('fingerprints of the data');
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => {
        const hash = isObject(part) ? part.hash : undefined;
        if (typeof hash !== 'string') return this.#fail('a hash of each part of the data');
        return [name, { count: this.#count(part, 'count'), hash }];
      }),
    );
  }

  #stopping(value: unknown): Checkpoint['stopping'] {
    if (value === undefined || value === null) return null;
    const best = isObject(value) ? value.best : undefined;
    if (best !== null && typeof best !== 'number') return this.#fail('the lowest loss so far');
    return { best, waited: this.#count(value, 'waited') };
  }

  #list<E>(value: unknown, what: string, numbers: readonly string[]): E[] {
    const isEntry = (entry: unknown): boolean => isObject(entry) && numbers.every((key) => isNumber(entry[key]));
    return Array.isArray(value) && value.every(isEntry)
      ? (value as E[])
      : this.#fail(`a list "${what}" of what was measured`);
  }

  #number(from: unknown, key: string): number {
    const value = isObject(from) ? from[key] : undefined;
    return isNumber(value) && value >= 0 ? value : this.#fail(`a number "${key}" of 0 or more`);
  }

  #count(from: unknown, key: string): number {
    const value = this.#number(from, key);
    return Number.isSafeInteger(value) ? value : this.#fail(`a whole number "${key}"`);
  }

  #whole(from: unknown, key: string): number {
    const value = isObject(from) ? from[key] : undefined;
    return Number.isSafeInteger(value) ? (value as number) : this.#fail(`a whole number "${key}"`);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** The tensors `state:layer:name`. Errors: FORMAT. */
function carriedState({ tensors }: ModelFile, name: string): CarriedState {
  const state = new Map<string, { shape: readonly number[]; data: ArrayLike<number> }>();
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
 * @param rows of a minibatch
 * Errors: FORMAT where it is that of another network, or of other minibatches.
 */
export function restoreState(state: CarriedState, recurrent: Recurrent, rows: number): RecurrentState | null {
  if (state.size === 0) return null;
  const layers = recurrent.stateSizes();
  const wanted = layers.flatMap((sizes, l) => Object.keys(sizes).map((s) => `${l}:${s}`));
  const missing = wanted.filter((key) => !state.has(key));
  const known = new Set(wanted);
  const extra = [...state.keys()].filter((key) => !known.has(key));
  const wrong = wanted.filter((key) => {
    const [l, s] = key.split(':');
    const shape = state.get(key)?.shape;
    return shape !== undefined && (shape[0] !== rows || shape[1] !== layers[Number(l)][s]);
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
