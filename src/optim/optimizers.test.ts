// Optimizers and clipping against five steps of PyTorch's (test/golden/make_optim.py), schedules against their formulas.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import '../autograd/methods.js';
import { add, mul, sum } from '../autograd/ops.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { createWasmBackendSync } from '../backend/compiled/wasmSync.js';
import type { Backend } from '../backend/contract.js';
import { nodePlatform } from '../platform/node/node.js';
import { setPlatform } from '../platform/platform.js';
import { fromData, zeros } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { scope } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { clipGradNorm, clipGradValue, gradNorm } from './clip.js';
import { Adam, AdamW } from './adam.js';
import type { Optimizer } from './optimizer.js';
import { OPTIMIZERS } from './optimizers.js';
import { Adagrad, RMSProp } from './rmsProp.js';
import { SGD } from './sgd.js';
import {
  constantSchedule,
  cosineSchedule,
  decaySchedule,
  exponentialSchedule,
  type ScheduleName,
  scheduleByName,
  SCHEDULES,
  staircaseSchedule,
  stepSchedule,
  type TrainingPosition,
  warmUp,
} from './schedules.js';

interface Case {
  optimizer: keyof typeof OPTIMIZERS;
  lr: number;
  options: {
    momentum?: number;
    weight_decay?: number;
    betas?: [number, number];
    eps?: number;
    alpha?: number;
    initial_accumulator_value?: number;
  };
  clip_norm?: number;
  clip_value?: number;
  start: number[][];
  a: number[][];
  b: number[][];
  /** [step][parameter][element] */
  steps: number[][][];
  norms: number[];
}

const golden = readFileSync(new URL('../../test/golden/optim.jsonl', import.meta.url), 'utf8');
const CASES = golden
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);

setPlatform(nodePlatform);

/** PyTorch's names as ours; what is not given stays the default, which is compared too. */
function makeOptimizer({ optimizer, lr, options }: Case, parameters: Tensor[]): Optimizer {
  const {
    momentum,
    weight_decay: weightDecay,
    betas,
    eps: epsilon,
    alpha,
    initial_accumulator_value: initialSum,
  } = options;
  const given = <T extends object>(values: T): T =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
  const adam = given({ beta1: betas?.[0], beta2: betas?.[1], epsilon, weightDecay });
  switch (optimizer) {
    case 'sgd':
      return new SGD(parameters, lr, given({ momentum, weightDecay }));
    case 'adam':
      return new Adam(parameters, lr, adam);
    case 'adamw':
      return new AdamW(parameters, lr, adam);
    case 'rmsprop':
      return new RMSProp(parameters, lr, given({ alpha, epsilon }));
    case 'adagrad':
      return new Adagrad(parameters, lr, given({ epsilon, initialSum }));
  }
}

const tensors = (rows: number[][]): Tensor[] => rows.map((row) => fromData(row, [row.length]));

function parametersOf(start: number[][]): Tensor[] {
  const parameters = tensors(start);
  for (const t of parameters) t.requiresGrad = true;
  return parameters;
}

/** Gradients a · p + b. */
function backwardOf({ a, b }: Pick<Case, 'a' | 'b'>, parameters: readonly Tensor[]): void {
  scope(() => {
    const [as, bs] = [tensors(a), tensors(b)];
    const parts = parameters.map((p, i) => sum(add(mul(mul(mul(as[i], p), p), 0.5), mul(bs[i], p))));
    add(parts[0], parts[1]).backward();
  });
}

const BACKENDS: [string, () => Backend, number][] = [
  ['reference in float64', () => new ReferenceBackend({ precision: 'float64' }), 1e-12],
  ['reference', () => new ReferenceBackend(), 2e-6],
  ['wasm', () => createWasmBackendSync(), 2e-6],
];

