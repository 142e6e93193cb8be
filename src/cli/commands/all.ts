// The list of all commands.
import type { AnyCommand } from '../command.js';
import { backendsCommand } from './backends.js';
import { benchCommand } from './bench.js';
import { convertCommand } from './convert.js';
import { dataCommand } from './data.js';
import { ejectCommand } from './eject.js';
import { evaluateCommand } from './evaluate.js';
import { exerciseCommand } from './exercise.js';
import { explainCommand } from './explain.js';
import { generateCommand } from './generate.js';
import { inspectCommand } from './inspect.js';
import { reproduceCommand } from './reproduce.js';
import { studioCommand } from './studio.js';
import { predictCommand } from './predict.js';
import { TASK_COMMANDS } from '../tasks/table.js';

export const COMMANDS: readonly AnyCommand[] = [
  ...Object.values(TASK_COMMANDS).flatMap(({ train }) => train ?? []),
  generateCommand,
  evaluateCommand,
  predictCommand,
  inspectCommand,
  explainCommand,
  convertCommand,
  reproduceCommand,
  ejectCommand,
  exerciseCommand,
  studioCommand,
  backendsCommand,
  benchCommand,
  dataCommand,
];

/** What the commands of more than one word have in common. */
export const GROUPS: Readonly<Record<string, string>> = {
  train:
    'train a model and save it: lm (recurrent language model), ngram (n-gram model), classify, tag, forecast, translate',
};
