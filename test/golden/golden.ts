// Compares a backend with PyTorch's outputs, states and gradients: of its own modules (cells.jsonl, by make_cells.py), and of
// the cells that it lacks, from their equations (equations.jsonl, by make_equations.py). Letters as there: L·S is layers times directions.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Backend } from '../../src/backend/contract.js';
import { CELLS } from '../../src/cell/cells/index.js';
import { sizeNamed, type Sizes } from '../../src/cell/define/width.js';
import { cellParameters } from '../../src/cell/run/scan.js';
import { Recurrent } from '../../src/nn/recurrent.js';
import '../../src/autograd/methods.js';
import { fromData, zeros } from '../../src/tensor/create.js';
import { setCurrentDevice } from '../../src/tensor/device.js';
import { scope } from '../../src/tensor/scope.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { hashed, relativeError, type Summary } from './hashed.js';

export interface Case {
  cell: string;
  layers: number;
  directions: number;
  input: number;
  hidden: number;
  /** 0: none. */
  projection: number;
  heads: number;
  bias: boolean;
  steps: number;
  batch: number;
  lengths: number[] | null;
  /** none: not passed. */
  state: 'none' | 'zero' | 'given';
  results: Record<string, Summary>;
}

/** Each file, and what it holds. */
const FILES = [
  ['cells.jsonl', 'PyTorch'],
  ['equations.jsonl', 'the equations in PyTorch'],
] as const;

