// No number that means nothing is taken in silence: every option that is a number, with values that it must not have.
import { beforeAll, describe, expect, it } from 'vitest';
import { quantileLoss } from '../src/nn/quantileLoss.js';
import { integratedGradients } from '../src/inspect/index.js';
import { stratifiedSplit } from '../src/data/index.js';
import { chrf } from '../src/metrics/index.js';
import * as u from '../src/node.js';
import { NgramModel, Vocabulary } from '../src/text/index.js';
import { EarlyStopping } from '../src/train/loop.js';

beforeAll(async () => {
  await u.useBackend('reference');
});

const rows = [
  { text: 'a b', label: 'x' },
  { text: 'c d', label: 'y' },
];
const matrix = () => u.tensor([[0.5, -1]]);
const ONE_OF_EACH: Record<string, { wrong: readonly number[]; use: (value: number) => unknown }> = {
  'dropout(p)': { wrong: [-0.1, 1, NaN, Infinity], use: (p) => u.dropout(matrix(), p, { key0: 0, key1: 0, call: 0 }) },
  'Dropout(p)': { wrong: [-0.1, 1, NaN], use: (p) => new u.Dropout(p) },
  ...Object.fromEntries(
    ['dropout', 'inputDropout', 'stateDropout', 'weightDropout', 'zoneout'].map((name) => [
      `Recurrent ${name}`,
      {
        wrong: [-0.1, 1, NaN, Infinity],
        use: (p: number) => new u.Recurrent(u.LSTM, { inputSize: 2, hiddenSize: 2, [name]: p }),
      },
    ]),
  ),
  'Recurrent zoneout of a state': {
    wrong: [-0.1, 1, NaN],
    use: (c) => new u.Recurrent(u.LSTM, { inputSize: 2, hiddenSize: 2, zoneout: { c } }),
  },
  'Recurrent initialBias': {
    wrong: [NaN, Infinity],
    use: (f) => new u.Recurrent(u.LSTM, { inputSize: 2, hiddenSize: 2, initialBias: { f } }),
  },
  'Recurrent sizes': {
    wrong: [0, -1, 1.5, NaN, Infinity],
    use: (n) => new u.Recurrent(u.LSTM, { inputSize: n, hiddenSize: 2 }),
  },
  gradientScale: {
    wrong: [NaN, Infinity],
    use: (s) =>
      new u.Recurrent(u.RNN, { inputSize: 2, hiddenSize: 2 }).forward(u.zeros([1, 1, 2]), { gradientScale: [s] }),
  },
  'layerNorm epsilon': { wrong: [-1, NaN, Infinity], use: (epsilon) => u.layerNorm(matrix(), { epsilon }) },
  'LayerNorm epsilon': { wrong: [-1, NaN, Infinity], use: (epsilon) => new u.LayerNorm(2, { epsilon }) },
  'leakyRelu slope': { wrong: [NaN, Infinity], use: (slope) => u.leakyRelu(matrix(), slope) },
  'elu alpha': { wrong: [NaN, -Infinity], use: (alpha) => u.elu(matrix(), alpha) },
  labelSmoothing: {
    wrong: [-0.1, 1.1, NaN],
    use: (labelSmoothing) => u.crossEntropy(matrix(), u.fromData(Int32Array.of(0), [1]), { labelSmoothing }),
  },
  ignoreIndex: {
    wrong: [0.5, NaN],
    use: (ignoreIndex) => u.crossEntropy(matrix(), u.fromData(Int32Array.of(0), [1]), { ignoreIndex }),
  },
  'huber delta': { wrong: [0, -1, NaN, Infinity], use: (delta) => u.huber(matrix(), matrix(), { delta }) },
  posWeight: { wrong: [-1, NaN, Infinity], use: (posWeight) => u.bceWithLogits(matrix(), matrix(), { posWeight }) },
  'gaussianNLL epsilon': {
    wrong: [0, -1, NaN, Infinity],
    use: (epsilon) => u.gaussianNLL(matrix(), matrix(), { variance: u.ones([1, 2]) }, { epsilon }),
  },
  'quantile levels': { wrong: [0, 1, -0.5, NaN], use: (q) => quantileLoss(matrix(), matrix(), [q, 0.5]) },
  'activationPenalty ar': { wrong: [-1, NaN, Infinity], use: (ar) => u.activationPenalty(u.ones([2, 1, 1]), { ar }) },
  'activationPenalty tar': {
    wrong: [-1, NaN, Infinity],
    use: (tar) => u.activationPenalty(u.ones([2, 1, 1]), { tar }),
  },
  l2Penalty: { wrong: [-1, NaN, Infinity], use: (lambda) => u.l2Penalty([matrix()], lambda) },
  'attention scale': {
    wrong: [NaN, Infinity],
    use: (scale) => u.dotProductAttention(u.ones([1, 1, 2]), u.ones([1, 1, 2]), u.ones([1, 1, 2]), { scale }),
  },
  constantInit: { wrong: [NaN, Infinity], use: (value) => u.constantInit(value) },
  uniformInit: { wrong: [-1, NaN, Infinity], use: (bound) => u.uniformInit(bound) },
  normalInit: { wrong: [-1, NaN, Infinity], use: (deviation) => u.normalInit(deviation) },
  'Philox seed': { wrong: [0.5, NaN, Infinity, 2 ** 60], use: (seed) => new u.Philox(seed) },
  manualSeed: { wrong: [0.5, NaN], use: (seed) => u.manualSeed(seed) },
  'RandomCalls calls': { wrong: [-1, 0.5, NaN], use: (calls) => new u.RandomCalls(0, calls) },
  randomizedTruncation: { wrong: [0, -1, 1.1, NaN], use: (p) => u.randomizedTruncation(3, p, new u.Philox(0)) },
  'EarlyStopping patience': { wrong: [0, -1, 1.5, NaN], use: (patience) => new EarlyStopping(patience) },
  'beam size': { wrong: [0, -1, 1.5, NaN], use: (beamSize) => beam({ beamSize }) },
  lengthPenalty: { wrong: [-1, NaN, Infinity], use: (lengthPenalty) => beam({ lengthPenalty }) },
  'beam results': { wrong: [0, 5, NaN], use: (results) => beam({ beamSize: 4, results }) },
  maxLengths: { wrong: [-1, 1.5, NaN], use: (length) => beam({ maxLengths: [length] }) },
  'naive Bayes alpha': { wrong: [0, -1, NaN], use: (alpha) => new u.NaiveBayes([['a'], ['b']], [0, 1], 2, { alpha }) },
  'naive Bayes order': { wrong: [0, 1.5, NaN], use: (order) => new u.NaiveBayes([['a'], ['b']], [0, 1], 2, { order }) },
  'logistic regression C': {
    wrong: [0, -1, NaN, Infinity],
    use: (C) => new u.LogisticRegression([['a'], ['b']], [0, 1], 2, { C }),
  },
  'n-gram alpha': {
    wrong: [-1, NaN, Infinity],
    use: (alpha) => NgramModel.fit(Int32Array.of(0, 1), { order: 2, vocabularySize: 2, smoothing: 'laplace', alpha }),
  },
  minCount: { wrong: [-1, NaN], use: (minCount) => Vocabulary.fromTokens(['a'], { minCount }) },
  'split fraction': { wrong: [-0.1, 1, NaN], use: (fraction) => stratifiedSplit([0, 1], fraction) },
  'splitPairs share': {
    wrong: [-0.1, -1, 1.5, NaN],
    use: (share) =>
      u.splitPairs(
        [
          { source: 'a', target: 'b' },
          { source: 'c', target: 'd' },
        ],
        share,
      ),
  },
  'chrF beta': { wrong: [0, -1, NaN, Infinity], use: (beta) => chrf(['a'], ['a'], { beta }) },
};

