// Writes networks of every kind as ONNX files, each with inputs and what this library computes of them, for check_onnx.py:
//   node test/golden/onnxCases.mjs FOLDER
// Needs a build in dist/. The first line of what it prints is the number of cases.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CELLS,
  defineCell,
  Embedding,
  Forecaster,
  fromData,
  GRU,
  LanguageModel,
  LayerNorm,
  Linear,
  LSTM,
  manualSeed,
  noGrad,
  randn,
  Recurrent,
  relu,
  Sequential,
  softmax,
  TextClassifier,
  TokenTagger,
  useBackend,
} from '../../dist/node.js';
import { exportOnnx } from '../../dist/convert/index.js';

/** Every operation of cells. */
const EVERYTHING = defineCell({
  name: 'Everything',
  state: { h: 'hidden', c: 'hidden', p: 'small' },
  sizes: ['small'],
  initialState: { c: 0.5 },
  step(v) {
    const { x, h, c, p, linear, vector, scalar, layerNorm, mean, sigmoid, tanh, relu, exp, log, sqrt, abs, sign } = v;
    const a = tanh(layerNorm('norm', linear('a', x, h, p)));
    const f = sigmoid(linear('f', x, a.mul(h)).add(vector('u').mul(c)));
    const g = v.softplus(linear('g', x)).add(v.logSigmoid(a)).add(v.silu(c)).max(a.neg()).min(5);
    const e = exp(abs(a).neg())
      .add(log(sqrt(g.mul(g).add(1))))
      .add(sign(a).mul(0.1))
      .add(relu(a).div(abs(g).add(2)));
    return {
      h: f
        .mul(h)
        .add(f.oneMinus().mul(tanh(e)))
        .add(mean(a).mul(scalar('k'))),
      c: tanh(c.add(g.sub(e).mul(0.1))),
      p: tanh(linear('p', a, { size: 'small' })),
    };
  },
});

/** Heads, and x beside states: input and hidden size must be equal. */
const BESIDE = defineCell({
  name: 'Beside',
  state: ['h'],
  step: ({ x, h, linear, perHead, sigmoid }) => {
    const g = sigmoid(linear('g', perHead(x), perHead(h)));
    return { h: g.mul(x).add(g.oneMinus().mul(h)) };
  },
});

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });
await useBackend('reference');
manualSeed(7);
const cases = [];

const plain = (t) => ({ shape: [...t.shape], dtype: t.dtype, data: Array.from(t.data()) });
const ints = (values, shape, dtype) => ({ shape, dtype, data: [...values] });

async function write(name, network, options, inputs, outputs) {
  writeFileSync(join(folder, `${name}.onnx`), await exportOnnx(network, options));
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({ inputs, outputs }));
  cases.push(name);
}

const stateNames = (rnn, before = 'state') => {
  const directions = rnn.bidirectional ? 2 : 1;
  return rnn.stateSizes().map((sizes, i) =>
    Object.keys(sizes).map((s) => {
      const place = `${Math.floor(i / directions)}${i % directions === 1 ? '.reverse' : ''}`;
      return [s, `${before}.${place}.${s}`];
    }),
  );
};
const named = (rnn, state, before) =>
  Object.fromEntries(
    stateNames(rnn, before).flatMap((names, i) => names.map(([s, name]) => [name, plain(state[i][s])])),
  );

/** Whole sequences, with and without lengths and states, and single steps of a recurrent network. */
async function recurrentCases(name, cell, options, { tokens = false } = {}) {
  const { inputSize } = options;
  const rnn = new Recurrent(cell, options).eval();
  for (const t of rnn.parameters())
    t.set(
      randn([...t.shape])
        .mul(0.5)
        .data(),
    );
  const [T, N] = [6, 3];
  const shape = options.batchFirst ? [N, T] : [T, N];
  const values = Int32Array.from({ length: T * N }, (_, i) => (i * 7) % inputSize);
  const x = tokens ? fromData(values, shape) : randn([...shape, inputSize]);
  const input = tokens ? ints(values, shape, 'int64') : plain(x);
  const state = rnn
    .stateSizes()
    .map((sizes) => Object.fromEntries(Object.entries(sizes).map(([s, size]) => [s, randn([N, size]).abs().add(0.2)])));
  const given = named(rnn, state, 'state');
  const run = (forward) => {
    const result = rnn.forward(x, forward);
    return { output: plain(result.output), ...named(rnn, result.state, 'next_state') };
  };
  const lengths = [4, 6, 0];
  const own = tokens ? { tokens } : {};
  await write(name, rnn, own, { input }, run({}));
  await write(`${name}-states`, rnn, { ...own, states: true }, { input, ...given }, run({ state }));
  const ragged = { input, lengths: ints(lengths, [N], 'int32'), ...given };
  await write(`${name}-lengths`, rnn, { ...own, states: true, lengths: true }, ragged, run({ state, lengths }));
  if (options.bidirectional || options.reverse) return;
  const one = tokens ? fromData(values.slice(0, N), [N]) : randn([N, inputSize]);
  const after = rnn.step(one, state);
  const step = { input: tokens ? ints(one.data(), [N], 'int64') : plain(one), ...given };
  const outputs = { output: plain(after.output), ...named(rnn, after.state, 'next_state') };
  await write(`${name}-step`, rnn, { ...own, step: true }, step, outputs);
}

