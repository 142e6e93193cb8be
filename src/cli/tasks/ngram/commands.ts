// An n-gram model on the command line.
import { UnrolledError } from '../../../errors.js';
import { evaluateText, refuseRows } from '../lm/commands.js';
import type { TaskCommands } from '../task.js';
import { trainNgramCommand } from './train.js';

export const ngramCommands: TaskCommands<'ngram'> = {
  train: trainNgramCommand,
  takes: [],
  evaluate: evaluateText,
  predict: (_, { file }) => refuseRows(file),
  inspect(_, { text, series }) {
    if (text === undefined && series === undefined) return Promise.resolve(null);
    return Promise.reject(
      new UnrolledError(
        'OPTION',
        'expected a network for --text, received an n-gram model, which has no gates',
        'leave --text out, or train a network: unrolled train lm',
      ),
    );
  },
};
