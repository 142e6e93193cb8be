// Models that Keras 3, Keras 2 and TensorFlow.js saved (make_keras.py, make_tfjs.mjs), and what they predict. With UNROLLED_WRITTEN=FOLDER
// the files that are written here stay there, for check_keras.py and check_tfjs.mjs.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Embedding,
  LayerNorm,
  Linear,
  Module,
  Recurrent,
  type StateDict,
  type Tensor,
  tensor,
  UnrolledError,
  useBackend,
} from '../../src/node.js';
import { exportModel, importModel, loadWeights } from '../../src/convert/index.js';
import { ReferenceBackend } from '../../src/backend/reference/reference.js';

const FOLDER = join(import.meta.dirname, 'keras');
const file = (name: string): string => join(FOLDER, name);
const KEPT = process.env.UNROLLED_WRITTEN;
const written = KEPT ?? mkdtempSync(join(tmpdir(), 'unrolled-keras-'));

interface Case {
  name: string;
  files: string[];
  input: number[];
  x: number[];
  tokens: boolean;
  shape: number[];
  output: number[];
}
const casesOf = (set: string): Case[] =>
  (JSON.parse(readFileSync(file(`${set}.json`), 'utf8')) as { cases: Case[] }).cases;
const SETS = ['jax', 'tensorflow', 'torch', 'keras2', 'tfjs'];
const cases = SETS.flatMap(casesOf).flatMap((own) => own.files.map((name) => [name, own] as const));
const whole = cases.filter(([name]) => !name.endsWith('.weights.h5'));

beforeAll(async () => {
  await useBackend(new ReferenceBackend());
  mkdirSync(written, { recursive: true });
});
afterAll(() => {
  if (KEPT === undefined) rmSync(written, { recursive: true });
});

/** Keras has the batch first. */
function inputOf({ x, input, tokens }: Case): Tensor {
  return tensor(x, tokens ? { dtype: 'int32' } : {})
    .reshape(input)
    .transpose(0, 1);
}

function difference(own: Case, output: Tensor): number {
  const first = output.rank === 3 ? output.transpose(0, 1) : output;
  expect(first.shape).toEqual(own.shape);
  return Array.from(first.data()).reduce((most, value, i) => Math.max(most, Math.abs(value - own.output[i])), 0);
}

describe.each(whole)('%s', (name, own) => {
  it('predicts what Keras predicts, and so does it in our own format', async () => {
    const model = await importModel(file(name));
    expect([model.layout, model.unmapped]).toEqual([name.startsWith('tfjs') ? 'TensorFlow.js' : 'Keras', []]);
    expect(difference(own, model.network().forward(inputOf(own)).output)).toBeLessThan(1e-5);
    const ours = await importModel(model.toBytes());
    expect([ours.layout, ours.layers, ours.order]).toEqual(['Unrolled', model.layers, model.order]);
    expect(difference(own, ours.network().forward(inputOf(own)).output)).toBeLessThan(1e-5);
  });

  it('goes out as a model of Keras and of TensorFlow.js, and comes back', async () => {
    const model = await importModel(file(name));
    const { file: keras, folder } = writtenOf(name.replace(/\W/g, '-'), own);
    const bytes = exportModel(model, 'keras');
    expect(exportModel(model.network(), 'keras')).toEqual(bytes);
    writeFileSync(keras, bytes);
    const back = await importModel(bytes);
    expect(back.weights).toEqual(renamed(model.weights, back.weights));
    expect(difference(own, back.network().forward(inputOf(own)).output)).toBeLessThan(1e-5);
    if (model.layers.some((layer) => layer.kind === 'recurrent' && layer.cell === 'gru')) {
      expect(() => exportModel(model, 'tfjs')).toThrow(/GRU with the reset after the product/);
      return;
    }
    mkdirSync(folder, { recursive: true });
    for (const [path, part] of exportModel(model, 'tfjs')) writeFileSync(join(folder, path), part);
    const web = await importModel(join(folder, 'model.json'));
    expect(difference(own, web.network().forward(inputOf(own)).output)).toBeLessThan(1e-5);
  });
});

/** Where a model goes, with the case beside it. */
function writtenOf(name: string, own: Case): { file: string; folder: string } {
  writeFileSync(join(written, `${name}.json`), JSON.stringify(own));
  return { file: join(written, `${name}.keras`), folder: join(written, name) };
}

/** The same numbers under the names that the others have: a name without dots there. */
function renamed(weights: StateDict, others: StateDict): StateDict {
  const names = Object.keys(others);
  return Object.fromEntries(Object.values(weights).map((own, i) => [names[i], { ...own, name: names[i] }]));
}

