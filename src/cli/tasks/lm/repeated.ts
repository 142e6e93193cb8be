// What of the validation part stands in the training part word for word: its perplexities then say little about new text.
import { validationTokens } from '../../../models/language/options.js';
import type { Corpus } from '../../../text/corpus.js';
import { repeatedShare } from '../../../text/repeats.js';
import { isWordKind } from '../../../text/tokenizer.js';

/** Tokens of a run that prose does not repeat by chance: of novels and plays less than 1 % lies in such runs. */
const RUN = { words: 10, characters: 32 };
/** More than prose has. */
const MUCH = 0.05;
/** Half a second, for minutes are minutes; of a longer training part its end is looked through. */
const MOST_TOKENS = 5e6;

/** As a share of the validation part, or of its beginning where it is long. */
export function repeatedValidation({ train, validation, tokenizer }: Corpus): number {
  const length = isWordKind(tokenizer.kind) ? RUN.words : RUN.characters;
  return repeatedShare(validation.subarray(0, validationTokens()), train.subarray(-MOST_TOKENS), length);
}

/** A line on it, or none where it is little. */
export function repeatedText(share: number): string[] {
  if (share < MUCH) return [];
  return [
    `note: ${(100 * share).toFixed(0)} % of the validation part stands word for word in the training part, so its perplexities are lower than on new text; ` +
      'remove what the data holds twice to see what the model does there',
  ];
}
