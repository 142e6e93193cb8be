// What the two compiled backends share and where they differ: memory with kernels over it. Also the numbers of the kernels,
// which kernels/entry.cpp has too.

/** Kernels by number. */
export const KERNEL = {
  INFO: 0,
  GEMM: 1,
  MAP: 2,
  REDUCE: 3,
  SOFTMAX: 4,
  CROSS_ENTROPY: 5,
  CROSS_ENTROPY_GRAD: 6,
  GATHER: 7,
  SCATTER_ADD: 8,
  COPY: 9,
  SCAN: 10,
  FILL: 11,
  SAMPLE: 12,
  REPEAT: 13,
} as const;

/** Raised with every change of what calls take: kernels of another number were built from other sources. */
export const CALLS_VERSION = 5;

/** What `invoke` returns. */
export const STATUS = { DONE: 0, BAD_INDEX: 1, UNKNOWN: 2, TOO_LARGE: 3 } as const;

/** Doubles in the block of arguments. */
export const ARGUMENT_COUNT = 16384;

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

/** Limits that the kernels were built with. */
export interface KernelLimits {
  /** Columns of a packed panel of weights. */
  panel: number;
  /** Up to so many rows a product reads its weights in place. */
  fewRows: number;
  stages: number;
  scanOperands: number;
  operands: number;
}
