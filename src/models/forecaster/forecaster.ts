// Forecaster: the next K values of a series; from windows of it, or value by value.
// Letters: W window, K horizon, Q quantiles (1 without), N rows.
import { UnrolledError } from '../../errors.js';
import { expectObject, type Names, optionsOf, pick } from '../../expect.js';
import { noGrad } from '../../autograd/tape.js';
import { Fingerprint } from '../../data/fingerprint.js';
import type { Channels } from '../../data/forecastWindows.js';
import { differenceScale, fitScaling, scaleValues, unscaleValues } from '../../data/scaling.js';
import { TIME_PART_OPTIONS, type TimeParts, timeParts } from '../../data/timeParts.js';
import { ForecastErrorSum } from '../../metrics/forecastMetrics.js';
import type { Recurrent } from '../../nn/recurrent.js';
import { requireNumber } from '../../range.js';
import { alreadyRead, atOnce, inTurn, type Reading, requireAnswers } from '../../tensor/readAll.js';
import { scope } from '../../tensor/scope.js';
import { CarriedState } from '../carriedState.js';
import { Model, requireMade } from '../model.js';
import { FIT_OPTIONS, STACK_OPTIONS } from '../options.js';
import { cellConfig, stackConfig } from '../recurrentStack.js';
import { learnRows, partOfMean } from '../rows.js';
import { defineTask, type Lesson, type TaskTypes } from '../task.js';
import { CAUTION, chooseShare, type Judged } from './chooseShare.js';
import { ForecasterNetwork, type ForecastOutput } from './forecasterNetwork.js';
import { ForecastReader } from './forecastReader.js';
import { forecastOf, requireForecast, scaledChannels } from './forecastValues.js';
import { fitLinearPart, type LinearPart } from './linearPart.js';
import { chooseFor } from './chooseForecaster.js';
import { batchesOf, filledWindows, lossOf, type Measured } from './measuredWindows.js';
import { mapOfLags } from './mapOfLags.js';
import {
  channelsOf,
  checkChoices,
  checkForecaster,
  type Forecast,
  FORECASTER_DEFAULTS,
  type ForecasterConfig,
  type ForecasterOptions,
  type ForecastMetrics,
  outputCount,
  quantileLevels,
  readForecasterConfig,
  type ResolvedForecasterOptions as Resolved,
  type Series,
  seriesOf,
  type Values,
} from './options.js';
import { chooseInputWindow, chooseRecurrentWindow, chooseWindow, seasonOf } from './rules.js';

/** Windows of the validation part that are measured while training, evenly spread where there are more: neighbours say nearly the same. */
const VALIDATION_WINDOWS = 4096;

/** How far to forecast, and how much of the past the model reads. */
export interface PredictOptions {
  /** How many values; the horizon. In iterated mode any number. */
  steps?: number;
  /** What the recurrent part reads: the end of the window, as in training, or all of the history; window. */
  past?: 'window' | 'all';
}

/** Which forecasts are measured: those of `target[from … to − 1]`; all of the series. */
export interface EvaluateRange {
  /** The first index; 0. A forecast needs a window of W values before it: the first W values are never measured. */
  from?: number;
  /** The index after the last one; the length of the series. */
  to?: number;
}

/** Reads one value at a time. */
export interface ForecastStream {
  /** The forecast after this value; null before a window is full. */
  push(value: number, inputs?: Readonly<Record<string, number>>): Forecast | null;
  /** The same on every backend. */
  pushAsync(value: number, inputs?: Readonly<Record<string, number>>): Promise<Forecast | null>;
  /** Gives the state back. */
  close(): void;
}

const OPTIONS: Names<ForecasterOptions> = {
  ...STACK_OPTIONS,
  ...FIT_OPTIONS,
  ...TIME_PART_OPTIONS,
  ...{
    window: true,
    recurrentWindow: true,
    horizon: true,
    mode: true,
    loss: true,
    quantiles: true,
    season: true,
    reads: true,
  },
  ...{ relativeTo: true, shortcut: true, scaling: true, transform: true },
};
const PREDICT_OPTIONS: Names<PredictOptions> = { steps: true, past: true };
const EVALUATE_OPTIONS: Names<EvaluateRange> = { from: true, to: true };

