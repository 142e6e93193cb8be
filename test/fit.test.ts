// fit as a user would call it: modules of one's own on generated data learn, go on as the same run, and leave nothing behind.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  Adam,
  backendOf,
  crossEntropy,
  Dropout,
  Embedding,
  fit,
  type FitHistory,
  GRU,
  Linear,
  LSTM,
  manualSeed,
  Module,
  type ModuleFitOptions,
  Recurrent,
  Sequential,
  SGD,
  sigmoid,
  tensor,
  type Tensor,
  type UnrolledError,
  useBackend,
} from '../src/node.js';
import { DataLoader, type LoadedBatch } from '../src/data/index.js';
import type { Storage } from '../src/tensor/device.js';
import { Philox } from '../src/tensor/philox.js';

beforeEach(() => useBackend('wasm'));
let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'unrolled-fit-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const V = 6;
const below = (rng: Philox, n: number): number => rng.uint32() % n;
type Forward = { lengths?: ArrayLike<number> };

/** Its tag of a token depends on the token before: only a recurrent network can know. */
class Tagger extends Module {
  readonly embed = new Embedding(V, 8);
  readonly rnn = new Recurrent(GRU, { inputSize: 8, hiddenSize: 16, dropout: 0 });
  readonly layers = [new Dropout(0.1), new Linear(16, 3)] as const;
  forward(x: Tensor, { lengths }: Forward = {}): Tensor {
    const { output } = this.rnn.forward(this.embed.forward(x), { lengths });
    return this.layers[1].forward(this.layers[0].forward(output));
  }
}

function sentences(count: number, seed: number): { x: number[]; y: number[] }[] {
  const rng = new Philox(seed);
  return Array.from({ length: count }, () => {
    const x = Array.from({ length: 2 + below(rng, 8) }, () => below(rng, V));
    return { x, y: x.map((token, t) => ((t === 0 ? 0 : x[t - 1]) + token) % 3) };
  });
}

/** Sequences of [1] numbers; the class says whether the first is above 0. */
function series(count: number, seed: number): { x: number[][]; y: number }[] {
  const rng = new Philox(seed);
  return Array.from({ length: count }, () => {
    const x = Array.from({ length: 1 + below(rng, 9) }, () => [rng.normal()]);
    return { x, y: x[0][0] > 0 ? 1 : 0 };
  });
}

const accuracy = (net: Tagger, data: { x: number[]; y: number[] }[]): number => {
  let right = 0;
  let all = 0;
  for (const { x, y, lengths } of new DataLoader(data, { batchSize: 50 })) {
    const scores = net.forward(x, { lengths }).toArray() as number[][][];
    const tags = y.toArray() as number[][];
    lengths.forEach((length, n) => {
      for (let t = 0; t < length; t++, all++) right += argmax(scores[t][n]) === tags[t][n] ? 1 : 0;
    });
  }
  return right / all;
};
const argmax = (row: number[]): number => row.indexOf(Math.max(...row));

