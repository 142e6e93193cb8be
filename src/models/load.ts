// Opens a language model of any kind.
import { UnrolledError } from '../errors.js';
import { LanguageModel } from './languageModel.js';
import { openModelFile } from './modelFile.js';
import { NgramLanguageModel } from './ngramLanguageModel.js';

export type AnyModel = LanguageModel | NgramLanguageModel;

/** Errors: FORMAT. */
export function loadModel(bytes: Uint8Array, name: string): AnyModel {
  const file = openModelFile(bytes, name);
  if (file.kind === 'lm') return LanguageModel.fromFile(file, name);
  if (file.kind === 'ngram') return NgramLanguageModel.fromFile(file, name);
  throw new UnrolledError(
    'FORMAT',
    `expected a language model in ${name}, received a model of kind ${file.kind}`,
    'open it with the class that wrote it, such as TextClassifier.load',
  );
}
