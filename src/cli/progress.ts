// The progress of a long command, on standard error. Loaded by those that have one: a library stands behind the bar.
import cliProgress from 'cli-progress';
import { cut } from '../errors.js';
import type { Io } from './io.js';
import { inline, writeExact } from './terminal.js';

/** Milliseconds between the lines of a progress that is not on a terminal. */
const LINE_EVERY = 10_000;

/** Characters of a line: it may quote names out of data. */
const LONGEST_LINE = 1000;

export interface Progress {
  /** @param done from 0 to 1  @param text what stands behind the bar */
  update(done: number, text: string): void;
  /** Lines above the bar. */
  log(text: string): void;
  stop(): void;
}

/**
 * A bar on a terminal, else a line about every ten seconds; nothing with --quiet. Always on standard error.
 * `mayDie`: a signal may end the process while the bar stands there, so the cursor stays.
 */
export function createProgress(io: Io, { quiet, mayDie = false }: { quiet: boolean; mayDie?: boolean }): Progress {
  if (quiet) return { update: () => undefined, log: () => undefined, stop: () => undefined };
  return io.stderr.isTTY ? barProgress(io, mayDie) : lineProgress(io);
}

function barProgress(io: Io, mayDie: boolean): Progress {
  const bar = new cliProgress.SingleBar(
    {
      format: '{bar} {percentage}%  {text}',
      stream: barStream(io) as unknown as NodeJS.WritableStream,
      hideCursor: !mayDie,
      clearOnComplete: true,
      barsize: 24,
      fps: 8,
      linewrap: false,
      gracefulExit: false, // signals are ours: the command writes its checkpoint first
    },
    cliProgress.Presets.shades_classic,
  );
  let running = false;
  return {
    update(done, given) {
      const text = inline(given);
      const value = Math.round(Math.min(1, Math.max(0, done)) * 1000);
      if (running) bar.update(value, { text });
      else bar.start(1000, value, { text });
      running = true;
    },
    log(text) {
      writeExact(io.stderr, '\r\u001b[K');
      io.stderr.write(`${cut(text, LONGEST_LINE)}\n`); // the bar draws itself again below
    },
    stop() {
      if (running) bar.stop();
      running = false;
    },
  };
}

/**
 * The bar draws itself by control sequences, which pass. Its place is saved when it starts and gone back to at the end: over the lines that
 * were logged since. So it is not.
 */
function barStream({ stderr }: Io) {
  return {
    isTTY: true,
    get columns() {
      return stderr.columns ?? 80;
    },
    write(text: string) {
      if (text !== '\u001b7' && text !== '\u001b8') writeExact(stderr, text);
      return true;
    },
  };
}

function lineProgress(io: Io): Progress {
  let next = io.now() + LINE_EVERY;
  return {
    update(done, text) {
      const now = io.now();
      if (now < next) return;
      next = now + LINE_EVERY;
      io.stderr.write(`${String(Math.floor(done * 100)).padStart(3)}%  ${text}\n`);
    },
    log(text) {
      io.stderr.write(`${cut(text, LONGEST_LINE)}\n`);
    },
    stop: () => undefined,
  };
}
