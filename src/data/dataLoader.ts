// Examples of one's own as minibatches: ragged sequences side by side, padded, in an order that is drawn anew for each epoch.
// Letters: T steps of the longest of a batch, N batch, F features.
import { UnrolledError } from '../errors.js';
import { expectChoice, expectList, type Names, optionsOf, shownValue } from '../expect.js';
import { requireNumber } from '../range.js';
import { fromData } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { LengthBatches } from './lengthBatches.js';

/** A sequence: a token at each step, or a list of F features at each step. */
export type Sequence = ArrayLike<number> | ArrayLike<ArrayLike<number>>;

/** An input and what is to be learned of it. */
export interface Example {
  /**
   * Tokens, as in `[4, 8, 1]`, or features at each step, as in `[[0.5], [0.7]]`; of any length. Features without steps, as many in
   * each example: a Float32Array or Float64Array, or a list with `inputs: 'values'`.
   */
  x: Sequence;
  /** A class or a value; one for each step; or several values, of the same number in each example. */
  y?: number | Sequence;
}

/** How a `DataLoader` makes minibatches. */
export interface DataLoaderOptions {
  /** N; the last minibatch of an epoch may be smaller. Default 32. */
  batchSize?: number;
  /** Another order in each epoch. Default false: the order of the examples. */
  shuffle?: boolean;
  /** Of the order; 0. */
  seed?: number;
  /** Where shuffled, puts examples of like lengths together, so that little is padding. Default true. */
  bucketByLength?: boolean;
  /**
   * What a list of numbers as `x` is: `tokens`, one at each step, or `values`, the features of an example, as in a row of a table.
   * By default values where all are a Float32Array or Float64Array, else tokens.
   */
  inputs?: 'tokens' | 'values';
  /** What `x` is padded with; 0. */
  pad?: number;
  /** What targets at each step are padded with; −100 for classes (as `ignoreIndex` of `crossEntropy`), 0 for values. */
  padTarget?: number;
  /**
   * What the targets are: `classes` (int32) or `values` (float32). By default classes where all of them are whole numbers of 0 or
   * more.
   */
  targets?: 'classes' | 'values';
  /** [N, T, …] in place of [T, N, …]. Default false. */
  batchFirst?: boolean;
}

/** A minibatch of a `DataLoader`; `Recurrent.forward(x, { lengths })` takes it. `E`: the examples. */
export type LoadedBatch<E extends Example = Required<Example>> = {
  /** Tokens int32 [T, N], features [T, N, F], or features without steps [N, F]. */
  x: Tensor;
  /** Steps of each sequence: [N]; 1 for features without steps. */
  lengths: Int32Array;
  /** Which examples: [N], their numbers from 0. */
  rows: Int32Array;
  /** Its number in the epoch, from 0. */
  index: number;
  /** How many minibatches the epoch has. */
  count: number;
} & (E extends { y: unknown }
  ? {
      /** [N]; [T, N] or [T, N, F] where there is a target at each step; [N, F] for several values. */
      y: Tensor;
    }
  : unknown);

/** Which axis of `x` and `y` the rows are, of each minibatch that a loader made. */
const axesOfBatches = new WeakMap<object, { x: 0 | 1; y: 0 | 1 }>();

/** Which axis of `x` and `y` the rows are; undefined for a minibatch that no loader made. @internal */
export function batchAxes(batch: object): { x: 0 | 1; y: 0 | 1 } | undefined {
  return axesOfBatches.get(batch);
}

/** How the sequences of all examples are laid out. */
interface Layout {
  /** Numbers at each step; null for one that is no list: tokens. */
  width: number | null;
  /** Whether each is as long as its input. */
  isPerStep: boolean;
}

const FLAT_HELP = "rows of features want inputs: 'values'; a series of one feature at each step is [[0.5], [0.7]]";

