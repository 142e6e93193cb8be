// The most that the kernels take.
/** Doubles in the block of arguments. */
export const ARGUMENTS = 16384;
/** Of a program. */
export const REGISTERS = 64;
export const OPERANDS = 128;
/** Of a scan; row tables are those of ragged batches. */
export const STAGES = 128;
export const SCAN_OPERANDS = 384;
export const TABLES = 4;
export const SCAN_PARTS = 64;
/** Of a strided copy. */
export const AXES = 6;
/** Parts of any kernel, and so threads. */
export const PARTS = 1024;
/** Of WebAssembly, beside the caller. */
export const WORKERS = 63;
