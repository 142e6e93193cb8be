// Sentences for a tagger: columns with tags, read as its training data was whatever the file's name; tokens alone, to be tagged.
import { UnrolledError } from '../errors.js';
import {
  lookAtTagged,
  readTagged,
  type TaggedFormat,
  type TaggedSentence,
  type TaggedText,
} from '../records/tagged.js';
import type { SourceContext } from './context.js';
import { unpackedParts } from './archive.js';
import { type InputData, type Part, readData } from './data.js';
import { columnOf, PLAIN_READING, type Reading, Report, requireFormat, type Rows } from './reading.js';
import { partText } from './tables.js';

export interface SentenceOptions {
  /** `lines`, for tokens that are to be tagged: a sentence in each line, blanks between its tokens. */
  format?: string;
  tagColumn?: string;
  tokenColumn?: string;
  encoding?: string;
}

/**
 * Sentences of CoNLL columns or CoNLL-U, with their tags.
 * @param stored how the training data of a model was read
 * Errors: those of reading.
 */
export async function readSentences(
  context: SourceContext,
  args: readonly string[],
  options: SentenceOptions,
  stored: Reading | null = null,
): Promise<Rows<TaggedSentence>> {
  requireFormat(options.format, ['conll', 'conllu'], 'sentences with tags');
  const data = await readData(context, args, 'tagged');
  return readAll(data, await unpackedParts(data.parts, 'table'), {
    options,
    stored,
    report: new Report(),
    untagged: false,
    read: null,
  });
}

/**
 * Tokens that are to be tagged: the same columns, with or without the tag; a token a line; or, where `format` or the training data says so,
 * a sentence a line.
 *
 * Errors: those of reading; FORMAT for columns where the training data had others, and for a column of tags that has none of the model's.
 */
export async function readTokens(
  context: SourceContext,
  args: readonly string[],
  { tags, ...options }: SentenceOptions & { tags?: readonly string[] },
  stored: Reading | null = null,
): Promise<Rows<TaggedSentence>> {
  requireFormat(options.format, ['conll', 'conllu', 'lines'], 'sentences');
  const data = await readData(context, args, 'tagged');
  const reader: SentenceReader = { options, stored, report: new Report(), untagged: true, tags, read: null };
  return readAll(
    { ...data, validation: [], test: [] },
    await unpackedParts(data.test.length > 0 ? data.test : data.parts, 'table'),
    reader,
  );
}

interface SentenceReader {
  options: SentenceOptions;
  stored: Reading | null;
  report: Report;
  untagged: boolean;
  /** The model's. */
  tags?: readonly string[];
  /** Of the first part. */
  read: { reading: Reading; text: TaggedText } | null;
}

function readAll(data: InputData, parts: readonly Part[], reader: SentenceReader): Rows<TaggedSentence> {
  const readPart = (part: Part): TaggedSentence[] => sentencesOf(part, data, reader);
  const rows = parts.flatMap(readPart);
  const [validation, test] = [data.validation, data.test].map((own) => (own.length > 0 ? own.flatMap(readPart) : null));
  const reading = reader.stored ??
    reader.read?.reading ?? { kind: 'tagged', format: 'conll', columns: {}, ...PLAIN_READING };
  const report = reader.report.result({
    columns: { token: reader.read?.text.token ?? null, tag: reader.read?.text.tag ?? null },
    format: reader.read?.reading.format ?? reading.format,
    rows: rows.length + (validation?.length ?? 0) + (test?.length ?? 0),
  });
  return { name: data.name, rows, validation, test, reading, report };
}

function sentencesOf(part: Part, data: InputData, reader: SentenceReader): TaggedSentence[] {
  const { options, stored, report, untagged } = reader;
  const { text, encoding } = partText(part, { data, options, stored, report });
  const format = options.format ?? (stored?.format === 'lines' ? 'lines' : undefined);
  const read = readAs(text, part.name, format as TaggedFormat | undefined, reader);
  const { skipped } = read;
  for (const [what, count] of Object.entries(skipped)) report.skip(what, count);
  const passed = {
    ranges: ['range of words', 'ranges of words'],
    emptyNodes: ['empty node', 'empty nodes'],
    documents: ['document mark', 'document marks'],
  } as const;
  for (const [key, what] of Object.entries(passed)) {
    const count = skipped[key as keyof typeof passed];
    if (count > 0) report.note(part.name, `skipped ${count} ${count === 1 ? what[0] : what[1]}`);
  }
  if (stored === null && read.format !== 'lines') {
    const kind = read.format === 'conllu' ? 'CoNLL-U' : `${read.columns} columns`;
    report.note(part.name, `${kind}: ${columnsRead(read)}`);
  }
  if (stored !== null) sayDifferences(part, read, stored, report);
  if (untagged && read.format === 'lines')
    report.note(part.name, 'each line is one sentence, its tokens separated by spaces');
  reader.read ??= { text: read, reading: readingOf(read, options, encoding) };
  return read.sentences;
}

