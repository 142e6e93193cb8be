// What stands around the network of a forecaster: from a history to scaled values, and from what the network gives to a forecast. Plain
// functions on numbers, which a module of its own uses too. Letters: W window, K horizon, Q quantiles (1 without).
import { baseOf, type Channels } from '../../data/forecastWindows.js';
import { scaleValues, unscaleValues } from '../../data/scaling.js';
import { UnrolledError } from '../../errors.js';
import { shownValue } from '../../expect.js';
import type { Forecast, ForecasterConfig, Series } from './options.js';

/** Q: numbers of each step. */
export function numbersPerStep({ quantiles }: Pick<ForecasterConfig, 'quantiles'>): number {
  return Math.max(1, quantiles.length);
}

/** Errors: TOO_SHORT for a history of `length` values, OPTION for more steps than direct mode has. */
export function requireForecast(length: number, steps: number, { window, mode, horizon }: ForecasterConfig): void {
  if (length < window) {
    throw new UnrolledError(
      'TOO_SHORT',
      `expected a history of at least ${window} values, received ${length}`,
      'give more of the series',
    );
  }
  if (Number.isInteger(steps) && steps >= 1 && (mode !== 'direct' || steps <= horizon)) return;
  const most = mode === 'direct' ? `from 1 to the horizon of ${horizon}` : 'of 1 or more';
  throw new UnrolledError(
    'OPTION',
    `expected steps ${most}, received ${shownValue(steps)}`,
    'train with a longer horizon, or in iterated mode',
  );
}

/** The target, then the other inputs. Errors: SHAPE for an input that is missing or of another length, RANGE. */
export function scaledChannels({ target, inputs = {} }: Series, config: ForecasterConfig): Float64Array[] {
  const [own, ...others] = config.scalings;
  return [
    scaleValues(target, own),
    ...config.inputs.map((name, i) => {
      const values = inputs[name] as ArrayLike<number> | undefined;
      if (values?.length === target.length) return scaleValues(values, others[i]);
      throw new UnrolledError(
        'SHAPE',
        `expected ${target.length} values of "${name}", received ${values?.length ?? 'none'}`,
        'give one for each value of the target',
      );
    }),
  ];
}

/**
 * What follows a place, where the network gives all steps at once: [steps · Q], scaled.
 * @param values what it gives [K · Q]
 */
export function directValues(
  channels: Channels,
  place: number,
  steps: number,
  values: ArrayLike<number>,
  config: ForecasterConfig,
): Float64Array {
  const Q = numbersPerStep(config);
  const result = new Float64Array(steps * Q);
  for (let k = 0; k < steps; k++) {
    const base = baseOf(channels, place, k, config);
    const own = result.subarray(k * Q, (k + 1) * Q);
    for (let q = 0; q < Q; q++) own[q] = base + values[k * Q + q];
    // Quantiles that cross are put in order (Chernozhukov, Fernández-Val and Galichon 2010).
    own.sort();
  }
  return result;
}

/** In the units of the series. @param scaled [steps · Q] */
export function forecastOf(scaled: Float64Array, steps: number, { quantiles, scalings }: ForecasterConfig): Forecast {
  const Q = numbersPerStep({ quantiles });
  const original = unscaleValues(scaled, scalings[0]);
  const column = (q: number): number[] => Array.from({ length: steps }, (_, k) => original[k * Q + q]);
  if (quantiles.length === 0) return { values: column(0) };
  const named = Object.fromEntries(quantiles.map((level, q) => [String(level), column(q)]));
  return { values: named['0.5'], quantiles: named };
}
