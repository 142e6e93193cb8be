// Gradients of parameters by parts of a minibatch: rows [T, N, …] are computed together, and only what is summed over rows, the gradients
// of parameters, is summed for each part alone. Products of many rows are faster than those of few, and the bits are those of each part.
// A file of its own: pages that train nothing go without it.
import '../backend/compiled/calls/parts.js';
import { UnrolledError } from '../errors.js';
import { backendOf } from '../backend/registry.js';
import { empty, full } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { matmul } from './ops.js';
import { frozenMask } from './frozen.js';
import { transpose } from './movement.js';
import { groupsOf, type RowParts } from './rowParts.js';
import { clearPadding, type Scattered } from './rows.js';
import {
  alias,
  type BackwardInParts,
  clearFrozenParts,
  isParameter,
  noGrad,
  type TapeNode,
  tapeOrder,
  walkBack,
} from './tape.js';

/** The gradients of the inputs of a node; of a parameter one for each group of parts, the sum over them in a binary tree. */
export type PartsGradients = (
  ...given: [...Parameters<BackwardInParts>, groups: readonly RowParts[]]
) => ReturnType<BackwardInParts>;

/** How a node tells the parts of its parameters' gradients; null where it is of another kind, or cannot. */
export type PartsRule = (node: TapeNode, parts: RowParts) => PartsGradients | null;

/** [T, N, K] · [K, M], where the second factor is a parameter. */
const matmulInParts: PartsRule = ({ op, inputs: [a, b] }, parts) => {
  if (op !== 'matmul' || a.rank !== 3 || a.shape[1] !== parts.rows || b.rank !== 2 || isParameter(a)) return null;
  const [m, n] = b.shape;
  return ([g], [needA, needB], groups) => {
    if (g === null) return [];
    const da = needA ? matmul(g, transpose(b)) : null;
    if (!needB) return [da];
    const db = groups.map((group) => {
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

/** [T, N, C] + [C], a bias. */
const addInParts: PartsRule = ({ op, inputs: [x, bias], outputs: [y] }, parts) => {
  if (op !== 'add' || y.rank !== 3 || y.shape[1] !== parts.rows || x.size !== y.size || isParameter(x)) return null;
  if (bias.rank !== 1 || bias.size !== y.shape[2] || !isParameter(bias)) return null;
  return ([g], _, groups) => {
    if (g === null) return [];
    const cols = bias.size;
    const sums = groups.map((group) => {
      const d = empty(bias.shape, { device: bias.device });
      const from = { storage: g.storage, offset: g.offset, stride: cols };
      backendOf(d).sumInParts({ steps: g.shape[0], ...group, cols }, from, d);
      return d;
    });
    return [alias(g), sums];
  };
};

/** Rows of a table by indices [T, N]. */
const gatherInParts: PartsRule = ({ op, inputs: [table], saved }, parts) => {
  if (op !== 'gatherRows') return null;
  const { indices, ...options } = saved as Scattered;
  if (indices.rank !== 2 || indices.shape[1] !== parts.rows) return null;
  const [tableRows, cols] = table.shape;
  return ([g], _, groups) => {
    if (g === null) return [];
    const sums = groups.map((group) => {
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

const RULES: readonly PartsRule[] = [matmulInParts, addInParts, gatherInParts];

/**
 * The gradients of a loss of one element, those of parameters one for each group of parts, in the scope of the caller; null, with nothing
 * done, where some operation cannot tell the parts of a parameter's gradient, and where several read one: parts are whole before they are
 * added.
 * @param counts of the parts in each group: powers of two
 * @param more rules, beside those of the operations here
 */
export function backwardInParts(
  loss: Tensor,
  parts: RowParts,
  counts: readonly number[],
  more: readonly PartsRule[],
): Map<Tensor, Tensor[]> | null {
  const order = tapeOrder(loss);
  const groups = groupsOf(parts, counts);
  const read = new Set<Tensor>();
  const found = new Map<TapeNode, BackwardInParts>();
  for (const node of order) {
    const own = node.inputs.filter(isParameter);
    if (own.length === 0) continue;
    const rule = [...more, ...RULES].reduce<PartsGradients | null>((one, next) => one ?? next(node, parts), null);
    if (rule === null || own.some((t) => read.has(t))) return null;
    for (const t of own) read.add(t);
    found.set(node, (gradients, needed) => rule(gradients, needed, groups));
  }
  return noGrad(() => {
    const { whole, byPart } = walkBack(order, loss, full(loss.shape, 1, { device: loss.device }), false, found);
    if ([...whole.keys()].some(isParameter)) {
      throw new UnrolledError(
        'INTERNAL',
        'expected gradients of parameters by part, received a whole one',
        'report this',
      );
    }
    for (const [t, gradients] of byPart) clearFrozenParts(frozenMask(t), gradients);
    return byPart;
  });
}
