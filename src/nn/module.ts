// Module: what has parameters and parts with parameters. Names are paths, as in PyTorch: `rnn.0.weight_h`.
import { setFrozenMask } from '../autograd/frozen.js';
import { brand } from '../copy.js';
import { empty, fromData } from '../tensor/create.js';
import type { Philox } from '../tensor/philox.js';
import { keep } from '../tensor/scope.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { arrange, type LoadOptions } from '../weights/arrange.js';
import { countModule, takeFromBudget } from '../weights/budget.js';
import {
  type GivenState,
  type ParameterLabel,
  type Place,
  plainLabel,
  type StateDict,
  type StoredParameter,
} from '../weights/labels.js';
import type { Initializer } from './initializers.js';

export type { StateDict } from '../weights/labels.js';

/**
 * A tensor that training changes. It outlives the scope in which it is made. While the weights of a file are loaded, its numbers
 * are undefined: `init` is not called then.
 * @param name for messages
 * Errors: FORMAT where the file has fewer numbers.
 */
export function parameter(shape: Shape, init: Initializer, rng: Philox, name = 'parameter'): Tensor {
  const t = keep(takeFromBudget(name, shape) ? empty(shape) : fromData(init(shape, rng), shape));
  t.requiresGrad = true;
  return t;
}

/** A parameter or buffer, and what a state dict says about it. */
export interface NamedState extends Place {
  /** Where its numbers are. */
  tensor: Tensor;
}

type Own = Omit<NamedState, 'name' | 'shape'>;

/**
 * What has parameters, buffers and parts that are modules themselves: layers, networks, and what a user builds from
 * them (`class Tagger extends Module`, with `addPart` for its layers). Names are paths through the parts:
 * `rnn.0.weight_h`.
 */
export abstract class Module {
  /** Whether dropout is on. */
  training = true;
  readonly #own = new Map<string, Own>();
  readonly #buffers = new Map<string, Own>();
  readonly #parts = new Map<string, Module>();

  static {
    brand(this.prototype, 'module');
  }

  constructor() {
    countModule();
  }

  /**
   * @param label what its axes and columns are; those of a linear layer by default
   * @param order01 for the gates of a cell: their order in files of 0.1
   */
  protected addParameter(name: string, t: Tensor, label?: ParameterLabel, order01?: Place['order01']): Tensor {
    this.#own.set(name, { tensor: t, label: label ?? plainLabel(t.shape), order01 });
    return t;
  }

  /** A tensor that is stored with the model, but that training does not change: not among the parameters. */
  protected addBuffer(name: string, t: Tensor, label?: ParameterLabel): Tensor {
    this.#buffers.set(name, { tensor: t, label: label ?? plainLabel(t.shape) });
    return t;
  }

  /**
   * Takes another module in under a name: its parameters are trained and stored with this one’s. @returns the part
   * itself
   */
  protected addPart<M extends Module>(name: string, part: M): M {
    this.#parts.set(name, part);
    return part;
  }

  /** Each parameter with its path: its own, then those of its parts in the order in which they were added. */
  *namedParameters(prefix = ''): Generator<[string, Tensor]> {
    for (const { name, tensor } of this.#named((module) => module.#own, prefix)) yield [name, tensor];
  }

  /** Each buffer with its path, in the same order: what is stored, but not trained. */
  *namedBuffers(prefix = ''): Generator<[string, Tensor]> {
    for (const { name, tensor } of this.#named((module) => module.#buffers, prefix)) yield [name, tensor];
  }

  /** What is stored with the model: parameters, then buffers, each with its label. */
  *namedState(prefix = ''): Generator<NamedState> {
    yield* this.#named((module) => module.#own, prefix);
    yield* this.#named((module) => module.#buffers, prefix);
  }

  *#named(of: (module: Module) => ReadonlyMap<string, Own>, prefix: string): Generator<NamedState> {
    for (const [name, own] of of(this)) yield { name: prefix + name, shape: own.tensor.shape, ...own };
    for (const [name, part] of this.#parts) yield* part.#named(of, `${prefix}${name}.`);
  }

  /** All parameters, for an optimizer. */
  parameters(): Tensor[] {
    return [...this.namedParameters()].map(([, t]) => t);
  }

  /** How many numbers training changes. */
  parameterCount(): number {
    return this.parameters().reduce((sum, t) => sum + t.size, 0);
  }

  /** Gives the gradients of all parameters back, so that the next `backward()` begins at zero. */
  zeroGrad(): void {
    for (const t of this.parameters()) {
      t.grad?.dispose();
      t.grad = null;
    }
  }

  /** Turns dropout on (or off, with false). */
  train(mode = true): this {
    this.training = mode;
    for (const part of this.#parts.values()) part.train(mode);
    return this;
  }

  /** Turns dropout off, here and in all parts: how a trained network is used. */
  eval(): this {
    return this.train(false);
  }

  /** Copies of all parameters and buffers, with their labels: which columns are which gate, and the like. */
  stateDict(): StateDict {
    return Object.fromEntries(
      [...this.namedState()].map(({ name, shape, tensor, label }): [string, StoredParameter] => {
        const data = tensor.data();
        const dtype = data instanceof Float64Array ? 'float64' : 'float32';
        return [name, { name, shape, ...label, dtype, data }];
      }),
    );
  }

  /**
   * Overwrites all parameters and buffers, the columns of gates by their labels, whatever their order in memory.
   * Errors: FORMAT with all that is missing, too much or of another shape, and for several gates without labels; nothing is
   * changed then.
   */
  loadStateDict(state: GivenState, options: LoadOptions = {}): void {
    const places = [...this.namedState()];
    const numbers = arrange(places, state, options);
    places.forEach(({ tensor }, i) => tensor.set(numbers[i]));
  }

  /** Gives parameters and buffers back; the module must not be used again. */
  dispose(): void {
    for (const { tensor } of this.namedState()) {
      tensor.grad?.dispose();
      setFrozenMask(tensor, null);
      tensor.dispose();
    }
  }
}
