// Rows of text whose values are parted by one character: TSV, which has no quotes, and CSV, which has.
import { UnrolledError } from '../errors.js';

export interface TableRow {
  values: string[];
  /** Where it begins in its file, from 1. */
  line: number;
}

/** Where several cut alike: a decimal comma or one in a sentence is common, the others are rare. */
const SEPARATORS = ['\t', ';', '|', ','];

/** So much of a file is looked at to find its separator. */
const PROBE_ROWS = 50;
const PROBE_CHARACTERS = 2 ** 18;

/** Every line as a row, empty ones too. Lines end in LF, CRLF, or CR where the file has no LF. */
export function tabRows(text: string, separator: string): TableRow[] {
  const lines = text.split(text.includes('\n') ? '\n' : '\r');
  if (lines[lines.length - 1] === '') lines.pop();
  return lines.map((line, i) => ({
    values: (line.endsWith('\r') ? line.slice(0, -1) : line).split(separator),
    line: i + 1,
  }));
}

/**
 * Every record as a row (RFC 4180), empty ones too; line breaks become LF. A quote in a value that does not begin with one is plain.
 * Written here, since the build of csv-parse that browsers can load took ten seconds for 33 MB of film reviews, and this half of one;
 * the tests compare the two. Errors: FORMAT with the line for a quote left open, and for text after a closing quote.
 */
export function delimitedRows(source: string, name: string, separator: string): TableRow[] {
  const text = source.includes('\r') ? source.replace(/\r\n?/g, '\n') : source;
  const rows: TableRow[] = [];
  let values: string[] = [];
  let [at, line, begins] = [0, 1, 1];
  // Where the next separator and the next line break are, looked for again only once passed.
  let [nextSeparator, nextBreak] = [-1, -1];
  while (at < text.length || values.length > 0) {
    let end: number;
    if (text[at] === '"') {
      const opened = line;
      end = closingQuote(text, at);
      if (end < 0) throw broken(`expected a closing quote for the one in line ${opened} of ${name}, received none`);
      const value = text.slice(at + 1, end);
      for (let i = value.indexOf('\n'); i >= 0; i = value.indexOf('\n', i + 1)) line++;
      values.push(value.includes('"') ? value.replaceAll('""', '"') : value);
      for (end++; text[end] === ' '; end++);
      if (end < text.length && text[end] !== separator && text[end] !== '\n') {
        const rest = JSON.stringify(text.slice(end, end + 12));
        throw broken(
          `expected ${JSON.stringify(separator)} or a line's end after the quote in line ${line} of ${name}, received ${rest}`,
        );
      }
    } else {
      if (nextSeparator < at) nextSeparator = indexOrEnd(text, separator, at);
      if (nextBreak < at) nextBreak = indexOrEnd(text, '\n', at);
      end = Math.min(nextSeparator, nextBreak);
      values.push(text.slice(at, end));
    }
    at = end + 1;
    if (text[end] === separator) continue;
    rows.push({ values, line: begins });
    values = [];
    begins = ++line;
  }
  return rows;
}

/** Of the quote at `open`; two quotes are one within. −1 where there is none. */
function closingQuote(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
  return close;
}

function indexOrEnd(text: string, character: string, from: number): number {
  const index = text.indexOf(character, from);
  return index < 0 ? text.length : index;
}

const broken = (message: string): UnrolledError =>
  new UnrolledError(
    'FORMAT',
    message,
    'write a quote within quotes twice, or call the format tsv, where quotes are plain characters',
  );

/**
 * What stands between the values: of tab, semicolon, bar and comma the one that cuts most of the first 50 rows into the same number
 * of columns, two or more; of equals the first in this order. A comma where none cuts.
 */
export function findSeparator(text: string): string {
  const probe = text.slice(0, PROBE_CHARACTERS);
  let best = { separator: ',', rows: 0 };
  for (const separator of SEPARATORS) {
    const rows = new Map<number, number>();
    for (const columns of columnCounts(probe, separator)) rows.set(columns, (rows.get(columns) ?? 0) + 1);
    rows.delete(1);
    const most = Math.max(0, ...rows.values());
    if (most > best.rows) best = { separator, rows: most };
  }
  return best.separator;
}

/** Columns of each of the first rows; a separator within quotes is none. */
function columnCounts(text: string, separator: string): number[] {
  const counts: number[] = [];
  let columns = 1;
  let start = true;
  let quoted = false;
  let length = 0;
  for (const character of text) {
    if (quoted) quoted = character !== '"';
    // The second of two quotes within quotes opens them again.
    else if (character === '"' && (start || text[length - 1] === '"')) quoted = true;
    else if (character === separator) columns++;
    else if (character === '\n' || character === '\r') {
      if (!start || columns > 1) counts.push(columns);
      if (counts.length === PROBE_ROWS) return counts;
      columns = 1;
    }
    start = character === separator || character === '\n' || character === '\r';
    length += character.length;
  }
  if (!start || columns > 1) counts.push(columns);
  return counts;
}
