// The options of training a network, which all its tasks share. Defaults are the library's: an option that is not given stays
// undefined, so that with --resume the checkpoint's value counts.
import type { Context } from './command.js';
import { LANGUAGE_MODEL_DEFAULTS } from '../models/language/options.js';
import type { FitOptions, StackOptions } from '../models/options.js';
import {
  choice,
  decimal,
  duration,
  flag,
  fraction,
  integer,
  type OptionSpec,
  type OptionValues,
  path,
  string,
} from './options.js';

/** Shows the library's default in --help. */
function shown<T>(spec: OptionSpec<T>, defaultText: string | number): OptionSpec<T> {
  return { ...spec, defaultText: String(defaultText) };
}

/** Seconds between checkpoints where nothing is said. */
export const CHECKPOINT_EVERY = 60;

/** What a task has where nothing is said. */
export interface TrainDefaults {
  cell: string;
  hiddenSize: number | string;
  numLayers: number;
  dropout: number | string;
  batchSize: number | string;
  optimizer: string;
  learningRate: number | string;
  schedule: string;
  clipNorm: number;
}

/** The options of any training; `--help` shows the task's own defaults. */
export function trainOptions(DEFAULTS: TrainDefaults, howLong: { epochs: string; minutes: string }) {
  return {
    out: path('--out <file>', 'where to save the model (default: runs/DATA-CELL.safetensors)'),
    report: path('--report <file>', 'where to write the HTML report (default: beside the model)'),
    resume: path('--resume <file>', 'resume an interrupted training from its checkpoint'),
    checkpointEvery: shown(
      duration('--checkpoint-every <time>', 'how often to write a checkpoint'),
      `${CHECKPOINT_EVERY}s`,
    ),
    epochs: shown(decimal('--epochs <N>', 'passes over the training data', { above: 0 }), howLong.epochs),
    minutes: shown(decimal('--minutes <X>', 'time limit for training, in minutes', { above: 0 }), howLong.minutes),
    maxSteps: shown(integer('--max-steps <N>', 'limit of training, in minibatches'), 'no limit'),
    cell: shown(
      string(
        '--cell <name>',
        'recurrent cell: lstm, gru, rnn … (an unknown name lists all), or your own: equations, my.cell, or a module, ./mine.js',
      ),
      DEFAULTS.cell,
    ),
    hidden: shown(integer('--hidden <N>', 'hidden units per layer'), DEFAULTS.hiddenSize),
    layers: shown(integer('--layers <N>', 'number of stacked layers'), DEFAULTS.numLayers),
    dropout: shown(fraction('--dropout <P>', 'dropout probability'), DEFAULTS.dropout),
    zoneout: shown(fraction('--zoneout <P>', 'probability that a state keeps its previous value during training'), 0),
    inputDropout: shown(
      fraction('--input-dropout <P>', "dropout probability of each layer's input, one mask per sequence"),
      0,
    ),
    stateDropout: shown(
      fraction('--state-dropout <P>', 'dropout probability of states in recurrent products, one mask per sequence'),
      0,
    ),
    weightDropout: shown(fraction('--weight-dropout <P>', 'dropout probability of recurrent weights'), 0),
    variational: flag('--variational', 'one dropout mask per sequence between layers (variational dropout)'),
    residual: flag('--residual', "add each layer's input to its output (residual connections)"),
    projection: shown(integer('--projection <N>', "project each layer's output to this size"), 'the hidden size'),
    heads: shown(integer('--heads <N>', 'number of heads, for cells that have them, such as slstm'), 4),
    batch: shown(integer('--batch <N>', 'sequences per minibatch'), DEFAULTS.batchSize),
    shards: shown(
      integer('--shards <N>', 'parts of a minibatch whose gradients are summed in a fixed order: a power of two'),
      'none; 8 for several ranks',
    ),
    ranks: shown(
      integer('--ranks <N>', 'processes that train together, by MPI where it is installed, else on this machine'),
      1,
    ),
    optimizer: shown(
      choice('--optimizer <name>', 'optimizer', ['sgd', 'adam', 'adamw', 'rmsprop', 'adagrad']),
      DEFAULTS.optimizer,
    ),
    lr: shown(decimal('--lr <rate>', 'learning rate', { above: 0 }), DEFAULTS.learningRate),
    schedule: shown(
      choice('--schedule <name>', 'learning-rate schedule', [
        'constant',
        'step',
        'exponential',
        'cosine',
        'warmup-cosine',
      ]),
      DEFAULTS.schedule,
    ),
    clipNorm: shown(
      decimal('--clip-norm <R>', 'maximum gradient norm; 0 turns clipping off', { min: 0 }),
      DEFAULTS.clipNorm,
    ),
    clipValue: shown(
      decimal('--clip-value <R>', 'maximum absolute value of a gradient element', { above: 0 }),
      'no clipping',
    ),
    search: shown(
      decimal(
        '--search <X>',
        'first try settings on the validation part for so many minutes, and train with the best',
        {
          above: 0,
        },
      ),
      'no search',
    ),
    patience: shown(integer('--patience <N>', 'stop early after N validations without improvement'), 'never'),
  } as const;
}

