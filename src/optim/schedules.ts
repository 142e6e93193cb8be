// Learning-rate schedules: a factor on the learning rate by where training stands.
import { UnrolledError } from '../errors.js';

/** Where a training stands, as a schedule sees it. */
export interface TrainingPosition {
  /** Optimizer steps so far. */
  step: number;
  /** Passes over the data so far, with fractions. */
  epoch: number;
  /** Share of the whole training that is done, 0 to 1. */
  progress: number;
}

/** A factor on the learning rate, by where training stands. */
export type Schedule = (at: TrainingPosition) => number;

/** Always 1: the learning rate stays. */
export const constantSchedule: Schedule = () => 1;

/** × gamma every `every` epochs. */
export function stepSchedule(every: number, gamma = 0.5): Schedule {
  return ({ epoch }) => gamma ** Math.floor(epoch / every);
}

/** × gamma each epoch, smoothly. */
export function exponentialSchedule(gamma: number): Schedule {
  return ({ epoch }) => gamma ** epoch;
}

/** Half a cosine from 1 to `floor` over the whole training (Loshchilov and Hutter 2017). */
export function cosineSchedule(floor = 0): Schedule {
  return ({ progress }) => floor + ((1 - floor) * (1 + Math.cos(Math.PI * Math.min(1, progress)))) / 2;
}

/** Grows from 0 over the first `steps` steps, then goes on as `then` says. */
export function warmUp(steps: number, then: Schedule = constantSchedule): Schedule {
  return (at) => Math.min(1, (at.step + 1) / steps) * then(at);
}

/** The schedules by the names that `--schedule` and files use. */
export const SCHEDULES = {
  constant: constantSchedule,
  step: stepSchedule(1, 0.5),
  exponential: exponentialSchedule(0.9),
  cosine: cosineSchedule(0.01),
  'warmup-cosine': warmUp(100, cosineSchedule(0.01)),
} as const satisfies Record<string, Schedule>;

/** A name in `SCHEDULES`. */
export type ScheduleName = keyof typeof SCHEDULES;

/** Errors: OPTION. */
export function scheduleByName(name: string): Schedule {
  const found = Object.entries(SCHEDULES).find(([key]) => key === name);
  if (found === undefined) {
    throw new UnrolledError(
      'OPTION',
      `expected a schedule of ${Object.keys(SCHEDULES).join(', ')}, received "${name}"`,
      'choose one of them',
    );
  }
  return found[1];
}
