// What a forecaster chooses from the training part where nothing is said. docs/defaults.md says what each rule is worth.
import { findSeason } from '../../data/seriesBaselines.js';
import { fitScaling, isConstant, scaleValues } from '../../data/scaling.js';
import type { TimeParts } from '../../data/timeParts.js';
import type { ForecasterOptions } from './options.js';

/** What the rules go by. */
export interface SeriesFacts {
  /** Values in the training part. */
  train: number;
  /** null where none was found. */
  season: number | null;
}

const HORIZON = 12;
/** The longest window that is taken for its own sake: two weeks of hours (Zeng et al. 2023; Nie et al. 2023). */
const WINDOW = 336;
/** Numbers of other inputs that the linear map reads at most, and of each of them. */
const [INPUT_LAGS, INPUT_WINDOW] = [384, 48];
/** Steps of the optimizer that are planned. */
const STEPS = 2500;

/** A part that is measured should hold one and a half horizons, so that there are several windows in it. */
export function chooseHorizon({ validation, test }: Pick<TimeParts, 'validation' | 'test'>): number {
  const lengths = [validation, test].map(([from, to]) => to - from).filter((length) => length > 0);
  return Math.max(1, Math.min(HORIZON, ...lengths.map((length) => Math.floor((2 * length) / 3))));
}

/**
 * A quarter of the training part, for what is longer is seen too seldom, and no more than two weeks of hours; but a season and some of
 * the one before, where the training part has three.
 */
export function chooseWindow({ train, season }: SeriesFacts, horizon: number): number {
  const window = Math.min(WINDOW, Math.floor(train / 4));
  const whole = season === null ? 0 : season + Math.max(1, Math.min(horizon, season >> 2));
  const longest = Math.max(2, Math.floor((train - horizon) / 2));
  return Math.max(2, Math.min(longest, whole <= train / 3 ? Math.max(window, whole) : window));
}

/** Values that the recurrent part reads: what is longer ago, the linear map reads faster. */
const RECURRENT_WINDOW = 96;

export function chooseRecurrentWindow(window: number): number {
  return Math.min(window, RECURRENT_WINDOW);
}

/** As far back as helps weather and the like, and less of each where there are many. */
export function chooseInputWindow(inputs: number, window: number): number {
  return inputs === 0 ? 0 : Math.min(window, INPUT_WINDOW, Math.floor(INPUT_LAGS / inputs));
}

/** The fewer windows, the smaller the network and the more is dropped: it only learns what the linear map leaves over. */
export function chooseSizes(
  windows: number,
): Required<Pick<ForecasterOptions, 'hiddenSize' | 'dropout' | 'batchSize' | 'epochs' | 'patience'>> {
  const [hiddenSize, dropout] = windows >= 5000 ? [32, 0.1] : windows >= 500 ? [16, 0.2] : [8, 0.3];
  const batchSize = windows >= 2000 ? 64 : windows >= 500 ? 32 : 16;
  const epochs = Math.max(8, Math.min(40, Math.round((STEPS * batchSize) / windows)));
  return { hiddenSize, dropout, batchSize, epochs, patience: 4 };
}

/** null too for values that are constant up to rounding. */
export function seasonOf(values: ArrayLike<number>): number | null {
  return isConstant(values) ? null : findSeason(scaleValues(values, fitScaling(values)));
}
