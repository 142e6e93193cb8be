// What a reduction computes.
export const SUM = 0;
export const SQUARES = 1;
export const MAX = 2;
