// Errors as the command line shows them: two lines on standard error, an object with --json, an exit status.
import { cut, UnrolledError } from '../errors.js';
import type { Io } from './io.js';
import { inline, jsonLine } from './terminal.js';

/** Any error as one of the library's: what Node says about files gets a code of ours, the rest becomes INTERNAL. */
export function toUnrolledError(error: unknown): UnrolledError {
  if (error instanceof UnrolledError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const options = { cause: error };
  if (error instanceof Error) {
    const { code, path } = error as NodeJS.ErrnoException;
    const file = path ?? 'the file';
    switch (code) {
      case 'ENOENT':
        return new UnrolledError(
          'NOT_FOUND',
          `expected ${file} to exist, received no such file`,
          'check the path',
          options,
        );
      case 'ENOSPC':
      case 'EDQUOT':
        return new UnrolledError(
          'IO',
          `expected free space to write ${file}, received a full disk`,
          'free some space, or choose another path with --out; files saved earlier are intact',
          options,
        );
      case 'EACCES':
      case 'EPERM':
      case 'EROFS':
        return new UnrolledError(
          'IO',
          `expected access to ${file}, received ${code}`,
          'check its permissions',
          options,
        );
      case 'EISDIR':
        return new UnrolledError(
          'IO',
          `expected a file, received the folder ${file}`,
          'give the path of a file',
          options,
        );
      case 'ENOTDIR':
        return new UnrolledError(
          'IO',
          `expected every parent of ${file} to be a folder, received a file`,
          'check the path',
          options,
        );
    }
    if (code !== undefined && /^E[A-Z]+$/.test(code)) {
      return new UnrolledError(
        'IO',
        `expected to reach ${file}, received ${code}`,
        'check the path and the disk',
        options,
      );
    }
    if (error.name === 'AbortError') {
      return new UnrolledError('INTERRUPTED', 'expected to finish, received an interrupt', 'run it again', options);
    }
    if (error instanceof RangeError && /allocation|Invalid array(?: buffer)? length|string length/i.test(message)) {
      return new UnrolledError(
        'OUT_OF_MEMORY',
        `expected enough memory, received: ${message}`,
        'use less data, or a smaller --batch, --steps or --hidden',
        options,
      );
    }
  }
  return new UnrolledError(
    'INTERNAL',
    `expected to run without an internal error, received: ${message}`,
    'this is a bug in unrolled: please report it with the output of --debug',
    options,
  );
}

/** 2 for bad usage or input, 130 where interrupted, 1 for the rest. */
export function exitStatus(error: UnrolledError): number {
  if (error.code === 'INTERRUPTED') return 130;
  return error.kind === 'input' ? 2 : 1;
}

/** Characters: the message of a cause may be as long as what it quotes. */
const LONGEST_STACK = 8000;

/** Prints the error in two lines, whatever names of files hold; with `debug` the stacks of it and of its causes after the two lines. */
export function printError(error: UnrolledError, io: Io, { json, debug }: { json: boolean; debug: boolean }): void {
  const message = inline(error.message).trim();
  const help = inline(error.help).trim();
  io.stderr.write(`error[${error.code}]: ${message}\nhelp: ${help}\n`);
  if (debug) {
    for (let at: unknown = error; at instanceof Error; at = at.cause)
      io.stderr.write(`${cut(at.stack ?? at.message, LONGEST_STACK)}\n`);
  }
  if (json) io.stdout.write(`${jsonLine({ error: { code: error.code, message, help } })}\n`);
}
