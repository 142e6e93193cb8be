// The text in a file: plain text as it is, JSON by the fields that hold text. And which files of a folder are data at all.
import { UnrolledError } from '../errors.js';
import { decodeText } from '../text/decode.js';

const JSON_EXTENSIONS = new Set(['json', 'jsonl', 'ndjson']);

/** Prose, markup and source code: what people train character models on. */
const TEXT_EXTENSIONS = new Set([
  ...['txt', 'text', 'md', 'markdown', 'rst', 'adoc', 'org', 'tex', 'log', 'srt', 'html', 'htm', 'xml', 'abc'],
  ...['c', 'h', 'cc', 'cpp', 'hpp', 'cs', 'css', 'go', 'hs', 'java', 'jl', 'js', 'kt', 'lua', 'mjs', 'ml', 'php', 'pl'],
  ...['py', 'r', 'rb', 'rs', 'scala', 'scm', 'sh', 'sql', 'swift', 'ts', 'tsx', 'jsx'],
  ...JSON_EXTENSIONS,
]);

const TABLE_EXTENSIONS = new Set(['csv', 'tsv', 'tab', 'conll', 'conllu', 'conllup', 'iob', 'bio']);

/** Files that speak of the data, whatever their extension. */
const ABOUT = /^(readme|licen[cs]e|copying|notice|authors|contributors|contributing|changelog|security|_?about)(\.|$)/i;
const SOURCE_NOTE = /^SOURCES?(\.|$)/;
const PROJECT_FILES = /^(package|package-lock|tsconfig)\.json$/;

/** Fields that hold the text of a record, in lower case. */
const TEXT_FIELDS = new Set([
  ...['text', 'content', 'contents', 'paragraph', 'paragraphs', 'line', 'lines', 'body', 'verse', 'verses'],
  ...['sentence', 'sentences', 'stanza', 'stanzas'],
]);

/** Fields that name a record and say nothing. */
const ID_FIELDS = /^_?(id|ids|uuid|guid|hash|sha1|sha256|md5|url|uri|href)$/i;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Deeper nesting is no data, and would overflow the stack. */
const MAX_DEPTH = 500;

/**
 * Whether a file of a folder is text to learn from: a known extension (also with `.gz`), and neither hidden nor a readme,
 * a licence or a note of sources.
 */
export function isDataFile(path: string): boolean {
  const name = baseName(path).replace(/\.gz$/i, '');
  if (name.startsWith('.') || ABOUT.test(name) || SOURCE_NOTE.test(name) || PROJECT_FILES.test(name)) return false;
  return TEXT_EXTENSIONS.has(extension(name));
}

/** Whether a file of a folder is rows: a table or columns (also with `.gz`), and not hidden. JSON is a data file anyway. */
export function isTableFile(path: string): boolean {
  const name = baseName(path).replace(/\.gz$/i, '');
  return !name.startsWith('.') && TABLE_EXTENSIONS.has(extension(name));
}

/**
 * The text of a file's (unzipped) bytes. Of JSON and JSON lines: the strings of fields such as `text`, `content`, `paragraphs`
 * where there are any, else all strings but identifiers; each a line, with a blank line between records.
 *
 * Errors: ENCODING; FORMAT for damaged JSON; EMPTY for JSON without a string.
 */
export function extractText(bytes: Uint8Array, fileName: string): string {
  return plainText(decodeText(bytes, fileName), fileName, proseFormat(fileName));
}

/** How text lies in a file. */
export const PROSE_FORMATS = ['text', 'json', 'jsonl'] as const;
export type ProseFormat = (typeof PROSE_FORMATS)[number];

/** By the file's extension. */
export function proseFormat(fileName: string): ProseFormat {
  const kind = extension(baseName(fileName).replace(/\.gz$/i, ''));
  if (!JSON_EXTENSIONS.has(kind)) return 'text';
  return kind === 'json' ? 'json' : 'jsonl';
}

