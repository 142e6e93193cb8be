// The table of tasks as commands see them: train, evaluate, predict and inspect go over it. A task that is missing does not compile.
import type { ModelOf, Task } from '../../models/tasks.js';
import { captionCommands } from './caption/commands.js';
import { classifyCommands } from './classify/commands.js';
import { forecastCommands } from './forecast/commands.js';
import { languageModelCommands } from './lm/commands.js';
import { ngramCommands } from './ngram/commands.js';
import { tagCommands } from './tag/commands.js';
import type { TaskCommands } from './task.js';
import { translateCommands } from './translate/commands.js';

export const TASK_COMMANDS: { readonly [K in Task]: TaskCommands<K> } = {
  lm: languageModelCommands,
  ngram: ngramCommands,
  classify: classifyCommands,
  tag: tagCommands,
  forecast: forecastCommands,
  translate: translateCommands,
  caption: captionCommands,
};

/** What the command line does with this model. */
export function commandsOf<K extends Task>(model: ModelOf[K] & { readonly task: K }): TaskCommands<K> {
  return TASK_COMMANDS[model.task];
}