/** The types of `Forecaster`: what it takes, answers and measures. */
export interface ForecastTask extends TaskTypes {
  config: ForecasterConfig;
  /** @internal */
  network: ForecasterNetwork;
  data: Series | Values;
  metrics: ForecastMetrics;
  evaluation: ForecastMetrics;
  evaluateOptions: EvaluateRange;
  input: Series | Values;
  answer: Forecast;
  predictOptions: PredictOptions;
}

/**
 * The next K values of a series. `fit` trains on the first part; the parts after it are not trained on (timeParts says where they
 * lie), and scaling is fitted on the training part alone. Validation windows may look back into the training part.
 *
 *     const model = await Forecaster.fit({ target }, { window: 96, horizon: 24, test: 0.2 });
 *     model.predict(target).values;
 *
 * `fit` has the errors TOO_SHORT where not one window fits, RANGE for values that are no numbers, OPTION.
 */
export class Forecaster extends Model<ForecastTask> {
  readonly task = 'forecast';
  readonly #reader: ForecastReader;

  /**
   * What the table of tasks holds: the name `forecast`, the defaults of `fit`, and how a model is opened, made for data and
   * trained.
   * @internal
   */
  static readonly definition = defineTask<Forecaster, Series | Values, ForecasterOptions>({
    task: 'forecast',
    noun: 'a forecaster',
    defaults: FORECASTER_DEFAULTS,
    options: OPTIONS,
    epochs: 10,
    build: (config) => new Forecaster(readForecasterConfig(config)),
    choose: (data, given) => chooseFor(seriesOf(data), given),
    prepare(data, options) {
      const o = options as Resolved;
      const series = seriesOf(data);
      checkChoices(o);
      const parts = timeParts(series.target.length, pick(o, TIME_PART_OPTIONS));
      const end = parts.train[1];
      return {
        create: () => Forecaster.#create(series, parts, o),
        lesson: (model) => model.#lesson(series, end, parts.validation, o),
      };
    },
  });

  constructor(config: ForecasterConfig) {
    requireMade(config, [], ['quantiles', 'inputs', 'scalings']);
    checkForecaster(config);
    super(config, [], (rng, calls) => {
      const sizes = { outputs: outputCount(config), inputs: config.inputs.length };
      return new ForecasterNetwork(config, channelsOf(config), sizes, rng, calls);
    });
    this.#reader = new ForecastReader(config, this.network);
  }

  static #create({ target, inputs = {} }: Series, parts: TimeParts, o: Resolved): Forecaster {
    const { horizon, mode, loss, reads, relativeTo, shortcut, season = null, cell, seed } = o;
    const end = parts.train[1];
    const part = (values: ArrayLike<number>): Float64Array => Float64Array.from(values).subarray(0, end);
    const window = o.window ?? chooseWindow({ train: end, season }, horizon);
    const { recurrentWindow = shortcut === 'fitted' ? chooseRecurrentWindow(window) : window } = o;
    const own = fitScaling(part(target), { kind: o.scaling, transform: o.transform });
    const names = Object.keys(inputs);
    const inputWindow = shortcut === 'fitted' ? chooseInputWindow(names.length, window) : 0;
    const model = new Forecaster({
      ...cellConfig(cell, FORECASTER_DEFAULTS.cell),
      ...stackConfig(o),
      ...{ window, horizon, mode, loss, reads, relativeTo, shortcut, season, seed },
      ...(recurrentWindow === window ? {} : { recurrentWindow }),
      ...(inputWindow > 0 ? { inputWindow } : {}),
      differenceScale: differenceScale(scaleValues(part(target), own), own),
      quantiles: quantileLevels(o.quantiles),
      inputs: names,
      scalings: [own, ...names.map((name) => fitScaling(part(inputs[name])))],
    });
    // Where not one window fits, the lesson says so.
    if (shortcut === 'fitted' && end >= window + model.#reader.steps) model.#fitLinear({ target, inputs }, parts);
    return model;
  }

