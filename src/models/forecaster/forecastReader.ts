// What a forecaster computes on scaled values: the network on windows, and its outputs as the values that follow.
// Letters: W window, K horizon, Q quantiles (1 without), N places, F channels.
import { noGrad } from '../../autograd/tape.js';
import { baseOf, type Channels, lagCount, networkInputs, windowLags } from '../../data/forecastWindows.js';
import { huber, mae, mse } from '../../nn/losses.js';
import { quantileLoss } from '../../nn/quantileLoss.js';
import type { RecurrentState } from '../../nn/recurrent.js';
import { fromData } from '../../tensor/create.js';
import type { HostArray } from '../../tensor/device.js';
import { readAndDispose, type Reading } from '../../tensor/readAll.js';
import { scope } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { ForecasterNetwork, ForecastOutput } from './forecasterNetwork.js';
import { directValues, numbersPerStep } from './forecastValues.js';
import { channelsOf, type ForecasterConfig, lagSettings } from './options.js';

/** Forecasts of several places: [N, steps, Q]. */
export interface Ahead {
  values: Float64Array;
  linear: Float64Array | null;
}

export class ForecastReader {
  readonly #config: ForecasterConfig;
  readonly #network: ForecasterNetwork;

  constructor(config: ForecasterConfig, network: ForecasterNetwork) {
    this.#config = config;
    this.#network = network;
  }

  /** Steps that the network predicts at once. */
  get steps(): number {
    return this.#config.mode === 'direct' ? this.#config.horizon : 1;
  }

  /** Values before a place that the recurrent part reads. */
  get past(): number {
    return this.#config.recurrentWindow ?? this.#config.window;
  }

  /** Q: numbers of each step. */
  get perStep(): number {
    return numbersPerStep(this.#config);
  }

  /** The network on `past` values before each place, from a state on: [N, C]. */
  read(
    channels: Channels,
    places: ArrayLike<number>,
    past: number,
    state: RecurrentState | null,
    withLags = true,
  ): ForecastOutput {
    const config = this.#config;
    const N = places.length;
    // A step that goes on from a state reads its difference from the value before.
    const carried = state !== null;
    const x = networkInputs(channels, places, past + (carried ? 1 : 0), config);
    const F = channelsOf(config);
    const input = fromData(carried ? x.subarray(N * F) : x, [past, N, F]);
    const settings = lagSettings(config);
    const P = lagCount(settings, config.inputs.length);
    const lags = withLags ? windowLags(channels, places, settings) : new Float32Array(N * P);
    return this.#network.forward(input, fromData(lags, [N, P]), state);
  }

  /** The network's loss on the windows before these places. */
  loss(channels: Channels, places: Int32Array): Tensor {
    const config = this.#config;
    const { output } = this.read(channels, places, this.past, null);
    const Q = this.perStep;
    const wanted = new Float32Array(output.size);
    for (let n = 0, i = 0; n < places.length; n++) {
      for (let k = 0; k < this.steps; k++) {
        const value = channels[0][places[n] + k] - baseOf(channels, places[n], k, config);
        for (let q = 0; q < Q; q++) wanted[i++] = value;
      }
    }
    const target = fromData(wanted, output.shape);
    if (config.quantiles.length > 0) {
      const levels = Array.from({ length: this.steps }, () => config.quantiles).flat();
      return quantileLoss(output, target, levels);
    }
    return { mse, mae, huber }[config.loss](output, target);
  }

  /**
   * Scaled forecasts from each place: [N, steps, Q]; those of the linear map alone too, where there is a fitted one that predicts all
   * steps at once.
   */
  *ahead(channels: Channels, places: readonly number[], steps: number, past: number): Reading<Ahead> {
    const { output, linear, state } = scope(() => noGrad(() => this.read(channels, places, past, null)));
    try {
      const values = yield* this.goOn(channels, places, steps, output, state);
      const isAlone = linear !== null && this.#config.mode === 'direct';
      return { values, linear: isAlone ? this.#direct(channels, places, steps, yield linear) : null };
    } finally {
      linear?.dispose();
      disposeState(state);
    }
  }

  /**
   * From the network's output at each place to `steps` values, fed back one by one in iterated mode: [N, steps, Q].
   * @param first is given back
   */
  *goOn(
    channels: Channels,
    places: readonly number[],
    steps: number,
    first: Tensor,
    state: RecurrentState,
  ): Reading<Float64Array> {
    return this.#config.mode === 'direct'
      ? this.#direct(channels, places, steps, yield* readAndDispose(first))
      : yield* this.#iterated(channels, places, steps, first, state);
  }

  /** @param values of the network's output [N, C] */
  #direct(channels: Channels, places: readonly number[], steps: number, values: HostArray): Float64Array {
    const config = this.#config;
    const size = steps * this.perStep;
    const width = config.horizon * this.perStep;
    const result = new Float64Array(places.length * size);
    for (const [n, place] of places.entries()) {
      const own = values.subarray(n * width, (n + 1) * width);
      result.set(directValues(channels, place, steps, own, config), n * size);
    }
    return result;
  }

  *#iterated(
    channels: Channels,
    places: readonly number[],
    steps: number,
    first: Tensor,
    state: RecurrentState,
  ): Reading<Float64Array> {
    const config = this.#config;
    const N = places.length;
    const result = new Float64Array(N * steps);
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
      const values = yield* readAndDispose(output);
      for (let n = 0; n < N; n++) own[at[n]] = result[n * steps + k] = values[n] + baseOf([own], at[n], 0, config);
      if (k + 1 < steps) {
        const next = at.map((place) => place + 1);
        const before = current;
        ({ output, state: current } = scope(() => noGrad(() => this.read([own], next, 1, before))));
        if (before !== state) disposeState(before);
      }
    }
    if (current !== state) disposeState(current);
    return result;
  }
}

function disposeState(state: RecurrentState): void {
  for (const layer of state) for (const t of Object.values(layer)) t.dispose();
}
