// Kernels by number.
export const INFO = 0;
export const GEMM = 1;
export const MAP = 2;
export const REDUCE = 3;
export const SOFTMAX = 4;
export const CROSS_ENTROPY = 5;
export const CROSS_ENTROPY_GRAD = 6;
export const GATHER = 7;
export const SCATTER_ADD = 8;
export const COPY = 9;
export const SCAN = 10;
export const FILL = 11;
export const SAMPLE = 12;
export const REPEAT = 13;
export const GEMM_INT8 = 14;
export const PACK = 15;
