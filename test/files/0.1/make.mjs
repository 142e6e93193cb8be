// Wrote the files beside it with Unrolled 0.1 (format unrolled-1, weights without labels), built at f0c92aa. Later versions write
// other files: it is kept to show what is in these. `expected.json` has what 0.1 computed with each.
import { writeFileSync } from 'node:fs';
import {
  Captioner,
  Corpus,
  defineCell,
  Forecaster,
  LanguageModel,
  NgramLanguageModel,
  Philox,
  TextClassifier,
  TokenTagger,
  Translator,
  useBackend,
} from '../../../dist/node.js';

await useBackend('reference');
const put = (name, bytes) => writeFileSync(new URL(name, import.meta.url), bytes);
const expected = {};

/** The search for the order of columns changes the order of its lines. */
const Odd = defineCell({
  name: 'odd',
  state: ['h', 'c'],
  step({ x, h, c, linear, vector, sigmoid, tanh, layerNorm }) {
    const a = sigmoid(linear('a', x));
    const b = sigmoid(linear('b', x, h));
    const s = sigmoid(linear('s', h, { bias: false }));
    const d = tanh(linear('d', x, h));
    const e = tanh(linear('e', x, b.mul(h)).add(vector('u').mul(c)));
    const [f, g] = layerNorm('norm', [linear('f', x), linear('g', h)]);
    const next = a.mul(c).add(s.mul(d)).add(sigmoid(f).mul(e));
    return { h: tanh(next).mul(sigmoid(g)), c: next };
  },
});

const TEXT = Array.from({ length: 60 }, (_, i) => `say ${'abcdefg'[(i * 3) % 7]}${i % 4};`).join('');
const LM = {
  hiddenSize: 6,
  embeddingSize: 4,
  batchSize: 4,
  numSteps: 8,
  seed: 3,
  epochs: 6,
  learningRate: 0.02,
  validation: 0,
  schedule: 'constant',
};
const random = new Philox(5);
const NAMES = ['Anna', 'Carl', 'Dora'];
const TAGGED = Array.from({ length: 24 }, (_, i) => ({
  tokens: ['the', NAMES[i % 3], ...(i % 2 ? ['may'] : []), 'saw'],
  tags: ['O', 'B-PER', ...(i % 2 ? ['I-PER'] : []), 'O'],
}));
const TEXTS = Array.from({ length: 24 }, (_, i) => ({
  text: i % 2 ? `good ${'ab'[i % 3 ? 0 : 1]} film` : `bad dull ${i % 3} film`,
  label: i % 2 ? 'up' : 'down',
}));
const SERIES = Array.from({ length: 60 }, (_, i) => 5 + Math.sin((2 * Math.PI * i) / 6) + 0.1 * random.uniform());
const PAIRS = Array.from({ length: 24 }, (_, i) => ({
  source: `${i % 5}${(i * 3) % 5}`,
  target: `${'abcde'[(i * 3) % 5]} ${'abcde'[i % 5]}`,
}));
const PICTURES = Array.from({ length: 24 }, (_, i) => ({
  pixels: Array.from({ length: 64 }, (_, p) => Number(p % 8 < 4 === (i % 2 === 0))),
  text: i % 2 === 0 ? 'left' : 'right side',
}));

const ROWS = {
  epochs: 4,
  batchSize: 4,
  seed: 2,
  learningRate: 0.02,
  schedule: 'constant',
  dropout: 0,
  validation: 0,
  hiddenSize: 5,
  embeddingSize: 4,
};
const kinds = {
  'lm-lstm': [(o) => LanguageModel.train(TEXT, { ...LM, cell: 'lstm', ...o }), TEXT],
  'lm-gru': [(o) => LanguageModel.train(TEXT, { ...LM, cell: 'gru', ...o }), TEXT],
  'lm-slstm': [(o) => LanguageModel.train(TEXT, { ...LM, cell: 'slstm', recurrent: { numHeads: 2 }, ...o }), TEXT],
  'lm-reset-before': [(o) => LanguageModel.train(TEXT, { ...LM, cell: 'gru-reset-before', ...o }), TEXT],
  'lm-own': [(o) => LanguageModel.train(TEXT, { ...LM, cell: Odd, ...o }), TEXT],
  classify: [(o) => TextClassifier.fit(TEXTS, { ...ROWS, cell: 'gru', bidirectional: true, ...o }), TEXTS],
  tag: [
    (o) => TokenTagger.fit(TAGGED, { ...ROWS, head: 'crf', characterEmbeddingSize: 3, characterHiddenSize: 3, ...o }),
    TAGGED,
  ],
  forecast: [
    (o) =>
      Forecaster.fit(
        { target: SERIES },
        { ...ROWS, embeddingSize: undefined, window: 6, horizon: 2, cell: 'lstm-peephole', ...o },
      ),
    SERIES,
  ],
  translate: [
    (o) =>
      Translator.fit(PAIRS, {
        ...ROWS,
        cell: 'gru',
        attentionSize: 4,
        tokens: 'char',
        targetTokens: 'whitespace',
        ...o,
      }),
    PAIRS,
  ],
  caption: [
    (o) =>
      Captioner.fit(PICTURES, {
        ...ROWS,
        height: 8,
        width: 8,
        filters: 1,
        attentionSize: 4,
        validation: undefined,
        ...o,
      }),
    PICTURES,
  ],
};

/** A few numbers that every weight takes part in. */
function measure(model, kind, data) {
  switch (kind) {
    case 'classify':
      return { loss: model.evaluate(data).loss, first: model.predict([data[0].text])[0].probability };
    case 'tag':
      return { loss: model.evaluate(data).loss, first: model.predict([data[0].tokens])[0].probabilities[1] };
    case 'forecast':
      return { loss: model.evaluate({ target: data }).loss, first: model.predict(data).values[1] };
    case 'translate':
    case 'caption':
      return { loss: model.evaluate(data, { beamSize: 1 }).loss };
    default:
      return { loss: model.evaluate(data).loss };
  }
}

for (const [name, [train, data]] of Object.entries(kinds)) {
  const kind = name.split('-')[0];
  const saved = [];
  const stop = new AbortController();
  await train({
    signal: stop.signal,
    checkpoint: { everySeconds: 1e9, save: (bytes) => void saved.push(bytes) },
    onProgress: (event) => event.step === 7 && stop.abort(),
  });
  const model = await train({});
  put(`${name}.safetensors`, model.toBytes());
  put(`${name}.checkpoint`, saved[0]);
  expected[name] = { kind, data, ...measure(model, kind, data) };
  console.log(name, expected[name].loss, model.toBytes().length, saved[0].length);
}

const ngram = NgramLanguageModel.train(Corpus.fromText(TEXT, { validation: 0 }), { order: 2 });
put('ngram.safetensors', ngram.toBytes());
expected.ngram = { kind: 'ngram', data: TEXT, loss: ngram.evaluate(TEXT).loss };
put('expected.json', `${JSON.stringify(expected, null, 2)}\n`);
