// Files that PyTorch, NumPy and safetensors wrote (make_formats.py), and what their networks gave. With UNROLLED_WRITTEN=FOLDER the files
// that are written here stay there, for `make_formats.py --check FOLDER`.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Embedding,
  GRU,
  LayerNorm,
  Linear,
  LSTM,
  Module,
  Recurrent,
  type RecurrentState,
  type Tensor,
  tensor,
  UnrolledError,
  useBackend,
} from '../../src/node.js';
import { exportModel, importModel, loadWeights, type OpenOptions } from '../../src/convert/index.js';
import { decodeNpy, decodeSafetensors, encodeNpy, encodeSafetensors, openTensors } from '../../src/formats/index.js';
import { ReferenceBackend } from '../../src/backend/reference/reference.js';

const FOLDER = join(import.meta.dirname, 'formats');
const file = (name: string): string => join(FOLDER, name);
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(file(name)));
const KEPT = process.env.UNROLLED_WRITTEN;
const written = KEPT ?? mkdtempSync(join(tmpdir(), 'unrolled-formats-'));
const EXPORT_FORMATS = ['pytorch', 'safetensors', 'npz'] as const;
const ENDINGS = { pytorch: 'pt', safetensors: 'safetensors', npz: 'npz' } as const;

interface Run {
  output: number[];
  state: number[][];
}
interface Case {
  name: string;
  input: number[];
  x: number[];
  initial: number[][];
  state: number[][];
  runs: Record<'zero' | 'given' | 'ragged', Run>;
}
const cases = JSON.parse(readFileSync(file('cases.json'), 'utf8')) as {
  lengths: number[];
  recurrent: Case[];
  tagger: { tokens: number[]; output: number[] };
};

beforeAll(async () => {
  await useBackend(new ReferenceBackend());
  mkdirSync(written, { recursive: true });
});
afterAll(() => {
  if (KEPT === undefined) rmSync(written, { recursive: true });
});

function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

/** PyTorch's states, [layers and directions, N, H] of each, as ours. */
function statesOf({ initial, state }: Case): RecurrentState {
  return Array.from({ length: state[0][0] }, (_, layer) =>
    Object.fromEntries(
      ['h', 'c'].slice(0, initial.length).map((name, s): [string, Tensor] => {
        const [, N, H] = state[s];
        return [name, tensor(initial[s].slice(layer * N * H, (layer + 1) * N * H)).reshape([N, H])];
      }),
    ),
  );
}

function check(rnn: Recurrent, own: Case): void {
  const x = tensor(own.x).reshape(own.input);
  const given = statesOf(own);
  const calls = { zero: {}, given: { state: given }, ragged: { state: given, lengths: cases.lengths } };
  for (const [key, options] of Object.entries(calls)) {
    const result = rnn.forward(x, options);
    const expected = own.runs[key as keyof typeof calls];
    expect(difference(result.output.data(), expected.output), key).toBeLessThan(1e-5);
    ['h', 'c'].slice(0, expected.state.length).forEach((name, s) => {
      const all = result.state.flatMap((layer) => Array.from(layer[name].data()));
      expect(difference(all, expected.state[s]), `${key} ${name}`).toBeLessThan(1e-5);
    });
  }
}

describe.each(cases.recurrent)('$name', (own) => {
  const options = own.name === 'rnn-relu' ? { layers: { '': 'rnn-relu' } as const } : {};

  it('gives what PyTorch gives, and goes back', async () => {
    const model = await importModel(file(`${own.name}.pt`), options);
    expect([model.format, model.layout, model.unmapped]).toEqual(['pytorch', 'PyTorch', []]);
    const rnn = [...model.network().layers.values()][0];
    expect(rnn).toBeInstanceOf(Recurrent);
    if (!(rnn instanceof Recurrent)) return;
    check(rnn, own);
    for (const format of EXPORT_FORMATS) {
      const bytes = exportModel(model, format);
      writeFileSync(join(written, `${own.name}.${ENDINGS[format]}`), bytes);
      const again = await importModel(bytes, options);
      expect(again.layers).toEqual(model.layers);
      // Biases went out as their sums and zeros: the same numbers.
      expect(again.weights).toEqual(model.weights);
      expect(exportModel(rnn, format)).toEqual(bytes);
    }
    const ours = await importModel(model.toBytes());
    expect([ours.layout, ours.layers, ours.weights]).toEqual(['Unrolled', model.layers, model.weights]);
  });
});

