// The options about text, for every command that reads a corpus; sources/corpus.ts does what they say.
import { type Resumed, settingOf } from './resumed.js';
import { TOKENIZER_KINDS } from '../text/tokenizer.js';
import { VALIDATION } from '../sources/corpus.js';
import { choice, flag, fraction, integer, type OptionValues, string } from './options.js';

export const TEXT_OPTIONS = {
  tokens: {
    ...choice('--tokens <kind>', 'what a token is', TOKENIZER_KINDS),
    defaultText: 'char',
  },
  format: choice('--format <name>', 'how the text lies in the files (default: by their extension)', [
    'text',
    'json',
    'jsonl',
  ]),
  encoding: string('--encoding <name>', 'of text that is not UTF-8, such as windows-1252 (default: found)'),
  lowercase: flag('--lowercase', 'lower case only'),
  lettersOnly: flag('--letters-only', 'letters and single spaces only, in lower case'),
  collapseWhitespace: flag('--collapse-whitespace', 'each run of blanks and line breaks as one space'),
  minCount: { ...integer('--min-count <N>', 'leave out tokens that are seen less often'), defaultText: '1' },
  maxTokens: integer('--max-tokens <N>', 'only the first N tokens of the data', { min: 2 }),
  validation: {
    ...fraction('--validation <fraction>', "the part at the end that is kept for validation, not the data's own"),
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
