// Smaller files of the same model: matrices in int8 with a scale for each output, or as half floats; and wide again.
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { bytesOf, type Bytes, expectChoice } from '../expect.js';
import {
  decodeLabels,
  encodeLabels,
  type FileLabel,
  formatOf,
  FORMATS,
  givenParameters,
  storedTensor,
  weightTensors,
} from '../weights/files.js';
import { numbersOf, toBrain, toHalf } from '../weights/numbers.js';
import { decodeSafetensors, encodeSafetensors, type SafetensorsTensor } from './safetensors.js';

/** How `quantize` can store weights; `f32` makes them wide again. */
export const QUANTIZED = ['int8', 'f16', 'bf16', 'f32'] as const;

/** How weights are stored. */
export type Quantized = (typeof QUANTIZED)[number];

/** Matrices of fewer rows or columns stay as they are: their bytes do not count, their errors do. */
const LEAST = 16;

type NamedTensor = SafetensorsTensor & { name: string; label?: FileLabel };

/**
 * The file of a model or module with its matrices stored otherwise. `int8`: a quarter of the bytes, each column (each row of a table
 * of vectors) with a scale of its own; loaded so, the network computes with them. `f16`, `bf16`: half of the bytes, float32 once
 * loaded. `f32`: as others need them. Biases and small matrices stay float32.
 *
 *     const small = LanguageModel.fromBytes(quantize(model.toBytes(), 'int8'));
 *
 * @param source what `toBytes` or `save` wrote
 * @param name the file's, for messages
 * Errors: FORMAT for other files, and for numbers that float16 cannot hold; UNSUPPORTED for a checkpoint; OPTION.
 */
export function quantize(source: Bytes, dtype: Quantized, name = 'the model'): Uint8Array {
  expectChoice(dtype, 'a way to store weights', QUANTIZED);
  const { tensors, metadata } = decodeSafetensors(bytesOf(source, name, 'give what toBytes() gave'), name);
  if (!FORMATS.slice(1).some((format) => format === metadata.format)) {
    throw new UnrolledError(
      'FORMAT',
      `expected an Unrolled model in ${name}, received a safetensors file of ${brief(metadata.format ?? 'another program')}`,
      'name a file that `unrolled train` wrote; one of 0.1 is loaded and saved first',
    );
  }
  if (metadata.checkpoint !== undefined) {
    throw new UnrolledError(
      'UNSUPPORTED',
      `expected a finished model in ${name}, received a checkpoint, whose weights still change`,
      'quantize the model once its training has ended',
    );
  }
  const labels = decodeLabels(metadata.weights ?? '{}', name);
  const given = givenParameters(weightTensors(tensors), labels, name);
  const rest = [...tensors].filter(([key]) => key.includes(':') && !key.startsWith('scale:'));
  // In the order of the labels, which is that of the network, so that the same weights give the same bytes.
  const names = [...new Set([...labels.keys(), ...given.keys()])];
  const stored: NamedTensor[] = names.flatMap((key) => {
    const own = given.get(key);
    if (own === undefined) return [];
    const { shape, axes = [], blocks = [], heads } = own;
    const whole = { name: key, shape, axes, blocks, heads, dtype: 'float32' as const, data: numbersOf(key, own) };
    if (!isMatrix(shape) || dtype === 'f32') return storedTensor(whole);
    if (dtype !== 'int8') return storedTensor(whole).map((tensor) => halved(tensor, dtype, name));
    const scaleAxis = axes[0] === 'vocabulary' ? 0 : 1;
    return storedTensor({ ...whole, dtype: 'int8', ...int8Matrix(whole.data, shape, scaleAxis) });
  });
  const all = [...stored, ...rest.map(([key, tensor]): NamedTensor => ({ ...tensor, name: key }))];
  return encodeSafetensors(all, { ...metadata, format: formatOf(stored), weights: encodeLabels(stored) });
}

function isMatrix(shape: readonly number[]): boolean {
  return shape.length === 2 && shape.every((size) => size >= LEAST);
}

/** The nearest whole numbers from −127 to 127 times the factor of their place along an axis, which makes the largest of them 127. */
function int8Matrix(data: ArrayLike<number>, [rows, columns]: readonly number[], axis: 0 | 1) {
  const place = (i: number): number => (axis === 0 ? Math.floor(i / columns) : i % columns);
  const factors = new Float32Array(axis === 0 ? rows : columns);
  for (let i = 0; i < data.length; i++) factors[place(i)] = Math.max(factors[place(i)], Math.abs(data[i]));
  factors.forEach((most, j) => (factors[j] = most / 127));
  const whole = Int8Array.from(data, (value, i) => {
    const factor = factors[place(i)];
    return factor === 0 ? 0 : Math.max(-127, Math.min(127, Math.round(value / factor)));
  });
  return { data: whole, scale: { axis, factors } };
}

/** Errors: FORMAT for a number beyond the half float. */
function halved({ name, shape, data, label }: NamedTensor, dtype: 'f16' | 'bf16', file: string): NamedTensor {
  const [kind, convert] = dtype === 'f16' ? (['F16', toHalf] as const) : (['BF16', toBrain] as const);
  const patterns = Uint16Array.from(data as ArrayLike<number>, convert);
  const infinite = dtype === 'f16' ? 0x7c00 : 0x7f80;
  const wrong = patterns.findIndex((pattern) => (pattern & 0x7fff) >= infinite);
  if (wrong < 0) return { name, shape, dtype: kind, data: patterns, label };
  throw new UnrolledError(
    'FORMAT',
    `expected numbers that ${kind} can hold in ${file}, received ${data[wrong]} in "${name}", element ${wrong}`,
    dtype === 'f16' ? 'bf16 holds all numbers of float32, with fewer digits' : 'the training diverged: train again',
  );
}
