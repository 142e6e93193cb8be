// The main job in small, on every backend: a model learns, resumes bit for bit, is one file, and does not leak.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeSafetensors } from '../src/formats/index.js';
import { type Backend, LanguageModel, UnrolledError, useBackend } from '../src/node.js';
import { Corpus } from '../src/text/index.js';

/** A text with something to learn. */
const TEXT = Array.from({ length: 400 }, (_, i) => `line ${i % 7} says hello to ${'abcdefg'[(i * 3) % 7]};\n`).join('');
const SMALL = { hiddenSize: 24, embeddingSize: 8, batchSize: 4, numSteps: 10, seed: 3 };

const BACKENDS = ['native', 'wasm', 'reference'] as const;

describe.each(BACKENDS)('on %s', (name) => {
  let backend: Backend | null = null;
  beforeAll(async () => {
    try {
      backend = await useBackend(name);
    } catch (error) {
      if (!(error instanceof UnrolledError) || name !== 'native') throw error;
      console.log(`skipped on native: ${error.message}`);
    }
  });
  afterAll(() => backend?.close());

  it('learns, and beats a unigram by far', async ({ skip }) => {
    if (backend === null) return skip();
    const model = await LanguageModel.fit(TEXT, { ...SMALL, epochs: 3, validation: 0.1 });
    expect(model.training?.validation.at(-1)?.perplexity).toBeLessThan(3);
    expect(model.generate({ prime: 'line ', length: 20, seed: 1 })).toHaveLength(20);
    const metrics = model.evaluate(TEXT.slice(0, 3000));
    const loaded = LanguageModel.fromBytes(model.toBytes(), 'memory');
    expect(loaded.evaluate(TEXT.slice(0, 3000))).toEqual(metrics);
    expect(loaded.generate({ prime: 'line ', length: 30, seed: 5 })).toBe(
      model.generate({ prime: 'line ', length: 30, seed: 5 }),
    );
    expect(() => model.generate({ prime: '漢字 ☃', length: 3 })).not.toThrow();
  });

  it('ends after maxSteps, and goes on with more of them', async ({ skip }) => {
    if (backend === null) return skip();
    const saved: Uint8Array[] = [];
    const options = { ...SMALL, validation: 0.1 };
    const save = (bytes: Uint8Array): void => void saved.push(bytes);
    const short = await LanguageModel.fit(TEXT, { ...options, maxSteps: 3, checkpoint: { everySeconds: 0, save } });
    expect(short.training).toMatchObject({ step: 3, reason: 'done' });
    const longer = await LanguageModel.fit(TEXT, { resume: saved[1], validation: 0.1, maxSteps: 5 });
    expect(longer.training).toMatchObject({ step: 5, reason: 'done' });
  });

  it('resumes bit for bit', async ({ skip }) => {
    if (backend === null) return skip();
    const options = { ...SMALL, numLayers: 2, dropout: 0.2, epochs: 2, validation: 0.1 };
    const corpus = Corpus.fromText(TEXT, { validation: 0.1 });
    const whole = await LanguageModel.fit(corpus, options);
    const abort = new AbortController();
    const saved: Uint8Array[] = [];
    const half = await LanguageModel.fit(corpus, {
      ...options,
      signal: abort.signal,
      checkpoint: { everySeconds: 1e9, save: (bytes) => void saved.push(bytes) },
      onProgress: ({ step }) => step === 37 && abort.abort(),
    });
    expect(half.training?.reason).toBe('aborted');
    expect(saved).toHaveLength(1);
    const resumed = await LanguageModel.fit(corpus, { resume: saved[0], epochs: 2 });
    const weights = (model: LanguageModel) =>
      [...decodeSafetensors(model.toBytes(), 'memory').tensors].map(([n, t]) => [n, [...(t.data as Float32Array)]]);
    expect(weights(resumed)).toEqual(weights(whole));
  });

  it('waits between steps for onStep, which looks into the model, changes the learning rate and takes checkpoints', async ({
    skip,
  }) => {
    if (backend === null) return skip();
    const options = {
      ...SMALL,
      learningRate: 4e-3,
      schedule: 'constant',
      validation: 0.1,
      restoreBest: false,
      maxSteps: 6,
    };
    const plain = await LanguageModel.fit(TEXT, options);
    let [inside, most] = [0, 0];
    const checkpoints: Uint8Array[] = [];
    const rates: number[] = [];
    const watched = await LanguageModel.fit(TEXT, {
      ...options,
      onStep: async ({ step, learningRate }, training) => {
        most = Math.max(most, ++inside);
        rates.push(learningRate);
        await new Promise((resolve) => setTimeout(resolve, 1));
        expect(training.model).toBeInstanceOf(LanguageModel);
        training.model.generate({ length: 5 });
        if (step === 3) {
          checkpoints.push(training.checkpoint());
          training.learningRate = 0.5;
        }
        if (step === 4) training.learningRate = 4e-3;
        inside--;
      },
    });
    expect(most).toBe(1);
    expect(rates).toEqual([4e-3, 4e-3, 4e-3, 0.5, 4e-3, 4e-3]);
    expect(watched.toBytes()).not.toEqual(plain.toBytes());
    const resumed = await LanguageModel.fit(TEXT, { resume: checkpoints[0], maxSteps: 6 });
    expect(resumed.training?.loss).toBe(plain.training?.loss);
    const change = (rate: number) =>
      LanguageModel.fit(TEXT, { ...options, onStep: (_, training) => void (training.learningRate = rate) });
    await expect(change(-1)).rejects.toMatchObject({ code: 'RANGE' });
  });

  it('stops at a loss that is not finite, and names where', async ({ skip }) => {
    if (backend === null) return skip();
    const run = LanguageModel.fit(TEXT, { ...SMALL, epochs: 3, optimizer: 'sgd', learningRate: 1e38, clipNorm: 0 });
    await expect(run).rejects.toThrowError(/not at training step \d+: (parameter|result of|the loss)/);
  });
});
