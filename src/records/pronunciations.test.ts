import { expect, it } from 'vitest';
import { readPairs } from './pairs.js';
import { holdsPronunciations, readPronunciations } from './pronunciations.js';

const MODULE = `/** @type {{ [word: string]: string }} */
export const dictionary = {
  "'bout": "B AW1 T",
  "a": "AH0",
  "a(2)": "EY1",
  "a.": "EY1",
  "aalto": "AA1 L T OW2 # name, finnish",
  "zywicki": "Z IH0 W IH1 K IY0"
}
`;

it('reads words with their pronunciations, further ones as rows of the same word, without remarks', () => {
  const { pairs, source, target } = readPairs(readPronunciations(MODULE, 'index.js'));
  expect([source, target]).toEqual(['word', 'pronunciation']);
  expect(pairs.map((pair) => [pair.source, pair.target, pair.line])).toEqual([
    ["'bout", 'B AW1 T', 3],
    ['a', 'AH0', 4],
    ['a', 'EY1', 5],
    ['a.', 'EY1', 6],
    ['aalto', 'AA1 L T OW2', 7],
    ['zywicki', 'Z IH0 W IH1 K IY0', 8],
  ]);
  expect(readPronunciations(MODULE.replaceAll('\n', '\r\n'), 'index.js').rows).toHaveLength(6);
});

it('reads the other way round by the names of the columns', () => {
  const { pairs } = readPairs(readPronunciations(MODULE, 'index.js'), { source: 'pronunciation' });
  expect(pairs[0]).toMatchObject({ source: 'B AW1 T', target: "'bout" });
});

it('tells such a module from a table', () => {
  expect(holdsPronunciations(MODULE)).toBe(true);
  expect(holdsPronunciations(MODULE.slice(MODULE.indexOf('export')))).toBe(true);
  for (const text of [
    'Go.\tVa !\n',
    '{"source": "a", "target": "b"}\n',
    '[\n{"a": "b"}]',
    'export,import\n1,2\n',
    '',
  ]) {
    expect(holdsPronunciations(text), text).toBe(false);
  }
});

it('says which line is no entry, and where there is none', () => {
  const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });
  expect(() => readPronunciations(MODULE.replace('"AH0"', 'AH0'), 'index.js')).toThrow(/in line 4 of index\.js/);
  expect(() => readPronunciations('export default {\n}\n', 'index.js')).toThrow(code('EMPTY'));
});