/** As in make_formats.py, its parts assigned in another order. */
class Tagger extends Module {
  out = new Linear(6, 5);
  rnn = new Recurrent(GRU, { inputSize: 4, hiddenSize: 3, bidirectional: true });
  norm = new LayerNorm(4);
  embed = new Embedding(9, 4);

  forward(x: Tensor): Tensor {
    return this.out.forward(this.rnn.forward(this.norm.forward(this.embed.forward(x))).output);
  }
}

describe('a tagger', () => {
  const tokens = (): Tensor => tensor(cases.tagger.tokens, { dtype: 'int32' }).reshape([5, 3]);
  const FILES: [string, number][] = [
    ['checkpoint.pt', 1e-5],
    ['parallel.pt', 1e-5],
    ['double.pt', 1e-5],
    ['half.pt', 3e-3],
    ['bfloat16.pt', 3e-2],
    ['tagger.npz', 1e-5],
    ['packed.npz', 1e-5],
  ];

  it.each(FILES)('of %s is a network with the same outputs', async (name, most) => {
    const model = await importModel(file(name));
    expect(model.layers.map(({ kind }) => kind)).toEqual(['embedding', 'layerNorm', 'recurrent', 'linear']);
    expect(difference(model.network().forward(tokens()).output.data(), cases.tagger.output)).toBeLessThan(most);
  });

  it.each([...FILES, ['tagger.safetensors', 1e-5], ['model.safetensors.index.json', 1e-5]] as [string, number][])(
    'of one’s own takes the weights of %s',
    async (name, most) => {
      const net = new Tagger();
      expect(await loadWeights(net, file(name))).toEqual({ missing: [], unexpected: [] });
      expect(difference(net.forward(tokens()).data(), cases.tagger.output)).toBeLessThan(most);
      for (const format of EXPORT_FORMATS) {
        if (name === 'double.pt') writeFileSync(join(written, `tagger.${ENDINGS[format]}`), exportModel(net, format));
      }
    },
  );

  it('of a file that sorts by name has layers, but no order', async () => {
    const model = await importModel(file('tagger.safetensors'));
    expect(model.layers.map(({ name }) => name)).toEqual(['embed', 'norm', 'out', 'rnn']);
    // A norm and a GRU of 4 fit both ways.
    expect(() => model.network()).toThrow(/norm and rnn, of which either may come first/);
  });

  it('takes a part of it, under a prefix', async () => {
    const rnn = new Recurrent(GRU, { inputSize: 4, hiddenSize: 3, bidirectional: true });
    expect(await loadWeights(rnn, file('checkpoint.pt'), { prefix: 'rnn' })).toEqual({ missing: [], unexpected: [] });
    const { weights } = await importModel(file('checkpoint.pt'));
    expect([...(rnn.stateDict()['0.reverse.weight_h'].data as Float32Array)].sort()).toEqual(
      [...(weights['rnn.0.reverse.weight_h'].data as Float32Array)].sort(),
    );
    await expect(
      loadWeights(new Recurrent(LSTM, { inputSize: 4, hiddenSize: 3 }), file('checkpoint.pt'), { prefix: 'rnn' }),
    ).rejects.toThrow(/gate/);
  });

  it('refuses what does not match, and changes nothing', async () => {
    const net = new Linear(6, 5);
    const before = net.stateDict();
    await expect(loadWeights(net, file('checkpoint.pt'))).rejects.toThrow(expect.objectContaining({ code: 'FORMAT' }));
    expect(net.stateDict()).toEqual(before);
    const partial = await loadWeights(net, file('checkpoint.pt'), { partial: true });
    expect(partial.missing).toEqual(['weight', 'bias']);
  });
});

it('what no layer here takes is named, with the reason, and left out with partial', async () => {
  await expect(importModel(file('other.pt'))).rejects.toThrow(/MultiheadAttention/);
  const model = await importModel(file('other.pt'), { partial: true });
  expect(model.layers.map(({ name }) => name)).toEqual(['rnn']);
  expect(Object.fromEntries(model.unmapped.map(({ name, why }) => [name, why]))).toEqual({
    'attention.in_proj_weight': 'MultiheadAttention: there is no such layer here',
    'attention.in_proj_bias': 'MultiheadAttention: there is no such layer here',
    'attention.out_proj.weight': 'MultiheadAttention: there is no such layer here',
    'attention.out_proj.bias': 'MultiheadAttention: there is no such layer here',
    'conv.weight': 'a weight of 3 axes, as of a convolution',
    'conv.bias': 'a weight of 3 axes, as of a convolution',
    'norm.weight': 'BatchNorm: there is no such layer here',
    'norm.bias': 'BatchNorm: there is no such layer here',
    'norm.running_mean': 'BatchNorm: there is no such layer here',
    'norm.running_var': 'BatchNorm: there is no such layer here',
    'norm.num_batches_tracked': 'I64: no weight',
  });
});

