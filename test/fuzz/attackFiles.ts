// Files that are made for an attack: valid ones with one thing changed. The builders are those of the fuzzer, which keep every field in
// one's hand.
import { readFileSync } from 'node:fs';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProto_AttributeType as Kind,
  AttributeProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataLocation as Location,
  TensorProto_DataType as Type,
  type TensorProto,
  TensorProtoSchema,
} from '../../src/formats/onnx/onnx_pb.js';

/** One of the table. */
export interface Attack {
  /** What is wrong with the file. */
  name: string;
  /** The advisory, or whoever told of it. */
  source: string;
  make(): Uint8Array | Promise<Uint8Array>;
  /** What the message names beside the file: the place. */
  place: RegExp;
}

interface ZipFile {
  name: string;
  bytes: Uint8Array;
  packed?: Uint8Array;
  deflate?: boolean;
  both?: Record<string, unknown>;
  local?: Record<string, unknown>;
  central?: Record<string, unknown>;
  descriptor?: number | bigint;
}
const containers = (await import(new URL('./containers.mjs', import.meta.url).href)) as {
  zipFile(files: ZipFile[], over?: Record<string, unknown>): Uint8Array;
  safetensorsFile(header: string, data: Uint8Array, length?: bigint): Uint8Array;
};
export const { zipFile, safetensorsFile } = containers;

