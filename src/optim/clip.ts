// Gradient clipping, a cure for exploding gradients (Pascanu, Mikolov and Bengio 2013).
import { argument, updateInPlace } from '../autograd/elementwise.js';
import { backendOf } from '../backend/registry.js';
import { Module } from '../nn/module.js';
import { apply, uniform } from '../program/expr.js';
import { requireNumber } from '../range.js';
import { empty } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import type { ParameterSource } from './given.js';

function listOf(parameters: ParameterSource): Tensor[] {
  return parameters instanceof Module ? parameters.parameters() : [...parameters];
}

function gradients(parameters: ParameterSource): Tensor[] {
  return listOf(parameters).flatMap((t) => (t.grad === null ? [] : [t.grad]));
}

/** The norm of all gradients as one vector. */
export function gradNorm(parameters: ParameterSource): number {
  const list = gradients(parameters);
  if (list.length === 0) return 0;
  const squares = empty([list.length], { device: list[0].device });
  list.forEach((g, i) => {
    const spec = { op: 'sumSquares', axis: 'cols', rows: 1, cols: g.size } as const;
    backendOf(g).reduce(
      spec,
      { storage: g.storage, offset: g.offset, stride: g.size },
      { storage: squares.storage, offset: i },
    );
  });
  const norm = Math.sqrt(Array.from(squares.data()).reduce((sum, value) => sum + value, 0));
  squares.dispose();
  return norm;
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
