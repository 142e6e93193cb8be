// Seeded choices: the same key draws the same inputs on every machine.

/** Numbers that headers should not hold, as JSON writes them: beyond what is there, negative, not whole, beyond 2^53, none at all. */
export const BAD_NUMBERS = [
  ...['0', '-1', '1', '7', '64', '65', '255', '256', '1000', '65535', '65536', '1000000', '2147483647', '2147483648'],
  ...['4294967295', '4294967296', '9007199254740991', '9007199254740993', '18446744073709551615', '-2147483648'],
  ...['1e15', '1e308', '1e999', '-1e999', '0.5', '-0', '1e-320'],
];

/** Names that files should not hold: of prototypes, paths, pages, of the terminal, empty, long. */
export const BAD_NAMES = [
  ...['', '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '0', '-1', 'length'],
  ...[
    '../../etc/passwd',
    '/etc/passwd',
    'C:\\windows\\system32',
    '..',
    'a/../b',
    'file:///etc/passwd',
    'http://127.0.0.1:9/x',
  ],
  ...[
    '<script>alert(1)</script>',
    '\u001b[2J\u0007',
    'a\u0000b',
    '\u202eabc',
    '\ud800',
    'é',
    'e\u0301',
    '💥',
    ' ',
    '\n',
    '"',
  ],
  'n'.repeat(300),
  'n'.repeat(100_000),
];

/** Choices of one input. */
export class Draw {
  #state;
  /** Whether something was repeated a thousand times already. */
  hasRepeated = false;

  /** @param key what is drawn for: seed, reader, number of the input */
  constructor(key) {
    let hash = 0x811c9dc5;
    for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
    this.#state = hash >>> 0;
  }

  /** From 0 to below 1 (mulberry32). */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to below `end`. */
  int(end) {
    return Math.floor(this.next() * end);
  }

  chance(probability) {
    return this.next() < probability;
  }

  pick(list) {
    return list[this.int(list.length)];
  }

  name() {
    // Long names cost time: most are short.
    return this.chance(0.02) ? BAD_NAMES.at(-1) : this.pick(BAD_NAMES.slice(0, -1));
  }

  /** A bad number of so many bytes, as a BigInt without sign. */
  bits(bytes) {
    const edge = 1n << BigInt(8 * bytes);
    const own = [0n, 1n, 2n, 7n, 255n, 256n, 65535n, edge - 1n, edge >> 1n, (edge >> 1n) - 1n, edge >> 8n];
    return (this.chance(0.5) ? this.pick(own) : BigInt(Math.floor(this.next() * 2 ** 32))) % edge;
  }
}
