// What the command line tells the readers of data.
import type { SourceContext } from '../sources/context.js';
import type { DataReport } from '../sources/reading.js';
import type { Context } from './command.js';

/** Where a command's DATA arguments are looked for. */
export function sourcesOf({ io, globals }: Pick<Context, 'io' | 'globals'>): SourceContext {
  const { cwd, stdin, env } = io;
  return { cwd, stdin, env, dataDir: globals.dataDir };
}

/** Says what was assumed while reading: on standard error, as progress is. */
export function tellNotes({ io, globals }: Pick<Context, 'io' | 'globals'>, { notes }: DataReport): void {
  if (!globals.quiet) for (const note of notes) io.stderr.write(`${note}\n`);
}
