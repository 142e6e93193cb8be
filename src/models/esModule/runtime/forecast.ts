// What the module of a forecaster runs; windows, scaling and what a forecast is relative to are the library's own functions.
// Letters: F channels, W window, K horizon, Q quantiles (1 without).
import { baseOf, type Channels, networkInputs, windowLags } from '../../../data/forecastWindows.js';
import { directValues, forecastOf, requireForecast, scaledChannels } from '../../forecaster/forecastValues.js';
import {
  channelsOf,
  type Forecast,
  type ForecasterConfig,
  lagSettings,
  type Series,
  seriesOf,
  type Values,
} from '../../forecaster/options.js';
import { linear, type ModuleLinear, type Stack, sum } from '../layers.js';

export * from '../layers.js';

/** What `ForecasterNetwork.writeModule` writes. */
export interface ModuleForecaster {
  rnn: Stack;
  head: ModuleLinear;
  /** The linear map of the window. */
  shortcut: ModuleLinear | null;
  /** How much of the recurrent part counts. */
  share: number;
}

/** What a module of a forecaster exports. */
export function model(network: ModuleForecaster, config: ForecasterConfig) {
  const { window, horizon, mode, inputs, quantiles, recurrentWindow = window } = config;
  return {
    settings: { window, horizon, mode, inputs, quantiles },
    /**
     * The values that follow a history, as `model.predict(history, { steps })` has them.
     * Errors: TOO_SHORT; OPTION for more steps than direct mode has; SHAPE, RANGE.
     */
    forecast(history: Series | Values, steps = horizon): Forecast {
      const series = seriesOf(history);
      const { length } = series.target;
      requireForecast(length, steps, config);
      const channels = scaledChannels(series, config);
      const first = read(network, config, channels, length, recurrentWindow);
      const values =
        mode === 'direct'
          ? directValues(channels, length, steps, first.output, config)
          : iterated(network, config, channels[0].subarray(length - window), steps, first);
      return forecastOf(values, steps, config);
    },
  };
}

interface ModuleRead {
  /** [K · Q], or [1] of one step. */
  output: Float32Array;
  state: Float32Array[];
}

/** The network on `past` values before a place, from a state on. */
function read(
  { rnn, head, shortcut, share }: ModuleForecaster,
  config: ForecasterConfig,
  channels: Channels,
  place: number,
  past: number,
  from?: readonly Float32Array[],
): ModuleRead {
  const F = channelsOf(config);
  // A step that goes on from a state reads its difference from the value before.
  const before = from === undefined ? 0 : 1;
  const x = networkInputs(channels, [place], past + before, config);
  const xs = Array.from({ length: past }, (_, t) => x.subarray((t + before) * F, (t + before + 1) * F));
  const { outputs, state } = rnn.read(xs, from);
  const own = linear(head, outputs[past - 1]).map((value) => value * share);
  if (shortcut === null) return { output: own, state };
  return { output: sum(own, linear(shortcut, windowLags(channels, [place], lagSettings(config)))), state };
}

/** One step fed back again and again: [steps]. @param past the last W values */
function iterated(
  network: ModuleForecaster,
  config: ForecasterConfig,
  past: Float64Array,
  steps: number,
  first: ModuleRead,
): Float64Array {
  const W = past.length;
  const values = new Float64Array(W + steps);
  values.set(past);
  let { output, state } = first;
  for (let at = W; at < W + steps; at++) {
    values[at] = output[0] + baseOf([values], at, 0, config);
    if (at + 1 < W + steps) ({ output, state } = read(network, config, [values], at + 1, 1, state));
  }
  return values.subarray(W);
}
