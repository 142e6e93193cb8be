import { expect, it } from 'vitest';
import { TranslationMemory } from './translationMemory.js';

const words = (text: string): string[] => text.split(' ');
const PAIRS = [
  ['the cat sleeps', 'le chat dort'],
  ['the dog sleeps', 'le chien dort'],
  ['the dog eats the meat', 'le chien mange la viande'],
  ['the house', 'la maison'],
].map(([source, target]) => ({ source: words(source), target }));

it('answers with the target of the source that is most alike, rare tokens counting more', () => {
  const memory = new TranslationMemory(PAIRS);
  expect(memory.translate(words('the dog sleeps'))).toBe('le chien dort');
  expect(memory.translate(words('the cat eats'))).toBe('le chat dort'); // the longer one has more that is not asked
  expect(memory.translate(words('the meat'))).toBe('le chien mange la viande');
  expect(memory.translate(words('a house'))).toBe('la maison');
  expect(memory.translate(words('nothing known'))).toBe('');
  expect(memory.translate([])).toBe('');
});

it('counts a feature once, and takes the first of equals', () => {
  const memory = new TranslationMemory([
    { source: ['b', 'a'], target: '1' },
    { source: ['a', 'b'], target: '2' },
  ]);
  expect(memory.translate(['a', 'a', 'b'])).toBe('1');
});

it('sees runs of neighbours where it is told to', () => {
  const pairs = ['ab', 'ba'].map((text) => ({ source: Array.from(text), target: text }));
  expect(new TranslationMemory(pairs, 2).translate(Array.from('bab'))).toBe('ab');
  expect(new TranslationMemory(pairs, 2).translate(Array.from('bba'))).toBe('ba');
  expect(() => new TranslationMemory([])).toThrow(expect.objectContaining({ code: 'EMPTY' }));
});
