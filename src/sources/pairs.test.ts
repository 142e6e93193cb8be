import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSentencePairs } from './pairs.js';
import { inFolder, testSources } from './testing.js';

const dictionary = `export const dictionary = {
  "a": "AH0",
  "a(2)": "EY1",
  "aalto": "AA1 L T OW2 # name, finnish"
}
`;

it('reads pairs from a table and from a pronouncing dictionary, in either direction', () =>
  inFolder(async (cwd) => {
    writeFileSync(join(cwd, 'words.js'), dictionary);
    writeFileSync(join(cwd, 'words.tsv'), 'a\tEY1\nb\t\n');
    const context = testSources({ cwd });
    const read = async (file: string, named: { source?: string } = {}) => {
      const { rows, report } = await readSentencePairs(context, [file], named);
      return { pairs: rows.map(({ source, target }) => [source, target]), notes: report.notes };
    };
    const words = [
      ['a', 'AH0'],
      ['a', 'EY1'],
      ['aalto', 'AA1 L T OW2'],
    ];
    expect(await read('words.js')).toEqual({
      pairs: words,
      notes: [expect.stringContaining('source column word')],
    });
    expect((await read('words.js', { source: 'pronunciation' })).pairs[0]).toEqual(['AH0', 'a']);
    expect(await read('words.tsv')).toEqual({
      pairs: [['a', 'EY1']],
      notes: expect.arrayContaining(['words.tsv: skipped 1 row with only one side']) as string[],
    });
  }));
