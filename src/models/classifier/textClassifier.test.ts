// A classifier learns, measures, is one file, goes on where it stopped, and says what is wrong with its rows.
import { beforeAll, describe, expect, it } from 'vitest';
import '../../autograd/methods.js';
import { useBackend } from '../../backend/choose.js';
import { decodeSafetensors } from '../../formats/safetensors.js';
import { Philox } from '../../tensor/philox.js';
import { exportOnnx } from '../exportOnnx.js';
import type { StartEvent } from '../options.js';
import { loadLanguageModel } from '../tasks.js';
import type { ClassifierNetwork } from './classifierNetwork.js';
import type { Pooling } from './poolings.js';
import { TextClassifier } from './textClassifier.js';
import type { ClassifierOptions, LabelledText } from './options.js';
import { fromData } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Vocabulary } from '../../text/vocabulary.js';

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

const SMALL: ClassifierOptions = {
  hiddenSize: 16,
  embeddingSize: 8,
  batchSize: 16,
  lowercase: true,
  seed: 2,
  pooling: 'last',
  bidirectional: false,
};

function parameterOf(network: ClassifierNetwork, wanted: string): Tensor {
  const found = [...network.namedParameters()].find(([name]) => name === wanted);
  if (!found) throw new Error(`no parameter ${wanted}`);
  return found[1];
}

beforeAll(async () => {
  await useBackend('reference');
});

