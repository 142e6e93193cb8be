// What a training needs before it begins: something to learn from, and something to test with.
import { UnrolledError } from '../errors.js';

/** Errors: TOO_SHORT, before anything is trained. @param needed at least, for people */
export function requireParts(
  { what, needed }: { what: string; needed: string },
  training: readonly unknown[],
  test: readonly unknown[],
): void {
  if (training.length > 0 && test.length > 0) return;
  throw new UnrolledError(
    'TOO_SHORT',
    `expected more ${what} (at least ${needed}), received ${training.length + test.length}: ${training.length} for training, ${test.length} for testing`,
    `give more data, or separate test data: --test FILE`,
  );
}
