// The options of training a network, which all its tasks share. Defaults are the library's: an option that is not given stays
// undefined, so that with --resume the checkpoint's value counts.
import {
  choice,
  decimal,
  duration,
  fraction,
  integer,
  type OptionSpec,
  type OptionValues,
  path,
  string,
} from './options.js';

/** Shows the library's default in --help. */
function shown<T>(spec: OptionSpec<T>, defaultText: string): OptionSpec<T> {
  return { ...spec, defaultText };
}

export const TRAIN_OPTIONS = {
  out: path('--out <file>', 'the model file (default: runs/DATA-CELL.safetensors)'),
  report: path('--report <file>', 'the HTML report (default: beside the model file)'),
  resume: path('--resume <file>', 'go on from the checkpoint of a training that was killed or interrupted'),
  checkpointEvery: shown(duration('--checkpoint-every <time>', 'how often a checkpoint is written'), '60s'),
  epochs: shown(decimal('--epochs <N>', 'passes over the training part', { above: 0 }), 'as many as the minutes allow'),
  minutes: shown(decimal('--minutes <X>', 'how long to train', { above: 0 }), '2, unless --epochs is given'),
  cell: shown(string('--cell <name>', 'rnn, rnn-relu, gru, gru-reset-before or lstm'), 'lstm'),
  hidden: shown(integer('--hidden <N>', 'units of each layer'), '256'),
  layers: shown(integer('--layers <N>', 'layers'), '1'),
  embedding: shown(integer('--embedding <N>', 'size of a token as a vector; 0 for one-hot', { min: 0 }), '64'),
  dropout: shown(fraction('--dropout <P>', 'the part of the units that is left out while training'), '0'),
  batch: shown(integer('--batch <N>', 'sequences at the same time'), '32'),
  steps: shown(integer('--steps <N>', 'length of backpropagation through time'), '64'),
  sampling: shown(
    choice('--sampling <name>', 'which sequences follow each other', ['sequential', 'random']),
    'sequential, the state is carried on',
  ),
  optimizer: shown(
    choice('--optimizer <name>', 'how weights are updated', ['sgd', 'adam', 'adamw', 'rmsprop', 'adagrad']),
    'adam',
  ),
  lr: shown(decimal('--lr <rate>', 'learning rate', { above: 0 }), '0.004'),
  schedule: shown(
    choice('--schedule <name>', 'how the learning rate changes', [
      'constant',
      'step',
      'exponential',
      'cosine',
      'warmup-cosine',
    ]),
    'cosine',
  ),
  clipNorm: shown(decimal('--clip-norm <R>', 'the longest gradient; 0 for no limit', { min: 0 }), '1'),
  clipValue: shown(decimal('--clip-value <R>', 'the largest element of a gradient', { above: 0 }), 'no limit'),
  patience: shown(integer('--patience <N>', 'stop after N validations without a better one'), 'never'),
} as const;

export type TrainOptions = OptionValues<typeof TRAIN_OPTIONS>;

/** Seconds between checkpoints where nothing is said. */
export const CHECKPOINT_EVERY = 60;

/** Minutes of training where neither --minutes nor --epochs says how long, nor a checkpoint. */
export function minutesOf({ minutes, epochs, resume }: TrainOptions): number | undefined {
  return minutes ?? (epochs === undefined && resume === undefined ? 2 : undefined);
}
