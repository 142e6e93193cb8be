// Pairs of a sentence and its translation, from a table.
import { UnrolledError } from '../errors.js';
import { optionsOf } from '../expect.js';
import { columnIndex, expectTable, type Table } from './table.js';

/** A sentence and its translation. */
export interface Pair {
  /** What is translated, without blanks at its ends. */
  source: string;
  /** What it is translated to, without blanks at its ends. */
  target: string;
  /** Where its row begins, from 1. */
  line: number;
}

/** Pairs, and which columns they came from. */
export interface Pairs {
  /** In the order of the file. */
  pairs: Pair[];
  /** The column of the sources. */
  source: string;
  /** The column of the targets. */
  target: string;
  /** Rows with only one side, which are left out. */
  leftOut: number;
}

/**
 * The first two columns unless named (row numbers that a program wrote aside); others, such as the third of Tatoeba's files, are ignored. Both
 * sides are trimmed.
 * Errors: FORMAT for one column, NOT_FOUND for a column that is not there, OPTION for the same one twice, EMPTY for no pair.
 */
export function readPairs(table: Table, options: { source?: string; target?: string; byName?: boolean } = {}): Pairs {
  expectTable(table);
  const named = optionsOf(options, { source: true, target: true, byName: true }, 'readPairs');
  if (table.columns.length < 2) {
    throw new UnrolledError(
      'FORMAT',
      `expected two columns or more in ${table.name}, received one`,
      'write a sentence, a tab and its translation in each line, or name the separator',
    );
  }
  const [first, second] = table.columns.flatMap((_, c) => (c === table.index ? [] : [c]));
  const find = (name: string | undefined): number => (name === undefined ? -1 : columnIndex(table, name, named.byName));
  let [source, target] = [find(named.source), find(named.target)];
  if (target < 0) target = source === second ? first : (second ?? first);
  if (source < 0) source = target === first ? (second ?? first) : first;
  if (source === target) {
    throw new UnrolledError(
      'OPTION',
      `expected different columns for source and target, received ${table.columns[source]} for both`,
      'name another column for one of them',
    );
  }
  const pairs: Pair[] = [];
  for (const { values, line } of table.rows) {
    const pair = { source: values[source].trim(), target: values[target].trim(), line };
    if (pair.source !== '' && pair.target !== '') pairs.push(pair);
  }
  if (pairs.length === 0) {
    throw new UnrolledError(
      'EMPTY',
      `expected rows with both sides in ${table.name}, received none in ${table.rows.length} rows`,
      `source is the column ${table.columns[source]}, target ${table.columns[target]}: name others`,
    );
  }
  return {
    pairs,
    source: table.columns[source],
    target: table.columns[target],
    leftOut: table.rows.length - pairs.length,
  };
}
