// What words say by their letters: affixes, shapes, and which of them a tagger keeps.
import { expect, it } from 'vitest';
import { Philox } from '../../tensor/philox.js';
import { TaggerWords } from './taggerWords.js';
import { FEATURES_OF_A_WORD, featuresOf, shapeOf } from './wordFeatures.js';

const SETTINGS = { lowercase: true, zeroDigits: true };

it('cuts prefixes and suffixes by characters, and leaves out those that are longer than the word', () => {
  expect(featuresOf('Running', 'running')).toEqual([
    ...['prefix r', 'prefix ru', 'prefix run', 'prefix runn'],
    ...['suffix g', 'suffix ng', 'suffix ing', 'suffix ning'],
    'shape Xxx',
  ]);
  const two = featuresOf('𠮷a', '𠮷a');
  expect(two).toEqual(['prefix 𠮷', 'prefix 𠮷a', '', '', 'suffix a', 'suffix 𠮷a', '', '', 'shape xx']);
  expect(two).toHaveLength(FEATURES_OF_A_WORD);
});

it.each([
  ['Anna', 'Xxx'],
  ['A', 'X'],
  ['NATO', 'XX'],
  ['iPhone', 'xXxx'],
  ['10-11', 'dd-dd'],
  ['3.', 'd.'],
  ['daddy', 'xx'],
  ['Éva2', 'Xxxd'],
  ['@user_1', '@xx_d'],
  ['漢字', 'xx'],
])('the shape of %s is %s', (token, shape) => {
  expect(shapeOf(token)).toBe(shape);
});

it('keeps what ten words have; other features are nothing', () => {
  const stems = ['walk', 'talk', 'chalk', 'work', 'jerk', 'bark', 'mark', 'park', 'ask', 'mask'];
  const sentences = [[...stems.map((stem) => `${stem}ed`), ...new Array<string>(12).fill('zzz')]];
  const words = TaggerWords.fromSentences(sentences, SETTINGS, { features: true });
  const known = words.features;
  expect(known?.toJSON().tokens).toEqual(['<unk>', 'shape xx', 'suffix d', 'suffix ed', 'suffix ked']);
  const { forms, features } = words.encode([['balked', 'zzz']]);
  const named = features.map((own) => Array.from(own, (index) => (index === 0 ? '' : known?.token(index))));
  expect(Array.from(forms[0])).toEqual([0, 1]);
  expect(named[0]).toEqual(['', '', '', '', 'suffix d', 'suffix ed', 'suffix ked', '', 'shape xx']);
  expect(named[1]).toEqual(['', '', '', '', '', '', '', '', 'shape xx']);
  const batch = words.batch(words.encode([['zzz'], [], ['balked', 'zzz']]), Int32Array.of(2, 0));
  expect(Array.from(batch.forms)).toEqual([0, 1, 1, 0]);
  expect(Array.from(batch.features)).toEqual([...features[0], ...features[1]]);
  expect(TaggerWords.fromSentences(sentences, SETTINGS, { features: false }).features).toBeNull();
});

it('forgets a word the less often the more often it occurs', () => {
  const counts = { once: 1, twice: 2, often: 10 };
  const sentences = Object.entries(counts).map(([word, count]) => Array.from({ length: count }, () => word));
  const words = TaggerWords.fromSentences(sentences, SETTINGS, { features: false });
  const rounds = 4000;
  const encoded = words.encode([[...Object.keys(counts), 'new']]);
  const rates = (once: number, often: number): number[] => {
    const random = new Philox(1, 2);
    const forgotten = [0, 0, 0, 0];
    for (let i = 0; i < rounds; i++) {
      const batch = words.batch(encoded, Int32Array.of(0), { random, once, often });
      batch.words.forEach((word, t) => (forgotten[t] += word === words.words.unknownIndex ? 1 : 0));
    }
    return forgotten.map((count) => count / rounds);
  };
  const found = rates(0.3, 0.8);
  [0.3, 0.4, 0.08, 1].forEach((rate, t) => expect(Math.abs(found[t] - rate)).toBeLessThan(0.025));
  expect(rates(0, 0)).toEqual([0, 0, 0, 1]);
});
