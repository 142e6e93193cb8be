// The settings of a training, and what they must be; checked before its first step.
import type { OptimizerName } from '../optim/optimizers.js';
import { requireNumber } from '../range.js';

/** How a network is trained: the optimizer and its learning rate, clipping, validation, and when to stop. */
export interface TrainerSettings {
  /** A name of `OPTIMIZERS`. */
  optimizer: OptimizerName;
  /** At its highest; the schedule says what becomes of it. */
  learningRate: number;
  /** A name of `SCHEDULES`: how the learning rate changes over the training. */
  schedule: string;
  /** Radius that the gradient norm is clipped to; 0 for none. */
  clipNorm: number;
  /** Cuts each gradient element. */
  clipValue?: number;
  /** Passes over the training part; 10 where neither minutes nor steps are given. */
  epochs?: number;
  /** The time limit, in minutes, validation among them. Of several limits the one that is reached first ends the training. */
  minutes?: number;
  /** Steps of the optimizer at most: one for each minibatch. */
  maxSteps?: number;
  /** How many times the validation part is measured on the way. */
  validations: number;
  /** Stops after so many validations without improvement, and keeps the best weights. */
  patience?: number;
  /** Ends with the weights of the best validation. */
  restoreBest?: boolean;
}

/** Errors: RANGE for a number that means nothing. */
export function checkTrainerSettings(settings: Omit<TrainerSettings, 'optimizer' | 'schedule'>): void {
  const { learningRate, clipNorm, clipValue = 0, validations, patience = 1 } = settings;
  const { epochs = 1, minutes = 1, maxSteps = 1 } = settings;
  requireNumber('a learning rate', learningRate, { min: 0 }, '0.001 suits Adam, 1 suits SGD with clipping');
  requireNumber('clipNorm', clipNorm, { min: 0 }, '1 is usual; 0 turns clipping off');
  requireNumber('clipValue', clipValue, { min: 0 }, '5 is usual; 0 turns clipping off');
  // Without end is a choice: what stops such a training is its patience, or a signal.
  if (epochs !== Infinity)
    requireNumber('a number of epochs', epochs, { above: 0 }, 'give the number of passes over the training data');
  if (minutes !== Infinity)
    requireNumber('a number of minutes', minutes, { above: 0 }, 'give the time limit of the training');
  if (maxSteps !== Infinity)
    requireNumber('maxSteps', maxSteps, { min: 1, whole: true }, 'give the number of minibatches to learn from');
  requireNumber('a number of validations', validations, { above: 0 }, '10 validates ten times during training');
  requireNumber('a patience', patience, { min: 1, whole: true }, 'give a number of validations without improvement');
}
