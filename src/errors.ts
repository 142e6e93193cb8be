// The errors of the whole library: each has a stable code, says what was expected and what came, and what to do next.

/** Who is to blame: `input` is bad usage or bad data (exit status 2), `run` is a failure while running (1). */
export type ErrorKind = 'input' | 'run';

/**
 * The stable codes. Scripts match on them, so a code is never renamed; see `KIND` for the exit status of each.
 */
export const ERROR_KINDS = {
  SHAPE: 'input',
  DTYPE: 'input',
  RANGE: 'input',
  OPTION: 'input',
  USAGE: 'input',
  NOT_FOUND: 'input',
  EMPTY: 'input',
  TOO_SHORT: 'input',
  ENCODING: 'input',
  FORMAT: 'input',
  CELL: 'input',
  STATE: 'input',
  UNSUPPORTED: 'run',
  NO_BACKEND: 'run',
  NO_GRADIENT: 'run',
  OUT_OF_MEMORY: 'run',
  DEVICE_LOST: 'run',
  NON_FINITE: 'run',
  IO: 'run',
  INTERNAL: 'run',
  INTERRUPTED: 'run',
  RANK: 'run',
} as const satisfies Record<string, ErrorKind>;

/** The codes of `UnrolledError`: stable, so that a program can tell errors apart without reading their messages. */
export type ErrorCode = keyof typeof ERROR_KINDS;

/** Characters at most: what a message quotes may be a file in one line; a help may hold a command with many files. */
const LONGEST = { message: 1000, help: 8000 };

/** A text of at most `most` characters: from a longer one its beginning and its end stay. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const tail = Math.floor(most / 4);
  const start = text.slice(0, most - tail - 3).replace(/[\ud800-\udbff]$/, '');
  return `${start} … ${text.slice(text.length - tail).replace(/^[\udc00-\udfff]/, '')}`;
}

/**
 * What a terminal obeys in place of showing: control characters (C0, DEL, C1; ESC and BEL are among them) but for line breaks and tabs,
 * and what turns the direction of the text around it.
 */
export const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Control characters made visible: names and values in messages come from files, and whoever prints them may be a terminal. */
export function printable(text: string): string {
  return text.replace(CONTROL, '\ufffd');
}

/**
 * Every error that the library throws on purpose. Long messages are cut, control characters are shown; the whole text is kept nowhere.
 */
export class UnrolledError extends Error {
  /** Which error it is. */
  readonly code: ErrorCode;
  /** What to do next, one sentence. */
  readonly help: string;

  /**
   * @param code a stable code
   * @param message what was expected, and what came
   * @param help what to do next
   */
  constructor(code: ErrorCode, message: string, help: string, options?: { cause?: unknown }) {
    super(printable(cut(message, LONGEST.message)), options);
    this.name = 'UnrolledError';
    this.code = code;
    this.help = printable(cut(help, LONGEST.help));
  }

  /** Whether the input is to blame (`input`) or something failed while running (`run`). */
  get kind(): ErrorKind {
    return ERROR_KINDS[this.code];
  }
}

/** A backend cannot do this; the next one is tried. */
export class UnsupportedError extends UnrolledError {
  constructor(message: string, help = 'use another backend: reference runs everything') {
    super('UNSUPPORTED', message, help);
    this.name = 'UnsupportedError';
  }
}
