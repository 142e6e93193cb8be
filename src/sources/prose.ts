// Running text from files: decoded, and extracted from JSON.
import { plainText, PROSE_FORMATS, proseFormat, type ProseFormat } from '../data/extract.js';
import type { InputData, Part } from './data.js';
import { PLAIN_READING, type Reading, Report, requireFormat } from './reading.js';
import { partText } from './tables.js';

export interface ProseOptions {
  /** How text lies in the files; by their extension where it is not said. */
  format?: string;
  encoding?: string;
}

/** Reads parts of some data as text, and remembers how. */
export class ProseReader {
  readonly report = new Report();
  readonly #data: Pick<InputData, 'encoding'>;
  readonly #options: ProseOptions;
  readonly #stored: Reading | null;
  #encoding = 'utf-8';
  #format: ProseFormat | null = null;

  /** Errors: OPTION for a format that is not one of text. */
  constructor(data: Pick<InputData, 'encoding'>, options: ProseOptions, stored: Reading | null) {
    requireFormat(options.format, PROSE_FORMATS, 'text');
    this.#data = data;
    this.#options = options;
    this.#stored = stored;
  }

  /** All parts as one text; a line break where a part ends without one. Errors: ENCODING, FORMAT, EMPTY. */
  text(parts: readonly Part[]): string {
    const texts = parts.map((part) => this.#textOf(part));
    return texts
      .map((text, i) => (i + 1 < texts.length && text !== '' && !text.endsWith('\n') ? `${text}\n` : text))
      .join('');
  }

  /** How text was read: that of the model, if there is one. */
  reading(): Reading {
    const own = { format: this.#format ?? 'text', encoding: this.#encoding, columns: {} } as const;
    return this.#stored ?? { ...PLAIN_READING, kind: 'text', ...own };
  }

  #textOf(part: Part): string {
    const [data, options, stored, report] = [this.#data, this.#options, this.#stored, this.report];
    const { text, encoding } = partText(part, { data, options, stored, report });
    if (encoding !== 'utf-8') this.#encoding = encoding;
    const format = this.#formatOf(part, text);
    this.#format = this.#format === null || this.#format === format ? format : 'text';
    if (text.includes('\r')) report.note(part.name, 'all line breaks are read as LF');
    if (format !== 'text') report.note(part.name, 'text fields of the JSON (--format text reads the file as it is)');
    return plainText(text, part.name, format);
  }

  /** Standard input has no extension: it is JSON where the training data was and it looks so. */
  #formatOf(part: Part, text: string): ProseFormat {
    const said = PROSE_FORMATS.find((format) => format === this.#options.format);
    if (said !== undefined) return said;
    const trained = PROSE_FORMATS.find((format) => format === this.#stored?.format);
    if (part.name !== 'standard input') return proseFormat(part.name);
    return trained !== undefined && /^\s*[[{]/.test(text.slice(0, 1024)) ? trained : 'text';
  }
}
