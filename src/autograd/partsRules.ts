// How each operation that reads parameters goes back by parts of a minibatch (parts.ts).
import '../backend/compiled/calls/parts.js';
import { backendOf } from '../backend/registry.js';
import { empty } from '../tensor/create.js';
import { type Shape, sizeOf } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { transpose } from './movement.js';
import { matmul } from './ops.js';
import type { RowParts } from './rowParts.js';
import { clearPadding, type Scattered } from './rows.js';
import { alias, type BackwardInParts, type TapeNode } from './tape.js';

/**
 * The gradients of the inputs of a node; of those that all rows have in common one for each group of parts, the sum over them in a binary
 * tree. None where none arrives.
 */
export type PartsGradients = (
  ...given: [...Parameters<BackwardInParts>, groupsFor: (input: Tensor) => readonly RowParts[]]
) => ReturnType<BackwardInParts>;

/**
 * How a node tells the parts of what all rows have in common; null where it is of another kind, or cannot.
 * @param isCommon whether all rows have a tensor in common: a parameter, or what is made of parameters alone
 */
export type PartsRule = (node: TapeNode, parts: RowParts, isCommon: (t: Tensor) => boolean) => PartsGradients | null;

/** [T, N, K] · [K, M], where the second factor is common. */
const matmulInParts: PartsRule = ({ op, inputs: [a, b] }, parts, isCommon) => {
  if (op !== 'matmul' || a.rank !== 3 || a.shape[1] !== parts.rows || b.rank !== 2 || isCommon(a)) return null;
  const [m, n] = b.shape;
  return ([g], [needA, needB], groupsFor) => {
    if (g === null) return [];
    const da = needA ? matmul(g, transpose(b)) : null;
    if (!needB) return [da];
    const db = groupsFor(b).map((group) => {
      const d = empty(b.shape, { device: b.device });
      const spec = { steps: a.shape[0], ...group, m, n };
      backendOf(d).gemmInParts(
        spec,
        { storage: a.storage, offset: a.offset, stride: m },
        { storage: g.storage, offset: g.offset, stride: n },
        { storage: d.storage, offset: d.offset, stride: n },
      );
      return d;
    });
    return [da, db];
  };
};

/** The sums of x [steps, N, …] over steps and the rows of each group, as a tensor of this shape. */
function sumsOfRows(x: Tensor, steps: number, groups: readonly RowParts[], shape: Shape): Tensor[] {
  const cols = sizeOf(shape);
  return groups.map((group) => {
    const d = empty(shape, { device: x.device });
    backendOf(d).sumInParts({ steps, ...group, cols }, { storage: x.storage, offset: x.offset, stride: cols }, d);
    return d;
  });
}

/** [T, N, C] + [C], a bias. */
const addInParts: PartsRule = ({ op, inputs: [x, bias], outputs: [y] }, parts, isCommon) => {
  if (op !== 'add' || y.rank !== 3 || y.shape[1] !== parts.rows || x.size !== y.size || isCommon(x)) return null;
  if (bias.rank !== 1 || bias.size !== y.shape[2] || !isCommon(bias)) return null;
  return ([g], _, groupsFor) => (g === null ? [] : [alias(g), sumsOfRows(g, g.shape[0], groupsFor(bias), bias.shape)]);
};

/** A row [1, C] for each of the rows [N, C]: an initial state that is learned. */
const expandInParts: PartsRule = ({ op, inputs: [row], outputs: [y] }, parts) => {
  if (op !== 'expand' || y.rank !== 2 || y.shape[0] !== parts.rows || row.size !== y.shape[1]) return null;
  return ([g], _, groupsFor) => (g === null ? [] : [sumsOfRows(g, 1, groupsFor(row), row.shape)]);
};

/** Rows of a table by indices [T, N]. */
const gatherInParts: PartsRule = ({ op, inputs: [table], saved }, parts) => {
  if (op !== 'gatherRows') return null;
  const { indices, ...options } = saved as Scattered;
  if (indices.rank !== 2 || indices.shape[1] !== parts.rows) return null;
  const [tableRows, cols] = table.shape;
  return ([g], _, groupsFor) => {
    if (g === null) return [];
    const sums = groupsFor(table).map((group) => {
      const d = empty(table.shape, { device: table.device });
      const from = { storage: g.storage, offset: g.offset, stride: cols };
      const to = { storage: d.storage, offset: d.offset, stride: cols };
      backendOf(d).scatterInParts({ steps: indices.shape[0], ...group, cols, tableRows }, from, indices, to);
      clearPadding(d, options);
      return d;
    });
    return [sums];
  };
};

/** Those of operations; of a scan it is cell/run/parts.ts. */
export const RULES: readonly PartsRule[] = [matmulInParts, addInParts, expandInParts, gatherInParts];
