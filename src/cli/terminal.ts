// What leaves the program for a terminal. Text comes from data, from models and from names of files, and none of it may steer the
// terminal: all that commands write passes `printable` on its way out, in the sinks that `shielded` makes.
import { CONTROL, printable } from '../errors.js';
import type { Io, TextSink } from './io.js';

export { printable };

/** The same on one line. */
export function inline(text: string): string {
  return printable(text.replace(/[\t\n\r\u2028\u2029]+/g, ' '));
}

/** JSON on one line, exact: what would steer a terminal stands there as an escape. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(CONTROL, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same world, whose sinks show control characters. */
export function shielded(io: Io): Io {
  return { ...io, stdout: shieldedSink(io.stdout), stderr: shieldedSink(io.stderr) };
}

function shieldedSink(sink: TextSink): TextSink {
  return {
    write: (text) => sink.write(printable(text)),
    exact: (text) => sink.write(text),
    get isTTY() {
      return sink.isTTY;
    },
    get columns() {
      return sink.columns;
    },
  };
}

/** Past the shield: the program's own control sequences, and text that goes to a file. */
export function writeExact(sink: TextSink, text: string): void {
  if (sink.exact === undefined) sink.write(text);
  else sink.exact(text);
}

/** What makes a terminal as it was, where a bar may have been left by force. */
export const RESTORE_TERMINAL = '\u001b[?25h\u001b[?7h';
