// Matrices in int8 and half floats: the file, what computes with it, and what is refused.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { CELLS, Embedding, GRU, Linear, Module, Recurrent, useBackend } from '../src/node.js';
import { LanguageModel } from '../src/models/language/languageModel.js';
import { textOf } from '../src/models/language/textGenerator.js';
import { noGrad } from '../src/autograd/tape.js';
import { SGD } from '../src/optim/sgd.js';
import { randn } from '../src/tensor/create.js';
import { Philox } from '../src/tensor/philox.js';
import { Corpus } from '../src/text/corpus.js';
import { decodeLabels, loadStored, weightTensors } from '../src/weights/files.js';
import type { StoredParameter } from '../src/weights/labels.js';
import { fromHalf, toBrain, toHalf } from '../src/weights/numbers.js';
import { quantize } from '../src/formats/quantize.js';
import { decodeSafetensors, encodeSafetensors } from '../src/formats/safetensors.js';

const TEXT = 'Call me Ishmael. Some years ago, never mind how long precisely, having little or no money in my purse. ';
const CORPUS = Corpus.fromText(TEXT.repeat(4));

function modelOf(more: object = {}): LanguageModel {
  const config = { cell: 'lstm', hiddenSize: 24, numLayers: 2, embeddingSize: 0, dropout: 0, seed: 1, ...more };
  return new LanguageModel(config, textOf(CORPUS, {}));
}

const opened = (bytes: Uint8Array): LanguageModel => LanguageModel.fromBytes(bytes);
const code = (expected: string, message: RegExp): unknown =>
  expect.objectContaining({ code: expected, message: expect.stringMatching(message) });

beforeAll(() => useBackend('reference'));
afterAll(() => useBackend('reference'));

