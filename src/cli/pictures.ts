// Pictures are not read by the command line.
import { UnrolledError } from '../errors.js';

export function noPictures(file: string): UnrolledError {
  return new UnrolledError(
    'UNSUPPORTED',
    `expected a model that reads text or numbers, received ${file}, which reads pictures`,
    'use it from TypeScript: Captioner.load(file)',
  );
}
