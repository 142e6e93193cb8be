// What a stored parameter says about itself: its name and shape, what its axes are, and which of its columns belong to which gate
// and operand. Whoever reads weights goes by these labels, never by the order of columns.
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import type { TensorValues } from '../tensor/values.js';

/** What the elements along an axis are. */
export const AXES = [
  /** Elements of what a layer reads. */
  'input',
  /** Elements of a state of a recurrent layer: of the hidden size, or of a size of the cell's own. */
  'hidden',
  /** Columns of several gates side by side; `blocks` says whose. */
  'gates',
  /** Elements of what a layer gives. */
  'output',
  /** Elements of the vector of a token. */
  'embedding',
  /** Tokens. */
  'vocabulary',
  /** Elements that a layer reads and gives, each by itself, as in a normalization. */
  'features',
  /** Classes, or tags. */
  'classes',
  /** Places of a picture, or steps. */
  'places',
  /** A single element, for broadcasting. */
  'one',
] as const;

/** What the elements along an axis are: one of `AXES`. */
export type Axis = (typeof AXES)[number];

/** Columns that stand side by side (along the last axis) and belong to one gate. */
export interface Block {
  /** A linear of the cell by its name: `i`, `f` … */
  gate: string;
  /**
   * What these columns are multiplied with: `x`, a state by its name, a value computed in the step by what it is made of, as in
   * `f(h, z:r)` (z:r is the linear r); the name of a normalization's `gain` or `shift`; null for a bias.
   */
  operand: string | null;
  /** How many columns; of a block-diagonal weight, those of one head. */
  width: number;
}

/** What a parameter says about itself beside its name and shape. */
export interface ParameterLabel {
  /** One for each axis of the shape. */
  axes: readonly Axis[];
  /** From the first column to the last; empty where all columns are one thing. */
  blocks: readonly Block[];
  /** Of a block-diagonal weight: how many heads. Its rows are those of the first head, then of the second, and so on. */
  heads?: number;
}

/** How numbers are stored. Half floats are the 16-bit patterns that they are. */
export type StoredDType = 'float32' | 'float64' | 'float16' | 'bfloat16' | 'int8';

/** Of quantized weights: each element is `data` times the factor of its place along `axis`. */
export interface Scale {
  /** The number of the axis, from 0. */
  axis: number;
  /** As many as the axis has elements. */
  factors: ArrayLike<number>;
}

/** A parameter outside of a network: plain data, a copy. */
export interface StoredParameter extends ParameterLabel {
  /** Its path in the network: `rnn.0.weight_h`. */
  name: string;
  /** The size of each axis. */
  shape: Shape;
  /** What `data` is. */
  dtype: StoredDType;
  /** Of quantized weights; without it, `data` are the numbers. */
  scale?: Scale;
  /** Row by row. */
  data: ArrayLike<number>;
}

/** All parameters of a network by their names, and what else is stored with it. */
export type StateDict = Record<string, StoredParameter>;

/** What a network takes: labelled parameters, or shapes and numbers alone where their order cannot be mistaken. */
export type GivenParameter = Pick<StoredParameter, 'shape' | 'data'> & Partial<StoredParameter>;

/** What `loadStateDict` takes for a parameter: of tensors and nested arrays the shape counts, typed arrays go row by row. */
export type GivenValue = GivenParameter | Tensor | TensorValues;

/** Parameters by name for `loadStateDict`: a plain object, or a map where names come from a file. */
export type GivenState = Readonly<Record<string, GivenValue>> | ReadonlyMap<string, GivenValue>;

/** A parameter in a network that waits for its numbers. */
export interface Place {
  /** Its path in the network. */
  name: string;
  /** As many numbers as it waits for. */
  shape: Shape;
  /** Its axes, and the order of its columns in memory. */
  label: ParameterLabel;
  /** All gates of the cell in the order in which files of 0.1 have their columns. */
  order01?: () => readonly string[];
}

/** The label of a parameter that is one thing: the axes of a linear layer. */
export function plainLabel(shape: Shape): ParameterLabel {
  const axes: Axis[] = shape.length === 1 ? ['output'] : shape.map((_, i) => (i === 0 ? 'input' : 'output'));
  return { axes, blocks: [] };
}
