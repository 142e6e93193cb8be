// What a file of weights says of a network: its layers, with the names that they have there. Every format is read into this, and
// written from it; the weights beside it are labelled by gate (weights/labels.ts), so no order of gates leaves a format's table.
import type { ParameterLabel } from '../weights/labels.js';

/** Cells that other toolkits have too, by the names of ours. */
export const FOREIGN_CELLS = [
  'rnn',
  'rnn-relu',
  'rnn-identity',
  'gru',
  'gru-reset-before',
  'lstm',
  'lstm-projection',
  'brain-lstm',
] as const;

/** Functions that Keras computes inside a layer. */
export const ACTIVATIONS = ['relu', 'sigmoid', 'tanh', 'softmax', 'softplus', 'softsign', 'elu', 'silu'] as const;
/** A function that Keras computes inside a layer. */
export type Activation = (typeof ACTIVATIONS)[number];

/** A recurrent layer, or several of one size above each other. */
export interface RecurrentDescription {
  /** Which of the five. */
  kind: 'recurrent';
  /** Its path: `encoder.lstm`; '' where the file holds nothing else. */
  name: string;
  /** The name of a cell of ours. */
  cell: (typeof FOREIGN_CELLS)[number];
  /** D */
  inputSize: number;
  /** H */
  hiddenSize: number;
  /** How many layers stand above each other. */
  numLayers: number;
  /** Whether each layer reads in both directions. */
  bidirectional: boolean;
  /** Whether it has biases. */
  bias: boolean;
  /** Of an LSTM with projection: the size of h. */
  projSize?: number;
  /** How the outputs of two directions become one. Default: side by side. */
  merge?: 'sum' | 'mean' | 'mul';
  /** One direction, from the end; its output stands as it was computed, last step first. */
  reverse?: boolean;
  /** Gives its last step alone (of two directions the last that each computed), not all of them. */
  last?: boolean;
}

/** A table of vectors [V, D]. */
export interface EmbeddingDescription {
  /** Which of the five. */
  kind: 'embedding';
  /** Its path. */
  name: string;
  /** V */
  count: number;
  /** D */
  size: number;
  /** Steps with token 0 are padding: layers behind it pass over them. */
  maskZero?: boolean;
}

/** A linear layer: y = x·W + b. */
export interface LinearDescription {
  /** Which of the five. */
  kind: 'linear';
  /** Its path. */
  name: string;
  /** Size of the last axis of what goes in. */
  inputSize: number;
  /** Size of the last axis of what comes out. */
  outputSize: number;
  /** Whether it has b. */
  bias: boolean;
  /** What is computed of y, where the file says it. */
  activation?: Activation;
}

/** A layer normalization over the last axis. */
export interface LayerNormDescription {
  /** Which of the five. */
  kind: 'layerNorm';
  /** Its path. */
  name: string;
  /** Of the last axis. */
  size: number;
  /** Whether it has a shift beside its gain. */
  bias: boolean;
  /** Added to the variance, where the file says it. */
  epsilon?: number;
}

/** Steps of one value everywhere are padding: layers behind it pass over them. */
export interface MaskingDescription {
  /** Which of the five. */
  kind: 'masking';
  /** Its path. */
  name: string;
  /** The value. */
  value: number;
}

/** A layer of a network that is known here. */
export type LayerDescription =
  RecurrentDescription | EmbeddingDescription | LinearDescription | LayerNormDescription | MaskingDescription;

/** Whether the layers of a file follow each other as they stand there; `why` they do not. Not there where the file does not say it. */
export interface Order {
  /** false: they make no network by themselves. */
  isChain: boolean;
  /** In a few words. */
  why?: string;
}

/** What a layer whose tensors leave a choice can be read as. */
export const LAYER_READINGS = ['embedding', 'linear', 'layerNorm', 'rnn', 'rnn-relu'] as const;
/** What a layer whose tensors leave a choice is to be read as. */
export type LayerReading = (typeof LAYER_READINGS)[number];

/** A parameter of ours, and the tensors of the file that it is made of. */
export interface MappedParameter {
  /** Its path in a network of ours. */
  name: string;
  /** Of the parameter here. */
  shape: readonly number[];
  /** Its columns in the order of the file. */
  label: ParameterLabel;
  /** Names in the file. */
  from: string[];
  /** The numbers, row by row, of those of `from` in turn. */
  make(tensors: readonly ArrayLike<number>[]): ArrayLike<number>;
}

/** A tensor of the file that no layer here takes; a layer without tensors too, whose dtype is `layer`. */
export interface UnmappedTensor {
  /** As the file has it. */
  name: string;
  /** The size of each axis. */
  shape: readonly number[];
  /** As safetensors names it. */
  dtype: string;
  /** Why, in a few words. */
  why: string;
}

/** How the tensors of a file become parameters of ours. */
export interface Mapping {
  /** Whose names and orders they are: `PyTorch`, `MLX`, `Keras`, `TensorFlow.js`, `Unrolled`. */
  layout: string;
  layers: LayerDescription[];
  parameters: MappedParameter[];
  unmapped: UnmappedTensor[];
  order?: Order;
}
