// Adam and AdamW: steps by running means of the gradient and of its square.
import { updateUnfrozen } from '../autograd/freeze.js';
import { apply, type Expr, uniform } from '../program/expr.js';
import type { Tensor } from '../tensor/tensor.js';
import { type LearningRateOption, type ParameterSource, settingsOf } from './given.js';
import {
  add,
  decay,
  decayedGradient,
  epsilon,
  g,
  lr,
  m,
  mul,
  one,
  Optimizer,
  p,
  requireDecay,
  requireEpsilon,
  requireShares,
  sub,
  type Uniforms,
  v,
} from './optimizer.js';

/** Decay rates and guards of `Adam` and `AdamW`. */
export interface AdamOptions extends LearningRateOption {
  /** Of the mean of gradients and of the mean of their squares, of 0 or more and below 1: [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** The first of `betas`. */
  beta1?: number;
  /** The second of `betas`. */
  beta2?: number;
  /** 1e-8; the same as `epsilon` */
  eps?: number;
  /** The same as `eps`. */
  epsilon?: number;
  /** Adam adds it to the gradient, AdamW shrinks the parameter. */
  weightDecay?: number;
}

const [beta1, beta2] = [uniform('beta1'), uniform('beta2')];
const first = (gradient: Expr): Expr => add(mul(beta1, m), mul(sub(one, beta1), gradient));
const second = (gradient: Expr): Expr => add(mul(beta2, v), mul(sub(one, beta2), mul(gradient, gradient)));
/** stepSize = lr / (1 − β₁ᵗ), rootCorrection = 1 / √(1 − β₂ᵗ) */
const adamStep = (gradient: Expr): Expr =>
  apply(
    'div',
    mul(uniform('stepSize'), first(gradient)),
    add(mul(apply('sqrt', second(gradient)), uniform('rootCorrection')), epsilon),
  );

/** The new parameter and moments; built once, since a step should leave little to collect. */
interface AdamUpdate {
  parameter: Expr;
  mean: Expr;
  square: Expr;
}

/** @param used the gradient that the moments follow  @param start what the step is taken from */
function adamUpdate(used: Expr, start: Expr): AdamUpdate {
  return { parameter: sub(start, adamStep(used)), mean: first(used), square: second(used) };
}

const plainUpdate = adamUpdate(g, p);
const decayedUpdate = adamUpdate(decayedGradient, p);
const decoupledUpdate = adamUpdate(g, sub(p, mul(mul(lr, decay), p)));

/** The options of `Adam` and `AdamW`, defaults filled in. */
export interface AdamSettings {
  /** At the beginning; `optimizer.learningRate` is that of the next step. */
  learningRate: number;
  /** Decay rate of the mean of gradients. */
  beta1: number;
  /** Decay rate of the mean of their squares. */
  beta2: number;
  /** Added to the denominator. */
  epsilon: number;
  /** Adam adds it to the gradient, AdamW shrinks the parameter. */
  weightDecay: number;
}

/** What `Adam` and `AdamW` share: two running means, and their options. */
export abstract class AdamFamily extends Optimizer {
  /** With the defaults filled in. */
  protected readonly options: AdamSettings;

  constructor(
    name: string,
    defaults: AdamSettings,
    parameters: ParameterSource,
    learningRate: number | AdamOptions | undefined,
    options: AdamOptions,
  ) {
    const settings = settingsOf(name, defaults, learningRate, options);
    requireShares({ beta1: settings.beta1, beta2: settings.beta2 });
    requireEpsilon(settings.epsilon);
    requireDecay(settings.weightDecay);
    super(parameters, settings.learningRate, 2);
    this.options = settings;
  }

  /** What the options ask for. */
  protected abstract choose(): AdamUpdate;

  protected uniforms(): Uniforms {
    const { beta1: b1, beta2: b2, epsilon: e, weightDecay } = this.options;
    return {
      lr: this.learningRate,
      beta1: b1,
      beta2: b2,
      epsilon: e,
      decay: weightDecay,
      stepSize: this.learningRate / (1 - b1 ** this.steps),
      rootCorrection: 1 / Math.sqrt(1 - b2 ** this.steps),
    };
  }

  protected update(t: Tensor, gradient: Tensor, [mean, square]: readonly Tensor[], uniforms: Uniforms): void {
    const value = this.choose();
    const targets = [
      { tensor: t, value: value.parameter },
      { tensor: mean, value: value.mean },
      { tensor: square, value: value.square },
    ];
    updateUnfrozen(t, targets, [t, gradient, mean, square], { uniforms });
  }
}

const ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

/**
 * Kingma and Ba, "Adam", ICLR 2015, algorithm 1. Learning rate 0.001 by default.
 * Errors: RANGE for a rate or an option that is none; OPTION for an unknown one, and for parameters that are none.
 *
 *     new Adam(net, { lr: 1e-3, betas: [0.9, 0.98] });
 */
export class Adam extends AdamFamily {
  constructor(parameters: ParameterSource, learningRate?: number | AdamOptions, options: AdamOptions = {}) {
    super('Adam', ADAM, parameters, learningRate, options);
  }

  protected choose(): AdamUpdate {
    return this.options.weightDecay === 0 ? plainUpdate : decayedUpdate;
  }
}

/** Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019, algorithm 2. Weight decay 0.01 by default. Errors: as of `Adam`. */
export class AdamW extends AdamFamily {
  constructor(parameters: ParameterSource, learningRate?: number | AdamOptions, options: AdamOptions = {}) {
    super('AdamW', { ...ADAM, weightDecay: 0.01 }, parameters, learningRate, options);
  }

  protected choose(): AdamUpdate {
    return decoupledUpdate;
  }
}
