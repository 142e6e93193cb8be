// The optimizers by their names; formulas as in PyTorch.
import { expectChoice } from '../expect.js';
import { Adam, AdamW } from './adam.js';
import type { ParameterSource } from './given.js';
import type { Optimizer } from './optimizer.js';
import { Adagrad, RMSProp } from './rmsProp.js';
import { SGD } from './sgd.js';

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
export function optimizerByName(name: OptimizerName, parameters: ParameterSource, learningRate?: number): Optimizer {
  expectChoice(name, 'an optimizer', Object.keys(OPTIMIZERS));
  return OPTIMIZERS[name](parameters, learningRate);
}
