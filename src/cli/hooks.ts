// What a command gives the library's training, and what it asks of what was trained.
import type { FitOptions } from '../models/options.js';
import type { StepProgress, TrainingResult } from '../train/trainer.js';

/** What the library's training is given by the command. */
export type Hooks = Required<Pick<FitOptions, 'signal' | 'checkpoint' | 'onStart'>> & {
  resume: Uint8Array | undefined;
  onProgress(event: StepProgress): void;
};

/** What was trained. */
export interface Trained {
  toBytes(): Uint8Array;
  training: Pick<TrainingResult<unknown>, 'reason' | 'step' | 'score'> | null;
  readonly network: { dispose(): void };
}
