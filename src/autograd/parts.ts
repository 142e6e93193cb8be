// Gradients of parameters by parts of a minibatch: rows [T, N, …] are computed together, and only what is summed over rows, the gradients
// of parameters, is summed for each part alone. Products of many rows are faster than those of few, and the bits are those of each part.
import { backendOf } from '../backend/registry.js';
import { empty } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';

/** Parts of the rows, which are axis 1: part i has rows cuts[i] … cuts[i + 1]. */
export interface RowParts {
  rows: number;
  cuts: readonly number[];
}

/** Calls back for each part, with its rows. */
export function eachPart<R>({ cuts }: RowParts, run: (from: number, to: number, part: number) => R): R[] {
  return cuts.slice(1).map((to, i) => run(cuts[i], to, i));
}

/** Rows from … to of axis 1 of [T, N, width], put together: [T · (to − from), width]. All of them are where they are. */
export function rowsOfPart(
  t: Pick<Tensor, 'storage' | 'offset' | 'dtype' | 'device'>,
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
