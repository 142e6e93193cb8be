// The options about text, for every command that reads a corpus; sources/corpus.ts does what they say.
import { VALIDATION } from '../sources/corpus.js';
import { choice, flag, fraction, integer, type OptionValues, string, withDefault } from './options.js';

export const TEXT_OPTIONS = {
  tokens: withDefault(choice('--tokens <kind>', 'token unit', ['char', 'byte', 'word', 'whitespace']), 'char' as const),
  lowercase: flag('--lowercase', 'convert text to lower case'),
  lettersOnly: flag('--letters-only', 'keep only letters and single spaces, in lower case'),
  collapseWhitespace: flag(
    '--collapse-whitespace',
    'collapse each run of whitespace, line breaks included, into one space',
  ),
  format: {
    ...choice('--format <name>', 'format of the files', ['text', 'json', 'jsonl']),
    defaultText: 'detected from their extensions',
  },
  encoding: string(
    '--encoding <name>',
    'character encoding of text that is not UTF-8, such as windows-1252 (default: detected)',
  ),
  minCount: withDefault(integer('--min-count <N>', 'drop tokens that occur fewer than N times'), 1),
  maxTokens: integer('--max-tokens <N>', 'use only the first N tokens of the data', { min: 2 }),
  validation: {
    ...fraction(
      '--validation <fraction>',
      "fraction held out for validation, from the end of the data, in place of a data set's own validation part",
    ),
    defaultText: String(VALIDATION),
  },
} as const;

export type TextOptions = OptionValues<typeof TEXT_OPTIONS>;