/** Which columns were read: `token in column 1, tag in column 2`. */
function columnsRead({ format, token, tag }: TaggedText): string {
  const shown = (column: string): string => (format === 'conllu' ? column : `column ${column}`);
  return `token in ${shown(token)}${tag === null ? '' : `, tag in ${shown(tag)}`}`;
}

function readAs(text: string, name: string, format: TaggedFormat | undefined, reader: SentenceReader): TaggedText {
  const { options, stored, untagged } = reader;
  const own = { format, untagged, tokenColumn: options.tokenColumn, tagColumn: options.tagColumn };
  const asStored = {
    tokenColumn: own.tokenColumn ?? columnOf(stored, 'token'),
    tagColumn: own.tagColumn ?? columnOf(stored, 'tag'),
  };
  // Of an empty file it is said that it is empty.
  if (stored === null || format === 'lines' || text.trim() === '') return readTagged(text, name, own);
  const looks = format === undefined ? lookAtTagged(text, name) : { format, columns: 0 };
  // Columns of the other kind have other names and numbers.
  if (looks.format !== stored.format) return readTagged(text, name, own);
  // Tokens alone, where they are to be tagged, are in the first column.
  const alone = untagged && looks.columns === 1 && options.tokenColumn === undefined;
  if (alone) return readTagged(text, name, own);
  checkWidth(name, looks, stored, reader);
  const wanted = { ...asStored, format: looks.format };
  const read = readTagged(text, name, { ...wanted, untagged });
  if (untagged && looks.columns === stored.width) checkTags(readTagged(text, name, wanted), name, reader);
  return read;
}

/** Errors: FORMAT for columns in another number than those of the training data, unless it is said which are to be read. */
function checkWidth(
  name: string,
  { format, columns }: Pick<TaggedText, 'format' | 'columns'>,
  stored: Reading,
  { options, untagged }: SentenceReader,
): void {
  const { width } = stored;
  if (format === 'conllu' || width === null || columns === width || columns === 0) return;
  if (options.tokenColumn !== undefined || options.tagColumn !== undefined) return;
  // What is to be tagged may well lack the tag, which stands last.
  if (untagged && columns === width - 1 && columnOf(stored, 'tag') === '-1') return;
  throw new UnrolledError(
    'FORMAT',
    `expected ${width} columns in ${name}, as in the training data, received ${columns}`,
    untagged
      ? 'for plain sentences, one per line, add --format lines; else name the token column'
      : 'name the token column and the tag column',
  );
}

/** Errors: FORMAT where the column of tags has none of those of the model: it is no such column, but words. */
function checkTags({ sentences }: TaggedText, name: string, { tags }: SentenceReader): void {
  if (tags === undefined) return;
  const known = new Set(tags);
  if (sentences.some((sentence) => sentence.tags.some((tag) => known.has(tag)))) return;
  throw new UnrolledError(
    'FORMAT',
    `expected a column of tags in ${name}, as in the training data, received ${JSON.stringify(sentences[0].tags[0])} and no tag of the model`,
    'for plain sentences, one per line, add --format lines; else name the token column',
  );
}

function sayDifferences(part: Part, read: TaggedText, stored: Reading, report: Report): void {
  if (read.format !== stored.format && read.format !== 'lines') {
    const names = { conll: 'columns as in CoNLL', conllu: 'CoNLL-U', lines: 'lines' };
    const trained = stored.format === 'conllu' ? 'CoNLL-U' : 'columns as in CoNLL';
    report.note(part.name, `${names[read.format]}, unlike the training data (${trained}): ${columnsRead(read)}`);
  } else if (stored.width !== null && read.columns !== stored.width && read.format !== 'lines') {
    report.note(
      part.name,
      `${read.columns} column${read.columns === 1 ? '' : 's'}, the training data had ${stored.width}: ${columnsRead(read)}`,
    );
  }
}

/** Columns as they were asked for: the last is the last of any file. */
function readingOf(read: TaggedText, { tokenColumn, tagColumn }: SentenceOptions, encoding: string): Reading {
  const isNamed = read.format === 'conllu';
  return {
    ...PLAIN_READING,
    kind: 'tagged',
    format: read.format,
    columns: { token: tokenColumn ?? (isNamed ? 'form' : '1'), tag: tagColumn ?? (isNamed ? 'upos' : '-1') },
    width: read.columns,
    encoding,
  };
}

/** Where a tag stands, for messages. Errors: none. */
export function tagPlace({ file, lines }: Pick<TaggedSentence, 'file' | 'lines'>, token: number): string {
  return `line ${lines[token]} of ${file}`;
}

/** Errors: FORMAT for the first tag that is not among those of a model, with its line and file. */
export function requireTags(sentences: readonly TaggedSentence[], tags: readonly string[]): void {
  const known = new Set(tags);
  for (const sentence of sentences) {
    const token = sentence.tags.findIndex((tag) => !known.has(tag));
    if (token < 0) continue;
    throw new UnrolledError(
      'FORMAT',
      `expected a tag of the training data, received "${sentence.tags[token]}" in ${tagPlace(sentence, token)}`,
      `the tags are ${tags.slice(0, 20).join(', ')}${tags.length > 20 ? ', …' : ''}: correct it, or train a new model`,
    );
  }
}
