// Parameters of ours and the tensors of another toolkit that they are made of, both ways.
import { arrange } from '../weights/arrange.js';
import type { FileTensor } from '../weights/files.js';
import type { ParameterLabel, Place, StateDict } from '../weights/labels.js';
import type { MappedParameter } from './layers.js';

/** A mapped parameter that can go both ways. */
export interface Parameter extends MappedParameter {
  /** The tensors of `from`, of numbers that stand as `label` says. */
  split(numbers: ArrayLike<number>): { shape: readonly number[]; data: Float32Array }[];
}

/** A parameter that is one tensor of the same shape. */
export function asItIs(name: string, from: string, shape: readonly number[], label: ParameterLabel): Parameter {
  return {
    name,
    shape,
    label,
    from: [from],
    make: ([data]) => data,
    split: (numbers) => [{ shape, data: Float32Array.from(numbers) }],
  };
}

/** The tensors of these parameters, of weights labelled by gate. Errors: FORMAT where weights are missing or too many. */
export function tensorsOf(parameters: readonly Parameter[], weights: StateDict): Map<string, FileTensor> {
  const places = parameters.map(({ name, shape, label }): Place => ({ name, shape, label }));
  const { numbers } = arrange(places, weights, { from: 'the network' });
  const tensors = new Map<string, FileTensor>();
  parameters.forEach(({ from, split }, i) => {
    const values = numbers[i];
    if (values === null) return;
    split(values).forEach(({ shape, data }, k) => {
      tensors.set(from[k], { shape, dtype: 'F32', data });
    });
  });
  return tensors;
}
