// Bytes to text: strict UTF-8, with an error that says where the first bad byte is; and other encodings where a mark, the bytes or a
// person says which.
import { UnrolledError } from '../errors.js';
import { type Bytes, bytesOf, expectText, optionsOf, shownValue } from '../expect.js';

const HELP =
  'name its encoding (--encoding windows-1252, for one), convert it (iconv -f ENCODING -t UTF-8), or, for a language model, read it as bytes with --tokens byte';

/** How far to look for the zero bytes that give away UTF-16 without a byte order mark. */
const PROBE = 4096;

/**
 * The text of a UTF-8 file, without a byte order mark.
 *
 * Errors: ENCODING for UTF-16 and UTF-32 (by their mark, or by many zero bytes) and for invalid UTF-8, with the offset of
 * the first bad byte counted from the start of the file.
 *
 * @param name the file's name, for messages
 */
export function decodeText(source: Bytes, name = 'the text'): string {
  const bytes = bytesOf(source, name);
  const wide = wideEncoding(bytes);
  if (wide !== null) {
    throw new UnrolledError(
      'ENCODING',
      `expected UTF-8 text in ${name}, received ${wide.encoding} (first bad byte at offset ${wide.offset})`,
      HELP.replace('ENCODING', wide.encoding),
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const offset = firstInvalidByte(bytes);
    if (offset < 0) {
      throw new UnrolledError(
        'ENCODING',
        `expected a text that fits in one string, received ${bytes.length} bytes in ${name}`,
        'split the file, or read it with --tokens byte',
        { cause },
      );
    }
    const byte = bytes[offset].toString(16).toUpperCase().padStart(2, '0');
    throw new UnrolledError(
      'ENCODING',
      `expected UTF-8 text in ${name}, received the byte 0x${byte} at offset ${offset}, which cannot stand there`,
      HELP,
      { cause },
    );
  }
}

/** A decoded text, and what it was decoded from. */
export interface Decoded {
  /** Without a byte order mark. */
  text: string;
  /** As `TextDecoder` calls it. */
  encoding: string;
}

/**
 * The text of a file in whatever encoding it is: as said; UTF-16 by its mark, or by zero bytes at every second place; UTF-8; and where it
 * is not that, `fallback`. Without a byte order mark.
 *
 * Errors: ENCODING for bytes that cannot be read so, with the offset of the first; OPTION for an encoding that is not known.
 */
export function decodeAny(
  source: Bytes,
  name = 'the text',
  options: { encoding?: string; fallback?: string } = {},
): Decoded {
  const { encoding, fallback } = optionsOf(options, { encoding: true, fallback: true }, 'decodeAny');
  const bytes = bytesOf(source, name);
  if (encoding !== undefined) return decodeAs(bytes, name, encoding);
  const wide = wideEncoding(bytes);
  if (wide?.encoding.startsWith('UTF-16')) return decodeAs(bytes, name, wide.encoding);
  try {
    return { text: decodeText(bytes, name), encoding: 'utf-8' };
  } catch (error) {
    if (fallback === undefined || fallback === 'utf-8' || wide !== null) throw error;
    return decodeAs(bytes, name, fallback);
  }
}

function decodeAs(bytes: Uint8Array, name: string, encoding: string): Decoded {
  expectText(encoding, 'an encoding', "give its name, as 'windows-1252'");
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(encoding, { fatal: true });
  } catch (cause) {
    throw new UnrolledError(
      'OPTION',
      `expected an encoding that is known, received ${shownValue(encoding)}`,
      'such as utf-8, utf-16le, windows-1252, iso-8859-2, gbk, big5, shift_jis or euc-kr',
      { cause },
    );
  }
  if (decoder.encoding === 'utf-8') return { text: decodeText(bytes, name), encoding: 'utf-8' };
  try {
    return { text: decoder.decode(bytes), encoding: decoder.encoding };
  } catch (cause) {
    throw new UnrolledError('ENCODING', `expected text in ${decoder.encoding} in ${name}, received other bytes`, HELP, {
      cause,
    });
  }
}

/** UTF-16 or UTF-32 by the mark at the start or by zero bytes at every second place, else null. */
function wideEncoding(bytes: Uint8Array): { encoding: string; offset: number } | null {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return { encoding: c === 0 && d === 0 ? 'UTF-32LE' : 'UTF-16LE', offset: 0 };
  if (a === 0xfe && b === 0xff) return { encoding: 'UTF-16BE', offset: 0 };
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return { encoding: 'UTF-32BE', offset: 0 };
  const probe = bytes.subarray(0, PROBE);
  const zeros = [0, 0];
  for (let i = 0; i < probe.length; i++) if (probe[i] === 0) zeros[i % 2]++;
  // Text in a Latin script has a zero in nearly every character; a stray one in UTF-8 is left alone.
  const limit = Math.max(1, probe.length * 0.15);
  if (zeros[0] + zeros[1] < limit) return null;
  return { encoding: zeros[1] >= zeros[0] ? 'UTF-16LE' : 'UTF-16BE', offset: probe.indexOf(0) };
}

/**
 * Offset of the first byte that is not well-formed UTF-8 (Unicode 15, table 3-7), or −1. A character cut short by the end of
 * the data is reported at its first byte.
 */
export function firstInvalidByte(bytes: Uint8Array): number {
  let i = 0;
  while (i < bytes.length) {
    const lead = bytes[i];
    if (lead < 0x80) {
      i++;
      continue;
    }
    const more =
      lead >= 0xc2 && lead <= 0xdf ? 1 : lead >= 0xe0 && lead <= 0xef ? 2 : lead >= 0xf0 && lead <= 0xf4 ? 3 : 0;
    if (more === 0 || i + more >= bytes.length) return i;
    // The second byte's range excludes overlong forms, surrogates and what lies beyond U+10FFFF.
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (bytes[i + 1] < low || bytes[i + 1] > high) return i + 1;
    for (let k = 2; k <= more; k++) if (bytes[i + k] < 0x80 || bytes[i + k] > 0xbf) return i + k;
    i += more + 1;
  }
  return -1;
}