export const golden = (path: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../golden/${path}`, import.meta.url)));
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
/** Opcodes and headers as text: a letter is a byte. */
export const latin = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
export const concat = (...parts: Uint8Array[]): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.concat(parts));

// PyTorch

export const key = (text: string): string => `X${String.fromCharCode(text.length)}\0\0\0${text}`;
const whole = (n: number): string => `I${n}\n`;
const tuple = (sizes: readonly number[]): string => `(${sizes.map(whole).join('')}t`;

/** What a tensor of a pickle says. */
interface Stored {
  type?: string;
  storage?: string;
  length?: number;
  shape?: readonly number[];
  strides?: readonly number[];
  offset?: number;
}

/** The opcodes of a tensor [2, 3] of float32. */
export function pickledTensor({
  type = 'FloatStorage',
  storage = '0',
  length = 6,
  shape = [2, 3],
  strides = [3, 1],
  offset = 0,
}: Stored = {}): string {
  const reference = `(${key('storage')}ctorch\n${type}\n${key(storage)}${key('cpu')}${whole(length)}tQ`;
  return `ctorch._utils\n_rebuild_tensor_v2\n(${reference}${whole(offset)}${tuple(shape)}${tuple(strides)}I00\n}tR`;
}

/** A state dict with these opcodes as `out.weight`. */
export const stateDict = (tensor: string): Uint8Array => latin(`\x80\x02}(${key('out.weight')}${tensor}u.`);

/** A file of `torch.save`. @param data the storage 0  @param more files, and how any differs from what is usual */
export function torchFiles(pickle: Uint8Array, data = 24, ...more: ZipFile[]): ZipFile[] {
  return [
    { name: 'archive/data.pkl', bytes: pickle },
    { name: 'archive/data/0', bytes: new Uint8Array(data) },
    { name: 'archive/version', bytes: utf8('3\n') },
    ...more,
  ];
}

export const torchFile = (pickle: Uint8Array, data = 24, ...more: ZipFile[]): Uint8Array =>
  zipFile(torchFiles(pickle, data, ...more));

/** The same with another pickle.  @param change of the entry of data.pkl */
export function torchZip(change: Partial<ZipFile>, over: Record<string, unknown> = {}): Uint8Array {
  const [pickle, ...rest] = torchFiles(stateDict(pickledTensor()));
  return zipFile([{ ...pickle, ...change }, ...rest], over);
}

// Keras

const WEIGHTS = golden('keras/lstm-dense.weights.h5');
interface Layer {
  class_name: string;
  config: Record<string, unknown>;
  [name: string]: unknown;
}
const INPUT: Layer = { class_name: 'InputLayer', config: { name: 'input', batch_shape: [null, null, 3] } };
const LSTM: Layer = { class_name: 'LSTM', config: { name: 'lstm', units: 4 } };
const DENSE: Layer = { class_name: 'Dense', config: { name: 'dense', units: 2 } };

export const sequential = (...layers: Layer[]): Layer => ({
  class_name: 'Sequential',
  config: { name: 'model', layers: [INPUT, LSTM, ...layers, DENSE] },
});

/** A `.keras` file. @param weights the HDF5 file in it */
export function kerasFile(config: unknown, weights = WEIGHTS, ...more: ZipFile[]): Uint8Array {
  return zipFile([
    { name: 'metadata.json', bytes: utf8('{"keras_version": "3.9.0"}') },
    { name: 'config.json', bytes: utf8(JSON.stringify(config)) },
    { name: 'model.weights.h5', bytes: weights },
    ...more,
  ]);
}

/** A model with this layer between its LSTM and its dense one. */
export const kerasWith = (layer: Layer): Uint8Array => kerasFile(sequential(layer));

/** A layer of code. */
export const lambda = (config: Record<string, unknown> = {}): Layer => ({
  module: 'keras.layers',
  class_name: 'Lambda',
  config: {
    name: 'evil',
    function: { class_name: '__lambda__', config: { code: '4wEAAAA=', defaults: null, closure: null } },
    ...config,
  },
});

/** An HDF5 file by the library itself. */
export async function hdf5(write: (file: Hdf5Writer) => void): Promise<Uint8Array> {
  const library = await import('h5wasm');
  await library.ready;
  const { File, FS } = library;
  const file = new File('/attack.h5', 'w', { libver: ['earliest', 'latest'] });
  write(file as unknown as Hdf5Writer);
  file.close();
  if (FS === null) throw new Error('no file system');
  const bytes = FS.readFile('/attack.h5');
  FS.unlink('/attack.h5');
  return bytes;
}
interface Hdf5Writer {
  create_attribute(name: string, value: unknown): void;
  create_group(name: string): Hdf5Writer;
  create_dataset(options: { name: string; data: Float32Array; shape: number[] }): unknown;
  create_soft_link(target: string, name: string): unknown;
  create_external_link(file: string, target: string, name: string): unknown;
}

// ONNX

const ONNX = (JSON.parse(new TextDecoder().decode(golden('onnx.jsonl')).split('\n')[0]) as { model: string }).model;

/** An RNN as torch.onnx and others write it. */
export function onnxFile(change: (model: ModelProto) => void = () => undefined): Uint8Array {
  const model = fromBinary(ModelProtoSchema, new Uint8Array(Buffer.from(ONNX, 'base64')));
  change(model);
  return toBinary(ModelProtoSchema, model);
}

export function graphOf(model: ModelProto): NonNullable<ModelProto['graph']> {
  if (model.graph === undefined) throw new Error('no graph');
  return model.graph;
}

/** Puts the numbers of a tensor into another file. */
export function moveOut(tensor: TensorProto, location: string, more: Record<string, string> = {}): void {
  tensor.rawData = new Uint8Array(0);
  tensor.dataLocation = Location.EXTERNAL;
  const entries = Object.entries({ location, ...more });
  tensor.externalData = entries.map(([name, value]) => ({
    $typeName: 'onnx.StringStringEntryProto',
    key: name,
    value,
  })) as TensorProto['externalData'];
}

/** A node of a constant whose numbers stand elsewhere. */
export function constantElsewhere(location: string): AttributeProto {
  const tensor = create(TensorProtoSchema, { name: 'elsewhere', dims: [1n], dataType: Type.FLOAT });
  moveOut(tensor, location);
  return create(AttributeProtoSchema, { name: 'value', type: Kind.TENSOR, t: tensor });
}

/** Puts a node in front of the others. */
export function addNode(model: ModelProto, opType: string, ...attribute: AttributeProto[]): void {
  graphOf(model).node.unshift(create(NodeProtoSchema, { opType, name: 'evil', output: ['evil'], attribute }));
}

/** An attribute with a graph in which a constant's numbers stand elsewhere. */
export function graphElsewhere(location: string): AttributeProto {
  const node = create(NodeProtoSchema, {
    opType: 'Constant',
    name: 'inner',
    output: ['inner'],
    attribute: [constantElsewhere(location)],
  });
  return create(AttributeProtoSchema, { name: 'body', type: Kind.GRAPH, g: { name: 'body', node: [node] } });
}

// safetensors, TensorFlow.js, llama.cpp

const TENSOR = '"out.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}';

/** A matrix [2, 3]. @param header its JSON */
export const safetensors = (header = `{${TENSOR}}`, data = new Uint8Array(24), length?: bigint): Uint8Array =>
  safetensorsFile(header, data, length);
export { TENSOR as SAFETENSORS_TENSOR };

/** `model.json` whose weights stand in the file of this name. */
export function tfjsModel(path: unknown, topology: unknown = { model_config: sequential() }): Uint8Array {
  const weights = [{ name: 'lstm/kernel', shape: [3, 16], dtype: 'float32' }];
  return utf8(
    JSON.stringify({ format: 'layers-model', modelTopology: topology, weightsManifest: [{ paths: [path], weights }] }),
  );
}

/** The beginning of a GGUF file. */
export function gguf(tensors: bigint, pairs: bigint, ...rest: bigint[]): Uint8Array {
  const bytes = new Uint8Array(24 + 8 * rest.length);
  const view = new DataView(bytes.buffer);
  bytes.set(utf8('GGUF'));
  view.setUint32(4, 3, true);
  [tensors, pairs, ...rest].forEach((n, i) => view.setBigUint64(8 + 8 * i, BigInt.asUintN(64, n), true));
  return bytes;
}

/** `{ 'descr': …, }` as NumPy writes it. */
export function npyFile(description: string, data: Uint8Array): Uint8Array {
  const header = `{'descr': ${description}, 'fortran_order': False, 'shape': (2,), }\n`;
  return concat(
    latin(`\x93NUMPY\x01\0${String.fromCharCode(header.length & 255, header.length >> 8)}`),
    latin(header),
    data,
  );
}