describe.each(BACKENDS)('on %s', (_, make, tolerance) => {
  let backend: Backend;
  beforeAll(() => {
    backend = make();
    setCurrentDevice(backend);
  });
  afterAll(() => {
    setCurrentDevice(null);
    backend.close();
  });

  const titled = CASES.map((c): [string, Case] => [
    `${c.optimizer} ${JSON.stringify(c.options)}${c.clip_norm ? ` norm ${c.clip_norm}` : ''}${c.clip_value ? ` value ${c.clip_value}` : ''}`,
    c,
  ]);
  it.each(titled)('%s is PyTorch’s over five steps', (_title, c) => {
    // PyTorch adds 1e-6 to the norm that it divides by; ours is the projection itself.
    const close = c.clip_norm === undefined ? tolerance : Math.max(tolerance, 1e-6);
    const parameters = parametersOf(c.start);
    const optimizer = makeOptimizer(c, parameters);
    c.steps.forEach((expected, step) => {
      optimizer.zeroGrad();
      backwardOf(c, parameters);
      if (c.clip_norm !== undefined) {
        const before = clipGradNorm(parameters, c.clip_norm);
        expect(Math.abs(before - c.norms[step]) / c.norms[step]).toBeLessThan(close);
        // On the ball, or untouched inside it.
        expect(gradNorm(parameters)).toBeCloseTo(Math.min(before, c.clip_norm), 5);
      }
      if (c.clip_value !== undefined) clipGradValue(parameters, c.clip_value);
      optimizer.step();
      parameters.forEach((t, i) => {
        t.data().forEach((value, j) => {
          const error = Math.abs(value - expected[i][j]) / Math.max(1, Math.abs(expected[i][j]));
          expect(error, `step ${step}, parameter ${i}, element ${j}: ${value} for ${expected[i][j]}`).toBeLessThan(
            close,
          );
        });
      });
    });
  });

  it.each(Object.keys(OPTIMIZERS) as (keyof typeof OPTIMIZERS)[])('%s goes on from its stored state', (name) => {
    const [c] = CASES;
    const [whole, half] = [parametersOf(c.start), parametersOf(c.start)];
    const run = (optimizer: Optimizer, parameters: Tensor[], steps: number): void => {
      for (let i = 0; i < steps; i++) {
        optimizer.zeroGrad();
        backwardOf(c, parameters);
        optimizer.step();
      }
    };
    run(OPTIMIZERS[name](whole, 0.05), whole, 4);
    const first = OPTIMIZERS[name](half, 0.05);
    run(first, half, 2);
    const second = OPTIMIZERS[name](half, 0.05);
    second.loadState(JSON.parse(JSON.stringify(first.state(), plainArrays)));
    run(second, half, 2);
    expect(half.map((t) => [...t.data()])).toEqual(whole.map((t) => [...t.data()]));
  });
});

/** Typed arrays as arrays, which is what a file gives back. */
function plainArrays(_: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value;
}

describe('optimizers refuse', () => {
  beforeAll(() => setCurrentDevice(new ReferenceBackend()));
  afterAll(() => setCurrentDevice(null));
  const one = (): Tensor[] => [zeros([1], { requiresGrad: true })];

  it.each([-1, NaN, Infinity])('a learning rate of %d', (rate) => {
    expect(() => new SGD(one(), rate)).toThrow(expect.objectContaining({ code: 'RANGE' }));
  });

  it.each<[string, () => Optimizer]>([
    ['momentum', () => new SGD([], 1, { momentum: -0.1 })],
    ['momentum', () => new SGD([], 1, { momentum: 1 })],
    ['weightDecay', () => new SGD([], 1, { weightDecay: -1 })],
    ['weightDecay', () => new AdamW([], 1, { weightDecay: NaN })],
    ['weightDecay', () => new Adam([], 1, { weightDecay: Infinity })],
    ['beta1', () => new Adam([], 1, { beta1: 1 })],
    ['beta1', () => new AdamW([], 1, { beta1: -0.1 })],
    ['beta2', () => new Adam([], 1, { beta2: NaN })],
    ['epsilon', () => new Adam([], 1, { epsilon: -1e-8 })],
    ['epsilon', () => new RMSProp([], 1, { epsilon: NaN })],
    ['alpha', () => new RMSProp([], 1, { alpha: 1.01 })],
    ['epsilon', () => new Adagrad([], 1, { epsilon: Infinity })],
    ['initialSum', () => new Adagrad([], 1, { initialSum: -1 })],
  ])('a wrong %s', (name, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'RANGE', message: expect.stringContaining(name) }));
  });

  it('a learning rate that a schedule made wrong', () => {
    const optimizer = new Adam(one(), 1);
    optimizer.learningRate = 0.5;
    expect(optimizer.learningRate).toBe(0.5);
    expect(() => (optimizer.learningRate = NaN)).toThrow(expect.objectContaining({ code: 'RANGE' }));
    expect(new Adam(one(), 1, { beta1: undefined }).learningRate).toBe(1);
  });

  it.each([-1, 0, NaN, -Infinity])('to clip gradients to %d, and leave them as they are', (wrong) => {
    const parameters = parametersOf(CASES[0].start);
    backwardOf(CASES[0], parameters);
    const before = parameters.map((t) => [...(t.grad?.data() ?? [])]);
    const code = expect.objectContaining({ code: 'RANGE' });
    expect(() => clipGradNorm(parameters, wrong)).toThrow(code);
    expect(() => clipGradValue(parameters, wrong)).toThrow(code);
    expect(parameters.map((t) => [...(t.grad?.data() ?? [])])).toEqual(before);
  });

  it('the state of another optimizer', () => {
    const parameters = parametersOf(CASES[0].start);
    const state = new SGD(parameters, 0.1).state();
    expect(() => new Adam(parameters).loadState(state)).toThrow(expect.objectContaining({ code: 'FORMAT' }));
  });

  it('nothing where a parameter has no gradient: it stays', () => {
    const parameters = parametersOf(CASES[0].start);
    new Adam(parameters).step();
    expect(clipGradNorm(parameters, 1)).toBe(0);
    expect(parameters.map((t) => [...t.data()])).toEqual(CASES[0].start);
  });
});

