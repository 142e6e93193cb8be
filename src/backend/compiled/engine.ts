// What the two compiled backends share and where they differ: memory with kernels over it.

/** Memory, and kernels that take their arguments from it. Addresses are bytes. */
export interface Engine {
  readonly name: string;
  /** At most so many run at once. */
  readonly threads: number;
  readonly features: readonly string[];
  /** The memory now; another object after `grow`, where it is not fixed. */
  readonly buffer: ArrayBufferLike;
  /** Whether views of the memory stay good when it grows. */
  readonly isFixed: boolean;
  /** So many bytes of it may be touched; more after `grow`. */
  readonly limit: number;
  /** Where the arguments stand, as doubles. */
  readonly argumentsAddress: number;
  /** From here on the memory is free for tensors. */
  readonly heapBase: number;
  /** Runs a kernel; returns a status. */
  invoke(kernel: number): number;
  /** Makes `limit` bytes usable or more; false where there is no memory for them. */
  grow(limit: number): boolean;
  close(): void;
}
