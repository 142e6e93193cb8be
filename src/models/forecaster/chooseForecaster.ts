// What a forecaster chooses from a series where nothing is said, by the rules (rules.ts).
import { TIME_PART_OPTIONS, timeParts } from '../../data/timeParts.js';
import { pick } from '../../expect.js';
import { defined } from '../defined.js';
import type { Chosen } from '../task.js';
import {
  checkChoices,
  FORECASTER_DEFAULTS,
  type ForecasterOptions,
  type ResolvedForecasterOptions as Resolved,
  type Series,
} from './options.js';
import { chooseHorizon, chooseSizes, chooseWindow, seasonOf } from './rules.js';

/** The time limit of a training where nothing else is said. */
const MINUTES = 2;

/** What is chosen where nothing is said. */
export function chooseFor(series: Series, given: ForecasterOptions): Chosen<ForecasterOptions> {
  const { target, inputs = {} } = series;
  const o = { ...FORECASTER_DEFAULTS, ...defined(given) };
  checkChoices(o as Resolved);
  const parts = timeParts(target.length, pick(o, TIME_PART_OPTIONS));
  const end = parts.train[1];
  const training = Float64Array.from(target).subarray(0, end);
  const horizon = given.horizon ?? chooseHorizon(parts);
  const season = given.season ?? seasonOf(training);
  const window = given.window ?? chooseWindow({ train: end, season }, horizon);
  const windows = Math.max(1, end - window - horizon + 1);
  const seasonal = season === null ? 'no season' : `a season of ${season}`;
  const columns = Object.keys(inputs).length;
  return {
    settings: {
      ...{ window, ...chooseSizes(windows), minutes: MINUTES },
      ...(horizon === o.horizon ? {} : { horizon }),
      ...(season === null || given.relativeTo !== 'season' ? {} : { season }),
    },
    facts: `${end} training values, ${seasonal}${columns === 0 ? '' : `, ${columns} other columns`}`,
  };
}
