import { expect, it } from 'vitest';
import { Corpus } from '../../../text/corpus.js';
import { Philox } from '../../../tensor/philox.js';
import { repeatedText, repeatedValidation } from './repeated.js';

const random = (length: number, seed: number): string => {
  const rng = new Philox(seed);
  return Array.from({ length }, () => 'abcdefgh'[rng.integer(8)]).join('');
};

it('tells of a validation part that stands in the training part, and of no other', () => {
  const [train, fresh] = [random(9000, 1), random(1000, 2)];
  const alone = repeatedValidation(Corpus.fromText(train + fresh, { validation: 0.1 }));
  expect(alone).toBe(0);
  expect(repeatedText(alone)).toEqual([]);
  const half = train.slice(300, 800) + fresh.slice(0, 500);
  const twice = repeatedValidation(Corpus.fromText(train + half, { validation: 0.1 }));
  expect(twice).toBeCloseTo(0.5, 2);
  expect(repeatedText(twice)).toEqual([
    expect.stringMatching(/^note: 50 % of the validation part stands word for word/),
  ]);
});
