// What INFO answers, in this order: what depends on the instruction set, after the version.
export const CALLS_VERSION = 0;
/** Columns of a packed panel of weights. */
export const PANEL = 1;
/** Floats that a product needs beside its operands, for each thread. */
export const WORKSPACE = 2;
/** Columns of a panel of weights that are packed for one row. */
export const ROW_PANEL = 3;
