// What a forecaster is made of: options, defaults, and the plain data that stands in its file.
import { UnrolledError } from '../../errors.js';
import { expectChoice, expectNumbers, expectObject, expectValues, refuse, shownValue } from '../../expect.js';
import { channelCount, type LagSettings, READS, RELATIVES, type WindowSettings } from '../../data/forecastWindows.js';
import { type Scaling, type ScalingKind, SCALINGS, type Transform, TRANSFORMS } from '../../data/scaling.js';
import type { TimePartOptions } from '../../data/timeParts.js';
import type { ForecastErrors } from '../../metrics/forecastMetrics.js';
import type { ConfigReader } from '../config.js';
import type { ForecasterNetworkConfig } from './forecasterNetwork.js';
import type { FitOptions, StackOptions } from '../options.js';

/** A series and what else is known at each of its times, each as long as it, oldest first. */
export interface Series {
  /** What is forecast: one value for each time. */
  target: ArrayLike<number>;
  /** Other columns by name, as the model was trained with; none. */
  inputs?: Readonly<Record<string, ArrayLike<number>>>;
  /** As long as the target: not 0 where its value was not measured but filled in. Such values are read, and not scored. */
  filled?: ArrayLike<number>;
}

/** The values of a series alone, oldest first. */
export type Values = readonly number[] | Float64Array | Float32Array;

/** What stands for a series: its values alone are its target. Errors: OPTION. */
export function seriesOf(data: Series | Values): Series {
  const help = 'give { target: [1, 2, …] }, or the values alone';
  const series = isValues(data) ? { target: data } : data;
  if (Array.isArray(data)) refuseRecords(data);
  if (typeof series !== 'object' || series === null) refuse('a series', series, help);
  expectValues(series.target, 'the target of a series', help);
  const { inputs, filled } = series;
  if (inputs !== undefined && inputs !== null) {
    expectObject(inputs, 'the inputs of a series', 'give columns by name: { temperature: [21, 22, …] }');
    for (const [name, values] of Object.entries(inputs)) expectValues(values, `the input ${name}`);
  }
  if (filled !== undefined && filled !== null) expectValues(filled, 'filled');
  return { target: series.target, ...(inputs ? { inputs } : {}), ...(filled ? { filled } : {}) };
}

/** Errors: OPTION for rows of a table in place of values. */
function refuseRecords(data: readonly unknown[]): void {
  const row = data[0];
  if (typeof row !== 'object' || row === null || Array.isArray(row) || ArrayBuffer.isView(row)) return;
  const name = Object.entries(row).find(([, value]) => typeof value === 'number')?.[0] ?? 'value';
  refuse('the values of a series as numbers', row, `take them out of the rows: series.map(({ ${name} }) => ${name})`);
}

function isValues(data: Series | Values): data is Values {
  return Array.isArray(data) || ArrayBuffer.isView(data);
}

export const MODES = ['direct', 'iterated'] as const;
export const LOSSES = ['mse', 'mae', 'huber'] as const;

/** What a forecaster is built from, as its file holds it. */
export interface ForecasterConfig extends ForecasterNetworkConfig, WindowSettings {
  /** How many values of the window the recurrent part reads, the last ones; all where missing. */
  recurrentWindow?: number;
  /** K */
  horizon: number;
  /** All K steps at once (`direct`), or one step fed back (`iterated`). */
  mode: (typeof MODES)[number];
  /** Where there are no quantiles: squared, absolute or Huber error, in scaled units. */
  loss: (typeof LOSSES)[number];
  /** Rising, 0.5 among them; empty for one number a step. */
  quantiles: number[];
  /** Names of the other inputs. */
  inputs: string[];
  /** Of the target, then of the other inputs. */
  scalings: Scaling[];
  /** Of the initial weights and of dropout; a whole number. */
  seed: number;
}