  /** The linear map of the window, in closed form. */
  #fitLinear(series: Series, parts: TimeParts): void {
    const { config } = this;
    const known = knownPart(series, parts);
    const linear = linearPart(this.#scaled(known), config, parts);
    const { weight, bias } = mapOfLags(this.#scaled(known), linear, config, parts.train[1]);
    this.network.setLinear(weight, bias);
  }

  #lesson(series: Series, end: number, [a, b]: readonly [number, number], o: Resolved): Lesson<ForecastMetrics> {
    const { window, horizon } = this.config;
    const { steps } = this.#reader;
    const channels = this.#scaled(series);
    const count = end - window - steps + 1;
    if (count < 1) {
      throw new UnrolledError(
        'TOO_SHORT',
        `expected a training part of at least ${window + steps} values, received ${end}`,
        'use a smaller window, or a longer series',
      );
    }
    const held = b - Math.max(a, window) >= horizon;
    if (!held) this.network.share = CAUTION;
    const measured = { from: a, to: b, every: Math.ceil((b - a) / VALIDATION_WINDOWS) };
    return learnRows(
      {
        data: { training: fingerprint(series, 0, end), validation: fingerprint(series, a, b) },
        lengths: new Uint8Array(count).fill(1),
        step: (rows, all) => {
          const places = rows.map((row) => window + row);
          const loss = partOfMean(this.#reader.loss(channels, places), rows.length, all.length);
          return { loss, tokens: places.length };
        },
        evaluate: () => (held ? this.#validate(series, channels, measured) : null),
      },
      o,
    );
  }

  *#validate(series: Series, channels: Channels, measured: Measured): Reading<ForecastMetrics> {
    yield* this.#chooseShare(channels, measured);
    return yield* this.#measureScaled(series, channels, measured);
  }

  /** How much of the recurrent part counts, by these windows. */
  *#chooseShare(channels: Channels, measured: Measured): Reading<void> {
    const { config, network } = this;
    if (config.shortcut !== 'fitted' || config.mode !== 'direct') return;
    const { horizon: K, quantiles, loss } = config;
    const Q = this.#reader.perStep;
    network.share = 1;
    const judged: Judged[] = [];
    for (const places of batchesOf(measured, config)) {
      const { values, linear } = yield* this.#reader.ahead(channels, places, K, this.#reader.past);
      if (linear === null) return;
      for (const [n, place] of places.entries()) {
        const row = [n * K * Q, (n + 1) * K * Q] as const;
        judged.push({ place, whole: values.subarray(...row), linear: linear.subarray(...row) });
      }
    }
    const target = channels[0];
    network.share = chooseShare(judged, Math.ceil(K / (measured.every ?? 1)), (value, { place }, i) => {
      return lossOf(target[place + Math.floor(i / Q)] - value, quantiles[i % Q], loss);
    });
  }

  recurrents(): Record<string, Recurrent> {
    return { 'rnn.': this.network.recurrent };
  }

  /** The values of the last window. */
  steps(series: Series | Values): string[] {
    return Array.from(seriesOf(series).target, String).slice(-this.config.window);
  }

  /**
   * Errors of the forecasts of `target[from … to − 1]`: one window for each start, which may look back before `from`. In scaled
   * units, and in those of the series. Errors: TOO_SHORT without a window, SHAPE.
   */
  override evaluate(series: Series | Values, range?: EvaluateRange): ForecastMetrics;
  override evaluate(series: Series | Values, from: number, to?: number): ForecastMetrics;
  override evaluate(series: Series | Values, range: EvaluateRange | number = {}, to?: number): ForecastMetrics {
    return super.evaluate(series, typeof range === 'number' ? { from: range, to } : range);
  }

  protected *measure(data: Series | Values, range: EvaluateRange): Reading<ForecastMetrics> {
    const series = seriesOf(data);
    const { from = 0, to = series.target.length } = optionsOf(range, EVALUATE_OPTIONS, 'evaluate');
    requireNumber('from', from, { min: 0, whole: true }, 'give an index of the series');
    requireNumber('to', to, { min: 0, whole: true }, 'give the index after the last value');
    const { window, horizon } = this.config;
    if (to > series.target.length || to - Math.max(from, window) < horizon) {
      throw new UnrolledError(
        'TOO_SHORT',
        `expected a window of ${window} and ${horizon} values after it up to ${to}, received a series of ${series.target.length} measured from ${from}`,
        'give more of the series',
      );
    }
    return yield* this.#measureScaled(series, this.#scaled(series), { from, to });
  }

