// Gzip by its first bytes, not by its name: standard input has none.
import { createGunzip } from 'node:zlib';
import { UnrolledError } from '../errors.js';
import { inflated } from '../formats/inflateLimits.js';

/** The bytes as they are, or unpacked. Errors: FORMAT for damaged gzip data, and for more than could be read. */
export async function unpack(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  if (bytes.length < 2 || bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const open = (): AsyncIterable<Uint8Array> => {
    const stream = createGunzip({ chunkSize: 2 ** 18 });
    stream.end(bytes);
    return stream;
  };
  try {
    return await inflated(open, bytes.length, name);
  } catch (cause) {
    if (cause instanceof UnrolledError) throw cause;
    throw new UnrolledError(
      'FORMAT',
      `expected gzip data in ${name}, received: ${cause instanceof Error ? cause.message : String(cause)}`,
      'the file is damaged or cut short: copy it again',
      { cause },
    );
  }
}
