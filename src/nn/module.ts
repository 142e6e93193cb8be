// Module: what has parameters and parts with parameters. Names are paths, as in PyTorch: `rnn.0.weight_h`.
import { UnrolledError } from '../errors.js';
import { keep } from '../tensor/scope.js';
import { fromData } from '../tensor/create.js';
import type { Philox } from '../tensor/philox.js';
import { formatShape, sameShape, type Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Initializer } from './initializers.js';

/** Parameters and buffers of a module by their paths, as plain arrays: what a file stores. */
export type StateDict = Record<
  string,
  {
    /** The size of each axis. */
    shape: Shape;
    /** The elements in row-major order. */
    data: ArrayLike<number>;
  }
>;

/** A tensor that training changes. It outlives the scope in which it is made. */
export function parameter(shape: Shape, init: Initializer, rng: Philox): Tensor {
  const t = keep(fromData(init(shape, rng), shape));
  t.requiresGrad = true;
  return t;
}

/**
 * What has parameters, buffers and parts that are modules themselves: layers, networks, and what a user builds from
 * them (`class Tagger extends Module`, with `addPart` for its layers). Names are paths through the parts:
 * `rnn.0.weight_h`.
 */
export abstract class Module {
  /** Whether dropout is on. */
  training = true;
  readonly #own = new Map<string, Tensor>();
  readonly #buffers = new Map<string, Tensor>();
  readonly #parts = new Map<string, Module>();

  /** Makes a tensor, from `parameter`, one of this module’s own. @returns the tensor itself */
  protected addParameter(name: string, t: Tensor): Tensor {
    this.#own.set(name, t);
    return t;
  }

  /** A tensor that is stored with the model, but that training does not change: not among the parameters. */
  protected addBuffer(name: string, t: Tensor): Tensor {
    this.#buffers.set(name, t);
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
    for (const [name, t] of this.#own) yield [prefix + name, t];
    for (const [name, part] of this.#parts) yield* part.namedParameters(`${prefix}${name}.`);
  }

  /** Each buffer with its path, in the same order: what is stored, but not trained. */
  *namedBuffers(prefix = ''): Generator<[string, Tensor]> {
    for (const [name, t] of this.#buffers) yield [prefix + name, t];
    for (const [name, part] of this.#parts) yield* part.namedBuffers(`${prefix}${name}.`);
  }

  /** What is stored with the model: parameters, then buffers. */
  *#namedState(): Generator<[string, Tensor]> {
    yield* this.namedParameters();
    yield* this.namedBuffers();
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

  /** Copies of all parameters and buffers. */
  stateDict(): StateDict {
    return Object.fromEntries([...this.#namedState()].map(([name, t]) => [name, { shape: t.shape, data: t.data() }]));
  }

  /** Errors: FORMAT where names are missing or too many, or a shape differs. */
  loadStateDict(state: StateDict): void {
    const named = new Map(this.#namedState());
    const missing = [...named.keys()].filter((name) => !Object.hasOwn(state, name));
    const extra = Object.keys(state).filter((name) => !named.has(name));
    if (missing.length + extra.length > 0) {
      throw new UnrolledError(
        'FORMAT',
        `expected the parameters of this model, received without ${missing.join(', ') || 'none'} and with ${extra.join(', ') || 'none'} more`,
        'the model must be made with the same configuration',
      );
    }
    for (const [name, t] of named) {
      const { shape, data } = state[name];
      if (!sameShape(shape, t.shape)) {
        throw new UnrolledError(
          'FORMAT',
          `expected ${name} of shape ${formatShape(t.shape)}, received ${formatShape(shape)}`,
          'the model must be made with the same configuration',
        );
      }
      t.set(data);
    }
  }

  /** Gives parameters and buffers back; the module must not be used again. */
  dispose(): void {
    for (const [, t] of this.#namedState()) {
      t.grad?.dispose();
      t.dispose();
    }
  }
}
