// JSON objects as rows of a table: one a line, in an array, or in an object around them.
import { UnrolledError } from '../errors.js';
import type { TableRow } from './separated.js';

export interface RawTable {
  columns: string[];
  /** Rows without any value too. */
  rows: TableRow[];
  notes?: string[];
}

interface Entry {
  text: string;
  line: number;
}

interface RecordFields {
  fields: Map<string, string>;
  line: number;
}

/** Below so many cells nothing is said of empty ones. */
const SMALL = 2_000_000;
/** Above, so many cells for each value that is there are taken for a mistake: keys that are values. */
const SPARSE = 50;
/** Objects within objects are columns so far down; deeper ones are written out. */
const DEEPEST = 4;

const ARRAY_HELP = 'give an array of objects: [{"text": "…", "label": "…"}, …]';

/** Empty lines are left out. Errors: FORMAT with the line. */
export function lineRecords(text: string, name: string): RawTable {
  const help = 'write one object in each line, or an array of objects in a file that ends in .json';
  const entries = text.split('\n').map((line, i) => ({ text: line, line: i + 1 }));
  return asTable(
    entries.filter((entry) => entry.text.trim() !== '').map((entry) => record(entry, name, help)),
    name,
  );
}

/** Errors: FORMAT with the line; of an array that is not closed the line where its last entry begins. */
export function arrayRecords(text: string, name: string): RawTable {
  return asTable(
    arrayEntries(text, name).map((entry) => record(entry, name, ARRAY_HELP)),
    name,
  );
}

/**
 * An object whose one list of objects has the rows ({"data": [{…}, …]}), or a table as pandas writes it: by columns
 * ({"text": {"0": "…"}}) or in parts ({"columns": […], "data": [[…]]}). Lines are those where the text begins.
 * Errors: FORMAT.
 */
export function objectRecords(text: string, name: string): RawTable {
  const whole = parse(text, 1, name, ARRAY_HELP);
  const entries = isObject(whole) ? Object.entries(whole) : [];
  const tableOf = (rows: object[], note: string): RawTable => {
    const records = rows.map((row) => ({ line: 1, fields: flatRecord(row, 1, name) }));
    return { ...asTable(records, name), notes: [note] };
  };
  const { columns, data } = whole as { columns?: unknown; data?: unknown };
  if (Array.isArray(columns) && Array.isArray(data) && data.every(Array.isArray)) {
    const names = columns.map(String);
    const rows = data.map((values) => Object.fromEntries(names.map((column, c) => [column, values[c]])));
    return tableOf(rows, 'rows are the lists in "data"');
  }
  const lists = entries.filter((entry): entry is [string, Record<string, unknown>[]] => isList(entry[1]));
  if (lists.length === 1) return tableOf(lists[0][1], `rows are the objects in "${lists[0][0]}"`);
  const byColumn = entries.filter((entry): entry is [string, object] => isObject(entry[1]) || Array.isArray(entry[1]));
  if (entries.length > 0 && byColumn.length === entries.length && lists.length === 0) {
    return tableOf(turnedRound(byColumn, name), 'each key is a column');
  }
  throw new UnrolledError(
    'FORMAT',
    `expected a list of objects in ${name}, received an object with ${lists.length === 0 ? 'none' : `${lists.length} of them: ${lists.map(([key]) => key).join(', ')}`}`,
    ARRAY_HELP,
  );
}

/** Columns by their keys as rows. Errors: FORMAT for columns that have nearly no key in common. */
function turnedRound(columns: readonly [string, object][], name: string): object[] {
  const keys = [...new Set(columns.flatMap(([, values]) => Object.keys(values)))];
  const values = columns.reduce((sum, [, held]) => sum + Object.keys(held).length, 0);
  const cells = keys.length * columns.length;
  if (cells > SMALL && cells > SPARSE * values) {
    throw new UnrolledError(
      'FORMAT',
      `expected columns with the same rows in ${name}, received ${keys.length} different ones in ${columns.length} columns`,
      ARRAY_HELP,
    );
  }
  return keys.map((key) => Object.fromEntries(columns.map(([column, held]) => [column, own(held, key)])));
}

const own = (values: object, key: string): unknown => (Object.hasOwn(values, key) ? values[key as never] : null);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Objects, one or more. */
const isList = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isObject);

/** Columns are all keys. Errors: FORMAT for rows that have nearly no key in common. */
function asTable(records: readonly RecordFields[], name: string): RawTable {
  const columns = new Map<string, number>();
  let values = 0;
  for (const [i, { fields, line }] of records.entries()) {
    for (const key of fields.keys()) if (!columns.has(key)) columns.set(key, columns.size);
    values += fields.size;
    const cells = (i + 1) * columns.size;
    if (cells <= SMALL || cells <= SPARSE * values) continue;
    throw new UnrolledError(
      'FORMAT',
      `expected records with the same keys in ${name}, received ${columns.size} different ones in the ${i + 1} up to line ${line}`,
      'write what differs from record to record as a value, not as a key',
    );
  }
  const names = [...columns.keys()];
  const rows = records.map(({ fields, line }) => ({ values: names.map((key) => fields.get(key) ?? ''), line }));
  return { columns: names, rows };
}

function record(entry: Entry, name: string, help: string): RecordFields {
  const { line } = entry;
  const value = parse(entry.text, line, name, help);
  if (isObject(value)) return { fields: flatRecord(value, line, name), line };
  const kind = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
  throw new UnrolledError('FORMAT', `expected a JSON object in line ${line} of ${name}, received ${kind}`, help);
}

/** Errors: FORMAT for a value of more levels than can be written. */
function flatRecord(value: object, line: number, name: string): Map<string, string> {
  try {
    return flat(value);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new UnrolledError(
      'FORMAT',
      `expected a JSON object with a few levels of nesting in line ${line} of ${name}, received thousands`,
      'give records with fields of text',
      { cause },
    );
  }
}

/** Its values as they are written in a table, those of objects within it as `outer.inner`. */
function flat(value: object, prefix = '', fields = new Map<string, string>(), depth = 0): Map<string, string> {
  for (const [key, held] of Object.entries(value)) {
    if (isObject(held) && depth < DEEPEST && Object.keys(held).length > 0)
      flat(held, `${prefix}${key}.`, fields, depth + 1);
    else fields.set(`${prefix}${key}`, written(held));
  }
  return fields;
}

function written(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function parse(text: string, line: number, name: string, help: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const repaired = withoutNaN(text);
    if (repaired !== text) {
      try {
        return JSON.parse(repaired);
      } catch {
        // What is broken is something else: the first error says it.
      }
    }
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
}

/** Python writes NaN and Infinity, which JSON does not have: they are missing values. Those within strings stay. */
function withoutNaN(text: string): string {
  if (!/\b(?:NaN|Infinity)\b/.test(text)) return text;
  let result = '';
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('"', at);
    const plain = text.slice(at, open < 0 ? text.length : open);
    result += plain.replace(/-?\b(?:NaN|Infinity)\b/g, 'null');
    if (open < 0) break;
    let close = open + 1;
    while (close < text.length && text[close] !== '"') close += text[close] === '\\' ? 2 : 1;
    result += text.slice(open, close + 1);
    at = close + 1;
  }
  return result;
}

/** The entries of an array, each as its own text, so that a broken one is known by its line. */
function arrayEntries(text: string, name: string): Entry[] {
  const fail = (line: number, received: string): never => {
    throw new UnrolledError(
      'FORMAT',
      `expected a JSON array of objects in ${name}, received in line ${line} ${received}`,
      ARRAY_HELP,
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
