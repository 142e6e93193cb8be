// Decompression with a limit: a small file may unpack to more than memory holds (a zip bomb).
import { UnrolledError } from '../errors.js';

export interface InflateLimits {
  /** Bytes. */
  largest: number;
  /** Times the stored size, of more than `small` bytes. */
  ratio: number;
  small: number;
}

/**
 * No string has more than 2²⁹ − 24 characters, of three bytes at most for each, so a longer text cannot be read at all. Text is
 * packed to a third or a tenth of its size, tables of numbers to a fiftieth; what packs a hundredfold is no data to learn from.
 */
export const INFLATE_LIMITS: InflateLimits = { largest: 3 * (2 ** 29 - 24), ratio: 100, small: 2 ** 26 };

/** Errors: FORMAT where data of `stored` bytes unpack to more than the limits allow. */
export function requireInflatable(bytes: number, stored: number, name: string, limits = INFLATE_LIMITS): void {
  const { largest, ratio, small } = limits;
  const most = Math.min(largest, Math.max(small, ratio * stored));
  if (bytes <= most) return;
  throw new UnrolledError(
    'FORMAT',
    `expected data that unpack to ${most} bytes or fewer, received more from ${stored} bytes in ${name}`,
    'unpack the file yourself, and see what it holds',
  );
}

/**
 * Everything that a decompressor gives, in one piece. It runs twice, first to count: nothing is kept before all is known to fit, and then
 * exactly what is needed.
 * @param open starts the decompressor from the beginning  @param stored bytes of the compressed data
 * Errors: FORMAT beyond the limits; those of the decompressor.
 */
export async function inflated(
  open: () => AsyncIterable<Uint8Array>,
  stored: number,
  name: string,
  limits = INFLATE_LIMITS,
): Promise<Uint8Array> {
  let size = 0;
  for await (const chunk of open()) {
    size += chunk.length;
    requireInflatable(size, stored, name, limits);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const chunk of open()) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