describe('a model in int8', () => {
  it('is read and written again byte for byte, and is about a quarter', () => {
    const model = modelOf({ hiddenSize: 128 });
    const bytes = quantize(model.toBytes(), 'int8');
    expect(opened(bytes).toBytes()).toEqual(bytes);
    expect(bytes.length / model.toBytes().length).toBeLessThan(0.28);
    const { metadata, tensors } = decodeSafetensors(bytes);
    expect(metadata.format).toBe('unrolled-3');
    expect(tensors.get('rnn.0.weight_h')?.dtype).toBe('I8');
    expect(tensors.get('scale:rnn.0.weight_h')?.shape).toEqual([512]);
    expect(tensors.get('rnn.0.bias')?.dtype).toBe('F32');
  });

  it('is wide again within half a step of each weight, and quantizes to the same bytes', () => {
    const model = modelOf({ embeddingSize: 20 });
    const bytes = quantize(model.toBytes(), 'int8');
    const wide = quantize(bytes, 'f32');
    expect(decodeSafetensors(wide).metadata.format).toBe('unrolled-2');
    expect(decodeSafetensors(wide).tensors.has('scale:rnn.0.weight_h')).toBe(false);
    const again = opened(wide).network.stateDict();
    const small = opened(bytes).network.stateDict();
    for (const [name, { data, shape }] of Object.entries(model.network.stateDict())) {
      const { scale } = small[name];
      for (let i = 0; i < data.length; i++) {
        const columns = shape[shape.length - 1];
        const place = scale?.axis === 0 ? Math.floor(i / columns) : i % columns;
        const step = scale === undefined ? 0 : scale.factors[place];
        expect(Math.abs(again[name].data[i] - data[i])).toBeLessThanOrEqual(step / 2 + 1e-6);
      }
    }
    expect(small['embedding.weight'].scale?.axis).toBe(0);
    expect(quantize(bytes, 'int8')).toEqual(bytes);
  });

  it.each([
    ['tokens', {}],
    ['an embedding', { embeddingSize: 20 }],
    ['a tied embedding', { embeddingSize: 24, tied: true }],
    ['a GRU', { cell: 'gru' }],
  ])('of %s answers as its wide weights do, on every backend the same', async (_, config) => {
    await useBackend('reference');
    const bytes = quantize(modelOf(config).toBytes(), 'int8');
    const wide = opened(quantize(bytes, 'f32')).evaluate(TEXT).loss;
    const losses: number[] = [];
    const texts = new Set<string>();
    for (const name of ['reference', 'wasm', 'native'] as const) {
      if ((await useBackend(name).catch(() => null)) === null) continue;
      const model = opened(bytes);
      losses.push(model.evaluate(TEXT).loss);
      texts.add(model.generate({ prime: 'Call', length: 60, seed: 3 }));
    }
    expect(texts.size).toBe(1);
    expect(losses.length).toBeGreaterThan(1);
    for (const loss of losses) expect(Math.abs(loss / wide - 1)).toBeLessThan(1e-4);
  });

  it.each(Object.keys(CELLS))('runs the cell %s as with its wide weights, ragged and both ways', async (name) => {
    await useBackend('reference');
    const cell = CELLS[name as keyof typeof CELLS];
    const options = { inputSize: 32, hiddenSize: 32, bidirectional: true, rng: new Philox(2) };
    const rnn = new Recurrent(cell, options).eval();
    const bytes = quantize(await rnn.toBytes(), 'int8');
    const [small, wide] = [new Recurrent(cell, options).eval(), new Recurrent(cell, options).eval()];
    loadBytes(small, bytes);
    loadBytes(wide, quantize(bytes, 'f32'));
    const x = randn([5, 3, 32], new Philox(3));
    const [a, b] = [small, wide].map((one) => noGrad(() => one.forward(x, { lengths: [5, 2, 1] }).output.data()));
    a.forEach((value, i) => expect(value).toBeCloseTo(b[i], 3));
  });

  it('is not trained: an optimizer refuses it, until float32 comes', async () => {
    const layer = new Linear(16, 16);
    const floats = layer.stateDict();
    loadBytes(layer, quantize(await layer.toBytes(), 'int8'));
    expect(layer.stateDict().weight.dtype).toBe('int8');
    expect(() => new SGD(layer.parameters(), 1)).toThrow(code('OPTION', /weights of int8 at index 0/));
    // A gradient goes through it all the same.
    const x = randn([2, 16]);
    x.requiresGrad = true;
    layer.forward(x).sum().backward();
    expect(x.grad?.shape).toEqual([2, 16]);
    layer.loadStateDict(floats);
    expect(layer.stateDict().weight).toEqual(floats.weight);
    expect(layer.weight.requiresGrad).toBe(true);
    expect(new SGD(layer.parameters(), 1).parameters).toHaveLength(2);
  });

  it('takes columns of gates in whatever order, each with its scale', async () => {
    const rnn = new Recurrent(GRU, { inputSize: 16, hiddenSize: 16 });
    loadBytes(rnn, quantize(await rnn.toBytes(), 'int8'));
    const before = rnn.stateDict();
    const turned = Object.fromEntries(
      Object.entries(before).map(([name, own]) => [name, own.dtype === 'int8' ? firstBlockLast(own) : own]),
    );
    expect(turned['0.weight_h'].data).not.toEqual(before['0.weight_h'].data);
    const other = new Recurrent(GRU, { inputSize: 16, hiddenSize: 16 });
    other.loadStateDict(turned);
    expect(other.stateDict()).toEqual(before);
  });

  it('is refused where its scales cannot be', async () => {
    const bytes = quantize(await new Linear(16, 16).toBytes(), 'int8');
    const load = (change: (factors: Float32Array) => Float32Array | null): void => {
      const { tensors, metadata } = decodeSafetensors(bytes);
      const list = [...tensors].flatMap(([name, tensor]) => {
        if (name !== 'scale:weight') return [{ name, ...tensor }];
        const data = change(tensor.data as Float32Array);
        return data === null ? [] : [{ name, ...tensor, shape: [data.length], data }];
      });
      loadBytes(new Linear(16, 16), encodeSafetensors(list, metadata));
    };
    const first = (value: number) => (factors: Float32Array) => factors.fill(value, 0, 1);
    expect(() => load((factors) => factors)).not.toThrow();
    expect(() => load(first(NaN))).toThrow(code('FORMAT', /scale of weight, received NaN at 0/));
    expect(() => load(first(-1))).toThrow(code('FORMAT', /scale of weight, received -1 at 0/));
    expect(() => load(first(Infinity))).toThrow(code('FORMAT', /scale of weight, received Infinity at 0/));
    expect(() => load((factors) => factors.subarray(1))).toThrow(
      code('FORMAT', /received 15 for axis 1 of \[16, 16\]/),
    );
    expect(() => load(() => null)).toThrow(code('FORMAT', /a scale for the weights of int8 "weight"/));
  });
});

