// Opens a model file of any kind.
import { LanguageModel } from './languageModel.js';
import { openModelFile } from './modelFile.js';
import { NgramLanguageModel } from './ngramLanguageModel.js';

export type AnyModel = LanguageModel | NgramLanguageModel;

/** Errors: FORMAT. */
export function loadModel(bytes: Uint8Array, name: string): AnyModel {
  const file = openModelFile(bytes, name);
  return file.kind === 'lm' ? LanguageModel.fromFile(file, name) : NgramLanguageModel.fromFile(file, name);
}