describe('TextClassifier', () => {
  it.each(['last', 'mean', 'max'] as const)(
    'learns with the pooling %s, and is the same from its file',
    async (pooling) => {
      const model = await TextClassifier.fit(rows(240), {
        ...SMALL,
        pooling,
        bidirectional: pooling !== 'last',
        dropout: 0,
        epochs: 9,
        learningRate: 0.015,
      });
      const metrics = model.evaluate(rows(60, 1000));
      expect(metrics).toMatchObject({
        accuracy: 1,
        macroF1: 1,
        rows: 60,
        confusion: [
          [30, 0],
          [0, 30],
        ],
      });
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

  it('is no model, and no checkpoint, where the last step ran away', async () => {
    const saved: Uint8Array[] = [];
    const options = {
      ...SMALL,
      batchSize: 20,
      validation: 0,
      optimizer: 'sgd',
      learningRate: 1e45,
      clipNorm: 0,
    } as const;
    const checkpoint = { everySeconds: 0, save: (bytes: Uint8Array) => void saved.push(bytes) };
    const code = expect.objectContaining({ code: 'NON_FINITE', message: expect.stringContaining('parameter') });
    await expect(TextClassifier.fit(rows(20), { ...options, epochs: 1 })).rejects.toThrow(code);
    await expect(TextClassifier.fit(rows(20), { ...options, epochs: 2, checkpoint })).rejects.toThrow(code);
    expect(saved).toEqual([]);
  });

  it.each([1, 3, 30])('reaches the learning rate after a warm-up, in %d minibatches', async (steps) => {
    const rates: number[] = [];
    await TextClassifier.fit(rows(20), {
      ...{ ...SMALL, batchSize: 20, epochs: steps, validation: 0, learningRate: 0.01, schedule: 'warmup-cosine' },
      onProgress: ({ learningRate }) => void rates.push(learningRate),
    });
    expect(rates).toHaveLength(steps);
    expect(Math.max(...rates)).toBeGreaterThan(0.0097);
    expect(rates[0]).toBeCloseTo(steps === 30 ? 0.01 / 3 : 0.01, 6);
  });

  it('goes on where it stopped, bit for bit', async () => {
    const options = { ...SMALL, dropout: 0.3, wordDropout: 0.2, epochs: 3, validations: 2, schedule: 'warmup-cosine' };
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
    const model = await TextClassifier.fit(rows(20), {
      ...SMALL,
      embeddingSize: undefined,
      vectors,
      epochs: 0.01,
      learningRate: 1e-9,
    });
    const at = (word: string): number[] => {
      const index = model.text.vocabulary.index(word);
      return [...model.network.embedding.weight.data().slice(index * 4, index * 4 + 4)];
    };
    expect(model.config.embeddingSize).toBe(4);
    at('film').forEach((value, i) => expect(value).toBeCloseTo(i + 1, 5));
    at('nowhere').forEach((value) => expect(value).toBeCloseTo(0, 5));
    await expect(TextClassifier.fit(rows(20), { ...SMALL, vectors })).rejects.toThrow(/vectors of size 8, received 4/);
  });

  it('puts poolings side by side in their order', () => {
    const text = { settings: { tokens: 'word' as const }, vocabulary: Vocabulary.fromTokens(WORDS) };
    const config = {
      cell: 'gru',
      hiddenSize: 3,
      numLayers: 1,
      dropout: 0,
      embeddingSize: 4,
      bidirectional: true,
      labels: ['a', 'b'],
      seed: 1,
    };
    const made = (pooling: Pooling) => new TextClassifier({ ...config, pooling }, text).network;
    const tokens = fromData(Int32Array.of(1, 2, 3, 4, 5, 0), [3, 2], { dtype: 'int32' });
    const lengths = Int32Array.of(3, 2);
    const all = made('last-mean-max');
    const weight = (network: ClassifierNetwork) => parameterOf(network, 'decoder.weight');
    const bias = parameterOf(all, 'decoder.bias').item();
    // The scores are sums over what stands side by side, less the biases that are counted too often.
    const parts = (['last', 'mean', 'max'] as const).map((pooling, i) => {
      const one = made(pooling);
      for (const [name, t] of one.namedParameters())
        if (!name.startsWith('decoder')) t.set(parameterOf(all, name).data());
      weight(one).set(
        weight(all)
          .data()
          .slice(6 * i, 6 * i + 6),
      );
      parameterOf(one, 'decoder.bias').set([bias]);
      return one.forward(tokens, lengths).data();
    });
    all
      .forward(tokens, lengths)
      .data()
      .forEach((value, n) => {
        expect(value).toBeCloseTo(parts[0][n] + parts[1][n] + parts[2][n] - 2 * bias, 5);
      });
  });

  it('drops words while training only, and goes on with the same draws', async () => {
    const options = { ...SMALL, dropout: 0, epochs: 2 };
    const fit = async (more: ClassifierOptions) =>
      (await TextClassifier.fit(rows(64), { ...options, ...more })).toBytes();
    const [plain, dropped, again] = [await fit({}), await fit({ wordDropout: 0.5 }), await fit({ wordDropout: 0.5 })];
    expect(dropped).toEqual(again);
    expect(dropped).not.toEqual(plain);
    const model = TextClassifier.fromBytes(dropped, 'memory');
    expect(model.evaluate(rows(20))).toEqual(model.evaluate(rows(20)));
    await expect(fit({ wordDropout: 1 })).rejects.toThrow(/word dropout of 0 or more and below 1, received 1/);
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
    expect(() => loadLanguageModel(file, 'f')).toThrow(/of the task classify/);
    expect(() => TextClassifier.fromBytes(file.slice(0, 200), 'cut')).toThrow(
      expect.objectContaining({ code: 'FORMAT' }),
    );
  });

  it('learns its linear part from all rows in the end, those drawn for validation too; not from rows of their own', async () => {
    // Each row has a word of its own: what it weighs is 0 where the row was not learned from.
    const own = (from: number): LabelledText[] =>
      rows(40, from).map((r, i) => ({ ...r, text: `${r.text} w${from + i}` }));
    const unseen = (model: TextClassifier, list: readonly LabelledText[]): number =>
      list.filter(({ text, label }) => model.linearAttribution(text, label)?.values.at(-1) === 0).length;
    const data = own(0);
    const drawn = await TextClassifier.fit(data, { ...SMALL, epochs: 1, validation: 0.25 });
    expect(unseen(drawn, data)).toBe(0);
    const held = own(40);
    const apart = await TextClassifier.fit(data, { ...SMALL, epochs: 1, validation: held });
    expect(unseen(apart, data)).toBe(0);
    expect(unseen(apart, held)).toBeGreaterThan(20); // the others share a slot of the hash
  });

  it('contains its linear part, in the file too, and says what each part gives', async () => {
    const model = await TextClassifier.fit(rows(240), { ...SMALL, epochs: 3 });
    const metrics = model.evaluate(rows(60, 1000));
    expect(model.config.linear).toMatchObject({ order: 2, marked: false });
    // "good … bad The": the pair at the end says it.
    expect(metrics.parts?.linear.accuracy).toBe(1);
    expect(metrics.accuracy).toBe(1);
    expect(metrics.parts?.network.loss).toBeGreaterThan(metrics.loss);
    expect(model.training?.final?.parts?.linear.accuracy).toBe(1);
    const { network, linear } = model.weights;
    expect(linear).toBeGreaterThan(network);
    const loaded = TextClassifier.fromBytes(model.toBytes(), 'memory');
    expect(loaded.weights).toEqual(model.weights);
    expect(loaded.evaluate(rows(60, 1000))).toEqual(metrics);
    await expect(exportOnnx(model)).rejects.toMatchObject({
      ...{
        code: 'OPTION',
        message: expect.stringContaining('linear part'),
        help: expect.stringContaining('linear: false'),
      },
    });
  });

  it('is the plain average of both parts without validation rows, and a network alone where asked', async () => {
    const average = await TextClassifier.fit(rows(40), { ...SMALL, epochs: 1, validation: 0 });
    expect(average.weights).toEqual({ network: 0.5, linear: 0.5 });
    const alone = await TextClassifier.fit(rows(40), { ...SMALL, epochs: 1, validation: 0, linear: false });
    expect(alone.weights).toEqual({ network: 1, linear: 0 });
    expect(alone.evaluate(rows(20))).not.toHaveProperty('parts');
    expect(alone.config).not.toHaveProperty('linear');
    expect((await exportOnnx(alone)).length).toBeGreaterThan(100);
    // The network is the same: the linear part is fitted apart.
    const text = 'good the film bad';
    const logits = (model: TextClassifier) => {
      const [sequence] = model.encode([{ text, label: 'positive' }]).sequences;
      return model.network
        .forward(fromData(sequence, [sequence.length, 1], { dtype: 'int32' }), Int32Array.of(sequence.length))
        .item();
    };
    expect(logits(alone)).toBe(logits(average));
    const p = average.predict([text])[0].probabilities.positive;
    const linear = average.network.linear?.logits([average.steps(text)])[0] ?? NaN;
    expect(Math.log(p / (1 - p))).toBeCloseTo(0.5 * logits(alone) + 0.5 * linear, 5);
  });

  it('chooses from the data what the call leaves open, and only that', async () => {
    const started: StartEvent[] = [];
    const onStart = (event: StartEvent) => void started.push(event);
    await TextClassifier.fit(rows(40), { epochs: 0.1, hiddenSize: 8, lowercase: false, onStart });
    expect(started[0].facts).toBe('40 rows of 12 words, 2 labels');
    expect(started[0].chosen).toMatchObject({ tokens: 'word', dropout: 0.5, batchSize: 32 });
    for (const name of ['epochs', 'minutes', 'hiddenSize', 'lowercase'])
      expect(started[0].chosen).not.toHaveProperty(name);
    expect(started[0].settings).toMatchObject({ hiddenSize: 8, lowercase: false, epochs: 0.1 });
    await TextClassifier.fit(rows(40), { ...SMALL, epochs: 0.1, minutes: 1e-4, onStart });
    expect(started[1].facts).toBe('40 rows of 12 words, 2 labels');
    const long = rows(40).map((row) => ({ ...row, text: `${row.text} `.repeat(20) }));
    await TextClassifier.fit(long, { ...SMALL, epochs: 0.1, minutes: 1e-4, onStart });
    expect(started[2].facts).toBe('40 rows of 235 words, of which there is time for 50 a row, 2 labels');
    const names = ['Ito', 'Kato', 'Sato', 'Braun', 'Blau', 'Grau'].map((text, i) => ({
      ...{ text, label: i < 3 ? 'Japanese' : 'German' },
    }));
    const byCharacter = await TextClassifier.fit(names, { maxSteps: 1, hiddenSize: 4, validation: 0 });
    expect(byCharacter.text.settings.tokens).toBe('char');
    expect(byCharacter.config.linear).toMatchObject({ order: 4, marked: true });
    expect(byCharacter.evaluate(names).parts?.linear.accuracy).toBe(1);
  });

  it('weighs rare labels as much as frequent ones where asked', async () => {
    const random = new Philox(9);
    const noisy = (count: number) =>
      Array.from({ length: count }, (_, i) => {
        const isRare = i % 10 === 0;
        const word = random.uniform() < 0.7 ? (isRare ? 'fault' : 'fine') : random.uniform() < 0.5 ? 'fault' : 'fine';
        return { text: `${word} ${WORDS[random.integer(10)]}`, label: isRare ? 'rare' : 'usual' };
      });
    const options = { ...SMALL, dropout: 0, epochs: 10 };
    const training = noisy(400);
    const test = noisy(400);
    const recall = async (more: ClassifierOptions) => {
      const { confusion, parts } = (await TextClassifier.fit(training, { ...options, ...more })).evaluate(test);
      return { both: confusion[0][0] / 40, parts };
    };
    const [plain, balanced] = [await recall({}), await recall({ classWeights: 'balanced' })];
    expect(balanced.both).toBeGreaterThan(plain.both + 0.2);
    expect(balanced.parts?.linear.macroF1).toBeGreaterThan(plain.parts?.linear.macroF1 ?? NaN);
    const alone = await recall({ classWeights: 'balanced', linear: false });
    expect(alone.both).toBeGreaterThan(plain.both + 0.2);
  });

  it('reads the beginning and the end of a longer text', async () => {
    const model = await TextClassifier.fit(rows(40), { ...SMALL, epochs: 0.1, maxLength: 3, linear: false });
    const [short, long] = [model.encode([{ text: 'good film end.', label: 'positive' }]), 'good film was is end .'];
    expect(short.lengths[0]).toBe(3);
    expect(model.steps(long)).toEqual(['good', 'film', '.']);
    expect(model.predict([long])).toEqual(model.predict(['good film .']));
    expect(TextClassifier.fromBytes(model.toBytes()).predict([long])).toEqual(model.predict([long]));
    await expect(TextClassifier.fit(rows(40), { ...SMALL, maxLength: 0 })).rejects.toThrow(/maxLength/);
  });
});