it('tensors that share a storage, with other strides', async () => {
  const expected = JSON.parse(readFileSync(file('strided.json'), 'utf8')) as { weight: number[][]; bias: number[] };
  const opened = await openTensors(file('strided.pt'));
  for (const name of ['linear', 'same']) {
    expect((await opened.read(`${name}.weight`)).data).toEqual(Float32Array.from(expected.weight.flat()));
    expect((await opened.read(`${name}.bias`)).data).toEqual(Float32Array.from(expected.bias));
  }
  await opened.close();
});

it.each([
  ['whole.pt', /a whole module of the class torch\.nn\.modules\.rnn\.LSTM/, /torch\.save\(model\.state_dict\(\)/],
  ['legacy.pt', /PyTorch file of the format before 1\.6/, /torch\.save\(torch\.load\(old\), new\)/],
  ['objects.npy', /Python objects/, /run code/],
  ['float8.safetensors', /no weight/, /partial/],
])('%s is named, with what to do', async (name, message, help) => {
  const error: unknown = await importModel(file(name)).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(UnrolledError);
  expect(error).toMatchObject({
    code: 'FORMAT',
    message: expect.stringMatching(message),
    help: expect.stringMatching(help),
  });
});

it.each(readdirSync(FOLDER).filter((name) => /-[CF]\.npy$/.test(name)))('%s', (name) => {
  const array = decodeNpy(bytesOf(name), name);
  expect(array.shape).toEqual([2, 3]);
  const half = array.dtype === 'F16' ? [0, 0x3c00, 0x4000, 0x4200, 0x4400, 0x4500] : null;
  const expected = name.startsWith('bool') ? [0, 1, 0, 1, 0, 1] : (half ?? [0, 1, 2, 3, 4, 5]);
  expect(Array.from(array.data as ArrayLike<number>, Number)).toEqual(expected);
  const bytes = encodeNpy(array);
  writeFileSync(join(written, name), bytes);
  // Rows first and little-endian, as NumPy itself writes.
  if (/^[^b].*-C/.test(name)) expect(bytes).toEqual(bytesOf(name));
});

it('safetensors of every type round-trips byte for byte', () => {
  const bytes = bytesOf('types.safetensors');
  const { tensors, metadata } = decodeSafetensors(bytes, 'types');
  const again = encodeSafetensors(
    [...tensors].reverse().map(([name, own]) => ({ name, ...own })),
    metadata,
  );
  writeFileSync(join(written, 'types.safetensors'), again);
  expect(again).toEqual(bytes);
});

describe('by range', () => {
  /** A source that counts. */
  function counted(name: string): { source: Parameters<typeof openTensors>[0]; read(): number } {
    const bytes = bytesOf(name);
    let read = 0;
    return {
      read: () => read,
      source: {
        name,
        size: bytes.length,
        read: async (offset: number, length: number) => {
          expect(offset + length).toBeLessThanOrEqual(bytes.length);
          read += length;
          return bytes.slice(offset, offset + length);
        },
      },
    };
  }

  it('reads the header and one tensor of safetensors', async () => {
    const { source, read } = counted('tagger.safetensors');
    const opened = await openTensors(source);
    const { data } = await opened.read('out.bias');
    expect(data.length).toBe(5);
    const header = Number(new DataView(bytesOf('tagger.safetensors').buffer).getBigUint64(0, true));
    expect(read()).toBeLessThanOrEqual(512 + 9 + header + 20);
  });

  it('opens the parts that an index names, and no others', async () => {
    const asked: string[] = [];
    const options: OpenOptions = {
      open(name) {
        asked.push(name);
        return file(name);
      },
    };
    const opened = await openTensors(bytesOf('model.safetensors.index.json'), options);
    expect(opened.entries.size).toBe(13);
    expect(asked.sort()).toEqual(['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']);
    await opened.close();
    for (const name of ['../a.safetensors', '/etc/passwd', 'a/b', 'C:x', '.hidden']) {
      const index = new TextEncoder().encode(JSON.stringify({ weight_map: { w: name } }));
      await expect(openTensors(index, options)).rejects.toThrow(/names of files without folders/);
    }
    expect(asked).toHaveLength(2);
  });
});
