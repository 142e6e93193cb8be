// Learning-rate schedules: a factor on the learning rate by where training stands.
import { expectChoice, expectFunction } from '../expect.js';
import { requireNumber } from '../range.js';

/** Where a training stands, as a schedule sees it. */
export interface TrainingPosition {
  /** Optimizer steps so far. */
  step: number;
  /** Passes over the data so far, with fractions. */
  epoch: number;
  /** Share of the whole training that is done, 0 to 1. */
  progress: number;
  /** Optimizer steps of the whole training, where it is known how many they are or will be about. */
  totalSteps?: number;
}

/** A factor on the learning rate, by where training stands. */
export type Schedule = (at: TrainingPosition) => number;

/** Always 1: the learning rate stays. */
export const constantSchedule: Schedule = () => 1;

/** × gamma after every `every` epochs. Errors: RANGE. */
export function stepSchedule(every: number, gamma = 0.5): Schedule {
  requireNumber(
    'a number of epochs',
    every,
    { above: 0 },
    'give the number of epochs between two changes of the learning rate',
  );
  requireGamma(gamma);
  return ({ epoch }) => gamma ** Math.floor(epoch / every);
}

/** × gamma over each epoch, smoothly. Errors: RANGE. */
export function exponentialSchedule(gamma: number): Schedule {
  requireGamma(gamma);
  return ({ epoch }) => gamma ** epoch;
}

/** × gamma from each of `parts` equal parts of the training to the next, however long it is. Errors: RANGE. */
export function staircaseSchedule(parts: number, gamma = 0.5): Schedule {
  requireNumber('a number of stages', parts, { min: 1, whole: true }, '5 stages change the learning rate four times');
  requireGamma(gamma);
  return ({ progress }) => gamma ** Math.min(parts - 1, Math.floor(progress * parts));
}

/** Falls from 1 to `floor` over the whole training, by the same factor in each step. Errors: RANGE. */
export function decaySchedule(floor: number): Schedule {
  requireNumber('a floor', floor, { above: 0, max: 1 }, '0.01 ends at a hundredth of the learning rate');
  return ({ progress }) => floor ** Math.min(1, progress);
}

/** Half a cosine from 1 to `floor` over the whole training (Loshchilov and Hutter 2017). Errors: RANGE. */
export function cosineSchedule(floor = 0): Schedule {
  requireNumber('a floor', floor, { min: 0, max: 1 }, '0.01 ends at a hundredth of the learning rate');
  return ({ progress }) => floor + ((1 - floor) * (1 + Math.cos(Math.PI * Math.min(1, progress)))) / 2;
}

/** The share of a training that a warm-up takes at most. */
const WARM_UP_SHARE = 0.1;

/**
 * Grows from 0 over the first `steps` steps, then goes on as `then` says. Where the length of the training is known, the warm-up
 * takes at most `share` of it, so that a short training is not over before its learning rate has grown. Errors: RANGE.
 */
export function warmUp(steps: number, then: Schedule = constantSchedule, share = WARM_UP_SHARE): Schedule {
  requireNumber('a warm-up', steps, { min: 0 }, 'give a number of steps; 0 is no warm-up');
  expectFunction(then, 'the schedule after a warm-up', 'as in warmUp(100, cosineSchedule())');
  requireNumber('a fraction of the training', share, { min: 0, max: 1 }, '0.1 is usual');
  return (at) => {
    const fitting = at.totalSteps === undefined ? steps : Math.min(steps, share * at.totalSteps);
    return Math.min(1, (at.step + 1) / fitting) * then(at);
  };
}

function requireGamma(gamma: number): void {
  requireNumber('gamma', gamma, { above: 0 }, '0.5 halves the learning rate, 1 keeps it');
}

/** By name; all of them fit themselves to the length of the training. */
export const SCHEDULES = {
  constant: constantSchedule,
  step: staircaseSchedule(5, 0.5),
  exponential: decaySchedule(0.01),
  cosine: cosineSchedule(0.01),
  'warmup-cosine': warmUp(100, cosineSchedule(0.01)),
} as const satisfies Record<string, Schedule>;

/** A name in `SCHEDULES`. */
export type ScheduleName = keyof typeof SCHEDULES;

/** Errors: OPTION. */
export function scheduleByName(name: string): Schedule {
  expectChoice(name, 'a schedule', Object.keys(SCHEDULES));
  return SCHEDULES[name as ScheduleName];
}
