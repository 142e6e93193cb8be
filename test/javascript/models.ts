// Right calls of models, their baselines, and what looks into them.
import { expect } from 'vitest';
import * as unrolled from '../../src/node.js';
import * as inspect from '../../src/inspect/index.js';
import { TEXT } from './given.js';
import { call, made, method, type Untyped } from './sweep.js';

const PAIRS = [
  { source: 'a b', target: 'x y' },
  { source: 'b c', target: 'y z' },
  { source: 'c a', target: 'z x' },
];
const ROWS = [
  { text: 'a good film', label: 'good' },
  { text: 'a bad film', label: 'bad' },
  { text: 'so good', label: 'good' },
  { text: 'so bad', label: 'bad' },
];
const SENTENCES = [
  { tokens: ['the', 'cat'], tags: ['DET', 'NOUN'] },
  { tokens: ['a', 'dog'], tags: ['DET', 'NOUN'] },
];
export const WAVE = Array.from({ length: 40 }, (_, i) => Math.sin(i));
const PICTURES = [
  { pixels: new Float32Array(64), text: 'nothing' },
  { pixels: new Float32Array(64).fill(1), text: 'all of it' },
];
export const TINY = {
  hiddenSize: 3,
  numLayers: 1,
  dropout: 0,
  batchSize: 2,
  epochs: 1,
  seed: 0,
  learningRate: 0.01,
  validations: 1,
};
const MORE = {
  cell: 'gru',
  optimizer: 'adam',
  schedule: 'constant',
  clipNorm: 1,
  onProgress: () => undefined,
  reading: {},
};

interface Models {
  lm: unrolled.LanguageModel;
  ngram: unrolled.NgramLanguageModel;
  classifier: unrolled.TextClassifier;
  tagger: unrolled.TokenTagger;
  forecaster: unrolled.Forecaster;
  translator: unrolled.Translator;
  captioner: unrolled.Captioner;
}
export let models: Models;

export async function trainModels(): Promise<void> {
  const { LanguageModel, TextClassifier, TokenTagger, Forecaster, Translator, Captioner } = unrolled;
  models = {
    lm: await LanguageModel.fit(TEXT, { ...TINY, numSteps: 4, embeddingSize: 2 }),
    ngram: unrolled.NgramLanguageModel.fit(TEXT),
    classifier: await TextClassifier.fit(ROWS, { ...TINY, embeddingSize: 2, validation: 0 }),
    tagger: await TokenTagger.fit(SENTENCES, {
      ...{ ...TINY, embeddingSize: 2, validation: 0, bidirectional: false, head: 'softmax' },
    }),
    forecaster: await Forecaster.fit(WAVE, { ...TINY, window: 6, horizon: 2 }),
    translator: await Translator.fit(PAIRS, { ...TINY, embeddingSize: 2, attentionSize: 2, validation: 0 }),
    captioner: await Captioner.fit(PICTURES, { ...TINY, height: 8, width: 8, filters: 2, embeddingSize: 2 }),
  };
}

/** What is always refused: models are made by training. */
function refused(run: () => unknown): null {
  expect(run).toThrow(expect.objectContaining({ code: 'USAGE' }));
  return null;
}

