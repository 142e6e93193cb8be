// Optimizers. Each update is one program over parameter, gradient and moments; formulas as in PyTorch.
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { didYouMean } from '../nearest.js';
import { argument } from '../autograd/elementwise.js';
import { updateUnfrozen } from '../autograd/freeze.js';
import { apply, constant, type Expr, uniform } from '../program/expr.js';
import { requireNumber } from '../range.js';
import { zeros } from '../tensor/create.js';
import { keep } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { type LearningRateOption, parametersOf, type ParameterSource, settingsOf } from './given.js';

/** Where an optimizer stands: how many steps, and its moments by number, in the order in memory. Files have `storedMoments`. */
export interface OptimizerState {
  /** Steps taken so far. */
  steps: number;
  /** Running means and the like, by the numbers of parameter and moment: `0.1`. */
  moments: Record<string, ArrayLike<number>>;
}

/** Decay rates of running means. Errors: RANGE. */
function requireShares(shares: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(shares)) {
    requireNumber(name, value, { min: 0, below: 1 }, '0.9 is usual: the decay rate of a running mean');
  }
}

/** Errors: RANGE. */
function requireEpsilon(value: number): void {
  requireNumber('epsilon', value, { min: 0 }, '1e-8 is usual: it is added to the denominator');
}

/** Errors: RANGE. */
function requireDecay(value: number): void {
  requireNumber('weightDecay', value, { min: 0 }, '0 is none, 0.01 is usual');
}

type Uniforms = Readonly<Record<string, number>>;

const add = (a: Expr, b: Expr): Expr => apply('add', a, b);
const sub = (a: Expr, b: Expr): Expr => apply('sub', a, b);
const mul = (a: Expr, b: Expr): Expr => apply('mul', a, b);
const one = constant(1);
const [p, g, m, v] = [argument(0), argument(1), argument(2), argument(3)];
const lr = uniform('lr');

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

/** What plain gradient descent can add to its steps. */
export interface SGDOptions extends LearningRateOption {
  /** μ, of 0 or more and below 1; 0 */
  momentum?: number;
  /** Times the parameter is added to the gradient; 0 */
  weightDecay?: number;
}

const sgd = sub(p, mul(lr, g));
const decayedGradient = add(g, mul(uniform('decay'), p));
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

const [beta1, beta2, epsilon, decay] = [uniform('beta1'), uniform('beta2'), uniform('epsilon'), uniform('decay')];
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

/** The optimizers by the names that `--optimizer` and files use, each with its defaults. */
export const OPTIMIZERS = {
  sgd: (parameters: ParameterSource, learningRate?: number): Optimizer => new SGD(parameters, learningRate),
  adam: (parameters: ParameterSource, learningRate?: number): Optimizer => new Adam(parameters, learningRate),
  adamw: (parameters: ParameterSource, learningRate?: number): Optimizer => new AdamW(parameters, learningRate),
  rmsprop: (parameters: ParameterSource, learningRate?: number): Optimizer => new RMSProp(parameters, learningRate),
  adagrad: (parameters: ParameterSource, learningRate?: number): Optimizer => new Adagrad(parameters, learningRate),
} as const;

/** A name in `OPTIMIZERS`. */
export type OptimizerName = keyof typeof OPTIMIZERS;

/** Its own learning rate where none is given. Errors: OPTION for an unknown name. */
export function optimizerByName(name: string, parameters: ParameterSource, learningRate?: number): Optimizer {
  const found = Object.entries(OPTIMIZERS).find(([known]) => known === name);
  if (found === undefined) {
    const known = Object.keys(OPTIMIZERS);
    throw new UnrolledError(
      'OPTION',
      `expected an optimizer of ${known.join(', ')}, received "${brief(String(name))}"`,
      `${didYouMean(String(name), known)}adam suits most networks`,
    );
  }
  return found[1](parameters, learningRate);
}
