// Any composition of Recurrent equals the loop that a textbook writes: sequence by sequence, step by step, one single-step
// scan at a time, on the tape in float64. Letters: T steps, N batch, D input.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import '../autograd/methods.js';
import { add, concat } from '../autograd/ops.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { CELLS } from '../cell/cells/index.js';
import type { Cell } from '../cell/cell.js';
import type { Sizes } from '../cell/define/width.js';
import { scan } from '../cell/run/scan.js';
import { transformCell } from '../cell/define/transform.js';
import { fromData, zeros } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import { Rich } from '../cell/testing.js';
import { type Merge, Recurrent, type RecurrentOptions, type RecurrentState } from './recurrent.js';

beforeAll(() => {
  setCurrentDevice(new ReferenceBackend({ precision: 'float64' }));
});

const ALL: readonly Cell[] = [...Object.values(CELLS), Rich];

/** A merge that tells its two sides apart. */
const bilinear = (a: Tensor, b: Tensor): Tensor => a.mul(0.3).add(a.mul(b));

interface Composition {
  cell: Cell;
  backwardCell: Cell | null;
  way: 'forward' | 'reverse' | 'turned' | 'both';
  merge: Merge;
  hidden: number[];
  projSize: number | null;
  bias: boolean;
  residual: boolean;
  skip: boolean;
  learned: boolean;
  layout: 'time' | 'batch' | 'single';
  /** For each sequence, which steps count. */
  counts: boolean[][];
  by: 'nothing' | 'lengths' | 'mask';
  given: 'none' | 'all' | 'some';
  checkpoint: 'sqrt' | number | null;
  tokens: boolean;
  seed: number;
}

const composition: fc.Arbitrary<Composition> = fc
  .record({
    cell: fc.constantFrom(...ALL),
    backwardCell: fc.option(fc.constantFrom(...ALL)),
    way: fc.constantFrom<Composition['way'][]>('forward', 'reverse', 'turned', 'both', 'both'),
    merge: fc.constantFrom<Merge[]>('concat', 'sum', 'mean', 'mul', bilinear),
    hidden: fc.array(fc.constantFrom<number[]>(2, 4), { minLength: 1, maxLength: 3 }),
    projSize: fc.option(fc.constantFrom(2, 3)),
    bias: fc.boolean(),
    residual: fc.boolean(),
    skip: fc.boolean(),
    learned: fc.boolean(),
    layout: fc.constantFrom<Composition['layout'][]>('time', 'batch', 'single'),
    by: fc.constantFrom<Composition['by'][]>('nothing', 'lengths', 'lengths', 'mask'),
    T: fc.integer({ min: 0, max: 5 }),
    N: fc.integer({ min: 1, max: 4 }),
    given: fc.constantFrom<Composition['given'][]>('none', 'all', 'some'),
    checkpoint: fc.constantFrom<Composition['checkpoint'][]>(null, 'sqrt', 1, 2, 3, 9),
    tokens: fc.boolean(),
    seed: fc.nat(1e6),
  })
  .map(({ T, N, ...rest }): Composition => {
    const rng = new Philox(rest.seed);
    const rows = rest.layout === 'single' ? 1 : N;
    const counts = Array.from({ length: rows }, (_, n) => {
      // 0, 1 and T are among the lengths of most batches.
      const length = [T, 0, Math.min(1, T), rng.integer(T + 1)][(n + rest.seed) % 4];
      return Array.from({ length: T }, (_, t) =>
        rest.by === 'lengths' ? t < length : rest.by === 'nothing' || rng.uniform() < 0.6,
      );
    });
    const { cell, backwardCell } = rest;
    const alike = [cell, backwardCell ?? cell].every((c) => hasProjection(c) === hasProjection(cell));
    const merge = alike ? rest.merge : 'concat';
    return { ...rest, counts, merge, tokens: rest.tokens && !rest.skip };
  });

function hasProjection(cell: Cell): boolean {
  return cell.sizes.includes('projection');
}

