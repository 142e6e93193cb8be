// What programs give as a state dict: stored parameters, tensors, nested arrays, numbers alone.
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { shownValue } from '../expect.js';
import { type Shape, sizeOf } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { flattenValues, isNumericArray } from '../tensor/values.js';
import type { GivenParameter, GivenState, Place } from './labels.js';

/** Each with its shape. Errors: FORMAT for what is none of these; SHAPE, DTYPE for nested arrays whose rows differ or are none. */
export function givenByName(places: readonly Place[], state: GivenState): ReadonlyMap<string, GivenParameter> {
  if (typeof state !== 'object' || state === null || Array.isArray(state) || ArrayBuffer.isView(state)) {
    throw new UnrolledError(
      'FORMAT',
      `expected parameters by their names, received ${shownValue(state)}`,
      'give what stateDict() gave; the bytes or the path of a file go to load()',
    );
  }
  const shapes = new Map(places.map(({ name, shape }) => [name, shape]));
  const entries = state instanceof Map ? (state as Map<string, unknown>) : Object.entries(state);
  return new Map([...entries].map(([name, value]) => [name, parameterOf(name, value, shapes.get(name))]));
}

function parameterOf(name: string, value: unknown, wanted: Shape | undefined): GivenParameter {
  if (value instanceof Tensor) return { shape: value.shape, data: value.data() };
  if (isNumericArray(value)) {
    const fits = wanted !== undefined && sizeOf(wanted) === value.length;
    return { shape: fits ? wanted : [value.length], data: value };
  }
  if (typeof value === 'number' || Array.isArray(value)) {
    const { shape, data } = flattenValues(value, name);
    return { shape, data };
  }
  if (typeof value === 'object' && value !== null && 'shape' in value && 'data' in value) {
    return value as GivenParameter;
  }
  throw new UnrolledError(
    'FORMAT',
    `expected a tensor, an array or { shape, data } as ${brief(name)}, received ${shownValue(value)}`,
    'give what stateDict() gave, tensors, or nested arrays of numbers',
  );
}
