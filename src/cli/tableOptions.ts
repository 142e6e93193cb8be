// The options about how data is written, for every command that reads rows.
import { choice, type OptionValues, string } from './options.js';

const FORMATS = ['tsv', 'csv', 'jsonl', 'json'] as const;

/** Of tables, for `train`. */
export const TABLE_OPTIONS = {
  format: choice('--format <name>', 'how the rows are written (default: by the extension, or by looking)', FORMATS),
  separator: string('--separator <character>', 'between the values of a CSV file (default: found)'),
  header: choice('--header <answer>', 'whether the first row names the columns (default: found)', ['yes', 'no']),
  comment: string('--comment <mark>', 'lines that begin with it are no rows; none: there are none (default: found)'),
  encoding: string('--encoding <name>', 'of text that is not UTF-8, such as windows-1252 (default: found)'),
} as const;

/** Of a series. */
export const SERIES_OPTIONS = {
  time: string('--time <column>', 'when each row of a series was; none: rows have no times (default: found)'),
  missing: choice('--missing <rule>', 'values and rows of a series that are missing', ['error', 'interpolate']),
  dates: choice('--dates <order>', 'how 1/2/2016 is read (default: found)', ['day-first', 'month-first']),
  decimal: choice('--decimal <sign>', 'what stands before decimals (default: found)', ['.', ',']),
} as const;

/** For commands that take a model of any kind: formats of all. */
export const ANY_TABLE_OPTIONS = {
  ...TABLE_OPTIONS,
  format: choice('--format <name>', 'how the data is written (default: as the training data was)', [
    ...FORMATS,
    'lines',
    'conll',
    'conllu',
    'text',
  ]),
} as const;

export type TableValues = OptionValues<typeof TABLE_OPTIONS>;
