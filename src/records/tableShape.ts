// What programs write around a table: row names and numbers, empty columns at the end, comments, a title. It is taken off and
// said, or refused with its line.
import { UnrolledError } from '../errors.js';
import type { TableRow } from './separated.js';

export interface Shaped {
  rows: TableRow[];
  /** The first row must be the names of the columns: it lacks the one over the row names. */
  headed: boolean;
  notes: string[];
}

/**
 * Rows of one width: empty values at their ends are cut off where other rows have none, and where all rows but the first have one
 * value more, as R writes them, the first gets a name for the row names, which is empty.
 * Errors: FORMAT with the line of the row that has another width.
 */
export function sameWidth(rows: readonly TableRow[], file: string, help: string): Shaped {
  const widths = rows.map(({ values }) => values.length);
  const [first, ...rest] = widths;
  const width = usualWidth(first, rest);
  if (widths.every((w) => w === width)) return { rows: [...rows], headed: false, notes: [] };
  if (rest.length > 1 && rest.every((w) => w === first + 1) && areNames(rows)) {
    const [names, ...others] = rows;
    return {
      rows: [{ ...names, values: ['', ...names.values] }, ...others],
      headed: true,
      notes: ['the first column has row names, as written by R'],
    };
  }
  let cut = 0;
  const same = rows.map((row, i) => {
    if (row.values.length === width) return row;
    if (row.values.slice(width).some((value) => value.trim() !== '') || row.values.length < width) {
      throw unequal(rows, i, width, file, help);
    }
    cut++;
    return { ...row, values: row.values.slice(0, width) };
  });
  return {
    rows: same,
    headed: false,
    notes: [`ignored empty columns at the end of ${cut} row${cut === 1 ? '' : 's'}`],
  };
}

/** That of the first row, unless most of at least three others agree on another one. */
function usualWidth(first: number, rest: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const w of rest) counts.set(w, (counts.get(w) ?? 0) + 1);
  const [most, times] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [first, 0]);
  return times > 1 && times * 2 > rest.length ? most : first;
}

/** Different from each other; of one column besides, numbers: the first row might be a title over two. */
function areNames([first, ...rows]: readonly TableRow[]): boolean {
  if (first.values.length < 2 && rows.some(({ values }, i) => values[0].trim() !== String(i + 1))) return false;
  return new Set(rows.map(({ values }) => values[0].trim())).size === rows.length;
}

function unequal(rows: readonly TableRow[], at: number, width: number, file: string, help: string): UnrolledError {
  const { line, values } = rows[at];
  const columns = `${width} column${width === 1 ? '' : 's'}`;
  if (at === 0) {
    return new UnrolledError(
      'FORMAT',
      `expected ${columns} in line ${line} of ${file}, as in most lines after it, received ${values.length}`,
      values.length < width ? 'delete the lines above the table, such as its title' : help,
    );
  }
  const like = rows.find((row) => row.values.length === width) ?? rows[0];
  return new UnrolledError(
    'FORMAT',
    `expected ${columns} in line ${line} of ${file}, as in line ${like.line}, received ${values.length}`,
    at === rows.length - 1 && values.length < width ? 'delete the lines below the table, such as its source' : help,
  );
}

/**
 * Rows without those that are comments: they begin with the mark, and have not as many values as the table's rows. Lines at the top
 * make the mark known; below, a row with as many values as others is data whatever it begins with.
 * @param mark what begins a comment, where that is said: then all such rows are
 */
export function withoutComments(
  rows: readonly TableRow[],
  mark?: string,
): { rows: TableRow[]; mark: string | null; count: number } {
  const begins = (row: TableRow, m: string): boolean => row.values[0].startsWith(m);
  if (mark !== undefined) {
    const kept = rows.filter((row) => !begins(row, mark));
    return { rows: kept, mark, count: rows.length - kept.length };
  }
  const top = rows.findIndex((row) => !begins(row, '#'));
  if (top < 1) return { rows: [...rows], mark: null, count: 0 };
  const width = rows[top].values.length;
  const isComment = (row: TableRow): boolean => begins(row, '#') && row.values.length !== width;
  // `#id` over as many values as there are below is the first of the names.
  const kept = rows.filter((row) => !isComment(row));
  const count = rows.length - kept.length;
  return { rows: kept, mark: count > 0 ? '#' : null, count };
}

/** The column of row numbers that a program wrote: unnamed or `Unnamed: 0`, holding 0, 1, 2 … or 1, 2, 3 …; −1 if there is none. */
export function indexColumn(columns: readonly string[], header: boolean, rows: readonly TableRow[]): number {
  const first = rows[0]?.values[0].trim();
  if (rows.length < 2 || columns.length < 2 || (first !== '0' && first !== '1')) return -1;
  const unnamed = header ? columns[0] === '1' || /^unnamed: 0$/i.test(columns[0]) : columns.length > 2;
  const from = Number(first);
  return unnamed && rows.every(({ values }, i) => values[0].trim() === String(from + i)) ? 0 : -1;
}

/** What begins other files that hold rows, and what to do with them. */
const FOREIGN: readonly [begins: RegExp, what: string, help: string][] = [
  [/^\s*(?:%[^\n]*\n\s*)*@relation\s/i, 'an ARFF file', 'save the data as CSV (in Weka: Save as, CSV)'],
  [
    /^[+-]?\d+(?:\.\d+)?(?: \d+:[-+.\de]+)+ *\n/i,
    'rows of index:value, as LIBSVM reads them',
    'write a column for each feature',
  ],
  [/^\s*<(?:!doctype html|html|table)\b/i, 'an HTML page', 'save the table as CSV'],
  [/^\s*<\?xml\b/i, 'XML', 'save the data as CSV or JSON lines'],
  [/^\{\\rtf/, 'a document in rich text', 'save it as plain text'],
  [/^\s*(?:insert into|create table)\s/i, 'statements of SQL', 'export the table as CSV'],
];

/** Errors: FORMAT for a file of another kind, known by how it begins. */
export function refuseForeign(text: string, file: string): void {
  const start = text.slice(0, 4096);
  const found = FOREIGN.find(([begins]) => begins.test(start));
  if (found === undefined) return;
  throw new UnrolledError('FORMAT', `expected rows of text in ${file}, received in line 1 ${found[1]}`, found[2]);
}
