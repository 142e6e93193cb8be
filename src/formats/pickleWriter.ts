// Writes pickles of protocol 2: as much as a state dict of PyTorch takes.

/** Opcodes, in the letters of pickletools. */
export class PickleWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;

  constructor() {
    this.#put(0x80, 2);
  }

  /** An empty `OrderedDict`. */
  orderedDict(): void {
    this.#global('collections.OrderedDict');
    this.#letters(')R');
  }

  /** Puts what `write` writes, keys and values in turn, into the dict before it. */
  items(write: () => void): void {
    this.#letters('(');
    write();
    this.#letters('u');
  }

  /** @param name with its module  @param args writes the arguments */
  call(name: string, args: () => void): void {
    this.#global(name);
    this.#letters('(');
    args();
    this.#letters('tR');
  }

  /** What stands elsewhere in the file. */
  reference(parts: readonly (string | number | { global: string })[]): void {
    this.#letters('(');
    for (const part of parts) {
      if (typeof part === 'string') this.text(part);
      else if (typeof part === 'number') this.integer(part);
      else this.#global(part.global);
    }
    this.#letters('tQ');
  }

  /** Whole numbers. */
  tuple(values: readonly number[]): void {
    this.#letters('(');
    for (const value of values) this.integer(value);
    this.#letters('t');
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.#letters('X');
    this.#number(bytes.length, 4);
    this.#put(...bytes);
  }

  /** From 0 to 2⁵³. */
  integer(value: number): void {
    if (value < 2 ** 31) {
      this.#letters('J');
      this.#number(value, 4);
    } else {
      this.#put(0x8a, 8);
      this.#number(value, 8);
    }
  }

  flag(value: boolean): void {
    this.#put(value ? 0x88 : 0x89);
  }

  /** The whole pickle. */
  end(): Uint8Array {
    this.#letters('.');
    return this.#bytes.slice(0, this.#length);
  }

  #global(name: string): void {
    const dot = name.lastIndexOf('.');
    this.#letters(`c${name.slice(0, dot)}\n${name.slice(dot + 1)}\n`);
  }

  #letters(text: string): void {
    this.#put(...new TextEncoder().encode(text));
  }

  #number(value: number, bytes: number): void {
    for (let i = 0; i < bytes; i++) this.#put(Math.floor(value / 256 ** i) % 256);
  }

  #put(...bytes: number[]): void {
    if (this.#length + bytes.length > this.#bytes.length) {
      const grown = new Uint8Array(2 * (this.#length + bytes.length));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }
}
