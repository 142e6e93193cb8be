// Where the minibatches of a training come from: a loader, a list, or whatever can be iterated; pass after pass, from any place.
import { DataLoader, type DataLoaderOptions, type Example, type LoadedBatch } from '../data/dataLoader.js';
import { UnrolledError } from '../errors.js';
import { expectFunction, refuse } from '../expect.js';
import { outsideScopes } from '../tensor/scope.js';

/** Minibatches: a `DataLoader`, an array, something that can be iterated again and again, or a function of the epoch that gives one. */
export type BatchSource<B> = Iterable<B> | ((epoch: number) => Iterable<B>);

/** How examples are loaded that no loader holds. */
export interface ExampleOptions extends Pick<DataLoaderOptions, 'batchSize' | 'seed' | 'inputs'> {
  shuffle: boolean;
}

interface Pass<B> {
  iterator: Iterator<B>;
  /** How many minibatches it has in all, where that is known. */
  count: number | undefined;
  /** Whether its tensors are nobody's but the step's. */
  isOwn: boolean;
}

/** Goes through a source pass after pass. */
export class Passes<B> {
  readonly #source: BatchSource<B>;
  readonly #name: string;
  #epoch = 0;
  #index = 0;
  #pass: Pass<B> | null = null;
  /** Minibatches of the last pass. */
  #last: number | undefined;

  /** @param name for messages: `data`. Errors: OPTION for what gives no minibatches; those of `DataLoader` for examples. */
  constructor(source: BatchSource<B>, name: string, examples: ExampleOptions) {
    this.#name = name;
    this.#source = isExamples(source) ? (new DataLoader(source, examples) as Iterable<unknown> as Iterable<B>) : source;
    if (typeof source === 'function') expectFunction(source, name, 'as in (epoch) => batches(epoch)');
    else if (!isIterable(source)) {
      const isAsync = typeof source === 'object' && source !== null && Symbol.asyncIterator in source;
      refuse(
        `minibatches or examples as ${name}`,
        source,
        isAsync
          ? 'read it before: await Array.fromAsync(source)'
          : 'give a DataLoader, an array, or (epoch) => batches',
      );
    }
    const { count } = typeof source === 'function' ? { count: undefined } : this.#open(0, 0);
    this.#last = count;
  }

  /** Minibatches in a pass, as far as it is known. */
  get count(): number | undefined {
    return this.#pass?.count ?? this.#last;
  }

  /** Passes so far, with fractions; a whole number where one has ended. */
  epochs(): number {
    const { count } = this;
    if (count === undefined || this.#index === 0) return this.#epoch;
    const isKnown = this.#pass?.count !== undefined;
    return this.#epoch + Math.min(this.#index, isKnown ? count : count - 1) / count;
  }

  /** The number of the pass that the last minibatch was of, from 1. */
  get current(): number {
    return this.#epoch + (this.#index === 0 ? 0 : 1);
  }

  /** Where it stands: plain data. */
  state(): { epoch: number; index: number; count: number | null } {
    return { epoch: this.#epoch, index: this.#index, count: this.count ?? null };
  }

  /** Goes to a place that `state` gave. Errors: OPTION where a pass is known to be of another length. */
  restore({ epoch, index, count }: { epoch: number; index: number; count: number | null }): void {
    const pass = this.#open(epoch, index);
    if (pass.count !== undefined && count !== null && pass.count !== count) {
      throw new UnrolledError(
        'OPTION',
        `expected the ${this.#name} of the checkpoint, ${count} minibatches in an epoch, received ${pass.count}`,
        'resume with the same data and batch size; to learn from other data, train from scratch',
      );
    }
    this.#epoch = epoch;
    this.#last = count ?? undefined;
    this.#pass = pass;
    this.#index = index;
  }

  /** The next minibatch; null where a pass has ended. Errors: EMPTY for a pass without any. */
  next(): B | null {
    this.#pass ??= this.#open(this.#epoch, 0);
    const { iterator, isOwn } = this.#pass;
    const step = isOwn ? iterator.next() : outsideScopes(() => iterator.next());
    if (step.done !== true) {
      if (step.value === null || step.value === undefined) {
        refuse(`a minibatch at ${this.#index} of ${this.#name}`, step.value, 'look at what the data holds there');
      }
      this.#index++;
      return step.value;
    }
    if (this.#index === 0) {
      throw new UnrolledError(
        'EMPTY',
        `expected minibatches in epoch ${this.#epoch + 1} of ${this.#name}, received none`,
        this.#epoch === 0
          ? 'give data'
          : 'a generator is spent after one pass: give a function, (epoch) => batches(epoch)',
      );
    }
    this.#last = this.#index;
    this.#epoch++;
    this.#index = 0;
    this.#pass = null;
    return null;
  }

  #open(epoch: number, from: number): Pass<B> {
    const source = this.#source;
    const given: unknown = typeof source === 'function' ? outsideScopes(() => source(epoch)) : source;
    if (!isIterable(given)) {
      refuse(
        `minibatches of epoch ${epoch + 1} from the function ${this.#name}`,
        given,
        'return a DataLoader, an array or a generator',
      );
    }
    if (given instanceof DataLoader) {
      const iterator = (given as DataLoader).batches(epoch, from) as Iterator<unknown> as Iterator<B>;
      return { iterator, count: given.length, isOwn: true };
    }
    const iterator = (given as Iterable<B>)[Symbol.iterator]();
    for (let i = 0; i < from && iterator.next().done !== true; i++);
    return { iterator, count: Array.isArray(given) ? given.length : undefined, isOwn: false };
  }
}

const isIterable = (value: unknown): boolean => typeof value === 'object' && value !== null && Symbol.iterator in value;

/** Whether these are examples `{ x: [4, 8, 1] }`, of which a loader makes minibatches. */
function isExamples(source: unknown): source is Example[] {
  const first: unknown = Array.isArray(source) ? source[0] : undefined;
  const x: unknown = typeof first === 'object' && first !== null && 'x' in first ? first.x : undefined;
  return Array.isArray(x) || ArrayBuffer.isView(x);
}

/** A minibatch as far as `fit` looks into it. */
export type AnyBatch = Partial<Pick<LoadedBatch, 'x' | 'y' | 'lengths'>>;
