import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSentencePairs } from './rowInput.js';
import { inFolder, testIo } from './testing.js';

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
    const globals = { json: false, quiet: true, debug: false, backend: 'auto' } as const;
    const given = { ...globals, seed: undefined, threads: undefined, dataDir: undefined };
    const context = { io: testIo({ cwd }), globals: given, signal: new AbortController().signal, argv: [] };
    const found = { format: undefined, separator: undefined, header: undefined };
    const read = async (file: string, named: { source?: string } = {}) => {
      const { rows, notes } = await readSentencePairs(context, [file], { ...found, ...named });
      return { pairs: rows.map(({ source, target }) => [source, target]), notes };
    };
    const words = [
      ['a', 'AH0'],
      ['a', 'EY1'],
      ['aalto', 'AA1 L T OW2'],
    ];
    expect(await read('words.js')).toEqual({ pairs: words, notes: [] });
    expect((await read('words.js', { source: 'pronunciation' })).pairs[0]).toEqual(['AH0', 'a']);
    expect(await read('words.tsv')).toEqual({
      pairs: [['a', 'EY1']],
      notes: [expect.stringContaining('left out 1 rows')],
    });
  }));
