// Weights in files: tensors, and beside them the labels as JSON text (the metadata `weights` of a model file).
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { expectFunction, expectRows, expectText, refuse } from '../expect.js';
import type { LoadOptions, LoadResult } from './arrange.js';
import {
  AXES,
  type Axis,
  type Block,
  type GivenParameter,
  type GivenState,
  type ParameterLabel,
  type StateDict,
  type StoredDType,
  type StoredParameter,
} from './labels.js';
import { firstNonFinite, numbersOf } from './numbers.js';

/** What has weights: any module. */
export interface Stateful {
  /** Copies of all parameters and buffers, with their labels. */
  stateDict(): StateDict;
  /** Overwrites them, matched by their labels. Errors: FORMAT. */
  loadStateDict(state: GivenState, options?: LoadOptions): LoadResult;
}

/** A tensor for a file. */
export interface LabelledTensor {
  /** The parameter's path in the network. */
  name: string;
  /** The size of each axis. */
  shape: readonly number[];
  /** Weights are written as float32, or as int8 where they are held so. */
  dtype: 'F32' | 'I8';
  /** Row by row. */
  data: Float32Array | Int8Array;
  /** Its axes and columns, which go into the file beside it. */
  label: FileLabel;
}

/** What a file says of a tensor beside its shape. */
export interface FileLabel extends ParameterLabel {
  /** Of weights in int8: the axis that has factors, which stand in the tensor `scale:` and the name. */
  scaleAxis?: number;
}

/** A tensor out of a file; names of dtypes as safetensors has them. */
export interface FileTensor {
  /** The size of each axis. */
  shape: readonly number[];
  /** F32, F64, F16 or BF16 for a weight; I8 with factors. */
  dtype: string;
  /** Row by row; half floats as their 16-bit patterns. */
  data: ArrayLike<number> | ArrayLike<bigint>;
  /** Of weights in int8. */
  factors?: ArrayLike<number> | ArrayLike<bigint>;
}

/** Labels by the names of their tensors. */
export type Labels = ReadonlyMap<string, FileLabel>;

/** What of the dtypes of files can be a weight. */
const DTYPES: ReadonlyMap<string, StoredDType> = new Map([
  ['F32', 'float32'],
  ['F64', 'float64'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['I8', 'int8'],
]);

/** Versions of our files. The first, of 0.1, has no labels; the third has weights in int8, so that readers of the second refuse it. */
export const FORMATS = ['unrolled-1', 'unrolled-2', 'unrolled-3'] as const;

/** The version that a file of these tensors is of. */
export function formatOf(tensors: readonly { dtype: string }[]): (typeof FORMATS)[number] {
  return tensors.some(({ dtype }) => dtype === 'I8') ? 'unrolled-3' : 'unrolled-2';
}

const SCALE = 'scale:';

/** The weights of a file, those of int8 with their factors, without what else it has: its name has a colon. */
export function weightTensors<T extends FileTensor>(tensors: ReadonlyMap<string, T>): Map<string, T> {
  return new Map(
    [...tensors]
      .filter(([name]) => !name.includes(':'))
      .map(([name, tensor]) => [name, { ...tensor, factors: tensors.get(SCALE + name)?.data }]),
  );
}

/** A network's weights as tensors of a file, each with its label; those of int8 with a second tensor, their factors. */
export function storedTensors(network: Pick<Stateful, 'stateDict'>): LabelledTensor[] {
  expectModule(network);
  return Object.values(network.stateDict()).flatMap(storedTensor);
}

/** One parameter as tensors of a file: itself, and the factors of int8. */
export function storedTensor(given: StoredParameter): LabelledTensor[] {
  const { name, shape, axes, blocks, heads, scale } = given;
  const label: FileLabel = { axes, blocks, ...(heads === undefined ? {} : { heads }) };
  if (given.dtype !== 'int8' || scale === undefined) {
    return [{ name, shape, dtype: 'F32', data: Float32Array.from(numbersOf(name, given)), label }];
  }
  const { axis, factors } = scale;
  const axisLabel = { axes: axes.slice(axis, axis + 1), blocks: [] };
  return [
    { name, shape, dtype: 'I8', data: Int8Array.from(given.data), label: { ...label, scaleAxis: axis } },
    { name: SCALE + name, shape: [factors.length], dtype: 'F32', data: Float32Array.from(factors), label: axisLabel },
  ];
}

/** Errors: OPTION for what has no weights. */
function expectModule(network: unknown): void {
  const help = 'give a module, such as new Linear(2, 3)';
  if (typeof network !== 'object' || network === null) refuse('a module', network, help);
  expectFunction((network as Stateful).stateDict, 'stateDict of a module', help);
}

/** The labels of tensors that have one, as text: `{ name: { axes, blocks: [[gate, operand, width], …], heads, scale } }`. */
export function encodeLabels(tensors: readonly { name: string; label?: FileLabel }[]): string {
  expectRows(tensors, 'storedTensors(module) gives them', () => undefined);
  const entries = tensors.flatMap(({ name, label }) => {
    if (label === undefined) return [];
    const { axes, blocks, heads, scaleAxis } = label;
    const columns = blocks.map(({ gate, operand, width }) => [gate, operand, width]);
    const more = { ...(heads ? { heads } : {}), ...(scaleAxis === undefined ? {} : { scale: scaleAxis }) };
    return [[name, { axes, ...(blocks.length > 0 ? { blocks: columns } : {}), ...more }] as const];
  });
  return JSON.stringify(Object.fromEntries(entries));
}

/** Labels out of a file. @param file its name, for messages. Errors: FORMAT. */
export function decodeLabels(text: string, file = 'the file'): Labels {
  expectText(text, 'labels', 'give what encodeLabels gave');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged('JSON as "weights"', file, 'something else', cause);
  }
  if (!isRecord(value)) throw damaged('an object as "weights"', file, 'something else');
  return new Map(Object.entries(value).map(([name, label]) => [name, readLabel(name, label, file)]));
}

