import { expect, it } from 'vitest';
import { translatorRules } from './rules.js';
import { Translator } from './translator.js';

it('reads few pairs again and again, with smaller networks and minibatches', () => {
  const few = translatorRules({ pairs: 1000, targetLength: 9, ofWords: true });
  expect(few).toMatchObject({ epochs: 40, batchSize: 32, hiddenSize: 128, dropout: 0.3, minCount: 1, validation: 0.1 });
  const some = translatorRules({ pairs: 29_000, targetLength: 13, ofWords: true });
  expect(some).toMatchObject({ epochs: 13, batchSize: 64, dropout: 0.3, minCount: 2 });
  expect(some).not.toHaveProperty('hiddenSize');
  const many = translatorRules({ pairs: 150_000, targetLength: 8, ofWords: true });
  expect(many).toMatchObject({ epochs: 6, batchSize: 128, dropout: 0.2, maxSize: 10_000, validation: 0.02 });
});

it('lets characters be what they are', () => {
  expect(translatorRules({ pairs: 5000, targetLength: 20, ofWords: false })).not.toHaveProperty('maxSize');
});

it('counts the pairs, and gives way to what is said', () => {
  const pairs = [
    { source: 'good morning', target: 'guten Morgen' },
    { source: 'yes', target: 'ja' },
  ];
  const { choose } = Translator.definition;
  expect(choose?.(pairs, {}).facts).toBe('2 pairs, 2.5 tokens a target');
  expect(choose?.(pairs, { tokens: 'char' }).facts).toBe('2 pairs, 8.0 tokens a target');
});