function optionsOf(c: Composition): RecurrentOptions {
  return {
    inputSize: 3,
    hiddenSize: c.hidden,
    numHeads: 2,
    bias: c.bias,
    residual: c.residual,
    skip: c.skip,
    learnInitialState: c.learned,
    batchFirst: c.layout === 'batch' || (c.layout === 'single' && c.seed % 2 === 0),
    rng: new Philox(c.seed),
    ...(c.projSize === null ? {} : { projSize: c.projSize }),
    ...(c.way === 'both' ? { bidirectional: true, merge: c.merge } : {}),
    ...(c.way === 'both' && c.backwardCell !== null ? { backwardCell: c.backwardCell } : {}),
    ...(c.way === 'reverse' || c.way === 'turned' ? { reverse: true, keepOrder: c.way === 'reverse' } : {}),
  };
}

function cellsOf(c: Composition): Cell[] {
  return c.way === 'both' ? [c.cell, c.backwardCell ?? c.cell] : [c.cell];
}

function sizesOf(c: Composition, cell: Cell, input: number, hidden: number): Sizes {
  const own = Object.fromEntries(cell.sizes.map((s) => [s, s === 'projection' ? (c.projSize ?? hidden) : hidden]));
  return { ...own, input, hidden, heads: 2 };
}

/** Positive, since the normalizer of the sLSTM is a divisor. */
function numbersOf(size: number, rng: Philox): Float64Array {
  return Float64Array.from({ length: size }, () => 0.2 + rng.uniform());
}

/** States of all layers and directions, [N, W]; of 'some', every second one is left out. */
function statesOf(c: Composition, N: number): RecurrentState | null {
  if (c.given === 'none') return null;
  const rng = new Philox(c.seed, 1);
  let i = c.seed % 2;
  return c.hidden.flatMap((hidden) =>
    cellsOf(c).map((cell) => {
      const sizes = sizesOf(c, cell, 0, hidden);
      const made = cell.states.map((s): [string, Tensor] => {
        const width = sizes[cell.stateSizes[s]];
        return [s, fromData(numbersOf(N * width, rng), [N, width], { requiresGrad: true })];
      });
      return Object.fromEntries(c.given === 'all' ? made : made.filter(() => i++ % 2 === 0));
    }),
  );
}

/** A [1, 1, W] row of each valid step. */
type Rows = Tensor[];

function stacked(rows: readonly Tensor[], axis: number): Tensor {
  return rows.length === 1 ? rows[0] : concat(rows, axis);
}

