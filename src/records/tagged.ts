// Sentences whose tokens have tags: columns as in CoNLL's shared tasks, and CoNLL-U (universaldependencies.org/format.html).
import { UnrolledError } from '../errors.js';
import { expectChoice, expectText, type Names, optionsOf, shownValue } from '../expect.js';
import { didYouMean } from '../nearest.js';

/** A sentence with a tag for each token. */
export interface TaggedSentence {
  /** As they are written. */
  tokens: string[];
  /** As many as tokens. */
  tags: string[];
  /** Where its first token stands, from 1. */
  line: number;
  /** Where each token stands. */
  lines: number[];
  /** In which file, for messages. */
  file: string;
}

/** `lines`: a sentence in each line, blanks between its tokens, and no tags. */
export const TAGGED_FORMATS = ['conll', 'conllu', 'lines'] as const;
/** Columns as in CoNLL’s shared tasks, CoNLL-U, or plain sentences without tags. */
export type TaggedFormat = (typeof TAGGED_FORMATS)[number];

/** Which columns have tokens and tags, where that is said. */
export interface TaggedOptions {
  /** Default: by the extension .conllu, else by looking: ten columns with tabs between them, the first a number. */
  format?: TaggedFormat;
  /** As `tagColumn`; default: form for CoNLL-U, else the first. */
  tokenColumn?: number | string;
  /** From 1, or from the end with −1, or by its name in CoNLL-U (upos, xpos, …); default: upos for CoNLL-U, else the last. */
  tagColumn?: number | string;
  /** Tokens alone are wanted: columns may lack the tag, and every tag is empty. */
  untagged?: boolean;
}

const NAMES: Names<TaggedOptions> = { format: true, tokenColumn: true, tagColumn: true, untagged: true };

/** The sentences of a file, and how it was read. */
export interface TaggedText {
  /** In the order of the file. */
  sentences: TaggedSentence[];
  /** As what the file was read. */
  format: TaggedFormat;
  /** How many the file has. */
  columns: number;
  /** Which were read: a number from 1, or a name of CoNLL-U; null without tags. */
  token: string;
  /** The column of the tags, as `token` says the one of the tokens. */
  tag: string | null;
  /** Lines that are no tokens: comments, -DOCSTART-, and of CoNLL-U ranges such as 1-2 and empty nodes such as 1.1. */
  skipped: { comments: number; documents: number; ranges: number; emptyNodes: number };
}

const CONLLU_COLUMNS = ['id', 'form', 'lemma', 'upos', 'xpos', 'feats', 'head', 'deprel', 'deps', 'misc'];

/**
 * Reads sentences, with empty lines between them. Columns have tabs between them where the first token's line has one, else blanks. A line that
 * begins with # is a comment, in CoNLL columns only if it has not as many columns as the tokens have (a token may be #).
 *
 * Errors: FORMAT with the line for unequal columns, for an invalid id in CoNLL-U, and where every tag is `_`; EMPTY without a
 * token; NOT_FOUND for a column's name, RANGE for its number.
 * @param text unpacked and decoded
 */
