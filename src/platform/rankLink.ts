// What connects the processes that train one model: implemented over shared memory and over MPI, on Node alone.

/** Float32 or float64 numbers. */
export type Numbers = Float32Array | Float64Array;

/** One process among those that train one model. Its calls are collective: every rank makes the same ones in the same order. */
export interface RankLink {
  /** Which one it is, from 0. */
  readonly rank: number;
  /** How many there are. */
  readonly size: number;
  /** What connects them, for people: `shared memory`, `Open MPI`. */
  readonly by: string;
  /** The bytes that each rank gives, by rank. Errors: RANK where a rank is gone. */
  gather(bytes: Uint8Array): Promise<Uint8Array[]>;
  /**
   * Sums blocks of numbers in a fixed tree.
   * @param own this rank's blocks, one after the other, each of the length of `sum`
   * @param plan [rank, leaves] of each block of all ranks, in the order of the leaves: neighbours of like size are added first
   * @param message goes with it: as many bytes on each rank, a multiple of 8
   * Returns the messages, by rank. Errors: RANK where a rank is gone.
   */
  sum(own: Numbers, plan: Int32Array, sum: Numbers, message: Uint8Array): Promise<Uint8Array[]>;
  /** Tells the others that this rank ends, and why: what they wait for fails. */
  fail(reason: string): void;
}
