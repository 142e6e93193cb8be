// The textbook's table of contents: chapters in the order of a course. Each is a folder with an index of its experiments.
import type { Chapter } from 'unrolled/reproduce';
import backpropagationThroughTime from './backpropagation-through-time/index.js';
import besideTheBooks from './beside-the-books/index.js';
import deepAndBidirectional from './deep-and-bidirectional/index.js';
import gatedNetworks from './gated-networks/index.js';
import languageModelsAtWork from './language-models-at-work/index.js';
import recurrentNetworks from './recurrent-networks/index.js';
import sequenceModels from './sequence-models/index.js';
import tasks from './tasks/index.js';
import textAndLanguageModels from './text-and-language-models/index.js';

/** The chapters in the order of the course; `tasks` runs only where it is asked for. */
export const CHAPTERS: readonly Chapter[] = [
  sequenceModels,
  textAndLanguageModels,
  recurrentNetworks,
  backpropagationThroughTime,
  gatedNetworks,
  deepAndBidirectional,
  languageModelsAtWork,
  besideTheBooks,
  tasks,
];
