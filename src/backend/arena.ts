// The allocator of an arena: best fit over byte addresses, neighbours joined when freed. It only does the bookkeeping; the
// memory itself belongs to an engine.
import { VECTOR_BYTES } from './numbers.js';

/** Every block starts on a multiple of this, in bytes. */
const ALIGNMENT = 64;
/** Vectors may be read past the end of a buffer by this much. */
const PADDING = VECTOR_BYTES;

/** A piece of the arena; free, or handed out. */
export interface Block {
  address: number;
  size: number;
  free: boolean;
  /** Neighbours by address. */
  before: Block | null;
  after: Block | null;
  /** Neighbours in the list of free blocks of the same class. */
  previous: Block | null;
  next: Block | null;
}

/** Free blocks of a class are looked through so far for the best fit. */
const LOOK = 32;
const CLASSES = 4 * 32;

/** Four classes for each power of two. */
function classOf(size: number): number {
  const units = size / ALIGNMENT;
  const power = 31 - Math.clz32(units);
  const quarter = power < 2 ? 0 : Math.floor(units / 2 ** (power - 2)) & 3;
  return power * 4 + quarter;
}

export class Arena {
  /** Bytes handed out. */
  used = 0;
  /** End of what was ever handed out: the engine must have memory up to here. */
  #top: number;
  #limit: number;
  /** The block before `#top`. */
  #last: Block | null = null;
  readonly #grow: (limit: number) => number;
  readonly #free: (Block | null)[] = new Array<Block | null>(CLASSES).fill(null);

  /**
   * @param start first byte
   * @param limit first byte after the memory that is there
   * @param grow asked for memory up to a byte; returns the new limit, which is the old one where it cannot
   */
  constructor(start: number, limit: number, grow: (limit: number) => number) {
    this.#top = Math.ceil(start / ALIGNMENT) * ALIGNMENT;
    this.#limit = limit;
    this.#grow = grow;
  }

  /** A block of at least `bytes`, or null where there is no room. */
  allocate(bytes: number): Block | null {
    const size = Math.ceil((bytes + PADDING) / ALIGNMENT) * ALIGNMENT;
    const block = this.#takeFree(size) ?? this.#takeTop(size);
    if (block !== null) this.used += block.size;
    return block;
  }

  release(block: Block): void {
    this.used -= block.size;
    block.free = true;
    const { before, after } = block;
    if (after?.free) {
      this.#unlist(after);
      this.#join(block, after);
    }
    if (before?.free) {
      this.#unlist(before);
      this.#join(before, block);
      block = before;
    }
    if (block === this.#last) {
      // Back to the untouched rest.
      this.#top = block.address;
      this.#last = block.before;
      if (this.#last !== null) this.#last.after = null;
      block.before = null;
    } else {
      this.#list(block);
    }
  }

  #takeFree(size: number): Block | null {
    const first = classOf(size);
    for (let c = first; c < CLASSES; c++) {
      let best: Block | null = null;
      let looked = 0;
      // Only in its own class can a block be too small.
      for (let block = this.#free[c]; block !== null && looked < LOOK; block = block.next, looked++) {
        if (block.size >= size && (best === null || block.size < best.size)) best = block;
      }
      if (best === null) continue;
      this.#unlist(best);
      if (best.size > size) this.#split(best, size);
      best.free = false;
      return best;
    }
    return null;
  }

  #takeTop(size: number): Block | null {
    // A vector's width stays behind the last block.
    const end = this.#top + size + PADDING;
    if (end > this.#limit) {
      this.#limit = this.#grow(end);
      if (end > this.#limit) return null;
    }
    const block: Block = {
      address: this.#top,
      size,
      free: false,
      before: this.#last,
      after: null,
      previous: null,
      next: null,
    };
    if (this.#last !== null) this.#last.after = block;
    this.#last = block;
    this.#top += size;
    return block;
  }

  #split(block: Block, size: number): void {
    const rest: Block = {
      address: block.address + size,
      size: block.size - size,
      free: true,
      before: block,
      after: block.after,
      previous: null,
      next: null,
    };
    if (block.after !== null) block.after.before = rest;
    else this.#last = rest;
    block.after = rest;
    block.size = size;
    this.#list(rest);
  }

  /** `second` follows `first` and goes up in it. */
  #join(first: Block, second: Block): void {
    first.size += second.size;
    first.after = second.after;
    if (second.after !== null) second.after.before = first;
    else this.#last = first;
    // A dead block that is old by now would keep its young neighbours alive.
    second.before = second.after = null;
  }

  #list(block: Block): void {
    const c = classOf(block.size);
    block.previous = null;
    block.next = this.#free[c];
    if (block.next !== null) block.next.previous = block;
    this.#free[c] = block;
  }

  #unlist(block: Block): void {
    if (block.next !== null) block.next.previous = block.previous;
    if (block.previous !== null) block.previous.next = block.next;
    else this.#free[classOf(block.size)] = block.next;
  }
}
