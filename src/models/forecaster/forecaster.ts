// Forecaster: the next K values of a series. Trains on windows of it, evaluates, predicts, streams, and is one file.
// Letters: W window, K horizon, Q quantiles (1 without), N rows.
import { UnrolledError } from '../../errors.js';
import { noGrad } from '../../autograd/tape.js';
import { ensureBackend } from '../../backend/choose.js';
import { baseOf, type Channels, networkInputs, windowLags } from '../../data/forecastWindows.js';
import { fitScaling, scaleValues, unscaleValues } from '../../data/scaling.js';
import { timeParts } from '../../data/timeParts.js';
import { ForecastErrorSum } from '../../metrics/forecastMetrics.js';
import { huber, mae, mse } from '../../nn/losses.js';
import { quantileLoss } from '../../nn/quantileLoss.js';
import { RandomCalls } from '../../nn/random.js';
import type { RecurrentState } from '../../nn/recurrent.js';
import { getPlatform } from '../../platform/platform.js';
import { fromData } from '../../tensor/create.js';
import { Philox } from '../../tensor/philox.js';
import { keep, scope } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { TrainingResult } from '../../train/trainer.js';
import { defined } from '../config.js';
import { FORECASTER_DEFAULTS } from '../defaults.js';
import { channelsOf, checkForecaster, type Forecast, type ForecasterConfig, type ForecasterOptions, type ForecastMetrics, outputCount, quantileLevels, readForecasterConfig, type ResolvedForecasterOptions, type Series } from './forecasterConfig.js'; // prettier-ignore
import { ForecasterNetwork } from './forecasterNetwork.js';
import { encodeModelFile, type ModelFile, openModelFile, weightsOf, withWeights } from '../modelFile.js';
import { cellConfig } from '../recurrentStack.js';
import { checkpointOf, type FileExtra, trainOnRows } from '../trainOnRows.js';

const EVALUATION_BATCH = 256;

export interface PredictOptions {
  /** How many values; the horizon. In iterated mode any number. */
  steps?: number;
  /** Reads the last window, as in training, or all of the history; window. */
  past?: 'window' | 'all';
}

/** Reads one value at a time. */
export interface ForecastStream {
  /** The forecast after this value; null before a window is full. */
  push(value: number, inputs?: Readonly<Record<string, number>>): Forecast | null;
  /** Gives the state back. */
  close(): void;
}

export class Forecaster {
  readonly task = 'forecast';
  readonly config: ForecasterConfig;
  readonly network: ForecasterNetwork;
  readonly calls: RandomCalls;
  /** How it was trained; null for a loaded one. */
  training: TrainingResult<ForecastMetrics> | null = null;

  constructor(config: ForecasterConfig) {
    checkForecaster(config);
    this.config = config;
    this.calls = new RandomCalls(config.seed);
    this.network = new ForecasterNetwork(config, channelsOf(config), outputCount(config), new Philox(config.seed), this.calls); // prettier-ignore
  }

