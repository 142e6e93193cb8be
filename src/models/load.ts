// Opens a model file of any kind.
import { UnrolledError } from '../errors.js';
import { Captioner } from './captioner/captioner.js';
import { Forecaster } from './forecaster/forecaster.js';
import { LanguageModel } from './language/languageModel.js';
import { type ModelFile, openModelFile } from './modelFile.js';
import { NgramLanguageModel } from './ngram/ngramLanguageModel.js';
import { TextClassifier } from './classifier/textClassifier.js';
import { TokenTagger } from './tagger/tokenTagger.js';
import { Translator } from './translator/translator.js';

/** They tell themselves apart by `task`. */
export type AnyModel =
  LanguageModel | NgramLanguageModel | TextClassifier | TokenTagger | Forecaster | Translator | Captioner;

/** Errors: FORMAT. */
export function loadModel(bytes: Uint8Array, name: string): AnyModel {
  const file = openModelFile(bytes, name);
  switch (file.kind) {
    case 'lm':
    case 'ngram':
      return languageModel(file, name);
    case 'classify':
      return TextClassifier.fromFile(file, name);
    case 'tag':
      return TokenTagger.fromFile(file, name);
    case 'forecast':
      return Forecaster.fromFile(file, name);
    case 'translate':
      return Translator.fromFile(file, name);
    case 'caption':
      return Captioner.fromFile(file, name);
    default:
      return file.kind satisfies never;
  }
}

/** Errors: FORMAT, also for a model of another kind. */
export function loadLanguageModel(bytes: Uint8Array, name: string): LanguageModel | NgramLanguageModel {
  return languageModel(openModelFile(bytes, name), name);
}

function languageModel(file: ModelFile, name: string): LanguageModel | NgramLanguageModel {
  if (file.kind === 'lm') return LanguageModel.fromFile(file, name);
  if (file.kind === 'ngram') return NgramLanguageModel.fromFile(file, name);
  throw new UnrolledError(
    'FORMAT',
    `expected a language model in ${name}, received a model of kind ${file.kind}`,
    'evaluate and predict take models of any kind',
  );
}
