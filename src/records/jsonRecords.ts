// JSON objects as rows of a table: one a line, or in an array.
import { UnrolledError } from '../errors.js';
import type { TableRow } from './delimited.js';

export interface RawTable {
  columns: string[];
  rows: TableRow[];
  empty: number;
}

interface Entry {
  text: string;
  line: number;
}

/** Empty lines are left out. Errors: FORMAT with the line. */
export function lineRecords(text: string, name: string): RawTable {
  const entries = text.split(/\r\n|\n|\r/).map((line, i) => ({ text: line, line: i + 1 }));
  return asTable(
    entries.filter((entry) => entry.text.trim() !== ''),
    name,
    'write one object in each line, or an array of objects in a file that ends in .json',
  );
}

/** Errors: FORMAT with the line; of an array that is not closed the line where its last entry begins. */
export function arrayRecords(text: string, name: string): RawTable {
  return asTable(arrayEntries(text, name), name, 'give an array of objects: [{"text": "…", "label": "…"}, …]');
}

function asTable(entries: Entry[], name: string, help: string): RawTable {
  const columns = new Map<string, number>();
  const records = entries.map(({ text, line }) => {
    const record = parseObject(text, line, name, help);
    for (const key of Object.keys(record)) if (!columns.has(key)) columns.set(key, columns.size);
    return { record, line };
  });
  const names = [...columns.keys()];
  const rows = records.map(({ record, line }) => ({
    values: names.map((key) => (Object.hasOwn(record, key) ? written(record[key]) : '')),
    line,
  }));
  const filled = rows.filter(({ values }) => values.some((value) => value.trim() !== ''));
  return { columns: names, rows: filled, empty: rows.length - filled.length };
}

function written(value: unknown): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function parseObject(text: string, line: number, name: string, help: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    // An entry may be several lines long; engines that say where it breaks let us name the line.
    const offset = Number(/position (\d+)/.exec(message)?.[1] ?? 0);
    const place = line + text.slice(0, offset).split('\n').length - 1;
    throw new UnrolledError(
      'FORMAT',
      `expected a JSON object in line ${place} of ${name}, received broken JSON: ${message}`,
      help,
      { cause },
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const kind = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
    throw new UnrolledError('FORMAT', `expected a JSON object in line ${line} of ${name}, received ${kind}`, help);
  }
  return value as Record<string, unknown>;
}

/** The entries of an array, each as its own text, so that a broken one is known by its line. */
function arrayEntries(text: string, name: string): Entry[] {
  const fail = (line: number, received: string): never => {
    throw new UnrolledError(
      'FORMAT',
      `expected a JSON array of objects in ${name}, received in line ${line} ${received}`,
      'give an array of objects: [{"text": "…", "label": "…"}, …]',
    );
  };
  const entries: Entry[] = [];
  const opening = text.search(/\S/);
  if (opening < 0) return entries;
  let line = text.slice(0, opening).split('\n').length;
  if (text[opening] !== '[') fail(line, `${JSON.stringify(text[opening])} where it begins`);
  let depth = 0;
  let quoted = false;
  let start = -1;
  let startLine = line;
  const close = (end: number): void => {
    if (start >= 0) entries.push({ text: text.slice(start, end), line: startLine });
    start = -1;
  };
  for (let i = opening; i < text.length; i++) {
    const character = text[i];
    if (character === '\n') line++;
    if (quoted) {
      if (character === '\\') i++;
      else if (character === '"') quoted = false;
      continue;
    }
    if (character <= ' ') continue;
    if (depth === 1 && character === ',') {
      if (start < 0) fail(line, 'a comma without an entry before it');
      close(i);
      continue;
    }
    if (character === ']' || character === '}') {
      if (--depth === 0) {
        close(i);
        const rest = text.slice(i + 1);
        if (rest.trim() !== '')
          fail(line + rest.slice(0, rest.search(/\S/)).split('\n').length - 1, 'more after its end');
        return entries;
      }
    } else if (depth === 1 && start < 0) [start, startLine] = [i, line];
    if (character === '[' || character === '{') depth++;
    if (character === '"') quoted = true;
  }
  return fail(startLine, 'an entry, and then its end without a closing bracket');
}
