// Where the operands of a scan stand, and whether two accesses to them overlap: what may run side by side, and what must wait.
import { ROW_GROUP, type ScanCall, type ScanPlan, type ScanStage } from '../../contract.js';
import { storedBy } from '../program.js';

/** Where an operand stands, as far as code depends on it: its storage is a number. */
export interface Site {
  storage: number;
  offset: number;
  rowStride: number;
  colStride: 0 | 1;
  stepStride: number;
  table: number | undefined;
  grouped: boolean;
  indexed: boolean;
}

/** What a stage does with an operand. */
export interface Access {
  operand: number;
  cols: number;
  writes: boolean;
  /** A matrix that stays where it is: weights and their scales. */
  still: boolean;
}

/** Whether rows a table names in some step stand apart from those another names `shift` steps later. */
export interface TableQuestion {
  tables: readonly [number, number];
  /** Rows of memory before the tables' own. */
  first: readonly [number, number];
  shift: number;
}

/** apart: no memory in common; same: in the same rows, column for column; mixed: in some other way. */
export type Relation = 'apart' | 'same' | 'mixed';

export function sitesOf({ operands }: ScanCall): Site[] {
  const storages = new Map<object, number>();
  return operands.map(({ storage, offset, rowStride, colStride, stepStride, table, grouped, indices }) => {
    const number = storages.get(storage) ?? storages.size;
    storages.set(storage, number);
    return {
      ...{ storage: number, offset, rowStride, colStride, stepStride, table },
      ...{ grouped: grouped === true, indexed: indices !== undefined },
    };
  });
}

/** The same text for sites that make the same code. */
export function keyOf(sites: readonly Site[]): string {
  return sites
    .map(
      (s) =>
        `${s.storage} ${s.offset} ${s.rowStride} ${s.colStride} ${s.stepStride} ${s.table ?? ''}${s.grouped ? 'g' : ''}${s.indexed ? 'i' : ''}`,
    )
    .join();
}

export function accessesOf(stage: ScanStage, sites: readonly Site[]): Access[] {
  switch (stage.kind) {
    case 'program': {
      const stored = storedBy(stage.program);
      return stage.operands.map((operand, i) => ({
        operand,
        cols: sites[operand].colStride === 0 ? 1 : stage.cols,
        writes: stored.has(i),
        still: false,
      }));
    }
    case 'rowSum':
      return [
        { operand: stage.x, cols: stage.cols, writes: false, still: false },
        { operand: stage.out, cols: 1, writes: true, still: false },
      ];
    case 'product': {
      const still = [stage.b, ...(stage.scales === undefined ? [] : [stage.scales])];
      return [
        { operand: stage.a, cols: stage.k, writes: false, still: false },
        { operand: stage.c, cols: stage.n, writes: true, still: false },
        ...still.map((operand) => ({ operand, cols: 1, writes: false, still: true })),
      ];
    }
    default:
      return stage satisfies never;
  }
}

/** The operands that some stage changes. */
export function writtenBy({ stages }: ScanPlan, sites: readonly Site[]): ReadonlySet<number> {
  const accesses = stages.flatMap((stage) => accessesOf(stage, sites));
  return new Set(accesses.filter(({ writes }) => writes).map(({ operand }) => operand));
}

/** Whole rows of memory before a site, and its first column within one. */
export function placeInRow({ offset, rowStride }: Site): { first: number; col: number } {
  if (rowStride <= 0) return { first: 0, col: offset };
  const first = Math.floor(offset / rowStride);
  return { first, col: offset - first * rowStride };
}

const moves = (site: Site): boolean => site.table !== undefined || site.stepStride !== 0;

/** Answers what accesses have in common. */
export class Overlaps {
  readonly #sites: readonly Site[];
  readonly #rows: number;
  readonly #areApart: (question: TableQuestion) => boolean;

  /** @param rows the most that a step has */
  constructor(sites: readonly Site[], rows: number, areApart: (question: TableQuestion) => boolean) {
    this.#sites = sites;
    this.#rows = rows;
    this.#areApart = areApart;
  }

  /** @param shift steps from the first access to the second */
  relation(a: Access, b: Access, shift: 0 | 1): Relation {
    const [x, y] = [this.#sites[a.operand], this.#sites[b.operand]];
    if (x.storage !== y.storage) return 'apart';
    if (a.still || b.still || x.indexed || y.indexed) return 'mixed';
    const [own, other] = [placeInRow(x), placeInRow(y)];
    if (x.rowStride === y.rowStride && x.rowStride > 0 && x.grouped === y.grouped) {
      const fits = own.col + a.cols <= x.rowStride && other.col + b.cols <= y.rowStride;
      const isSameStep = shift === 0 && x.table === y.table && x.stepStride === y.stepStride;
      if (fits && own.first === other.first && (isSameStep || !(moves(x) || moves(y)))) {
        return own.col < other.col + b.cols && other.col < own.col + a.cols ? 'same' : 'apart';
      }
      if (fits && x.table !== undefined && y.table !== undefined) {
        const question = { tables: [x.table, y.table], first: [own.first, other.first], shift } as const;
        return this.#areApart(question) ? 'apart' : 'mixed';
      }
    }
    if (x.table !== undefined || y.table !== undefined || x.stepStride !== y.stepStride) return 'mixed';
    const start = y.offset + shift * y.stepStride - x.offset;
    return this.#length(x, a.cols) <= start || start + this.#length(y, b.cols) <= 0 ? 'apart' : 'mixed';
  }

  /** Elements from the first of a step to the last. */
  #length({ rowStride, grouped }: Site, cols: number): number {
    const rows = grouped ? Math.ceil(this.#rows / ROW_GROUP) : this.#rows;
    return (rows - 1) * rowStride + cols;
  }
}

/** The answer for the tables of a call. */
export function areTablesApart(call: ScanCall, { tables, first, shift }: TableQuestion): boolean {
  const { steps, rows, activeRows, rowTables = [] } = call;
  const [a, b] = [rowTables[tables[0]], rowTables[tables[1]]];
  const [from, to] = first;
  const count = (step: number): number => activeRows?.[step] ?? rows;
  for (let s = 0; s + shift < steps; s++) {
    const [x, y] = [a[s] + from, b[s + shift] + to];
    if (x < y + count(s + shift) && y < x + count(s)) return false;
  }
  return true;
}
