// Texts with a label each, from a table.
import { UnrolledError } from '../errors.js';
import { type Names, optionsOf } from '../expect.js';
import { LABEL_NAMES, TEXT_NAMES } from './header.js';
import { columnIndex, columnNamed, expectTable, type Table } from './table.js';

/** A text with its label. */
export interface LabelledLine {
  /** As it stands in the file, blanks at its ends included. */
  text: string;
  /** Without blanks at its ends. */
  label: string;
  /** Where its row begins, from 1. */
  line: number;
}

/** Texts with labels, and which columns they came from. */
export interface LabelledTexts {
  /** In the order of the file. */
  rows: LabelledLine[];
  /** The column of the texts. */
  text: string;
  /** The column of the labels. */
  label: string;
  /** Rows that were left out, since they have no text, or a text but no label. */
  leftOut: { text: number; label: number };
}

/** Which columns are read, where that is said: by name, or by number from 1. */
export interface NamedColumns {
  /** Found by its name, or as the other one of two, where it is not said. */
  text?: string;
  /** Found as the text is; of two columns without a usual name, the one with fewer different values. */
  label?: string;
  /** They are names of the header, never numbers. */
  byName?: boolean;
}

const NAMES: Names<NamedColumns> = { text: true, label: true, byName: true };

/**
 * Columns that are not named are found: by usual names (text, sentence, review, …; label, class, sentiment, …, the first of the list
 * wins); of a table of two columns the other one; and of two without a usual name the label is the one with fewer different values.
 * Labels are trimmed, texts are as they are.
 *
 * Errors: NOT_FOUND for a column that is not there or cannot be told, EMPTY where no row has both.
 */
export function labelledTexts(table: Table, named: NamedColumns = {}): LabelledTexts {
  expectTable(table);
  const [text, label] = findColumns(table, optionsOf(named, NAMES, 'labelledTexts'));
  const rows: LabelledLine[] = [];
  const leftOut = { text: 0, label: 0 };
  for (const { values, line } of table.rows) {
    const name = values[label].trim();
    if (values[text].trim() === '') leftOut.text++;
    else if (name === '') leftOut.label++;
    else rows.push({ text: values[text], label: name, line });
  }
  if (rows.length === 0) {
    throw new UnrolledError(
      'EMPTY',
      `expected rows with a text and a label in ${table.name}, received ${leftOut.text} without text and ${leftOut.label} without label`,
      `the text was looked for in the column ${table.columns[text]}, the label in ${table.columns[label]}: name others`,
    );
  }
  return { rows, text: table.columns[text], label: table.columns[label], leftOut };
}

function findColumns(table: Table, named: NamedColumns): [text: number, label: number] {
  const find = (name: string | undefined): number => (name === undefined ? -1 : columnIndex(table, name, named.byName));
  let [text, label] = [find(named.text), find(named.label)];
  if (text < 0) text = columnNamed(table, TEXT_NAMES);
  if (label < 0) label = columnNamed(table, LABEL_NAMES);
  const candidates = table.columns.flatMap((_, c) => (c === table.index ? [] : [c]));
  if (candidates.length === 2) {
    const other = (c: number): number => (candidates[0] === c ? candidates[1] : candidates[0]);
    if (text < 0 && label < 0) label = fewerValues(table, candidates);
    if (text < 0 && label >= 0) text = other(label);
    if (label < 0 && text >= 0) label = other(text);
  }
  if (text >= 0 && label >= 0 && text !== label) return [text, label];
  const lacking = text < 0 ? (label < 0 ? 'a text and a label' : 'a text') : 'a label';
  const examples = table.columns.slice(0, 20).map((column, i) => `${column} (${shorten(table.rows[0].values[i])})`);
  throw new UnrolledError(
    'NOT_FOUND',
    text >= 0 && text === label
      ? `expected different columns for text and label in ${table.name}, received ${table.columns[text]} for both`
      : `expected recognizable columns for ${lacking} in ${table.name}, received ${examples.join(', ')}`,
    'name the text column and the label column, by name or number: --text COLUMN --label COLUMN',
  );
}

/** The column of two with fewer different values, or −1. */
function fewerValues({ rows }: Table, columns: readonly number[]): number {
  const [a, b] = columns.map((c) => new Set(rows.map(({ values }) => values[c].trim())).size);
  return a === b ? -1 : a < b ? columns[0] : columns[1];
}

/** The column of text, where it is not named: by usual names, or the only one; −1 where it cannot be told. */
export function textColumn(table: Table): number {
  const named = columnNamed(table, TEXT_NAMES);
  if (named >= 0) return named;
  const candidates = table.columns.flatMap((_, c) => (c === table.index ? [] : [c]));
  return candidates.length === 1 ? candidates[0] : -1;
}

const shorten = (value: string): string => JSON.stringify(value.length > 24 ? `${value.slice(0, 23)}…` : value);
