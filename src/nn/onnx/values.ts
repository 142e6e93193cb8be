// What a value of an ONNX graph is to a reader that follows a chain of layers, and the operations that only turn values around.
import type { OnnxNode, OnnxTensor } from '../../formats/onnx/model.js';

/** Ends with a FORMAT error that names the node. */
export type Refuse = (expected: string, received: string, help?: string) => never;

/** What an axis is: the first or second of the input, both of them below each other, features, directions of a recurrent node. */
export type AxisKind = 'first' | 'second' | 'rows' | 'features' | 'directions';

/** A value on the chain from the input on. */
export interface Flow {
  kind: 'flow';
  /** How many parts it has come through. */
  place: number;
  axes: readonly AxisKind[];
  /** Of a value that has come through nothing: the input’s name. */
  input: string;
  /** The size of one-hot vectors that it stands for. */
  oneHot?: number;
  /** Features, where they are known. */
  width?: number;
  /** Of what a recurrent node gives: how many directions, and what became of them. */
  directions?: number;
  merge?: 'concat' | 'sum' | 'mul' | 'mean';
  /** One direction of several. */
  direction?: number;
  /** The states after the last step, or the output there. */
  ends?: boolean;
  /** The axis of steps, where the last one is left of it and the axis is still there. */
  single?: AxisKind;
  /** Where both axes of the input are one: the axes before. */
  unfolded?: readonly AxisKind[];
  /** A layer that gives this value and has no place yet: a loop may take its weights for its own. */
  pending?: Pending;
}

/** A linear layer or an embedding whose place is not known yet. */
export interface Pending {
  spec: LinearSpec | EmbeddingSpec;
  /** What it reads. */
  from: Flow;
  /** The row of the table that tells what became of its node. */
  row: number;
}

/** A linear layer with its weights, as they stand in the file. */
export interface LinearSpec {
  kind: 'linear';
  weight: OnnxTensor;
  bias: OnnxTensor | null;
  refuse: Refuse;
}

/** A table of vectors with its weights, as they stand in the file. */
export interface EmbeddingSpec {
  kind: 'embedding';
  weight: OnnxTensor;
  bias: null;
  refuse: Refuse;
}

/** States after the last step that no output of the chain needs. */
export interface End {
  kind: 'end';
}

/** A state before the first step: what an input gives, zero, or the same rows for each sequence. */
export interface Start {
  kind: 'start';
  from: 'input' | 'zero' | 'rows';
  tensor?: OnnxTensor;
}

export interface Constant {
  kind: 'constant';
  tensor: OnnxTensor;
}

/** Sizes of something, which only other nodes need. */
export interface Sizes {
  kind: 'sizes';
  /** Of a shape: the axes of the value. */
  of?: readonly AxisKind[];
  /** Of one size: which. */
  axis?: AxisKind;
  /** The numbers of the steps, from 0. */
  places?: boolean;
}

/** Where a sequence is, by an input of lengths. */
export interface Mask {
  kind: 'mask';
}

/** What a loop puts into a list, step by step; null before it. */
export interface List {
  kind: 'list';
  flow: Flow | null;
}

export type Value = Flow | End | Start | Constant | Sizes | Mask | List;

export const SIZES: Sizes = { kind: 'sizes' };

export function wholeNumbers({ data }: OnnxTensor): number[] {
  return Array.from(data as ArrayLike<number | bigint>, Number);
}

/** The axes that an operator names, as an attribute or (from opset 13 on) as an input. */
export function axesOf(node: OnnxNode, second: Value | undefined, rank: number): number[] | null {
  const { axes, axis } = node.attributes;
  const own =
    axes?.kind === 'ints'
      ? axes.value
      : axis?.kind === 'int'
        ? [axis.value]
        : second?.kind === 'constant'
          ? wholeNumbers(second.tensor)
          : null;
  return own === null ? null : own.map((a) => (a < 0 ? a + rank : a));
}

/** A constant after an operator that only turns it around; null for any other operator. */
export function foldedConstant(node: OnnxNode, tensor: OnnxTensor, second: Value | undefined): OnnxTensor | null {
  const { shape } = tensor;
  switch (node.op) {
    case 'Identity':
      return tensor;
    case 'Unsqueeze': {
      const axes = axesOf(node, second, shape.length + 1);
      if (axes?.length !== 1 || !(axes[0] >= 0 && axes[0] <= shape.length)) return null;
      return { ...tensor, shape: shape.toSpliced(axes[0], 0, 1) };
    }
    case 'Squeeze': {
      const axes = axesOf(node, second, shape.length);
      const gone = (i: number): boolean => (axes === null ? shape[i] === 1 : axes.includes(i));
      return { ...tensor, shape: shape.filter((_, i) => !gone(i)) };
    }
    case 'Transpose': {
      const perm = node.attributes.perm;
      const turns = shape.length === 2 && (perm?.kind !== 'ints' || perm.value.join() === '1,0');
      return turns ? turned(tensor) : null;
    }
    default:
      return null;
  }
}

/** [rows, columns] to [columns, rows]. */
export function turned(tensor: OnnxTensor): OnnxTensor {
  const [rows, columns] = tensor.shape;
  const data = tensor.data.slice() as Float32Array;
  const from = tensor.data as Float32Array;
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) data[j * rows + i] = from[i * columns + j];
  return { ...tensor, shape: [columns, rows], data };
}
