// Modules of a user's own, named on the command line: `--cell ./mine.js`, `reproduce ./mine.js`. They run on this machine with all
// rights, as any program does.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ErrorCode, UnrolledError } from '../errors.js';

/** Whether it names a file. */
export function isModulePath(name: string): boolean {
  return /[\\/]/.test(name) || /\.[cm]?[jt]s$/i.test(name);
}

/**
 * The exports of a module.
 * @param what it should hold, for messages: `a cell`
 * @param code of the error where it cannot be read
 * @param instead what to do where there is no such file, beside checking the path
 * Errors: NOT_FOUND, `code`; those of the library pass.
 */
export async function importOwn(
  cwd: string,
  name: string,
  { what, code, instead = '' }: { what: string; code: ErrorCode; instead?: string },
): Promise<Record<string, unknown>> {
  const path = resolve(cwd, name);
  if (!existsSync(path)) {
    throw new UnrolledError(
      'NOT_FOUND',
      `expected a module with ${what}, received ${name}, which does not exist`,
      `check the path${instead}`,
    );
  }
  if (/\.[cm]?ts$/i.test(name)) {
    throw new UnrolledError(
      code,
      `expected a JavaScript module, received ${name}`,
      'compile it first, for example: npx tsc mine.ts --module nodenext',
    );
  }
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (cause) {
    if (cause instanceof UnrolledError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new UnrolledError(
      code,
      `expected a module with ${what} in ${name}, received: ${message}`,
      'run with --debug to see where',
      { cause },
    );
  }
}
