// An optimizer's moments in a file. Each has the columns of its parameter, so they follow the parameter's labels: a checkpoint does
// not depend on the order in memory.
import { UnrolledError } from '../errors.js';
import type { Module, NamedState } from '../nn/module.js';
import { arrange } from '../weights/arrange.js';
import { type FileTensor, givenParameters, type Labels, type LabelledTensor } from '../weights/files.js';
import type { Optimizer } from './optimizer.js';

/** Tensors of a checkpoint, and what its weights say of their columns; undefined for one of 0.1. */
export interface StoredMoments {
  tensors: ReadonlyMap<string, FileTensor>;
  labels: Labels | undefined;
  /** Its name, for messages. */
  file: string;
}

const PREFIX = 'optimizer:';

/**
 * All moments of an optimizer of a network's parameters: `optimizer:0:rnn.0.weight_h` is the first of that parameter. Their columns
 * are those of the network, whose weights stand in the same file with their labels.
 */
export function storedMoments(optimizer: Optimizer, network: Module): Omit<LabelledTensor, 'label'>[] {
  return placesOf(optimizer, network).flatMap(({ name, shape, moments }) =>
    moments.map((moment, j) => ({
      name: `${PREFIX}${j}:${name}`,
      shape,
      dtype: 'F32' as const,
      data: Float32Array.from(moment.data()),
    })),
  );
}

/**
 * Puts an optimizer where it stood.
 * @param steps how many it had made
 * Errors: FORMAT where the moments are not those of this optimizer and network; nothing is changed then.
 */
export function loadMoments(optimizer: Optimizer, network: Module, stored: StoredMoments, steps: number): void {
  const { labels, file } = stored;
  const places = placesOf(optimizer, network);
  const count = places.at(0)?.moments.length ?? 0;
  const read = Array.from({ length: count }, (_, j) => {
    const own = labels === undefined ? momentsOf01(stored, places, j) : namedMoments(stored, j);
    const state = givenParameters(own, labels, file);
    return arrange(places, state, {
      from: `moment ${j} of ${file}`,
      ...(labels === undefined ? { order: '0.1' } : {}),
    }).numbers;
  });
  const expected = count * places.length;
  const found = [...stored.tensors.keys()].filter((name) => name.startsWith(PREFIX)).length;
  if (found !== expected) {
    throw new UnrolledError(
      'FORMAT',
      `expected ${expected} moments in ${file}, received ${found}`,
      'resume with the same optimizer',
    );
  }
  read.forEach((numbers, j) => places.forEach(({ moments }, i) => moments[j].set(numbers[i] ?? [])));
  optimizer.steps = steps;
}

/** The network's parameters that the optimizer changes, in its order. Errors: OPTION for one that is not the network's. */
function placesOf(optimizer: Optimizer, network: Module): (NamedState & { moments: Optimizer['moments'][number] })[] {
  const named = new Map([...network.namedState()].map((state) => [state.tensor, state]));
  return optimizer.parameters.map((tensor, i) => {
    const state = named.get(tensor);
    if (state === undefined) {
      throw new UnrolledError(
        'OPTION',
        `expected parameters of the network in its optimizer, received another at ${i}`,
        'give the optimizer network.parameters()',
      );
    }
    return { ...state, moments: optimizer.moments[i] };
  });
}

/** The moments j by the names of their parameters. */
function namedMoments({ tensors }: StoredMoments, j: number): Map<string, FileTensor> {
  const prefix = `${PREFIX}${j}:`;
  return new Map(
    [...tensors].flatMap(([name, t]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), t] as const] : [])),
  );
}

/** 0.1 counted parameters, and kept no shapes: `optimizer:3.0` is the first moment of the fourth. */
function momentsOf01({ tensors }: StoredMoments, places: readonly NamedState[], j: number): Map<string, FileTensor> {
  return new Map(
    places.flatMap(({ name, shape }, i) => {
      const t = tensors.get(`${PREFIX}${i}.${j}`);
      return t === undefined ? [] : [[name, { ...t, shape }] as const];
    }),
  );
}
