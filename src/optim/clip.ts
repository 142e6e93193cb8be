// Gradient clipping, a cure for exploding gradients (Pascanu, Mikolov and Bengio 2013).
import { argument, updateInPlace } from '../autograd/elementwise.js';
import { UnsupportedError } from '../errors.js';
import { refuse } from '../expect.js';
import { backendOf } from '../backend/registry.js';
import { Module } from '../nn/module.js';
import { apply, constant, uniform } from '../program/expr.js';
import { requireNumber } from '../range.js';
import { empty, zeros } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';
import type { ParameterSource } from './given.js';

/** Errors: OPTION for what is no module and no list of tensors. */
function listOf(parameters: ParameterSource): Tensor[] {
  if (parameters instanceof Module) return parameters.parameters();
  const isList = typeof parameters === 'object' && parameters !== null && Symbol.iterator in parameters;
  const list: unknown[] = isList ? [...parameters] : [parameters];
  const wrong = list.find((t) => !(t instanceof Tensor));
  if (!isList || wrong !== undefined) {
    refuse('parameters with gradients', isList ? wrong : parameters, 'give a module, or net.parameters()');
  }
  return list as Tensor[];
}

function gradients(parameters: ParameterSource): Tensor[] {
  return listOf(parameters).flatMap((t) => (t.grad === null ? [] : [t.grad]));
}

/** The sum of squares of each gradient. */
function squaresOf(list: readonly Tensor[]): Tensor {
  const squares = empty([list.length], { device: list[0].device });
  list.forEach((g, i) => {
    const spec = { op: 'sumSquares', axis: 'cols', rows: 1, cols: g.size } as const;
    backendOf(g).reduce(
      spec,
      { storage: g.storage, offset: g.offset, stride: g.size },
      { storage: squares.storage, offset: i },
    );
  });
  return squares;
}

/** The norm of all gradients as one vector. Errors: UNSUPPORTED on webgpu, where `clipGradNormLate` gives it as a tensor. */
export function gradNorm(parameters: ParameterSource): number {
  const list = gradients(parameters);
  if (list.length === 0) return 0;
  const squares = squaresOf(list);
  const norm = Math.sqrt(atOnce(squares).reduce((sum, value) => sum + value, 0));
  squares.dispose();
  return norm;
}

function atOnce(t: Tensor): number[] {
  try {
    return Array.from(t.data());
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    throw new UnsupportedError(
      error.message,
      'clipGradNormLate clips without waiting, and gives the norm as a tensor to read() later',
    );
  }
}

const scaled = apply('mul', argument(0), uniform('scale'));

/**
 * Projects the gradients on the ball of radius `maxNorm`: g ← min(1, θ / ‖g‖) g. Returns the norm before; with Infinity nothing
 * is clipped, as in PyTorch. Errors: RANGE for a norm that is not above 0.
 */
export function clipGradNorm(parameters: ParameterSource, maxNorm: number): number {
  requireLimit('a maximum gradient norm', maxNorm, '1 is usual; Infinity measures without clipping');
  const list = listOf(parameters);
  const norm = gradNorm(list);
  if (norm > maxNorm) {
    const uniforms = { scale: maxNorm / norm };
    for (const g of gradients(list)) updateInPlace([{ tensor: g, value: scaled }], [g], { uniforms });
  }
  return norm;
}

const root = apply('sqrt', argument(0));
/** g · min(1, θ / ‖g‖) */
const projected = apply('mul', argument(0), apply('min', constant(1), apply('div', uniform('maxNorm'), argument(1))));

/**
 * `clipGradNorm` on every backend, without waiting: the norm and the factor are computed and used where the gradients are.
 * @returns the norm before, a tensor of one element: `(await norm.read())[0]`, where and when somebody wants to know
 * Errors: RANGE for a norm that is not above 0.
 */
export function clipGradNormLate(parameters: ParameterSource, maxNorm: number): Tensor {
  requireLimit('a maximum gradient norm', maxNorm, '1 is usual; Infinity measures without clipping');
  const list = gradients(parameters);
  if (list.length === 0) return zeros([1]);
  const squares = squaresOf(list);
  const norm = empty([1], { device: squares.device });
  const spec = { op: 'sum', axis: 'cols', rows: 1, cols: list.length } as const;
  backendOf(squares).reduce(spec, { storage: squares.storage, offset: 0, stride: list.length }, norm);
  squares.dispose();
  updateInPlace([{ tensor: norm, value: root }], [norm]);
  if (maxNorm === Infinity) return norm;
  for (const g of list) updateInPlace([{ tensor: g, value: projected }], [g, norm], { uniforms: { maxNorm } });
  return norm;
}

const bounded = apply('max', apply('min', argument(0), uniform('limit')), apply('neg', uniform('limit')));

/** Cuts each element of the gradients to ±limit; Infinity cuts nothing. Errors: RANGE for a limit that is not above 0. */
export function clipGradValue(parameters: ParameterSource, limit: number): void {
  requireLimit('a maximum for gradient elements', limit, '5 is usual; Infinity is no limit');
  if (limit === Infinity) return;
  for (const g of gradients(parameters)) updateInPlace([{ tensor: g, value: bounded }], [g], { uniforms: { limit } });
}

function requireLimit(name: string, limit: number, help: string): void {
  if (limit !== Infinity) requireNumber(name, limit, { above: 0 }, help);
}
