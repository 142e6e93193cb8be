// The operations of cells as nodes of ONNX: one table.
import type { OpName } from '../../program/expr.js';
import { type GraphBuilder, int } from './builder.js';

type Write = (b: GraphBuilder, args: readonly string[]) => string;

const FLOAT = 1;
const BOOL = 9;

const plain =
  (op: string): Write =>
  (b, args) =>
    b.one(op, args);

const compared =
  (op: string): Write =>
  (b, args) =>
    b.one('Cast', [b.one(op, args)], { attributes: { to: int(FLOAT) } });

/** log(1 + e^x) without losing digits far out: max(x, 0) + log(1 + e^−|x|), which no runtime writes otherwise. */
const softplus: Write = (b, [x]) => {
  const decay = b.one('Exp', [b.one('Neg', [b.one('Abs', [x])])]);
  return b.one('Add', [b.one('Relu', [x]), b.one('Log', [b.one('Add', [decay, b.scalar(1)])])]);
};

/** What writes each operation. A comparison gives 1 or 0, and `select` takes any number but 0 for true. */
export const OPERATORS: { readonly [K in OpName]: Write } = {
  neg: plain('Neg'),
  abs: plain('Abs'),
  exp: plain('Exp'),
  log: plain('Log'),
  sqrt: plain('Sqrt'),
  reciprocal: plain('Reciprocal'),
  sigmoid: plain('Sigmoid'),
  tanh: plain('Tanh'),
  relu: plain('Relu'),
  sign: plain('Sign'),
  softplus,
  logSigmoid: (b, [x]) => b.one('Neg', [softplus(b, [b.one('Neg', [x])])]),
  silu: (b, [x]) => b.one('Mul', [x, b.one('Sigmoid', [x])]),
  add: plain('Add'),
  sub: plain('Sub'),
  mul: plain('Mul'),
  div: plain('Div'),
  max: plain('Max'),
  min: plain('Min'),
  less: compared('Less'),
  equal: compared('Equal'),
  select: (b, [condition, yes, no]) => {
    const cast = b.one('Cast', [condition], { attributes: { to: int(BOOL) } });
    return b.one('Where', [cast, yes, no]);
  },
  fma: (b, [x, y, z]) => b.one('Add', [b.one('Mul', [x, y]), z]),
};
