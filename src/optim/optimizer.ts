// What all optimizers are: parameters, moments, one step. Each update is one program over parameter, gradient and moments, put together
// from the expressions that stand here.
import { UnrolledError } from '../errors.js';
import { argument } from '../autograd/elementwise.js';
import { apply, constant, type Expr, uniform } from '../program/expr.js';
import { requireNumber } from '../range.js';
import { zeros } from '../tensor/create.js';
import { keep } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { parametersOf, type ParameterSource } from './given.js';

/** Where an optimizer stands: how many steps, and its moments by number, in the order in memory. Files have `storedMoments`. */
export interface OptimizerState {
  /** Steps taken so far. */
  steps: number;
  /** Running means and the like, by the numbers of parameter and moment: `0.1`. */
  moments: Record<string, ArrayLike<number>>;
}

/** Decay rates of running means. Errors: RANGE. */
export function requireShares(shares: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(shares)) {
    requireNumber(name, value, { min: 0, below: 1 }, '0.9 is usual: the decay rate of a running mean');
  }
}

/** Errors: RANGE. */
export function requireEpsilon(value: number): void {
  requireNumber('epsilon', value, { min: 0 }, '1e-8 is usual: it is added to the denominator');
}

/** Errors: RANGE. */
export function requireDecay(value: number): void {
  requireNumber('weightDecay', value, { min: 0 }, '0 is none, 0.01 is usual');
}

export type Uniforms = Readonly<Record<string, number>>;

export const add = (a: Expr, b: Expr): Expr => apply('add', a, b);
export const sub = (a: Expr, b: Expr): Expr => apply('sub', a, b);
export const mul = (a: Expr, b: Expr): Expr => apply('mul', a, b);
export const one = constant(1);
export const [p, g, m, v] = [argument(0), argument(1), argument(2), argument(3)];
export const lr = uniform('lr');

/** Added to the denominator, and how much a parameter shrinks. */
export const [epsilon, decay] = [uniform('epsilon'), uniform('decay')];
/** The gradient, with weight decay added to it. */
export const decayedGradient = add(g, mul(decay, p));

/** What changes parameters by their gradients. One step: `zeroGrad()`, `loss.backward()`, `step()`. */
export abstract class Optimizer {
  /** What it changes, in the order given. */
  readonly parameters: readonly Tensor[];
  #learningRate = 0;
  /** Calls of `step()` so far. */
  steps = 0;
  /** Zero or more moments for each parameter, each of its shape. */
  readonly moments: readonly (readonly Tensor[])[];

  /** Errors: OPTION for no parameters and for what is none; RANGE for the learning rate. */
  protected constructor(parameters: ParameterSource, learningRate: number, momentCount: number) {
    this.parameters = parametersOf(parameters);
    this.learningRate = learningRate;
    this.moments = this.parameters.map((t) =>
      Array.from({ length: momentCount }, () => keep(zeros(t.shape, { device: t.device }))),
    );
  }

  get learningRate(): number {
    return this.#learningRate;
  }

  /** A schedule sets it before each step. Errors: RANGE for a negative one, or one that is not finite. */
  set learningRate(rate: number) {
    requireNumber('a learning rate', rate, { min: 0 }, '0.001 suits Adam, 1 suits SGD with clipping');
    this.#learningRate = rate;
  }

  /** Changes each parameter that has a gradient, but for elements that are frozen. */
  step(): void {
    this.steps++;
    const uniforms = this.uniforms();
    this.parameters.forEach((t, i) => {
      if (t.grad !== null) this.update(t, t.grad, this.moments[i], uniforms);
    });
  }

  /** Gives the gradients back, so that the next `backward()` begins at zero. */
  zeroGrad(): void {
    for (const t of this.parameters) {
      t.grad?.dispose();
      t.grad = null;
    }
  }

  /** A copy of all that the next steps depend on, for a checkpoint. */
  state(): OptimizerState {
    const moments = this.moments.flatMap((list, i) =>
      list.map((t, j): [string, ArrayLike<number>] => [`${i}.${j}`, t.data()]),
    );
    return { steps: this.steps, moments: Object.fromEntries(moments) };
  }

  /** Errors: FORMAT where the moments are not those of this optimizer. */
  loadState(state: OptimizerState): void {
    this.moments.forEach((list, i) =>
      list.forEach((t, j) => {
        const data = state.moments[`${i}.${j}`];
        if (data?.length !== t.size) {
          throw new UnrolledError(
            'FORMAT',
            `expected moment ${i}.${j} of ${t.size} numbers, received ${data?.length ?? 'none'}`,
            'resume with the same optimizer and model',
          );
        }
        t.set(data);
      }),
    );
    this.steps = state.steps;
  }

  /** The numbers of this step, the same for all parameters. */
  protected abstract uniforms(): Uniforms;

  /** Changes one parameter in place, and its moments. */
  protected abstract update(t: Tensor, gradient: Tensor, moments: readonly Tensor[], uniforms: Uniforms): void;
}
