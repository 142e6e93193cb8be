// What a forecaster is worth: the last value, the last season and ridge regression, measured on the same windows; and a backtest
// by rolling origin, where all of them forecast what none has seen.
import { UnrolledError } from '../../errors.js';
import { expectNumbers, expectValues, type Names, optionsOf } from '../../expect.js';
import { fitScaling, isConstant, scaleValues, type ScalingOptions, unscaleValues } from '../../data/scaling.js';
import { findSeason, fitLinearRule, lastValueRule, seasonalRule, type SeriesRule } from '../../data/seriesBaselines.js';
import { type ForecastErrors, ForecastErrorSum } from '../../metrics/forecastMetrics.js';
import { requireNumber } from '../../range.js';
import { Forecaster } from '../forecaster/forecaster.js';
import { type ForecasterOptions, type Series, seriesOf, type Values } from '../forecaster/options.js';

/** Which part is known, which is measured, and on what windows. */
export interface BaselineOptions {
  /** W: values that the linear rule reads. */
  window: number;
  /** K: values that each rule predicts. */
  horizon: number;
  /** Found in the training part where missing (findSeason). */
  season?: number;
  /** 1 */
  ridge?: number;
  /** As the model has it, so that the scaled errors can be compared. */
  scaling?: ScalingOptions;
  /** Length of the training part, which comes first, in values. */
  train: number;
  /** Measured: each window of `horizon` values in from … to − 1. */
  from: number;
  /** The index after the last value that is measured. */
  to: number;
  /** Not 0 where the target's value was filled in: such values are not scored. */
  filled?: ArrayLike<number>;
}

const NAMES: Names<BaselineOptions> = {
  ...{ window: true, horizon: true, season: true, ridge: true, scaling: true, train: true, from: true, to: true },
  ...{ filled: true },
};

/** In scaled units, and in those of the series. */
export type BaselineErrors = ForecastErrors & {
  /** In the units of the series; the others are in scaled units. */
  original: ForecastErrors;
};

/** Errors of each rule on the same windows. */
export interface ForecastBaselines {
  /** null where none was found, or it is longer than the past of the first window. */
  season: number | null;
  /** Every step is the last value (a random walk). */
  last: BaselineErrors;
  /** Every step is the value one season before; null without a season. */
  seasonal: BaselineErrors | null;
  /** Ridge regression of the K values on the W before them. */
  linear: BaselineErrors;
}

/** Errors: TOO_SHORT, RANGE. */
export function forecastBaselines(target: ArrayLike<number>, given: BaselineOptions): ForecastBaselines {
  const options = optionsOf(given, NAMES, 'forecastBaselines');
  const { window, horizon, train, from, to, filled } = options;
  expectValues(target, 'a series');
  if (filled !== undefined) expectNumbers(filled, 'filled');
  for (const [name, value] of Object.entries({ window, horizon, train })) {
    requireNumber(name, value, { min: 1, whole: true }, `give ${name} as a number of values`);
  }
  for (const [name, value] of Object.entries({ from, to })) {
    requireNumber(name, value, { min: 0, whole: true }, `give ${name} as an index of the series`);
  }
  const training = Float64Array.from(target).subarray(0, train);
  const scaling = fitScaling(training, options.scaling);
  const values = scaleValues(target, scaling);
  const start = Math.max(from, window);
  if (to > values.length || to - start < horizon) {
    throw new UnrolledError(
      'TOO_SHORT',
      `expected a window of ${window} and ${horizon} values after it up to ${to}, received a series of ${values.length} measured from ${from}`,
      'give more of the series',
    );
  }
  const found = options.season ?? seasonOf(training, options.scaling);
  const season = found !== null && found <= start ? found : null;
  const measure = (rule: SeriesRule): BaselineErrors => {
    const [errors, original] = [new ForecastErrorSum(horizon), new ForecastErrorSum(horizon)];
    for (let at = start; at + horizon <= to; at++) {
      const predicted = rule(values, at);
      errors.add(predicted, values, at, filled);
      original.add(unscaleValues(predicted, scaling), target, at, filled);
    }
    return { ...errors.result(), original: original.result() };
  };
  return {
    season,
    last: measure(lastValueRule(horizon)),
    seasonal: season === null ? null : measure(seasonalRule(horizon, season)),
    linear: measure(fitLinearRule(values.subarray(0, train), options)),
  };
}

