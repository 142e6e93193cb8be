// Training, validation and test part of a series, one after the other in time: nothing is shuffled across.
import { UnrolledError } from '../errors.js';
import { requireNumber } from '../range.js';
import { type Names, optionsOf, shownValue } from '../expect.js';

/** How long the parts of a series are: each a count of values, or below 1 a share of the series. */
export interface TimePartOptions {
  /** What the other parts leave, by default. */
  train?: number;
  /** 0 by default. */
  validation?: number;
  /** 0 by default; it is the last part. */
  test?: number;
}

export const TIME_PART_OPTIONS: Names<TimePartOptions> = { train: true, validation: true, test: true };

/** From (included) and to (excluded). */
export type TimeRange = readonly [from: number, to: number];

/** Where each part begins and ends, in values of the series. */
export interface TimeParts {
  /** What the model learns from. */
  train: TimeRange;
  /** What decides when to stop, and which settings are best. */
  validation: TimeRange;
  /** What is looked at once, at the end. */
  test: TimeRange;
}

/** Where `train` is given, the parts begin at the start and what is left at the end is unused. Errors: RANGE, TOO_SHORT. */
export function timeParts(length: number, options: TimePartOptions = {}): TimeParts {
  const { train, validation = 0, test = 0 } = optionsOf(options, TIME_PART_OPTIONS, 'timeParts');
  requireNumber('a length', length, { min: 0, whole: true }, 'give how many values the series has');
  const count = (name: string, part: number): number => {
    if (part >= 0 && part < 1) return Math.floor(part * length);
    if (Number.isInteger(part)) return part >= 1 ? part : rangeError(name, part);
    return rangeError(name, part);
  };
  const [v, t] = [count('validation', validation), count('test', test)];
  const a = train === undefined ? length - v - t : count('train', train);
  if (a < 1 || a + v + t > length) {
    throw new UnrolledError(
      'TOO_SHORT',
      `expected a series of at least ${Math.max(a, 1) + v + t} values for training, validation and test parts, received ${length}`,
      'make the parts smaller',
    );
  }
  return { train: [0, a], validation: [a, a + v], test: [a + v, a + v + t] };
}

function rangeError(name: string, part: number): never {
  throw new UnrolledError(
    'RANGE',
    `expected ${name} as a number of values, or a fraction of 0 or more and below 1, received ${shownValue(part)}`,
    '0.2 is a fifth of the series, 20 is 20 values',
  );
}
