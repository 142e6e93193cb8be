// Mutations that know nothing of a format: bytes, and what stands in text.
import { BAD_NUMBERS } from './draw.mjs';

const encoder = new TextEncoder();
export const utf8 = (text) => encoder.encode(text);
export const latin = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0));

export function concat(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A number in so many bytes, little-endian. @param value a number or a BigInt */
export function little(value, length) {
  const bytes = new Uint8Array(length);
  let rest = BigInt.asUintN(8 * length, typeof value === 'bigint' ? value : BigInt(Math.trunc(value)));
  for (let i = 0; i < length; i++, rest >>= 8n) bytes[i] = Number(rest & 255n);
  return bytes;
}

/** Bytes changed, cut, put in, left out, doubled. Half of the places are at either end, where headers and directories are. */
export function mutateBytes(draw, bytes) {
  const place = () => {
    if (draw.chance(0.5)) return draw.int(bytes.length + 1);
    const near = draw.int(Math.min(bytes.length + 1, 200));
    return draw.chance(0.5) ? near : bytes.length - near;
  };
  const at = place();
  switch (draw.int(7)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return bytes.subarray(at);
    case 2: {
      const length = draw.pick([1, 2, 4, 8, 100]);
      return concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + length))]);
    }
    case 3:
      return concat([
        bytes.subarray(0, at),
        new Uint8Array(draw.pick([1, 4, 8, 1000])).fill(draw.pick([0, 32, 255])),
        bytes.subarray(at),
      ]);
    case 4: {
      const end = Math.min(bytes.length, at + draw.pick([1, 8, 64, 1000]));
      return concat([bytes.subarray(0, end), bytes.subarray(at)]);
    }
    default: {
      const own = bytes.slice();
      for (let i = draw.int(3); i >= 0; i--)
        own[Math.min(own.length - 1, place())] = draw.pick([0, 1, 127, 128, 255, draw.int(256)]);
      return own;
    }
  }
}

/** A number of a text replaced, or a piece of it doubled, moved, left out, or one of `pieces` put in. */
export function mutateText(draw, text, pieces = []) {
  const at = draw.int(text.length + 1);
  switch (draw.int(8)) {
    case 0:
    case 1: {
      const numbers = [...text.matchAll(/-?\d+(\.\d+)?/g)];
      if (numbers.length === 0) return text;
      const found = draw.pick(numbers);
      return text.slice(0, found.index) + draw.pick(BAD_NUMBERS) + text.slice(found.index + found[0].length);
    }
    case 2:
      return text.slice(0, at) + text.slice(at + draw.pick([1, 1, 5, 50]));
    case 3: {
      const lines = text.split('\n');
      lines.splice(draw.int(lines.length), draw.int(2), draw.pick(lines));
      return lines.join('\n');
    }
    case 4: {
      const piece = text.slice(at, at + draw.pick([1, 3, 20]));
      return text.slice(0, at) + piece.repeat(draw.pick([2, 10, 1000])) + text.slice(at);
    }
    case 5: {
      const words = text.split(/(\s+|,|")/);
      words[draw.int(words.length)] = draw.name();
      return words.join('');
    }
    default:
      return pieces.length === 0 ? text.slice(0, at) : text.slice(0, at) + draw.pick(pieces) + text.slice(at);
  }
}
