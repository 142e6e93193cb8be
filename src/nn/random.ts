// Where modules draw from: initial values from a host generator, dropout masks from numbered kernel calls.
import { eachPart, type RowParts } from '../autograd/rowParts.js';
import { defaultRng, seedDefaultRng } from '../tensor/generator.js';
import { requireNumber } from '../range.js';
import { Philox, type RandomKey, seedKey } from '../tensor/philox.js';

/** The bits of a key above those of a seed: which shard of a minibatch draws. */
const SHARD_BITS = 2 ** 21;

/** Words that a shard may draw on the host before it meets the next. */
const SHARD_WORDS = 2 ** 40;

/** Numbers the kernel calls that draw, so that a checkpoint stores two numbers: the seed and the next call. Errors: RANGE. */
export class RandomCalls {
  /** What the masks are drawn with. */
  readonly seed: number;
  /** Calls so far. */
  calls: number;
  /** Which shard of a minibatch draws: shards of one call draw other masks. */
  #shard = 0;
  #parts: RowParts | null = null;
  #isInParts = false;

  constructor(seed: number, calls = 0) {
    requireNumber('a seed', seed, { whole: true }, 'use 0, 1, 2 …');
    requireNumber('a number of calls', calls, { min: 0, whole: true }, 'it is a value that a checkpoint stores');
    this.seed = seed;
    this.calls = calls;
  }

  /** The key of the next draw: the same seed and call give the same mask on every backend. */
  next(): RandomKey {
    this.#isInParts = false;
    const key = this.#keyOf(this.#shard);
    this.calls++;
    return key;
  }

  /** A generator of the host for the next draw. @param stream where the streams of this purpose begin */
  nextGenerator(stream: number): Philox {
    const { call } = this.next();
    return Philox.fromState({ seed: this.seed, stream: stream + call, drawn: this.#shard * SHARD_WORDS });
  }

  /** What follows is drawn for this shard, from that call on. @internal */
  startShard(shard: number, calls: number): void {
    this.#shard = shard;
    this.#parts = null;
    this.calls = calls;
  }

  /** What follows is drawn for these shards at once: each has its part of the rows. @internal */
  startShards(first: number, parts: RowParts, calls: number): void {
    this.startShard(first, calls);
    this.#parts = parts;
    this.#isInParts = true;
  }

  /** Whether whatever was drawn since `startShards` was drawn by parts. @internal */
  get isInParts(): boolean {
    return this.#isInParts;
  }

  /**
   * What is drawn next for rows of a minibatch: at once, or by shard where several are computed together.
   * @param draw for the rows from … to. Returns what it gave, in the order of the rows. @internal
   */
  nextOfRows<R>(rows: number, draw: (from: number, to: number, key: RandomKey) => R): R[] {
    const parts = this.#parts;
    if (parts?.rows !== rows) return [draw(0, rows, this.next())];
    const drawn = eachPart(parts, (from, to, part) => draw(from, to, this.#keyOf(this.#shard + part)));
    this.calls++;
    return drawn;
  }

  #keyOf(shard: number): RandomKey {
    const [key0, key1] = seedKey(this.seed);
    return { key0, key1: (key1 + shard * SHARD_BITS) >>> 0, call: this.calls >>> 0 };
  }
}

let calls = new RandomCalls(0);

/** Seeds what modules use that are not given a generator. Errors: RANGE for what is no whole number. */
export function manualSeed(seed: number): void {
  seedDefaultRng(seed);
  calls = new RandomCalls(seed);
}

export { defaultRng };

export function defaultCalls(): RandomCalls {
  return calls;
}
