// What a kernel returns. BAD_INDEX leaves the position, the index and its limit where the arguments were.
export const DONE = 0;
export const BAD_INDEX = 1;
export const UNKNOWN = 2;
export const TOO_LARGE = 3;
