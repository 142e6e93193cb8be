// The options of training a network, which all its tasks share. Defaults are the library's: an option that is not given stays
// undefined, so that with --resume the checkpoint's value counts.
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

/** Minutes of training where neither --minutes nor --epochs says how long, nor a checkpoint. */
const MINUTES = 2;

/** What a task has where nothing is said. */
export interface TrainDefaults {
  cell: string;
  hiddenSize: number;
  numLayers: number;
  dropout: number;
  batchSize: number;
  optimizer: string;
  learningRate: number;
  schedule: string;
  clipNorm: number;
}

/** The options of any training; `--help` shows the task's own defaults. */
export function trainOptions(DEFAULTS: TrainDefaults, howLong: { epochs: string; minutes: string }) {
  return {
    out: path('--out <file>', 'the model file (default: runs/DATA-CELL.safetensors)'),
    report: path('--report <file>', 'the HTML report (default: beside the model file)'),
    resume: path('--resume <file>', 'go on from the checkpoint of a training that was killed or interrupted'),
    checkpointEvery: shown(
      duration('--checkpoint-every <time>', 'how often a checkpoint is written'),
      `${CHECKPOINT_EVERY}s`,
    ),
    epochs: shown(decimal('--epochs <N>', 'passes over the training part', { above: 0 }), howLong.epochs),
    minutes: shown(decimal('--minutes <X>', 'how long to train', { above: 0 }), howLong.minutes),
    cell: shown(
      string('--cell <name>', 'lstm, gru, rnn … (an unknown name lists all), or a module of your own: ./mine.js'),
      DEFAULTS.cell,
    ),
    hidden: shown(integer('--hidden <N>', 'units of each layer'), DEFAULTS.hiddenSize),
    layers: shown(integer('--layers <N>', 'layers'), DEFAULTS.numLayers),
    dropout: shown(
      fraction('--dropout <P>', 'the part of the units that is left out while training'),
      DEFAULTS.dropout,
    ),
    zoneout: shown(fraction('--zoneout <P>', 'the part of each state that keeps its old value while training'), 0),
    inputDropout: shown(fraction('--input-dropout <P>', "dropout of each layer's input, one mask a sequence"), 0),
    stateDropout: shown(
      fraction('--state-dropout <P>', 'dropout of states where they are multiplied, one mask a sequence'),
      0,
    ),
    weightDropout: shown(fraction('--weight-dropout <P>', 'dropout of recurrent weights'), 0),
    variational: flag('--variational', 'dropout between layers has one mask a sequence'),
    residual: flag('--residual', "adds a layer's input to its output"),
    projection: shown(integer('--projection <N>', "size of each layer's output"), 'the hidden size'),
    heads: shown(integer('--heads <N>', 'heads of cells that have them, such as slstm'), 4),
    batch: shown(integer('--batch <N>', 'sequences at the same time'), DEFAULTS.batchSize),
    optimizer: shown(
      choice('--optimizer <name>', 'how weights are updated', ['sgd', 'adam', 'adamw', 'rmsprop', 'adagrad']),
      DEFAULTS.optimizer,
    ),
    lr: shown(decimal('--lr <rate>', 'learning rate', { above: 0 }), DEFAULTS.learningRate),
    schedule: shown(
      choice('--schedule <name>', 'how the learning rate changes', [
        'constant',
        'step',
        'exponential',
        'cosine',
        'warmup-cosine',
      ]),
      DEFAULTS.schedule,
    ),
    clipNorm: shown(decimal('--clip-norm <R>', 'the longest gradient; 0 for no limit', { min: 0 }), DEFAULTS.clipNorm),
    clipValue: shown(decimal('--clip-value <R>', 'the largest element of a gradient', { above: 0 }), 'no limit'),
    patience: shown(integer('--patience <N>', 'stop after N validations without a better one'), 'never'),
  } as const;
}

/** @param least 0 where tokens may be one-hot */
export function embeddingOption(standard: number, least: 0 | 1 = 1): OptionSpec<number | undefined> {
  const oneHot = least === 0 ? '; 0 for one-hot' : '';
  return shown(integer('--embedding <N>', `size of a token as a vector${oneHot}`, { min: least }), standard);
}

export const TRAIN_OPTIONS = {
  ...trainOptions(LANGUAGE_MODEL_DEFAULTS, {
    epochs: 'as many as the minutes allow',
    minutes: `${MINUTES}, unless --epochs is given`,
  }),
  embedding: embeddingOption(LANGUAGE_MODEL_DEFAULTS.embeddingSize, 0),
  steps: shown(integer('--steps <N>', 'length of backpropagation through time'), LANGUAGE_MODEL_DEFAULTS.numSteps),
  sampling: shown(
    choice('--sampling <name>', 'which sequences follow each other', ['sequential', 'random']),
    `${LANGUAGE_MODEL_DEFAULTS.sampling}, the state is carried on`,
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

/** What the library calls them; undefined where nothing was said. */
export function fitSettings(
  options: TrainOptions & { embedding?: number },
  seed: number | undefined,
): FitOptions & StackSizes {
  const { dropout, optimizer, schedule, clipNorm, clipValue, epochs, minutes, patience } = options;
  const recurrent = recurrentOptions(options);
  return {
    ...{ dropout, optimizer, schedule, clipNorm, clipValue, epochs, minutes, patience, seed },
    ...(Object.keys(recurrent).length === 0 ? {} : { recurrent }),
    hiddenSize: options.hidden,
    numLayers: options.layers,
    embeddingSize: options.embedding,
    batchSize: options.batch,
    learningRate: options.lr,
  };
}

type StackSizes = Pick<StackOptions, 'hiddenSize' | 'numLayers' | 'dropout' | 'recurrent'> & { embeddingSize?: number };

/** Minutes of training: none where epochs or a checkpoint say how long. */
export function minutesOf({ minutes, epochs, resume }: TrainOptions): number | undefined {
  return minutes ?? (epochs === undefined && resume === undefined ? MINUTES : undefined);
}
