// Text in an address: packed by DEFLATE, in the letters of base64url.
import { Deflate, Inflate, strFromU8, strToU8 } from 'fflate';

/** Characters, at most: what a short address claims to hold may be huge. */
export const MOST_UNPACKED = 200_000;

/** Text as DEFLATE in the letters of base64url. */
export function pack(content: string): string {
  const parts: Uint8Array[] = [];
  const deflate = new Deflate({ level: 9 }, (chunk) => parts.push(chunk));
  deflate.push(strToU8(content), true);
  const binary = parts.map((part) => Array.from(part, (byte) => String.fromCharCode(byte)).join('')).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The other way round; null for what is no such text, or more than an address may hold. */
export function unpack(packed: string): string | null {
  if (!/^[\w-]*$/.test(packed) || packed.length > 2 * MOST_UNPACKED) return null;
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    const bytes = Uint8Array.from(atob(packed.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const inflate = new Inflate((chunk) => {
      length += chunk.length;
      if (length > MOST_UNPACKED) throw new RangeError('more than an address may hold');
      parts.push(chunk);
    });
    // In pieces: what one unpacks to is seen before the next.
    for (let at = 0; at < bytes.length; at += 64) inflate.push(bytes.subarray(at, at + 64), at + 64 >= bytes.length);
  } catch {
    return null;
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return strFromU8(whole);
}
