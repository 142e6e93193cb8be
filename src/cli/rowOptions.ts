// Which columns of the data are what, for commands that take a model of any kind.
import { type OptionValues, string } from './options.js';
import { ANY_TABLE_OPTIONS, SERIES_OPTIONS } from './tableOptions.js';

export const ROW_OPTIONS = {
  ...ANY_TABLE_OPTIONS,
  text: string('--text <column>', 'the column of the text, for a classifier'),
  label: string('--label <column>', 'the column of the label, for a classifier'),
  tagColumn: string('--tag-column <column>', 'the column of the tag, for a tagger'),
  tokenColumn: string('--token-column <column>', 'the column of the token, for a tagger'),
  source: string('--source <column>', 'the column that is translated'),
  target: string('--target <column>', 'the column of translations; for a forecaster, of the series'),
  inputs: string('--inputs <columns>', 'other columns that a forecaster reads, with commas between them'),
  ...SERIES_OPTIONS,
} as const;

export type RowOptions = OptionValues<typeof ROW_OPTIONS>;