/** The truth. x [T, N, D]; the output is [T, N, W]. */
function loop(
  c: Composition,
  parameters: ReadonlyMap<string, Tensor>,
  x: Tensor,
  given: RecurrentState | null,
  outputSize: number,
): { output: Tensor; state: Record<string, Tensor>[] } {
  const [T, N] = x.shape;
  const times = c.counts.map((counts) => counts.flatMap((counted, t) => (counted ? [t] : [])));
  const source: Rows[] = times.map((own, n) => own.map((t) => x.slice(0, t, t + 1).slice(1, n, n + 1)));
  const state: Record<string, Tensor>[] = [];
  const outputs: Rows[][] = [];
  let y = source;
  let inputSize = 3;
  c.hidden.forEach((hidden, l) => {
    const input = c.skip && l > 0 ? y.map((rows, n) => rows.map((row, i) => concat([row, source[n][i]], -1))) : y;
    const size = c.skip && l > 0 ? inputSize + 3 : inputSize;
    const directions = cellsOf(c).map((plain, d): Rows[] => {
      const prefix = d === 0 ? `${l}.` : `${l}.reverse.`;
      const own = new Map(
        [...parameters].filter(([name]) => name.startsWith(prefix)).map(([name, t]) => [name.slice(prefix.length), t]),
      );
      const weights = Object.fromEntries([...own].filter(([name]) => !/^(initial_|reverse\.|projection\.)/.test(name)));
      const cell = transformCell(plain, { bias: c.bias });
      const sizes = sizesOf(c, plain, size, hidden);
      const from = d === 1 || c.way === 'reverse' || c.way === 'turned';
      const finals: Record<string, Tensor[]> = {};
      const results = input.map((rows, n): Rows => {
        const done = new Array<Tensor>(rows.length);
        let carried: Record<string, Tensor> = {};
        for (const s of plain.states) {
          const start = given?.[l * cellsOf(c).length + d][s]?.slice(0, n, n + 1) ?? own.get(`initial_${s}`);
          const width = sizes[plain.stateSizes[s]];
          carried[s] = start ?? fromData(new Float64Array(width).fill(plain.initialState[s] ?? 0), [1, width]);
        }
        for (let k = 0; k < rows.length; k++) {
          const i = from ? rows.length - 1 - k : k;
          const step = scan(cell, rows[i], weights, carried, sizes);
          carried = step.state;
          done[i] = step.output;
        }
        for (const s of plain.states) (finals[s] ??= []).push(carried[s]);
        return done;
      });
      state.push(Object.fromEntries(Object.entries(finals).map(([s, rows]) => [s, stacked(rows, 0)])));
      return results;
    });
    const projection = parameters.get(`${l}.projection.weight`);
    y = input.map((rows, n) =>
      rows.map((row, i) => {
        let out =
          directions.length === 2 ? mergeRows(directions[0][n][i], directions[1][n][i], c.merge) : directions[0][n][i];
        if (projection !== undefined) out = out.matmul(projection);
        return c.residual && out.shape[2] === row.shape[2] && !(c.tokens && l === 0) ? add(out, row) : out;
      }),
    );
    outputs.push(y);
    inputSize = layerSize(c, hidden);
  });
  const last =
    c.skip && outputs.length > 1
      ? y.map((rows, n) =>
          rows.map((_, i) =>
            concat(
              outputs.map((o) => o[n][i]),
              -1,
            ),
          ),
        )
      : y;
  const grid = Array.from({ length: T }, (_, t) =>
    stacked(
      Array.from({ length: N }, (_, n) => {
        const at = times[n].indexOf(t);
        return at < 0 ? zeros([1, 1, outputSize]) : last[n][c.way === 'turned' ? times[n].length - 1 - at : at];
      }),
      1,
    ),
  );
  return { output: T === 0 ? zeros([0, N, outputSize]) : stacked(grid, 0), state };
}

/** Output size of a layer. */
function layerSize(c: Composition, hidden: number): number {
  const [size, other] = cellsOf(c).map((cell) => sizesOf(c, cell, 0, hidden)[cell.stateSizes[cell.output]]);
  if (c.projSize !== null && !hasProjection(c.cell)) return c.projSize;
  return c.way === 'both' && c.merge === 'concat' ? size + other : size;
}

function mergeRows(a: Tensor, b: Tensor, merge: Merge): Tensor {
  if (typeof merge === 'function') return merge(a, b);
  return {
    concat: () => concat([a, b], -1),
    sum: () => add(a, b),
    mean: () => add(a, b).mul(0.5),
    mul: () => a.mul(b),
  }[merge]();
}

function lossOf(output: Tensor, state: readonly Readonly<Record<string, Tensor>>[]): Tensor {
  const weigh = (t: Tensor, phase: number): Tensor =>
    t
      .mul(
        fromData(
          Float64Array.from({ length: t.size }, (_, i) => Math.sin(1.7 * i + phase)),
          t.shape,
        ),
      )
      .sum();
  const names = state.flatMap((own, i) =>
    Object.keys(own)
      .sort()
      .map((s): [number, string] => [i, s]),
  );
  return names.reduce((sum, [i, s], k) => sum.add(weigh(state[i][s], k)), weigh(output, 0.5));
}

/** Nothing to do where there are no steps and no states to learn. */
function backward(loss: Tensor): void {
  if (loss.node !== null) loss.backward();
}

function expectClose(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length, what).toBe(expected.length);
  const scale = Array.from(expected).reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  for (let i = 0; i < expected.length; i++) {
    if (!(Math.abs(actual[i] - expected[i]) <= 1e-9 * scale))
      expect.fail(`${what}[${i}]: expected ${expected[i]}, received ${actual[i]}`);
  }
}

