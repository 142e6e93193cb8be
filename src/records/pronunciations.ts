// The CMU Pronouncing Dictionary as its npm package has it: a JavaScript module with a line for each pronunciation.
import { UnrolledError } from '../errors.js';
import { expectText } from '../expect.js';
import type { TableRow } from './separated.js';
import type { Table } from './table.js';

const START = /^\s*(?:\/\*.*\*\/\s*)?export\s+(?:default|const\s+\w+\s*=)\s*\{\s*\n/;
const ENTRY = /^\s*"([^"]+)"\s*:\s*"([^"]*)",?\s*$/;

/** Whether a text is such a module, judged by its beginning. */
export function holdsPronunciations(text: string): boolean {
  return typeof text === 'string' && START.test(text);
}

/**
 * A table of two columns, `word` and `pronunciation` (phonemes with blanks between them). A further pronunciation of a word, which
 * the dictionary writes as `word(2)`, is a row of that word; remarks behind `#` are left out.
 * Errors: FORMAT with the line, for one that is no entry; EMPTY for no entry.
 * @param text unpacked and decoded
 * @param name the file's, for messages
 */
export function readPronunciations(text: string, name = 'the file'): Table {
  expectText(text, 'a dictionary', 'give the text of a file');
  expectText(name, 'the name of the file', 'give it for messages');
  const rows: TableRow[] = [];
  text.split(/\r?\n/).forEach((line, i) => {
    const entry = ENTRY.exec(line);
    if (entry !== null) {
      const word = entry[1].replace(/(?<=.)\(\d+\)$/u, '');
      rows.push({ values: [word, entry[2].replace(/#.*$/u, '').trim()], line: i + 1 });
    } else if (!/^\s*(?:\/\*.*\*\/|export\b.*\{|\};?|)\s*$/u.test(line)) {
      throw new UnrolledError(
        'FORMAT',
        `expected "word": "P H O N E S", in line ${i + 1} of ${name}, received ${JSON.stringify(line.slice(0, 60))}`,
        'give the file of the package cmu-pronouncing-dictionary, or a table with two columns',
      );
    }
  });
  if (rows.length === 0) {
    throw new UnrolledError('EMPTY', `expected pronunciations in ${name}, received none`, 'give a file with entries');
  }
  const columns = ['word', 'pronunciation'];
  return {
    ...{ name, columns, rows, format: 'json', header: true, separator: null, comment: null, index: -1 },
    skipped: { empty: 0, comments: 0 },
    notes: [],
  };
}
