// ONNX as plain data: a model, its graph, nodes and tensors.
// Source: https://github.com/onnx/onnx/blob/main/docs/IR.md

/** What the elements of a tensor are. Half floats are the 16-bit patterns that they are; a bool is a byte. */
export type OnnxDType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bool';

/** The array that holds a type’s elements. */
export type OnnxArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A constant: weights, or numbers that shapes and axes are made of. */
export interface OnnxTensor {
  /** As nodes call it; empty for one that is an attribute. */
  name: string;
  /** The size of each axis; [] for a scalar. */
  shape: readonly number[];
  /** How its elements are stored. */
  dtype: OnnxDType;
  /** Row by row, as many as the shape has. */
  data: OnnxArray;
}

/** An attribute of one kind. */
export interface OnnxAttributeOf<K extends string, V> {
  /** What the value is. */
  kind: K;
  /** Numbers, texts, a constant, or a graph of its own, as a loop has. */
  value: V;
}

/** An attribute of a node, by its kind. */
export type OnnxAttribute =
  | OnnxAttributeOf<'float' | 'int', number>
  | OnnxAttributeOf<'string', string>
  | OnnxAttributeOf<'floats' | 'ints', readonly number[]>
  | OnnxAttributeOf<'strings', readonly string[]>
  | OnnxAttributeOf<'tensor', OnnxTensor>
  | OnnxAttributeOf<'graph', OnnxGraph>;

/** One operation. */
export interface OnnxNode {
  /** The operator: `LSTM`, `MatMul`. */
  op: string;
  /** For messages; may be empty. */
  name: string;
  /** Whose operator it is; empty for ONNX’s own. */
  domain: string;
  /** Names of values; empty where one is left out. */
  inputs: readonly string[];
  /** Names of the values that it makes; empty where one is left out. */
  outputs: readonly string[];
  /** By name. */
  attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** An input or output of a graph. */
export interface OnnxValue {
  /** As nodes call it. */
  name: string;
  /** What its elements are; null for what is no tensor of numbers. */
  dtype: OnnxDType | null;
  /** Of each axis its size, or the name of a size that is free, or null; null where nothing is said. */
  shape: readonly (number | string | null)[] | null;
}

/** Nodes in an order in which they can be computed. */
export interface OnnxGraph {
  /** For people. */
  name: string;
  /** What it is given. */
  inputs: readonly OnnxValue[];
  /** What it gives. */
  outputs: readonly OnnxValue[];
  /** Each after those whose values it takes. */
  nodes: readonly OnnxNode[];
  /** Constants. */
  initializers: readonly OnnxTensor[];
}

/** What an ONNX file holds. */
export interface OnnxModel {
  /** The version of the file format. */
  irVersion: number;
  /** The version of ONNX’s own operators. */
  opset: number;
  /** The program that wrote the file, and its version. */
  producer: string;
  /** Strings beside the graph. */
  metadata: Readonly<Record<string, string>>;
  /** What is computed. */
  graph: OnnxGraph;
}
