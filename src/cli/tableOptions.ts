// The options about tables, for every command that reads rows.
import { choice, type OptionValues, string } from './options.js';

export const TABLE_OPTIONS = {
  format: {
    ...choice('--format <name>', 'data format', ['tsv', 'csv', 'jsonl', 'json']),
    defaultText: 'detected from extension or content',
  },
  separator: string('--separator <character>', 'column separator of a CSV file (default: detected)'),
  header: {
    ...choice('--header <answer>', 'whether the first row is a header', ['yes', 'no']),
    defaultText: 'detected',
  },
} as const;

export type TableValues = OptionValues<typeof TABLE_OPTIONS>;