function beam(options: Partial<u.BeamTask>): unknown {
  const model: u.BeamModel<null> = {
    step: () => ({ logProbabilities: Float32Array.of(-1, -1, -1), state: null, attention: null }),
    gather: () => null,
    dispose: () => undefined,
  };
  return u.beamSearch(model, null, { begin: 0, end: 1, maxLengths: [2], ...options });
}

it.each(Object.entries(ONE_OF_EACH).flatMap(([name, { wrong, use }]) => wrong.map((value) => ({ name, value, use }))))(
  '$name of $value',
  ({ value, use }) => {
    expect(() => use(value)).toThrow(
      expect.objectContaining({ code: 'RANGE', message: expect.stringMatching(/^expected .*, received/) }),
    );
  },
);

describe('training refuses, before its first step,', () => {
  const SMALL = { hiddenSize: 2, embeddingSize: 2, validation: 0 };
  it.each([
    { learningRate: -1 },
    { learningRate: NaN },
    { clipNorm: -1 },
    { clipNorm: NaN },
    { clipValue: -1 },
    { clipValue: Infinity },
    { epochs: -1 },
    { epochs: 0 },
    { epochs: NaN },
    { minutes: NaN },
    { minutes: -1 },
    { validations: 0 },
    { validations: NaN },
    { patience: 0 },
    { patience: 1.5 },
    { batchSize: 0 },
    { dropout: 1 },
    { wordDropout: NaN },
    { seed: 0.5 },
    { validation: NaN },
  ])('%o', async (wrong) => {
    let steps = 0;
    const options = { ...SMALL, ...wrong, onProgress: () => void steps++ };
    await expect(u.TextClassifier.fit(rows, options)).rejects.toThrow(expect.objectContaining({ code: 'RANGE' }));
    expect(steps).toBe(0);
  });

  it('what only a tagger or a translator has', async () => {
    const code = expect.objectContaining({ code: 'RANGE' });
    const sentences = [{ tokens: ['a', 'b'], tags: ['x', 'y'] }];
    for (const wrong of [{ unknownRate: -1 }, { unknownRate: NaN }, { neighbourWeight: NaN }]) {
      await expect(u.TokenTagger.fit(sentences, { ...SMALL, ...wrong })).rejects.toThrow(code);
    }
    const pairs = [
      { source: 'a', target: 'b' },
      { source: 'c', target: 'd' },
    ];
    for (const wrong of [{ labelSmoothing: 2 }, { labelSmoothing: NaN }, { maxLength: 0 }, { maxLength: NaN }]) {
      await expect(u.Translator.fit(pairs, { ...SMALL, ...wrong })).rejects.toThrow(code);
    }
  });
});

it('sampling and attribution', async () => {
  const code = expect.objectContaining({ code: 'RANGE' });
  const model = await u.LanguageModel.fit('abcabcabcabc'.repeat(4), {
    ...{ hiddenSize: 2, embeddingSize: 2, batchSize: 1, numSteps: 4, epochs: 0.1, validation: 0 },
  });
  for (const wrong of [
    ...[-1, NaN, Infinity].map((temperature) => ({ temperature })),
    ...[0, 1.5, NaN].map((topK) => ({ topK })),
    ...[0, -1, 1.1, NaN].map((topP) => ({ topP })),
    ...[-1, 1.5, NaN].map((length) => ({ length })),
    { seed: NaN },
  ]) {
    expect(() => model.generate(wrong)).toThrow(code);
  }
  const classifier = await u.TextClassifier.fit(rows, { hiddenSize: 2, embeddingSize: 2, epochs: 1, validation: 0 });
  for (const steps of [0, -1, 1.5, NaN]) expect(() => integratedGradients(classifier, 'a b', { steps })).toThrow(code);
});
