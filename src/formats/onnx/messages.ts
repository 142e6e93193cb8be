// ONNX's protocol buffers to plain data and back (model.ts says what it is). A file is data, never code: whatever is wrong with
// one ends in a FORMAT error with its name and the place.
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { brief } from '../../brief.js';
import { UnrolledError } from '../../errors.js';
import { notAModel } from '../fileKinds.js';
import type { OnnxArray, OnnxAttribute, OnnxDType, OnnxGraph, OnnxModel, OnnxTensor, OnnxValue } from './model.js';
import {
  type AttributeProto,
  AttributeProto_AttributeType as Kind,
  type AttributeProtoSchema,
  type GraphProto,
  type GraphProtoSchema,
  ModelProtoSchema,
  type TensorProto,
  TensorProto_DataLocation as Location,
  TensorProto_DataType as Type,
  type TensorProtoSchema,
  type ValueInfoProto,
  type ValueInfoProtoSchema,
} from './onnx_pb.js';
import { MOST, tallyOf } from './tally.js';

interface Stored {
  code: Type;
  array:
    | Float32ArrayConstructor
    | Float64ArrayConstructor
    | Int8ArrayConstructor
    | Uint8ArrayConstructor
    | Int16ArrayConstructor
    | Uint16ArrayConstructor
    | Int32ArrayConstructor
    | Uint32ArrayConstructor
    | BigInt64ArrayConstructor
    | BigUint64ArrayConstructor;
  /** Where numbers stand that are not raw bytes. */
  field: 'floatData' | 'doubleData' | 'int32Data' | 'int64Data' | 'uint64Data';
}

const STORED: Readonly<Record<OnnxDType, Stored>> = {
  float32: { code: Type.FLOAT, array: Float32Array, field: 'floatData' },
  float64: { code: Type.DOUBLE, array: Float64Array, field: 'doubleData' },
  float16: { code: Type.FLOAT16, array: Uint16Array, field: 'int32Data' },
  bfloat16: { code: Type.BFLOAT16, array: Uint16Array, field: 'int32Data' },
  int8: { code: Type.INT8, array: Int8Array, field: 'int32Data' },
  uint8: { code: Type.UINT8, array: Uint8Array, field: 'int32Data' },
  int16: { code: Type.INT16, array: Int16Array, field: 'int32Data' },
  uint16: { code: Type.UINT16, array: Uint16Array, field: 'int32Data' },
  int32: { code: Type.INT32, array: Int32Array, field: 'int32Data' },
  uint32: { code: Type.UINT32, array: Uint32Array, field: 'uint64Data' },
  int64: { code: Type.INT64, array: BigInt64Array, field: 'int64Data' },
  uint64: { code: Type.UINT64, array: BigUint64Array, field: 'uint64Data' },
  bool: { code: Type.BOOL, array: Uint8Array, field: 'int32Data' },
};

const DTYPES: ReadonlyMap<Type, OnnxDType> = new Map(
  Object.entries(STORED).map(([dtype, { code }]) => [code, dtype as OnnxDType]),
);

/** Graphs within graphs: far more than Scan and Loop of recurrent networks have. */
const MAX_DEPTH = 8;
/** A graph in a graph is three messages deep: node, attribute, graph. */
const MAX_MESSAGES_DEEP = 4 * MAX_DEPTH;

// Out.