  /**
   * The values that follow a history of W values or more (of numbers, or with other inputs), in its units; several histories, or an
   * asynchronous iterable of them, give a forecast each. Errors: TOO_SHORT, OPTION for more steps than direct mode has.
   */
  override predict(histories: readonly (Series | Values)[], options?: PredictOptions): Forecast[];
  override predict(histories: AsyncIterable<Series | Values>, options?: PredictOptions): AsyncGenerator<Forecast>;
  override predict(history: Series | Values, options?: PredictOptions): Forecast;
  override predict(
    history: readonly (Series | Values)[] | AsyncIterable<Series | Values> | Series | Values,
    options?: PredictOptions,
  ): Forecast[] | AsyncGenerator<Forecast> | Forecast {
    // Whatever is no list is refused there, as for every model.
    if (typeof history !== 'object' || history === null) return super.predict(history, options);
    if (Symbol.asyncIterator in history) return super.predict(history, options);
    if ('target' in history) return super.predict([history], options)[0];
    if (isHistories(history)) return super.predict(history, options);
    return super.predict([history], options)[0];
  }

  /** The same for lists of histories and single ones, on every backend. */
  override predictAsync(histories: readonly (Series | Values)[], options?: PredictOptions): Promise<Forecast[]>;
  override predictAsync(history: Series | Values, options?: PredictOptions): Promise<Forecast>;
  override async predictAsync(
    history: readonly (Series | Values)[] | Series | Values,
    options?: PredictOptions,
  ): Promise<Forecast[] | Forecast> {
    if (typeof history !== 'object' || history === null) return super.predictAsync(history, options);
    if (!('target' in history) && isHistories(history)) return super.predictAsync(history, options);
    return (await super.predictAsync([history], options))[0];
  }

  protected *answer(histories: readonly (Series | Values)[], given: PredictOptions): Reading<Forecast[]> {
    const options = optionsOf(given, PREDICT_OPTIONS, 'predict');
    const forecasts: Forecast[] = [];
    for (const history of histories) forecasts.push(yield* this.#forecastAfter(seriesOf(history), options));
    return forecasts;
  }

  *#forecastAfter(series: Series, { steps = this.config.horizon, past = 'window' }: PredictOptions): Reading<Forecast> {
    const { length } = series.target;
    requireForecast(length, steps, this.config);
    const scaled = this.#scaled(series);
    const read = past === 'all' ? length : this.#reader.past;
    const { values } = yield* this.#reader.ahead(scaled, [length], steps, read);
    return forecastOf(values, steps, this.config);
  }

  /**
   * A forecast after each value, with the state carried: the same numbers as predict(all so far, { past: 'all' }) at the cost of
   * one step. After just W values that is predict() too, where the recurrent part reads all of them; later the recurrent part remembers more than the window that it was
   * trained on, while the linear one reads the last W values.
   */
  stream(): ForecastStream {
    const { window, horizon, inputs } = this.config;
    const recent: number[][] = this.config.scalings.map(() => []);
    const carried = new CarriedState();
    const after = (value: number, given: Readonly<Record<string, number>>): Reading<Forecast | null> => {
      expectObject(given, 'the other inputs', 'give them by name: { temperature: 21 }');
      const next = [value, ...inputs.map((name) => given[name])];
      next.forEach((v, i) => recent[i].push(scaleValues([v ?? NaN], this.config.scalings[i])[0]));
      for (const list of recent) if (list.length > window + 1) list.shift();
      const at = recent[0].length;
      const full = at >= window;
      const read = (): ForecastOutput => this.#reader.read(recent, [at], 1, carried.current, full);
      const { output, state, linear } = this.evaluating(() => scope(() => noGrad(read)));
      linear?.dispose();
      carried.replace(state);
      if (full) return this.#read(this.#reader.goOn(recent, [at], horizon, output, state));
      output.dispose();
      return alreadyRead(null);
    };
    return {
      push: (value, given = {}) => {
        requireAnswers('push', 'await stream.pushAsync(value)');
        return this.evaluating(() => atOnce(after(value, given)));
      },
      pushAsync: (value, given = {}) => inTurn(this.evaluatingEach(after(value, given))),
      close: () => {
        carried.replace(null);
      },
    };
  }

