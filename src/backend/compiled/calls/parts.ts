// The calls that sum over rows in parts, for trainings in shards.
import type { Backend, PartsSpec } from '../../contract.js';
import { KERNEL } from '../../numbers.js';
import type { Arguments } from '../arguments.js';
import { addCalls } from '../compiled.js';

type PartCalls = Pick<Backend, 'gemmInParts' | 'sumInParts' | 'scatterInParts'>;

declare module '../compiled.js' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface CompiledBackend extends PartCalls {}
}

/** Floats of A that a thread has at hand, packed: they stay in the cache beside it. */
const PACKED = 160 * 1024;
/** Rows of a tile at most, over all instruction sets. */
const TILE_ROWS = 8;

addCalls<keyof PartCalls>({
  gemmInParts(spec, a, b, c) {
    const { args, memory, panel } = this.tools;
    const { m, n, steps, rows } = spec;
    const k = rowsInParts(spec);
    const atHand = Math.max(TILE_ROWS, Math.min(ceilTo(m, TILE_ROWS), Math.floor(PACKED / Math.max(k, 1))));
    const floats = ceilTo((panel + atHand) * k + 64, 16);
    args.begin();
    const aAt = args.matrix(a, steps * rows, m, 'float32', true);
    const bAt = args.matrix(b, steps * rows, n, 'float32', true);
    const cAt = args.matrix(c, m, n);
    const workspace = memory.allocateBlock(floats * 4 * this.threads);
    try {
      for (const value of [m, n, aAt, a.stride, bAt, b.stride, cAt, c.stride, workspace.address, floats])
        args.put(value);
      putParts(args, spec);
      args.invoke(KERNEL.GEMM_IN_PARTS);
    } finally {
      memory.freeBlock(workspace);
    }
  },

  sumInParts(spec, x, out) {
    const { args } = this.tools;
    const { cols, steps, rows } = spec;
    args.begin();
    const from = args.matrix(x, steps * rows, cols, 'float32', true);
    const to = args.span(out, cols);
    for (const value of [cols, from, x.stride, to]) args.put(value);
    putParts(args, spec);
    args.invoke(KERNEL.SUM_IN_PARTS);
  },

  scatterInParts(spec, source, indices, table) {
    const { args, memory } = this.tools;
    const { cols, tableRows, steps, rows } = spec;
    args.begin();
    const from = args.matrix(source, steps * rows, cols, 'float32', true);
    const indicesAt = args.span(indices, steps * rows, 'int32');
    const to = args.matrix(table, tableRows, cols);
    const begins = memory.allocateBlock(4 * (tableRows + 1));
    const sorted = memory.allocateBlock(8 * rowsInParts(spec));
    try {
      for (const value of [cols, tableRows, from, source.stride, indicesAt, to, table.stride]) args.put(value);
      args.put(begins.address);
      args.put(sorted.address);
      putParts(args, spec);
      args.invoke(KERNEL.SCATTER_IN_PARTS);
    } finally {
      memory.freeBlock(sorted);
      memory.freeBlock(begins);
    }
  },
});

function ceilTo(count: number, step: number): number {
  return Math.ceil(count / step) * step;
}

function rowsInParts({ steps, cuts }: PartsSpec): number {
  return steps * (cuts[cuts.length - 1] - cuts[0]);
}

function putParts(args: Arguments, { steps, rows, cuts }: PartsSpec): void {
  for (const value of [steps, rows, cuts.length - 1, ...cuts]) args.put(value);
}