describe('schedules', () => {
  const at = (over: Partial<TrainingPosition>): TrainingPosition => ({ step: 0, epoch: 0, progress: 0, ...over });
  /** The factors of a whole training, one epoch long. */
  const whole = (name: ScheduleName, totalSteps: number): number[] =>
    Array.from({ length: totalSteps }, (_, step) =>
      SCHEDULES[name](at({ step, epoch: step / totalSteps, progress: step / totalSteps, totalSteps })),
    );

  it('constant, step and exponential', () => {
    expect(constantSchedule(at({ step: 9, epoch: 5 }))).toBe(1);
    expect([0, 1.9, 2, 5.5].map((epoch) => stepSchedule(2, 0.1)(at({ epoch })))).toEqual([1, 1, 0.1, 0.1 ** 2]);
    expect(exponentialSchedule(0.9)(at({ epoch: 2.5 }))).toBeCloseTo(0.9 ** 2.5, 12);
  });

  it('cosine goes from 1 by the middle to its floor, and stays there', () => {
    const schedule = cosineSchedule(0.1);
    expect(schedule(at({}))).toBe(1);
    expect(schedule(at({ progress: 0.5 }))).toBeCloseTo(0.55, 12);
    expect(schedule(at({ progress: 1 / 3 }))).toBeCloseTo(0.1 + (0.9 * 1.5) / 2, 12);
    expect([1, 1.2].map((progress) => schedule(at({ progress })))).toEqual([0.1, 0.1]);
  });

  it('warm-up grows by equal steps, never from 0, and then follows the other', () => {
    const schedule = warmUp(4, cosineSchedule());
    expect([0, 1, 2, 3, 4].map((step) => schedule(at({ step })))).toEqual([0.25, 0.5, 0.75, 1, 1]);
    expect(schedule(at({ step: 100, progress: 0.5 }))).toBeCloseTo(0.5, 12);
  });

  it('staircase and decay fit any length', () => {
    expect([0, 0.19, 0.2, 0.99, 1].map((progress) => staircaseSchedule(5, 0.1)(at({ progress })))).toEqual(
      [0, 0, 1, 4, 4].map((power) => 0.1 ** power),
    );
    expect([0, 0.5, 1, 1.1].map((progress) => decaySchedule(0.01)(at({ progress })))).toEqual([1, 0.1, 0.01, 0.01]);
  });

  const names = Object.keys(SCHEDULES) as ScheduleName[];
  it.each(names.flatMap((name) => [1, 3, 30, 3000].map((steps) => ({ name, steps }))))(
    '$name reaches the full rate early, and never rises after, in $steps steps',
    ({ name, steps }) => {
      const factors = whole(name, steps);
      const top = factors.indexOf(Math.max(...factors));
      expect(factors[top]).toBeGreaterThan(0.97);
      expect(top).toBeLessThanOrEqual(steps / 10);
      for (const [i, factor] of factors.entries()) {
        expect(factor).toBeGreaterThan(0.009);
        expect(factor).toBeLessThanOrEqual(1);
        if (i > top) expect(factor).toBeLessThanOrEqual(factors[i - 1]);
      }
      const last = factors[steps - 1];
      if (name === 'constant') expect(last).toBe(1);
      else if (steps >= 30) expect(last).toBeLessThan(0.1);
    },
  );

  it('warm-up takes a tenth of a training at most', () => {
    const grown = (totalSteps?: number) =>
      Array.from({ length: 200 }, (_, step) => warmUp(100)(at({ step, totalSteps }))).indexOf(1) + 1;
    expect([undefined, 1, 3, 30, 500, 3000].map(grown)).toEqual([100, 1, 1, 3, 50, 100]);
    expect(warmUp(10, constantSchedule, 0.5)(at({ totalSteps: 8 }))).toBe(0.25);
    expect(warmUp(0)(at({}))).toBe(1);
  });

  it.each([
    () => stepSchedule(0),
    () => stepSchedule(NaN),
    () => stepSchedule(1, -1),
    () => exponentialSchedule(0),
    () => exponentialSchedule(NaN),
    () => staircaseSchedule(2.5),
    () => staircaseSchedule(5, Infinity),
    () => decaySchedule(0),
    () => decaySchedule(2),
    () => cosineSchedule(-0.1),
    () => cosineSchedule(NaN),
    () => warmUp(-1),
    () => warmUp(NaN),
    () => warmUp(10, constantSchedule, 2),
  ])('refuses %s', (make) => expect(make).toThrow(expect.objectContaining({ code: 'RANGE' })));

  it('have names', () => {
    for (const name of names) expect(scheduleByName(name)(at({ step: 1e6 }))).toBeCloseTo(1, 12);
    expect(() => scheduleByName('cosin')).toThrow(expect.objectContaining({ code: 'OPTION' }));
  });
});
