// Rows of a table, picked by index.
import '../backend/compiled/calls/rows.js';
import { UnrolledError } from '../errors.js';
import { backendOf } from '../backend/registry.js';
import { asTensor, type TensorLike } from '../tensor/asTensor.js';
import { empty, full } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { record } from './tape.js';

/** Errors: DTYPE. */
export function requireIndices(t: Tensor): void {
  if (t.dtype !== 'int32') {
    throw new UnrolledError('DTYPE', `expected int32 indices, received ${t.dtype}`, "convert them: x.to('int32')");
  }
}

/** What the way back of `gatherRows` goes by. */
export interface Scattered {
  indices: Tensor;
  paddingIndex?: number;
}

/** What `gatherRows` does beside picking rows. */
export interface GatherOptions {
  /** The row of the table that gets no gradient. */
  paddingIndex?: number;
}

/**
 * Rows of a table: [V, D] by int32 indices of any shape gives [..., D]. The gradient adds into the rows.
 * Errors: DTYPE, RANGE for an index outside 0 … V − 1.
 */
export function gatherRows(table: Tensor, index: TensorLike, options: GatherOptions = {}): Tensor {
  const indices = asTensor(index, 'the indices', 'int32', table.device);
  requireIndices(indices);
  const [tableRows, cols] = table.shape;
  const out = empty([...indices.shape, cols], { device: table.device });
  const spec = { rows: indices.size, cols, tableRows };
  const picked = { storage: indices.storage, offset: indices.offset };
  if (out.size > 0) {
    const from = { storage: table.storage, offset: table.offset, stride: cols };
    backendOf(table).gather(spec, from, picked, { storage: out.storage, offset: out.offset, stride: cols });
  }
  const saved: Scattered = { indices, ...options };
  record({
    op: 'gatherRows',
    inputs: [table],
    outputs: [out],
    backward([g]) {
      if (g === null) return [null];
      const d = full(table.shape, 0, { device: table.device });
      if (g.size > 0) {
        const source = { storage: g.storage, offset: g.offset, stride: cols };
        const to = { storage: d.storage, offset: 0, stride: cols };
        backendOf(table).scatterAdd(spec, source, picked, to);
      }
      clearPadding(d, options);
      return [d];
    },
    saved,
  });
  return out;
}

/** The row of the gradient of a table that gets none. */
export function clearPadding(d: Tensor, { paddingIndex }: GatherOptions): void {
  const cols = d.shape[1];
  if (paddingIndex !== undefined) backendOf(d).fill({ storage: d.storage, offset: paddingIndex * cols }, cols, 0);
}
