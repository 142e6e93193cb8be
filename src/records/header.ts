// Whether the first row of a table names its columns, and the names that people give to columns.
import { isMissing, isNumber } from './numbers.js';
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
  'date',
  'time',
  'datetime',
  'timestamp',
  'month',
  'ds',
  'day',
  'week',
  'quarter',
  'year',
  'period',
];
const KNOWN_NAMES = new Set([...TEXT_NAMES, ...LABEL_NAMES, ...TIME_NAMES, 'source', 'src', 'target', 'value', 'id']);

const LONGEST_NAME = 64;

/**
 * The rule: the first row's values are different from each other, none is a number, a date, missing or longer than 64 characters, and none is
 * there again in its column; and one of them is a usual name (text, label, date, …), or stands above a column of mostly numbers or dates, or
 * above a column of few values (twenty rows or more, at most a tenth as many values).
 */
export function findHeader([first, ...rest]: readonly (readonly string[])[]): boolean {
  const names = first.map((value) => value.trim());
  const filled = names.filter((name) => name !== '');
  if (new Set(filled).size < filled.length) return false;
  if (filled.some((name) => name.length > LONGEST_NAME || isNumber(name) || isMissing(name))) return false;
  if (timesOf(filled).some((time) => !Number.isNaN(time))) return false;
  const below = names.map((_, c) => rest.map((values) => values[c].trim()).filter((value) => !isMissing(value)));
  if (names.some((name, c) => name !== '' && below[c].includes(name))) return false;
  if (filled.some((name) => KNOWN_NAMES.has(name.toLowerCase()))) return true;
  return names.some((name, c) => name !== '' && below[c].length > 0 && isTyped(below[c]));
}

function isTyped(values: string[]): boolean {
  const most = (share: number): boolean => share * 2 > values.length;
  // Most and not all, so that a bad value below is found as such.
  if (most(values.filter(isNumber).length)) return true;
  if (values.length >= 20 && new Set(values).size <= values.length / 10) return true;
  return most(timesOf(values).filter((time) => !Number.isNaN(time)).length);
}
