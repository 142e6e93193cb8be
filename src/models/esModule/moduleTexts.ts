// What stands in the module of each task beside weights and code: what it is called, an example, what is no weight, and what it exports.
// The code of a task is runtime/<task>.ts.
import type { TextClassifier } from '../classifier/textClassifier.js';
import type { Forecaster } from '../forecaster/forecaster.js';
import type { LanguageModel } from '../language/languageModel.js';
import type { TokenTagger } from '../tagger/tokenTagger.js';
import type { ClassifierAbout } from './runtime/classify.js';
import type { LanguageAbout } from './runtime/lm.js';
import type { TaggerAbout } from './runtime/tag.js';

/** What `exportModule` takes. */
export type ModuleExportable = LanguageModel | TextClassifier | TokenTagger | Forecaster;

/** An export of the module: what it is, and its type for editors. */
interface ModuleExport {
  name: string;
  type: string;
  words: string;
}

export interface ModuleTexts<M> {
  noun: string;
  /** How it is used. */
  example: readonly string[];
  /** The second argument of `model` in runtime/<task>.ts. */
  about(model: M): unknown;
  exports: readonly ModuleExport[];
}

type TextsOfTasks = { readonly [M in ModuleExportable as M['task']]: ModuleTexts<M> };

export const MODULE_TEXTS: TextsOfTasks = {
  lm: {
    noun: 'A language model',
    example: [
      "import { encode, generate, start, tokens } from './model.mjs';",
      "generate({ prime: '', length: 200, temperature: 0.8, seed: 1 });",
      'const reading = start();',
      'const probabilities = reading.next(token); // [V], for each of `tokens`',
      'start(reading.state); // another one, from there',
    ],
    about: ({ text: { settings, vocabulary } }): LanguageAbout => ({ settings, vocabulary }),
    exports: [
      { name: 'tokens', type: 'string[]', words: 'The vocabulary: what the indices of tokens mean.' },
      { name: 'encode', type: '(text: string) => Int32Array', words: 'The indices of a text.' },
      { name: 'decode', type: '(tokens: ArrayLike<number>) => string', words: 'The text of indices.' },
      {
        name: 'start',
        type: '(state?: ArrayLike<number>[]) => { next(token: number): Float64Array, readonly logits: Float32Array | null, readonly state: Float32Array[] }',
        words:
          'A sequence to read, from the beginning or from a state: `next` reads a token and gives the probabilities of the one after it.',
      },
      {
        name: 'generate',
        type: '(options?: { prime?: string, length?: number, seed?: number, temperature?: number, topK?: number, topP?: number, stop?: string }) => string',
        words: 'Text that follows `prime`: `length` tokens, or as many as come before `stop`.',
      },
      {
        name: 'stream',
        type: '(options?: Parameters<typeof generate>[0]) => Generator<string>',
        words: 'The same, piece by piece.',
      },
    ],
  },
  classify: {
    noun: 'A classifier of texts',
    example: [
      "import { classify, labels } from './model.mjs';",
      "const { label, probability, probabilities } = classify('…');",
    ],
    about: ({ config: { labels, maxLength }, text: { settings, vocabulary } }): ClassifierAbout => {
      return { labels, settings, vocabulary, maxLength };
    },
    exports: [
      { name: 'labels', type: 'string[]', words: 'What a text can be.' },
      {
        name: 'classify',
        type: '(text: string) => { label: string, probability: number, probabilities: Record<string, number> }',
        words: 'The label of a text, and how probable each is.',
      },
    ],
  },
  tag: {
    noun: 'A tagger of tokens',
    example: [
      "import { tag } from './model.mjs';",
      "const { tags, probabilities } = tag(['the', 'cat']); // one for each",
    ],
    about: ({ config: { tags }, words: { settings, words, characters, features } }): TaggerAbout => {
      return { tags, settings, words, characters, features };
    },
    exports: [
      { name: 'tags', type: 'string[]', words: 'What a token can be.' },
      {
        name: 'tag',
        type: '(tokens: string[]) => { tags: string[], probabilities: number[] }',
        words: 'A tag for each token of a sentence, and how probable it is.',
      },
    ],
  },
  forecast: {
    noun: 'A forecaster',
    example: [
      "import { forecast, settings } from './model.mjs';",
      'forecast(history, 12).values; // history: settings.window numbers or more, oldest first',
      'forecast({ target: history, inputs: { temperature } }, 12); // where it was trained with other columns',
    ],
    about: ({ config }) => ({ ...config, equations: undefined }),
    exports: [
      {
        name: 'settings',
        type: "{ window: number, horizon: number, mode: 'direct' | 'iterated', inputs: string[], quantiles: number[] }",
        words: 'How much it reads, and what it predicts.',
      },
      {
        name: 'forecast',
        type: '(history: ArrayLike<number> | { target: ArrayLike<number>, inputs?: Record<string, ArrayLike<number>> }, steps?: number) => { values: number[], quantiles?: Record<string, number[]> }',
        words: 'The values that follow a history, in its units.',
      },
    ],
  },
};
