// What every `train` does around the training itself: progress, checkpoints, interruption, the model file.
import { basename } from 'node:path';
import { UnrolledError } from '../errors.js';
import type { FitOptions } from '../models/trainingOptions.js';
import type { StepProgress, TrainingResult } from '../train/trainer.js';
import type { Context } from './command.js';
import { readBytes, removeFile, writeWhole } from './files.js';
import { formatNumber, formatTime } from './output.js';
import type { Progress } from './progress.js';
import { resumeCommand } from './resumeCommand.js';
import { CHECKPOINT_EVERY, type TrainOptions } from './trainOptions.js';

export interface ModelFiles {
  model: string;
  report: string;
  checkpoint: string;
}

/** @param name of the data */
export function filesOf(
  name: string,
  options: Pick<TrainOptions, 'out' | 'report' | 'cell'>,
  cell: string,
): ModelFiles {
  const model = options.out ?? `runs/${name}-${basename(options.cell ?? cell).replace(/\.\w+$/, '')}.safetensors`;
  const stem = model.replace(/\.safetensors$/i, '');
  return { model, report: options.report ?? `${stem}.html`, checkpoint: `${stem}.checkpoint` };
}

/** What the library's training is given by the command. */
export type Hooks = Required<Pick<FitOptions, 'signal' | 'checkpoint'>> & {
  resume: Uint8Array | undefined;
  onProgress(event: StepProgress): void;
};

interface RunOptions {
  files: ModelFiles;
  options: TrainOptions;
  progress: Progress;
  /** What else to say of the loss. */
  also?: (loss: number) => string;
}

interface Trained {
  toBytes(): Uint8Array;
  training: Pick<TrainingResult<unknown>, 'reason' | 'step'> | null;
}

/**
 * Trains and saves. What was left on the way goes when the model is whole.
 * Errors: INTERRUPTED, with the command that goes on.
 */
export async function trainAndSave<M extends Trained>(
  { io, signal, argv }: Context,
  { files, options, progress, also }: RunOptions,
  fit: (hooks: Hooks) => Promise<M>,
): Promise<M & { training: NonNullable<M['training']> }> {
  let saved = false;
  let model: M;
  try {
    model = await fit({
      signal,
      resume: options.resume === undefined ? undefined : await readBytes(io.cwd, options.resume),
      checkpoint: {
        everySeconds: options.checkpointEvery ?? CHECKPOINT_EVERY,
        save: async (bytes) => {
          await writeWhole(io.cwd, files.checkpoint, bytes);
          saved = true;
        },
      },
      onProgress: (event) => progress.update(event.progress, progressLine(event, also)),
    });
  } finally {
    progress.stop();
  }
  const { training } = model;
  if (training === null) throw new Error('a trained model says how it was trained');
  if (training.reason === 'aborted') {
    throw new UnrolledError(
      'INTERRUPTED',
      `expected to train to the end, received an interrupt at step ${training.step}` +
        (saved ? `; the checkpoint is ${files.checkpoint}` : ''),
      `go on with: ${resumeCommand(argv, files.checkpoint)}`,
    );
  }
  await writeWhole(io.cwd, files.model, model.toBytes());
  // The model is whole and saved, so nobody needs what this run, or the one that it went on from, left on the way.
  if (saved || options.resume === files.checkpoint) await removeFile(io.cwd, files.checkpoint);
  return model as M & { training: NonNullable<M['training']> };
}

function progressLine({ loss, tokensPerSecond, secondsLeft }: StepProgress, also: RunOptions['also']): string {
  const rate = formatNumber(Math.round(tokensPerSecond));
  return `loss ${loss.toFixed(3)}  ${also ? `${also(loss)}  ` : ''}${rate} tokens/s  ${formatTime(secondsLeft)} left`;
}
