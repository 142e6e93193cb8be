// While a network is made for the weights of a file, it may take no more numbers than the file has. So a small file that asks for a
// huge network is refused before memory is taken for it, and nobody draws initial values that are overwritten at once.
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { formatShape, type Shape, sizeOf } from '../tensor/shape.js';

interface Budget {
  /** Numbers in the file, and how many of them are left. */
  total: number;
  left: number;
  /** Modules without parameters count too: as many as numbers, and those that hold the others. */
  modules: number;
  file: string;
}

/** Modules of a network beside those of its layers. */
const OTHER_MODULES = 1000;

let current: Budget | null = null;

/**
 * Makes a network whose parameters take at most `total` numbers; they are undefined until weights are loaded.
 * @param file its name, for messages
 * Errors: FORMAT with the name of the file, for a larger network and for whatever else `build` refuses.
 */
export function withBudget<T>(total: number, file: string, build: () => T): T {
  const before = current;
  current = { total, left: total, modules: total + OTHER_MODULES, file };
  try {
    return openingFile(file, build);
  } finally {
    current = before;
  }
}

/**
 * Makes what a file describes. What cannot be is the fault of the file, whatever code the error has where a program asks for it.
 * @param file its name, for messages
 * Errors: FORMAT with the name of the file for whatever `build` refuses.
 */
export function openingFile<T>(file: string, build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof UnrolledError) || error.kind !== 'input') throw error;
    if (error.code === 'FORMAT' && error.message.includes(file)) throw error;
    throw new UnrolledError(
      'FORMAT',
      `expected a model that can be made in ${file}, received one that cannot: ${brief(error.message, 300)}`,
      'the file is damaged or from a newer version',
      { cause: error },
    );
  }
}

/**
 * Takes a parameter's numbers from the budget, where there is one. Returns whether there is: then initial values are not needed.
 * Errors: FORMAT where the file has fewer.
 */
export function takeFromBudget(name: string, shape: Shape): boolean {
  if (current === null) return false;
  const size = sizeOf(shape);
  if (size > current.left) {
    throw new UnrolledError(
      'FORMAT',
      `expected a network of the ${current.total} numbers in ${current.file}, received one whose ${brief(name, 120)} has shape ${formatShape(shape)} where ${current.left} are left`,
      'the file is damaged: its configuration is not that of its weights',
    );
  }
  current.left -= size;
  return true;
}

/** Counts a module, where there is a budget. Errors: FORMAT where there are more than numbers. */
export function countModule(): void {
  if (current === null || current.modules-- > 0) return;
  throw new UnrolledError(
    'FORMAT',
    `expected a network of the ${current.total} numbers in ${current.file}, received one of more layers than that`,
    'the file is damaged: its configuration is not that of its weights',
  );
}