const NAMES: Names<DataLoaderOptions> = {
  batchSize: true,
  shuffle: true,
  seed: true,
  bucketByLength: true,
  inputs: true,
  pad: true,
  padTarget: true,
  targets: true,
  batchFirst: true,
};

/**
 * Minibatches of examples. Each iteration is an epoch; with `shuffle` each has another order, which the seed decides.
 *
 *     const loader = new DataLoader(
 *       [{ x: [4, 8, 1], y: 0 }, { x: [2, 9], y: 1 }],
 *       { batchSize: 2, shuffle: true },
 *     );
 *     for (const { x, y, lengths } of loader) {
 *       const { output } = rnn.forward(embed.forward(x), { lengths });
 *     }
 */
export class DataLoader<E extends Example = Required<Example>> implements Iterable<LoadedBatch<E>> {
  readonly #examples: readonly E[];
  readonly #options: DataLoaderOptions;
  readonly #batches: LengthBatches;
  readonly #batchSize: number;
  /** Features without steps. */
  readonly #isFlat: boolean;
  readonly #x: Layout;
  /** null without targets; 'number' for one number for each example. */
  readonly #y: Layout | 'number' | null;
  readonly #isClass: boolean;
  #epoch = 0;

  /** Errors: EMPTY, OPTION, RANGE; SHAPE for examples that do not go together, with the number of the first. */
  constructor(examples: readonly E[], given: DataLoaderOptions = {}) {
    const options = optionsOf(given, NAMES, 'a DataLoader');
    const { batchSize = 32, seed = 0, bucketByLength = true, pad = 0, padTarget, inputs, targets } = options;
    requireNumber('batchSize', batchSize, { min: 1, whole: true }, '32 is usual');
    requireNumber('a seed', seed, { whole: true }, 'use 0, 1, 2 …');
    requireNumber('pad', pad, {}, '0 is usual');
    if (padTarget !== undefined) requireNumber('padTarget', padTarget, {}, '-100 is usual for classes, 0 for values');
    if (targets !== undefined) expectChoice(targets, 'targets', ['classes', 'values']);
    if (inputs !== undefined) expectChoice(inputs, 'inputs', ['tokens', 'values']);
    expectList(examples, 'examples { x, y }', 'Array.from(examples) makes an array of an iterable');
    examples.forEach((example: unknown, i) => {
      if (isRecord(example) && isSequence(example.x)) return;
      throw wrongExample(i, 'x as a list of tokens, or of lists of features', isRecord(example) ? example.x : example);
    });
    this.#examples = examples;
    this.#options = options;
    this.#batchSize = batchSize;
    const width = this.#widthOf('x');
    const isFloats = examples.every(({ x }) => x instanceof Float32Array || x instanceof Float64Array);
    this.#isFlat = width === null && (inputs === undefined ? isFloats : inputs === 'values');
    if (this.#isFlat) this.#requireOneLength();
    const lengths = Int32Array.from(examples, ({ x }) => this.#stepsOf(x));
    this.#batches = new LengthBatches(lengths, { batchSize, seed, ...(bucketByLength ? {} : { pool: 1 }) });
    this.#x = { width, isPerStep: true };
    this.#y = this.#targetLayout();
    this.#isClass = this.#y !== null && this.#targetsAreClasses(targets);
    if (width === null && !this.#isFlat)
      this.#requireNumbers('x', isWhole, 'tokens as whole numbers of 0 or more', FLAT_HELP);
    else this.#requireNumbers('x', Number.isFinite, 'finite numbers', 'fill in what is missing');
  }

  /** How many minibatches an epoch has. */
  get length(): number {
    return Math.ceil(this.#examples.length / this.#batchSize);
  }

  /** The next epoch. */
  [Symbol.iterator](): Iterator<LoadedBatch<E>> {
    return this.batches(this.#epoch++);
  }

  /**
   * The minibatches of an epoch, the same in every call.
   * @param from the number of the first
   */
  *batches(epoch: number, from = 0): Generator<LoadedBatch<E>> {
    const plan = this.#planOf(epoch);
    for (let index = from; index < plan.length; index++) {
      yield this.#batchOf(plan[index], index, plan.length);
    }
  }

  #planOf(epoch: number): Int32Array[] {
    if (this.#options.shuffle === true) return this.#batches.plan(epoch);
    const size = this.#batchSize;
    const rows = Int32Array.from(this.#examples.keys());
    return Array.from({ length: this.length }, (_, i) => rows.subarray(i * size, (i + 1) * size));
  }

  #batchOf(rows: Int32Array, index: number, count: number): LoadedBatch<E> {
    const { pad = 0, batchFirst = false, padTarget = this.#isClass ? -100 : 0 } = this.#options;
    const own = Array.from(rows, (row) => this.#examples[row]);
    const xs = own.map(({ x }) => x);
    const lengths = Int32Array.from(xs, (x) => this.#stepsOf(x));
    const isWhole = this.#x.width === null && !this.#isFlat;
    const x = sideBySide(xs, this.#x.width, { pad, batchFirst: batchFirst || this.#isFlat, isWhole });
    const plain = { x, lengths, rows: rows.slice(), index, count };
    const batch = this.#y === null ? plain : { ...plain, y: this.#targetsOf(own, padTarget, batchFirst) };
    const yHasSteps = this.#y !== null && this.#y !== 'number' && this.#y.isPerStep;
    axesOfBatches.set(batch, { x: batchFirst || this.#isFlat ? 0 : 1, y: yHasSteps && !batchFirst ? 1 : 0 });
    return batch as LoadedBatch<E>;
  }

  #targetsOf(own: readonly E[], pad: number, batchFirst: boolean): Tensor {
    const layout = this.#y;
    const isWhole = this.#isClass;
    if (layout === 'number' || layout === null) {
      const numbers = own.map(({ y }) => y as number);
      return fromData(isWhole ? Int32Array.from(numbers) : Float32Array.from(numbers), [own.length]);
    }
    const ys = own.map(({ y }) => y as Sequence);
    if (layout.isPerStep) return sideBySide(ys, layout.width, { pad, batchFirst, isWhole });
    const size = ys[0].length;
    const rows = sideBySide(ys, layout.width, { pad, batchFirst: true, isWhole });
    return layout.width === null ? rows : rows.reshape([own.length, size * layout.width]);
  }

  #stepsOf(x: Sequence): number {
    return this.#isFlat ? 1 : x.length;
  }

  /** Errors: SHAPE. */
  #requireOneLength(): void {
    const length = this.#examples[0]?.x.length;
    const wrong = this.#examples.findIndex(({ x }) => x.length !== length);
    if (wrong < 0) return;
    const help = "give as many numbers in each example; for sequences of unlike lengths leave out inputs: 'values'";
    throw wrongExample(wrong, `${length} features as x, as in example 0,`, this.#examples[wrong].x, help);
  }

  /** Numbers at each step of all sequences; null where a step is a number. Errors: SHAPE. */
  #widthOf(key: 'x' | 'y'): number | null {
    let width: number | null | undefined;
    this.#examples.forEach((example, i) => {
      for (const step of Array.from(example[key] as ArrayLike<unknown>)) {
        const own = isSequence(step) ? step.length : null;
        if (width === undefined) width = own;
        if (own === width) continue;
        const wanted = width === null ? 'a number' : `${width} features`;
        throw wrongExample(i, `${wanted} at each step of ${key}, as in the examples before`, step);
      }
    });
    return width ?? null;
  }

  #targetLayout(): Layout | 'number' | null {
    const kinds = this.#examples.map(({ y }) =>
      y === undefined || y === null ? 'none' : typeof y === 'number' ? 'number' : 'list',
    );
    const other = kinds.findIndex((kind) => kind !== kinds[0]);
    if (other >= 0) {
      throw wrongExample(
        other,
        `${kinds[0] === 'none' ? 'no y' : `y as a ${kinds[0]}`}, as in the examples before`,
        this.#examples[other].y,
      );
    }
    if (kinds[0] === 'none') return null;
    if (kinds[0] === 'number') return 'number';
    const wrong = this.#examples.findIndex(({ y }) => !isSequence(y));
    if (wrong >= 0) throw wrongExample(wrong, 'y as a number or a list', this.#examples[wrong].y);
    const lengths = this.#examples.map(({ y }) => (y as Sequence).length);
    const isPerStep = !this.#isFlat && this.#examples.every(({ x }, i) => x.length === lengths[i]);
    const unlike = lengths.findIndex((length) => length !== lengths[0]);
    if (this.#isFlat && unlike >= 0)
      throw wrongExample(unlike, `${lengths[0]} values as y, as in example 0,`, this.#examples[unlike].y);
    if (!isPerStep && unlike >= 0) {
      const first = this.#examples.findIndex(({ x }, i) => x.length !== lengths[i]);
      throw wrongExample(
        first,
        `a target for each of ${this.#examples[first].x.length} steps`,
        this.#examples[first].y,
      );
    }
    return { width: this.#widthOf('y'), isPerStep };
  }

  #targetsAreClasses(targets: DataLoaderOptions['targets']): boolean {
    const numbers = this.#examples.every(({ y }) => numbersIn(y).every(isWhole));
    if (targets === 'classes' && !numbers) {
      this.#requireNumbers('y', isWhole, 'classes as whole numbers of 0 or more', "leave out targets: 'classes'");
    }
    this.#requireNumbers('y', Number.isFinite, 'finite numbers', 'fill in what is missing');
    return targets === undefined ? numbers : targets === 'classes';
  }

  #requireNumbers(key: 'x' | 'y', check: (value: number) => boolean, wanted: string, help: string): void {
    this.#examples.forEach((example, i) => {
      const numbers = numbersIn(example[key]);
      const wrong = numbers.findIndex((value) => typeof value !== 'number' || !check(value));
      if (wrong >= 0) throw wrongExample(i, `${wanted} as ${key}`, numbers[wrong], help);
    });
  }
}

function numbersIn(value: Example['y']): number[] {
  if (value === undefined || typeof value === 'number') return value === undefined ? [] : [value];
  return Array.from(value as ArrayLike<number | ArrayLike<number>>).flatMap((step) =>
    isSequence(step) ? Array.from(step as ArrayLike<number>) : [step as number],
  );
}

const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value >= 0 && value < 2 ** 31;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function isSequence(value: unknown): value is Sequence {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);
}

function wrongExample(index: number, wanted: string, received: unknown, help?: string): UnrolledError {
  return new UnrolledError(
    'SHAPE',
    `expected ${wanted} in example ${index}, received ${shownValue(received)}`,
    help ?? 'an example is { x: [4, 8, 1], y: 0 }, or has a target at each step: { x: [4, 8, 1], y: [0, 1, 0] }',
  );
}

/** Padded sequences as one tensor: [T, N] or [T, N, F], or [N, T, …]; T is 1 at least. */
function sideBySide(
  sequences: readonly Sequence[],
  width: number | null,
  { pad, batchFirst, isWhole }: { pad: number; batchFirst: boolean; isWhole: boolean },
): Tensor {
  const N = sequences.length;
  const T = sequences.reduce((most, { length }) => Math.max(most, length), 1);
  const F = width ?? 1;
  const data = (isWhole ? new Int32Array(T * N * F) : new Float32Array(T * N * F)).fill(pad);
  sequences.forEach((sequence, n) => {
    for (let t = 0; t < sequence.length; t++) {
      const at = (batchFirst ? n * T + t : t * N + n) * F;
      const step = sequence[t];
      if (typeof step === 'number') data[at] = step;
      else data.set(step, at);
    }
  });
  return fromData(data, [...(batchFirst ? [N, T] : [T, N]), ...(width === null ? [] : [width])]);
}
