// The table of tasks: every model that a file may hold. A task is a folder here and a line in this table; what the command line does
// with it stands in a table of the same keys.
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { Captioner } from './captioner/captioner.js';
import { TextClassifier } from './classifier/textClassifier.js';
import { Forecaster } from './forecaster/forecaster.js';
import { LanguageModel } from './language/languageModel.js';
import { openModelFile } from './modelFile.js';
import { NgramLanguageModel } from './ngram/ngramLanguageModel.js';
import { TokenTagger } from './tagger/tokenTagger.js';
import { Translator } from './translator/translator.js';

/** The model class of each task, by its name in files and commands. */
export const TASKS = {
  lm: LanguageModel,
  ngram: NgramLanguageModel,
  classify: TextClassifier,
  tag: TokenTagger,
  forecast: Forecaster,
  translate: Translator,
  caption: Captioner,
} as const;

/** The name of a task, as it stands in model files and on the command line: a key of `TASKS`. */
export type Task = keyof typeof TASKS;

/** The model of each task. */
export type ModelOf = { [K in Task]: InstanceType<(typeof TASKS)[K]> };

/** A model of any task; they tell themselves apart by `task`. */
export type AnyModel = ModelOf[Task];

export function isTask(name: string): name is Task {
  return Object.hasOwn(TASKS, name);
}

/**
 * Opens the model of a file's bytes, whatever its task.
 * @param name the file's, for messages
 * Errors: FORMAT.
 */
export function loadModel(bytes: Uint8Array, name: string): AnyModel {
  const file = openModelFile(bytes, name);
  if (!isTask(file.kind)) {
    const isModule = file.kind === 'module';
    throw new UnrolledError(
      'FORMAT',
      `expected a model of a known task (${Object.keys(TASKS).join(', ')}) in ${name}, received ${isModule ? 'the weights of a module' : brief(file.kind)}`,
      isModule ? 'make the module, then await module.load(file)' : 'the file is damaged or from a newer version',
    );
  }
  return TASKS[file.kind].definition.open(file, name);
}

/** The language model of a file: a network or n-grams. Errors: FORMAT, also for a model of another task. */
export function loadLanguageModel(bytes: Uint8Array, name: string): LanguageModel | NgramLanguageModel {
  const model = loadModel(bytes, name);
  if (model.task === 'lm' || model.task === 'ngram') return model;
  throw new UnrolledError(
    'FORMAT',
    `expected a language model in ${name}, received a model of the task ${model.task}`,
    model.task === 'caption' ? 'open it with Captioner.load' : 'unrolled predict and Model.predict answer with it',
  );
}