/** Errors: SHAPE. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const message = create(ModelProtoSchema, {
    irVersion: BigInt(model.irVersion),
    opsetImport: [{ domain: '', version: BigInt(model.opset) }],
    producerName: model.producer,
    graph: graphMessage(model.graph),
    metadataProps: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
  });
  return toBinary(ModelProtoSchema, message);
}

function graphMessage(graph: OnnxGraph): MessageInitShape<typeof GraphProtoSchema> {
  return {
    name: graph.name,
    input: graph.inputs.map(valueMessage),
    output: graph.outputs.map(valueMessage),
    node: graph.nodes.map(({ op, name, domain, inputs, outputs, attributes }) => ({
      ...{ opType: op, name, input: [...inputs], output: [...outputs] },
      ...(domain === '' ? {} : { domain }),
      attribute: Object.entries(attributes).map(([own, attribute]) => attributeMessage(own, attribute)),
    })),
    initializer: graph.initializers.map(tensorMessage),
  };
}

function valueMessage({ name, dtype, shape }: OnnxValue): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = (shape ?? []).map((size) => {
    if (size === null) return {};
    const value =
      typeof size === 'number'
        ? { case: 'dimValue' as const, value: BigInt(size) }
        : { case: 'dimParam' as const, value: size };
    return { value };
  });
  const elemType = dtype === null ? Type.UNDEFINED : STORED[dtype].code;
  const type = { elemType, ...(shape === null ? {} : { shape: { dim } }) };
  return { name, type: { value: { case: 'tensorType', value: type } } };
}

function attributeMessage(name: string, attribute: OnnxAttribute): MessageInitShape<typeof AttributeProtoSchema> {
  const { kind, value } = attribute;
  const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
  switch (kind) {
    case 'float':
      return { name, type: Kind.FLOAT, f: value };
    case 'int':
      return { name, type: Kind.INT, i: BigInt(value) };
    case 'string':
      return { name, type: Kind.STRING, s: utf8(value) };
    case 'floats':
      return { name, type: Kind.FLOATS, floats: [...value] };
    case 'ints':
      return { name, type: Kind.INTS, ints: value.map(BigInt) };
    case 'strings':
      return { name, type: Kind.STRINGS, strings: value.map(utf8) };
    case 'tensor':
      return { name, type: Kind.TENSOR, t: tensorMessage(value) };
    case 'graph':
      return { name, type: Kind.GRAPH, g: graphMessage(value) };
    default:
      return attribute satisfies never;
  }
}

function tensorMessage({ name, shape, dtype, data }: OnnxTensor): MessageInitShape<typeof TensorProtoSchema> {
  const size = shape.reduce((product, n) => product * n, 1);
  if (data.length !== size) {
    throw new UnrolledError(
      'SHAPE',
      `expected ${size} elements for "${brief(name)}" of shape [${shape.join(', ')}], received ${data.length}`,
      'the data must fill the shape',
    );
  }
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dims: shape.map(BigInt), dataType: STORED[dtype].code, rawData };
}

// In.

type Damaged = (expected: string, received: string, help?: string, cause?: unknown) => UnrolledError;

/** Errors: FORMAT. @param file its name, for messages */
export function decodeModel(bytes: Uint8Array, file: string): OnnxModel {
  const damaged: Damaged = (
    expected,
    received,
    help = 'the file is damaged or not an ONNX file: export it again',
    cause,
  ) => new UnrolledError('FORMAT', `expected ${expected} in ${file}, received ${received}`, help, { cause });
  const other = notAModel(bytes);
  if (other !== null) throw damaged('an ONNX model', other);
  let message;
  try {
    const { messages, small } = tallyOf(bytes, MAX_MESSAGES_DEEP);
    if (messages > MOST.messages || small > MOST.small) {
      throw damaged(
        `at most ${MOST.messages} parts, and weights as raw data`,
        'more',
        'save it again: onnx.save(onnx.load(path), path)',
      );
    }
    message = fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false, recursionLimit: MAX_MESSAGES_DEEP });
  } catch (cause) {
    if (cause instanceof UnrolledError) throw cause;
    throw damaged(
      'messages of ONNX',
      cause instanceof Error ? brief(cause.message) : 'something else',
      undefined,
      cause,
    );
  }
  if (message.graph === undefined || message.opsetImport.length === 0) {
    throw damaged('a graph and a version of its operators', 'none');
  }
  const own = message.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  const metadata = message.metadataProps.map(({ key, value }): [string, string] => [key, value]);
  return {
    irVersion: Number(message.irVersion),
    opset: Number(own?.version ?? 0n),
    producer: `${message.producerName} ${message.producerVersion}`.trim(),
    metadata: Object.fromEntries(metadata),
    graph: readGraph(message.graph, new Set(), damaged, 0),
  };
}

/** @param outer names of the graphs around it */
function readGraph(graph: GraphProto, outer: ReadonlySet<string>, damaged: Damaged, depth: number): OnnxGraph {
  if (depth > MAX_DEPTH) throw damaged(`at most ${MAX_DEPTH} graphs within each other`, 'more');
  if (graph.sparseInitializer.length > 0) throw damaged('dense weights', 'sparse ones', 'export it with dense weights');
  const known = new Set<string>(outer);
  const own = new Set<string>();
  const add = (name: string): void => {
    if (own.has(name)) throw damaged('each name once', `"${brief(name)}" twice`);
    own.add(name);
    known.add(name);
  };
  const initializers = graph.initializer.map((tensor) => readTensor(tensor, damaged));
  for (const { name } of initializers) add(name);
  // Before version 4 of the format, initializers are inputs too.
  const inputs = graph.input.map((value) => readValue(value, damaged)).filter(({ name }) => !own.has(name));
  for (const { name } of inputs) add(name);
  const nodes = graph.node.map((node, i) => {
    const { opType: op, name, domain, input, output } = node;
    const place = `node ${i} (${brief(op)}${name === '' ? '' : ` "${brief(name)}"`})`;
    for (const one of input) {
      if (one !== '' && !known.has(one)) {
        throw damaged(
          `nodes after those whose values they take`,
          `${place} of a value "${brief(one)}" that is not there yet`,
        );
      }
    }
    const attributes = node.attribute.map((attribute): [string, OnnxAttribute] => [
      attribute.name,
      readAttribute(attribute, place, known, damaged, depth),
    ]);
    for (const one of output) if (one !== '') add(one);
    const named = { op, name, domain: domain === 'ai.onnx' ? '' : domain };
    return { ...named, inputs: input, outputs: output, attributes: Object.fromEntries(attributes) };
  });
  const outputs = graph.output.map((value) => readValue(value, damaged));
  for (const { name } of outputs) {
    if (!known.has(name)) throw damaged('outputs that nodes make', `"${brief(name)}", which none makes`);
  }
  return { name: graph.name, inputs, outputs, nodes, initializers };
}

