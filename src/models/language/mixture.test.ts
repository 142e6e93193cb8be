// A mixture of a network and n-grams: its weights, its figures, and the model that has one.
import { beforeAll, describe, expect, it } from 'vitest';
import '../../autograd/methods.js';
import { useBackend } from '../../backend/choose.js';
import { decodeSafetensors, encodeSafetensors } from '../../formats/safetensors.js';
import { exportOnnx } from '../exportOnnx.js';
import { exportModel } from '../foreign/exportModel.js';
import { Corpus } from '../../text/corpus.js';
import { NgramModel } from '../../text/ngram.js';
import { atOnce } from '../../tensor/readAll.js';
import { measureLosses, tokenLosses } from './evaluation.js';
import { LanguageModel } from './languageModel.js';
import { crossFitted, fittedShares, Mixture, tokenPredictions } from './mixture.js';
import { useMixtures } from './useMixtures.js';

const TEXT = Array.from({ length: 300 }, (_, i) => `line ${i % 7} says hello to ${'abcdefg'[(i * 3) % 7]};\n`).join('');
const SMALL = { hiddenSize: 8, embeddingSize: 4, batchSize: 4, numSteps: 8, maxSteps: 30, validation: 0.2, seed: 3 };
const corpus = Corpus.fromText(TEXT, { validation: 0.2 });

let model: LanguageModel;
beforeAll(async () => {
  useMixtures();
  await useBackend('reference');
  model = await LanguageModel.fit(corpus, { ...SMALL, mixture: true });
});

describe('shares', () => {
  /** Tokens that the network knows where nothing was seen, and the n-grams where one token was. */
  const predictions = {
    network: Float64Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 0.5 : 0.1)),
    ngrams: Float64Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 0.1 : 0.5)),
    matched: Uint8Array.from({ length: 400 }, (_, i) => i % 2),
  };

  it('go to whoever predicts better, for each length of the context', () => {
    const [none, one, never] = fittedShares(predictions, 3);
    expect(none).toBeLessThan(0.1);
    expect(one).toBeGreaterThan(0.9);
    // Nothing was seen of that length: as over all.
    expect(never).toBeCloseTo(0.5, 5);
    // One share for all would give 0.3 everywhere.
    expect(Math.exp(-crossFitted(predictions, 3).loss)).toBeGreaterThan(0.45);
  });

  it('are the likeliest: the fixed point of a case with a known answer', () => {
    // P = λ p + (1 − λ) q over an equal number of (p, q) = (0.8, 0.2) and (0.2, 0.6): the derivative is zero at λ = 7/24 · … solved below.
    const network = Float64Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 0.2 : 0.6));
    const ngrams = Float64Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 0.8 : 0.2));
    const [share] = fittedShares({ network, ngrams, matched: new Uint8Array(200) }, 1);
    // d/dλ [ln(0.2 + 0.6 λ) + ln(0.6 − 0.4 λ)] = 0 at λ = 7/12.
    expect(share).toBeCloseTo(7 / 12, 3);
  });

  it('of the other half: what is measured was not fitted to', () => {
    // Halves of opposite kinds: whatever is fitted to one is wrong for the other.
    const opposite = {
      network: Float64Array.from({ length: 400 }, (_, i) => (i < 200 ? 0.9 : 0.01)),
      ngrams: Float64Array.from({ length: 400 }, (_, i) => (i < 200 ? 0.01 : 0.9)),
      matched: new Uint8Array(400),
    };
    expect(crossFitted(opposite, 1).perplexity).toBeGreaterThan(10);
    const own = new Mixture(NgramModel.fit(Int32Array.of(0, 1), { order: 1, vocabularySize: 2 }), [0.5]);
    expect(own.measure(opposite).perplexity).toBeLessThan(2.3);
  });
});

