// Characters (Unicode code points) and bytes (of UTF-8) as tokens. Both give back exactly the text they were cut from.
import { UnrolledError } from '../errors.js';
import { expectText, expectTexts } from '../expect.js';
import type { Joiner, Tokenizer } from './tokenizer.js';

/** Unicode code points: an emoji or a rare Chinese character is one token. */
export class CharTokenizer implements Tokenizer {
  readonly kind = 'char';

  each(text: string, visit: (token: string) => void): void {
    for (const character of text) visit(character);
  }

  tokenize(text: string): string[] {
    expectText(text, 'a text');
    return Array.from(text);
  }

  join(tokens: readonly string[]): string {
    expectTexts(tokens, 'tokens', 'give those that tokenize(text) gave');
    return tokens.join('');
  }

  joiner(): Joiner {
    return { push: (token) => token, end: () => '' };
  }

  isLayout(): boolean {
    return false;
  }
}

/** The name of each byte: a printable ASCII character stands for itself, others are written `<0x0A>`. */
export const BYTE_TOKENS: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
);

const BYTE_OF_TOKEN = new Map(BYTE_TOKENS.map((token, byte) => [token, byte]));

/** The 256 bytes of UTF-8. Bytes that are no UTF-8 come back as U+FFFD. */
export class ByteTokenizer implements Tokenizer {
  readonly kind = 'byte';

  each(text: string, visit: (token: string) => void): void {
    for (const byte of new TextEncoder().encode(text)) visit(BYTE_TOKENS[byte]);
  }

  tokenize(text: string): string[] {
    expectText(text, 'a text');
    return Array.from(new TextEncoder().encode(text), (byte) => BYTE_TOKENS[byte]);
  }

  /** Errors: FORMAT for a token that names no byte. */
  join(tokens: readonly string[]): string {
    expectTexts(tokens, 'tokens', 'give those that tokenize(text) gave');
    return byteDecoder().decode(Uint8Array.from(tokens, byteOf));
  }

  /** Holds back the bytes of a character until it is whole. */
  joiner(): Joiner {
    const decoder = byteDecoder();
    const one = new Uint8Array(1);
    return {
      push(token) {
        one[0] = byteOf(token);
        return decoder.decode(one, { stream: true });
      },
      end: () => decoder.decode(),
    };
  }

  isLayout(): boolean {
    return false;
  }
}

/** A byte order mark is a character like others here: nothing may be lost. */
function byteDecoder(): TextDecoder {
  return new TextDecoder('utf-8', { ignoreBOM: true });
}

function byteOf(token: string): number {
  const byte = BYTE_OF_TOKEN.get(token);
  if (byte === undefined) {
    throw new UnrolledError(
      'FORMAT',
      `expected a byte token such as a or <0x0A>, received ${JSON.stringify(token)}`,
      'join tokens with the tokenizer that made them',
    );
  }
  return byte;
}
