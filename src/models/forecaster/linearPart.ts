// The linear part of a forecaster: ridge regressions of the next K values on the window, in closed form, and their average by how
// well they forecast what came after them. Letters: W window, V window of the other inputs, K horizon, P = W + inputs · V.
import { isConstant } from '../../data/scaling.js';
import { solveCholesky } from '../../data/seriesBaselines.js';
import type { Channels } from '../../data/forecastWindows.js';
import { type SlotRange, windowProducts } from '../../data/windowProducts.js';

/**
 * What a ridge regression shrinks to: the last value, the mean of its window, that of the training part, the last season, or the last
 * season moved to the last value.
 */
export const SHRINKS_TO = ['last', 'level', 'mean', 'season', 'seasonMoved'] as const;

/** One ridge regression. */
export interface LinearCandidate {
  shrinksTo: (typeof SHRINKS_TO)[number];
  window: number;
  /** Whether it reads the other inputs. */
  inputs: boolean;
  /** Added to the diagonal; Infinity for what it shrinks to alone. */
  ridge: number;
}

export interface LinearPartOptions {
  window: number;
  horizon: number;
  /** V; 0 where the other inputs are not read. */
  inputWindow: number;
  season: number | null;
  /** Length of the training part, which comes first. */
  train: number;
  /** The end of the validation part, which comes next. */
  validation: number;
}

export interface LinearPart {
  /** [P, K] by input: of the values of the window, oldest first, then of those of the other inputs. */
  weight: Float64Array;
  /** What is averaged, with its share. */
  parts: (LinearCandidate & { share: number })[];
  /** Mean squared error on what came after what each was fitted on; NaN where the series is too short to say. */
  mse: number;
  /** The average of the maps fitted before each origin. */
  origins: { from: number; to: number; weight: Float64Array }[];
}

/** Penalties of scaled values: from that of the rule beside the network to one that leaves nearly nothing. */
const RIDGES = [1, 10, 100, 1e3, 1e4];
/** The shares of an average fall by this power of e where the error doubles: maps that are nearly as good count nearly as much. */
const SHARPNESS = 3;
/** Shares below this are left out. */
const LEAST_SHARE = 0.01;
/** Windows that a map is fitted on at least. */
const LEAST_WINDOWS = 4;
/** Where there are more windows than this, nothing is to be gained from shrinking to a season or a level: the window holds them. */
const MANY_WINDOWS = 2000;

/**
 * The average of ridge regressions on the training part, as linear map of the window: they differ in what they shrink to, in their
 * windows and penalties. Each is fitted on the first half, on three quarters and on all of the training part and measured on what follows
 * (the validation part at last); the best penalty of each goes into the average, with a share that falls with its error.
 */
export function fitLinearPart(channels: Channels, options: LinearPartOptions): LinearPart {
  const { window, horizon: K, train, inputWindow } = options;
  const inputs = inputWindow > 0 ? channels.length - 1 : 0;
  const size = window + inputs * inputWindow;
  const fitter = new Fitter(channels, options, size);
  const last: LinearCandidate = { shrinksTo: 'last', window: 2, inputs: false, ridge: Infinity };
  if (isConstant(Array.from({ length: train }, (_, i) => channels[0][i]))) {
    const weight = fitter.fit([last], train)[0];
    return { weight, parts: [{ ...last, share: 1 }], mse: NaN, origins: [] };
  }
  const candidates = candidatesOf(options, inputs > 0);
  const origins = originsOf(options);
  const fits = origins.map(({ from }) => fitter.fit(candidates, from));
  const errors = candidates.map(() => 0);
  let windows = 0;
  for (const [o, { from, to }] of origins.entries()) {
    windows += to - K + 1 - Math.max(from, window);
    fitter.errors(candidates, fits[o], from, to).forEach((error, c) => (errors[c] += error));
  }
  const parts = origins.length === 0 ? [{ ...last, window, ridge: 100, share: 1 }] : sharesOf(candidates, errors);
  const average = (weights: readonly Float64Array[], of: readonly LinearCandidate[]): Float64Array => {
    const sum = new Float64Array(size * K);
    for (const { share, ...own } of parts) {
      const weight = weights[of.findIndex((c) => isSame(c, own))];
      for (let i = 0; i < sum.length; i++) sum[i] += share * weight[i];
    }
    return sum;
  };
  const means = origins.map((origin, o) => ({ ...origin, weight: average(fits[o], candidates) }));
  const total = means.reduce((sum, { from, to, weight }) => sum + fitter.error(weight, window, true, from, to), 0);
  return {
    weight: average(fitter.fit(parts, train), parts),
    parts,
    mse: total / (windows * K),
    origins: means,
  };
}

const isSame = (a: LinearCandidate, b: LinearCandidate): boolean =>
  a.shrinksTo === b.shrinksTo && a.window === b.window && a.inputs === b.inputs && a.ridge === b.ridge;

