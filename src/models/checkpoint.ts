// What a checkpoint holds beside the model: all that decides the rest of the training. Its tensors (optimizer moments, the best
// weights, carried state) have names with a colon, which no parameter has. It is checked like any model: it may be a stranger's.
import { UnrolledError } from '../errors.js';
import type { PartFingerprint } from '../data/fingerprint.js';
import type { SamplerState } from '../data/sampling.js';
import type { RecurrentState } from '../nn/recurrent.js';
import type { Optimizer } from '../optim/optimizers.js';
import { fromData } from '../tensor/create.js';
import { keep } from '../tensor/scope.js';
import type { HistoryPoint, TrainingPosition, Validation } from '../train/trainer.js';
import type { GivenState, StateDict } from '../weights/labels.js';
import { type ModelFile, type ModelTensor, prefixedWeights, readPrefixed } from './modelFile.js';

export interface Checkpoint extends TrainingPosition<{ loss: number }> {
  /** Those that the training runs with: plain values. */
  options: Record<string, unknown>;
  /** What the data was; null in a checkpoint of 0.1, which did not know. */
  data: Record<string, PartFingerprint> | null;
  sampler: SamplerState;
  /** Random kernel calls so far. */
  calls: number;
  moments: Record<string, ArrayLike<number>>;
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
  optimizer: Optimizer,
  state: RecurrentState | null,
  best: StateDict | null,
): ModelTensor[] {
  const moments = Object.entries(optimizer.state().moments);
  return [
    ...moments.map(([key, data]) => floats(`optimizer:${key}`, [data.length], data)),
    ...(best === null ? [] : prefixedWeights(BEST, best)),
    ...(state ?? []).flatMap((layer, l) =>
      Object.entries(layer).map(([s, t]) => floats(`state:${l}:${s}`, t.shape, t.data())),
    ),
  ];
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
    throw new UnrolledError('FORMAT', `expected ${what} in ${name}`, 'the checkpoint is damaged: train anew');
  };
  const content = new CheckpointReader(file.checkpoint, fail);
  // Names come from the file: without a prototype, none of them means anything else.
  const moments = Object.create(null) as Record<string, ArrayLike<number>>;
  const state = new Map<string, { shape: readonly number[]; data: ArrayLike<number> }>();
  for (const [tensorName, { shape, data }] of file.tensors) {
    const [kind, ...rest] = tensorName.split(':');
    const values = Array.from(data, Number);
    if (kind === 'optimizer') moments[rest.join(':')] = values;
    else if (kind === 'state') {
      const [layer, part] = rest;
      const isPlace = /^\d{1,4}$/.test(layer ?? '') && /^[a-z]\w*$/i.test(part ?? '') && rest.length === 2;
      if (!isPlace) fail('carried states as state:LAYER:NAME');
      state.set(rest.join(':'), { shape, data: values });
    }
  }
  return { ...content.read(), moments, best: readPrefixed(BEST, file, name), state };
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

/** The carried state as tensors; null where there is none. */
export function restoreState(state: CarriedState): RecurrentState | null {
  const layers: Record<string, ReturnType<typeof fromData>>[] = [];
  for (const [key, { shape, data }] of state) {
    const [l, s] = key.split(':');
    (layers[Number(l)] ??= {})[s] = keep(fromData(data, shape));
  }
  // A layer that is missing has no states.
  return layers.length > 0 ? Array.from(layers, (layer) => layer ?? {}) : null;
}
