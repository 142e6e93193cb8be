// Opens a language model of any kind.
import { UnrolledError } from '../errors.js';
import { LanguageModel } from './languageModel.js';
import { openModelFile } from './modelFile.js';
import { NgramLanguageModel } from './ngramLanguageModel.js';

export type AnyModel = LanguageModel | NgramLanguageModel;

/** Errors: FORMAT. */
export function loadModel(bytes: Uint8Array, name: string): AnyModel {
  const file = openModelFile(bytes, name);
  if (file.kind === 'classify') {
    throw new UnrolledError(
      'FORMAT',
      `expected a language model in ${name}, received a classifier`,
      'open it with TextClassifier.load',
    );
  }
  return file.kind === 'lm' ? LanguageModel.fromFile(file, name) : NgramLanguageModel.fromFile(file, name);
}