/** @param least 0 where tokens may be one-hot */
export function embeddingOption(standard: number | string, least: 0 | 1 = 1): OptionSpec<number | undefined> {
  const oneHot = least === 0 ? '; 0 for one-hot input' : '';
  return shown(integer('--embedding <N>', `embedding size${oneHot}`, { min: least }), standard);
}

const BY_TEXT = 'by the text';

export const TRAIN_OPTIONS = {
  ...trainOptions(
    { ...LANGUAGE_MODEL_DEFAULTS, hiddenSize: BY_TEXT, dropout: BY_TEXT, batchSize: BY_TEXT, learningRate: BY_TEXT },
    {
      epochs: 'as many as --minutes allows, 40 at most',
      minutes: '2, of words up to 45 by their number, unless --epochs or --max-steps is given',
    },
  ),
  embedding: embeddingOption(BY_TEXT, 0),
  tied: shown(
    choice('--tied <yes|no>', "use the embedding's vectors as the decoder's weights", ['yes', 'no']),
    'yes for words',
  ),
  embeddingDropout: fraction(
    '--embedding-dropout <P>',
    'probability that the vector of a token is left out of a minibatch',
  ),
  softmaxSamples: shown(
    integer('--softmax-samples <N>', 'words drawn to stand for the vocabulary in training; 0 for all of it', {
      min: 0,
    }),
    '1000 where the vocabulary is large',
  ),
  mixture: flag('--mixture', 'mix the predictions with n-grams of the same text, and keep those in the model file'),
  steps: shown(integer('--steps <N>', 'steps of truncated backpropagation through time'), '64, of words 35'),
  sampling: shown(
    choice('--sampling <name>', 'how minibatches are sampled', ['sequential', 'random']),
    `${LANGUAGE_MODEL_DEFAULTS.sampling}, carrying the state over`,
  ),
} as const;

export type TrainOptions = OptionValues<ReturnType<typeof trainOptions>>;

/** The options of the recurrent stack, by the names of the library; only those that were given. */
export function recurrentOptions(options: TrainOptions): Record<string, number | boolean> {
  const { zoneout, inputDropout, stateDropout, weightDropout, variational, residual, projection, heads } = options;
  const given = { zoneout, inputDropout, stateDropout, weightDropout, projSize: projection, numHeads: heads };
  const numbers = Object.entries(given).filter((entry): entry is [string, number] => entry[1] !== undefined);
  const flags = Object.entries({ variational, residual }).filter(([, on]) => on);
  return Object.fromEntries<number | boolean>([...numbers, ...flags]);
}

/** What the library calls them; undefined where nothing was said. Of the minutes, what is left. */
export function fitSettings(
  options: TrainOptions & { embedding?: number },
  context: Pick<Context, 'globals' | 'began'>,
): FitOptions & StackSizes {
  const { dropout, optimizer, schedule, clipNorm, clipValue, epochs, maxSteps, patience } = options;
  const minutes = options.minutes && new Budget(options.minutes, context).trainingMinutes();
  const { seed } = context.globals;
  const recurrent = recurrentOptions(options);
  return {
    ...{ dropout, optimizer, schedule, clipNorm, clipValue, epochs, minutes, maxSteps, patience, seed },
    ...(Object.keys(recurrent).length === 0 ? {} : { recurrent }),
    hiddenSize: options.hidden,
    numLayers: options.layers,
    embeddingSize: options.embedding,
    batchSize: options.batch,
    shards: options.shards,
    learningRate: options.lr,
  };
}

/** The minutes of --minutes, which all of a command shares: reading, training, validation, and what is compared with it. */
export class Budget {
  readonly #minutes: number;
  readonly #context: Pick<Context, 'began'>;

  /** @param minutes Infinity where nothing is said  @param context whose beginning moves on with what the minutes are not for */
  constructor(minutes: number | undefined, context: Pick<Context, 'began'>) {
    this.#minutes = minutes ?? Infinity;
    this.#context = context;
  }

  get #spent(): number {
    return (performance.now() - this.#context.began) / 60_000;
  }

  /** For the training that begins now: what is left, half of all at least. */
  trainingMinutes(): number {
    return Math.max(this.#minutes / 2, this.#minutes - this.#spent);
  }

  /** For what follows the training: what is left of the minutes and a fifth, in seconds. */
  secondsLeft(): number {
    return Math.max(0, (1 + OVER) * this.#minutes - this.#spent) * 60;
  }
}

/** What everything may take beyond the minutes, as a share of them. */
const OVER = 0.2;

type StackSizes = Pick<StackOptions, 'hiddenSize' | 'numLayers' | 'dropout' | 'recurrent'> & { embeddingSize?: number };
