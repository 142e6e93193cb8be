// Whatever stands in a file, a reader reads it or says what is wrong with it: no other error, no endless search.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnrolledError } from '../errors.js';
import { plainText } from '../data/extract.js';
import { decodeAny } from '../text/decode.js';
import { readVectors } from '../text/vectors.js';
import { readIdx } from './idx.js';
import { labelledTexts } from './labelledTexts.js';
import { readPairs } from './pairs.js';
import { readPronunciations } from './pronunciations.js';
import { readSeries } from './series.js';
import { readTable, TABLE_FORMATS } from './table.js';
import { readTagged } from './tagged.js';

const READERS: Record<string, (text: string) => unknown> = {
  ...Object.fromEntries(TABLE_FORMATS.map((format) => [format, (text: string) => readTable(text, 'x', { format })])),
  table: (text) => readTable(text, 'x'),
  rows: (text) => readTable(text, 'x', { keepEmpty: true }),
  labelled: (text) => labelledTexts(readTable(text, 'x')),
  pairs: (text) => readPairs(readTable(text, 'x')),
  series: (text) => readSeries(readTable(text, 'x')),
  filled: (text) => readSeries(readTable(text, 'x'), { missing: 'interpolate', future: true }),
  timed: (text) =>
    readSeries(readTable(text, 'x', { header: true }), { time: 'date', target: 'v', missing: 'interpolate' }),
  tagged: (text) => readTagged(text, 'x'),
  conllu: (text) => readTagged(text, 'x', { format: 'conllu' }),
  words: (text) => readTagged(text, 'x', { untagged: true }),
  vectors: (text) => readVectors(text, 'x'),
  pronunciations: (text) => readPronunciations(text, 'x'),
  json: (text) => plainText(text, 'x', 'json'),
  lines: (text) => plainText(text, 'x', 'jsonl'),
};

function readOrSay(name: string, text: string): void {
  try {
    READERS[name](text);
  } catch (error) {
    expect(error, `${name} ${JSON.stringify(text.slice(0, 200))}`).toBeInstanceOf(UnrolledError);
    expect((error as UnrolledError).message.length, name).toBeLessThan(2000);
  }
}

const FRAGMENTS = [
  ...['\n', '\n', '\n', '\r', '\r\n', '\t', ',', ';', '|', ' ', '"', '""', '#', '\ufeff', '\u0000', '\ud800'],
  ...[
    'date',
    'v',
    'text',
    'label',
    '1',
    '2',
    '2016-01-01',
    '2016-01-02',
    '1/2/2016',
    '31/12/2016',
    'NaN',
    'NA',
    '1,5',
    '1.5',
  ],
  ...[
    '{"a":1}',
    '{"text":"x","label":"y"}',
    '[{"a":1}]',
    '{"data":[{"a":1}]}',
    '{"a":{"0":1}}',
    '[',
    ']',
    '{',
    '}',
    '":',
    'null',
  ],
  ...[
    '-DOCSTART-',
    '# global.columns = ID FORM',
    '1\ta\t_\tX\t_\t_\t_\t_\t_\t_',
    '1-2',
    '1.1',
    'a B-X',
    '@relation x',
    'sep=;',
  ],
  ...[
    'export const d = {\n',
    '"a": "AH0",',
    '__proto__',
    'constructor',
    '9'.repeat(400),
    '99999999999999999999',
    '-0',
    '1e999',
  ],
  ...['2016-13-45', '0001-01-01', '9999-12-31', '2016-W53', '2016-01-01 25:00', '%', '12%', 'Q1 2016', 'Jan-16'],
];

it('reads it or says what is wrong, with an error of the library', () => {
  const text = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 60 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (wild) => {
      for (const name of Object.keys(READERS)) readOrSay(name, wild);
    }),
    { numRuns: 1500 },
  );
});

it('decodes any bytes, or says where they are wrong', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      for (const read of [
        () => decodeAny(bytes, 'x'),
        () => decodeAny(bytes, 'x', { fallback: 'gbk' }),
        () => readIdx(bytes, 'x'),
      ]) {
        try {
          read();
        } catch (error) {
          expect(error).toBeInstanceOf(UnrolledError);
        }
      }
    }),
    { numRuns: 2000 },
  );
});

describe('what took a reader minutes, or memory without end', () => {
  const many = 200_000;
  const spaces = ' '.repeat(many);
  it.each([
    ['digits and an x', `v\n1\n2\n${'1'.repeat(many)}x\n`],
    ['blanks within a line', `a${spaces}b\n`.repeat(3)],
    ['blanks at the ends of lines', `a b${spaces}\n`.repeat(3)],
    ['blanks before quotes', `"a"${spaces}x\n`],
    ['quotes and blanks', `"${'x"x'.repeat(20_000)}${spaces}\n`],
    ['quotes without end', '"'.repeat(many + 1)],
    ['quotes, each with its own row', '"\n'.repeat(many)],
    ['separators', ','.repeat(many)],
    ['separators and a name', `${'a,'.repeat(many)}b\n`],
    [
      'different names',
      Array.from({ length: 50_000 }, (_, i) => `c${i}`).join(',') + '\n' + '1,'.repeat(49_999) + '1\n',
    ],
    ['brackets', '['.repeat(many)],
    ['braces', '{"a":'.repeat(5000)],
    ['objects in objects', `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}\n`],
    ['keys that are values', Array.from({ length: 20_000 }, (_, i) => `{"k${i}":${i}}`).join('\n')],
    ['backslashes', `{"a":"${'\\\\'.repeat(many)}", "b": NaN}\n`],
    ['NaN without end', `{"a":[${'NaN,'.repeat(50_000)}1]}\n`],
    ['slashes of dates', `date,v\n${'1/'.repeat(many)}2,3\n`],
    ['a time and blanks', `date,v\n2016-01-01 10:00${spaces}x,1\n2016-01-02,2\n`],
    ['a gap of ages', 'date,v\n0001-01-01,1\n0001-01-02,2\n0001-01-03,3\n0001-01-04,4\n0001-01-05,5\n9999-12-31,6\n'],
    ['signs', `v\n${'+-'.repeat(many)}1\n`],
    ['commas between thousands', `a;v\nx;${'1,'.repeat(many)}1\n`],
    ['hashes', '#\n'.repeat(many)],
    ['empty lines', '\n'.repeat(many)],
    ['carriage returns', '\r'.repeat(many)],
  ])('%s', (_, text) => {
    for (const name of Object.keys(READERS)) readOrSay(name, text);
  });
});
