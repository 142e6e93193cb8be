// A fingerprint of data by its content: whether a training goes on with the data that it began with. No protection against an
// attacker: two 32-bit lanes of a multiplicative hash (as FNV-1a and MurmurHash mix), a few nanoseconds a number.

/** What one part of the data was: plain data. */
export interface PartFingerprint {
  /** Tokens, rows, sentences, pairs or values. */
  count: number;
  /** 16 hexadecimal digits. */
  hash: string;
}

export class Fingerprint {
  #a = 0x811c9dc5;
  #b = 0x9747b28c;

  /** A number of 32 bits. */
  #add(word: number): void {
    this.#a = Math.imul(this.#a ^ word, 0x01000193);
    this.#a ^= this.#a >>> 15;
    this.#b = Math.imul(this.#b ^ word, 0x5bd1e995);
    this.#b ^= this.#b >>> 13;
  }

  /** Its length and its code units. */
  text(value: string): this {
    this.#add(value.length);
    for (let i = 0; i < value.length; i++) this.#add(value.charCodeAt(i));
    return this;
  }

  /** A list of texts, each with its length: `['ab', 'c']` is not `['a', 'bc']`. */
  texts(values: readonly string[]): this {
    this.#add(values.length);
    for (const value of values) this.text(value);
    return this;
  }

  /** Numbers by their value as float64: −0 is not 0, and every NaN is one. */
  numbers(values: ArrayLike<number>): this {
    this.#add(values.length);
    if (values instanceof Int32Array) {
      for (let i = 0; i < values.length; i++) this.#add(values[i]);
      return this;
    }
    const bits = new DataView(new ArrayBuffer(8));
    for (let i = 0; i < values.length; i++) {
      bits.setFloat64(0, Number.isNaN(values[i]) ? NaN : values[i]);
      this.#add(bits.getInt32(0));
      this.#add(bits.getInt32(4));
    }
    return this;
  }

  /** What was added so far, as a part of `count` rows. */
  part(count: number): PartFingerprint {
    const hex = (lane: number): string => (lane >>> 0).toString(16).padStart(8, '0');
    return { count, hash: hex(this.#a) + hex(this.#b) };
  }
}