export function readCases(file: string): Case[] {
  const text = readFileSync(new URL(`./${file}`, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Case);
}

function title(c: Case): string {
  const sizes = `${c.input} to ${c.hidden}${c.projection > 0 ? ` to ${c.projection}` : ''}${c.heads > 1 ? ` in ${c.heads} heads` : ''}`;
  const rest = [c.bias ? '' : 'no bias', c.lengths === null ? '' : `lengths ${c.lengths.join(' ')}`].filter(
    (part) => part !== '',
  );
  return [
    `${c.cell}, ${c.layers} ${c.directions === 2 ? 'bidirectional ' : ''}layers ${sizes}`,
    ...rest,
    `${c.state} state`,
  ].join(', ');
}

/** Numbers around 1, for gains and for what is divided by. */
function positive(name: string, shape: readonly number[]): Float32Array {
  return hashed(name, shape).map((v) => 1 + v / 2);
}

/** A parameter's linears stand side by side in its columns; their first columns and widths, by name. */
type Blocks = Map<string, { first: number; width: number }>;

function blocksOf(blocks: readonly { linear: string; width: number }[]): Blocks {
  const found: Blocks = new Map();
  let first = 0;
  for (const { linear, width } of blocks) {
    found.set(linear, { first, width });
    first += width;
  }
  return found;
}

/** Puts the script's matrices side by side. */
function setParameter(path: string, t: Tensor, blocks: Blocks, scale: number): void {
  if (blocks.size === 0) {
    t.set(path.includes('gain') ? positive(path, t.shape) : hashed(path, t.shape));
    return;
  }
  const columns = t.shape[t.rank - 1];
  const rows = t.size / columns;
  const values = new Float32Array(t.size);
  for (const [linear, { first, width }] of blocks) {
    const block = hashed(`${path}.${linear}`, [rows, width], scale);
    for (let r = 0; r < rows; r++) values.set(block.subarray(r * width, (r + 1) * width), r * columns + first);
  }
  t.set(values);
}

/** A gradient; zero where there is none. */
const gradientOf = (t: Tensor): Tensor => t.grad ?? zeros(t.shape);

/** Something that the script stores: tensors one after the other, each with its linears one after the other, by name. */
interface Result {
  parts: Tensor[];
  blocks?: Blocks;
}

async function valuesOf({ parts, blocks = new Map() }: Result): Promise<number[]> {
  const found: number[] = [];
  for (const t of parts) {
    const all = await t.read();
    if (blocks.size <= 1) found.push(...all);
    const columns = t.shape[t.rank - 1];
    for (const [, { first, width }] of blocks.size <= 1 ? [] : [...blocks].sort(([a], [b]) => (a < b ? -1 : 1))) {
      for (let at = first; at < all.length; at += columns) for (let i = at; i < at + width; i++) found.push(all[i]);
    }
  }
  return found;
}

/** Everything that the script stores, by the same names. */
async function runCase(golden: Case): Promise<Record<string, number[]>> {
  const results = scope(() => compute(golden));
  const values: Record<string, number[]> = {};
  for (const [what, result] of Object.entries(results)) values[what] = await valuesOf(result);
  for (const { parts } of Object.values(results)) for (const t of parts) t.dispose();
  return values;
}

function compute(golden: Case): Record<string, Result> {
  const { directions, input, hidden, projection, heads, bias, steps: T, batch: N, lengths } = golden;
  const cell = Object.values(CELLS).find((c) => c.name === golden.cell);
  if (cell === undefined) throw new Error(`no cell ${golden.cell}`);
  const rnn = new Recurrent(cell, {
    inputSize: input,
    hiddenSize: hidden,
    numLayers: golden.layers,
    numHeads: heads,
    bidirectional: directions === 2,
    bias,
    ...(projection > 0 ? { projSize: projection } : {}),
  });
  const sizes: Sizes = { input, hidden, projection, heads };
  const layout = cellParameters(cell, sizes);
  const parameters = [...rnn.namedParameters()].map(([path, t]) => {
    const blocks = blocksOf(layout[path.split('.').at(-1) ?? '']?.blocks ?? []);
    setParameter(path, t, blocks, 1 / Math.sqrt(hidden));
    return { path, t, blocks };
  });
  const x = fromData(hashed('input', [T, N, input]), [T, N, input], { requiresGrad: true });
  const places = Array.from({ length: golden.layers * directions }, (_, i) => i);
  const widthOf = (s: string): number => sizeNamed(sizes, cell.stateSizes[s]);
  /** The part of [L·S, N, W] for each layer and direction. */
  const split = (values: Float32Array, width: number, requiresGrad = false): Tensor[] =>
    places.map((i) => fromData(values.subarray(i * N * width, (i + 1) * N * width), [N, width], { requiresGrad }));
  const initial = Object.fromEntries(
    cell.states.map((s) => {
      const shape = [places.length, N, widthOf(s)];
      const constant = new Float32Array(places.length * N * widthOf(s)).fill(cell.initialState[s] ?? 0);
      const given = s === 'n' ? positive(`initial ${s}`, shape) : hashed(`initial ${s}`, shape);
      return [s, split(golden.state === 'given' ? given : constant, widthOf(s), true)];
    }),
  );
  const state = places.map((i) => Object.fromEntries(cell.states.map((s) => [s, initial[s][i]])));
  const { output, state: final } = rnn.forward(x, {
    ...(golden.state === 'none' ? {} : { state }),
    ...(lengths === null ? {} : { lengths }),
  });
  let loss = output.mul(fromData(hashed('weight output', output.shape), output.shape)).sum();
  for (const s of cell.states) {
    const weights = split(hashed(`weight ${s}`, [places.length, N, widthOf(s)]), widthOf(s));
    final.forEach((own, i) => (loss = loss.add(own[s].mul(weights[i]).sum())));
  }
  loss.backward();
  const results: Record<string, Result> = { output: { parts: [output] }, 'd input': { parts: [gradientOf(x)] } };
  for (const s of cell.states) {
    results[`final ${s}`] = { parts: final.map((own) => own[s]) };
    if (golden.state !== 'none') results[`d initial ${s}`] = { parts: initial[s].map(gradientOf) };
  }
  for (const { path, t, blocks } of parameters) results[`d ${path}`] = { parts: [gradientOf(t)], blocks };
  return results;
}

/** What is one tensor in PyTorch or in a paper, and several here, has one magnitude: all recurrent weights, all gains of a norm. */
function family(what: string): string {
  return what.replace(/\.weight_[hn]$/, '.weight_h').replace(/(_gain|_shift)\d+$/, '$1');
}

/** The largest stored element, or the root of the mean square where that is more. */
function magnitude(summary: Summary, count: number): number {
  return Math.max(summary.norm / Math.sqrt(count), ...summary.values.map(Math.abs));
}

/** The result with the largest difference, relative to its magnitude. */
export function worstOf(
  golden: Case,
  results: Readonly<Record<string, readonly number[]>>,
): { what: string; error: number } {
  const scales: Record<string, number> = {};
  for (const [what, summary] of Object.entries(golden.results)) {
    scales[family(what)] = Math.max(1e-12, scales[family(what)] ?? 0, magnitude(summary, results[what].length));
  }
  const errors = Object.entries(golden.results).map(([what, summary]) => {
    return { what, error: relativeError(results[what], summary, scales[family(what)]) };
  });
  return errors.reduce((a, b) => (b.error > a.error || Number.isNaN(b.error) ? b : a));
}

/** Cases that a backend is held to otherwise, by their titles, and why. */
export interface Coarser {
  cases: RegExp;
  tolerance: number;
  reason: string;
}

/** The golden suite for one backend; `tolerance` is relative. @param every so many cases one, for a device on which all take too long */
export function goldenSuite(
  name: string,
  makeBackend: () => Backend | Promise<Backend>,
  tolerance = 1e-5,
  every = 1,
  coarser?: Coarser,
): void {
  it(`${name}: every cell has cases`, () => {
    const covered = FILES.flatMap(([file]) => readCases(file).map((c) => c.cell));
    expect([...new Set(covered)].sort()).toEqual(
      Object.values(CELLS)
        .map((c) => c.name)
        .sort(),
    );
  });
  for (const [file, what] of FILES) {
    describe(`${name} equals ${what}`, () => {
      it.each(
        readCases(file)
          .filter((_, i) => i % every === 0)
          .map((c) => [title(c), c] as const),
      )('%s', async (called, golden) => {
        const backend = await makeBackend();
        setCurrentDevice(backend);
        const results = await runCase(golden);
        expect(Object.keys(results).sort()).toEqual(Object.keys(golden.results).sort());
        const worst = worstOf(golden, results);
        const own = coarser?.cases.test(called) === true ? coarser : { tolerance, reason: '' };
        expect(worst.error, `largest relative difference, in ${worst.what} ${own.reason}`).toBeLessThan(own.tolerance);
      });
    });
  }
}