/** Errors of the forecasts over the whole horizon and by step, in scaled units and in those of the series. */
export interface ForecastMetrics extends ForecastErrors {
  /** What training makes small, on these windows (over the whole horizon). */
  loss: number;
  /** The same errors in the units of the series; the others are in scaled units. */
  original: ForecastErrors;
  /**
   * Where some values of the series were filled in: the errors, in its units, of the windows that read measured values alone; null
   * if there is none. The other figures are over all windows, and over measured values only.
   */
  undisturbed?: ForecastErrors | null;
  /** The share of values that fell below each quantile: near its level where the bands are right. */
  below?: Record<string, number>;
  /** Errors of the fitted linear map alone on these windows, in scaled units, where all steps are predicted at once. */
  linear?: Pick<ForecastErrors, 'mse' | 'mae'>;
  /** How much of what the recurrent part adds to the fitted map counts: 0 to 1, as validation said. */
  share?: number;
}

/** A forecast, in the units of the series. */
export interface Forecast {
  /** The next K values; with quantiles, medians. */
  values: number[];
  /** By level: the K values that the future is below with that probability. */
  quantiles?: Record<string, number[]>;
}

/** Defaults: FORECASTER_DEFAULTS; sizes, length and the like are chosen from the training part where nothing is said. */
export interface ForecasterOptions extends StackOptions, FitOptions<ForecastMetrics>, TimePartOptions {
  /** W: how many values it reads; a quarter of the training part, 336 at most, or a season and a quarter where three fit into the training part. */
  window?: number;
  /** How many of these the recurrent part reads, the last ones; all, or 96 beside a fitted map. */
  recurrentWindow?: number;
  /** K: how many it predicts; 12, or two thirds of the shortest part that is measured where that is less. */
  horizon?: number;
  /** All steps at once, or one step fed back; direct. */
  mode?: ForecasterConfig['mode'];
  /** Where no quantiles are given: squared (`mse`), absolute (`mae`) or Huber error; mse. */
  loss?: ForecasterConfig['loss'];
  /** Levels between 0 and 1, such as [0.1, 0.9], in direct mode; then the loss is theirs, and 0.5 joins them. */
  quantiles?: readonly number[];
  /** Of `relativeTo: 'season'`. */
  season?: number;
  /** What the network reads of the target: its values, the change from each to the next, or both; difference. */
  reads?: ForecasterConfig['reads'];
  /** What it predicts the distance from: the last value, the value one season before, or zero; last. */
  relativeTo?: ForecasterConfig['relativeTo'];
  /**
   * A linear map of the window beside the recurrent part (Lai et al. 2018, section 3.6), trained with it from zero on (`true`), or
   * fitted in closed form, so that the recurrent part learns what it leaves over, and counts as far as validation says (`fitted`);
   * fitted.
   */
  shortcut?: boolean | 'fitted';
  /** Of the target, measured on the training part: mean 0 and deviation 1, 0 to 1, or as it is; standard. Other inputs are always standardized. */
  scaling?: ScalingKind;
  /**
   * Applied to the target before scaling: `log` for a season that grows with the level, `log1p` where there are zeros;
   * none.
   */
  transform?: Transform;
}

export const FORECASTER_DEFAULTS = {
  horizon: 12,
  mode: 'direct',
  loss: 'mse',
  reads: 'difference',
  relativeTo: 'last',
  shortcut: 'fitted',
  scaling: 'standard',
  transform: 'none',
  cell: 'lstm',
  hiddenSize: 32,
  numLayers: 1,
  dropout: 0,
  batchSize: 64,
  optimizer: 'adam',
  learningRate: 3e-3,
  schedule: 'cosine',
  clipNorm: 1,
  seed: 0,
  validation: 0.2,
  validations: 10,
} as const satisfies Partial<ForecasterOptions>;

export type ResolvedForecasterOptions = ForecasterOptions &
  Required<Pick<ForecasterOptions, keyof typeof FORECASTER_DEFAULTS>>;

/** Errors: OPTION for a name that is none of the choices. */
export function checkChoices(o: ResolvedForecasterOptions): void {
  expectChoice(o.mode, 'mode', MODES);
  expectChoice(o.loss, 'loss', LOSSES);
  expectChoice(o.reads, 'reads', READS);
  expectChoice(o.relativeTo, 'relativeTo', RELATIVES);
  expectChoice(o.scaling, 'scaling', SCALINGS);
  expectChoice(o.transform, 'transform', TRANSFORMS);
  if (typeof o.shortcut !== 'boolean') expectChoice(o.shortcut, 'shortcut', ['fitted']);
}

