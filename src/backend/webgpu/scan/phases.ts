// A step in phases: stages that workgroups can run one after the other without waiting for each other, each workgroup owning some
// units (columns) of some rows. Between phases all workgroups wait for each other. Letters: W a width.
import type { ScanPlan, ScanStage } from '../../contract.js';
import type { Overlaps } from './sites.js';
import { type Access, accessesOf, placeInRow, type Site } from './sites.js';

/** Columns of a row of memory that are owned alike: unit u is column `first` + u. */
export interface Segment {
  first: number;
  width: number;
}

/** Stages by number that run in a row. */
export interface Run {
  /** Steps that it is behind: 1 for the last stages of a step that run with the first of the next. */
  lag: 0 | 1;
  stages: readonly number[];
}

export type Phase = readonly Run[];

/** The columns `first` … `first` + `count` − 1 of a product are units `unit` … of a segment of `width` units. */
export interface Piece {
  first: number;
  unit: number;
  count: number;
  width: number;
}

/** Who owns which column of memory that programs and products write. */
export class Owners {
  readonly #sites: readonly Site[];
  /** By memory with the same rows; null where programs disagree. */
  readonly #segments = new Map<string, Segment[] | null>();

  constructor({ stages }: ScanPlan, sites: readonly Site[]) {
    this.#sites = sites;
    for (const stage of stages) {
      if (stage.kind !== 'program') continue;
      for (const operand of stage.operands) {
        if (sites[operand].colStride === 1 || stage.cols === 1) this.#add(sites[operand], stage.cols);
      }
    }
    for (const stage of stages) if (stage.kind === 'product') this.#addRest(sites[stage.c], stage.n);
  }

  /** The columns of a product by their owners; one piece of its own where nobody else has a say. */
  piecesOf({ c, n }: ScanStage & { kind: 'product' }): Piece[] {
    const { col } = placeInRow(this.#sites[c]);
    const segments = this.#segments.get(rowsKey(this.#sites[c]));
    if (segments === null || segments === undefined) return [{ first: 0, unit: 0, count: n, width: n }];
    return segments.flatMap(({ first, width }) => {
      const [from, to] = [Math.max(first, col), Math.min(first + width, col + n)];
      return from < to ? [{ first: from - col, unit: from - first, count: to - from, width }] : [];
    });
  }

  /** Whether both stages reach a column that they share from the same workgroup. */
  areAlike(a: Access, b: Access, one: ScanStage, other: ScanStage): boolean {
    if (this.#segments.get(rowsKey(this.#sites[a.operand])) == null) return false;
    return this.#owns(a, one) && this.#owns(b, other);
  }

  #owns({ operand, writes }: Access, stage: ScanStage): boolean {
    if (stage.kind === 'program') return this.#sites[operand].colStride === 1 || stage.cols === 1;
    return stage.kind === 'product' && writes;
  }

  #add(site: Site, width: number): void {
    const key = rowsKey(site);
    const known = this.#segments.get(key);
    if (known === null) return;
    const { col: first } = placeInRow(site);
    const segments = known ?? [];
    if (segments.some((s) => s.first === first && s.width === width)) return;
    const isFree = segments.every((s) => s.first + s.width <= first || first + width <= s.first);
    this.#segments.set(key, isFree ? [...segments, { first, width }].sort((a, b) => a.first - b.first) : null);
  }

  /** Columns that products alone write. */
  #addRest(site: Site, n: number): void {
    const key = rowsKey(site);
    const segments = this.#segments.get(key);
    if (segments === null || segments === undefined) return;
    const { col } = placeInRow(site);
    if (col + n > site.rowStride) this.#segments.set(key, null);
    else this.#segments.set(key, withGaps(segments, site.rowStride));
  }
}

function rowsKey(site: Site): string {
  return `${site.storage} ${site.rowStride} ${site.stepStride} ${site.table} ${placeInRow(site).first} ${site.grouped}`;
}

/** Segments in their order, with what lies between them and behind, up to `end`. */
function withGaps(segments: readonly Segment[], end: number): Segment[] {
  const all: Segment[] = [];
  let at = 0;
  for (const segment of segments) {
    if (at < segment.first) all.push({ first: at, width: segment.first - at });
    all.push(segment);
    at = segment.first + segment.width;
  }
  return at < end ? [...all, { first: at, width: end - at }] : all;
}

/** Whether two stages touch the same memory, so that one waits for the other: all of the workgroup, or all workgroups. */
export type Wait = 'none' | 'workgroup' | 'all';

export class Waits {
  readonly #plan: ScanPlan;
  readonly #owners: Owners;
  readonly #overlaps: Overlaps;
  readonly #accesses: readonly (readonly Access[])[];

  constructor(plan: ScanPlan, sites: readonly Site[], owners: Owners, overlaps: Overlaps) {
    this.#plan = plan;
    this.#owners = owners;
    this.#overlaps = overlaps;
    this.#accesses = plan.stages.map((stage) => accessesOf(stage, sites));
  }

  /** What stage `later` waits for, `shift` steps after `earlier`. */
  between(earlier: number, later: number, shift: 0 | 1): Wait {
    const { stages } = this.#plan;
    let wait: Wait = 'none';
    for (const a of this.#accesses[earlier]) {
      for (const b of this.#accesses[later]) {
        if (!(a.writes || b.writes)) continue;
        const relation = this.#overlaps.relation(a, b, shift);
        if (relation === 'apart') continue;
        const [one, other] = [stages[earlier], stages[later]];
        // Every workgroup has the sums of its rows.
        const isSum = one.kind === 'rowSum' && a.writes && shift === 0 && relation === 'same' && !b.writes;
        const isOwn = relation === 'same' && this.#owners.areAlike(a, b, one, other);
        if (!(isSum && other.kind === 'program') && !isOwn) return 'all';
        wait = 'workgroup';
      }
    }
    return wait;
  }
}

/** Cuts a step into phases. Where the last and the first are free of each other, they become one: each step then ends with the next. */
export function phasesOf({ stages }: ScanPlan, waits: Waits): Phase[] {
  const runs: number[][] = [];
  stages.forEach((stage, i) => {
    const last = runs.at(-1);
    const isAlone = isInt8(stage) || (last !== undefined && isInt8(stages[last[0]]));
    if (last === undefined || isAlone || last.some((earlier) => waits.between(earlier, i, 0) === 'all')) runs.push([i]);
    else last.push(i);
  });
  const [first, last] = [runs[0], runs[runs.length - 1]];
  const phases = runs.map((own): Phase => [{ lag: 0, stages: own }]);
  const canTurn =
    runs.length > 1 &&
    !isInt8(stages[first[0]]) &&
    !isInt8(stages[last[0]]) &&
    last.every((earlier) => first.every((later) => waits.between(earlier, later, 1) !== 'all'));
  if (!canTurn) return phases;
  return [
    [
      { lag: 1, stages: last },
      { lag: 0, stages: first },
    ],
    ...phases.slice(1, -1),
  ];
}

export function isInt8(stage: ScanStage): boolean {
  return stage.kind === 'product' && stage.scales !== undefined;
}
