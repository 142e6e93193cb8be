// Cleaning of a text before it is cut into tokens.
import { expectText, type Names, optionsOf } from '../expect.js';

/** How a text is cleaned before it is cut into tokens. Without options only line breaks are made alike. */
export interface CleanOptions {
  /** Lower case, by Unicode's rules and no locale's. */
  lowercase?: boolean;
  /**
   * Letters and single spaces only, in lower case, as the d2l book cleans The Time Machine: in each line every run of other
   * characters becomes one space, the ends are stripped. Letters are those of every script.
   */
  lettersOnly?: boolean;
  /**
   * Every run of blanks and newlines becomes one space: where a text was wrapped into lines says nothing about the language,
   * and the choice between space and newline is most of what a model of wrapped text cannot know.
   */
  collapseWhitespace?: boolean;
  /** `\r\n` and `\r` become `\n`; true by default. */
  normalizeNewlines?: boolean;
  /** What joins the lines after `lettersOnly`; nothing by default, as in the book, which concatenates the lines. */
  lineSeparator?: string;
}

export const CLEAN_OPTIONS: Names<CleanOptions> = {
  ...{ lowercase: true, lettersOnly: true, collapseWhitespace: true, normalizeNewlines: true, lineSeparator: true },
};

/** A letter, or a mark that belongs to one. */
const NOT_LETTERS = /[^\p{L}\p{M}]+/gu;

/** The lines of a text in the d2l cleaning, empty ones included; `\n`, `\r\n` and `\r` end a line. */
export function letterLines(text: string): string[] {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => line.replace(NOT_LETTERS, ' ').trim().toLowerCase());
}

/** The text after the cleanings asked for; without options only newlines are made equal. Errors: OPTION. */
export function cleanText(text: string, options: CleanOptions = {}): string {
  expectText(text, 'the text');
  return cleaned(text, optionsOf(options, CLEAN_OPTIONS, 'cleanText'));
}

/** The same where the options are known to be right, others among them. */
export function cleaned(text: string, options: CleanOptions): string {
  if (options.lettersOnly) {
    const lines = letterLines(text);
    const separator = options.lineSeparator ?? '';
    // An empty line must not leave two spaces.
    return (separator === '' ? lines : lines.filter((line) => line !== '')).join(separator);
  }
  let result = text;
  if ((options.normalizeNewlines ?? true) && text.includes('\r')) result = result.replace(/\r\n?/g, '\n');
  if (options.collapseWhitespace) result = result.replace(/\s+/g, ' ').trim();
  return options.lowercase ? result.toLowerCase() : result;
}
