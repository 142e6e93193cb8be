// How the work of a step is cut: rows and units for each workgroup, columns and parts of k for each of its threads. Sums depend on
// this alone, never on which driver runs. Letters: W a width, C columns of a product that a workgroup owns.
import { ROW_GROUP, type ScanPlan, type ScanStage } from '../../contract.js';
import type { Owners, Piece } from './phases.js';
import type { Site } from './sites.js';

/** How a workgroup computes its columns of a product: so many at once, and so many threads for each, which split k. */
export interface ProductShare {
  columns: number;
  splits: number;
}

export interface Share {
  threads: number;
  /** Of a workgroup, and how many fours of them a thread sums at once. */
  rows: number;
  fours: 1 | 2;
  /** Workgroups that share the units of the same rows. */
  groups: number;
  /** By the number of the stage. */
  products: ReadonlyMap<number, ProductShare>;
}

/** Elements along k that a workgroup holds at once, for each of its rows. */
export const DEPTH = 256;

const LEAST_THREADS = 32;
const MOST_THREADS = 256;
/** Multiplications along k below which a thread is not worth its start. */
const LEAST_DEPTH = 4;

/** Units of a width for each of the workgroups that share it. */
export const unitsOf = (width: number, groups: number): number => Math.ceil(width / groups);

/** Which units the columns of a product are; of all of them, where a workgroup has all units. */
export function piecesOf(stage: ScanStage & { kind: 'product' }, owners: Owners, groups: number): Piece[] {
  if (groups === 1) return [{ first: 0, unit: 0, count: stage.n, width: stage.n }];
  return owners.piecesOf(stage);
}

/** Columns of a product that one workgroup owns, at most. */
export const columnsOf = (pieces: readonly Piece[], groups: number): number =>
  pieces.reduce((sum, { width }) => sum + unitsOf(width, groups), 0);

const powerFrom = (count: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, count)));

/** Weights that a step multiplies with, and its widest part. */
export function sizesOf({ stages }: ScanPlan): { weights: number; widest: number } {
  let [weights, widest] = [0, 1];
  for (const stage of stages) {
    if (stage.kind === 'product') weights += stage.n * stage.k;
    else widest = Math.max(widest, stage.cols);
  }
  return { weights, widest };
}

/** @param rows of a workgroup at most */
export function shareOf(
  plan: ScanPlan,
  sites: readonly Site[],
  owners: Owners,
  { rows: most, groups, all }: { rows: number; groups: number; all: number },
): Share {
  const unit = sites.some(({ grouped }) => grouped) ? ROW_GROUP : 1;
  const rows = Math.ceil(Math.min(most, all) / unit) * unit;
  const fours = rows > 4 ? 2 : 1;
  const wanted = plan.stages.map((stage) => {
    if (stage.kind !== 'product') return rows * unitsOf(stage.cols, groups);
    return columnsOf(piecesOf(stage, owners, groups), groups) * Math.ceil(stage.k / LEAST_DEPTH);
  });
  const threads = Math.min(MOST_THREADS, Math.max(LEAST_THREADS, powerFrom(Math.max(...wanted))));
  const products = new Map<number, ProductShare>();
  plan.stages.forEach((stage, i) => {
    if (stage.kind !== 'product') return;
    const columns = Math.min(threads, powerFrom(columnsOf(piecesOf(stage, owners, groups), groups)));
    const splits = Math.min(threads / columns, powerFrom(stage.k / LEAST_DEPTH));
    products.set(i, { columns, splits });
  });
  return { threads, rows, fours, groups, products };
}