export function readTagged(text: string, name: string, given: TaggedOptions = {}): TaggedText {
  const options = optionsOf(given, NAMES, 'readTagged');
  expectText(text, 'tagged sentences', 'give the text of a file; decodeText makes one of its bytes');
  expectText(name, 'the name of the file', "give it for messages and its extension, as 'train.conll'");
  if (options.format !== undefined) expectChoice(options.format, 'a format', TAGGED_FORMATS);
  const lines = (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text).split(/\r\n|\n|\r/);
  if (options.format === 'lines') return plainSentences(lines, name);
  const layout = layoutOf(lines, name, options);
  const { format, columns, names, tokenColumn, tagColumn, split } = layout;
  const skipped = { comments: 0, documents: 0, ranges: 0, emptyNodes: 0 };
  const sentences: TaggedSentence[] = [];
  let open: Line[] = [];
  const close = (): void => {
    if (open.length > 0) {
      sentences.push({
        tokens: open.map(({ values }) => values[tokenColumn]),
        tags: open.map(({ values }) => (tagColumn < 0 ? '' : values[tagColumn])),
        line: open[0].line,
        lines: open.map(({ line }) => line),
        file: name,
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
    } else if (values.length !== columns) throw unequal(name, line, layout, values.length);
    else if (format === 'conllu' && !/^\d+$/.test(values[0])) {
      if (/^\d+-\d+$/.test(values[0])) skipped.ranges++;
      else if (/^\d+\.\d+$/.test(values[0])) skipped.emptyNodes++;
      else throw badValue(name, line, `a token's number, a range or an empty node first`, values[0]);
    } else if (values[tokenColumn].trim() === '') throw badValue(name, line, 'a token', values[tokenColumn]);
    else if (tagColumn >= 0 && values[tagColumn].trim() === '') throw badValue(name, line, 'a tag', values[tagColumn]);
    else open.push({ values, line });
  }
  close();
  if (sentences.length === 0) throw noToken(name);
  if (format === 'conllu' && tagColumn >= 0 && sentences.every(({ tags }) => tags.every((tag) => tag === '_'))) {
    throw new UnrolledError(
      'FORMAT',
      `expected tags in the column ${names?.[tagColumn]} of ${name}, received only _`,
      'the file leaves this column open: name another',
    );
  }
  const shown = (c: number): string => names?.[c] ?? String(c + 1);
  return {
    ...{ sentences, format, columns, skipped },
    token: shown(tokenColumn),
    tag: tagColumn < 0 ? null : shown(tagColumn),
  };
}

/** How CoNLL-U Plus says which columns it has. */
const OWN_COLUMNS = '# global.columns =';

/** How a text looks: its format, and how many columns it has. Errors: FORMAT for numbers where tokens should be. */
export function lookAtTagged(text: string, name: string): Pick<TaggedText, 'format' | 'columns'> {
  const { format, columns } = layoutOf(text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/), name, {
    untagged: true,
    tokenColumn: 1,
  });
  return { format, columns };
}

interface Line {
  values: string[];
  line: number;
}

interface Layout {
  format: TaggedFormat;
  tabs: boolean;
  columns: number;
  /** Of CoNLL-U. */
  names: readonly string[] | null;
  tokenColumn: number;
  /** −1 where tokens stand alone. */
  tagColumn: number;
  split(line: string): string[];
}

function layoutOf(lines: readonly string[], name: string, options: TaggedOptions): Layout {
  const first = lines.find((line) => line.trim() !== '' && !line.startsWith('#') && !isDocument(line));
  // A file whose tokens all begin with # has no other line.
  const example = first ?? lines.find((line) => line.trim() !== '') ?? '';
  const format = options.format ?? formatOf(example, name, lines);
  const tabs = format === 'conllu' || example.includes('\t');
  const split = (line: string): string[] => (tabs ? line.split('\t') : wordsOf(line));
  const named = lines.find((line) => line.startsWith(OWN_COLUMNS));
  const own = named?.slice(OWN_COLUMNS.length).trim().toLowerCase().split(/\s+/);
  const names = format === 'conllu' ? (own ?? CONLLU_COLUMNS) : null;
  const columns = names ? names.length : Math.max(1, split(example).length);
  if (columns < 2 && first !== undefined && !options.untagged) {
    throw new UnrolledError(
      'FORMAT',
      `expected a token and its tag in each line of ${name}, received one column`,
      'separate the columns by a tab or spaces, and sentences by an empty line',
    );
  }
  const tokenColumn = column(options.tokenColumn ?? (names ? 'form' : 1), columns, names, name);
  const tagColumn = options.untagged ? -1 : column(options.tagColumn ?? (names ? 'upos' : -1), columns, names, name);
  if (!names && options.tokenColumn === undefined) checkTokens(lines, tokenColumn, split, name);
  return { format, tabs, columns, names, tokenColumn, tagColumn, split };
}

/** Errors: FORMAT where the tokens of the first sentence are 1, 2, 3: a file that numbers its tokens has them in another column. */
function checkTokens(lines: readonly string[], c: number, split: (line: string) => string[], name: string): void {
  const start = lines.findIndex((line) => line.trim() !== '' && !line.startsWith('#') && !isDocument(line));
  const sentence = lines.slice(start, start + 3).filter((line) => line.trim() !== '');
  if (sentence.length < 2 || sentence.some((line, i) => split(line)[c] !== String(i + 1))) return;
  throw new UnrolledError(
    'FORMAT',
    `expected tokens in the first column of ${name}, received their numbers from line ${start + 1}`,
    'name the token column, most likely 2',
  );
}

/** What stands between blanks. */
function wordsOf(line: string): string[] {
  return line.split(' ').filter((word) => word !== '');
}

/** A sentence in each line, an empty one where the line is. */
function plainSentences(lines: readonly string[], name: string): TaggedText {
  const written = lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  const sentences = written.map((text, i) => {
    const tokens = text.split(/\s/).filter((word) => word !== '');
    const [tags, places] = [tokens.map(() => ''), tokens.map(() => i + 1)];
    return { tokens, tags, line: i + 1, lines: places, file: name };
  });
  if (sentences.length === 0) throw noToken(name);
  const skipped = { comments: 0, documents: 0, ranges: 0, emptyNodes: 0 };
  return { sentences, format: 'lines', columns: 1, token: '1', tag: null, skipped };
}

const isDocument = (line: string): boolean => /^-DOCSTART-(\s|$)/.test(line);

function formatOf(example: string, name: string, lines: readonly string[]): TaggedFormat {
  if (/\.conll-?up?(\.gz)?$/i.test(name) || lines.some((line) => line.startsWith(OWN_COLUMNS))) return 'conllu';
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
      `expected a column of ${file}, received ${shownValue(wanted)}`,
      names
        ? `${didYouMean(String(wanted), names)}CoNLL-U has ${names.join(', ')}`
        : 'its columns have no names: give a number from 1, or from the end with -1',
    );
  }
  const index = number > 0 ? number - 1 : columns + number;
  if (Number.isInteger(number) && number !== 0 && index >= 0 && index < columns) return index;
  throw new UnrolledError(
    'RANGE',
    `expected a column from 1 to ${columns}, or from -1 to -${columns}, of ${file}, received ${shownValue(number)}`,
    'count the columns of a line with a token',
  );
}

function noToken(name: string): UnrolledError {
  return new UnrolledError(
    'EMPTY',
    `expected sentences in ${name}, received no token`,
    'give a file with a token and its tag a line',
  );
}

function unequal(name: string, line: number, { columns, tabs }: Layout, received: number): UnrolledError {
  return new UnrolledError(
    'FORMAT',
    `expected ${columns} column${columns === 1 ? '' : 's'} in line ${line} of ${name}, received ${received}`,
    `separate columns by ${tabs ? 'one tab' : 'spaces'} and sentences by an empty line; for plain sentences, one per line, add --format lines`,
  );
}

function badValue(name: string, line: number, expected: string, value: string): UnrolledError {
  return new UnrolledError(
    'FORMAT',
    `expected ${expected} in line ${line} of ${name}, received ${JSON.stringify(value)}`,
    'repair the line, or name other columns',
  );
}
