// The options about tables, for every command that reads rows.
import { choice, type OptionValues, string } from './options.js';

export const TABLE_OPTIONS = {
  format: choice('--format <name>', 'how the rows are written (default: by the extension, or by looking)', [
    'tsv',
    'csv',
    'jsonl',
    'json',
  ]),
  separator: string('--separator <character>', 'between the values of a CSV file (default: found)'),
  header: choice('--header <answer>', 'whether the first row names the columns (default: found)', ['yes', 'no']),
} as const;

export type TableValues = OptionValues<typeof TABLE_OPTIONS>;
