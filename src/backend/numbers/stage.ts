// What a stage of a scan is.
export const PROGRAM = 0;
export const PRODUCT = 1;
export const ROW_SUM = 2;