function readValue({ name, type }: ValueInfoProto, damaged: Damaged): OnnxValue {
  const tensor = type?.value.case === 'tensorType' ? type.value.value : undefined;
  const shape = tensor?.shape?.dim.map(({ value }) => {
    if (value.case === undefined) return null;
    return value.case === 'dimParam' ? value.value : sizeOf(value.value, `"${brief(name)}"`, damaged);
  });
  return { name, dtype: DTYPES.get(tensor?.elemType ?? Type.UNDEFINED) ?? null, shape: shape ?? null };
}

function sizeOf(value: bigint, what: string, damaged: Damaged): number {
  const size = Number(value);
  if (!Number.isSafeInteger(size) || size < 0) throw damaged(`sizes in the shape of ${what}`, String(value));
  return size;
}

function readTensor(tensor: TensorProto, damaged: Damaged): OnnxTensor {
  const { name } = tensor;
  const what = `"${brief(name)}"`;
  if (tensor.dataLocation === Location.EXTERNAL || tensor.externalData.length > 0) {
    throw damaged(
      `the numbers of ${what} in the file itself`,
      'the name of another file',
      'save it as one file: onnx.save(onnx.load(path), out, save_as_external_data=False)',
    );
  }
  if (tensor.segment !== undefined) throw damaged(`${what} in one piece`, 'a segment');
  const dtype = DTYPES.get(tensor.dataType);
  if (dtype === undefined) {
    throw damaged(
      `${what} of type ${[...DTYPES.values()].join(', ')}`,
      brief(Type[tensor.dataType] ?? String(tensor.dataType)),
    );
  }
  const shape = tensor.dims.map((n) => sizeOf(n, what, damaged));
  const size = shape.reduce((product, n) => product * n, 1);
  const { array, field } = STORED[dtype];
  const raw = tensor.rawData;
  const given = raw.length > 0 ? raw.length / array.BYTES_PER_ELEMENT : tensor[field].length;
  if (given !== size) throw damaged(`${size} elements of ${what} [${shape.join(', ')}]`, String(given));
  return { name, shape, dtype, data: raw.length > 0 ? fromRaw(raw, array) : fromField(tensor[field], array) };
}

function fromRaw(raw: Uint8Array, array: Stored['array']): OnnxArray {
  const copy = new Uint8Array(raw.length);
  copy.set(raw);
  return new array(copy.buffer);
}

function fromField(values: readonly number[] | readonly bigint[], array: Stored['array']): OnnxArray {
  if (array === BigInt64Array || array === BigUint64Array) return array.from(values as readonly bigint[]);
  return (array as Float32ArrayConstructor).from(values, Number);
}

function readAttribute(
  attribute: AttributeProto,
  place: string,
  known: ReadonlySet<string>,
  damaged: Damaged,
  depth: number,
): OnnxAttribute {
  const name = `${brief(attribute.name)} of ${place}`;
  const whole = (value: bigint): number => {
    const number = Number(value);
    // Slices end at the largest number of 64 bits where they go on to the end.
    return Number.isSafeInteger(number) ? number : value > 0n ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
  };
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  switch (attribute.type) {
    case Kind.FLOAT:
      return { kind: 'float', value: attribute.f };
    case Kind.INT:
      return { kind: 'int', value: whole(attribute.i) };
    case Kind.STRING:
      return { kind: 'string', value: text(attribute.s) };
    case Kind.FLOATS:
      return { kind: 'floats', value: attribute.floats };
    case Kind.INTS:
      return { kind: 'ints', value: attribute.ints.map(whole) };
    case Kind.STRINGS:
      return { kind: 'strings', value: attribute.strings.map(text) };
    case Kind.TENSOR:
      if (attribute.t === undefined) throw damaged(`a tensor as ${name}`, 'none');
      return { kind: 'tensor', value: readTensor(attribute.t, damaged) };
    case Kind.GRAPH:
      if (attribute.g === undefined) throw damaged(`a graph as ${name}`, 'none');
      return { kind: 'graph', value: readGraph(attribute.g, known, damaged, depth + 1) };
    default:
      throw damaged(`${name} of numbers, texts, a tensor or a graph`, brief(Kind[attribute.type] ?? 'something else'));
  }
}
