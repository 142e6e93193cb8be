// Random numbers drawn on the host, by the generator that the kernels have too (philoxRounds.ts).
import { requireNumber } from '../range.js';
import { philox4x32 } from './philoxRounds.js';

/** What a stored generator needs to go on: two numbers, and which stream it is. */
export interface PhiloxState {
  /** The key: any whole number up to 2⁵³. */
  seed: number;
  /** Which of the independent streams of that seed. */
  stream: number;
  /** Words drawn so far. */
  drawn: number;
}

/** A sequence of random numbers drawn on the host. Two streams of one seed are independent. Errors: RANGE. */
export class Philox {
  /** The key that it was made with. */
  readonly seed: number;
  /** Which of the independent streams of that seed. */
  readonly stream: number;
  #drawn = 0;
  #block = -1;
  readonly #words = new Uint32Array(4);

  constructor(seed: number, stream = 0) {
    requireNumber('a seed', seed, { whole: true }, 'use 0, 1, 2 …');
    this.seed = seed;
    this.stream = stream;
  }

  /** A generator that goes on where another, whose `state()` this is, stood. */
  static fromState(state: PhiloxState): Philox {
    const rng = new Philox(state.seed, state.stream);
    rng.#drawn = state.drawn;
    return rng;
  }

  /** Where it stands, as plain data for a checkpoint. */
  state(): PhiloxState {
    return { seed: this.seed, stream: this.stream, drawn: this.#drawn };
  }

  /** A whole number from 0 to 2³² − 1. */
  uint32(): number {
    const block = Math.floor(this.#drawn / 4);
    if (block !== this.#block) {
      const high = Math.floor(block / 2 ** 32);
      const [k0, k1] = seedKey(this.seed);
      philox4x32(block >>> 0, high >>> 0, this.stream >>> 0, HOST_STREAM, k0, k1, this.#words);
      this.#block = block;
    }
    return this.#words[this.#drawn++ % 4];
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) * 2 ** -53;
  }

  /** Standard normal (Box and Muller 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A whole number from 0 to n − 1, of n of 1 or more. */
  integer(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Puts the elements in random order, in place (Fisher and Yates). */
  shuffle(array: { [index: number]: unknown; readonly length: number }): void {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = array[i];
      array[i] = array[j];
      array[j] = kept;
    }
  }
}

/** Keeps host draws apart from the kernels' draws of the same seed. */
const HOST_STREAM = 0xffffffff;

/** The two key words of a seed (any whole number up to 2⁵³). */
export function seedKey(seed: number): [number, number] {
  return [seed >>> 0, Math.floor(Math.abs(seed) / 2 ** 32) >>> 0];
}

/** A place in the kernels' random space: the seed's key and a call number. */
export interface RandomKey {
  /** Low 32 bits of the seed. */
  key0: number;
  /** High bits of the seed. */
  key1: number;
  /** One for each kernel call, so that two calls of one seed differ. */
  call: number;
}
