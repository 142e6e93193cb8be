// Compares a backend with PyTorch's outputs, states and gradients; make_cells.py made the numbers and says how.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Backend } from '../../src/backend/contract.js';
import { CELLS } from '../../src/cell/cells/index.js';
import { cellParameters } from '../../src/cell/scan.js';
import { Recurrent } from '../../src/nn/recurrent.js';
import '../../src/autograd/methods.js';
import { fromData, zeros } from '../../src/tensor/create.js';
import { setCurrentDevice } from '../../src/tensor/device.js';
import { scope } from '../../src/tensor/scope.js';
import { sizeOf } from '../../src/tensor/shape.js';
import type { Tensor } from '../../src/tensor/tensor.js';

interface Summary {
  norm: number;
  step: number;
  values: number[];
}

interface Case {
  cell: string;
  layers: number;
  size: number;
  zero: boolean;
  results: Record<string, Summary>;
}

const [T, N] = [5, 3];

export function readCases(): Case[] {
  const text = readFileSync(new URL('./cells.jsonl', import.meta.url), 'utf8');
  return text.trim().split('\n').map((line) => JSON.parse(line) as Case); // prettier-ignore
}

/** The same numbers as in the script: an integer hash of name and index, rounded to float32. */
function hashed(name: string, shape: readonly number[], scale = 1): Float32Array {
  let seed = 0;
  for (const ch of name) seed = (Math.imul(seed, 31) + ch.charCodeAt(0)) >>> 0;
  return Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
    let h = (seed + Math.imul(i, 0x9e3779b9)) >>> 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) >>> 0;
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
    h = (h ^ (h >>> 16)) >>> 0;
    return (h / 2 ** 31 - 1) * scale;
  });
}

/** In the script the candidate of the reset-before GRU multiplies r·h; its weight is the one of the state there. */
function operandOf(parameter: string): string {
  return parameter === 'weight_x' ? 'x' : parameter === 'bias' ? 'b' : 'h';
}

function runCase(golden: Case): Record<string, number[]> {
  const { layers, size } = golden;
  const cell = Object.values(CELLS).find((c) => c.name === golden.cell);
  if (cell === undefined) throw new Error(`no cell ${golden.cell}`);
  const scale = 1 / Math.sqrt(size);
  const rnn = new Recurrent(cell, { inputSize: size, hiddenSize: size, numLayers: layers });
  const blocks: { key: string; t: Tensor; column: number; columns: number }[] = [];
  for (const [path, t] of rnn.namedParameters()) {
    const [layer, parameter] = path.split('.');
    const sizes = { input: size, hidden: size, heads: 1 };
    const names = cellParameters(cell, sizes)[parameter].blocks.map((b) => b.linear);
    const rows = parameter === 'bias' ? 1 : size;
    const values = new Float32Array(t.size);
    names.forEach((name, column) => {
      const key = `${layer}.${operandOf(parameter)}.${name}`;
      const block = hashed(key, [rows, size], scale);
      for (let r = 0; r < rows; r++) {
        values.set(block.subarray(r * size, (r + 1) * size), (r * names.length + column) * size);
      }
      blocks.push({ key, t, column, columns: names.length });
    });
    t.set(values);
  }
  const x = fromData(hashed('input', [T, N, size]), [T, N, size], { requiresGrad: true });
  const initial = Object.fromEntries(
    cell.states.map((s) => {
      const values = hashed(`initial ${s}`, [layers, N, size]);
      const perLayer = Array.from({ length: layers }, (_, l) =>
        golden.zero
          ? zeros([N, size], { requiresGrad: true })
          : fromData(values.subarray(l * N * size, (l + 1) * N * size), [N, size], { requiresGrad: true }),
      );
      return [s, perLayer];
    }),
  );
  const state = Array.from({ length: layers }, (_, l) => Object.fromEntries(cell.states.map((s) => [s, initial[s][l]])));
  const { output, state: final } = rnn.forward(x, { state });
  let loss = output.mul(fromData(hashed('weight output', output.shape), output.shape)).sum();
  for (const s of cell.states) {
    const weights = hashed(`weight ${s}`, [layers, N, size]);
    final.forEach((layer, l) => {
      const w = fromData(weights.subarray(l * N * size, (l + 1) * N * size), [N, size]);
      loss = loss.add(layer[s].mul(w).sum());
    });
  }
  loss.backward();
  const results: Record<string, number[]> = { output: [...output.data()], 'd input': [...(x.grad?.data() ?? [])] };
  for (const s of cell.states) {
    results[`final ${s}`] = final.flatMap((layer) => [...layer[s].data()]);
    results[`d initial ${s}`] = initial[s].flatMap((t) => [...(t.grad?.data() ?? [])]);
  }
  for (const { key, t, column, columns } of blocks) {
    const all = t.grad?.data() ?? [];
    const width = columns * size;
    results[`d ${key}`] = [...all].filter((_, i) => Math.floor((i % width) / size) === column);
  }
  rnn.dispose();
  return results;
}

/** The largest stored element of a tensor. The gates of one weight are one tensor, as they are in PyTorch: `d 0.h.*`. */
function magnitude(what: string, results: Readonly<Record<string, Summary>>): number {
  const tensor = what.replace(/^(d \d+\.[xhb])\..*$/, '$1.');
  const parts = Object.entries(results).filter(([name]) => name === what || (tensor !== what && name.startsWith(tensor)));
  return Math.max(1e-12, ...parts.flatMap(([, part]) => part.values.map(Math.abs)));
}

/** Largest difference of the stored elements and of the norm (by element), relative to the tensor's magnitude. */
function relativeError(values: readonly number[], golden: Summary, scale: number): number {
  const worst = Math.max(...golden.values.map((v, i) => Math.abs((values[i * golden.step] ?? NaN) - v)));
  const norm = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));
  return Math.max(worst, Math.abs(norm - golden.norm) / Math.sqrt(values.length)) / scale;
}

/** The golden suite for one backend; `tolerance` is relative. */
export function goldenSuite(name: string, makeBackend: () => Backend | Promise<Backend>, tolerance = 1e-5): void {
  describe(`${name} equals PyTorch`, () => {
    it.each(readCases().map((c) => [`${c.cell}, ${c.layers} layers of ${c.size}, ${c.zero ? 'zero' : 'given'} state`, c] as const))(
      '%s',
      async (_, golden) => {
        const backend = await makeBackend();
        setCurrentDevice(backend);
        const results = scope(() => runCase(golden));
        expect(Object.keys(results).sort()).toEqual(Object.keys(golden.results).sort());
        const errors = Object.entries(golden.results).map(([what, summary]) => ({ what, error: relativeError(results[what], summary, magnitude(what, golden.results)) }));
        const worst = errors.reduce((a, b) => (b.error > a.error || Number.isNaN(b.error) ? b : a));
        expect(worst.error, `largest relative difference, in ${worst.what}`).toBeLessThan(tolerance);
      },
    );
  });
}
