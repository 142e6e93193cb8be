// The options about how data is written, for every command that reads rows.
import { choice, type OptionValues, string } from './options.js';

const FORMATS = ['tsv', 'csv', 'jsonl', 'json'] as const;

/** Of tables, for `train`. */
export const TABLE_OPTIONS = {
  format: { ...choice('--format <name>', 'data format', FORMATS), defaultText: 'detected from extension or content' },
  separator: string('--separator <character>', 'column separator of a CSV file (default: detected)'),
  header: {
    ...choice('--header <answer>', 'whether the first row is a header', ['yes', 'no']),
    defaultText: 'detected',
  },
  comment: string('--comment <mark>', 'prefix of comment lines, or none (default: detected)'),
  encoding: string(
    '--encoding <name>',
    'character encoding of text that is not UTF-8, such as windows-1252 (default: detected)',
  ),
} as const;

/** Of a series. */
export const SERIES_OPTIONS = {
  time: string('--time <column>', 'time column of a series, or none (default: detected)'),
  missing: {
    ...choice('--missing <rule>', 'how to treat missing values and rows of a series', ['error', 'interpolate']),
    defaultText: 'error',
  },
  dates: {
    ...choice('--dates <order>', 'order of dates such as 1/2/2016', ['day-first', 'month-first']),
    defaultText: 'detected',
  },
  decimal: { ...choice('--decimal <sign>', 'decimal separator', ['.', ',']), defaultText: 'detected' },
} as const;

/** For commands that take a model of any kind: formats of all. */
export const ANY_TABLE_OPTIONS = {
  ...TABLE_OPTIONS,
  format: {
    ...choice('--format <name>', 'data format', [...FORMATS, 'lines', 'conll', 'conllu', 'text']),
    defaultText: 'that of the training data',
  },
} as const;

export type TableValues = OptionValues<typeof TABLE_OPTIONS>;
