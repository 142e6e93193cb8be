// The elementwise operation: any expression over tensors that broadcast, run as one program; its gradient is another.
import type { Operand } from '../backend/contract.js';
import { backendOf } from '../backend/registry.js';
import { adjoints } from '../program/derivatives.js';
import { compile, type CompiledProgram, uniformValues } from '../program/compile.js';
import { type Expr, input, substitute } from '../program/expr.js';
import { empty } from '../tensor/create.js';
import type { RandomKey } from '../tensor/philox.js';
import { broadcastShapes, sameShape, type Shape, sizeOf } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { isRecording, record } from './tape.js';
import { expand, sumTo } from './movement.js';

/** The name of input i in an expression: `argument(0)` is the first tensor. */
export function argument(i: number): Expr {
  return input(`x${i}`);
}

/** The result, and the gradient that arrives at it, in an expression of `gradients`. */
const RESULT = input('y');
export const RESULT_GRADIENT = input('gy');

export interface ElementwiseOptions {
  uniforms?: Readonly<Record<string, number>>;
  random?: RandomKey;
  op?: string;
  /**
   * The gradient of each input (null for none) over `argument(i)`, RESULT and RESULT_GRADIENT, where the derived one would
   * lose digits or overflow. It belongs to the expression: always the same one for the same expression.
   */
  gradients?: readonly (Expr | null)[];
}

interface Derived {
  forward: CompiledProgram;
  /** By which inputs need a gradient (bits of their numbers). */
  backward: Map<number, { compiled: CompiledProgram; readsResult: boolean }>;
}

const derivedPrograms = new Map<Expr, Derived>();

function derive(expr: Expr): Derived {
  let derived = derivedPrograms.get(expr);
  if (derived === undefined) {
    derived = { forward: compile({ y: expr }), backward: new Map() };
    derivedPrograms.set(expr, derived);
  }
  return derived;
}

function deriveBackward(
  expr: Expr,
  needed: readonly boolean[],
  given?: readonly (Expr | null)[],
): { compiled: CompiledProgram; readsResult: boolean } {
  const derived = derive(expr);
  const key = needed.reduce((bits, need, i) => bits + (need ? 2 ** i : 0), 0);
  let found = derived.backward.get(key);
  if (found === undefined) {
    const gradients = given === undefined ? adjoints([{ expr, adjoint: RESULT_GRADIENT }]) : null;
    const useResult = new Map<Expr, Expr>([[expr, RESULT]]);
    const outputs: Record<string, Expr> = {};
    needed.forEach((need, i) => {
      const g = gradients === null ? given?.[i] : gradients.get(argument(i));
      if (need && g !== undefined && g !== null) outputs[`g${i}`] = substitute(g, useResult);
    });
    const compiled = compile(outputs);
    found = { compiled, readsResult: compiled.operands.includes('y') };
    derived.backward.set(key, found);
  }
  return found;
}

/** A grid of rows × cols over `shape` in which every input is a full array, a row, a column or a number. */
function chooseGrid(shape: Shape, inputs: readonly Tensor[]): { rows: number; cols: number; split: number } {
  for (const t of inputs) {
    if (t.size === 1 || sameShape(t.shape, shape)) continue;
    const padded = [...new Array<number>(shape.length - t.rank).fill(1), ...t.shape];
    for (let split = 1; split < shape.length; split++) {
      const fits = (from: number, to: number, value: (axis: number) => number): boolean =>
        padded.slice(from, to).every((n, i) => n === value(from + i));
      const row = fits(0, split, () => 1) && fits(split, shape.length, (axis) => shape[axis]);
      const column = fits(0, split, (axis) => shape[axis]) && fits(split, shape.length, () => 1);
      if (row || column) {
        return { rows: sizeOf(shape.slice(0, split)), cols: sizeOf(shape.slice(split)), split };
      }
    }
  }
  return { rows: 1, cols: sizeOf(shape), split: 0 };
}

/** Written out, since V8 makes a hidden class for each object that begins with a spread: 12 KiB of old space a training step. */
function strided({ storage, offset }: Tensor, rowStride: number, colStride: 0 | 1): Operand {
  return { storage, offset, rowStride, colStride };
}