function check(c: Composition): void {
  const network = new Recurrent(c.cell, optionsOf(c));
  const rng = new Philox(c.seed, 2);
  const named = new Map(network.namedParameters());
  for (const [name, t] of named) {
    t.set(
      name.includes('initial_')
        ? numbersOf(t.size, rng)
        : Float64Array.from({ length: t.size }, () => 0.6 * rng.normal()),
    );
  }
  const [N, T] = [c.counts.length, c.counts[0].length];
  // Perhaps the first layer reads tokens: then the loop reads the one-hot vectors that they stand for.
  const tokens = Int32Array.from({ length: T * N }, () => rng.integer(3));
  const values = Float64Array.from({ length: T * N * 3 }, (_, i) =>
    c.tokens ? Number(tokens[Math.floor(i / 3)] === i % 3) : rng.normal(),
  );
  const dense = fromData(values, [T, N, 3], { requiresGrad: true });
  const given = statesOf(c, N);
  const truth = loop(c, named, dense, given, network.outputSize);
  backward(lossOf(truth.output, truth.state));
  const leaves = new Map<string, Tensor>([...named, ...(c.tokens ? [] : [['x', dense] as const])]);
  given?.forEach((own, i) => Object.entries(own).forEach(([s, t]) => leaves.set(`state ${i} ${s}`, t)));
  const wanted = new Map(
    [...leaves].map(([name, t]) => [name, t.grad === null ? new Float64Array(t.size) : t.grad.data()]),
  );
  for (const t of leaves.values()) t.grad = null;

  const grid = c.tokens ? fromData(tokens, [T, N]) : dense;
  const { batchFirst } = network;
  const single = c.layout === 'single';
  const turned = batchFirst && !single ? grid.transpose(0, 1) : grid;
  const x = single ? grid.reshape(c.tokens ? [T] : [T, 3]) : turned;
  const state = single
    ? (given?.map((own) => Object.fromEntries(Object.entries(own).map(([s, t]) => [s, t.reshape([-1])]))) ?? null)
    : given;
  const maskOf = fromData(
    Float64Array.from({ length: T * N }, (_, i) => Number(c.counts[i % N][Math.floor(i / N)])),
    [T, N],
  );
  const mask = single ? maskOf.reshape([T]) : batchFirst ? maskOf.transpose(0, 1) : maskOf;
  const actual = network.forward(x, {
    state,
    ...(c.by === 'lengths' ? { lengths: c.counts.map((own) => own.filter(Boolean).length) } : {}),
    ...(c.by === 'mask' ? { mask } : {}),
    ...(c.checkpoint === null ? {} : { checkpoint: c.checkpoint }),
  });
  const size = network.outputSize;
  const shape = single ? [T, size] : batchFirst ? [N, T, size] : [T, N, size];
  expect(actual.output.shape).toEqual(shape);
  const output = batchFirst && !single ? actual.output.transpose(0, 1) : actual.output;
  expectClose('output', output.data(), truth.output.data());
  expect(actual.state.map((own) => Object.keys(own).sort())).toEqual(truth.state.map((own) => Object.keys(own).sort()));
  truth.state.forEach((own, i) =>
    Object.entries(own).forEach(([s, t]) => expectClose(`state ${i} ${s}`, actual.state[i][s].data(), t.data())),
  );
  backward(lossOf(output, actual.state));
  for (const [name, expected] of wanted) {
    expectClose(`gradient of ${name}`, leaves.get(name)?.grad?.data() ?? new Float64Array(expected.length), expected);
  }
}

const described = (c: Composition): string =>
  JSON.stringify({ ...c, cell: c.cell.name, backwardCell: c.backwardCell?.name, merge: String(c.merge) });

describe('any composition equals the step-by-step loop', () => {
  it('outputs, final states and gradients', () => {
    fc.assert(
      fc.property(composition, (c) => {
        try {
          check(c);
        } catch (error) {
          throw new Error(`${described(c)}: ${error instanceof Error ? error.message : String(error)}`, {
            cause: error,
          });
        }
      }),
      { numRuns: Number(process.env.UNROLLED_RUNS ?? 250), seed: 20, endOnFailure: false },
    );
  });
});