  /**
   * Trains on the first part of a series; the parts after it are not trained on (timeParts says where they lie), and scaling is
   * fitted on the training part alone. Validation windows may look back into the training part.
   *
   *     const model = await Forecaster.fit({ target }, { window: 96, horizon: 24, test: 0.2 });
   *
   * Errors: TOO_SHORT where not one window fits, RANGE for values that are no numbers, OPTION.
   */
  static async fit(series: Series, options: ForecasterOptions): Promise<Forecaster> {
    await ensureBackend();
    const from = checkpointOf<ForecastMetrics, ForecasterOptions>(options);
    const o: ResolvedForecasterOptions = withDefaults(from?.options, options);
    const parts = timeParts(series.target.length, o);
    const model =
      options.resume === undefined
        ? Forecaster.#create(series, parts.train[1], o)
        : Forecaster.fromBytes(options.resume, 'the checkpoint');
    const { window, horizon } = model.config;
    const channels = model.#scaled(series);
    const count = parts.train[1] - window - model.#steps + 1;
    if (count < 1) {
      throw new UnrolledError('TOO_SHORT', `expected a training part of at least ${window + model.#steps} values, received ${parts.train[1]}`, 'use a smaller window, or a longer series'); // prettier-ignore
    }
    const [a, b] = parts.validation;
    const held = b - Math.max(a, window) >= horizon;
    model.training = await trainOnRows<ForecastMetrics, ResolvedForecasterOptions>(
      model,
      {
        lengths: new Uint8Array(count).fill(1),
        step(rows) {
          const places = rows.map((row) => window + row);
          return { loss: model.#loss(channels, places), tokens: places.length };
        },
        evaluate: () => (held ? model.#measure(series, channels, a, b) : null),
      },
      o,
      from,
    );
    return model;
  }

  static #create({ target, inputs = {} }: Series, end: number, o: ResolvedForecasterOptions): Forecaster {
    const { window, horizon, mode, loss, reads, relativeTo, shortcut, season = null } = o;
    const { cell, hiddenSize, numLayers, dropout, recurrent, seed } = o;
    const part = (values: ArrayLike<number>): Float64Array => Float64Array.from(values).subarray(0, end);
    const own = fitScaling(part(target), { kind: o.scaling, transform: o.transform });
    const names = Object.keys(inputs);
    const scaled = scaleValues(part(target), own);
    const differences = scaled.map((v, i) => (i === 0 ? 0 : v - scaled[i - 1])).subarray(1);
    return new Forecaster({
      ...cellConfig(cell, FORECASTER_DEFAULTS.cell),
      ...{ hiddenSize, numLayers, dropout, ...(recurrent === undefined ? {} : { recurrent }) },
      ...{ window, horizon, mode, loss, reads, relativeTo, shortcut, season, seed },
      differenceScale: differences.length === 0 ? 1 : fitScaling(differences).factor,
      quantiles: quantileLevels(o.quantiles),
      inputs: names,
      scalings: [own, ...names.map((name) => fitScaling(part(inputs[name])))],
    });
  }

  parameterCount(): number {
    return this.network.parameterCount();
  }

  /**
   * Errors of the forecasts of `target[from … to − 1]`: one window for each start, which may look back before `from`. In scaled
   * units, and in those of the series. Errors: TOO_SHORT without a window, SHAPE.
   */
  evaluate(series: Series, from = 0, to = series.target.length): ForecastMetrics {
    const { window, horizon } = this.config;
    if (to > series.target.length || to - Math.max(from, window) < horizon) {
      throw new UnrolledError('TOO_SHORT', `expected a window of ${window} and ${horizon} values after it up to ${to}, received a series of ${series.target.length} measured from ${from}`, 'give more of the series'); // prettier-ignore
    }
    this.network.eval();
    return this.#measure(series, this.#scaled(series), from, to);
  }

  /**
   * The values that follow a history of W values or more (of numbers, or with other inputs), in its units. For an asynchronous
   * iterable of histories, one forecast after the other. Errors: TOO_SHORT, OPTION for more steps than direct mode has.
   */
  predict(history: Series | readonly number[] | Float64Array, options?: PredictOptions): Forecast;
  predict(histories: AsyncIterable<Series>, options?: PredictOptions): AsyncGenerator<Forecast>;
  predict(
    history: Series | readonly number[] | Float64Array | AsyncIterable<Series>,
    options: PredictOptions = {},
  ): Forecast | AsyncGenerator<Forecast> {
    if (Symbol.asyncIterator in history) return this.#predictEach(history, options);
    const series: Series = 'target' in history ? history : { target: history };
    const { steps = this.config.horizon, past = 'window' } = options;
    const { length } = series.target;
    const { window, mode, horizon } = this.config;
    if (length < window) {
      throw new UnrolledError('TOO_SHORT', `expected a history of at least ${window} values, received ${length}`, 'give more of the series'); // prettier-ignore
    }
    if (!Number.isInteger(steps) || steps < 1 || (mode === 'direct' && steps > horizon)) {
      const most = mode === 'direct' ? `from 1 to the horizon of ${horizon}` : 'of 1 or more';
      throw new UnrolledError('OPTION', `expected steps ${most}, received ${steps}`, 'train with a longer horizon, or in iterated mode'); // prettier-ignore
    }
    this.network.eval();
    const scaled = this.#scaled(series);
    return scope(() => {
      return this.#forecast(this.#ahead(scaled, [length], steps, past === 'all' ? length : window), steps);
    });
  }

  async *#predictEach(histories: AsyncIterable<Series>, options: PredictOptions): AsyncGenerator<Forecast> {
    for await (const history of histories) yield this.predict(history, options);
  }