  #scaled(series: Series): Float64Array[] {
    return scaledChannels(series, this.config);
  }

  *#read(scaled: Reading<Float64Array>): Reading<Forecast> {
    return forecastOf(yield* scaled, this.config.horizon, this.config);
  }

  *#measureScaled({ target, filled }: Series, channels: Channels, measured: Measured): Reading<ForecastMetrics> {
    const { window, horizon: K, quantiles, loss, scalings } = this.config;
    const Q = this.#reader.perStep;
    const middle = Math.max(0, quantiles.indexOf(0.5));
    const [scaledErrors, errors, undisturbed, alone] = [0, 0, 0, 0].map(() => new ForecastErrorSum(K));
    const readsFilled = filledWindows(filled, window);
    const below = new Float64Array(Q);
    let total = 0;
    for (const places of batchesOf(measured, this.config)) {
      const { values, linear } = yield* this.#reader.ahead(channels, places, K, this.#reader.past);
      for (const [n, place] of places.entries()) {
        const row = values.subarray(n * K * Q, (n + 1) * K * Q);
        const pointOf = (all: Float64Array): Float64Array =>
          Float64Array.from({ length: K }, (_, k) => all[(n * K + k) * Q + middle]);
        const point = pointOf(values);
        scaledErrors.add(point, channels[0], place, filled);
        if (linear !== null) alone.add(pointOf(linear), channels[0], place, filled);
        const original = unscaleValues(point, scalings[0]);
        errors.add(original, target, place, filled);
        if (!readsFilled(place)) undisturbed.add(original, target, place, filled);
        for (let i = 0; i < row.length; i++) {
          const at = place + Math.floor(i / Q);
          if (filled !== undefined && filled[at] !== 0) continue;
          const d = channels[0][at] - row[i];
          if (d < 0) below[i % Q]++;
          total += lossOf(d, quantiles[i % Q], loss);
        }
      }
    }
    const result = scaledErrors.result();
    const count = result.values;
    const clean = undisturbed.result();
    const linearErrors = alone.result();
    return {
      ...result,
      loss: total / (count * Q),
      original: errors.result(),
      ...(filled === undefined ? {} : { undisturbed: clean.windows > 0 ? clean : null }),
      ...(quantiles.length === 0
        ? {}
        : { below: Object.fromEntries(quantiles.map((q, i) => [String(q), below[i] / count])) }),
      ...(linearErrors.windows === 0
        ? {}
        : { linear: { mse: linearErrors.mse, mae: linearErrors.mae }, share: this.network.share }),
    };
  }
}

/** What may be known before the test part: training and validation part. */
function knownPart({ target, inputs = {} }: Series, parts: TimeParts): Series {
  const known = (values: ArrayLike<number>): Float64Array => Float64Array.from(values).subarray(0, parts.validation[1]);
  const others = Object.entries(inputs).map(([name, values]) => [name, known(values)]);
  return { target: known(target), inputs: Object.fromEntries(others) as Series['inputs'] };
}

type LinearSettings = Pick<ForecasterConfig, 'window' | 'horizon' | 'mode' | 'inputWindow' | 'season'>;

function linearPart(channels: Channels, config: LinearSettings, parts: TimeParts): LinearPart {
  const { window, horizon, mode, inputWindow = 0, season } = config;
  return fitLinearPart(channels, {
    ...{ window, inputWindow, horizon: mode === 'direct' ? horizon : 1 },
    ...{ train: parts.train[1], validation: parts.validation[1] },
    season: season ?? seasonOf(Array.from({ length: parts.train[1] }, (_, i) => channels[0][i])),
  });
}

function isHistories(values: readonly (Series | Values)[] | Values): values is readonly (Series | Values)[] {
  return Array.isArray(values) && typeof values[0] === 'object';
}

function fingerprint({ target, inputs = {}, filled }: Series, from: number, to: number) {
  const print = new Fingerprint();
  const add = (values: ArrayLike<number>): void => {
    print.numbers(Float64Array.from({ length: to - from }, (_, i) => values[from + i]));
  };
  add(target);
  for (const [name, values] of Object.entries(inputs)) {
    print.text(name);
    add(values);
  }
  if (filled !== undefined) add(filled);
  return print.part(to - from);
}