describe('a model with a mixture', () => {
  it('measures what its distributions say, token by token', () => {
    const tokens = corpus.validation.subarray(0, 40);
    const measured = model.evaluate(tokens);
    const session = model.session();
    let sum = 0;
    for (let i = 0; i + 1 < tokens.length; i++) {
      const p = session.read(tokens.subarray(i, i + 1)).probabilities();
      expect(p.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
      sum -= Math.log(p[tokens[i + 1]]);
    }
    session.close();
    expect(measured.loss).toBeCloseTo(sum / (tokens.length - 1), 5);
  });

  it('is better than either part, and says all three', () => {
    const { network, ngrams, perplexity } = model.evaluate(corpus.validation);
    expect(network?.perplexity).toBeGreaterThan(perplexity);
    expect(ngrams?.perplexity).toBeGreaterThanOrEqual(perplexity - 1e-9);
    expect(model.mixture?.validation?.tokens).toBe(corpus.validation.length - 1);
    expect(model.training?.final?.perplexity).toBeCloseTo(network?.perplexity ?? NaN, 1);
  });

  it('is the same model from its file, and the network alone without', () => {
    const loaded = LanguageModel.fromBytes(model.toBytes());
    const options = { prime: 'line ', length: 40, seed: 5 };
    expect(loaded.mixture?.shares).toEqual(model.mixture?.shares);
    expect(loaded.evaluate(TEXT)).toEqual(model.evaluate(TEXT));
    expect(loaded.generate(options)).toBe(model.generate(options));
    expect(loaded.predict('line 4 says hel')[0]).toMatchObject({ token: 'l' });
    expect(Buffer.from(loaded.toBytes())).toEqual(Buffer.from(model.toBytes()));
    loaded.mixture = null;
    expect(loaded.evaluate(TEXT)).not.toHaveProperty('network');
    expect([...decodeSafetensors(loaded.toBytes(), 'm').tensors.keys()].join()).not.toContain('ngrams');
  });

  it('goes on from the state of a session as from its text', () => {
    const first = model.session().read('line 3 says');
    const second = model.session(first.toBytes());
    expect(second.probabilities()).toEqual(first.probabilities());
    expect(second.generate({ length: 20, seed: 2 })).toBe(
      model.generate({ prime: 'line 3 says', length: 20, seed: 2 }),
    );
  });

  it('is refused by formats that know networks alone', async () => {
    await expect(exportOnnx(model)).rejects.toMatchObject({ code: 'UNSUPPORTED', help: /mixture = null/ });
    expect(() => exportModel(model, 'npz')).toThrow(/network alone .* n-grams/);
  });
});

it.each([
  ['other shares', { order: 7, shares: [0.1, 0.2] }, /7 shares/],
  ['shares beyond 1', { order: 7, shares: [0, 0, 0, 0, 0, 0, 2] }, /list of numbers "shares"/],
  ['another order', { order: 4, shares: [0, 0, 0, 0] }, /nodes on 4 levels/],
])('a file with %s is refused', (_, mixture, message) => {
  const { tensors, metadata } = decodeSafetensors(model.toBytes(), 'm');
  const config = JSON.stringify({ ...(JSON.parse(metadata.config) as object), mixture });
  const changed = [...tensors].map(([name, tensor]) => ({ name, ...tensor }));
  const refused = (bytes: Uint8Array) => () => LanguageModel.fromBytes(bytes, 'm');
  expect(refused(encodeSafetensors(changed, { ...metadata, config }))).toThrow(message);
  const without = changed.filter(({ name }) => name !== 'ngrams:count');
  expect(refused(encodeSafetensors(without, metadata))).toThrow(/counts "ngrams:count" in m, found none/);
});

it('comes at the end of a training that was interrupted, too', async () => {
  const saved: Uint8Array[] = [];
  const abort = new AbortController();
  const half = await LanguageModel.fit(corpus, {
    ...{ ...SMALL, mixture: true, signal: abort.signal },
    checkpoint: { everySeconds: 1e9, save: (bytes) => void saved.push(bytes) },
    onProgress: ({ step }) => {
      if (step === 12) abort.abort();
    },
  });
  expect(half.mixture).toBeNull();
  const resumed = await LanguageModel.fit(corpus, { resume: saved[0] });
  expect(Buffer.from(resumed.toBytes())).toEqual(Buffer.from(model.toBytes()));
});

it('wants a validation part', async () => {
  const wanted = expect.objectContaining({ code: 'TOO_SHORT', help: expect.stringContaining('validation') as unknown });
  await expect(LanguageModel.fit(TEXT, { ...SMALL, validation: 0, mixture: true })).rejects.toEqual(wanted);
  expect(() => model.mixWithNgrams(Corpus.fromText(TEXT, { validation: 0.001 }))).toThrow(wanted as Error);
});

it('losses token by token are those of the sum', () => {
  const all = corpus.train.subarray(0, 3000);
  const losses = model.network.eval() && atOnce(tokenLosses(model.network, all));
  const sum = losses.reduce((a, b) => a + b, 0);
  expect(losses).toHaveLength(2999);
  expect(sum / 2999).toBeCloseTo(atOnce(measureLosses(model.network, all, Infinity)).loss, 12);
  const ngrams = NgramModel.fit(corpus.train, { order: 3, vocabularySize: corpus.vocabulary.size });
  const { matched, ngrams: given } = tokenPredictions(ngrams, all, losses);
  expect([...matched.subarray(0, 3)]).toEqual([1, 2, 2]);
  expect(given[1]).toBeCloseTo(ngrams.probability(all.subarray(0, 2), all[2]), 12);
});