  /**
   * A forecast after each value, with the state carried: the same numbers as predict(all so far, { past: 'all' }) at the cost of
   * one step. After just W values that is predict() too; later the recurrent part remembers more than the window that it was
   * trained on, while the linear one reads the last W values.
   */
  stream(): ForecastStream {
    this.network.eval();
    const { window, horizon, inputs } = this.config;
    const recent: number[][] = this.config.scalings.map(() => []);
    let state: RecurrentState | null = null;
    const dispose = (old: RecurrentState | null): void =>
      old?.forEach((layer) => Object.values(layer).forEach((t) => t.dispose()));
    return {
      push: (value, given = {}) => {
        const next = [value, ...inputs.map((name) => given[name])];
        next.forEach((v, i) => recent[i].push(scaleValues([v ?? NaN], this.config.scalings[i])[0]));
        for (const list of recent) if (list.length > window + 1) list.shift();
        return scope(() => {
          const at = recent[0].length;
          const full = at >= window;
          const result = noGrad(() => this.#read(recent, [at], 1, state, full));
          for (const layer of result.state) for (const t of Object.values(layer)) keep(t);
          dispose(state);
          ({ state } = result);
          if (!full) return null;
          return this.#forecast(this.#goOn(recent, [at], horizon, result.output, result.state), horizon);
        });
      },
      close: () => {
        dispose(state);
        state = null;
      },
    };
  }

  /** The file's bytes: weights, configuration and scaling. */
  toBytes(extra: FileExtra = {}): Uint8Array {
    return encodeModelFile({
      kind: 'forecast',
      config: this.config,
      texts: [],
      checkpoint: extra.checkpoint,
      tensors: [...weightsOf(this.network), ...(extra.tensors ?? [])],
    });
  }

  /** Errors: FORMAT for a file that is damaged or not a forecaster's. */
  static fromBytes(bytes: Uint8Array, name: string): Forecaster {
    return Forecaster.fromFile(openModelFile(bytes, name), name);
  }

  static fromFile(file: ModelFile, name: string): Forecaster {
    if (file.kind !== 'forecast') {
      throw new UnrolledError('FORMAT', `expected a forecaster in ${name}, received a model of kind ${file.kind}`, 'name another file'); // prettier-ignore
    }
    const model = withWeights(file, name, () => new Forecaster(readForecasterConfig(file.config, name)));
    model.network.eval();
    return model;
  }

  /** Writes the file whole or not at all. Errors: IO. */
  async save(path: string): Promise<void> {
    await getPlatform().writeFileAtomic(path, this.toBytes());
  }

  /** Errors: NOT_FOUND, FORMAT. */
  static async load(path: string): Promise<Forecaster> {
    await ensureBackend();
    return Forecaster.fromBytes(await getPlatform().readFile(path), path);
  }

  /** Steps that the network predicts at once. */
  get #steps(): number {
    return this.config.mode === 'direct' ? this.config.horizon : 1;
  }

