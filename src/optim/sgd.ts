// Stochastic gradient descent.
import { updateUnfrozen } from '../autograd/freeze.js';
import { uniform } from '../program/expr.js';
import type { Tensor } from '../tensor/tensor.js';
import { type LearningRateOption, type ParameterSource, settingsOf } from './given.js';
import {
  add,
  decayedGradient,
  g,
  lr,
  m,
  mul,
  Optimizer,
  p,
  requireDecay,
  requireShares,
  sub,
  type Uniforms,
} from './optimizer.js';

/** What plain gradient descent can add to its steps. */
export interface SGDOptions extends LearningRateOption {
  /** μ, of 0 or more and below 1; 0 */
  momentum?: number;
  /** Times the parameter is added to the gradient; 0 */
  weightDecay?: number;
}

const sgd = sub(p, mul(lr, g));
const velocity = add(mul(uniform('momentum'), m), decayedGradient);
const sgdDecayed = sub(p, mul(lr, decayedGradient));
const sgdMomentum = sub(p, mul(lr, velocity));

const SGD_DEFAULTS = { learningRate: 1e-3, momentum: 0, weightDecay: 0 };

/**
 * Stochastic gradient descent: v ← μ v + g, p ← p − lr v. Learning rate 0.001 by default.
 * Errors: RANGE for a rate or an option that is none; OPTION for an unknown one, and for parameters that are none.
 *
 *     new SGD(net, { lr: 0.1, momentum: 0.9 });
 */
export class SGD extends Optimizer {
  readonly #options: typeof SGD_DEFAULTS;

  constructor(parameters: ParameterSource, learningRate?: number | SGDOptions, options: SGDOptions = {}) {
    const settings = settingsOf('SGD', SGD_DEFAULTS, learningRate, options);
    requireShares({ momentum: settings.momentum });
    requireDecay(settings.weightDecay);
    super(parameters, settings.learningRate, settings.momentum === 0 ? 0 : 1);
    this.#options = settings;
  }

  protected uniforms(): Uniforms {
    return { lr: this.learningRate, momentum: this.#options.momentum, decay: this.#options.weightDecay };
  }

  protected update(t: Tensor, gradient: Tensor, [moment]: readonly Tensor[], uniforms: Uniforms): void {
    if (moment === undefined) {
      const value = this.#options.weightDecay === 0 ? sgd : sgdDecayed;
      updateUnfrozen(t, [{ tensor: t, value }], [t, gradient], { uniforms });
      return;
    }
    updateUnfrozen(
      t,
      [
        { tensor: t, value: sgdMomentum },
        { tensor: moment, value: velocity },
      ],
      [t, gradient, moment],
      { uniforms },
    );
  }
}
