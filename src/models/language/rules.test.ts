// The rules of a language model choose as docs/defaults.md says.
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../backend/choose.js';
import type { StartEvent } from '../options.js';
import { LanguageModel } from './languageModel.js';
import { chooseLanguage } from './rules.js';

const characters = { words: false, vocabulary: 70 };

describe('characters', () => {
  it.each([
    ['a short story', 20_000, { hiddenSize: 128, dropout: 0.3, batchSize: 16 }],
    ['a novella', 170_000, { hiddenSize: 256, dropout: 0.3, recurrent: { weightDropout: 0.2 } }],
    ['a book', 1_100_000, { hiddenSize: 256, dropout: 0.2 }],
    ['many books', 20_000_000, { hiddenSize: 256, dropout: 0 }],
  ])('%s, in two minutes', (_, tokens, wanted) => {
    expect(chooseLanguage({ ...characters, tokens })).toMatchObject({ ...wanted, minutes: 2, numSteps: 64 });
  });

  it('more minutes train a larger network, fewer a smaller one', () => {
    const sizeIn = (minutes: number) => chooseLanguage({ ...characters, tokens: 20_000_000 }, { minutes }).hiddenSize;
    expect([0.2, 2, 10, 40].map(sizeIn)).toEqual([128, 256, 384, 512]);
  });

  it('a learning rate that a larger network bears', () => {
    const rateOf = (hiddenSize: number) => chooseLanguage({ ...characters, tokens: 1e6 }, { hiddenSize }).learningRate;
    expect([128, 384, 512].map(rateOf)).toEqual([8e-3, 8e-3, 5e-3]);
  });

  it('no dropout of a few units', () => {
    expect(chooseLanguage({ ...characters, tokens: 20_000 }, { hiddenSize: 16 }).dropout).toBe(0);
    const words = chooseLanguage({ words: true, tokens: 20_000, vocabulary: 900 }, { hiddenSize: 16 });
    expect(words).toMatchObject({ dropout: 0 });
    expect(words).not.toHaveProperty('embeddingDropout');
  });

  it('none of weights in few passes, or where the call says a dropout', () => {
    const facts = { ...characters, tokens: 170_000 };
    expect(chooseLanguage(facts, { epochs: 20 })).toMatchObject({ recurrent: { weightDropout: 0.1 } });
    expect(chooseLanguage(facts, { epochs: 10 })).not.toHaveProperty('recurrent');
    expect(chooseLanguage(facts, { dropout: 0.5 })).not.toHaveProperty('recurrent');
  });

  it('few rows of a text that is hardly one', () => {
    expect(chooseLanguage({ ...characters, tokens: 1200 }).batchSize).toBe(2);
    expect(chooseLanguage({ ...characters, tokens: 10 }).batchSize).toBe(1);
  });
});

describe('words', () => {
  it.each([
    ['a novella', 40_000, 5_000, { minutes: 2, embeddingSize: 128, hiddenSize: 128 }],
    ['some books', 460_000, 18_000, { minutes: 23, embeddingSize: 200, hiddenSize: 400 }],
    ['a million', 930_000, 10_000, { minutes: 45, embeddingSize: 256, hiddenSize: 650 }],
  ])('%s', (_, tokens, vocabulary, wanted) => {
    expect(chooseLanguage({ words: true, tokens, vocabulary })).toMatchObject({ ...wanted, tied: true });
  });

  it('dropouts where words are seen many times, none of vectors where they have none', () => {
    const facts = { words: true, tokens: 460_000, vocabulary: 18_000 };
    expect(chooseLanguage(facts)).toMatchObject({
      dropout: 0.5,
      embeddingDropout: 0.1,
      recurrent: { inputDropout: 0.3 },
    });
    expect(chooseLanguage(facts, { epochs: 10 })).toMatchObject({ dropout: 0.35, recurrent: { inputDropout: 0.3 } });
    expect(chooseLanguage(facts, { epochs: 1 })).toMatchObject({ dropout: 0 });
    expect(chooseLanguage(facts, { dropout: 0.1 })).not.toHaveProperty('recurrent');
    expect(chooseLanguage(facts, { embeddingSize: 0 })).toMatchObject({ tied: false });
    expect(chooseLanguage(facts, { embeddingSize: 0 })).not.toHaveProperty('recurrent');
  });

  it('a smaller rate for more updates', () => {
    const rateOf = (given: object) =>
      chooseLanguage({ words: true, tokens: 930_000, vocabulary: 10_000 }, given).learningRate;
    expect([0.1, 1, 10, 20].map((epochs) => rateOf({ epochs, hiddenSize: 650 }))).toEqual([2.5e-3, 2.5e-3, 1e-3, 1e-3]);
    expect([500, 4000].map((maxSteps) => rateOf({ maxSteps, hiddenSize: 128 }))).toEqual([4e-3, 2e-3]);
    expect(rateOf({ epochs: 1, hiddenSize: 128, batchSize: 64 })).toBe(4e-3);
    expect(rateOf({})).toBe(1e-3);
  });

  it('a sampled softmax for large vocabularies with tied vectors', () => {
    const facts = { words: true, tokens: 460_000, vocabulary: 18_000 };
    expect(chooseLanguage(facts)).toMatchObject({ softmaxSamples: 1000 });
    expect(chooseLanguage({ ...facts, vocabulary: 3000 })).not.toHaveProperty('softmaxSamples');
    expect(chooseLanguage(facts, { tied: false })).not.toHaveProperty('softmaxSamples');
    expect(chooseLanguage(facts, { embeddingSize: 0 })).not.toHaveProperty('softmaxSamples');
    expect(chooseLanguage(facts, { softmaxSamples: 0 }).hiddenSize).toBe(256);
  });
});

describe('in a training', () => {
  beforeAll(async () => {
    await useBackend('reference');
  });

  const text = 'the cat sat on the mat , and the dog sat on the log . '.repeat(100);
  const startOf = async (recurrent: object): Promise<StartEvent> => {
    let start: StartEvent | undefined;
    await LanguageModel.fit(text, {
      ...{ tokens: 'word' as const, hiddenSize: 64, maxSteps: 200, validations: 1, recurrent },
      onStart(event) {
        start = event;
        throw new Error('enough');
      },
    }).catch(() => null);
    if (start === undefined) throw new Error('expected a start');
    return start;
  };

  it('one dropout that the call says leaves the other chosen', async () => {
    const { chosen, settings } = await startOf({ weightDropout: 0.3, inputDropout: undefined });
    const inputDropout = 0.3;
    expect(chosen).toMatchObject({ dropout: 0.5, recurrent: { inputDropout } });
    expect(settings).toMatchObject({ recurrent: { inputDropout, weightDropout: 0.3 } });
  });

  it('and wins where it is the same one', async () => {
    const { chosen, settings } = await startOf({ inputDropout: 0.1 });
    expect(chosen).not.toHaveProperty('recurrent');
    expect(settings).toMatchObject({ recurrent: { inputDropout: 0.1 } });
  });
});
