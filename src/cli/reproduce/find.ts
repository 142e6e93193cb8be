// The experiments of this package, and those of one's own.
import { resolve } from 'node:path';
import { UnrolledError } from '../../errors.js';
import { didYouMean } from '../../nearest.js';
import type { Chapter, Experiment } from '../../reproduce/experiment.js';
import { importOwn, isModulePath } from '../ownModule.js';

/** A module of this package that is built beside src/. */
const EXPERIMENTS = 'unrolled/experiments';

export async function readChapters(): Promise<readonly Chapter[]> {
  return ((await import(EXPERIMENTS)) as { CHAPTERS: readonly Chapter[] }).CHAPTERS;
}

/**
 * @param typed a name, or the path of a module
 * Errors: OPTION for an unknown name, NOT_FOUND and FORMAT for a module.
 */
export async function findExperiment(typed: string, all: readonly Experiment[], cwd: string): Promise<Experiment> {
  const found = all.find((experiment) => experiment.name === typed.toLowerCase());
  if (found) return found;
  const names = all.map((experiment) => experiment.name);
  if (!isModulePath(typed)) {
    throw new UnrolledError(
      'OPTION',
      `expected the name of an experiment, received "${typed}"`,
      `${didYouMean(typed, names)}unrolled reproduce --list lists them`,
    );
  }
  const { default: exported } = await importOwn(cwd, typed, { what: 'an experiment', code: 'FORMAT' });
  const own = exported as Partial<Experiment> | undefined;
  if (!own?.name || !own.run || !own.text?.title || !own.text.idea) {
    throw new UnrolledError(
      'FORMAT',
      `expected an experiment as the default export of ${typed}`,
      "write it as: export default experiment({ name, source, text, run }), with experiment from 'unrolled/reproduce'",
    );
  }
  return { minutes: 0, datasets: [], ...(own as Partial<Experiment> & Named), code: [resolve(cwd, typed)] };
}

/** What an experiment cannot do without. */
type Named = Pick<Experiment, 'name' | 'source' | 'text' | 'run'>;
