// Checkpoints of char-rnn and torch-rnn, against what their published equations answer (make_torch7.py).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Embedding, fromData, GRU, LanguageModel, Linear, LSTM, Recurrent, useBackend } from 'unrolled';
import { exportModel } from '../../src/models/foreign/exportModel.js';
import { importModel } from '../../src/models/foreign/importModel.js';
import { placesOf } from '../../src/models/foreign/languageModelOf.js';

const FOLDER = join(import.meta.dirname, 'torch7');
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith('.t7'));

interface Answers {
  tokens: number[];
  characters: (string | number)[];
  logits?: number[][];
  logProbabilities?: number[][];
}

const answersOf = (name: string): Answers =>
  JSON.parse(readFileSync(join(FOLDER, name.replace('.t7', '.json')), 'utf8')) as Answers;
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(join(FOLDER, name)));

/** Rows of logits as logarithms of probabilities. */
function logSoftmax(rows: readonly number[][]): number[][] {
  return rows.map((row) => {
    const sum = Math.log(row.reduce((total, value) => total + Math.exp(value), 0));
    return row.map((value) => value - sum);
  });
}

/** The file with the first of some bytes, as text, in place of others of the same length. */
function replaced(name: string, from: string, to: string): Uint8Array {
  const text = Buffer.from(bytesOf(name)).toString('latin1');
  expect(text.includes(from)).toBe(true);
  return new Uint8Array(Buffer.from(text.replace(from, to), 'latin1'));
}

beforeAll(() => useBackend('reference'));

describe('Torch 7', () => {
  it('has all models of both projects', () => {
    expect(NAMES).toEqual(['char-gru.t7', 'char-lstm.t7', 'char-rnn.t7', 'torch-lstm.t7', 'torch-rnn.t7']);
  });

  it.each(NAMES)('is a language model that says the same, is saved and generates: %s', async (name) => {
    const { tokens, characters, logits, logProbabilities = [] } = answersOf(name);
    const model = (await importModel(bytesOf(name))).languageModel();
    const places = placesOf(JSON.stringify(characters));
    const expected = logits === undefined ? logProbabilities : logSoftmax(logits);
    for (const one of [model, LanguageModel.fromBytes(model.toBytes())]) {
      const session = one.session();
      expected.forEach((row, t) => {
        session.read(Int32Array.of(places[tokens[t]]));
        const probabilities = session.probabilities();
        row.forEach((value, token) => expect(Math.log(probabilities[places[token]])).toBeCloseTo(value, 5));
        expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      });
      expect(one.generate({ length: 30 })).toBe(model.generate({ length: 30 }));
    }
  });

  it.each(NAMES)('computes what the published equations say: %s', async (name) => {
    const { tokens, characters, logits, logProbabilities = [] } = answersOf(name);
    const model = await importModel(bytesOf(name));
    expect(JSON.parse(model.metadata.characters)).toEqual(characters);
    const again = await importModel(model.toBytes());
    for (const one of [model, again]) {
      const { output } = one.network().forward(fromData(Int32Array.from(tokens), [tokens.length]));
      const V = characters.length;
      const rows = tokens.map((_, t) => [...output.data().slice(t * V, (t + 1) * V)]);
      const found = (logits === undefined ? logSoftmax(rows) : rows).flat();
      const expected = (logits ?? logProbabilities).flat();
      expect(found).toHaveLength(expected.length);
      const largest = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
      expect(largest).toBeLessThan(2e-6);
    }
  });

  it('says what it read', async () => {
    const { format, layout, layers, metadata, mapped } = await importModel(bytesOf('char-gru.t7'));
    expect([format, layout, metadata.model]).toEqual(['torch7', 'char-rnn', 'gru']);
    expect(layers).toMatchObject([
      { kind: 'embedding', count: 5, size: 5 },
      { kind: 'recurrent', cell: 'gru-reset-before', inputSize: 5, hiddenSize: 5, numLayers: 2 },
      { kind: 'linear', inputSize: 5, outputSize: 5 },
    ]);
    const bias = mapped.find(({ name }) => name === 'rnn.1.bias');
    expect(bias?.from).toContain('layer2.update.i2h.bias');
    expect(bias?.from).toContain('layer2.update.h2h.bias');
  });

  it('gives an LSTM that goes on to PyTorch', async () => {
    const model = await importModel(bytesOf('char-lstm.t7'));
    const again = await importModel(exportModel(model, 'pytorch'));
    const x = fromData(Int32Array.from([1, 4, 0]), [3]);
    const [first, second] = [model, again].map((one) => [...one.network().forward(x).output.data()]);
    expect(second).toHaveLength(first.length);
    second.forEach((value, i) => expect(value).toBeCloseTo(first[i], 5));
  });

  it.each([
    ['another model', 'char-lstm.t7', 'lstm', 'gpt2', /lstm, gru or rnn[^]*gpt2/],
    [
      'a model that its graph is not',
      'char-rnn.t7',
      'model\x02\0\0\0\x03\0\0\0rnn',
      'model\x02\0\0\0\x03\0\0\0gru',
      /candidate and two gates/,
    ],
    ['a layer of another kind', 'torch-lstm.t7', 'nn.Dropout', 'nn.Dropin_', /received nn\.Dropin_/],
    ['another class of tensors', 'char-rnn.t7', 'DoubleTensor', 'TripleTensor', /TripleTensor/],
    ['no vocabulary', 'char-rnn.t7', 'vocab', 'vicab', /\[0, 3\]/],
    ['a checkpoint of something else', 'char-rnn.t7', 'protos', 'photos', /a table of i, photos, vocab/],
  ])('refuses %s', async (_, name, from, to, message) => {
    const error: unknown = await importModel(replaced(name, from, to)).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'FORMAT', message: expect.stringMatching(message) });
  });
});

