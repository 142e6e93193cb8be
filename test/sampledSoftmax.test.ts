// A sampled softmax learns what the whole one does, and costs less.
import { beforeAll, describe, expect, it } from 'vitest';
import '../src/onNode/setup.js';
import { useBackend } from '../src/backend/choose.js';
import { Philox } from '../src/tensor/philox.js';
import { Corpus } from '../src/text/corpus.js';
import { LanguageModel } from '../src/models/language/languageModel.js';
import { CandidateSampler } from '../src/models/language/sampledSoftmax.js';

beforeAll(async () => {
  await useBackend('wasm');
});

/** Tokens as words are spread: the first often, the last hardly ever. */
function zipf(length: number, vocabulary: number, seed: number): Int32Array {
  const random = new Philox(seed);
  return Int32Array.from({ length }, () => Math.floor(vocabulary ** random.uniform()) - 1);
}

describe('candidates', () => {
  const vocabulary = 500;
  const tokens = zipf(20_000, vocabulary, 1);
  const sampler = new CandidateSampler(tokens, { vocabulary, targets: 40, draws: 60, seed: 2 });

  it('hold every target once, in its place, and the same ones for the same minibatch', () => {
    const targets = tokens.slice(100, 140);
    const drawn = sampler.draw(targets, 7);
    const { words, targets: places, corrections } = drawn;
    expect(Array.from(places, (place) => words[place])).toEqual([...targets]);
    expect([...words]).toEqual([...new Set(words)].sort((a, b) => a - b));
    expect(corrections).toHaveLength(words.length);
    expect(words.length).toBeLessThan(100);
    expect(drawn.shifts).toEqual(Float32Array.from(places, (place) => corrections[place]));
    expect(sampler.draw(targets, 7)).toEqual(drawn);
    expect(sampler.draw(targets, 8).words).not.toEqual(words);
  });

  it('stand for the sum over the vocabulary', () => {
    const random = new Philox(3);
    const logits = Float64Array.from({ length: vocabulary }, () => random.normal());
    const whole = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    const draws = 4000;
    let [mean, square] = [0, 0];
    for (let n = 0; n < draws; n++) {
      const targets = Int32Array.from({ length: 39 }, () => tokens[random.integer(tokens.length)]);
      const { words, corrections } = sampler.draw(targets, n);
      const sum = words.reduce((total, word, c) => total + Math.exp(logits[word] + corrections[c]), 0);
      mean += sum / draws;
      square += sum ** 2 / draws;
    }
    const error = Math.sqrt((square - mean ** 2) / draws);
    expect(Math.abs(mean - whole)).toBeLessThan(4 * error);
    expect(error).toBeLessThan(0.01 * whole);
  });

  it('of so many draws that no word is left out are the vocabulary, without corrections', () => {
    const all = new CandidateSampler(tokens, { vocabulary: 20, targets: 40, draws: 2000, seed: 2 });
    const { words, corrections } = all.draw(Int32Array.of(3, 3, 5), 0);
    expect(words).toHaveLength(20);
    expect(Math.max(...corrections)).toBeLessThan(1e-6);
  });
});

describe('a language model', () => {
  const words = Array.from({ length: 300 }, (_, i) => `w${i}`);
  const text = Array.from(zipf(9000, words.length, 4), (token, i) => words[i % 3 === 0 ? i % 7 : token]).join(' ');
  const corpus = Corpus.fromText(text, { tokens: 'word', validation: 0.1 });
  const train = (options: object) =>
    LanguageModel.fit(corpus, {
      ...{ hiddenSize: 24, embeddingSize: 24, tied: true, epochs: 3, batchSize: 8, numSteps: 16, seed: 1 },
      ...{ dropout: 0, recurrent: {}, embeddingDropout: 0, ...options },
    });

  it('learns as well from samples', async () => {
    const [whole, sampled] = [await train({ softmaxSamples: 0 }), await train({ softmaxSamples: 60 })];
    const [a, b] = [whole, sampled].map((model) => model.evaluate(corpus.validation).perplexity);
    expect(a).toBeLessThan(100);
    expect(Math.abs(b / a - 1)).toBeLessThan(0.05);
    expect(sampled.settings).toMatchObject({ softmaxSamples: 60 });
    // What the training shows is of the whole vocabulary, too.
    expect(Math.abs((sampled.training?.loss ?? NaN) - (whole.training?.loss ?? NaN))).toBeLessThan(0.1);
  });

  it('that draws every word trains as with the whole vocabulary', async () => {
    const [whole, sampled] = [await train({ maxSteps: 5 }), await train({ maxSteps: 5, softmaxSamples: 20_000 })];
    expect(sampled.training?.loss).toBeCloseTo(whole.training?.loss ?? NaN, 4);
  });

  it('says that the decoder wants tied vectors, and wrong numbers', async () => {
    await expect(train({ tied: false, softmaxSamples: 60 })).rejects.toMatchObject({ code: 'OPTION', help: /tied/ });
    await expect(train({ softmaxSamples: -1 })).rejects.toMatchObject({ code: 'RANGE' });
  });
});
