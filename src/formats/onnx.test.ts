// The ONNX format: what is written is read, and whatever else comes is a FORMAT error with the file's name.
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { UnrolledError } from '../errors.js';
import { decodeOnnx, encodeOnnx } from './onnx.js';
import type { OnnxModel } from './onnx/model.js';
import { ModelProtoSchema, TensorProto_DataLocation, TensorProtoSchema } from './onnx/onnx_pb.js';

const NAME = 'some.onnx';

const MODEL: OnnxModel = {
  irVersion: 8,
  opset: 17,
  producer: 'unrolled',
  metadata: { vocabulary: '["a","b"]' },
  graph: {
    name: 'g',
    inputs: [{ name: 'x', dtype: 'float32', shape: ['time', null, 3] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: null }],
    nodes: [
      {
        ...{ op: 'Scan', name: 'scan', domain: '', inputs: ['x', '', 'w'], outputs: ['', 'y'] },
        attributes: {
          body: {
            kind: 'graph',
            value: { name: 'body', inputs: [], outputs: [], nodes: [], initializers: [] },
          },
          alpha: { kind: 'float', value: 0.5 },
          axis: { kind: 'int', value: -1 },
          direction: { kind: 'string', value: 'rückwärts' },
          some: { kind: 'floats', value: [1, 0.25] },
          perm: { kind: 'ints', value: [1, 0, -2] },
          activations: { kind: 'strings', value: ['Tanh', 'Relu'] },
          value: { kind: 'tensor', value: { name: '', shape: [], dtype: 'int64', data: BigInt64Array.of(-7n) } },
        },
      },
    ],
    initializers: [
      { name: 'w', shape: [2, 3], dtype: 'float32', data: Float32Array.of(1, 2, 3, 4, 5, 6) },
      { name: 'none', shape: [0, 4], dtype: 'bool', data: new Uint8Array() },
      { name: 'half', shape: [1], dtype: 'float16', data: Uint16Array.of(0x3c00) },
    ],
  },
};

/** The file with something else in its message. */
async function changed(
  change: (model: ReturnType<typeof create<typeof ModelProtoSchema>>) => void,
): Promise<Uint8Array> {
  const message = fromBinary(ModelProtoSchema, await encodeOnnx(MODEL));
  change(message);
  return toBinary(ModelProtoSchema, message);
}

const refusal = async (bytes: Uint8Array): Promise<UnrolledError | null> => {
  try {
    await decodeOnnx(bytes, NAME);
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(UnrolledError);
    if (!(error instanceof UnrolledError)) return null;
    expect(error.code, error.message).toBe('FORMAT');
    expect(error.message).toContain(NAME);
    expect(error.message.length).toBeLessThan(700);
    return error;
  }
};

it('reads what it writes', async () => {
  expect(await decodeOnnx(await encodeOnnx(MODEL), NAME)).toEqual(MODEL);
});

it('refuses data that do not fill their shape, when writing', async () => {
  const [weights] = MODEL.graph.initializers;
  const graph = { ...MODEL.graph, initializers: [{ ...weights, shape: [2, 4] }] };
  await expect(encodeOnnx({ ...MODEL, graph })).rejects.toThrow(/expected 8 elements for "w"/);
});

describe('refuses', () => {
  it.each<[string, Parameters<typeof changed>[0], RegExp]>([
    [
      'data in another file',
      ({ graph }) => {
        const tensor = graph?.initializer[0];
        if (tensor === undefined) return;
        tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
        tensor.externalData = [
          create(ModelProtoSchema, { metadataProps: [{ key: 'location', value: '../../etc/passwd' }] })
            .metadataProps[0],
        ];
      },
      /the numbers of "w" in the file itself/,
    ],
    ['a shape larger than its data', ({ graph }) => graph?.initializer[0].dims.push(1n << 40n), /elements of "w"/],
    ['a negative size', ({ graph }) => graph?.initializer[0].dims.fill(-3n), /sizes in the shape of "w"/],
    ['2^53 + 1', ({ graph }) => graph?.initializer[0].dims.push((1n << 53n) + 1n), /sizes in the shape of "w"/],
    ['a name twice', ({ graph }) => graph?.initializer.push(graph.initializer[0]), /each name once/],
    ['a cycle', ({ graph }) => graph?.node[0].input.push('y'), /after those whose values they take.*"y"/],
    [
      'an output of nothing',
      ({ graph }) => graph?.output.push({ ...graph.output[0], name: 'z' }),
      /outputs that nodes make/,
    ],
    [
      'texts as weights',
      ({ graph }) => void Object.assign(graph?.initializer[0] ?? {}, { dataType: 8 }),
      /"w" of type/,
    ],
    ['no graph', (model) => (model.graph = undefined), /a graph and a version/],
  ])('%s', async (_, change, message) => {
    expect((await refusal(await changed(change)))?.message).toMatch(message);
  });

  it('graphs in graphs in graphs', async () => {
    let { graph } = MODEL;
    for (let i = 0; i < 12; i++) {
      const attributes = { body: { kind: 'graph', value: graph } as const };
      const node = { op: 'If', name: '', domain: '', inputs: [], outputs: [], attributes };
      graph = { name: 'g', inputs: [], outputs: [], nodes: [node], initializers: [] };
    }
    expect((await refusal(await encodeOnnx({ ...MODEL, graph })))?.message).toMatch(/graphs within|messages of ONNX/);
  });

  it('a file of two million bytes that would be a million nodes', async () => {
    const empty = new Uint8Array(2_000_000);
    for (let i = 0; i < empty.length; i += 2) empty[i] = 0x0a;
    const head = [8, 8, 0x42, 2, 16, 17, 0x3a, 0x80, 0x89, 0x7a];
    expect((await refusal(joined(head, empty)))?.message).toMatch(/at most 50000 parts/);
  });

  it('whole numbers that are not raw data, by the million', async () => {
    const tensor = create(TensorProtoSchema, {
      name: 'n',
      dims: [2_000_000n],
      dataType: 7,
      int64Data: new Array<bigint>(2_000_000).fill(1n),
    });
    expect((await refusal(await changed(({ graph }) => void graph?.initializer.push(tensor))))?.message).toMatch(
      /raw data/,
    );
  });
});

it('reads or refuses a file cut at every byte, and with every byte changed', async () => {
  const bytes = await encodeOnnx(MODEL);
  for (let end = 0; end < bytes.length; end++) await refusal(bytes.subarray(0, end));
  for (let at = 0; at < bytes.length; at++) {
    for (const value of [0, 1, 0x7f, 0x80, 0xff, bytes[at] ^ 1, bytes[at] ^ 8]) {
      const other = bytes.slice();
      other[at] = value;
      await refusal(other);
    }
  }
});

function joined(head: readonly number[], rest: Uint8Array): Uint8Array {
  const all = new Uint8Array(head.length + rest.length);
  all.set(head);
  all.set(rest, head.length);
  return all;
}
