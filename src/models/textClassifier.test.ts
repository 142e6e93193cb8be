// A classifier learns, measures, is one file, goes on where it stopped, and says what is wrong with its rows.
import { beforeAll, describe, expect, it } from 'vitest';
import '../autograd/methods.js';
import { useBackend } from '../backend/choose.js';
import { decodeSafetensors } from '../formats/safetensors.js';
import { loadLanguageModel } from './load.js';
import { type ClassifierOptions, type LabelledText, TextClassifier } from './textClassifier.js';

const WORDS = ['the', 'a', 'film', 'plot', 'actor', 'scene', 'was', 'is', 'very', 'and'];
/** Rows whose label is that of the last good or bad word, so that order counts. */
const rows = (count: number, start = 0): LabelledText[] =>
  Array.from({ length: count }, (_, n) => {
    const i = n + start;
    const filler = Array.from({ length: 3 + (i % 9) }, (_, k) => WORDS[(i * 7 + k * 3) % WORDS.length]);
    const first = (i >> 1) % 2 === 0 ? 'good' : 'bad';
    const last = i % 2 === 0 ? 'good' : 'bad';
    return {
      text: [first, ...filler, last, 'The', 'END.'].join(' '),
      label: last === 'good' ? 'positive' : 'negative',
    };
  });

const SMALL: ClassifierOptions = { hiddenSize: 16, embeddingSize: 8, batchSize: 16, lowercase: true, seed: 2, pooling: 'last', bidirectional: false }; // prettier-ignore

beforeAll(async () => {
  await useBackend('reference');
});

describe('TextClassifier', () => {
  it.each(['last', 'mean', 'max'] as const)(
    'learns with the pooling %s, and is the same from its file',
    async (pooling) => {
      const model = await TextClassifier.fit(rows(240), { ...SMALL, pooling, bidirectional: pooling !== 'last', dropout: 0, epochs: 9, learningRate: 0.015 }); // prettier-ignore
      const metrics = model.evaluate(rows(60, 1000));
      expect(metrics).toMatchObject({ accuracy: 1, macroF1: 1, rows: 60, confusion: [[30, 0], [0, 30]] }); // prettier-ignore
      const loaded = TextClassifier.fromBytes(model.toBytes(), 'memory');
      expect(loaded.evaluate(rows(60, 1000))).toEqual(metrics);
      const texts = ['bad the film was good the end.', 'Good a plot bad THE END.', ''];
      const predicted = loaded.predict(texts);
      expect(predicted.slice(0, 2).map(({ label }) => label)).toEqual(['positive', 'negative']);
      for (const { label, probability, probabilities } of predicted) {
        expect(probabilities[label]).toBe(probability);
        expect(Object.values(probabilities).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
        expect(Object.keys(probabilities)).toEqual(['negative', 'positive']);
      }
      expect(model.predict(texts)).toEqual(predicted);
    },
  );

  it('tells more than two labels apart, and reads an asynchronous stream', async () => {
    const many = ['red', 'green', 'blue'].flatMap((label) =>
      Array.from({ length: 40 }, (_, i) => ({ text: `${WORDS[i % 10]} ${label} ${WORDS[(i * 3) % 10]}`, label })),
    );
    const model = await TextClassifier.fit(many, { ...SMALL, dropout: 0, epochs: 20, learningRate: 0.01 });
    expect(model.config.labels).toEqual(['blue', 'green', 'red']);
    async function* stream() {
      yield 'a green film';
      yield 'the red plot';
    }
    const labels: string[] = [];
    for await (const { label } of model.predict(stream())) labels.push(label);
    expect(labels).toEqual(['green', 'red']);
  });

  it('goes on where it stopped, bit for bit', async () => {
    const options = { ...SMALL, dropout: 0.3, epochs: 3, validations: 2 };
    const whole = await TextClassifier.fit(rows(200), options);
    const stop = new AbortController();
    const saved: Uint8Array[] = [];
    const half = await TextClassifier.fit(rows(200), {
      ...options,
      signal: stop.signal,
      checkpoint: { everySeconds: 1e9, save: (bytes) => void saved.push(bytes) },
      onProgress: ({ step }) => step === 17 && stop.abort(),
    });
    expect(half.training?.reason).toBe('aborted');
    const resumed = await TextClassifier.fit(rows(200), { resume: saved[0] });
    const weights = (model: TextClassifier) =>
      [...decodeSafetensors(model.toBytes(), 'memory').tensors].map(([name, t]) => [
        name,
        [...(t.data as Float32Array)],
      ]);
    expect(weights(resumed)).toEqual(weights(whole));
    expect(resumed.training?.validation).toEqual(
      whole.training?.validation.map((v) => ({ ...v, seconds: expect.any(Number) })),
    );
  });

  it('starts from vectors, the unknown word from zero', async () => {
    const vectors = { size: 4, vectors: new Map([['film', Float32Array.of(1, 2, 3, 4)]]) };
    const model = await TextClassifier.fit(rows(20), { ...SMALL, embeddingSize: undefined, vectors, epochs: 0.01, learningRate: 1e-9 }); // prettier-ignore
    const at = (word: string): number[] => {
      const index = model.text.vocabulary.index(word);
      return [...model.network.embedding.weight.data().slice(index * 4, index * 4 + 4)];
    };
    expect(model.config.embeddingSize).toBe(4);
    at('film').forEach((value, i) => expect(value).toBeCloseTo(i + 1, 5));
    at('nowhere').forEach((value) => expect(value).toBeCloseTo(0, 5));
    await expect(TextClassifier.fit(rows(20), { ...SMALL, vectors })).rejects.toThrow(/vectors of size 8, received 4/);
  });

  it('says what is wrong with its rows', async () => {
    await expect(TextClassifier.fit([])).rejects.toThrow(expect.objectContaining({ code: 'EMPTY' }));
    await expect(TextClassifier.fit(rows(4).map((row) => ({ ...row, label: 'x' })))).rejects.toThrow(
      /received only "x"/,
    );
    const model = await TextClassifier.fit(rows(20), { ...SMALL, epochs: 0.1 });
    expect(() => model.evaluate([{ text: 'a', label: 'neutral' }])).toThrow(
      /label of negative, positive, received "neutral" in row 1/,
    );
    expect(() => model.evaluate([])).toThrow(expect.objectContaining({ code: 'EMPTY' }));
    const file = model.toBytes();
    expect(() => loadLanguageModel(file, 'f')).toThrow(/of kind classify/);
    expect(() => TextClassifier.fromBytes(file.slice(0, 200), 'cut')).toThrow(
      expect.objectContaining({ code: 'FORMAT' }),
    );
  });
});
