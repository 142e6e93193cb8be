// The options about text, for every command that reads a corpus; sources/corpus.ts does what they say.
import { type Resumed, settingOf } from './resumed.js';
import { TOKENIZER_KINDS } from '../text/tokenizer.js';
import { VALIDATION } from '../sources/defaults.js';
import { choice, flag, fraction, integer, type OptionValues, string } from './options.js';

export const TEXT_OPTIONS = {
  tokens: {
    ...choice('--tokens <kind>', 'token unit', TOKENIZER_KINDS),
    defaultText: 'char',
  },
  format: choice('--format <name>', 'format of the text files (default: by their extension)', [
    'text',
    'json',
    'jsonl',
  ]),
  encoding: string('--encoding <name>', 'encoding of text that is not UTF-8, such as windows-1252 (default: detected)'),
  lowercase: flag('--lowercase', 'convert text to lower case'),
  lettersOnly: flag('--letters-only', 'keep only letters and single spaces, in lower case'),
  collapseWhitespace: flag('--collapse-whitespace', 'replace each run of whitespace by one space'),
  minCount: { ...integer('--min-count <N>', 'ignore tokens that occur less often'), defaultText: '1' },
  maxTokens: integer('--max-tokens <N>', 'use only the first N tokens', { min: 2 }),
  validation: {
    ...fraction(
      '--validation <fraction>',
      "fraction held out for validation, from the end of the data, in place of a data set's own validation part",
    ),
    defaultText: String(VALIDATION),
  },
} as const;

export type TextOptions = OptionValues<typeof TEXT_OPTIONS>;

/** Values of these options with their defaults; of a training that goes on, those that its checkpoint has. */
export function textSettings(options: TextOptions, resumed: Resumed | null = null) {
  const flag = (name: 'lowercase' | 'lettersOnly' | 'collapseWhitespace'): boolean =>
    options[name] || resumed?.settings[name] === true;
  return {
    tokens: settingOf(options.tokens, resumed, 'tokens') ?? ('char' as const),
    lowercase: flag('lowercase'),
    lettersOnly: flag('lettersOnly'),
    collapseWhitespace: flag('collapseWhitespace'),
    minCount: settingOf(options.minCount, resumed, 'minCount') ?? 1,
  };
}