describe('fit', () => {
  it('trains a tagger of one’s own, by the name of a loss', async () => {
    manualSeed(1);
    const net = new Tagger();
    const history = await fit(net, sentences(400, 1), {
      loss: 'crossEntropy',
      epochs: 12,
      learningRate: 0.02,
      clipNorm: 1,
    });
    expect(history).toMatchObject({ reason: 'done', epochs: 12, steps: 12 * 13, validationLoss: [] });
    expect(history.loss).toHaveLength(12);
    expect(history.loss[0]).toBeGreaterThan(0.9);
    expect(history.loss[11]).toBeLessThan(0.2);
    expect(net.training).toBe(false);
    expect(accuracy(net, sentences(100, 2))).toBeGreaterThan(0.97);
  });

  it('trains a classifier of ragged series, validates each epoch, stops early and keeps the best weights', async () => {
    manualSeed(2);
    class Classifier extends Module {
      rnn = new Recurrent(LSTM, { inputSize: 1, hiddenSize: 12 });
      head = new Linear(12, 2);
      forward(x: Tensor, lengths: ArrayLike<number>): Tensor {
        const { state } = this.rnn.forward(x, { lengths });
        return this.head.forward(state[0].h);
      }
    }
    const net = new Classifier();
    const validation = new DataLoader(series(200, 4), { batchSize: 64 });
    const lossOf = ({ x, y, lengths }: LoadedBatch): Tensor => crossEntropy(net.forward(x, lengths), y);
    const seen: number[] = [];
    const history = await fit(net, new DataLoader(series(60, 3), { batchSize: 16, shuffle: true }), {
      loss: lossOf,
      optimizer: new Adam(net, { lr: 0.03 }),
      validation,
      patience: 3,
      epochs: 60,
      onEpoch: ({ epoch }) => void seen.push(epoch),
    });
    expect(history.reason).toBe('early');
    expect(history.validationLoss).toHaveLength(history.loss.length);
    expect(seen).toEqual(history.loss.map((_, i) => i + 1));
    expect(history.bestEpoch).toBe(history.loss.length - 3);
    const best = Math.min(...history.validationLoss);
    expect(best).toBeLessThan(0.4);
    const total = [...validation].reduce((sum, batch) => sum + lossOf(batch).item() * batch.y.size, 0);
    expect(total / 200).toBeCloseTo(best, 6); // of the weights that were kept
  });

  it('takes batches of any kind, from arrays and from functions of the epoch', async () => {
    const run = async (data: Parameters<typeof fit>[1]): Promise<number[]> => {
      const net = new Linear(1, 1, { rng: new Philox(1) });
      const options: ModuleFitOptions<{ a: Tensor }, Linear> = {
        loss: ({ a }, module) => module.forward(a).sub(3).square().mean(),
        optimizer: 'sgd',
        learningRate: 0.1,
        epochs: 3,
      };
      return (await fit(net, data as { a: Tensor }[], options)).loss;
    };
    const list = [1, 2, 0.5].map((a) => ({ a: tensor([[a]]) }));
    const whole = await run(list);
    expect(whole).toHaveLength(3);
    expect(whole[2]).toBeLessThan(whole[0]);
    expect(await run(new Set(list))).toEqual(whole);
    expect(await run(() => list)).toEqual(whole);
    expect(
      await run(function* () {
        const all = tensor([[[1]], [[2]], [[0.5]]]); // outlives the step in which the generator begins
        for (let i = 0; i < 3; i++) yield { a: all.slice(0, i, i + 1).reshape([1, 1]) };
      }),
    ).toEqual(whole);
    await expect(run([1, 2].map((a) => ({ a: tensor([[a]]) })).values())).rejects.toThrow(
      /minibatches in epoch 2 of data, received none/,
    );
  });

  it('ends after maxSteps, and schedules know it', async () => {
    const net = new Linear(1, 1);
    const rates: number[] = [];
    const history = await fit(net, [{ x: [[1]], y: 1 }], {
      loss: ({ x }) => net.forward(x).square().mean(),
      optimizer: new SGD(net, 0.5),
      maxSteps: 4,
      schedule: ({ progress, totalSteps }) => (totalSteps === 4 ? 1 - progress : NaN),
      onProgress: ({ learningRate }) => rates.push(learningRate),
    });
    expect(history).toMatchObject({ steps: 4, epochs: 4, reason: 'done' });
    expect(rates).toEqual([0.5, 0.375, 0.25, 0.125]);
  });

  it('goes on until its signal where maxSteps is Infinity', async () => {
    const net = new Linear(1, 1);
    const abort = new AbortController();
    const history = await fit(net, [{ x: [[1]], y: 1 }], {
      loss: ({ x }) => net.forward(x).square().mean(),
      maxSteps: Infinity,
      signal: abort.signal,
      onProgress: ({ step }) => step === 25 && abort.abort(),
    });
    expect(history).toMatchObject({ steps: 25, reason: 'aborted' });
  });

  it('leaves parameters alone that its optimizer does not have, and their gradients at zero', async () => {
    const net = new Sequential(new Linear(2, 2, { rng: new Philox(1) }), new Linear(2, 1, { rng: new Philox(2) }));
    const [frozen, , head] = net.parameters();
    const before = [...frozen.data()];
    const headBefore = [...head.data()];
    await fit(net, [{ x: [[1, 2]], y: 1 }], {
      loss: ({ x }) => net.forward(x).square().mean(),
      optimizer: new Adam([head]),
      epochs: 2,
    });
    expect([...frozen.data()]).toEqual(before);
    expect(frozen.grad).toBeNull();
    expect([...head.data()]).not.toEqual(headBefore);
  });
});

