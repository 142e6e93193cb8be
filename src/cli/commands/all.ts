// The list of all commands.
import type { AnyCommand } from '../command.js';
import { backendsCommand } from './backends.js';
import { benchCommand } from './bench.js';
import { dataCommand } from './data.js';
import { evaluateCommand } from './evaluate.js';
import { generateCommand } from './generate.js';
import { inspectCommand } from './inspect.js';
import { reproduceCommand } from './reproduce.js';
import { predictCommand } from './predict.js';
import { trainClassifyCommand } from './trainClassify.js';
import { trainForecastCommand } from './trainForecast.js';
import { trainLmCommand } from './trainLm.js';
import { trainNgramCommand } from './trainNgram.js';
import { trainTagCommand } from './trainTag.js';
import { trainTranslateCommand } from './trainTranslate.js';

export const COMMANDS: readonly AnyCommand[] = [
  trainLmCommand,
  trainNgramCommand,
  trainClassifyCommand,
  trainTagCommand,
  trainForecastCommand,
  trainTranslateCommand,
  generateCommand,
  evaluateCommand,
  predictCommand,
  inspectCommand,
  reproduceCommand,
  backendsCommand,
  benchCommand,
  dataCommand,
];

/** What the commands of more than one word have in common. */
export const GROUPS: Readonly<Record<string, string>> = {
  train:
    'train a model and save it: lm (recurrent language model), ngram (n-gram model), classify, tag, forecast, translate',
};
