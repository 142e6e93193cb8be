// softplus, log σ and silu, of tensors and in a cell, on every backend: all digits of small results, nothing lost far out.
import { describe, expect, it } from 'vitest';
import { defineCell, fromData, listBackends, Recurrent, type Tensor, useBackend } from '../src/node.js';
import { ReferenceBackend } from '../src/backend/reference/reference.js';
import * as activations from '../src/autograd/activations.js';

const logistic = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
/** x · σ(x), where ∞ · 0 counts as what it tends to. */
const scaled = (x: number, share: number): number => (share === 0 ? 0 : x * share);

/** Value and slope at x. */
const FUNCTIONS = {
  softplus: [softplus, logistic],
  logSigmoid: [(x: number) => -softplus(-x), (x: number) => logistic(-x)],
  silu: [(x: number) => scaled(x, logistic(x)), (x: number) => scaled(1 + scaled(x, logistic(-x)), logistic(x))],
} as const;

type Name = keyof typeof FUNCTIONS;

const SIZES = [
  0,
  1e-30,
  1e-8,
  0.01,
  0.5,
  1,
  2,
  5,
  17,
  30,
  38,
  60,
  80,
  88,
  90,
  100,
  104,
  300,
  740,
  1e4,
  1e30,
  1e38,
  Infinity,
];
const POINTS = Float32Array.from([...SIZES, ...SIZES.map((x) => -x)]);

const CELLS = {
  softplus: defineCell({ name: 'P', state: ['h'], step: ({ x, softplus: f }) => ({ h: f(x) }) }),
  logSigmoid: defineCell({ name: 'L', state: ['h'], step: ({ x, logSigmoid: f }) => ({ h: f(x) }) }),
  silu: defineCell({ name: 'S', state: ['h'], step: ({ x, silu: f }) => ({ h: f(x) }) }),
};

function inCell(name: Name, x: Tensor): Tensor {
  const rnn = new Recurrent(CELLS[name], { inputSize: x.size, hiddenSize: x.size });
  return rnn.forward(x.reshape([1, 1, x.size])).output;
}

function ofTensor(name: Name, x: Tensor): Tensor {
  if (name === 'logSigmoid') return activations.softplus(x.neg()).neg();
  return activations[name](x);
}

/** @param digits relative error; @param floor absolute one, where numbers have fewer digits */
function check(name: Name, run: (name: Name, x: Tensor) => Tensor, digits: number, floor: number): void {
  const x = fromData(POINTS, [POINTS.length], { requiresGrad: true });
  const y = run(name, x);
  y.sum().backward();
  const results = [y.data(), x.grad?.data() ?? []];
  FUNCTIONS[name].forEach((f, i) => {
    POINTS.forEach((at, j) => {
      const [expected, received] = [f(at), results[i][j]];
      const error = expected === received ? 0 : Math.abs(received - expected);
      const what = `${i === 0 ? name : `slope of ${name}`} at ${at}: ${received}, not ${expected}`;
      expect(error, what).toBeLessThanOrEqual(Math.max(digits * Math.abs(expected), floor));
    });
  });
}

const RUNS = { 'of a tensor': ofTensor, 'in a cell': inCell };
const NAMES = Object.keys(FUNCTIONS) as Name[];
const cases = NAMES.flatMap((name) => Object.entries(RUNS).map(([where, run]) => ({ name, where, run })));

describe.each(cases)('$name $where', ({ name, run }) => {
  it('has sixteen digits on the reference backend in float64', async () => {
    await useBackend(new ReferenceBackend({ precision: 'float64' }));
    check(name, run, 1e-15, 0);
  });

  it.each(['reference', 'wasm', 'native'] as const)('has those of float32 on %s', async (backend) => {
    const found = (await listBackends()).find((b) => b.name === backend);
    if (found?.available !== true) return;
    await useBackend(backend);
    // silu multiplies by x what is given in steps of 1.4e-45.
    check(name, run, 1e-6, 1e-43);
  });
});
