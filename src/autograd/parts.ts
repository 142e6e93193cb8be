// Gradients of parameters by parts of a minibatch: rows [T, N, …] are computed together, and only what is summed over rows, the gradients
// of parameters, is summed for each part alone. Products of many rows are faster than those of few, and the bits are those of each part.
// A file of its own: pages that train nothing go without it.
import { UnrolledError } from '../errors.js';
import { backendOf } from '../backend/registry.js';
import { empty, full } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';
import { matmul } from './ops.js';
import { frozenMask } from './frozen.js';
import { slice, sumTo, transpose } from './movement.js';
import { eachPart, type RowParts } from './rowParts.js';
import type { Scattered } from './rows.js';
import { alias, clearFrozenParts, isParameter, noGrad, type TapeNode, tapeOrder, walkBack } from './tape.js';

/** The gradients of the inputs of a node; of a parameter one for each part. */
export type PartsGradients = (
  gradients: readonly (Tensor | null)[],
  needed: readonly boolean[],
) => (Tensor | Tensor[] | null)[];

/** How a node tells the parts of its parameters' gradients; null where it is of another kind, or cannot. */
export type PartsRule = (node: TapeNode, parts: RowParts) => PartsGradients | null;

/** Rows from … to of axis 1 of [T, N, width], put together: [T · (to − from), width]. All of them are where they are. */
export function rowsOfPart(
  t: Tensor,
  [T, N, width]: readonly [number, number, number],
  from: number,
  to: number,
): Tensor {
  const own = (to - from) * width;
  if (from === 0 && to === N) return new Tensor(t.storage, [T * N, width], t.offset);
  const out = empty([T * (to - from), width], { device: t.device, dtype: t.dtype });
  if (out.size === 0) return out;
  const spec = { shape: [T, own], inStrides: [N * width, 1], outStrides: [own, 1] };
  backendOf(out).copy(spec, { storage: t.storage, offset: t.offset + from * width }, out);
  return out;
}

/** [T, N, K] · [K, M], where the second factor is a parameter. */
const matmulInParts: PartsRule = ({ op, inputs: [a, b] }, parts) => {
  if (op !== 'matmul' || a.rank !== 3 || a.shape[1] !== parts.rows || b.rank !== 2 || isParameter(a)) return null;
  const [T, N, k] = a.shape;
  return ([g], [needA, needB]) => {
    if (g === null) return [];
    const da = needA ? matmul(g, transpose(b)) : null;
    if (!needB) return [da];
    const db = eachPart(parts, (from, to) => {
      const x = rowsOfPart(a, [T, N, k], from, to);
      return matmul(transpose(x), rowsOfPart(g, [T, N, b.shape[1]], from, to));
    });
    return [da, db];
  };
};

/** [T, N, C] + [C], a bias. */
const addInParts: PartsRule = ({ op, inputs: [x, bias], outputs: [y] }, parts) => {
  if (op !== 'add' || y.rank !== 3 || y.shape[1] !== parts.rows || x.size !== y.size || isParameter(x)) return null;
  if (bias.rank !== 1 || !isParameter(bias)) return null;
  return ([g]) =>
    g === null ? [] : [alias(g), eachPart(parts, (from, to) => sumTo(slice(g, 1, from, to), bias.shape))];
};

/** Rows of a table by indices [T, N]. */
const gatherInParts: PartsRule = ({ op, saved }, parts) => {
  const { indices, scattered } = (saved ?? {}) as Partial<Scattered>;
  if (op !== 'gatherRows' || indices?.rank !== 2 || indices.shape[1] !== parts.rows || scattered === undefined)
    return null;
  const [T, N] = indices.shape;
  return ([g]) => {
    if (g === null) return [];
    const width = g.shape[2];
    const byPart = eachPart(parts, (from, to) =>
      scattered(rowsOfPart(g, [T, N, width], from, to), rowsOfPart(indices, [T, N, 1], from, to)),
    );
    return [byPart];
  };
};

const RULES: readonly PartsRule[] = [matmulInParts, addInParts, gatherInParts];

/**
 * The gradients of a loss of one element, those of parameters one for each part of the rows, in the scope of the caller; null, with
 * nothing done, where some operation cannot tell the parts of a parameter's gradient.
 * @param more rules, beside those of the operations here
 */
export function backwardInParts(
  loss: Tensor,
  parts: RowParts,
  more: readonly PartsRule[],
): Map<Tensor, Tensor[]> | null {
  const order = tapeOrder(loss);
  const found = new Map<TapeNode, PartsGradients>();
  for (const node of order) {
    if (!node.inputs.some(isParameter)) continue;
    const rule = [...more, ...RULES].reduce<PartsGradients | null>((one, next) => one ?? next(node, parts), null);
    if (rule === null) return null;
    found.set(node, rule);
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
