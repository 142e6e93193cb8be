// Networks of brain.js, both versions, against what brain.js answers (make_brainjs.mjs).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromData, LanguageModel, useBackend } from 'unrolled';
import { exportModel } from '../../src/models/foreign/exportModel.js';
import { importModel } from '../../src/models/foreign/importModel.js';

const FOLDER = join(import.meta.dirname, 'brainjs');
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith('.json') && !name.includes('answers'));

interface Answers {
  tokens?: number[];
  logits?: number[][];
  values?: number[][];
  outputs?: number[][];
}

const answersOf = (name: string): Answers =>
  JSON.parse(readFileSync(join(FOLDER, name.replace('.json', '.answers.json')), 'utf8')) as Answers;

const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(join(FOLDER, name)));

beforeAll(() => useBackend('reference'));

describe('brain.js', () => {
  it('has all kinds in both versions', () => {
    expect(NAMES).toHaveLength(12);
  });

  it.each(NAMES)('computes what brain.js computes: %s', async (name) => {
    const { tokens, logits, values, outputs } = answersOf(name);
    const model = await importModel(bytesOf(name));
    const again = await importModel(model.toBytes());
    for (const one of [model, again]) {
      const x = tokens === undefined ? (values ?? []) : fromData(Int32Array.from(tokens), [tokens.length]);
      const { output } = one.network().forward(x);
      const [expected, found] = [(logits ?? outputs ?? []).flat(), [...output.data()]];
      expect(found).toHaveLength(expected.length);
      const largest = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
      expect(largest).toBeLessThan(2e-6);
    }
  });

  it.each(['RNN-1.json', 'RNN-2.json'])(
    'is a language model that says the same, is saved and generates: %s',
    async (name) => {
      const { tokens = [], logits = [] } = answersOf(name);
      const model = (await importModel(bytesOf(name))).languageModel();
      for (const one of [model, LanguageModel.fromBytes(model.toBytes())]) {
        const session = one.session();
        logits.forEach((row, t) => {
          session.read(Int32Array.of(tokens[t]));
          const probabilities = session.probabilities();
          const sum = row.reduce((total, value) => total + Math.exp(value), 0);
          row.forEach((value, token) => expect(probabilities[token]).toBeCloseTo(Math.exp(value) / sum, 6));
        });
        // A text begins and ends with a token of its own.
        const text = one.generate({ prime: '\u0003ab', length: 40, stop: '\u0003', seed: 3 });
        expect(text).toBe(model.generate({ prime: '\u0003ab', length: 40, stop: '\u0003', seed: 3 }));
        expect(text).not.toContain('\u0003');
      }
    },
  );

  it('of layers of several sizes is a network, and no language model', async () => {
    const model = await importModel(bytesOf('LSTM-2.json'));
    expect(() => model.languageModel()).toThrow(/one cell and size/);
  });

  it('says what it read', async () => {
    const { format, layout, layers, metadata, mapped } = await importModel(bytesOf('LSTM-2.json'));
    expect([format, layout]).toEqual(['brain.js', 'brain.js']);
    expect(layers.map(({ name, kind }) => [name, kind])).toEqual([
      ['input', 'embedding'],
      ['hiddenLayers.0', 'recurrent'],
      ['hiddenLayers.1', 'recurrent'],
      ['outputConnector', 'linear'],
    ]);
    expect(JSON.parse(metadata.characters)).toEqual(['a', 'b', 'c', ...JSON.parse(metadata.characters).slice(3)]);
    const gates = mapped.find(({ name }) => name === 'hiddenLayers.1.0.weight_h');
    expect(gates?.from).toContain('hiddenLayers.1.forgetHidden');
  });

  it('refuses to write what PyTorch has no layer for', async () => {
    const model = await importModel(bytesOf('LSTM-2.json'));
    expect(() => exportModel(model, 'pytorch')).toThrow(/hiddenLayers\.0 \(the cell brain-lstm\)/);
  });

  it.each([
    ['a matrix that is missing', (json: Network) => delete json.hiddenLayers[0].forgetBias, /rows and columns/],
    ['numbers that are missing', (json: Network) => json.hiddenLayers[0].inputHidden.weights.pop(), /numbers in/],
    ['text in place of a number', (json: Network) => (json.output.weights[0] = 'x'), /numbers in output/],
    [
      'another size',
      (json: Network) => (json.hiddenLayers[1].inputMatrix = json.output),
      /hiddenLayers\.1\.\w+ \[\d+, \d+\]/,
    ],
    ['no hidden layers', (json: Network) => (json.hiddenLayers = []), /hiddenLayers/],
    ['a feed-forward network', (json: Network) => (json.type = 'NeuralNetwork'), /received NeuralNetwork/],
    ['rows without end', (json: Network) => (json.output.rows = 1e300), /rows and columns/],
  ])('refuses %s', async (_, spoil, message) => {
    const json = JSON.parse(readFileSync(join(FOLDER, 'LSTM-2.json'), 'utf8')) as Network;
    spoil(json);
    const error: unknown = await importModel(new TextEncoder().encode(JSON.stringify(json))).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'FORMAT', message: expect.stringMatching(message) });
  });
});

interface Matrix {
  rows: number;
  weights: unknown[];
}
interface Network {
  type: string;
  hiddenLayers: Record<string, Matrix>[];
  output: Matrix;
}
