// What programs give as a state dict: stored parameters, tensors, nested arrays, numbers alone.
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { Tensor } from '../tensor/tensor.js';
import type { GivenParameter, GivenState, Place } from './labels.js';

/** Each with its shape. Errors: FORMAT for what is none of these, and for nested arrays whose rows differ. */
export function givenByName(places: readonly Place[], state: GivenState): ReadonlyMap<string, GivenParameter> {
  if (typeof state !== 'object' || state === null || Array.isArray(state) || ArrayBuffer.isView(state)) {
    throw new UnrolledError(
      'FORMAT',
      `expected parameters by their names, received ${kindOf(state)}`,
      'give what stateDict() gave; the bytes or the path of a file go to load()',
    );
  }
  const shapes = new Map(places.map(({ name, shape }) => [name, shape]));
  const entries = state instanceof Map ? (state as Map<string, unknown>) : Object.entries(state);
  return new Map([...entries].map(([name, value]) => [name, parameterOf(name, value, shapes.get(name))]));
}

function parameterOf(name: string, value: unknown, wanted: readonly number[] | undefined): GivenParameter {
  if (value instanceof Tensor) return { shape: value.shape, data: value.data() };
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const data = value as Float32Array;
    const fits = wanted?.reduce((product, n) => product * n, 1) === data.length;
    return { shape: fits && wanted !== undefined ? wanted : [data.length], data };
  }
  if (typeof value === 'number' || Array.isArray(value)) return fromNested(name, value);
  if (typeof value === 'object' && value !== null && 'shape' in value && 'data' in value) {
    return value as GivenParameter;
  }
  throw new UnrolledError(
    'FORMAT',
    `expected a tensor, an array or { shape, data } as ${brief(name)}, received ${kindOf(value)}`,
    'give what stateDict() gave, tensors, or nested arrays of numbers',
  );
}

function fromNested(name: string, value: unknown): GivenParameter {
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); level = level[0]) shape.push(level.length);
  const data: number[] = [];
  const collect = (item: unknown, axis: number): void => {
    if (axis === shape.length && typeof item === 'number') data.push(item);
    else if (Array.isArray(item) && item.length === shape[axis]) for (const inner of item) collect(inner, axis + 1);
    else {
      throw new UnrolledError(
        'FORMAT',
        `expected rows of equal length and numbers as ${brief(name)}, received ${kindOf(item)} at depth ${axis}`,
        'give an array of arrays, a row for each',
      );
    }
  };
  collect(value, 0);
  return { shape, data };
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value === null ? null : typeof value);
  return Array.isArray(value) ? `an array of ${value.length}` : `a ${value.constructor?.name ?? 'value'}`;
}