/** Models, their baselines, and what looks into them. */
export function ofModels(): void {
  const fit = (
    name: 'LanguageModel' | 'TextClassifier' | 'TokenTagger' | 'Forecaster' | 'Translator' | 'Captioner',
    args: () => unknown[],
  ): void => {
    const Class = unrolled[name] as unknown as { fit: Untyped };
    call(
      `${name}.fit`,
      async (...given: unknown[]) => {
        await Class.fit(...given);
      },
      args,
    );
    call(
      `new ${name}`,
      (...given: unknown[]) => refused(() => made(Class)(...given)),
      () => [{ hiddenSize: 8 }],
    );
  };
  const parts = { bidirectional: false, embeddingSize: 2, validation: 0 };
  fit('LanguageModel', () => [
    TEXT,
    {
      ...TINY,
      ...MORE,
      numSteps: 4,
      embeddingSize: 2,
      sampling: 'random',
      validation: 0.1,
      tokens: 'char',
      recurrent: { zoneout: 0 },
    },
  ]);
  fit('TextClassifier', () => [
    ROWS,
    { ...TINY, ...parts, pooling: 'max', wordDropout: 0, minCount: 1, tokens: 'word' },
  ]);
  fit('TokenTagger', () => [
    SENTENCES,
    { ...TINY, ...parts, head: 'crf', lowercase: true, zeroDigits: true, unknownRate: 0.5, neighbourWeight: 0 },
  ]);
  fit('Forecaster', () => [
    { target: WAVE, inputs: { w: WAVE } },
    {
      ...TINY,
      window: 6,
      horizon: 2,
      mode: 'direct',
      quantiles: [0.5],
      reads: 'level',
      relativeTo: 'last',
      scaling: 'minmax',
      transform: 'none',
      shortcut: true,
      validation: 0.2,
    },
  ]);
  fit('Translator', () => [
    PAIRS,
    { ...TINY, ...parts, attentionSize: 2, tied: false, labelSmoothing: 0, maxLength: 9, tokens: 'word' },
  ]);
  fit('Captioner', () => [
    PICTURES,
    { ...TINY, height: 8, width: 8, filters: 2, embeddingSize: 2, attentionSize: 2, tokens: 'word' },
  ]);
  call('NgramLanguageModel.fit', unrolled.NgramLanguageModel.fit, () => [
    TEXT,
    { order: 2, smoothing: 'laplace', alpha: 1, tokens: 'char' },
  ]);

  const writing = {
    prime: 'the ',
    length: 3,
    temperature: 0.5,
    topK: 3,
    topP: 0.9,
    seed: 1,
    stop: '.',
    onToken: () => undefined,
  };
  method(
    'LanguageModel',
    () => models.lm,
    'generate',
    () => [writing],
  );
  method(
    'NgramLanguageModel',
    () => models.ngram,
    'generate',
    () => [writing],
  );
  method(
    'LanguageModel',
    () => models.lm,
    'evaluate',
    () => [TEXT],
  );
  method(
    'NgramLanguageModel',
    () => models.ngram,
    'evaluate',
    () => [TEXT, []],
  );
  method(
    'LanguageModel',
    () => models.lm,
    'predict',
    () => [['the ']],
  );
  method(
    'LanguageModel',
    () => models.lm,
    'session',
    () => [models.lm.session().read('the ').state()],
  );
  method(
    'LanguageSession',
    () => models.lm.session(),
    'read',
    () => ['the '],
  );
  method(
    'LanguageSession',
    () => models.lm.session(),
    'probability',
    () => ['t'],
  );
  method(
    'LanguageSession',
    () => models.lm.session(),
    'sample',
    () => [{ temperature: 0.5, seed: 1 }],
  );
  method(
    'LanguageSession',
    () => models.lm.session(),
    'generate',
    () => [{ length: 3, seed: 1 }],
  );
  method(
    'LanguageSession',
    () => models.lm.session(),
    'restore',
    () => [models.lm.session().read('the ').toBytes()],
  );
  method(
    'TextClassifier',
    () => models.classifier,
    'predict',
    () => [['a film']],
  );
  method(
    'TextClassifier',
    () => models.classifier,
    'evaluate',
    () => [ROWS],
  );
  method(
    'TokenTagger',
    () => models.tagger,
    'predict',
    () => [[['the', 'dog']]],
  );
  method(
    'TokenTagger',
    () => models.tagger,
    'evaluate',
    () => [SENTENCES],
  );
  method(
    'TagStream',
    () => models.tagger.stream(),
    'next',
    () => ['the'],
  );
  method(
    'Forecaster',
    () => models.forecaster,
    'predict',
    () => [WAVE, { steps: 2, past: 'all' }],
  );
  method(
    'Forecaster',
    () => models.forecaster,
    'evaluate',
    () => [WAVE, { from: 10, to: 30 }],
  );
  method(
    'ForecastStream',
    () => models.forecaster.stream(),
    'push',
    () => [1, {}],
  );
  method(
    'Translator',
    () => models.translator,
    'translate',
    () => ['a b', { beamSize: 2, lengthPenalty: 1, replaceUnknown: true }],
  );
  method(
    'Translator',
    () => models.translator,
    'evaluate',
    () => [PAIRS, { beamSize: 1 }],
  );
  method(
    'Captioner',
    () => models.captioner,
    'caption',
    () => [new Float32Array(64), { beamSize: 1 }],
  );
  method(
    'Captioner',
    () => models.captioner,
    'evaluate',
    () => [PICTURES, { beamSize: 1 }],
  );
  call(
    'LanguageModel.fromBytes',
    (...args: unknown[]) => (unrolled.LanguageModel as unknown as { fromBytes: Untyped }).fromBytes(...args) && null,
    () => [models.lm.toBytes(), 'a model'],
  );
  call(
    'LanguageModel.load',
    async (...args: unknown[]) => void (await (unrolled.LanguageModel as unknown as { load: Untyped }).load(...args)),
    () => [models.lm.toBytes()],
  );
  call(
    'loadModel',
    async (...args: unknown[]) => void (await (unrolled.loadModel as Untyped)(...args)),
    () => [models.lm.toBytes(), 'a model'],
  );
  call(
    'loadLanguageModel',
    async (...args: unknown[]) => void (await (unrolled.loadLanguageModel as Untyped)(...args)),
    () => [models.ngram.toBytes(), 'a model'],
  );
  call('sampleLogits', unrolled.sampleLogits, () => [[0.1, 0.2], { temperature: 1, topK: 1, topP: 0.5 }, 0.5]);

  const tokens = [['a', 'b'], ['b', 'c'], ['c']]; // prettier-ignore
  call('new NaiveBayes', made(unrolled.NaiveBayes), () => [tokens, [0, 1, 1], 2, { order: 1, binary: true, alpha: 1 }]);
  call('new LogisticRegression', made(unrolled.LogisticRegression), () => [
    tokens,
    [0, 1, 1],
    2,
    { order: 1, C: 1, seed: 0 },
  ]);
  method(
    'NaiveBayes',
    () => new unrolled.NaiveBayes(tokens, [0, 1, 1], 2),
    'predict',
    () => [['a']],
  );
  method(
    'LogisticRegression',
    () => new unrolled.LogisticRegression(tokens, [0, 1, 1], 2),
    'predict',
    () => [['a']],
  );
  call('MostFrequentTag.fit', unrolled.MostFrequentTag.fit, () => [SENTENCES]);
  method(
    'MostFrequentTag',
    () => unrolled.MostFrequentTag.fit(SENTENCES),
    'predict',
    () => [[['the']]],
  );
  method(
    'MostFrequentTag',
    () => unrolled.MostFrequentTag.fit(SENTENCES),
    'evaluate',
    () => [SENTENCES],
  );
  call('new TranslationMemory', made(unrolled.TranslationMemory), () => [[{ source: ['a'], target: 'x' }], 1]);
  method(
    'TranslationMemory',
    () => new unrolled.TranslationMemory([{ source: ['a'], target: 'x' }]),
    'translate',
    () => [['a']],
  );
  call('bySource', unrolled.bySource, () => [PAIRS]);
  call('splitPairs', unrolled.splitPairs, () => [PAIRS, 0.4, 0]);
  const hidden = {
    initial: [0.5, 0.5],
    transition: [
      [0.5, 0.5],
      [0.5, 0.5],
    ],
    emission: [
      [1, 0],
      [0, 1],
    ],
  };
  call('new HiddenMarkovModel', made(unrolled.HiddenMarkovModel), () => [hidden]);
  call('HiddenMarkovModel.fit', unrolled.HiddenMarkovModel.fit, () => [
    [[0, 1, 1, 0]],
    { states: 2, symbols: 2, restarts: 1, seed: 0, iterations: 2, tolerance: 0, onIteration: () => undefined },
  ]);
  for (const name of ['forward', 'viterbi', 'posterior', 'logLikelihood'])
    method(
      'HiddenMarkovModel',
      () => new unrolled.HiddenMarkovModel(hidden),
      name,
      () => [[0, 1]],
    );
  call('forecastBaselines', unrolled.forecastBaselines, () => [
    WAVE,
    { window: 4, horizon: 2, season: 3, ridge: 1, train: 20, from: 20, to: 40 },
  ]);
  call('backtest', unrolled.backtest, () => [
    WAVE,
    { ...TINY, window: 6, horizon: 2, folds: 1, refitEvery: 1, season: 3 },
  ]);

  call('gateTrace', inspect.gateTrace, () => [models.lm, 'the cat', { layer: 0 }]);
  call('inputTrace', inspect.inputTrace, () => [models.classifier, 'a film', { layer: 0 }]);
  call('inspectModel', inspect.inspectModel, () => [models.lm, { input: 'the cat', layer: 0 }]);
  call('textGradientFlow', inspect.textGradientFlow, () => [models.lm, 'the cat']);
  call('integratedGradients', inspect.integratedGradients, () => [
    models.classifier,
    'a film',
    { label: 'good', steps: 2 },
  ]);
  call('pastInfluence', inspect.pastInfluence, () => [models.forecaster, WAVE]);
  call('saturation', inspect.saturation, () => [inspect.gateTrace(models.lm, 'the cat').layers]);
  call('rankNeurons', inspect.rankNeurons, () => {
    const { tokens, layers } = inspect.gateTrace(models.lm, 'the cat sat');
    return [tokens, layers, ['h'], { top: 2 }];
  });
}
