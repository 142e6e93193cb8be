// Rows of text whose values are separated by one character. Papa Parse cuts them (133 MB of quoted film reviews in 0.3 s); what
// stands here is the line of each row, which it does not know, and the refusal of broken quotes, which it mends in its own way.
import Papa from 'papaparse';
import { UnrolledError } from '../errors.js';

/** A record of a table. */
export interface TableRow {
  /** As they are written, one for each column. */
  values: string[];
  /** Where it begins in its file, from 1. */
  line: number;
}

/** Where several cut alike: a decimal comma or one in a sentence is common, the others are rare. */
const SEPARATORS = ['\t', ';', '|', ','];

/** So much of a file is looked at to find its separator. */
const PROBE_ROWS = 50;
const PROBE_CHARACTERS = 2 ** 18;

/** Line breaks as LF: LF, CRLF, and CR of old spreadsheets. */
export function withNewlines(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/**
 * Every record as a row (RFC 4180), empty ones too. With `quotes` a value may stand in double quotes, a quote within them doubled; a
 * quote in a value that does not begin with one is plain. A blank as separator stands for a run of them.
 *
 * Errors: FORMAT with the line for a quote left open, and for text after a closing quote.
 * @param text with LF at the ends of lines
 */
export function separatedRows(text: string, name: string, separator: string, quotes: boolean): TableRow[] {
  const source = separator === ' ' ? withSingleBlanks(text) : text;
  if (quotes) checkQuotes(source, name, separator);
  const { data } = Papa.parse<string[]>(source, {
    delimiter: separator,
    newline: '\n',
    fastMode: quotes ? undefined : true,
  });
  // After the last line break there is no row.
  if (source === '' || source.endsWith('\n')) data.pop();
  const mayBreak = quotes && source.includes('"');
  let line = 1;
  return data.map((values) => {
    const row = { values, line };
    line++;
    if (mayBreak) for (const value of values) line += breaksIn(value);
    return row;
  });
}

/** Columns that were aligned with blanks; where values stand in quotes, blanks are as they were meant. */
function withSingleBlanks(text: string): string {
  if (text.includes('"')) return text;
  return text.replace(/ {2,}/g, ' ').replaceAll(' \n', '\n').replaceAll('\n ', '\n').trim().concat('\n');
}

function breaksIn(value: string): number {
  let count = 0;
  for (let at = value.indexOf('\n'); at >= 0; at = value.indexOf('\n', at + 1)) count++;
  return count;
}

/** Errors: FORMAT. */
function checkQuotes(text: string, name: string, separator: string): void {
  const found = brokenQuote(text, separator);
  if (found === null) return;
  const line = breaksIn(text.slice(0, found.at)) + 1;
  if (found.end < 0) throw broken(`expected a closing quote for the one in line ${line} of ${name}, received none`);
  const rest = JSON.stringify(text.slice(found.end, found.end + 12));
  throw broken(
    `expected ${JSON.stringify(separator)} or a line's end after the quote in line ${line} of ${name}, received ${rest}`,
  );
}

/** The first quote that opens a value and is not closed (`end` is −1), or that closes one, with more text from `end` on. */
function brokenQuote(text: string, separator: string): { at: number; end: number } | null {
  for (let open = text.indexOf('"'); open >= 0;) {
    const before = open === 0 ? '\n' : text[open - 1];
    if (before !== separator && before !== '\n') {
      open = text.indexOf('"', open + 1);
      continue;
    }
    let close = text.indexOf('"', open + 1);
    while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
    if (close < 0) return { at: open, end: -1 };
    let end = close + 1;
    while (text[end] === ' ' && separator !== ' ') end++;
    if (end < text.length && text[end] !== separator && text[end] !== '\n') return { at: close, end };
    open = text.indexOf('"', end);
  }
  return null;
}

const broken = (message: string): UnrolledError =>
  new UnrolledError(
    'FORMAT',
    message,
    'double a quote within quotes, or use the format tsv, where quotes are plain characters',
  );

/**
 * Whether tabs separate values that stand in quotes where they need to, as spreadsheets write them, and not text in which a quote is a
 * character like others: every quote that opens a value is closed, all rows have as many values, and one of them holds what it
 * could not hold without (two quotes for one, a tab, a line break).
 */
export function hasQuotedTabs(text: string): boolean {
  if (!/(?:^|\t)"/m.test(text)) return false;
  try {
    const rows = separatedRows(text, '', '\t', true);
    const width = rows[0].values.length;
    return (
      rows.every(({ values }) => values.length === width) &&
      rows.some(({ values }) => values.some((value) => /["\t\n]/.test(value))) &&
      rows.length > 1
    );
  } catch (error) {
    if (error instanceof UnrolledError) return false;
    throw error;
  }
}

/**
 * What stands between the values: of tab, semicolon, bar and comma the one that cuts most of the first 50 rows into the same number
 * of columns, two or more; of equals the first in this order; blanks where they cut rows of numbers alike, or values in quotes, and
 * nothing else does. A comma where none cuts. Papa Parse would take the one that cuts into most columns, which is wrong for decimal commas.
 */
export function findSeparator(text: string): string {
  const probe = text.slice(0, PROBE_CHARACTERS);
  let best = { separator: ',', rows: 0 };
  for (const separator of SEPARATORS) {
    const rows = alike(probe, separator);
    if (rows > best.rows) best = { separator, rows };
  }
  return best.rows === 0 && (holdsAlignedNumbers(probe) || holdsQuotedBlanks(probe)) ? ' ' : best.separator;
}

/** None where quotes are broken, other than by the end of what is looked at: there Papa Parse takes quadratic time. */
function probeRows(text: string, separator: string): string[][] {
  const found = brokenQuote(text, separator);
  if (found !== null && found.end >= 0) return [];
  const whole = found === null ? text : text.slice(0, found.at);
  const { data } = Papa.parse<string[]>(whole, { delimiter: separator, newline: '\n', preview: PROBE_ROWS });
  return data.filter((values) => values.length > 1 || values[0].trim() !== '');
}

/** How many of the first rows have the most common number of columns, two or more. */
function alike(text: string, separator: string): number {
  const counts = new Map<number, number>();
  for (const { length } of probeRows(text, separator)) counts.set(length, (counts.get(length) ?? 0) + 1);
  counts.delete(1);
  return Math.max(0, ...counts.values());
}

/** As `write.table` of R has it: all in quotes that is no number, the first row one value shorter for the names of rows. */
function holdsQuotedBlanks(text: string): boolean {
  if (!text.startsWith('"')) return false;
  const [first, ...widths] = probeRows(text, ' ').map(({ length }) => length);
  const [width] = widths;
  return width > 1 && widths.every((one) => one === width) && (first === width || first === width - 1);
}

function holdsAlignedNumbers(text: string): boolean {
  const lines = text.split('\n').slice(0, PROBE_ROWS);
  const rows = lines.filter((line) => line.trim() !== '').map((line) => line.trim().split(/ +/));
  const [first, ...rest] = rows;
  if (rest.length === 0 || first.length < 2) return false;
  const numbers = rest.flat().filter((value) => /^[+-]?[\d.]+(?:e[+-]?\d+)?$/i.test(value)).length;
  return rest.every(({ length }) => length === rest[0].length) && numbers * 2 >= rest.flat().length;
}
