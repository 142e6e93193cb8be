// How many threads a backend may use.
import { UnrolledError } from '../errors.js';
import { shownValue } from '../expect.js';

/** Errors: OPTION for what is no whole number of 1 or more. */
export function checkThreads(threads: number | undefined): void {
  if (threads === undefined || (Number.isInteger(threads) && threads >= 1)) return;
  throw new UnrolledError(
    'OPTION',
    `expected 1 thread or more, received ${shownValue(threads)}`,
    'leave threads out for one for each core',
  );
}
