// The numbers that TypeScript and the kernels share, in one place: scripts/numbers.mjs writes kernels/numbers.h from this file
// (a group NAME with a KEY becomes the enumerator NAME_KEY), the build runs it, and a test finds a header that is behind.
// Nothing is imported here.

/** Opcodes of elementwise programs; backend/isa.ts says what an instruction is. */
export const OP = {
  /** register dst = element of operand a */
  LOAD: 0,
  /** element of operand dst = register a */
  STORE: 1,
  /** register dst = uniform number a, the same for all elements */
  UNIFORM: 2,
  /** register dst = uniform random number in [0, 1): see `RandomKey`; a is the stream number within the call */
  RANDOM: 3,
  NEG: 4,
  ABS: 5,
  EXP: 6,
  LOG: 7,
  SQRT: 8,
  RECIPROCAL: 9,
  SIGMOID: 10,
  TANH: 11,
  RELU: 12,
  /** −1, 0 or 1 */
  SIGN: 13,
  ADD: 14,
  SUB: 15,
  MUL: 16,
  DIV: 17,
  MAX: 18,
  MIN: 19,
  /** 1 where a < b, else 0 */
  LESS: 20,
  /** 1 where a = b, else 0 */
  EQUAL: 21,
  /** b where a ≠ 0, else c */
  SELECT: 22,
  /** a · b + c; rounded once or twice as the machine likes */
  FMA: 23,
} as const;

/** Two operations as one instruction, which compiled/fuse.ts makes: (a ∘ b) + c, (a ∘ b) − c, c − (a ∘ b), (a ∘ b) · c. */
export const PAIR = {
  ADD_ADD: 24,
  ADD_SUB: 25,
  ADD_FROM: 26,
  ADD_MUL: 27,
  SUB_ADD: 28,
  SUB_SUB: 29,
  SUB_FROM: 30,
  SUB_MUL: 31,
  MUL_ADD: 32,
  MUL_SUB: 33,
  MUL_FROM: 34,
  MUL_MUL: 35,
} as const;

/**
 * The integers of an encoded instruction. FLAG is set by compiled/encode.ts. LOAD: 1 = copy, since the memory is overwritten
 * while the register is still needed. STORE: 1 = the instruction before may have done it. Others: 1 + the operand in whose
 * place to compute.
 */
export const FIELD = { OP: 0, TO: 1, A: 2, B: 3, C: 4, FLAG: 5, COUNT: 6 } as const;

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
  GEMM_INT8: 14,
  PACK: 15,
} as const;

/** Raised with every change of what calls take: kernels of another number were built from other sources. */
export const CALLS_VERSION = 8;

/** What INFO answers, in this order: what depends on the instruction set, after the version. */
export const INFO = {
  CALLS_VERSION: 0,
  /** Columns of a packed panel of weights. */
  PANEL: 1,
  /** Floats that a product needs beside its operands, for each thread. */
  WORKSPACE: 2,
  /** Columns of a panel of weights that are packed for one row. */
  ROW_PANEL: 3,
} as const;

/** What a kernel returns. BAD_INDEX leaves the position, the index and its limit where the arguments were. */
export const STATUS = { DONE: 0, BAD_INDEX: 1, UNKNOWN: 2, TOO_LARGE: 3 } as const;

/** What a stage of a scan is. */
export const STAGE = { PROGRAM: 0, PRODUCT: 1, ROW_SUM: 2 } as const;

/** What a reduction computes. */
export const REDUCE = { SUM: 0, SQUARES: 1, MAX: 2 } as const;

/** Where the time of a scan goes, in the order in which the kernel leaves it. */
export const TIME = { PACKING: 0, PRODUCTS: 1, PROGRAMS: 2, ROW_SUMS: 3, BARRIERS: 4, COUNT: 5 } as const;

/** The most that the kernels take. */
export const MAX = {
  /** Doubles in the block of arguments. */
  ARGUMENTS: 16384,
  /** Of a program. */
  REGISTERS: 64,
  OPERANDS: 128,
  /** Of a scan; row tables are those of ragged batches. */
  STAGES: 128,
  SCAN_OPERANDS: 384,
  TABLES: 4,
  SCAN_PARTS: 64,
  /** Of a strided copy. */
  AXES: 6,
  /** Parts of any kernel, and so threads. */
  PARTS: 1024,
  /** Of WebAssembly, beside the caller. */
  WORKERS: 63,
} as const;

/** A group of an operand's rows has 2 to this power: they share a row of memory, and threads cut between groups. */
export const GROUP_SHIFT = 3;

/** Up to so many rows, a product reads its weights where they stand. */
export const FEW_ROWS = 4;

/**
 * So many elements of a row that meets weights of int8 share a factor: the sums of their products, of 127 · 32767 at most, stay below
 * 2³¹.
 */
export const INT8_DEPTH = 512;

/** Bytes that may be read past the end of any buffer: the widest vector. */
export const VECTOR_BYTES = 64;
