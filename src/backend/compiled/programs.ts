// Encoded programs in the arena: each is put there once and found again. When their region is full it starts anew.
import { UnsupportedError } from '../../errors.js';
import { MAX_REGISTERS, type Program } from '../isa.js';
import { ENCODED_SIZE, encodeProgram, type EncodedProgram } from './encode.js';
import type { Memory } from './storage.js';

const REGION_BYTES = 512 * 1024;

interface Place {
  fast: number;
  safe: number;
}

export class ProgramCache {
  readonly #memory: Memory;
  readonly #start: number;
  #next: number;
  readonly #encoded = new WeakMap<Program, EncodedProgram>();
  #places = new Map<EncodedProgram, Place>();
  /** A higher number means that earlier addresses are no longer valid. */
  generation = 0;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#start = memory.allocateBlock(REGION_BYTES).address;
    this.#next = this.#start;
  }

  /** Errors: UNSUPPORTED for more registers than the kernels have. */
  encode(program: Program): EncodedProgram {
    let encoded = this.#encoded.get(program);
    if (encoded === undefined) {
      if (program.registers > MAX_REGISTERS) {
        throw new UnsupportedError(`expected at most ${MAX_REGISTERS} registers, received ${program.registers}`);
      }
      encoded = encodeProgram(program);
      this.#encoded.set(program, encoded);
    }
    return encoded;
  }

  /** Byte address of the encoded instructions. */
  address(encoded: EncodedProgram, safe: boolean): number {
    const place = this.#places.get(encoded) ?? this.#put(encoded);
    return safe ? place.safe : place.fast;
  }

  #put(encoded: EncodedProgram): Place {
    const size = encoded.fast.byteLength * (encoded.safe === null ? 1 : 2);
    if (size > REGION_BYTES) {
      throw new UnsupportedError(
        `expected a shorter program, received ${encoded.fast.length / ENCODED_SIZE} instructions`,
      );
    }
    if (this.#next + size > this.#start + REGION_BYTES) {
      this.#places = new Map();
      this.#next = this.#start;
      this.generation++;
    }
    const fast = this.#next;
    const safe = encoded.safe === null ? fast : fast + encoded.fast.byteLength;
    this.#memory.ints.set(encoded.fast, fast / 4);
    if (encoded.safe !== null) this.#memory.ints.set(encoded.safe, safe / 4);
    this.#next += size;
    const place = { fast, safe };
    this.#places.set(encoded, place);
    return place;
  }
}
