// What the two compiled backends share and where they differ: memory with kernels over it.

/** Memory, and kernels that take their arguments from it. Addresses are bytes. */
export interface Engine {
  readonly name: string;
  /** At most so many run at once. */
  readonly threads: number;
  readonly features: readonly string[];
  /** The memory now; another object after `grow`. */
  readonly buffer: ArrayBufferLike;
  /** Where the arguments stand, as doubles. */
  readonly argumentsAddress: number;
  /** From here on the memory is free for tensors. */
  readonly heapBase: number;
  /** Runs a kernel; returns a status. */
  invoke(kernel: number): number;
  /** Memory up to `limit` bytes; false where there is none. */
  grow(limit: number): boolean;
  close(): void;
}
