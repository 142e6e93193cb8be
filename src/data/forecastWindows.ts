// Windows of a scaled series as a network reads them. Every input depends on the past alone, never on where the window ends, so
// that a state can be carried from value to value. Letters: T steps, N rows, F channels, W window.

/** What the network reads of the target: its values, how far each is from the one before, or both. */
export const READS = ['difference', 'level', 'both'] as const;
/** What it predicts the distance from: the last value, the value one season before, or zero. */
export const RELATIVES = ['last', 'season', 'none'] as const;

export interface WindowSettings {
  window: number;
  /** Of `relativeTo: 'season'`. */
  season: number | null;
  reads: (typeof READS)[number];
  relativeTo: (typeof RELATIVES)[number];
  /** The deviation of differences in the training part: they are divided by it. */
  differenceScale: number;
}

/** Target first, then the other inputs, all scaled. */
export type Channels = readonly ArrayLike<number>[];

/** F for a target and `inputs` others. */
export function channelCount(reads: WindowSettings['reads'], inputs: number): number {
  return (reads === 'both' ? 2 : 1) + inputs;
}

/**
 * What the network reads of `past` values before each place.
 * @returns x [past · N · F] by time; the first difference of a window is 0
 */
export function networkInputs(
  channels: Channels,
  places: ArrayLike<number>,
  past: number,
  s: WindowSettings,
): Float32Array {
  const [target, ...others] = channels;
  const F = channelCount(s.reads, others.length);
  const N = places.length;
  const x = new Float32Array(past * N * F);
  for (let n = 0; n < N; n++) {
    for (let t = 0; t < past; t++) {
      const i = places[n] - past + t;
      let at = (t * N + n) * F;
      if (s.reads !== 'level') x[at++] = t === 0 ? 0 : (target[i] - target[i - 1]) / s.differenceScale;
      if (s.reads !== 'difference') x[at++] = target[i];
      for (const other of others) x[at++] = other[i];
    }
  }
  return x;
}

/** Which lags a linear map of the window reads. */
export interface LagSettings {
  window: number;
  /** Whether it reads the last value too, not only how far the others are from it. */
  level: boolean;
  /** V: how many values of each other input it reads; 0 for none. */
  inputWindow: number;
}

/** How many lags a linear map of the window reads, with `inputs` other inputs. */
export function lagCount({ window, inputWindow }: Omit<LagSettings, 'level'>, inputs: number): number {
  return window + inputWindow * inputs;
}

/**
 * What the linear map of the window reads: the W values before each place less the last of them, in whose place stands the last value
 * itself (`level`) or 0; then V values of each other input as they are.
 * @returns [N · (W + inputs · V)]
 */
export function windowLags(channels: Channels, places: ArrayLike<number>, s: LagSettings): Float32Array {
  const { window, level, inputWindow } = s;
  const [target, ...others] = channels;
  const lags = new Float32Array(places.length * lagCount(s, others.length));
  let at = 0;
  for (let n = 0; n < places.length; n++) {
    const place = places[n];
    const last = target[place - 1];
    for (let j = 1; j < window; j++) lags[at++] = target[place - window + j - 1] - last;
    lags[at++] = level ? last : 0;
    if (inputWindow === 0) continue;
    for (const other of others) for (let j = 0; j < inputWindow; j++) lags[at++] = other[place - inputWindow + j];
  }
  return lags;
}

/** What step k (from 0) after `place` is predicted relative to. */
export function baseOf([target]: Channels, place: number, k: number, { relativeTo, season }: WindowSettings): number {
  if (relativeTo === 'none') return 0;
  if (relativeTo === 'last' || season === null) return target[place - 1];
  return target[place - season + (k % season)];
}