/** The text in a file that is decoded. Errors: FORMAT, EMPTY. */
export function plainText(text: string, fileName: string, format: ProseFormat): string {
  if (format === 'text') return text;
  // Many a .json file holds a record a line.
  const records = format === 'json' && !holdsLines(text) ? parseRecords(text, fileName) : parseLines(text, fileName);
  const isText = records.map((record) => hasTextField(record, 0, fileName)).includes(true);
  const blocks: string[][] = [];
  for (const record of records) {
    if (isText) collectFields(record, blocks);
    else collectLeaves(record, blocks);
  }
  const written = blocks.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  if (written.length === 0) {
    throw new UnrolledError('EMPTY', `expected text in ${fileName}, received none`, 'give a file with text');
  }
  return `${written.join('\n\n')}\n`;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

function parse(text: string, where: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new UnrolledError(
      'FORMAT',
      `expected JSON in ${where}: ${cause instanceof Error ? cause.message : String(cause)}`,
      'repair the file, or rename it to .txt to read it as plain text',
      { cause },
    );
  }
}

/** Objects, one a line, and more than one. */
function holdsLines(text: string): boolean {
  const start = text.trimStart();
  const end = start.indexOf('\n');
  if (!start.startsWith('{') || end < 0 || start.slice(end).trim() === '') return false;
  try {
    JSON.parse(start.slice(0, end));
    return true;
  } catch {
    return false;
  }
}

/** The entries of a list, strings on end as one record; anything else is one record. */
function parseRecords(text: string, fileName: string): Json[] {
  const data = parse(text, fileName);
  return Array.isArray(data) && data.some((entry) => typeof entry !== 'string') ? data : [data];
}

function parseLines(text: string, fileName: string): Json[] {
  const records: Json[] = [];
  text.split(/\r\n|\n/).forEach((line, i) => {
    if (line.trim() !== '') records.push(parse(line, `line ${i + 1} of ${fileName}`));
  });
  return records;
}

function isTextField(key: string, value: Json): boolean {
  return TEXT_FIELDS.has(key.toLowerCase()) && (typeof value === 'string' || Array.isArray(value));
}

/** Walks everything, so it also checks the depth for the functions below. */
function hasTextField(value: Json, depth: number, fileName: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth > MAX_DEPTH) {
    throw new UnrolledError(
      'FORMAT',
      `expected JSON nested at most ${MAX_DEPTH} levels deep in ${fileName}, received more`,
      'give records with text fields',
    );
  }
  let found = false;
  for (const [key, child] of Object.entries(value)) {
    if (hasTextField(child, depth + 1, fileName)) found = true;
    if (!Array.isArray(value) && isTextField(key, child)) found = true;
  }
  return found;
}

/** Each outermost object with text fields is a block of its own; other strings are passed over. */
function collectFields(value: Json, blocks: string[][]): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const child of value) collectFields(child, blocks);
    return;
  }
  const fields = Object.entries(value).filter(([key, child]) => isTextField(key, child));
  if (fields.length === 0) {
    for (const child of Object.values(value)) collectFields(child, blocks);
    return;
  }
  let lines: string[] = [];
  const add = (part: Json): void => {
    const nested: string[][] = [];
    if (Array.isArray(part)) for (const child of part) add(child);
    else collectFields(part, nested);
    if (nested.length > 0) {
      // Parts of one text, such as the chapters of a book, stay apart.
      blocks.push(lines, ...nested);
      lines = [];
    } else if (!Array.isArray(part)) strings(part, lines);
  };
  for (const [, child] of fields) add(child);
  blocks.push(lines);
}

function collectLeaves(value: Json, blocks: string[][]): void {
  const lines: string[] = [];
  strings(value, lines);
  blocks.push(lines);
}

/** All strings but identifiers, in order. */
function strings(value: Json, lines: string[]): void {
  if (typeof value === 'string') {
    if (value.trim() !== '' && !UUID.test(value)) lines.push(value);
  } else if (Array.isArray(value)) {
    for (const child of value) strings(child, lines);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value)) if (!ID_FIELDS.test(key)) strings(child, lines);
  }
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

function extension(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : '';
}
