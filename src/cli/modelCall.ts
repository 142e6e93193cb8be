// A model file that a command was given, opened, with how its training data was read.
import { UnrolledError } from '../errors.js';
import { commandsOf, TASK_COMMANDS } from './tasks/table.js';
import type { Context } from './command.js';
import { readBytes } from './files.js';
import { longName, type OptionSpecs } from './options.js';

/**
 * Chooses the backend and opens the model.
 * @param specs of the options that were given: those that another task takes and this one does not are refused
 * Errors: NOT_FOUND, FORMAT, UNSUPPORTED, OPTION.
 */
export async function openModel(
  context: Context,
  file: string,
  specs: OptionSpecs = {},
  options: Readonly<Record<string, unknown>> = {},
) {
  const { io, globals } = context;
  const { loadModel, startBackend, TASKS } = await import('./library.js');
  const { readingFrom } = await import('../sources/index.js');
  await startBackend(globals);
  const model = loadModel(await readBytes(io.cwd, file), file);
  if (model.isUnfinished && !globals.quiet) {
    io.stderr.write(`${file} is a checkpoint: its training has not ended\n`);
  }
  const commands = commandsOf(model);
  const taken = new Set<string>(Object.values(TASK_COMMANDS).flatMap(({ takes }) => takes));
  const own = new Set<string>(commands.takes);
  const foreign = Object.keys(specs).filter((name) => options[name] !== undefined && taken.has(name) && !own.has(name));
  if (foreign.length > 0) {
    const names = foreign.map((name) => longName(specs[name].flags)).join(', ');
    throw new UnrolledError(
      'OPTION',
      `expected options for ${TASKS[model.task].definition.noun}, received ${names}`,
      'leave out what is for models of other tasks: --help says which',
    );
  }
  return { model, commands, reading: readingFrom(model.reading, file) };
}