describe('a checkpoint', () => {
  const DATA = sentences(70, 5);
  const run = (options: Partial<ModuleFitOptions<LoadedBatch>>) => {
    manualSeed(7);
    const net = new Tagger();
    const all = {
      loss: 'crossEntropy',
      epochs: 4,
      validation: sentences(20, 6),
      restoreBest: true,
      ...options,
    } as const;
    return fit(net, DATA, { ...all, learningRate: 0.05, schedule: 'cosine' } as ModuleFitOptions<LoadedBatch>).then(
      (history) => ({
        history,
        state: net.stateDict(),
      }),
    );
  };
  const timeless = (history: FitHistory) => ({ ...history, seconds: 0 });

  it('makes the same call go on as the same run, bit for bit, wherever it was killed', async () => {
    const whole = await run({});
    const saved: Uint8Array[] = [];
    await run({ checkpoint: { everySeconds: 0, save: (bytes) => void saved.push(bytes) } });
    expect(saved.length).toBeGreaterThan(12);
    const path = join(folder, 'run.checkpoint');
    for (const at of [0, 2, 4, 8, saved.length - 2, saved.length - 1]) {
      writeFileSync(path, saved[at]);
      const again = await run({ checkpoint: path });
      expect(again.state).toEqual(whole.state);
      expect(timeless(again.history)).toEqual(timeless(whole.history));
    }
  });

  it('is written where a signal aborts, and at the end, where it stays the result', async () => {
    const path = join(folder, 'run.checkpoint');
    const whole = await run({ checkpoint: path });
    expect(existsSync(path)).toBe(true);
    let steps = 0;
    const finished = await run({ checkpoint: path, onProgress: () => steps++ });
    expect([steps, finished.state]).toEqual([0, whole.state]);
    expect(timeless(finished.history)).toEqual(timeless(whole.history));

    const other = join(folder, 'other.checkpoint');
    const abort = new AbortController();
    const half = await run({
      checkpoint: other,
      signal: abort.signal,
      onProgress: ({ step }) => step === 5 && abort.abort(),
    });
    expect(half.history).toMatchObject({ reason: 'aborted', steps: 5 });
    expect((await run({ checkpoint: other })).state).toEqual(whole.state);

    const longer = await run({ checkpoint: path, epochs: 5 });
    expect(longer.history.loss).toHaveLength(5);
    const net = new Tagger();
    await net.load(path); // its weights alone
  });

  it('is refused with other settings, seeds or data, and where it is damaged', async () => {
    const path = join(folder, 'run.checkpoint');
    await run({ checkpoint: path, epochs: 1 });
    await expect(run({ checkpoint: path, batchSize: 8 })).rejects.toThrow(/batchSize 8 \(it has 32\)/);
    manualSeed(8);
    const net = new Tagger();
    const options = { loss: 'crossEntropy', checkpoint: path, resume: undefined } as const;
    await expect(fit(net, DATA, options)).rejects.toThrow(/the seed of the checkpoint .*\(7\), received 8/);
    manualSeed(7);
    await expect(fit(new Tagger(), sentences(200, 5), options)).rejects.toThrow(
      /3 minibatches in an epoch, received 7/,
    );
    await expect(fit(new Linear(1, 1), [{ x: [[1]], y: 1 }], options)).rejects.toMatchObject({ code: 'FORMAT' });
    writeFileSync(path, readFileSync(path).subarray(0, 500));
    await expect(run({ checkpoint: path })).rejects.toMatchObject({ code: 'FORMAT' });
  });
});

it('leaves nothing behind over 500 steps', async () => {
  const backend = backendOf(tensor([0]));
  const { allocate, release } = backend;
  const given = new Set<Storage>();
  backend.allocate = (dtype, length) => {
    const storage = allocate.call(backend, dtype, length);
    given.add(storage);
    return storage;
  };
  backend.release = (storage) => {
    given.delete(storage);
    release.call(backend, storage);
  };
  try {
    const live: number[] = [];
    await fit(new Tagger(), sentences(64, 1), {
      loss: 'crossEntropy',
      batchSize: 16,
      maxSteps: 500,
      validation: sentences(20, 2),
      onProgress: ({ step }) => (step === 20 || step === 500) && live.push(given.size),
    });
    expect(live).toHaveLength(2);
    expect(live[0]).toBeGreaterThan(0);
    expect(live[1]).toBe(live[0]);
  } finally {
    Object.assign(backend, { allocate, release });
  }
});

