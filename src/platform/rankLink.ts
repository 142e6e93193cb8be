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
  /** Whether sums go on well while this process computes: where they wait for a network, not for a core. */
  readonly overlaps: boolean;
  /** The bytes that each rank gives, by rank. Errors: RANK where a rank is gone. */
  gather(bytes: Uint8Array): Promise<Uint8Array[]>;
  /**
   * Sums blocks of numbers in a fixed tree, where the first block is: it is the sum afterwards, the others are as they were.
   * @param blocks of this rank, each in pieces: as many, as long and of one type in every block of every rank
   * @param plan [rank, leaves] of each block of all ranks, in the order of the leaves: neighbours of like size are added first
   * @param message goes with it: as many bytes on each rank, a multiple of 8
   * @param isOverlapped whether this process computes meanwhile; the numbers stay where they are until the sum ended
   * Returns the messages, by rank. Errors: RANK where a rank is gone.
   */
  sum(
    blocks: readonly (readonly Numbers[])[],
    plan: Int32Array,
    message: Uint8Array,
    isOverlapped?: boolean,
  ): Promise<Uint8Array[]>;
  /** Tells the others that this rank ends, and why: what they wait for fails. */
  fail(reason: string): void;
}