async function layers() {
  for (const [name, cell] of Object.entries(CELLS)) {
    await recurrentCases(name, cell, { inputSize: 5, hiddenSize: 8 });
    await recurrentCases(`${name}-stack`, cell, { inputSize: 3, hiddenSize: 4, numLayers: 2, bidirectional: true });
  }
  for (const cell of [EVERYTHING, BESIDE]) {
    await recurrentCases(cell.name, cell, { inputSize: 8, hiddenSize: 8 });
    await recurrentCases(`${cell.name}-both`, cell, { inputSize: 4, hiddenSize: 4, bidirectional: true, merge: 'sum' });
  }
  const sizes = { inputSize: 3, hiddenSize: 5 };
  for (const merge of ['sum', 'mean', 'mul']) {
    await recurrentCases(`gru-${merge}`, GRU, { ...sizes, bidirectional: true, merge });
  }
  await recurrentCases('lstm-no-bias', LSTM, { ...sizes, bias: false });
  await recurrentCases('mgu-no-bias', CELLS.mgu, { ...sizes, bias: false });
  await recurrentCases('lstm-zoneout', LSTM, { ...sizes, zoneout: { h: 0.2, c: 0.1 } });
  await recurrentCases('gru-reverse', GRU, { ...sizes, reverse: true });
  await recurrentCases('mgu-reverse', CELLS.mgu, { ...sizes, reverse: true });
  await recurrentCases('lstm-batch-first', LSTM, { ...sizes, batchFirst: true, numLayers: 2 });
  await recurrentCases('mgu-batch-first', CELLS.mgu, { ...sizes, batchFirst: true });
  await recurrentCases('lstm-residual', LSTM, { inputSize: 5, hiddenSize: 5, numLayers: 3, residual: true });
  await recurrentCases('gru-skip', GRU, { ...sizes, numLayers: 3, skip: true });
  await recurrentCases('gru-projected', GRU, { ...sizes, numLayers: 2, projSize: 2, bidirectional: true });
  await recurrentCases('lstm-projSize', CELLS['lstm-projection'], { ...sizes, numLayers: 2, projSize: 2 });
  await recurrentCases('lstm-sizes', LSTM, { inputSize: 3, hiddenSize: [7, 4, 1] });
  await recurrentCases('two-cells', LSTM, { ...sizes, bidirectional: true, backwardCell: GRU });
  await recurrentCases('learned', LSTM, { ...sizes, bidirectional: true, learnInitialState: true });
  await recurrentCases('mgu-learned', CELLS.mgu, { ...sizes, learnInitialState: true });
  await recurrentCases('lstm-tokens', LSTM, { inputSize: 11, hiddenSize: 4 }, { tokens: true });
  await recurrentCases('mgu-tokens', CELLS.mgu, { inputSize: 11, hiddenSize: 4 }, { tokens: true });

  const [T, N] = [5, 2];
  const values = Int32Array.from({ length: T * N }, (_, i) => (i * 5) % 9);
  const tokens = fromData(values, [T, N]);
  const embedding = new Embedding(9, 4, { paddingIndex: 0 });
  const rnn = new Recurrent(LSTM, { inputSize: 4, hiddenSize: 6, numLayers: 2, dropout: 0.5 }).eval();
  const upper = new Recurrent(CELLS.mingru, { inputSize: 6, hiddenSize: 4 }).eval();
  const head = new Sequential(
    new LayerNorm(4),
    new Linear(4, 7),
    relu,
    new Linear(7, 3, { bias: false }),
    softmax,
  ).eval();
  const first = rnn.forward(embedding.forward(tokens), { lengths: [5, 3] });
  const second = upper.forward(first.output, { lengths: [5, 3] });
  const inputs = { input: ints(values, [T, N], 'int64'), lengths: ints([5, 3], [N], 'int32') };
  const output = plain(head.forward(second.output));
  const ends = { ...named(rnn, first.state, 'next_state'), 'next_state.2.h': plain(second.state[0].h) };
  await write('chain', [embedding, rnn, upper, head], { lengths: true }, inputs, { output, ...ends });
}