describe('quantize', () => {
  it('stores half floats, which are float32 once loaded', () => {
    const model = modelOf({ hiddenSize: 64 });
    for (const [dtype, digits] of [
      ['f16', 2 ** -11],
      ['bf16', 2 ** -8],
    ] as const) {
      const bytes = quantize(model.toBytes(), dtype);
      expect(bytes.length / model.toBytes().length).toBeLessThan(0.54);
      expect(decodeSafetensors(bytes).metadata.format).toBe('unrolled-2');
      const read = opened(bytes).network.stateDict();
      for (const [name, { data }] of Object.entries(model.network.stateDict())) {
        expect(read[name].dtype).toBe('float32');
        for (let i = 0; i < data.length; i++)
          expect(Math.abs(read[name].data[i] - data[i])).toBeLessThanOrEqual(Math.abs(data[i]) * digits + 1e-7);
      }
    }
  });

  it('rounds to the nearest half float: every pattern is its own, ties go to the even one', () => {
    for (let pattern = 0; pattern < 0x7c00; pattern++) {
      expect(toHalf(fromHalf(pattern))).toBe(pattern);
      const between = (fromHalf(pattern) + fromHalf(pattern + 1)) / 2;
      if (pattern + 1 < 0x7c00) expect(toHalf(between)).toBe(pattern + (pattern & 1));
    }
    expect([1e6, -1e6, -0, 65519, 65520].map(toHalf)).toEqual([0x7c00, 0xfc00, 0x8000, 0x7bff, 0x7c00]);
    expect([1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, -3e38].map(toBrain)).toEqual([0x3f80, 0x3f80, 0x3f82, 0xff62]);
  });

  it('says what it cannot take', async () => {
    const large = new Linear(16, 16);
    large.weight.set(new Float32Array(256).fill(1e5));
    const bytes = await large.toBytes();
    expect(() => quantize(bytes, 'f16')).toThrow(code('FORMAT', /F16 can hold in the model, received 100000/));
    expect(() => quantize(encodeSafetensors([], { format: 'pt' }), 'int8')).toThrow(
      code('FORMAT', /received a safetensors file of pt/),
    );
    expect(() => quantize(modelOf().toBytes(), 'int4' as 'int8')).toThrow(code('OPTION', /int4/));
    const { metadata, tensors } = decodeSafetensors(modelOf().toBytes());
    const checkpoint = encodeSafetensors(
      [...tensors].map(([name, t]) => ({ name, ...t })),
      { ...metadata, checkpoint: '{}' },
    );
    expect(() => quantize(checkpoint, 'int8')).toThrow(code('UNSUPPORTED', /a finished model/));
  });

  it('leaves small matrices and vectors as they are', async () => {
    class Net extends Module {
      embed = new Embedding(40, 8);
      out = new Linear(8, 40);
    }
    const net = new Net();
    expect(quantize(await net.toBytes(), 'int8')).toEqual(await net.toBytes());
  });
});

function loadBytes(module: Module, bytes: Uint8Array): void {
  const { tensors, metadata } = decodeSafetensors(bytes);
  loadStored(module, weightTensors(tensors), decodeLabels(metadata.weights));
}

/** The same weights with the columns of the first gate after the others. */
function firstBlockLast(given: StoredParameter): StoredParameter {
  const { blocks, shape, data, scale } = given;
  const [rows, columns] = shape;
  const { width } = blocks[0];
  const turn = (list: ArrayLike<number>): number[] => [
    ...Array.from(list).slice(width),
    ...Array.from(list).slice(0, width),
  ];
  const turned = Array.from({ length: rows }, (_, r) => turn(Array.from(data).slice(r * columns, (r + 1) * columns)));
  return {
    ...given,
    blocks: [...blocks.slice(1), blocks[0]],
    data: Int8Array.from(turned.flat()),
    scale: { axis: 1, factors: Float32Array.from(turn(scale?.factors ?? [])) },
  };
}