/** All that is tried. */
function candidatesOf({ window, horizon, season, train }: LinearPartOptions, hasInputs: boolean): LinearCandidate[] {
  const windows = new Set([window]);
  for (let w = window >> 1; w >= 2 && windows.size < 4; w >>= 1) windows.add(w);
  const isShort = train - window < MANY_WINDOWS;
  const seasonal = season !== null && season < window && isShort ? season : null;
  if (seasonal !== null) windows.add(Math.min(window, seasonal + Math.max(1, Math.min(horizon, seasonal >> 2))));
  const result: LinearCandidate[] = [];
  for (const shrinksTo of SHRINKS_TO) {
    const isSeasonal = shrinksTo === 'season' || shrinksTo === 'seasonMoved';
    if ((isSeasonal && seasonal === null) || (shrinksTo === 'level' && !isShort)) continue;
    for (const w of windows) {
      if (isSeasonal && w <= (seasonal ?? 0)) continue;
      for (const inputs of hasInputs ? [false, true] : [false]) {
        for (const ridge of RIDGES) result.push({ shrinksTo, window: w, inputs, ridge });
      }
    }
    result.push({ shrinksTo, window, inputs: false, ridge: Infinity });
  }
  return result;
}

/** Up to which values each fit is made, and up to which it is measured. */
function originsOf({ window, horizon, train, validation }: LinearPartOptions): { from: number; to: number }[] {
  const ends = [Math.floor(train / 2), Math.floor((3 * train) / 4), train, validation];
  return ends
    .slice(0, -1)
    .map((from, i) => ({ from, to: ends[i + 1] }))
    .filter(({ from, to }) => from >= window + horizon + LEAST_WINDOWS - 1 && to - Math.max(from, window) >= horizon);
}

/** The best penalty of each kind, with its share. */
function sharesOf(candidates: readonly LinearCandidate[], errors: readonly number[]): LinearPart['parts'] {
  const best = new Map<string, number>();
  for (const [c, { shrinksTo, window, inputs }] of candidates.entries()) {
    const key = `${shrinksTo} ${window} ${inputs}`;
    const before = best.get(key);
    if (before === undefined || errors[c] < errors[before]) best.set(key, c);
  }
  const kept = [...best.values()];
  const least = Math.min(...kept.map((c) => errors[c]));
  const longest = Math.max(...candidates.map(({ window }) => window));
  // A longer window knows what a shorter one knows, and more where the series changes its ways: it counts more at the same error. Not so
  // its mean, which is but an older one.
  const weight = ({ shrinksTo, window }: LinearCandidate): number =>
    shrinksTo === 'level' ? Math.min(window, longest / 4) : window;
  const power = (c: number): number =>
    weight(candidates[c]) * (least > 0 ? Math.exp(-SHARPNESS * (errors[c] / least - 1)) : +(errors[c] === least));
  const all = kept.reduce((sum, c) => sum + power(c), 0);
  const large = kept.filter((c) => power(c) >= LEAST_SHARE * all);
  const sum = large.reduce((total, c) => total + power(c), 0);
  return large.map((c) => ({ ...candidates[c], share: power(c) / sum })).sort((a, b) => b.share - a.share);
}

/** A sum of slots, each with its factor. */
type Terms = readonly (readonly [slot: number, factor: number])[];

/** Fits and measures maps of windows from sums of products. */
class Fitter {
  readonly #channels: Channels;
  readonly #options: LinearPartOptions;
  readonly #size: number;

  constructor(channels: Channels, options: LinearPartOptions, size: number) {
    this.#channels = channels;
    this.#options = options;
    this.#size = size;
  }

  /** Slots of windows of `window` values: the past of the target, the other inputs, the future. */
  #products(window: number, inputs: boolean, from: number, to: number): Float64Array {
    const { horizon, inputWindow } = this.#options;
    const others = inputs ? this.#channels.length - 1 : 0;
    const ranges: SlotRange[] = [
      { channel: 0, first: -window, count: window },
      ...Array.from({ length: others }, (_, i) => ({ channel: i + 1, first: -inputWindow, count: inputWindow })),
      { channel: 0, first: 0, count: horizon },
    ];
    return windowProducts(this.#channels, ranges, from, to);
  }

  /** The map of each candidate, fitted on the values before `end`: [P, K], where its window is shorter with zeros. */
  fit(candidates: readonly LinearCandidate[], end: number): Float64Array[] {
    const { horizon, inputWindow } = this.#options;
    const products = new Map<string, Float64Array>();
    return candidates.map((candidate) => {
      const { window, inputs, ridge } = candidate;
      const key = `${window} ${inputs}`;
      let own = products.get(key);
      if (own === undefined && ridge < Infinity) {
        // The inputs may be read further back than the target.
        const first = Math.max(window, inputs ? inputWindow : 0);
        own = this.#products(window, inputs, first, end - horizon + 1);
        products.set(key, own);
      }
      return this.#solve(candidate, ridge < Infinity ? (own ?? null) : null);
    });
  }

