// Files of weights from strangers: valid ones, mutated by kind. Each opens, or is refused by a FORMAT error (UNSUPPORTED for encryption
// and methods of packing) that names the file, soon, with no more read than a few times what there is.
import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ByteSource, importModel } from '../../src/convert/index.js';
import { UnrolledError, useBackend } from '../../src/node.js';
import { encodeNpy, encodeSafetensors } from '../../src/formats/index.js';
import { encodeZip } from '../../src/formats/zip.js';
import { readPickle } from '../../src/formats/pickle.js';
import { ReferenceBackend } from '../../src/backend/reference/reference.js';

const NAME = 'stranger.bin';
const folderOf = (name: string): string =>
  /keras|h5|tfjs/.test(name) ? 'keras' : name.endsWith('.t7') ? 'torch7' : 'formats';
const read = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../golden/${folderOf(name)}/${name}`, import.meta.url)));
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

beforeAll(async () => {
  await useBackend(new ReferenceBackend());
});

/** The error; null where the file opens. Fails for any other, a slow one, and one that asks for much. */
async function refusal(bytes: Uint8Array, what: string): Promise<UnrolledError | null> {
  let asked = 0;
  const source: ByteSource = {
    name: NAME,
    size: bytes.length,
    async read(offset, length) {
      asked += length;
      expect(offset >= 0 && length >= 0 && offset + length <= bytes.length, what).toBe(true);
      return bytes.slice(offset, offset + length);
    },
  };
  const start = performance.now();
  try {
    const model = await importModel(source, {
      partial: true,
      open: (name) => read(`tfjs-values/group1-shard${name.includes('2of2') ? 2 : 1}of2.bin`),
    });
    for (const own of Object.values(model.weights)) expect(own.data.length).toBeLessThanOrEqual(8 * bytes.length);
    return null;
  } catch (error) {
    expect(error, what).toBeInstanceOf(UnrolledError);
    if (!(error instanceof UnrolledError)) return null;
    expect(['FORMAT', 'UNSUPPORTED'], `${what}: ${error.message}`).toContain(error.code);
    expect(error.message, what).toContain(NAME);
    expect(error.message.length).toBeLessThan(1001);
    return error;
  } finally {
    expect(performance.now() - start, what).toBeLessThan(2000);
    expect(asked, what).toBeLessThan(8 * bytes.length + 2000);
  }
}

/** Numbers from 0 to below 1, the same each time. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const FILES = ['gru.pt', 'checkpoint.pt', 'strided.pt', 'packed.npz', 'tagger.npz', 'tagger.safetensors', 'bf4-F.npy'];
const KERAS = ['tfjs-values/model.json', 'lstm-dense.keras', 'lstm-dense.h5', 'gru-before.weights.h5'];
const TORCH7 = ['char-gru.t7', 'torch-lstm.t7'];

describe.each([...FILES, ...KERAS, ...TORCH7])('%s', (name) => {
  const original = read(name);

  it('cut anywhere is refused', async () => {
    const step = Math.max(1, Math.floor(original.length / 150));
    for (let length = 0; length < original.length; length += step) {
      expect(await refusal(original.subarray(0, length), `cut at ${length}`), `cut at ${length}`).not.toBeNull();
    }
  });

  it('with bytes that are others opens or is refused', async () => {
    const next = generator(name.length);
    for (let round = 0; round < 400; round++) {
      const bytes = original.slice();
      const changes = 1 + Math.floor(next() * 3);
      for (let i = 0; i < changes; i++) {
        // Half of them where headers and directories are.
        const near = next() < 0.5 ? (next() < 0.5 ? 0 : bytes.length - 600) : next() * bytes.length;
        const at = Math.min(bytes.length - 1, Math.max(0, Math.floor(near + next() * 600)));
        bytes[at] = [0, 1, 127, 128, 255, Math.floor(next() * 256)][Math.floor(next() * 6)];
      }
      await refusal(bytes, `round ${round}`);
    }
  });
});

/** A file of PyTorch with this pickle and these storages. */
function torchFile(pickle: Uint8Array, storages: Record<string, Uint8Array> = { '0': new Uint8Array(24) }): Uint8Array {
  const data = Object.entries(storages).map(([key, bytes]): [string, Uint8Array] => [`a/data/${key}`, bytes]);
  return encodeZip(new Map([['a/data.pkl', pickle], ...data]));
}

/** Opcodes as text, with \n where a line ends. */
const latin = (value: string): Uint8Array => Uint8Array.from(value, (c) => c.charCodeAt(0));
const key = (value: string): string => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
const whole = (n: number): string => `I${n}\n`;
const tuple = (sizes: number[]): string => `(${sizes.map(whole).join('')}t`;

function tensorPickle(over: {
  offset?: number;
  shape?: number[];
  strides?: number[];
  length?: number;
  of?: string;
  key?: string;
}): Uint8Array {
  const { offset = 0, shape = [2, 3], strides = [3, 1], length = 6, of = 'FloatStorage', key: storage = '0' } = over;
  const reference = `(${key('storage')}ctorch\n${of}\n${key(storage)}${key('cpu')}${whole(length)}tQ`;
  const call = `ctorch._utils\n_rebuild_tensor_v2\n(${reference}${whole(offset)}${tuple(shape)}${tuple(strides)}I00\n}tR`;
  return latin(`\x80\x02}(${key('w.weight')}${call}u.`);
}

describe('a pickle', () => {
  it('of a tensor opens as it is written here', async () => {
    expect(await refusal(torchFile(tensorPickle({})), 'plain')).toBeNull();
  });

  it.each([
    ['a storage shorter than it claims', { length: 7 }],
    ['2^53 elements', { length: 2 ** 53 }],
    ['a negative offset', { offset: -1 }],
    ['an offset beyond the storage', { offset: 1 }],
    ['an offset of 2^53 + 1', { offset: 2 ** 53 + 2 }],
    ['a negative size', { shape: [-2, -3] }],
    ['sizes that overflow', { shape: [2 ** 30, 2 ** 30] }],
    ['sizes without elements between them', { shape: [2 ** 40], strides: [0] }],
    ['negative strides', { strides: [-3, 1] }],
    ['strides beyond the storage', { strides: [30, 1] }],
    ['another number of strides', { strides: [1] }],
    ['no such storage', { key: '1' }],
    ['a storage by a path', { key: '../data.pkl' }],
    ['a storage of a type that is none', { of: 'EvilStorage' }],
    ['65 axes', { shape: new Array<number>(65).fill(1), strides: new Array<number>(65).fill(1) }],
  ])('with %s is refused', async (_, over) => {
    expect(await refusal(torchFile(tensorPickle(over)), JSON.stringify(over))).not.toBeNull();
  });

  it.each([
    ['a call of os.system', `cos\nsystem\n(${key('true')}tR.`],
    ['a call of a name made in the pickle', `\x8c\x02os\x8c\x06system\x93(${key('true')}tR.`],
    ['a call in place of a state dict', `}(${key('state_dict')}cbuiltins\neval\n(${key('1')}tRu.`],
    ['a text that claims 4 GB', 'X\xff\xff\xff\xff.'],
    ['a text that claims 2^64', '\x8d\xff\xff\xff\xff\xff\xff\xff\xff.'],
    ['a number of 2 GB', '\x8b\xff\xff\xff\x7f.'],
    ['nothing', ''],
    ['no stop', '}'],
    ['an empty stack', 'R.'],
    ['items without a mark', '}u.'],
    ['a key alone', `}(${key('a')}u.`],
    ['a dict in itself', '}q\x00h\x00s.'],
    ['a dict within itself', `}q\x00(${key('a')}h\x00u.`],
    ['a memo that is not there', 'h\x07.'],
    ['a memo of 2^53', `}p${2 ** 54}\n.`],
    ['a frame beyond the file', '\x95\xff\xff\xff\xff\xff\xff\xff\x7f}.'],
  ])('that has %s is refused, and calls nothing', async (_, opcodes) => {
    expect(await refusal(torchFile(latin(`\x80\x02${opcodes}`)), opcodes)).not.toBeNull();
  });

  it('a million dicts within each other, and lists that double by the memo, cost no time', async () => {
    expect(
      await refusal(torchFile(latin(`}${`(${key('a')}}`.repeat(100_000)}${'u'.repeat(100_000)}.`)), 'deep'),
    ).not.toBeNull();
    const double = Array.from(
      { length: 60 },
      (_, i) =>
        `}(${key('a')}h${String.fromCharCode(i)}${key('b')}h${String.fromCharCode(i)}uq${String.fromCharCode(i + 1)}`,
    );
    expect(await refusal(torchFile(latin(`}q\0${double.join('')}.`)), 'memo')).not.toBeNull();
    expect(await refusal(torchFile(latin(`${'}'.repeat(1_000_000)}.`)), 'many')).not.toBeNull();
  });

  it('many views of one storage are refused', async () => {
    const storage = `(${key('storage')}ctorch\nFloatStorage\n${key('0')}${key('cpu')}${whole(10_000)}tQq\x01`;
    const one = (i: number, from: string): string =>
      `${key(`w${i}`)}ctorch._utils\n_rebuild_tensor_v2\n(${from}I0\n(I10000\nt(I1\ntI00\n}tR`;
    const many = Array.from({ length: 100 }, (_, i) => one(i, i === 0 ? storage : 'h\x01'));
    const error = await refusal(torchFile(latin(`}(${many.join('')}u.`), { '0': new Uint8Array(40_000) }), 'views');
    expect(error?.message).toMatch(/many views of one storage/);
  });

  it('keeps names of the prototype apart', () => {
    const value = readPickle(latin(`}(${key('__proto__')}I1\nu.`), NAME);
    expect(value).toMatchObject({ entries: [['__proto__', 1]] });
  });
});

describe('a file of Torch 7', () => {
  const int = (n: number): string => String.fromCharCode(n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >> 24) & 255);
  const long = (n: number): string => int(n) + int(Math.floor(n / 2 ** 32));
  const number = (n: number): string => int(1) + String.fromCharCode(...new Uint8Array(Float64Array.of(n).buffer));
  const string = (value: string): string => int(2) + int(value.length) + value;
  const fields = (index: number, ...pairs: string[]): string =>
    int(3) + int(index) + int(pairs.length / 2) + pairs.join('');
  const torch = (index: number, name: string): string => int(4) + int(index) + int(3) + 'V 1' + int(name.length) + name;
  interface Changes {
    shape?: number[];
    strides?: number[];
    offset?: number;
    rank?: number;
    count?: number;
  }
  const tensor = (over: Changes): string => {
    const { shape = [2, 3], strides = [3, 1], offset = 1, rank = shape.length, count = 6 } = over;
    const storage = torch(9, 'torch.FloatStorage') + long(count) + '\0'.repeat(24);
    return torch(8, 'torch.FloatTensor') + int(rank) + [...shape, ...strides, offset].map(long).join('') + storage;
  };
  /** A model of torch-rnn with this as its embedding, and plain tensors as the other weights. */
  const languageModel = (weight: string): Uint8Array => {
    const matrix = torch(4, 'torch.FloatTensor') + int(2) + [2, 3, 3, 1, 1].map(long).join('');
    const vector = torch(5, 'torch.FloatTensor') + int(1) + [2, 1, 1].map(long).join('');
    const storage = torch(6, 'torch.FloatStorage') + long(6) + '\0'.repeat(24);
    const again = (index: number): string => int(4) + int(index);
    const lookup = torch(10, 'nn.LookupTable') + fields(11, string('weight'), weight);
    const plain = fields(13, string('weight'), matrix + storage, string('bias'), vector + again(6));
    const rnn = torch(12, 'nn.VanillaRNN') + plain;
    const linear = torch(14, 'nn.Linear') + fields(15, string('weight'), again(4), string('bias'), again(5));
    const modules = fields(18, number(1), lookup, number(2), rnn, number(3), linear);
    const net = torch(16, 'nn.Sequential') + fields(17, string('modules'), modules);
    const tokens = fields(19, number(1), string('a'), number(2), string('b'));
    const model = torch(20, 'nn.LanguageModel') + fields(21, string('net'), net, string('idx_to_token'), tokens);
    return latin(fields(1, string('model'), model));
  };

  it.each([
    ['tensors that fit no layer', tensor({}), /layer1\.weight \[6, 3\]/],
    ['a storage of 2^62 numbers', tensor({ count: 2 ** 62 }), /numbers of a storage/],
    ['a storage of a negative size', tensor({ count: -1 }), /numbers of a storage/],
    ['2^31 − 1 axes', tensor({ rank: 2 ** 31 - 1 }), /axes of a tensor/],
    ['sizes that overflow', tensor({ shape: [2 ** 31, 2 ** 31] }), /numbers together/],
    ['negative sizes', tensor({ shape: [-2, -3] }), /\[-2, -3\]/],
    ['itself as a weight', int(4) + int(20), /a tensor as embedding\.weight/],
    ['a function as a weight', int(8) + int(30) + int(4) + 'code' + int(0), /a tensor as embedding\.weight/],
    ['a function beyond the file', int(8) + int(30) + int(2 ** 31 - 1), /bytes of a function/],
    ['a string beyond the file', int(2) + int(2 ** 31 - 1), /bytes of a string/],
    ['a string of a negative size', int(2) + int(-1), /bytes of a string/],
    ['a table beyond the file', int(3) + int(30) + int(2 ** 31 - 1), /entries of a table/],
    ['a class of tensors that is none', torch(30, 'torch.EvilTensor'), /EvilTensor/],
    ['a class of the prototype', torch(30, 'torch.constructorTensor'), /constructorTensor/],
    ['a class that writes itself', torch(30, 'tds.Hash') + number(7), /fields of tds\.Hash/],
    ['a type that is none', int(77), /the tag of a type/],
  ])('with %s is refused', async (what, weight, message) => {
    expect((await refusal(languageModel(weight), what))?.message).toMatch(message);
  });

  it.each([{ strides: [3000, 1] }, { strides: [-3, 1] }, { offset: 300_000 }, { offset: -1 }, { offset: 2 ** 53 }])(
    'with a view that leaves its storage is refused: %j',
    async ({ strides = [3, 1], offset = 1 }) => {
      const original = Buffer.from(read('torch-lstm.t7')).toString('latin1');
      const sizes = (own: readonly number[]): string => own.map(long).join('');
      const embedding = sizes([4, 3, 3, 1, 1]);
      expect(original.split(embedding).length).toBeGreaterThan(1);
      const changed = latin(original.replace(embedding, sizes([4, 3, ...strides, offset])));
      const error = await refusal(changed, JSON.stringify([strides, offset]));
      expect(error?.message).toMatch(/a tensor within its storage of 304 as embedding\.weight/);
    },
  );

  it('with tables within each other without end is refused, and so are more objects than a model has', async () => {
    const nested = Array.from({ length: 50_000 }, (_, i) => int(3) + int(i + 2) + int(1) + string('a')).join('');
    const deep = latin(int(3) + int(1) + int(1) + string('model') + nested);
    expect((await refusal(deep, 'deep'))?.message).toMatch(/at most 1000 deep/);
    const views = Array.from({ length: 20_000 }, (_, i) => torch(i + 2, 'torch.FloatTensor') + int(0) + long(1)).join(
      '',
    );
    const ofTensors = latin(int(3) + int(1) + int(1) + string('model') + views);
    expect((await refusal(ofTensors, 'tensors'))?.message).toMatch(/at most 1000 deep/);
    const many = Array.from({ length: 150_000 }, (_, i) => number(i) + fields(i + 3)).join('');
    const objects = latin(fields(1, string('model'), int(3) + int(2) + int(150_000) + many));
    expect((await refusal(objects, 'many'))?.message).toMatch(/at most 100000 objects/);
  });
});

describe('an array', () => {
  const header = (dict: string, data = 24, version = 1): Uint8Array => {
    const bytes = new Uint8Array(10 + dict.length + data);
    bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, dict.length & 255, dict.length >> 8]);
    bytes.set(text(dict), 10);
    return bytes;
  };
  const dict = (over: { descr?: string; shape?: string }): string =>
    `{'descr': ${over.descr ?? "'<f4'"}, 'fortran_order': False, 'shape': ${over.shape ?? '(2, 3)'}, }`;

  it('opens as it is written here', async () => {
    expect(await refusal(header(dict({})), 'plain')).toBeNull();
  });

  it.each([
    header(dict({ shape: '(4294967296, 4294967296)' })),
    header(dict({ shape: '(9007199254740993,)' })),
    header(dict({ shape: '(-2, -3)' })),
    header(dict({ shape: '(2, 4)' })),
    header(dict({ shape: `(${'1,'.repeat(65)})` })),
    header(dict({ descr: "'|O'" })),
    header(dict({ descr: "[('a', '<f4')]" })),
    header(dict({ descr: "'<c8'" })),
    header('{}'),
    header(dict({}), 24, 9),
    header("__import__('os').system('true')"),
    header(' '.repeat(20_000)),
  ])('of another header is refused (%#)', async (bytes) => {
    expect(await refusal(bytes, 'header')).not.toBeNull();
  });
});

describe('a zip', () => {
  const array = encodeNpy({ shape: [2], dtype: 'F32', data: Float32Array.of(1, 2) });
  const archive = encodeZip(new Map([['w.npy', array]]), 6);
  const entry = archive.findIndex((_, i) => [0x50, 0x4b, 1, 2].every((byte, k) => archive[i + k] === byte));
  const changed = (at: number, value: number): Uint8Array => {
    const bytes = archive.slice();
    const view = new DataView(bytes.buffer);
    view.setUint32(entry + at, value, true);
    if (at === 24) view.setUint32(22, value, true);
    return bytes;
  };

  it('that claims more than deflate can pack is refused before memory is taken', async () => {
    expect((await refusal(changed(24, 0x7fffffff), 'size'))?.message).toMatch(/more than deflate can pack/);
    expect(await refusal(changed(24, 100_000), 'size')).not.toBeNull();
    expect(await refusal(changed(42, 0x7fffffff), 'offset')).not.toBeNull();
  });

  it('with a second directory in its comment is refused', async () => {
    const end = archive.length - 22;
    const bytes = new Uint8Array(archive.length + archive.length);
    bytes.set(archive);
    bytes.set(archive, archive.length);
    new DataView(bytes.buffer).setUint16(end + 20, archive.length, true);
    expect((await refusal(bytes, 'two directories'))?.message).toMatch(/two directories/);
  });

  it('whose data descriptor hides that its own header names another file is refused', async () => {
    const header = new DataView(archive.buffer, archive.byteOffset);
    const [crc, packed, size] = [14, 18, 22].map((at) => header.getUint32(at, true));
    const descriptor = new Uint8Array(16);
    [0x08074b50, crc, packed, size].forEach((n, i) => new DataView(descriptor.buffer).setUint32(4 * i, n, true));
    const bytes = new Uint8Array(Buffer.concat([archive.subarray(0, entry), descriptor, archive.subarray(entry)]));
    const view = new DataView(bytes.buffer);
    view.setUint16(6, view.getUint16(6, true) | 8, true);
    for (const at of [14, 18, 22]) view.setUint32(at, 0, true);
    view.setUint32(bytes.length - 6, entry + descriptor.length, true);
    expect(await refusal(bytes, 'a data descriptor')).toBeNull();
    bytes[30] = 'v'.charCodeAt(0);
    expect((await refusal(bytes, 'another name'))?.message).toMatch(/names another file/);
  });

  it('of nulls is refused where they are no array', async () => {
    const bomb = encodeZip(new Map([['w.npy', new Uint8Array(50_000_000)]]), 6);
    expect(await refusal(bomb, 'bomb')).not.toBeNull();
    expect(deflateRawSync(new Uint8Array(50_000_000)).length).toBeLessThan(bomb.length);
  });
});

it('an index and a header of layers from strangers', async () => {
  for (const json of [
    '{"weight_map":{"a":1}}',
    '{"weight_map":[]}',
    '{"weight_map":{"a":"../../x"}}',
    '{"a":'.repeat(10_000),
    '{"weight_map":null}',
  ]) {
    expect(await refusal(text(json), json.slice(0, 30))).not.toBeNull();
  }
  const data = Float32Array.of(1);
  const layers = [
    { kind: 'linear', name: 'a', inputSize: 1 << 20, outputSize: 1 << 20, bias: false },
    {
      kind: 'recurrent',
      name: 'a',
      cell: 'lstm',
      inputSize: 1,
      hiddenSize: 1,
      numLayers: 1 << 20,
      bidirectional: true,
      bias: true,
    },
    { kind: 'embedding', name: '__proto__', count: -1, size: 1 },
    { kind: 'x' },
    null,
  ];
  for (const layer of layers) {
    const metadata = { format: 'unrolled-2', kind: 'module', config: JSON.stringify({ layers: [layer] }) };
    const bytes = encodeSafetensors([{ name: 'a.weight', dtype: 'F32', shape: [1, 1], data }], metadata);
    const error = await refusal(bytes, JSON.stringify(layer));
    if (error !== null) continue;
    const model = await importModel(bytes);
    expect(() => model.network()).toThrow(UnrolledError);
  }
});

it.each([
  ['external-link', /a link to elsewhere/],
  ['external-data', /numbers in the file itself/],
  ['virtual', /a virtual one/],
  ['petabytes', /datasets of 4503599627370496 bytes/],
  ['circle', /each block once/],
])('HDF5 with %s is refused', async (name, message) => {
  expect((await refusal(read(`${name}.h5`), name))?.message).toMatch(message);
});

it('a layer of code is refused by name, and no code is run', async () => {
  const layers = [
    { class_name: 'Lambda', config: { name: 'evil', function: ['code', null, null], batch_input_shape: [null, 3] } },
  ];
  const topology = { model_config: { class_name: 'Sequential', config: { name: 'm', layers } } };
  const tfjs = text(
    JSON.stringify({
      format: 'layers-model',
      modelTopology: topology,
      weightsManifest: [{ paths: [], weights: [] }],
    }),
  );
  for (const bytes of [read('lambda.keras'), tfjs]) {
    await expect(importModel(bytes)).rejects.toThrow(/Lambda/);
    const model = await importModel(bytes, { partial: true }).catch((error: unknown) => error);
    if (model instanceof UnrolledError) expect(model.code).toBe('FORMAT');
    else expect(JSON.stringify(model)).toContain('Lambda');
  }
});

it('a model of TensorFlow.js opens no file but those beside it', async () => {
  const asked: string[] = [];
  for (const path of ['../a.bin', '/etc/passwd', 'a/b.bin', 'https://x/y', 'C:x', '.hidden', 'a?b', 7]) {
    const model = { modelTopology: {}, weightsManifest: [{ paths: [path], weights: [] }] };
    const bytes = text(JSON.stringify(model));
    const open = (name: string): Uint8Array => {
      asked.push(name);
      return new Uint8Array();
    };
    await expect(importModel(bytes, { open })).rejects.toThrow(/names of files without folders/);
  }
  expect(asked).toEqual([]);
});