/** The levels that the network learns. Errors: OPTION. */
export function quantileLevels(quantiles: readonly number[] | undefined): number[] {
  if (quantiles === undefined || quantiles.length === 0) return [];
  expectNumbers(quantiles, 'quantiles', 'as in [0.1, 0.9]');
  const wrong = quantiles.find((q) => !(q > 0 && q < 1));
  if (wrong !== undefined) {
    throw new UnrolledError(
      'OPTION',
      `expected quantiles between 0 and 1, received ${wrong}`,
      '0.1 and 0.9 hold four fifths between them',
    );
  }
  return [...new Set([...quantiles, 0.5])].sort((a, b) => a - b);
}

/** Errors: OPTION for choices that do not go together. */
export function checkForecaster(c: ForecasterConfig): void {
  const fail = (expected: string, received: string, help: string): never => {
    throw new UnrolledError('OPTION', `expected ${expected}, received ${received}`, help);
  };
  for (const name of ['window', 'horizon'] as const) {
    const least = name === 'window' ? 2 : 1;
    if (Number.isInteger(c[name]) && c[name] >= least) continue;
    fail(`a ${name} of ${least} or more`, shownValue(c[name]), 'give a whole number');
  }
  const { recurrentWindow = c.window } = c;
  if (!Number.isInteger(recurrentWindow) || recurrentWindow < 1 || recurrentWindow > c.window) {
    const expected = `a recurrentWindow from 1 to the window of ${c.window}`;
    fail(expected, shownValue(recurrentWindow), 'leave it out, and all of the window is read');
  }
  if (c.mode === 'iterated' && c.quantiles.length > 0) {
    fail(
      'direct mode for quantiles',
      'iterated',
      'iterating one step gives no quantiles of later steps: use direct mode',
    );
  }
  if (c.mode === 'iterated' && c.inputs.length > 0) {
    fail('direct mode for other inputs', 'iterated', 'their future is not known: use direct mode, or leave them out');
  }
  if (c.relativeTo !== 'season') return;
  const { season } = c;
  if (season === null || !Number.isInteger(season) || season < 1 || season > c.window) {
    fail(
      `a season from 1 to the window of ${c.window}`,
      String(season),
      'give a season, and a window at least as long',
    );
  }
}

/** Outputs of the network: steps × quantiles. */
export function outputCount({ mode, horizon, quantiles }: ForecasterConfig): number {
  return (mode === 'direct' ? horizon : 1) * Math.max(1, quantiles.length);
}

/** Which lags the linear map reads. */
export function lagSettings({ window, shortcut, inputWindow = 0 }: ForecasterConfig): LagSettings {
  return { window, level: shortcut === 'fitted', inputWindow };
}

export function channelsOf({ reads, inputs }: ForecasterConfig): number {
  return channelCount(reads, inputs.length);
}

/** Errors: FORMAT. */
export function readForecasterConfig(reader: ConfigReader): ForecasterConfig {
  const inputs = reader.texts('inputs');
  const scalings = reader.list('scalings');
  if (scalings.length !== inputs.length + 1) return reader.fail('a scaling for each input');
  return {
    ...reader.stack(),
    window: reader.size('window', 2),
    ...(reader.value('recurrentWindow') === undefined ? {} : { recurrentWindow: reader.size('recurrentWindow', 1) }),
    horizon: reader.size('horizon', 1),
    mode: reader.choice('mode', MODES),
    loss: reader.choice('loss', LOSSES),
    reads: reader.choice('reads', READS),
    relativeTo: reader.choice('relativeTo', RELATIVES),
    season: reader.value('season') === null ? null : reader.size('season', 1),
    differenceScale: reader.number('differenceScale', (x) => x > 0),
    shortcut: reader.value('shortcut') === 'fitted' ? 'fitted' : reader.flag('shortcut'),
    ...(reader.value('inputWindow') === undefined ? {} : { inputWindow: reader.size('inputWindow', 0) }),
    quantiles: reader.numbers('quantiles', (q) => q > 0 && q < 1),
    inputs,
    scalings: scalings.map((own) => ({
      transform: own.choice('transform', TRANSFORMS),
      offset: own.number('offset'),
      factor: own.number('factor', (x) => x > 0),
    })),
    seed: reader.seed(),
  };
}
