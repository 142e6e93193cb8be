// Sentences whose tokens have tags: columns as in CoNLL's shared tasks, and CoNLL-U (universaldependencies.org/format.html).
import { UnrolledError } from '../errors.js';
import { didYouMean } from '../nearest.js';

export interface TaggedSentence {
  tokens: string[];
  /** As many as tokens. */
  tags: string[];
  /** Where its first token stands, from 1. */
  line: number;
}

export type TaggedFormat = 'conll' | 'conllu';

export interface TaggedOptions {
  /** Default: by the extension .conllu, else by looking: ten columns parted by tabs, the first a number. */
  format?: TaggedFormat;
  /** As `tagColumn`; default: form for CoNLL-U, else the first. */
  tokenColumn?: number | string;
  /** From 1, or from the end with −1, or by its name in CoNLL-U (upos, xpos, …); default: upos for CoNLL-U, else the last. */
  tagColumn?: number | string;
}

export interface TaggedText {
  sentences: TaggedSentence[];
  format: TaggedFormat;
  /** How many the file has. */
  columns: number;
  /** Lines that are no tokens: comments, -DOCSTART-, and of CoNLL-U ranges such as 1-2 and empty nodes such as 1.1. */
  skipped: { comments: number; documents: number; ranges: number; emptyNodes: number };
}

const CONLLU_COLUMNS = ['id', 'form', 'lemma', 'upos', 'xpos', 'feats', 'head', 'deprel', 'deps', 'misc'];

interface Line {
  values: string[];
  line: number;
}

/**
 * Reads sentences, parted by empty lines. Columns are parted by tabs where the first token's line has one, else by blanks. A line that
 * begins with # is a comment, in CoNLL columns only if it has not as many columns as the tokens have (a token may be #).
 *
 * Errors: FORMAT with the line for unequal columns, for an id in CoNLL-U that is none, and where every tag is `_`; EMPTY without a
 * token; NOT_FOUND for a column's name, RANGE for its number.
 * @param text unpacked and decoded
 */
export function readTagged(text: string, name: string, options: TaggedOptions = {}): TaggedText {
  const lines = (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text).split(/\r\n|\n|\r/);
  const first = lines.find((line) => line.trim() !== '' && !line.startsWith('#') && !isDocument(line));
  // A file whose tokens all begin with # has no other line.
  const example = first ?? lines.find((line) => line.trim() !== '') ?? '';
  const format = options.format ?? formatOf(example, name);
  const tabs = format === 'conllu' || example.includes('\t');
  const split = (line: string): string[] => (tabs ? line.split('\t') : line.replace(/^[ ]+|[ ]+$/g, '').split(/ +/));
  const columns = format === 'conllu' ? CONLLU_COLUMNS.length : split(example).length;
  const names = format === 'conllu' ? CONLLU_COLUMNS : null;
  const tokenColumn = column(options.tokenColumn ?? (names ? 'form' : 1), columns, names, name);
  const tagColumn = column(options.tagColumn ?? (names ? 'upos' : -1), columns, names, name);
  if (columns < 2 && first !== undefined) {
    throw new UnrolledError(
      'FORMAT',
      `expected a token and its tag in each line of ${name}, received one column`,
      'part the columns by a tab or a blank, and sentences by an empty line',
    );
  }
  const skipped = { comments: 0, documents: 0, ranges: 0, emptyNodes: 0 };
  const sentences: TaggedSentence[] = [];
  let open: Line[] = [];
  const close = (): void => {
    if (open.length > 0) {
      sentences.push({
        tokens: open.map(({ values }) => values[tokenColumn]),
        tags: open.map(({ values }) => values[tagColumn]),
        line: open[0].line,
      });
    }
    open = [];
  };
  for (const [i, whole] of lines.entries()) {
    const line = i + 1;
    if (whole.trim() === '') {
      close();
      continue;
    }
    const values = split(whole);
    if (whole.startsWith('#') && (format === 'conllu' || values.length !== columns)) skipped.comments++;
    else if (format === 'conll' && isDocument(whole)) {
      skipped.documents++;
      close();
    } else if (values.length !== columns) throw unequal(name, line, columns, values.length, tabs);
    else if (format === 'conllu' && !/^\d+$/.test(values[0])) {
      if (/^\d+-\d+$/.test(values[0])) skipped.ranges++;
      else if (/^\d+\.\d+$/.test(values[0])) skipped.emptyNodes++;
      else throw badValue(name, line, `a token's number, a range or an empty node first`, values[0]);
    } else if (values[tokenColumn].trim() === '') throw badValue(name, line, 'a token', values[tokenColumn]);
    else if (values[tagColumn].trim() === '') throw badValue(name, line, 'a tag', values[tagColumn]);
    else open.push({ values, line });
  }
  close();
  if (sentences.length === 0) {
    throw new UnrolledError(
      'EMPTY',
      `expected sentences in ${name}, received no token`,
      'give a file with a token and its tag a line',
    );
  }
  if (format === 'conllu' && sentences.every(({ tags }) => tags.every((tag) => tag === '_'))) {
    throw new UnrolledError(
      'FORMAT',
      `expected tags in the column ${CONLLU_COLUMNS[tagColumn]} of ${name}, received only _`,
      'the file leaves this column open: name another',
    );
  }
  return { sentences, format, columns, skipped };
}

const isDocument = (line: string): boolean => /^-DOCSTART-(\s|$)/.test(line);

function formatOf(example: string, name: string): TaggedFormat {
  if (/\.conll-?u(\.gz)?$/i.test(name)) return 'conllu';
  const values = example.split('\t');
  return values.length === CONLLU_COLUMNS.length && /^\d+([-.]\d+)?$/.test(values[0]) ? 'conllu' : 'conll';
}

/** The index from 0. */
function column(wanted: number | string, columns: number, names: readonly string[] | null, file: string): number {
  const number = typeof wanted === 'number' ? wanted : /^-?\d+$/.test(wanted) ? Number(wanted) : null;
  if (number === null) {
    const found = names?.indexOf(String(wanted).toLowerCase()) ?? -1;
    if (found >= 0) return found;
    throw new UnrolledError(
      'NOT_FOUND',
      `expected a column of ${file}, received "${wanted}"`,
      names
        ? `${didYouMean(String(wanted), names)}CoNLL-U has ${names.join(', ')}`
        : 'its columns have no names: give a number from 1, or from the end with -1',
    );
  }
  const index = number > 0 ? number - 1 : columns + number;
  if (Number.isInteger(number) && number !== 0 && index >= 0 && index < columns) return index;
  throw new UnrolledError(
    'RANGE',
    `expected a column from 1 to ${columns}, or from -1 to -${columns}, of ${file}, received ${number}`,
    'count the columns of a line with a token',
  );
}

function unequal(name: string, line: number, columns: number, received: number, tabs: boolean): UnrolledError {
  return new UnrolledError(
    'FORMAT',
    `expected ${columns} columns in line ${line} of ${name}, received ${received}`,
    `columns are parted by ${tabs ? 'one tab each' : 'blanks'}, sentences by empty lines`,
  );
}

function badValue(name: string, line: number, expected: string, value: string): UnrolledError {
  return new UnrolledError(
    'FORMAT',
    `expected ${expected} in line ${line} of ${name}, received ${JSON.stringify(value)}`,
    'repair the line, or name other columns',
  );
}
