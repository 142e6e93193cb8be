// The numbers that TypeScript and the kernels share, in one place: scripts/numbers.mjs writes kernels/numbers.h from this file
// (a group NAME with a KEY becomes the enumerator NAME_KEY), the build runs it, and a test finds a header that is behind.
// A group is a file: the library imports it as `import * as OP from './numbers/op.js'`, since bundlers put the numbers of a namespace
// where they are used, and keep an object whole.

export * as OP from './numbers/op.js';

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

export * as FIELD from './numbers/field.js';
export * as KERNEL from './numbers/kernel.js';

/** Raised with every change of what calls take: kernels of another number were built from other sources. */
export const CALLS_VERSION = 9;

export * as INFO from './numbers/info.js';
export * as STATUS from './numbers/status.js';
export * as STAGE from './numbers/stage.js';
export * as REDUCE from './numbers/reduce.js';
export * as TIME from './numbers/time.js';
export * as MAX from './numbers/max.js';

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
