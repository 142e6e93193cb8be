// The settings of published language models, by name: each option that is not given takes the value of the preset.
import { UnrolledError } from '../../../errors.js';
import { didYouMean } from '../../../nearest.js';
import type { OptionSpec } from '../../options.js';
import type { TRAIN_OPTIONS } from '../../trainOptions.js';
import type { TEXT_OPTIONS } from '../../textOptions.js';
import type { OptionValues } from '../../options.js';

type LmOptions = OptionValues<typeof TRAIN_OPTIONS & typeof TEXT_OPTIONS>;

export const PRESETS = {
  /** Dive into Deep Learning, the concise RNN: 10,000 characters of The Time Machine, 256 units, SGD, clipped at 1. */
  d2l: {
    ...{ lettersOnly: true, maxTokens: 10_000, validation: 0, embedding: 0, dropout: 0 },
    ...{ cell: 'rnn', hidden: 256, layers: 1, batch: 32, steps: 35, epochs: 500 },
    ...{ optimizer: 'sgd', lr: 1, schedule: 'constant', clipNorm: 1 },
  },
  /** Karpathy 2015, min-char-rnn: 100 units, chunks of 25 characters, Adagrad, each number of the gradient within ±5. */
  'min-char-rnn': {
    ...{ validation: 0, embedding: 0, dropout: 0, cell: 'rnn', hidden: 100, layers: 1, batch: 1, steps: 25, epochs: 1 },
    ...{ optimizer: 'adagrad', lr: 0.1, schedule: 'constant', clipNorm: 0, clipValue: 5 },
  },
  /** Karpathy 2015, char-rnn: two LSTM layers of 128 units, RMSprop; without its decay of the learning rate. */
  'char-rnn': {
    ...{ validation: 0.05, embedding: 0, dropout: 0, cell: 'lstm', hidden: 128, layers: 2, batch: 50, steps: 50 },
    ...{ epochs: 50, optimizer: 'rmsprop', lr: 2e-3, schedule: 'constant', clipNorm: 0, clipValue: 5 },
  },
} as const satisfies Record<string, Partial<LmOptions>>;

const NAMES = Object.keys(PRESETS);

export const presetOption: OptionSpec<keyof typeof PRESETS | undefined> = {
  flags: '--preset <name>',
  description: `the settings of a book or a program: ${NAMES.join(', ')}; options that are given win`,
  default: undefined,
  parse(text) {
    const found = NAMES.find((name) => name === text.toLowerCase());
    if (found === undefined) {
      throw new UnrolledError(
        'OPTION',
        `expected one of ${NAMES.join(', ')} for --preset, received "${text}"`,
        `${didYouMean(text, NAMES)}choose one of them`,
      );
    }
    return found as keyof typeof PRESETS;
  },
};

/** The options with those of a preset where nothing is said. A limit in --minutes or --max-steps takes the place of its epochs. */
export function withPreset<O extends Partial<LmOptions>>(options: O, name: keyof typeof PRESETS | undefined): O {
  if (name === undefined) return options;
  const { epochs, ...preset } = PRESETS[name];
  const isLimited = options.minutes !== undefined || options.maxSteps !== undefined;
  const all: Record<string, unknown> = { ...preset, ...(isLimited ? {} : { epochs }) };
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined && value !== false),
  );
  return { ...options, ...all, ...given };
}
