// Multinomial naive Bayes on tokens and pairs of neighbours, the baseline of text classification: it counts, in one pass,
// and is hard to beat where there is little data (Wang and Manning 2012). Letters: K classes, V different features.
import { UnrolledError } from '../../errors.js';
import { expectTexts, type Names, optionsOf } from '../../expect.js';
import { requireNumber } from '../../range.js';
import { expectTokenRows, ngramFeatures, TOKENS } from './ngramFeatures.js';

/** What is a feature, and how its counts are smoothed. */
export interface NaiveBayesOptions {
  /** The longest run of neighbours that is a feature; 2: tokens and pairs. */
  order?: number;
  /** A feature counts once a row, however often it stands there; true. */
  binary?: boolean;
  /** Laplace's addition; 1. */
  alpha?: number;
}

const NAMES: Names<NaiveBayesOptions> = { order: true, binary: true, alpha: true };

/**
 * Multinomial naive Bayes on n-grams of tokens; with `binary`, a feature counts once a row (Wang and Manning 2012).
 *
 *     const model = new NaiveBayes(rows, classes, 2);
 *     model.predict(['a', 'fine', 'film']);
 */
export class NaiveBayes {
  readonly #order: number;
  readonly #binary: boolean;
  /** Feature to its log probability in each class. */
  readonly #features = new Map<string, Float64Array>();
  readonly #prior: Float64Array;

  /**
   * @param rows tokens of each  @param classes of each row, 0 to K − 1
   * Errors: EMPTY, SHAPE, RANGE.
   */
  constructor(
    rows: readonly (readonly string[])[],
    classes: ArrayLike<number>,
    count: number,
    options: NaiveBayesOptions = {},
  ) {
    const { order = 2, binary = true, alpha = 1 } = optionsOf(options, NAMES, 'NaiveBayes');
    expectTokenRows(rows, classes, count);
    if (rows.length === 0) throw new UnrolledError('EMPTY', 'expected rows to count, received none', 'give data');
    if (rows.length !== classes.length) {
      throw new UnrolledError(
        'SHAPE',
        `expected a class for each of ${rows.length} rows, received ${classes.length}`,
        'give one each',
      );
    }
    requireNumber('an order', order, { min: 1, whole: true }, '2 counts tokens and pairs');
    requireNumber('alpha', alpha, { above: 0 }, '1 is usual: what is added to each count');
    this.#order = order;
    this.#binary = binary;
    this.#prior = new Float64Array(count);
    const totals = new Float64Array(count);
    rows.forEach((row, i) => {
      this.#prior[classes[i]]++;
      for (const feature of this.#featuresOf(row)) {
        let counts = this.#features.get(feature);
        if (counts === undefined) this.#features.set(feature, (counts = new Float64Array(count)));
        counts[classes[i]]++;
        totals[classes[i]]++;
      }
    });
    const size = this.#features.size;
    for (const counts of this.#features.values()) {
      for (let k = 0; k < count; k++) counts[k] = Math.log((counts[k] + alpha) / (totals[k] + alpha * size));
    }
    for (let k = 0; k < count; k++) this.#prior[k] = Math.log(this.#prior[k] / rows.length);
  }

  /** The most probable class; features that no row had say nothing. */
  predict(row: readonly string[]): number {
    expectTexts(row, 'a row', TOKENS);
    const score = this.#prior.slice();
    for (const feature of this.#featuresOf(row)) {
      const logs = this.#features.get(feature);
      if (logs) for (let k = 0; k < score.length; k++) score[k] += logs[k];
    }
    return score.indexOf(score.reduce((most, value) => Math.max(most, value)));
  }

  #featuresOf(row: readonly string[]): Iterable<string> {
    const features = ngramFeatures(row, this.#order);
    return this.#binary ? new Set(features) : features;
  }
}
