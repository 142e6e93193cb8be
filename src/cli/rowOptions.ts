// Which columns of the data are what, for commands that take a model of any kind.
import { type OptionValues, string } from './options.js';
import { ANY_TABLE_OPTIONS, SERIES_OPTIONS } from './tableOptions.js';

export const ROW_OPTIONS = {
  ...ANY_TABLE_OPTIONS,
  text: string('--text <column>', 'text column, for a classifier'),
  label: string('--label <column>', 'label column, for a classifier'),
  tagColumn: string('--tag-column <column>', 'tag column, for a tagger'),
  tokenColumn: string('--token-column <column>', 'token column, for a tagger'),
  source: string('--source <column>', 'column to translate from, for a translator'),
  target: string('--target <column>', 'column of the translations, for a translator; the series, for a forecaster'),
  inputs: string('--inputs <columns>', 'other input columns, separated by commas, for a forecaster'),
  ...SERIES_OPTIONS,
} as const;

export type RowOptions = OptionValues<typeof ROW_OPTIONS>;
