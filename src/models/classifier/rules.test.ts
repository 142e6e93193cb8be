// The rules choose as written: docs/defaults.md says what each is worth.
import { describe, expect, it } from 'vitest';
import { chooseFor, tokensFor } from './rules.js';

const WORDS = { tokens: 'word', labels: 2 } as const;
const NAMES = { tokens: 'char', labels: 18 } as const;

describe('the rules of a classifier', () => {
  it('read single short words by characters', () => {
    expect(tokensFor(['Nakamura', 'Schwarzkopf ', 'Li'])).toBe('char');
    expect(tokensFor(['a fine film', 'Li', 'dull'])).toBe('word');
    expect(tokensFor(['x'.repeat(200)])).toBe('word');
    expect(tokensFor([])).toBe('word');
    // One of many may be two words.
    expect(tokensFor([...Array.from({ length: 30 }, () => 'Li'), 'de la Cruz'])).toBe('char');
  });

  it.each([
    ['500 sentences', { rows: 500, tokensPerRow: 20 }, { batchSize: 32, epochs: 20, minCount: 1, minutes: 5 }],
    ['2,000 sentences', { rows: 2000, tokensPerRow: 20 }, { batchSize: 32, epochs: 19, minCount: 2, minutes: 5 }],
    ['10,000 sentences', { rows: 10_000, tokensPerRow: 20 }, { batchSize: 64, epochs: 8, minCount: 2, minutes: 5 }],
    ['25,000 reviews', { rows: 25_000, tokensPerRow: 260 }, { batchSize: 64, epochs: 4, minCount: 3, minutes: 10 }],
  ])('give %s their epochs and minutes', (_, counted, chosen) => {
    const settings = chooseFor({ ...WORDS, ...counted }, {});
    expect(settings).toMatchObject({ ...chosen, lowercase: true, embeddingDeviation: 0.1, wordDropout: 0.2 });
    expect(settings).not.toHaveProperty('maxLength');
  });

  it('keep the case of names, and hide none of their characters', () => {
    const settings = chooseFor({ ...NAMES, rows: 18_000, tokensPerRow: 8 }, {});
    expect(settings).toMatchObject({ epochs: 11, wordDropout: 0, embeddingDeviation: 1, pooling: 'last-mean-max' });
    expect(settings).not.toHaveProperty('lowercase');
    expect(settings).not.toHaveProperty('minCount');
  });

  it('go by a batch size that the call says', () => {
    expect(chooseFor({ ...WORDS, rows: 10_000, tokensPerRow: 20 }, { batchSize: 16 })).toMatchObject({
      ...{ batchSize: 16, epochs: 4 },
    });
  });

  it('cut long texts where the time does not suffice for three passes, and only there', () => {
    const many = { ...WORDS, rows: 100_000, tokensPerRow: 300 };
    expect(chooseFor(many, {}).maxLength).toBe(100);
    expect(chooseFor(many, { minutes: 60 }).maxLength).toBeUndefined();
    expect(chooseFor(many, { minutes: 0.2 }).maxLength).toBe(50);
    expect(chooseFor({ ...many, tokensPerRow: 40 }, { minutes: 0.2 }).maxLength).toBeUndefined();
    expect(chooseFor(many, { epochs: 2 }).maxLength).toBeUndefined();
    expect(chooseFor(many, { epochs: 2, minutes: 1 }).maxLength).toBe(50);
  });
});