describe('a network of other toolkits as a language model', () => {
  const letters = [...'abcdefg'];
  const files = (parts: Parameters<typeof exportModel>[0]): Uint8Array => exportModel(parts, 'pytorch');

  it('takes the vocabulary that it is given, and goes on learning', async () => {
    const parts = [
      new Embedding(7, 3),
      new Recurrent(GRU, { inputSize: 3, hiddenSize: 4, numLayers: 2 }),
      new Linear(4, 7),
    ];
    const file = await importModel(files(parts));
    const model = file.languageModel({ vocabulary: letters });
    const tokens = Int32Array.of(0, 3, 6);
    const { output } = file.network().forward(fromData(tokens, [3, 1]));
    const row = [...output.data().slice(14)].map(Math.exp);
    const sum = row.reduce((a, b) => a + b);
    model.predict('adg')[0].probabilities.forEach((p, i) => expect(p).toBeCloseTo(row[i] / sum, 5));
    expect(model.generate({ prime: 'abc', length: 9 })).toMatch(/^[a-g]{9}$/);
    expect(() => file.languageModel()).toThrow(expect.objectContaining({ code: 'OPTION' }));
    expect(() => file.languageModel({ vocabulary: letters.slice(1) })).toThrow(/a vocabulary of 7 tokens/);
    expect(() => file.languageModel({ vocabulary: [...'abcdefa'] })).toThrow(/tokens that differ/);
  });

  it.each([
    ['one-hot tokens', () => [new Recurrent(LSTM, { inputSize: 7, hiddenSize: 4 }), new Linear(4, 7)]],
    [
      'layers by themselves, and a projection',
      () => [
        new Embedding(7, 3),
        new Recurrent('lstm-projection', { inputSize: 3, hiddenSize: 4, projSize: 2 }),
        new Recurrent('lstm-projection', { inputSize: 2, hiddenSize: 4, projSize: 2 }),
        new Linear(2, 7),
      ],
    ],
  ] as const)('reads %s, and words', async (_, made) => {
    const file = await importModel(files(made() as unknown as Parameters<typeof exportModel>[0]));
    const words = ['<unk>', 'the', 'cat', 'sat', 'on', 'a', 'mat'];
    const model = file.languageModel({ vocabulary: words, tokens: 'word' });
    const text = 'the cat sat on a dog';
    const tokens = Int32Array.of(1, 2, 3, 4, 5, 0);
    const hot = Float32Array.from({ length: 42 }, (_, k) => Number(tokens[Math.floor(k / 7)] === k % 7));
    const isHot = file.layers[0].kind === 'recurrent';
    const { output } = file.network().forward(isHot ? fromData(hot, [6, 1, 7]) : fromData(tokens, [6, 1]));
    const row = [...output.data().slice(35)].map(Math.exp);
    const sum = row.reduce((a, b) => a + b);
    model.predict(text)[0].probabilities.forEach((p, k) => expect(p).toBeCloseTo(row[k] / sum, 5));
    expect(LanguageModel.fromBytes(model.toBytes()).evaluate(text)).toEqual(model.evaluate(text));
  });

  it('refuses layers that are none', async () => {
    const both = new Recurrent(GRU, { inputSize: 3, hiddenSize: 4, bidirectional: true });
    const file = await importModel(files([new Embedding(7, 3), both, new Linear(8, 7)]));
    const error = expect.objectContaining({ code: 'UNSUPPORTED', message: expect.stringContaining('step by step') });
    expect(() => file.languageModel({ vocabulary: letters })).toThrow(error);
    const other = await importModel(files([new Embedding(6, 3), new Linear(3, 7)]));
    expect(() => other.languageModel({ vocabulary: letters })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED' }),
    );
  });
});
