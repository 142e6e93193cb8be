// What stands in a graph beside its chain: constants, and the states that recurrent nodes begin with.
import type { OnnxNode, OnnxTensor } from '../../formats/onnx/model.js';
import type { Refuse, Start, Value } from './values.js';

export function weightOf(value: Value | undefined, refuse: Refuse): OnnxTensor {
  if (value?.kind !== 'constant' || value.tensor.shape.length !== 2 || value.tensor.shape.includes(0)) {
    return refuse('a matrix of constants', 'something else');
  }
  return value.tensor;
}

export function constantOf(node: OnnxNode, refuse: Refuse): Value {
  const { value, value_float, value_int, value_floats, value_ints } = node.attributes;
  const tensor = (own: Omit<OnnxTensor, 'name'>): Value => ({
    kind: 'constant',
    tensor: { name: node.outputs[0] ?? '', ...own },
  });
  if (value?.kind === 'tensor') return tensor(value.value);
  const whole = value_ints ?? value_int;
  const real = value_floats ?? value_float;
  const list = (v: number | readonly number[]): number[] => (typeof v === 'number' ? [v] : [...v]);
  if (whole?.kind === 'ints' || whole?.kind === 'int') {
    const values = list(whole.value);
    return tensor({
      shape: whole.kind === 'int' ? [] : [values.length],
      dtype: 'int64',
      data: BigInt64Array.from(values, BigInt),
    });
  }
  if (real?.kind === 'floats' || real?.kind === 'float') {
    const values = list(real.value);
    return tensor({
      shape: real.kind === 'float' ? [] : [values.length],
      dtype: 'float32',
      data: Float32Array.from(values),
    });
  }
  return refuse('a constant of numbers', 'another');
}

export function filled(node: OnnxNode, refuse: Refuse): Partial<Start> {
  const { value } = node.attributes;
  if (value?.kind === 'tensor' && Number(value.value.data[0]) !== 0) return refuse('a state of zeros', 'other numbers');
  return {};
}

/** States that are turned around, or put together for several directions. */
export function startsOf(
  node: OnnxNode,
  inputs: readonly (Value | undefined)[],
  first: Start,
  refuse: Refuse,
): Value[] {
  const starts = inputs.filter((value) => value?.kind === 'start');
  if (starts.some(({ from }) => from !== first.from)) return refuse('initial states of one kind', 'several');
  if (first.from !== 'rows' || node.op !== 'Concat' || first.tensor === undefined) return node.outputs.map(() => first);
  const rows = starts.map(({ tensor }) => Array.from((tensor?.data ?? []) as Float32Array));
  const [H] = first.tensor.shape.slice(-1);
  if (rows.some(({ length }) => length !== H)) return refuse('one row for each direction', 'others');
  const data = Float32Array.from(rows.flat());
  return [{ ...first, tensor: { ...first.tensor, dtype: 'float32', shape: [rows.length, 1, H], data } }];
}

export function startOf(tensor: OnnxTensor): Start {
  const values = tensor.data as Float32Array;
  return values.every((value) => Number(value) === 0)
    ? { kind: 'start', from: 'zero' }
    : { kind: 'start', from: 'rows', tensor };
}
