// From what the page hands over to a corpus: texts that the page carries are fetched, toy tasks are made.
import { UnrolledError } from 'unrolled';
import { Corpus, type CorpusOptions, decodeText } from 'unrolled/text';
import type { Encoding, TextSource } from '../messages.js';
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
  /** Of a file that is no UTF-8; null for all others. */
  encoding: Encoding | null;
}

/** The share that is kept for validation. */
export const VALIDATION = 0.05;

/** How the settings want the text to be read. */
export function corpusOptions({ tokens, collapseWhitespace }: RunSettings, name: string): CorpusOptions {
  return { tokens, collapseWhitespace, validation: VALIDATION, name };
}

/** Steps in time of a short text, at least. */
const FEWEST_STEPS = 4;

/** Of a text that is short for its settings: fewer sequences in a batch, then fewer steps, as many as it has room for. */
export function fitting(
  tokens: number,
  { batchSize, numSteps }: RunSettings,
): Pick<RunSettings, 'batchSize' | 'numSteps'> {
  const steps = Math.min(numSteps, Math.max(FEWEST_STEPS, tokens - 1));
  return { batchSize: Math.min(batchSize, Math.max(1, Math.floor((tokens - 1) / steps))), numSteps: steps };
}

/** Errors: IO for a text that cannot be fetched; those of `Corpus`. */
export async function readText(source: TextSource, settings: RunSettings): Promise<ReadText> {
  const { name } = source;
  const whole = source.kind === 'known' ? await knownText(name) : source.content;
  const cut = whole.length > MOST_BYTES;
  const content = cut ? whole.slice(0, MOST_BYTES) : whole;
  const options = corpusOptions(settings, name);
  const asBytes = settings.tokens === 'byte' && !settings.collapseWhitespace && typeof content !== 'string';
  const cutTo = cut ? MOST_BYTES : null;
  if (asBytes) return { name, corpus: Corpus.fromBytes(content, options), content, cutTo, encoding: null };
  const { text, encoding } =
    typeof content === 'string' ? { text: content, encoding: null } : decoded(wholeCharacters(content, cut), name);
  return { name, corpus: Corpus.fromText(text, options), content, cutTo, encoding };
}

/** A file that was cut may end within a character. */
function wholeCharacters(bytes: Uint8Array, cut: boolean): Uint8Array {
  let end = bytes.length;
  // A byte 10xxxxxx goes on what stands before it; at most three do.
  if (cut) for (let i = 0; i < 4 && end > 0 && (bytes[end - 1] & 0xc0) === 0x80; i++) end--;
  return cut ? bytes.subarray(0, Math.max(0, end - 1)) : bytes;
}

const HELP = 'choose a text; “bytes” under Tokens, without line breaks as spaces, learns any file';

/** Errors: ENCODING for what is no text. */
function decoded(bytes: Uint8Array, name: string): { text: string; encoding: Encoding | null } {
  try {
    return { text: decodeText(bytes, name), encoding: null };
  } catch (error) {
    const encoding = otherEncoding(bytes);
    if (encoding !== null) return { text: new TextDecoder(encoding).decode(bytes), encoding };
    throw error instanceof UnrolledError ? new UnrolledError(error.code, error.message, HELP) : error;
  }
}

/** Bytes that are looked at. */
const PROBE = 100_000;
/** The share of bytes above ASCII that a Chinese text has, at least. */
const CHINESE = 0.3;

/** What a text that is no UTF-8 is in, most likely; null for what is no text. */
function otherEncoding(bytes: Uint8Array): Encoding | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  const probe = bytes.subarray(0, PROBE);
  if (probe.some((byte) => byte < 9 || (byte > 13 && byte < 32))) return null;
  const high = probe.reduce((count, byte) => count + Number(byte > 127), 0) / probe.length;
  return high > CHINESE ? 'gb18030' : 'windows-1252';
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
