// A model file that a command was given, opened, with how its training data was read.
import { commandsOf } from './tasks/table.js';
import type { Context } from './command.js';
import { readBytes } from './files.js';

/** Chooses the backend and opens the model. Errors: NOT_FOUND, FORMAT, UNSUPPORTED. */
export async function openModel({ io, globals }: Context, file: string) {
  const { loadModel, startBackend } = await import('./library.js');
  const { readingFrom } = await import('../sources/index.js');
  await startBackend(globals);
  const model = loadModel(await readBytes(io.cwd, file), file);
  return { model, commands: commandsOf(model), reading: readingFrom(model.reading, file) };
}