describe('networks of ours', () => {
  const x = [0, 1, 2, 3, 4, 5, 6, 1, 0, 3];

  it('as a list of layers, in both directions and several layers', async () => {
    for (const cell of ['lstm', 'gru', 'gru-reset-before', 'rnn', 'rnn-relu', 'rnn-identity']) {
      const parts = [
        new Embedding(7, 3),
        new LayerNorm(3),
        new Recurrent(cell, { inputSize: 3, hiddenSize: 5, numLayers: 2, bidirectional: true }),
        new Recurrent(cell, { inputSize: 10, hiddenSize: 2, bidirectional: true, merge: 'mean', bias: false }),
        new Linear(2, 3),
      ] as const;
      const [embed, norm, deep, merged, head] = parts;
      const tokens = tensor(x, { dtype: 'int32' }).reshape([5, 2]);
      const read = norm.forward(embed.forward(tokens));
      const output = head.forward(merged.forward(deep.forward(read).output).output);
      const own: Case = {
        ...{ name: cell, files: [], tokens: true, input: [2, 5], shape: [2, 5, 3] },
        x: Array.from(tokens.transpose(0, 1).data()),
        output: Array.from(output.transpose(0, 1).data()),
      };
      const { file: keras, folder } = writtenOf(`ours-${cell}`, own);
      writeFileSync(keras, exportModel(parts, 'keras'));
      const back = await importModel(keras);
      expect(difference(own, back.network().forward(tokens).output)).toBeLessThan(1e-5);
      if (cell === 'gru') continue;
      mkdirSync(folder, { recursive: true });
      for (const [path, part] of exportModel(parts, 'tfjs')) writeFileSync(join(folder, path), part);
    }
  });

  it('that are not layers one after the other are refused', () => {
    class Own extends Module {
      rnn = new Recurrent('lstm', { inputSize: 2, hiddenSize: 2 });
    }
    expect(() => exportModel(new Own(), 'keras')).toThrow(/a forward of its own/);
    expect(() => exportModel([new Linear(2, 3), new Linear(2, 3)], 'keras')).toThrow(/another size/);
    const parts = [new Recurrent('mgu', { inputSize: 2, hiddenSize: 2 })];
    expect(() => exportModel(parts, 'keras')).toThrow(/the cell MGU/);
    const projected = [new Recurrent('lstm-projection', { inputSize: 2, hiddenSize: 4, projSize: 2 })];
    expect(() => exportModel(projected, 'keras')).toThrow(/projection/);
  });
});

it('weights go into a network of one’s own, by the names of the layers', async () => {
  class Net extends Module {
    lstm = new Recurrent('lstm', { inputSize: 3, hiddenSize: 4 });
    dense = new Linear(4, 2);
  }
  const [own] = casesOf('jax');
  for (const name of own.files) {
    const net = new Net();
    expect(await loadWeights(net, file(name))).toEqual({ missing: [], unexpected: [] });
    const { state } = net.lstm.forward(inputOf(own));
    expect(difference(own, net.dense.forward(state[0].h))).toBeLessThan(1e-5);
    const alone = new Linear(4, 2);
    await loadWeights(alone, file(name), { prefix: 'dense' });
    expect(alone.weight.data()).toEqual(net.dense.weight.data());
  }
});

it('a model that branches has its weights, and no network', async () => {
  const model = await importModel(file('branches.keras'), { partial: true });
  expect(model.layers).toHaveLength(2);
  expect(() => model.network()).toThrow(/Concatenate\) stands between them/);
  await expect(async () => exportModel(model, 'keras')).rejects.toThrow(UnrolledError);
});

it.each(cases.filter(([name]) => name.endsWith('.weights.h5')))(
  '%s has the weights of the whole model',
  async (name) => {
    const alone = await importModel(file(name));
    const full = await importModel(file(name.replace('.weights.h5', '.keras')));
    expect(Object.keys(alone.weights).sort()).toEqual(Object.keys(full.weights).sort());
  },
);

it.each([
  ['hard-sigmoid.keras', /recurrent_activation 'hard_sigmoid'|hard_sigmoid/],
  ['lambda.keras', /Lambda: code of Python/],
  ['convolution.keras', /Conv1D: there is no such layer/],
])('%s is refused by name', async (name, message) => {
  const error: unknown = await importModel(file(name)).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(UnrolledError);
  expect(error).toMatchObject({ code: 'FORMAT', message: expect.stringMatching(message) });
  const model = await importModel(file(name), { partial: true });
  expect(() => model.network()).toThrow(/stands between them/);
});