/** null too for values that are constant up to rounding: scaling leaves that rounding alone. */
function seasonOf(values: ArrayLike<number>, options?: ScalingOptions): number | null {
  return isConstant(values) ? null : findSeason(scaleValues(values, fitScaling(values, options)));
}

/** The options of `Forecaster.fit`, and where the origins lie. */
export interface BacktestOptions extends Omit<ForecasterOptions, 'resume' | 'checkpoint' | 'train' | 'test'> {
  /** W: values that the model reads. */
  window: number;
  /** K: values that each fold forecasts. */
  horizon: number;
  /** Origins, each `horizon` values after the one before; the last forecasts the end of the series. */
  folds: number;
  /** Folds that one model forecasts before it is retrained on all values up to the origin; 1. */
  refitEvery?: number;
  /** Found before the first origin where missing. */
  season?: number;
}

/** Errors in the units of the series, of all folds. */
export interface Backtest {
  /** Its length in values; null where none was found before the first origin. */
  season: number | null;
  /** Of the forecaster. */
  model: ForecastErrors;
  /** Of the last value before each origin. */
  last: ForecastErrors;
  /** Of the season before each origin; null without one. */
  seasonal: ForecastErrors | null;
  /** Of ridge regression on the window before each origin. */
  linear: ForecastErrors;
  /** Of each fold: the index of its first value, and what the model said. */
  folds: { origin: number; values: number[] }[];
}

/** Trains and forecasts at one origin after the other; no model and no baseline sees a value after its origin. Errors: TOO_SHORT. */
export async function backtest(data: Series | Values, options: BacktestOptions): Promise<Backtest> {
  const names: Names<BacktestOptions> = { ...Forecaster.definition.options, folds: true, refitEvery: true };
  const series = seriesOf(data);
  const { folds: count, refitEvery = 1, season: given, ...fit } = optionsOf(options, names, 'backtest');
  const { window, horizon, scaling: kind, transform } = fit;
  requireNumber('refitEvery', refitEvery, { min: 1, whole: true }, '1 trains a model for each fold');
  for (const [name, value] of Object.entries({ folds: count, window, horizon })) {
    requireNumber(name, value, { min: 1, whole: true }, `give ${name} as a whole number`);
  }
  const { target, inputs = {} } = series;
  const first = target.length - count * horizon;
  if (first < window + horizon) {
    throw new UnrolledError(
      'TOO_SHORT',
      `expected a series of at least ${window + horizon} values before the first of ${count} folds, received ${first}`,
      'take fewer folds, or a smaller window',
    );
  }
  const until = (end: number): Series => ({
    target: Float64Array.from(target).subarray(0, end),
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, v]) => [name, Float64Array.from(v).subarray(0, end)]),
    ),
  });
  const found = given ?? seasonOf(until(first).target, { kind, transform });
  const season = found !== null && found <= first ? found : null;
  const sums = {
    model: new ForecastErrorSum(horizon),
    last: new ForecastErrorSum(horizon),
    seasonal: new ForecastErrorSum(horizon),
    linear: new ForecastErrorSum(horizon),
  };
  const folds: Backtest['folds'] = [];
  let model: Forecaster | null = null;
  for (let fold = 0; fold < count; fold++) {
    const origin = first + fold * horizon;
    const past = until(origin);
    if (model === null || fold % refitEvery === 0) {
      model?.network.dispose();
      model = await Forecaster.fit(past, { ...fit, ...(season === null ? {} : { season }) });
    }
    const { values } = model.predict(past);
    folds.push({ origin, values });
    sums.model.add(values, target, origin);
    const scaling = fitScaling(past.target, { kind, transform });
    const scaled = scaleValues(past.target, scaling);
    const add = (sum: ForecastErrorSum, rule: SeriesRule): void =>
      sum.add(unscaleValues(rule(scaled, origin), scaling), target, origin);
    add(sums.last, lastValueRule(horizon));
    if (season !== null) add(sums.seasonal, seasonalRule(horizon, season));
    add(sums.linear, fitLinearRule(scaled, { window, horizon }));
  }
  model?.network.dispose();
  return {
    season,
    model: sums.model.result(),
    last: sums.last.result(),
    seasonal: season === null ? null : sums.seasonal.result(),
    linear: sums.linear.result(),
    folds,
  };
}
