// A captioner on the command line: pictures are not read here, so only its weights are shown.
import { UnrolledError } from '../../../errors.js';
import type { TaskCommands } from '../task.js';

export const captionCommands: TaskCommands<'caption'> = {
  train: null,
  takes: [],
  evaluate: (_, { file }) => refusePictures(file),
  predict: (_, { file }) => refusePictures(file),
  inspect: (_, { file, text, series }) =>
    text === undefined && series === undefined ? Promise.resolve(null) : refusePictures(file),
};

function refusePictures(file: string): Promise<never> {
  return Promise.reject(
    new UnrolledError(
      'UNSUPPORTED',
      `expected a model that reads text or numbers, received ${file}, which reads pictures`,
      'use it from TypeScript: Captioner.load(file)',
    ),
  );
}
