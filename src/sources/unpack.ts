// Gzip by its first bytes, not by its name: standard input has none.
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { UnrolledError } from '../errors.js';

/** More than this is no text that a model here could be trained on; it may be an archive that grows without end. */
const MAX_UNPACKED = 4 * 2 ** 30;

/** The bytes as they are, or unpacked. Errors: FORMAT for damaged gzip data. */
export async function unpack(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  if (bytes.length < 2 || bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: MAX_UNPACKED });
  } catch (cause) {
    throw new UnrolledError(
      'FORMAT',
      `expected gzip data in ${name}, received: ${cause instanceof Error ? cause.message : String(cause)}`,
      'the file is damaged or cut short: copy it again',
      { cause },
    );
  }
}
