// What processes of the bench of ranks (ranksChild.ts) print.

/** What a process says of a training, in seconds a step. */
export interface RanksReading {
  stepSeconds: number;
  /** In sums over ranks, with waiting for those that come later. */
  sumSeconds: number;
  parameters: number;
}

/** How long sums over the ranks take, in seconds. */
export interface SumReading {
  latency: number;
  large: number;
  largeBytes: number;
}
