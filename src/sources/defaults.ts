// Apart from what reads, so that the command line's help loads none of it.

/** The default share for validation, if the data set has no validation part of its own. */
export const VALIDATION = 0.05;
