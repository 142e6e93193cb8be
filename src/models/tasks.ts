// The table of tasks: every model that a file may hold. A task is a folder here and a line in this table; what the command line does
// with it stands in a table of the same keys.
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { ensureBackend } from '../backend/choose.js';
import { type FileSource, readSource } from '../platform/files.js';
import { type Bytes, bytesOf, isBytes } from '../expect.js';
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
 * Opens the model of a file, whatever its task.
 * From bytes, at once, with a name for messages; or from where the file is: a path on Node, an address (a string or `URL`), a `File`, a
 * `Response`.
 * Errors: FORMAT; of a file also NOT_FOUND, IO, OPTION.
 */
export function loadModel(bytes: Bytes, name?: string): AnyModel;
export function loadModel(source: FileSource): Promise<AnyModel>;
export function loadModel(source: FileSource, name = 'the model'): AnyModel | Promise<AnyModel> {
  return isBytes(source) ? opened(bytesOf(source, name), name) : read(source, opened);
}

/** The language model of a file: a network or n-grams. Errors: those of `loadModel`, FORMAT for a model of another task. */
export function loadLanguageModel(bytes: Bytes, name?: string): LanguageModel | NgramLanguageModel;
export function loadLanguageModel(source: FileSource): Promise<LanguageModel | NgramLanguageModel>;
export function loadLanguageModel(
  source: FileSource,
  name = 'the model',
): LanguageModel | NgramLanguageModel | Promise<LanguageModel | NgramLanguageModel> {
  return isBytes(source) ? openedLanguage(bytesOf(source, name), name) : read(source, openedLanguage);
}

async function read<M>(source: FileSource, open: (bytes: Uint8Array, name: string) => M): Promise<M> {
  const { bytes, name } = await readSource(source);
  await ensureBackend();
  return open(bytes, name);
}

function opened(bytes: Uint8Array, name: string): AnyModel {
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

function openedLanguage(bytes: Uint8Array, name: string): LanguageModel | NgramLanguageModel {
  const model = opened(bytes, name);
  if (model.task === 'lm' || model.task === 'ngram') return model;
  throw new UnrolledError(
    'FORMAT',
    `expected a language model in ${name}, received a model of the task ${model.task}`,
    model.task === 'caption' ? 'open it with Captioner.load' : 'unrolled predict and Model.predict answer with it',
  );
}