function readLabel(name: string, value: unknown, file: string): FileLabel {
  const fail = (expected: string): never => {
    throw damaged(`${expected} for "${brief(name)}" in "weights"`, file, 'something else');
  };
  if (!isRecord(value)) return fail('a label');
  const { axes, blocks = [], heads, scale } = value;
  if (!Array.isArray(axes) || !axes.every(isAxis)) return fail(`axes of ${AXES.join(', ')}`);
  if (!Array.isArray(blocks)) return fail('a list of blocks');
  if (heads !== undefined && !isCount(heads)) return fail('a number of heads');
  if (scale !== undefined && !(typeof scale === 'number' && scale in axes))
    return fail('the number of an axis as scale');
  const read = blocks.map((block: unknown): Block => {
    const [gate, operand, width]: unknown[] = Array.isArray(block) ? block : [];
    if (typeof gate !== 'string' || !(operand === null || typeof operand === 'string') || !isCount(width)) {
      return fail('blocks [gate, operand, width]');
    }
    return { gate, operand, width };
  });
  const more = { ...(heads === undefined ? {} : { heads }), ...(scale === undefined ? {} : { scaleAxis: scale }) };
  return { axes, blocks: read, ...more };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAxis(value: unknown): value is Axis {
  return AXES.some((axis) => axis === value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function damaged(expected: string, file: string, received: string, cause?: unknown): UnrolledError {
  return new UnrolledError(
    'FORMAT',
    `expected ${expected} in ${file}, received ${received}`,
    'the file is damaged or from a newer version',
    { cause },
  );
}

/**
 * Puts the tensors of a file into a network, gate by gate.
 * @param labels undefined for a file of 0.1, which has none: its columns stand in the order of that version
 * @param file its name, for messages
 * @param options `strict: false` takes what matches by name
 * Errors: FORMAT where they do not match, are of a type that no weight has, or are not finite.
 */
export function loadStored(
  network: Stateful,
  tensors: ReadonlyMap<string, FileTensor>,
  labels: Labels | undefined,
  file = 'the file',
  options: LoadOptions = {},
): LoadResult {
  expectModule(network);
  if (!(tensors instanceof Map)) refuse('tensors by name', tensors, 'give the tensors that decodeSafetensors gave');
  if (labels !== undefined && !(labels instanceof Map)) refuse('labels by name', labels, 'give what decodeLabels gave');
  return network.loadStateDict(givenParameters(tensors, labels, file), {
    ...options,
    from: file,
    ...(labels === undefined ? { order: '0.1' } : {}),
  });
}

/** Tensors of a file with their labels. Errors: FORMAT. */
export function givenParameters(
  tensors: ReadonlyMap<string, FileTensor>,
  labels: Labels | undefined,
  file: string,
): Map<string, GivenParameter> {
  return new Map(
    [...tensors].map(([name, { shape, dtype, data, factors }]): [string, GivenParameter] => {
      const known = DTYPES.get(dtype);
      if (known === undefined) {
        throw damaged(`"${brief(name)}" of type ${[...DTYPES.keys()].join(', ')}`, file, dtype);
      }
      const numbers = data as ArrayLike<number>;
      const wrong = firstNonFinite(known, numbers);
      if (wrong >= 0) throw damaged(`finite numbers for "${brief(name)}"`, file, `NaN or ±∞ at ${wrong}`);
      const label = labels?.get(name);
      if (label !== undefined && label.axes.length !== shape.length) {
        throw damaged(`an axis for each of ${shape.length} sizes of "${brief(name)}"`, file, String(label.axes.length));
      }
      const { scaleAxis, ...rest } = label ?? {};
      if (known !== 'int8') return [name, { shape, data: numbers, dtype: known, ...rest }];
      if (scaleAxis === undefined || factors === undefined) {
        throw damaged(`a scale for the weights of int8 "${brief(name)}"`, file, 'none');
      }
      const scale = { axis: scaleAxis, factors: factors as ArrayLike<number> };
      return [name, { shape, data: numbers, dtype: known, ...rest, scale }];
    }),
  );
}
