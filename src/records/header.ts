// Whether the first row of a table names its columns, and the names that people give to columns.
import { isMissing, isNumber, numberStyle } from './numbers.js';
import { timesOf } from './times.js';

export const TEXT_NAMES = [
  ...[
    'text',
    'sentence',
    'review',
    'comment',
    'content',
    'message',
    'tweet',
    'document',
    'utterance',
    'phrase',
    'body',
  ],
  ...['headline', 'question', 'query', 'description', 'title', 'name', 'surname', 'word'],
];
export const LABEL_NAMES = [
  ...[
    'label',
    'labels',
    'class',
    'category',
    'sentiment',
    'target',
    'y',
    'tag',
    'topic',
    'intent',
    'emotion',
    'polarity',
  ],
  ...['language', 'lang', 'country', 'genre', 'type', 'rating', 'stars', 'score'],
];
export const TIME_NAMES = [
  ...['date', 'time', 'datetime', 'timestamp', 'month', 'ds', 'day', 'week', 'quarter', 'year', 'period'],
];
/** Names that are seldom a value: one of them makes a header. */
const TELLING = new Set([
  ...['text', 'sentence', 'review', 'comment', 'content', 'tweet', 'utterance', 'headline', 'description', 'surname'],
  ...['label', 'labels', 'category', 'sentiment', 'intent', 'polarity', 'rating', 'genre'],
  ...['date', 'datetime', 'timestamp', 'ds', 'source', 'src', 'target', 'id', 'value'],
]);
const KNOWN = new Set([...TEXT_NAMES, ...LABEL_NAMES, ...TIME_NAMES, ...TELLING, 'index', 'input', 'output']);

/** Rows that are examined to find a header. */
export const HEADER_ROWS = 1001;

const LONGEST_NAME = 64;

/**
 * The rule: the first row's values are different from each other, none is a number, a date, missing or longer than 64 characters, and none is
 * there again in its column. Besides that, one of these: a name that is seldom a value (text, label, date, …); two usual names; a
 * name above a column of mostly numbers or dates; or a name above a column of few values (twenty rows or more, at most a tenth as many
 * values), if the first row is unlike the others in the columns of many values: a row that looks like data is data.
 */
export function findHeader([first, ...rest]: readonly (readonly string[])[]): boolean {
  const names = first.map((value) => value.trim());
  const filled = names.filter((name) => name !== '');
  const lower = filled.map((name) => name.toLowerCase());
  const telling = new Set(lower.filter((name) => TELLING.has(name))).size;
  // Names that stand there twice are an error; other values may well repeat.
  if (new Set(filled).size < filled.length) return telling > 1;
  if (filled.some((name) => name.length > LONGEST_NAME || isNumber(name) || isMissing(name))) return false;
  if (timesOf(filled).some((time) => !Number.isNaN(time))) return false;
  const below = names.map((_, c) => rest.map((values) => values[c].trim()).filter((value) => !isMissing(value)));
  if (names.some((name, c) => name !== '' && below[c].includes(name))) return false;
  if (telling > 0 || isIndex(names[0], below[0]) || lower.filter((name) => KNOWN.has(name)).length > 1) return true;
  const columns = names
    .map((name, c) => ({ name, values: below[c] }))
    .filter(({ name, values }) => name !== '' && values.length > 0);
  if (columns.some(({ values }) => holdsFigures(values))) return true;
  const few = columns.filter(({ values }) => isFew(values));
  return few.length > 0 && columns.every((column) => few.includes(column) || isUnlike(column.name, column.values));
}

/** Row numbers without a name, as pandas writes them. */
function isIndex(name: string, values: readonly string[]): boolean {
  const from = Number(values[0]);
  return name === '' && (from === 0 || from === 1) && values.every((value, i) => value === String(from + i));
}

/** Mostly numbers or dates, and not only, so that a bad value below is found as such. */
function holdsFigures(values: readonly string[]): boolean {
  const most = (share: number): boolean => share * 2 > values.length;
  if (most(values.filter((value) => isNumber(value) || numberStyle([value], undefined) !== null).length)) return true;
  return most(timesOf(values).filter((time) => !Number.isNaN(time)).length);
}

function isFew(values: readonly string[]): boolean {
  return values.length >= 20 && new Set(values).size <= values.length / 10;
}

/** A name of one word over values of several, or less than half as long as nine in ten of them. */
function isUnlike(name: string, values: readonly string[]): boolean {
  const words = (value: string): number => value.split(/\s+/).length;
  const sentences = values.filter((value) => words(value) > 1).length;
  if (words(name) === 1 && sentences * 2 > values.length) return true;
  return values.filter(({ length }) => name.length * 2 < length).length >= values.length * 0.9;
}