  /** Squared errors of each candidate, summed over the windows in from … to − 1. */
  errors(candidates: readonly LinearCandidate[], weights: readonly Float64Array[], from: number, to: number): number[] {
    const products = new Map<string, Float64Array>();
    return candidates.map(({ window, inputs, ridge }, c) => {
      // What it shrinks to may reach further back than its window.
      const w = ridge === Infinity ? this.#options.window : window;
      const key = `${w} ${inputs}`;
      const own = products.get(key) ?? this.#measured(w, inputs, from, to);
      products.set(key, own);
      return this.#error(weights[c], w, inputs, own);
    });
  }

  error(weight: Float64Array, window: number, inputs: boolean, from: number, to: number): number {
    return this.#error(weight, window, inputs, this.#measured(window, inputs, from, to));
  }

  #measured(window: number, inputs: boolean, from: number, to: number): Float64Array {
    const { horizon, window: longest } = this.#options;
    return this.#products(window, inputs, Math.max(from, longest), to - horizon + 1);
  }

  #error(weight: Float64Array, window: number, inputs: boolean, products: Float64Array): number {
    const { window: W, horizon: K } = this.#options;
    const past = inputs ? window + (this.#size - W) : window;
    const n = past + K;
    const row = W - window;
    const product = new Float64Array(K);
    let total = 0;
    for (let k = 0; k < K; k++) total += products[(past + k) * n + past + k];
    for (let i = 0; i < past; i++) {
      product.fill(0);
      for (let j = 0; j < past; j++) {
        const factor = products[i * n + j];
        const at = (row + j) * K;
        for (let k = 0; k < K; k++) product[k] += factor * weight[at + k];
      }
      const at = (row + i) * K;
      for (let k = 0; k < K; k++) total += weight[at + k] * (product[k] - 2 * products[i * n + past + k]);
    }
    return Math.max(0, total);
  }

  #solve({ shrinksTo, window, inputs, ridge }: LinearCandidate, products: Float64Array | null): Float64Array {
    const { window: W, horizon: K, season } = this.#options;
    const weight = new Float64Array(this.#size * K);
    const s = season ?? 1;
    const others = inputs ? this.#size - W : 0;
    const w = products === null ? W : window;
    const past = w + others;
    const last = w - 1;
    const base = (k: number): Terms => {
      if (shrinksTo === 'last') return [[last, 1]];
      if (shrinksTo === 'level') return Array.from({ length: w }, (_, j) => [j, 1 / w] as const);
      if (shrinksTo === 'mean') return [];
      const before: Terms = [[w - s + (k % s), 1]];
      return shrinksTo === 'season' ? before : [...before, [last, 1], [last - s, -1]];
    };
    const row = W - w;
    for (let k = 0; k < K; k++) for (const [slot, factor] of base(k)) weight[(row + slot) * K + k] += factor;
    if (products === null) return weight;
    const isRelative = shrinksTo !== 'mean';
    const features: Terms[] = Array.from({ length: isRelative ? last : w }, (_, i) =>
      isRelative
        ? [
            [i, 1],
            [last, -1],
          ]
        : [[i, 1]],
    );
    for (let i = 0; i < others; i++) features.push([[w + i, 1]]);
    const targets: Terms[] = Array.from({ length: K }, (_, k) => [
      [past + k, 1],
      ...base(k).map(([slot, factor]): readonly [number, number] => [slot, -factor]),
    ]);
    const n = past + K;
    // With every slot, the product of a sum of slots.
    const withAll = (terms: Terms): Float64Array => {
      const sums = new Float64Array(n);
      for (const [j, factor] of terms) for (let i = 0; i < n; i++) sums[i] += factor * products[j * n + i];
      return sums;
    };
    const productOf = (terms: Terms, sums: Float64Array): number =>
      terms.reduce((sum, [slot, factor]) => sum + factor * sums[slot], 0);
    const D = features.length;
    const gram = new Float64Array(D * D);
    const B = new Float64Array(D * K);
    for (let j = 0; j < D; j++) {
      const sums = withAll(features[j]);
      for (let i = j; i < D; i++) gram[i * D + j] = productOf(features[i], sums);
      gram[j * D + j] += ridge;
    }
    for (let k = 0; k < K; k++) {
      const sums = withAll(targets[k]);
      for (let i = 0; i < D; i++) B[i * K + k] = productOf(features[i], sums);
    }
    solveCholesky(gram, B, D, K);
    for (const [i, terms] of features.entries()) {
      for (const [slot, factor] of terms) {
        const at = (row + slot) * K;
        for (let k = 0; k < K; k++) weight[at + k] += factor * B[i * K + k];
      }
    }
    return weight;
  }
}
