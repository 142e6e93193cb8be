// From what the page hands over to a corpus: texts that the page carries are fetched, toy tasks are made.
import { UnrolledError } from 'unrolled';
import { Corpus, type CorpusOptions, decodeText } from 'unrolled/text';
import type { TextSource } from '../messages.js';
import type { RunSettings } from '../settings.js';
import { KNOWN_TEXTS } from '../texts.js';
import { toyText } from './toys.js';

/** Bytes of a text, at most: what a page can hold beside its network. */
export const MOST_BYTES = 20_000_000;

export interface ReadText {
  name: string;
  corpus: Corpus;
  /** As it was handed over, cut where it was too long. */
  content: string | Uint8Array;
  /** Bytes or characters that were read of a longer text; null where all were. */
  cutTo: number | null;
}

/** The share that is kept for validation. */
export const VALIDATION = 0.05;

/** How the settings want the text to be read. */
export function corpusOptions({ tokens, collapseWhitespace }: RunSettings, name: string): CorpusOptions {
  return { tokens, collapseWhitespace, validation: VALIDATION, name };
}

/** Errors: IO for a text that cannot be fetched; those of `Corpus`. */
export async function readText(source: TextSource, settings: RunSettings): Promise<ReadText> {
  const { name } = source;
  const whole = source.kind === 'known' ? await knownText(name) : source.content;
  const cut = whole.length > MOST_BYTES;
  const content = cut ? whole.slice(0, MOST_BYTES) : whole;
  const options = corpusOptions(settings, name);
  const asBytes = settings.tokens === 'byte' && !settings.collapseWhitespace && typeof content !== 'string';
  const corpus = asBytes
    ? Corpus.fromBytes(content, options)
    : Corpus.fromText(typeof content === 'string' ? content : decoded(content, cut, name), options);
  return { name, corpus, content, cutTo: cut ? MOST_BYTES : null };
}

/** A file that was cut may end within a character. */
function decoded(bytes: Uint8Array, cut: boolean, name: string): string {
  let end = bytes.length;
  // A byte 10xxxxxx goes on what stands before it; at most three do.
  if (cut) for (let i = 0; i < 4 && end > 0 && (bytes[end - 1] & 0xc0) === 0x80; i++) end--;
  return decodeText(cut ? bytes.subarray(0, Math.max(0, end - 1)) : bytes, name);
}

async function knownText(name: string): Promise<string> {
  const toy = toyText(name);
  if (toy !== null) return toy;
  const known = KNOWN_TEXTS.find((one) => one.name === name);
  if (known === undefined) {
    throw new UnrolledError(
      'NOT_FOUND',
      `expected a text that this page carries, received ${name.slice(0, 40)}`,
      'choose one of the list',
    );
  }
  // Beside the worker, wherever the bundler puts this.
  const address = new URL(`./texts/${known.file}`, self.location.href);
  let response: Response | null = null;
  try {
    response = await fetch(address);
  } catch {
    // Said below.
  }
  if (response?.ok !== true) {
    throw new UnrolledError(
      'IO',
      `expected the text ${known.file} beside the page, received ${response?.status ?? 'no answer'}`,
      'reload the page, or serve the whole folder',
    );
  }
  return response.text();
}
