// Simple properties of a text, as a number for each token: what a neuron may have learned to follow.
import { expectTexts } from '../expect.js';
import { BYTE_TOKENS } from '../text/characterTokenizers.js';

/** Something that can be said of each token of a text: is it inside quotes, how far into the line is it. */
export interface TextProperty {
  /** For people: `inside quotes`. */
  name: string;
  /** A binary one is 0 or 1. */
  kind: 'binary' | 'number';
  /** [T], for the token just read. */
  values: Float64Array;
}

/** Where the reader of a text stands after a token. */
interface Place {
  inQuotes: boolean;
  depth: number;
  inLine: number;
  inParagraph: number;
  inSentence: number;
  inWord: number;
  newlines: number;
}

const OPEN = '([{';
const CLOSE = ')]}';
const BYTES = new Map(BYTE_TOKENS.map((token, byte) => [token, byte]));

/** A property of the character just read (and the one after it), given the place. */
interface Rule {
  name: string;
  kind: TextProperty['kind'];
  of(char: string, place: Place, next: string): number | boolean;
}

const isLetter = (c: string): boolean => /[\p{L}\p{M}]/u.test(c);
const isDigit = (c: string): boolean => /\p{Nd}/u.test(c);
const isSpace = (c: string): boolean => /^\s$/u.test(c);
const isUpper = (c: string): boolean => /\p{Lu}/u.test(c);

const RULES: readonly Rule[] = [
  { name: 'inside quotes', kind: 'binary', of: (_, place) => place.inQuotes },
  { name: 'inside parentheses', kind: 'binary', of: (_, place) => place.depth > 0 },
  { name: 'space', kind: 'binary', of: (c) => isSpace(c) },
  { name: 'before a space', kind: 'binary', of: (_, __, next) => isSpace(next) },
  { name: 'newline', kind: 'binary', of: (c) => c === '\n' },
  { name: 'digit', kind: 'binary', of: (c) => isDigit(c) },
  { name: 'upper case', kind: 'binary', of: (c) => isUpper(c) },
  { name: 'vowel', kind: 'binary', of: (c) => /^[aeiouy]$/i.test(c.normalize('NFD').charAt(0)) },
  { name: 'punctuation', kind: 'binary', of: (c) => /^\p{P}$/u.test(c) },
  { name: 'position in the word', kind: 'number', of: (_, place) => place.inWord },
  { name: 'position in the sentence', kind: 'number', of: (_, place) => place.inSentence },
  { name: 'position in the line', kind: 'number', of: (_, place) => place.inLine },
  { name: 'position in the paragraph', kind: 'number', of: (_, place) => place.inParagraph },
];

/**
 * The properties of a text's tokens. Of a token with several characters, the first says whether it is a digit, upper case and
 * so on; words have a blank between them. Positions count characters, from 0 at the end of a word, sentence, line or paragraph.
 */
export function textProperties(tokens: readonly string[]): TextProperty[] {
  expectTexts(tokens, 'tokens', 'give those of a trace: trace.tokens');
  const columns = RULES.map(() => new Float64Array(tokens.length));
  const place: Place = { inQuotes: false, depth: 0, inLine: 0, inParagraph: 0, inSentence: 0, inWord: 0, newlines: 0 };
  const sentence = { ended: false };
  const texts = tokens.map((token) => Array.from(textOfToken(token)));
  const areWords = texts.some((characters) => characters.length > 1);
  texts.forEach((characters, t) => {
    if (areWords && t > 0) move(place, sentence, ' ');
    for (const char of characters) move(place, sentence, char);
    const next = texts[t + 1]?.[0] ?? '';
    RULES.forEach((rule, r) => (columns[r][t] = Number(rule.of(characters[0] ?? '', place, next))));
  });
  return RULES.map(({ name, kind }, r) => ({ name, kind, values: columns[r] }));
}

/** What a token is in the text. A byte's name stands for the byte; bytes beyond ASCII are parts of letters. */
function textOfToken(token: string): string {
  if (token === '<eos>') return '\n';
  if (token === '<unk>') return '\ufffd';
  const byte = BYTES.get(token);
  if (byte === undefined || token.length === 1) return token;
  return byte < 0x80 ? String.fromCharCode(byte) : '\u00e9';
}

/** Reads one character. */
function move(place: Place, sentence: { ended: boolean }, char: string): void {
  const word = isLetter(char) || isDigit(char);
  place.inWord = word ? place.inWord + 1 : 0;
  const blankLine = char === '\n' && place.newlines > 0;
  place.inLine = char === '\n' ? 0 : place.inLine + 1;
  place.inParagraph = blankLine ? 0 : place.inParagraph + 1;
  place.newlines = char === '\n' ? place.newlines + 1 : isSpace(char) ? place.newlines : 0;
  if (sentence.ended && isSpace(char)) place.inSentence = 0;
  else place.inSentence++;
  if (/[.!?…。！？]/u.test(char)) sentence.ended = true;
  else if (word || isSpace(char)) sentence.ended = false; // a closing quote or parenthesis belongs to the sentence
  // A quotation that nobody closed ends with its paragraph.
  if (blankLine) [place.inQuotes, place.depth] = [false, 0];
  else if ('“„«'.includes(char)) place.inQuotes = true;
  else if ('”»'.includes(char)) place.inQuotes = false;
  else if (char === '"') place.inQuotes = !place.inQuotes;
  if (OPEN.includes(char)) place.depth++;
  else if (CLOSE.includes(char)) place.depth = Math.max(0, place.depth - 1);
}