function operandFor(t: Tensor, shape: Shape, grid: { rows: number; cols: number }): Operand | null {
  if (t.size === 1) return strided(t, 0, 0);
  if (t.size === sizeOf(shape)) return strided(t, grid.cols, 1);
  const trimmed = t.shape.findIndex((n) => n !== 1);
  if (t.size === grid.cols && t.rank - trimmed <= shape.length && sizeOf(t.shape.slice(trimmed)) === grid.cols) {
    const leading = [...new Array<number>(shape.length - t.rank).fill(1), ...t.shape];
    let product = 1;
    let axis = shape.length;
    while (product < grid.cols && axis > 0) product *= shape[--axis];
    if (leading.slice(0, axis).every((n) => n === 1) && sameShape(leading.slice(axis), shape.slice(axis))) {
      return strided(t, 0, 1);
    }
  }
  if (t.size === grid.rows) {
    const leading = [...new Array<number>(shape.length - t.rank).fill(1), ...t.shape];
    let product = 1;
    let axis = 0;
    while (product < grid.rows && axis < shape.length) product *= shape[axis++];
    if (sameShape(leading.slice(0, axis), shape.slice(0, axis)) && leading.slice(axis).every((n) => n === 1)) {
      return strided(t, 1, 0);
    }
  }
  return null;
}

/**
 * y = expr(x0, x1, …) element by element, in float32; the inputs broadcast as in NumPy. Errors: SHAPE.
 * @param expr over `argument(i)`, uniforms and random numbers
 */
export function elementwise(expr: Expr, given: readonly Tensor[], options: ElementwiseOptions = {}): Tensor {
  const inputs = given.map((t) => t.to('float32'));
  const shape = broadcastShapes(...inputs.map((t) => t.shape));
  const { forward } = derive(expr);
  const device = inputs[0].device;
  const y = empty(shape, { device });
  runProgram(forward, new Map([...inputs.map((t, i): [string, Tensor] => [`x${i}`, t]), ['y', y]]), shape, options);
  if (isRecording(inputs)) {
    record({
      op: options.op ?? (expr.kind === 'op' ? expr.op : 'elementwise'),
      inputs,
      outputs: [y],
      backward([gy], needed) {
        if (gy === null) return [];
        const { compiled, readsResult } = deriveBackward(expr, needed, options.gradients);
        const results = inputs.map((_, i) => (compiled.operands.includes(`g${i}`) ? empty(shape, { device }) : null));
        const named = new Map<string, Tensor>([['gy', gy]]);
        inputs.forEach((t, i) => named.set(`x${i}`, t));
        if (readsResult) named.set('y', y);
        results.forEach((g, i) => g !== null && named.set(`g${i}`, g));
        if (results.some((g) => g !== null)) runProgram(compiled, named, shape, options);
        return results.map((g, i) => (g === null ? null : sumTo(g, inputs[i].shape)));
      },
    });
  }
  return y;
}

function runProgram(
  compiled: CompiledProgram,
  named: ReadonlyMap<string, Tensor>,
  shape: Shape,
  options: ElementwiseOptions,
): void {
  const tensors = compiled.operands.map((name) => {
    const t = named.get(name);
    if (t === undefined) throw new Error(`no operand ${name}`);
    return t;
  });
  if (sizeOf(shape) === 0) return;
  const grid = chooseGrid(shape, tensors);
  const operands = tensors.map((t) => operandFor(t, shape, grid) ?? expandedOperand(t, shape, grid.cols));
  const uniforms = uniformValues(compiled, options.uniforms);
  backendOf(tensors[0]).map(compiled.program, operands, grid.rows, grid.cols, uniforms, options.random);
}

/** A broadcast that is neither a row nor a column of the grid is written out. */
function expandedOperand(t: Tensor, shape: Shape, cols: number): Operand {
  const whole = expand(t, shape);
  return strided(whole, cols, 1);
}

/** Overwrites `target` with expr(target = x0, others = x1, …), outside the tape. For optimizers. */
export function updateInPlace(
  targets: readonly { tensor: Tensor; value: Expr }[],
  inputs: readonly Tensor[],
  options: ElementwiseOptions = {},
): void {
  const nameOf = (t: Tensor): string => `x${inputs.indexOf(t)}`;
  const key = targets.map((t) => `${nameOf(t.tensor)}=${t.value.id}`).join();
  let compiled = updates.get(key);
  if (compiled === undefined) {
    compiled = compile(Object.fromEntries(targets.map((t) => [nameOf(t.tensor), t.value])));
    updates.set(key, compiled);
  }
  runProgram(compiled, new Map(inputs.map((t, i): [string, Tensor] => [`x${i}`, t])), targets[0].tensor.shape, options);
}

const updates = new Map<string, CompiledProgram>();
