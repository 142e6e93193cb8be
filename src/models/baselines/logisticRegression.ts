// Logistic regression on weighted counts of tokens and runs of neighbours, a strong baseline of text classification: all features
// at once where naive Bayes takes each alone. Letters: N rows, K classes, V different features, C the weight of a row's loss.
import { UnrolledError } from '../../errors.js';
import { expectTexts, type Names, optionsOf } from '../../expect.js';
import { requireNumber } from '../../range.js';
import { Philox } from '../../tensor/philox.js';
import { dot, fitDual, type SparseRow } from './dualSolver.js';
import { expectTokenRows, ngramFeatures, TOKENS } from './ngramFeatures.js';

/** What is a feature, and how strongly the weights are kept small. */
export interface LogisticRegressionOptions {
  /** The longest run of neighbours that is a feature; 2: tokens and pairs. */
  order?: number;
  /** What a row's loss weighs against the squared length of the weights: the smaller, the simpler; 10. */
  C?: number;
  /** Of the order in which rows are visited; 0. */
  seed?: number;
}

const NAMES: Names<LogisticRegressionOptions> = { order: true, C: true, seed: true };

/**
 * Logistic regression on tf-idf of n-grams, one class against the others: the strong linear baseline of text
 * classification.
 *
 *     const model = new LogisticRegression(rows, classes, 2);
 *     model.probabilities(['a', 'fine', 'film']);
 */
export class LogisticRegression {
  readonly #order: number;
  readonly #features = new Map<string, number>();
  readonly #inverseFrequency: Float64Array;
  /** For each class, against the others: V weights and the bias; of two classes only the second. */
  readonly #weights: Float64Array[];

  /**
   * Counts are weighted by how rare a feature is (tf-idf), and each row has length 1. The weights w of each class against the
   * others minimize ½ |w|² + C Σ log(1 + exp(−y wᵀx)) by coordinate descent in the dual (Yu, Huang and Lin 2011).
   * @param rows tokens of each  @param classes of each row, 0 to K − 1  @param count K
   * Errors: EMPTY, SHAPE, RANGE.
   */
  constructor(
    rows: readonly (readonly string[])[],
    classes: ArrayLike<number>,
    count: number,
    options: LogisticRegressionOptions = {},
  ) {
    const { order = 2, C = 10, seed = 0 } = optionsOf(options, NAMES, 'LogisticRegression');
    expectTokenRows(rows, classes, count);
    if (rows.length === 0) throw new UnrolledError('EMPTY', 'expected rows to learn from, received none', 'give data');
    if (rows.length !== classes.length) {
      throw new UnrolledError(
        'SHAPE',
        `expected a class for each of ${rows.length} rows, received ${classes.length}`,
        'give one each',
      );
    }
    requireNumber('C', C, { above: 0 }, '10 is usual');
    requireNumber('an order', order, { min: 1, whole: true }, '2 counts tokens and pairs');
    this.#order = order;
    const seenIn: number[] = [];
    for (const row of rows) {
      for (const feature of new Set(ngramFeatures(row, order))) {
        const v = this.#features.get(feature);
        if (v !== undefined) seenIn[v]++;
        else this.#features.set(feature, seenIn.push(1) - 1);
      }
    }
    this.#inverseFrequency = Float64Array.from(seenIn, (n) => Math.log((1 + rows.length) / (1 + n)) + 1);
    const data = rows.map((row) => this.#sparse(row));
    const costs = new Float64Array(data.length).fill(C);
    this.#weights = Array.from({ length: count === 2 ? 1 : count }, (_, k) => {
      const positive = count === 2 ? 1 : k;
      const signs = Int8Array.from(classes, (one) => (one === positive ? 1 : -1));
      return fitDual(data, signs, seenIn.length + 1, { costs, random: new Philox(seed, k) });
    });
  }

  /** The probability of each class; of more than two, those against the others, divided by their sum. */
  probabilities(row: readonly string[]): number[] {
    const x = this.#sparse(row);
    const each = this.#weights.map((w) => 1 / (1 + Math.exp(-dot(w, x))));
    if (each.length === 1) return [1 - each[0], each[0]];
    const sum = each.reduce((a, b) => a + b);
    return each.map((p) => p / sum);
  }

  /** The most probable class of a row of tokens, 0 to K − 1. Features that no training row had are left out. */
  predict(row: readonly string[]): number {
    const each = this.probabilities(row);
    return each.indexOf(Math.max(...each));
  }

  /** Features that no training row had are left out. */
  #sparse(row: readonly string[]): SparseRow {
    expectTexts(row, 'a row', TOKENS);
    const counts = new Map<number, number>();
    for (const feature of ngramFeatures(row, this.#order)) {
      const v = this.#features.get(feature);
      if (v !== undefined) counts.set(v, (counts.get(v) ?? 0) + 1);
    }
    const features = Int32Array.from(counts.keys());
    const values = Float64Array.from(features, (v) => (counts.get(v) ?? 0) * this.#inverseFrequency[v]);
    const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)) || 1;
    return {
      features: Int32Array.of(...features, this.#inverseFrequency.length),
      values: Float64Array.of(...values.map((value) => value / length), 1),
    };
  }
}
