// What a command touches of the world, so that tests run it without a process.
import { availableParallelism } from 'node:os';

export { peakMemoryMiB } from '../platform/node/memory.js';

export interface TextSink {
  write(text: string): unknown;
  /** Where `write` shows control characters, the way that lets them pass. */
  exact?(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Where SIGINT and SIGTERM come from. */
export interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  off(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
}

export interface Io {
  stdin: AsyncIterable<Uint8Array | string>;
  stdout: TextSink;
  stderr: TextSink;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  signals?: SignalSource;
  /** Ends the process at once. */
  exit(status: number): void;
  /** Milliseconds, for the pace of progress. */
  now(): number;
}

/** The process itself. A reader that goes away (`unrolled generate … | head`) ends it quietly. */
export function processIo(): Io {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    signals: process,
    exit: (status) => process.exit(status),
    now: () => performance.now(),
  };
}

/** How many threads can run at the same time here. */
export function processors(): number {
  return availableParallelism();
}