await layers();

const text = 'the quick brown fox jumps over the lazy dog. '.repeat(60);
for (const [cell, embeddingSize] of [
  ['lstm', 0],
  ['gru-layer-norm', 6],
]) {
  const model = await LanguageModel.fit(text, { cell, embeddingSize, hiddenSize: 12, numLayers: 2, maxSteps: 3 });
  const network = model.network.eval();
  const data = Int32Array.from({ length: 10 }, (_, i) => 1 + (i % 9));
  const { logits, state } = noGrad(() => network.forward(fromData(data, [5, 2]), null));
  const outputs = { logits: plain(logits), ...named(network.recurrent, state, 'next_state') };
  await write(`lm-${cell}`, model, {}, { tokens: ints(data, [5, 2], 'int64') }, outputs);
}
for (const pooling of ['last', 'mean-max', 'last-mean-max']) {
  const rows = ['good film', 'bad film', 'a good one', 'so bad'].map((text, i) => ({
    text,
    label: i % 2 ? 'no' : 'yes',
  }));
  const model = await TextClassifier.fit(rows, {
    pooling,
    linear: false,
    bidirectional: true,
    hiddenSize: 5,
    embeddingSize: 4,
    maxSteps: 2,
    validation: 0,
  });
  const data = Int32Array.from({ length: 12 }, (_, i) => i % 4);
  const logits = noGrad(() => model.network.eval().forward(fromData(data, [4, 3]), Int32Array.of(4, 2, 1)));
  const inputs = { tokens: ints(data, [4, 3], 'int64'), lengths: ints([4, 2, 1], [3], 'int32') };
  await write(`classifier-${pooling}`, model, {}, inputs, { logits: plain(logits) });
}
for (const shortcut of [true, false, 'fitted']) {
  const target = Array.from({ length: 200 }, (_, t) => Math.sin(t / 5));
  const model = await Forecaster.fit({ target }, { window: 12, horizon: 3, hiddenSize: 4, maxSteps: 2, shortcut });
  const [x, lags] = [randn([12, 2, model.network.recurrent.inputSize]), randn([2, 12])];
  const { output, state } = noGrad(() => model.network.eval().forward(x, lags));
  const inputs = { input: plain(x), ...(shortcut ? { lags: plain(lags) } : {}) };
  const outputs = { output: plain(output), ...named(model.network.recurrent, state, 'next_state') };
  await write(`forecaster-${shortcut}`, model, {}, inputs, outputs);
}
for (const [characterHiddenSize, featureSize] of [
  [0, 0],
  [3, 0],
  [3, 2],
  [0, 2],
]) {
  // Ten words and more that end alike, so that there are features.
  const sentences = Array.from('bcdfghjklmnp', (letter) => ({
    tokens: ['the', `${letter}at`, 'sat'],
    tags: ['D', 'N', 'V'],
  }));
  const options = { head: 'softmax', characterHiddenSize, featureSize, hiddenSize: 5, maxSteps: 2, neighbourWeight: 0 };
  const model = await TokenTagger.fit(sentences, options);
  const [words, forms, spelled] = [
    [1, 2, 2, 1, 0, 1],
    [0, 1, 2, 1, 0, 2],
    [1, 2, 0, 2, 1, 2, 1, 0, 2, 1, 1, 1],
  ];
  const characters = { data: Int32Array.from(spelled), lengths: Int32Array.of(4, 2, 3), numSteps: 4 };
  const both = { words: Int32Array.from(words), forms: Int32Array.from(forms) };
  const affixes = Array.from({ length: featureSize === 0 ? 0 : 27 }, (_, i) => (i % 5 === 4 ? 0 : i % 3));
  const features = Int32Array.from(affixes);
  const batch = { numSteps: 3, lengths: Int32Array.of(3, 2), ...both, characters, features };
  const { scores } = noGrad(() => model.network.eval().forward(batch));
  const spelling = {
    characters: ints(spelled, [4, 3], 'int64'),
    character_lengths: ints([4, 2, 3], [3], 'int32'),
  };
  const inputs = { words: ints(words, [3, 2], 'int64'), lengths: ints([3, 2], [2], 'int32') };
  const all = {
    ...inputs,
    ...(characterHiddenSize + featureSize === 0 ? {} : { forms: ints(forms, [3, 2], 'int64') }),
    ...(characterHiddenSize === 0 ? {} : spelling),
    ...(featureSize === 0 ? {} : { features: ints(affixes, [3, 9], 'int64') }),
  };
  await write(`tagger-${characterHiddenSize}-${featureSize}`, model, {}, all, { scores: plain(scores) });
}
process.stdout.write(`${cases.length}\n`);