describe('what cannot be trained is refused', () => {
  const data = [{ x: [[1]], y: 1 }];
  const loss = ({ x }: LoadedBatch): Tensor => x.mean();
  it.each<[string, () => [unknown, unknown, unknown], RegExp, string]>([
    ['no module', () => [{}, data, { loss }], /a module to train/, 'OPTION'],
    ['no options', () => [new Linear(1, 1), data, undefined], /a loss, a function or one of crossEntropy/, 'OPTION'],
    [
      'an unknown loss',
      () => [new Linear(1, 1), data, { loss: 'crossentropy' }],
      /one of crossEntropy, .* received .*"crossentropy"/,
      'OPTION',
    ],
    [
      'an unknown option',
      () => [new Linear(1, 1), data, { loss, epoch: 3 }],
      /options of fit, received "epoch"/,
      'OPTION',
    ],
    [
      'patience alone',
      () => [new Linear(1, 1), data, { loss, patience: 3 }],
      /a validation part for patience/,
      'OPTION',
    ],
    ['no data', () => [new Linear(1, 1), [], { loss }], /minibatches in epoch 1 of data, received none/, 'EMPTY'],
    [
      'a text',
      () => [new Linear(1, 1), 'abc', { loss }],
      /minibatches or examples as data, received .*"abc"/,
      'OPTION',
    ],
    ['a stream', () => [new Linear(1, 1), (async function* () {})(), { loss }], /examples as data, received/, 'OPTION'],
    [
      'a function of nothing',
      () => [new Linear(1, 1), () => undefined, { loss }],
      /of epoch 1 from the function data/,
      'OPTION',
    ],
    [
      'a loss of many',
      () => [new Linear(1, 2), data, { loss: () => tensor([1, 2]) }],
      /a loss of one element/,
      'OPTION',
    ],
    ['a promise', () => [new Linear(1, 2), data, { loss: () => Promise.resolve() }], /received a Promise/, 'OPTION'],
    ['a loss without weights', () => [new Linear(1, 1), data, { loss }], /./, 'NO_GRADIENT'],
    [
      'no forward',
      () => [
        new (class extends Module {
          l = new Linear(1, 1);
        })(),
        data,
        { loss: 'mse' },
      ],
      /a module with forward\(x\)/,
      'OPTION',
    ],
    [
      'no tensor',
      () => [new Recurrent(GRU, { inputSize: 1, hiddenSize: 1 }), data, { loss: 'mse' }],
      /a tensor from Recurrent.forward/,
      'OPTION',
    ],
    ['no y', () => [new Linear(1, 1), [{ x: [[1]] }], { loss: 'mse' }], /\{ x, y \} of tensors/, 'OPTION'],
    [
      'a module without parameters',
      () => [new Dropout(0.5), data, { loss }],
      /received Dropout, which has none/,
      'OPTION',
    ],
    [
      'inputs and targets apart',
      () => [new Linear(1, 1), [[1]], [[2]]],
      /examples \{ x, y \} and options, received an array/,
      'OPTION',
    ],
    [
      'inputs and outputs',
      () => [new Linear(1, 1), [{ input: [1], output: [2] }], { loss: 'mse' }],
      /received an object with input, output.*\{ input, output \}\) => \(\{ x: input, y: output \}\)/s,
      'OPTION',
    ],
    ['pairs', () => [new Linear(1, 1), [[[1], [2]]], { loss: 'mse' }], /\(\[x, y\]\) => \(\{ x, y \}\)/, 'OPTION'],
    ['a rate', () => [new Linear(1, 1), data, { loss, learningRate: -1 }], /a learning rate/, 'RANGE'],
    ['maxSteps', () => [new Linear(1, 1), data, { loss, maxSteps: 0.5 }], /maxSteps/, 'RANGE'],
  ])('%s', async (_, make, message, code) => {
    const [module, given, options] = make();
    const error = await fit(module as Module, given as [], options as ModuleFitOptions<unknown>).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code });
    expect(`${(error as UnrolledError).message}. ${(error as UnrolledError).help}`).toMatch(message);
  });
});

it('learns XOR from rows of features', async () => {
  manualSeed(0);
  const net = new Sequential(new Linear(2, 3), sigmoid, new Linear(3, 1));
  const rows = [
    { x: [0, 0], y: [0] },
    { x: [0, 1], y: [1] },
    { x: [1, 0], y: [1] },
    { x: [1, 1], y: [0] },
  ];
  const asTokens = fit(net, rows, { loss: 'mse' });
  await expect(asTokens).rejects.toMatchObject({ code: 'DTYPE', help: expect.stringContaining("inputs: 'values'") });
  await fit(net, rows, { loss: 'mse', inputs: 'values', learningRate: 0.05, epochs: 1000 });
  const answers = net.forward(rows.map(({ x }) => x)).data();
  expect(Array.from(answers, (value) => Math.abs(Math.round(value)))).toEqual([0, 1, 1, 0]);
});
