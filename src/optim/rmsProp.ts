// RMSProp and Adagrad: the gradient divided by the root of a running mean, or of the sum, of its squares.
import { updateUnfrozen } from '../autograd/freeze.js';
import { apply, type Expr, uniform } from '../program/expr.js';
import { requireNumber } from '../range.js';
import type { Tensor } from '../tensor/tensor.js';
import { type LearningRateOption, type ParameterSource, settingsOf } from './given.js';
import {
  add,
  epsilon,
  g,
  lr,
  m,
  mul,
  one,
  Optimizer,
  p,
  requireEpsilon,
  requireShares,
  sub,
  type Uniforms,
} from './optimizer.js';

/** Decay and guard of `RMSProp`. */
export interface RMSPropOptions extends LearningRateOption {
  /** Of the mean of squared gradients, of 0 or more and below 1; 0.99 */
  alpha?: number;
  /** 1e-8; the same as `epsilon` */
  eps?: number;
  /** The same as `eps`. */
  epsilon?: number;
}

/** p − lr g / (√s + ε) */
const scaledByRoot = (square: Expr): Expr => sub(p, apply('div', mul(lr, g), add(apply('sqrt', square), epsilon)));

const smoothed = add(mul(uniform('alpha'), m), mul(sub(one, uniform('alpha')), mul(g, g)));
const rmsPropUpdate = scaledByRoot(smoothed);

const RMSPROP = { learningRate: 1e-2, alpha: 0.99, epsilon: 1e-8 };

/**
 * Tieleman and Hinton 2012: divides by a running root mean square of the gradient. Learning rate 0.01 by default.
 * Errors: as of `Adam`.
 */
export class RMSProp extends Optimizer {
  readonly #options: typeof RMSPROP;

  constructor(parameters: ParameterSource, learningRate?: number | RMSPropOptions, options: RMSPropOptions = {}) {
    const settings = settingsOf('RMSProp', RMSPROP, learningRate, options);
    requireShares({ alpha: settings.alpha });
    requireEpsilon(settings.epsilon);
    super(parameters, settings.learningRate, 1);
    this.#options = settings;
  }

  protected uniforms(): Uniforms {
    const { alpha, epsilon: e } = this.#options;
    return { lr: this.learningRate, alpha, epsilon: e };
  }

  protected update(t: Tensor, gradient: Tensor, [square]: readonly Tensor[], uniforms: Uniforms): void {
    updateUnfrozen(
      t,
      [
        { tensor: t, value: rmsPropUpdate },
        { tensor: square, value: smoothed },
      ],
      [t, gradient, square],
      { uniforms },
    );
  }
}

const gathered = add(m, mul(g, g));
const adagradUpdate = scaledByRoot(gathered);

/** Guard and start of `Adagrad`. */
export interface AdagradOptions extends LearningRateOption {
  /** 1e-10; the same as `epsilon` */
  eps?: number;
  /** The same as `eps`. */
  epsilon?: number;
  /** Where the sums begin: 0, or an ε under the root, p − lr g / √(s + ε). */
  initialSum?: number;
}

const ADAGRAD = { learningRate: 1e-2, epsilon: 1e-10, initialSum: 0 };

/**
 * Duchi, Hazan and Singer 2011: divides by the root of the sum of all squared gradients. Learning rate 0.01 by default.
 * Errors: as of `Adam`.
 */
export class Adagrad extends Optimizer {
  readonly #epsilon: number;

  constructor(parameters: ParameterSource, learningRate?: number | AdagradOptions, options: AdagradOptions = {}) {
    const { initialSum, ...settings } = settingsOf('Adagrad', ADAGRAD, learningRate, options);
    requireEpsilon(settings.epsilon);
    requireNumber('initialSum', initialSum, { min: 0 }, '0 is usual: the accumulator starts there');
    super(parameters, settings.learningRate, 1);
    this.#epsilon = settings.epsilon;
    if (initialSum !== 0) {
      for (const [square] of this.moments) square.set(new Float64Array(square.size).fill(initialSum));
    }
  }

  protected uniforms(): Uniforms {
    return { lr: this.learningRate, epsilon: this.#epsilon };
  }

  protected update(t: Tensor, gradient: Tensor, [square]: readonly Tensor[], uniforms: Uniforms): void {
    updateUnfrozen(
      t,
      [
        { tensor: t, value: adagradUpdate },
        { tensor: square, value: gathered },
      ],
      [t, gradient, square],
      { uniforms },
    );
  }
}
