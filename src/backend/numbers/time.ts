// Where the time of a scan goes, in the order in which the kernel leaves it.
export const PACKING = 0;
export const PRODUCTS = 1;
export const PROGRAMS = 2;
export const ROW_SUMS = 3;
export const BARRIERS = 4;
export const COUNT = 5;