  get #perStep(): number {
    return Math.max(1, this.config.quantiles.length);
  }

  /** Errors: SHAPE for an input that is missing or of another length, RANGE. */
  #scaled({ target, inputs = {} }: Series): Float64Array[] {
    const [own, ...others] = this.config.scalings;
    return [
      scaleValues(target, own),
      ...this.config.inputs.map((name, i) => {
        const values = inputs[name] as ArrayLike<number> | undefined;
        if (values?.length === target.length) return scaleValues(values, others[i]);
        throw new UnrolledError('SHAPE', `expected ${target.length} values of "${name}", received ${values?.length ?? 'none'}`, 'give one for each value of the target'); // prettier-ignore
      }),
    ];
  }

  /** The network on `past` values before each place, from a state on: [N, C]. */
  #read(channels: Channels, places: ArrayLike<number>, past: number, state: RecurrentState | null, withLags = true) {
    const { config } = this;
    const N = places.length;
    // A step that goes on from a state reads its difference from the value before.
    const carried = state !== null;
    const x = networkInputs(channels, places, past + (carried ? 1 : 0), config);
    const F = channelsOf(config);
    const input = fromData(carried ? x.subarray(N * F) : x, [past, N, F]);
    const lags = withLags ? windowLags(channels, places, config.window) : new Float32Array(N * config.window);
    return this.network.forward(input, fromData(lags, [N, config.window]), state);
  }

  /** The network's loss on windows of the training part. */
  #loss(channels: Channels, places: Int32Array): Tensor {
    const { config } = this;
    const { output } = this.#read(channels, places, config.window, null);
    const Q = this.#perStep;
    const wanted = new Float32Array(output.size);
    for (let n = 0, i = 0; n < places.length; n++) {
      for (let k = 0; k < this.#steps; k++) {
        const value = channels[0][places[n] + k] - baseOf(channels, places[n], k, config);
        for (let q = 0; q < Q; q++) wanted[i++] = value;
      }
    }
    const target = fromData(wanted, output.shape);
    if (config.quantiles.length > 0) {
      const levels = Array.from({ length: this.#steps }, () => config.quantiles).flat();
      return quantileLoss(output, target, levels);
    }
    return { mse, mae, huber }[config.loss](output, target);
  }

  /** Scaled forecasts from each place: [N, steps, Q]. */
  #ahead(channels: Channels, places: readonly number[], steps: number, past: number): Float64Array {
    return noGrad(() => {
      const { output, state } = this.#read(channels, places, past, null);
      return this.#goOn(channels, places, steps, output, state);
    });
  }

  /** From the network's output at each place to `steps` values, fed back one by one in iterated mode. */
  #goOn(
    channels: Channels,
    places: readonly number[],
    steps: number,
    first: Tensor,
    state: RecurrentState,
  ): Float64Array {
    const { config } = this;
    const [N, Q] = [places.length, this.#perStep];
    const result = new Float64Array(N * steps * Q);
    if (config.mode === 'direct') {
      const values = first.data();
      for (let n = 0; n < N; n++) {
        for (let k = 0; k < steps; k++) {
          const base = baseOf(channels, places[n], k, config);
          const own = result.subarray((n * steps + k) * Q, (n * steps + k + 1) * Q);
          for (let q = 0; q < Q; q++) own[q] = base + values[(n * config.horizon + k) * Q + q];
          // Quantiles that cross are put in order (Chernozhukov, Fernández-Val and Galichon 2010).
          own.sort();
        }
      }
      return result;
    }
    // The rows' own pasts, one after the other, with room for what is predicted.
    const width = config.window + steps;
    const own = new Float64Array(N * width);
    for (let n = 0; n < N; n++) {
      for (let j = 0; j < config.window; j++) own[n * width + j] = channels[0][places[n] - config.window + j];
    }
    let output = first;
    let current = state;
    for (let k = 0; k < steps; k++) {
      const at = places.map((_, n) => n * width + config.window + k);
      const values = output.data();
      for (let n = 0; n < N; n++) own[at[n]] = result[n * steps + k] = values[n] + baseOf([own], at[n], 0, config);
      if (k + 1 < steps) {
        const next = at.map((place) => place + 1);
        ({ output, state: current } = noGrad(() => this.#read([own], next, 1, current)));
      }
    }
    return result;
  }

  /** One row in the units of the series. */
  #forecast(scaled: Float64Array, steps: number): Forecast {
    const { quantiles, scalings } = this.config;
    const Q = this.#perStep;
    const original = unscaleValues(scaled, scalings[0]);
    const column = (q: number): number[] => Array.from({ length: steps }, (_, k) => original[k * Q + q]);
    if (quantiles.length === 0) return { values: column(0) };
    const named = Object.fromEntries(quantiles.map((level, q) => [String(level), column(q)]));
    return { values: named['0.5'], quantiles: named };
  }

  #measure({ target }: Series, channels: Channels, from: number, to: number): ForecastMetrics {
    const { window, horizon: K, quantiles, loss, scalings } = this.config;
    const Q = this.#perStep;
    const middle = Math.max(0, quantiles.indexOf(0.5));
    const [scaledErrors, errors] = [new ForecastErrorSum(K), new ForecastErrorSum(K)];
    const below = new Float64Array(Q);
    let total = 0;
    for (let start = Math.max(from, window); start + K <= to; start += EVALUATION_BATCH) {
      const count = Math.min(EVALUATION_BATCH, to - K - start + 1);
      const places = Array.from({ length: count }, (_, n) => start + n);
      const values = scope(() => this.#ahead(channels, places, K, window));
      for (const [n, place] of places.entries()) {
        const row = values.subarray(n * K * Q, (n + 1) * K * Q);
        const point = Float64Array.from({ length: K }, (_, k) => row[k * Q + middle]);
        scaledErrors.add(point, channels[0], place);
        errors.add(unscaleValues(point, scalings[0]), target, place);
        for (let i = 0; i < row.length; i++) {
          const d = channels[0][place + Math.floor(i / Q)] - row[i];
          if (d < 0) below[i % Q]++;
          total += lossOf(d, quantiles[i % Q], loss);
        }
      }
    }
    const result = scaledErrors.result();
    const count = result.windows * K;
    return {
      ...result,
      loss: total / (count * Q),
      original: errors.result(),
      ...(quantiles.length === 0
        ? {}
        : { below: Object.fromEntries(quantiles.map((q, i) => [String(q), below[i] / count])) }),
    };
  }
}

/** Of one distance, as the losses of nn have it. */
function lossOf(d: number, level: number | undefined, loss: ForecasterConfig['loss']): number {
  if (level !== undefined) return Math.max(level * d, (level - 1) * d);
  if (loss === 'mse') return d * d;
  if (loss === 'mae') return Math.abs(d);
  return Math.abs(d) <= 1 ? (d * d) / 2 : Math.abs(d) - 0.5;
}

/** What was given goes before what the checkpoint holds, and that before the defaults. */
function withDefaults(stored: Partial<ForecasterOptions> = {}, options: ForecasterOptions): ResolvedForecasterOptions {
  return { ...options, ...FORECASTER_DEFAULTS, ...defined(stored), ...defined(options) };
}
