// What reading needs to know of the world around: plain values, so that tests and programs read without a process.

export interface SourceContext {
  /** Paths are relative to it. */
  cwd: string;
  /** What `-` stands for. */
  stdin: AsyncIterable<Uint8Array | string>;
  /** `UNROLLED_DATA` is looked up here. */
  env: Readonly<Record<string, string | undefined>>;
  /** A folder of known data sets, looked at before those of `UNROLLED_DATA`. */
  dataDir?: string;
}
