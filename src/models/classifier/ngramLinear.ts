// The linear part of a classifier: logistic regression on hashed n-grams of the text, the strong baseline of text classification, inside
// the model. It is fitted once, before the network trains, and does not change then. Letters: N rows, K outputs (1 for two classes),
// V slots of the hash.
import { Module } from '../../nn/module.js';
import { empty, fromData } from '../../tensor/create.js';
import { Philox } from '../../tensor/philox.js';
import type { Shape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { takeFromBudget } from '../../weights/budget.js';
import type { Axis } from '../../weights/labels.js';
import { fitDual, type SparseRow } from '../baselines/dualSolver.js';
import type { ModuleWriter } from '../esModule/moduleWriter.js';
import {
  eachFeature,
  hashesOf,
  type NgramLinearConfig,
  ngramLogits,
  type Ngrams,
  type NgramWeights,
  slotsOf,
  sparseRow,
} from './ngramFeatures.js';

/** How the weights are found. */
export interface NgramLinearFit {
  /** What the loss of each row weighs against the squared length of the weights. */
  costs: ArrayLike<number>;
  /** Of the order in which rows are visited. */
  seed: number;
  /** 0: all features count alike; 1: each as much as it tells a class from the others, by naive Bayes. */
  bayes: number;
  /** No pass over the rows begins after it: milliseconds on the clock of `performance.now`. */
  until: number;
}

/** Slots at most, and numbers in all: the file stays within some megabytes. */
const MOST_SLOTS = 1 << 20;
const MOST_NUMBERS = 1 << 22;
const FEWEST_SLOTS = 1 << 10;
/** Added to the counts of naive Bayes. */
const SMOOTHING = 0.5;
/** Slots that are looked at to count different features. */
const COUNTED = 1 << 22;

/** Slots for the n-grams of these rows, so that few of them share one. @param outputs K */
export function slotsFor(rows: Iterable<readonly string[]>, ngrams: Ngrams, outputs: number): number {
  const seen = new Uint8Array(COUNTED);
  let filled = 0;
  for (const row of rows) {
    for (const hash of hashesOf(row, ngrams)) {
      const slot = hash & (COUNTED - 1);
      filled += 1 - seen[slot];
      seen[slot] = 1;
    }
  }
  let size = FEWEST_SLOTS;
  while (size < 2 * filled && size < MOST_SLOTS && 2 * size * (outputs + 1) <= MOST_NUMBERS) size *= 2;
  return size;
}

export class NgramLinear extends Module {
  readonly #config: NgramLinearConfig;
  readonly #outputs: number;
  /** [V]: what a feature weighs, the rarer the more; 0 for one that no row had. */
  readonly #inverseFrequency: Tensor;
  /** [K, V] */
  readonly #weight: Tensor;
  /** [K] */
  readonly #bias: Tensor;

  /** @param outputs K */
  constructor(config: NgramLinearConfig, outputs: number) {
    super();
    this.#config = config;
    this.#outputs = outputs;
    const { size } = config;
    this.#inverseFrequency = this.#buffer('inverseFrequency', [size], ['vocabulary']);
    this.#weight = this.#buffer('weight', [outputs, size], ['classes', 'vocabulary']);
    this.#bias = this.#buffer('bias', [outputs], ['classes']);
  }

  #buffer(name: string, shape: Shape, axes: Axis[]): Tensor {
    const length = shape.reduce((product, one) => product * one);
    const made = takeFromBudget(`linear.${name}`, shape) ? empty(shape) : fromData(new Float32Array(length), shape);
    return this.addBuffer(name, made, { axes, blocks: [] });
  }

  /**
   * A feature is there or not, weighted by how rare it is, and each row has length 1. Each class is told from the others by a convex problem
   * of its own, before which a feature is scaled by how much it says of the class alone: the logistic regression on naive Bayes features of
   * Wang and Manning 2012, interpolated with the plain one by `bayes`.
   * @param rows tokens of each  @param classes of each, 0 to K − 1; of two classes 0 and 1
   */
  fit(
    rows: readonly (readonly string[])[],
    classes: ArrayLike<number>,
    { costs, seed, bayes, until }: NgramLinearFit,
  ): void {
    const { size } = this.#config;
    const slots = rows.map((row) => slotsOf(row, this.#config));
    const seenIn = new Int32Array(size);
    for (const own of slots) for (const slot of own) seenIn[slot]++;
    const inverse = Float32Array.from(seenIn, (n) => (n === 0 ? 0 : Math.log((1 + rows.length) / (1 + n)) + 1));
    const plain = slots.map((own) => sparseRow(own, inverse));
    const weights = new Float32Array(this.#outputs * size);
    const bias = new Float32Array(this.#outputs);
    for (let k = 0; k < this.#outputs; k++) {
      const positive = this.#outputs === 1 ? 1 : k;
      const signs = Int8Array.from(classes, (one) => (one === positive ? 1 : -1));
      const scale = bayes === 0 ? null : tellingOf(slots, signs, seenIn).map((r) => 1 - bayes + bayes * r);
      const data = scale === null ? plain : plain.map((row) => scaledRow(row, scale));
      // Of the time that is left, each class its share.
      const now = performance.now();
      const share = until === Infinity ? until : now + (until - now) / (this.#outputs - k);
      const own = fitDual(data, signs, size + 1, { costs, random: new Philox(seed, k), until: share });
      for (let v = 0; v < size; v++) weights[k * size + v] = own[v] * (scale?.[v] ?? 1);
      bias[k] = own[size];
    }
    this.#inverseFrequency.set(inverse);
    this.#weight.set(weights);
    this.#bias.set(bias);
  }

  /** Logits [N, K], as `ngramLogits` has them. */
  logits(rows: readonly (readonly string[])[]): Float64Array {
    return ngramLogits(rows, this.#config, this.#weights());
  }

  /** Of the slots that some row had alone. */
  writeModule(writer: ModuleWriter): string {
    const { inverseFrequency, weight, bias } = this.#weights();
    const { size } = this.#config;
    const seen = Int32Array.from({ length: size }, (_, slot) => slot).filter((slot) => inverseFrequency[slot] !== 0);
    const weights = Float32Array.from({ length: this.#outputs * seen.length }, (_, i) => {
      return weight[Math.floor(i / seen.length) * size + seen[i % seen.length]];
    });
    return writer.object({
      config: JSON.stringify(this.#config),
      seen: writer.marks('linear.seen', size, seen),
      inverseFrequency: writer.factors(
        'linear.inverseFrequency',
        Float32Array.from(seen, (slot) => inverseFrequency[slot]),
      ),
      weight: writer.list('linear.weight', weights),
      bias: writer.vector('linear.bias', bias),
    });
  }

  #weights(): NgramWeights {
    const [inverseFrequency, weight, bias] = [this.#inverseFrequency, this.#weight, this.#bias].map((t) => t.data());
    return { inverseFrequency, weight, bias };
  }

  /**
   * What each token adds to the logit of output k: of a run of several, each of its tokens an equal share. The sum is the logit without
   * the bias.
   */
  contributions(tokens: readonly string[], k: number): Float64Array {
    const { size, marked } = this.#config;
    const weight = this.#weight.data();
    const { features, values } = sparseRow(slotsOf(tokens, this.#config), this.#inverseFrequency.data());
    const valueOf = new Map(Array.from(features, (slot, j) => [slot, values[j]]));
    const times = new Map<number, number>();
    eachFeature(tokens, this.#config, (hash) => times.set(hash & (size - 1), (times.get(hash & (size - 1)) ?? 0) + 1));
    const result = new Float64Array(tokens.length);
    const shift = marked ? 1 : 0;
    eachFeature(tokens, this.#config, (hash, from, to) => {
      const slot = hash & (size - 1);
      const whole = (weight[k * size + slot] * (valueOf.get(slot) ?? 0)) / (times.get(slot) ?? 1);
      const [first, end] = [Math.max(0, from - shift), Math.min(tokens.length, to - shift)];
      // A mark alone says nothing of a token: the first and the last stand for it.
      const [start, stop] = end > first ? [first, end] : first === 0 ? [0, 1] : [tokens.length - 1, tokens.length];
      for (let t = start; t < stop; t++) result[t] += whole / (stop - start);
    });
    return result;
  }
}

/** All features but the bias, times their scale. */
function scaledRow({ features, values }: SparseRow, scale: Float32Array): SparseRow {
  const last = features.length - 1;
  return { features, values: values.map((value, j) => (j < last ? value * scale[features[j]] : value)) };
}

/** |log(P(feature | class) / P(feature | the others))| of each slot, from smoothed counts of rows. */
function tellingOf(slots: readonly Int32Array[], signs: Int8Array, seenIn: Int32Array): Float32Array {
  const inClass = new Int32Array(seenIn.length);
  slots.forEach((own, n) => {
    if (signs[n] > 0) for (const slot of own) inClass[slot]++;
  });
  let [inside, outside] = [SMOOTHING, SMOOTHING];
  seenIn.forEach((seen, slot) => {
    inside += inClass[slot];
    outside += seen - inClass[slot];
  });
  return Float32Array.from(seenIn, (seen, slot) => {
    const ratio = (inClass[slot] + SMOOTHING) / inside / ((seen - inClass[slot] + SMOOTHING) / outside);
    return seen === 0 ? 0 : Math.abs(Math.log(ratio));
  });
}
