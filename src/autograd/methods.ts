// The operations as methods of Tensor: `a.mul(b).sum().backward()`. Importing this file installs them.
import { Tensor } from '../tensor/tensor.js';
import * as activations from './activations.js';
import * as ops from './ops.js';
import { backward, type BackwardOptions } from './tape.js';

const METHODS = {
  neg: ops.neg,
  abs: ops.abs,
  exp: ops.exp,
  log: ops.log,
  sqrt: ops.sqrt,
  square: ops.square,
  reciprocal: ops.reciprocal,
  sigmoid: ops.sigmoid,
  tanh: ops.tanh,
  relu: ops.relu,
  leakyRelu: activations.leakyRelu,
  elu: activations.elu,
  geluTanh: activations.geluTanh,
  silu: activations.silu,
  softplus: activations.softplus,
  softsign: activations.softsign,
  hardtanh: activations.hardtanh,
  add: ops.add,
  sub: ops.sub,
  mul: ops.mul,
  div: ops.div,
  maximum: ops.maximum,
  minimum: ops.minimum,
  pow: ops.pow,
  eq: ops.eq,
  ne: ops.ne,
  lt: ops.lt,
  le: ops.le,
  gt: ops.gt,
  ge: ops.ge,
  matmul: ops.matmul,
  sum: ops.sum,
  mean: ops.mean,
  max: ops.max,
  min: ops.min,
  argmax: ops.argmax,
  argmin: ops.argmin,
  variance: ops.variance,
  std: ops.std,
  softmax: ops.softmax,
  logSoftmax: ops.logSoftmax,
  reshape: ops.reshape,
  permute: ops.permute,
  transpose: ops.transpose,
  slice: ops.slice,
  select: ops.select,
  at: ops.at,
  squeeze: ops.squeeze,
  unsqueeze: ops.unsqueeze,
  flatten: ops.flatten,
  expand: ops.expand,
  clone: ops.clone,
  backward,
} as const;

type Methods = {
  [K in keyof typeof METHODS]: (typeof METHODS)[K] extends (self: Tensor, ...rest: infer R) => infer Out
    ? (...rest: R) => Out
    : never;
};

declare module '../tensor/tensor.js' {
  // The interface half of the class: the same name is how TypeScript adds methods to it.
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface Tensor extends Methods {}
}

for (const [name, operation] of Object.entries(METHODS)) {
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...rest: unknown[]): unknown {
      return Reflect.apply(operation, undefined, [this, ...rest]);
    },
    writable: true,
    configurable: true,
  });
}

export type { BackwardOptions };
