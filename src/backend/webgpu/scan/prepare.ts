// A plan made ready for operands that stand in some way to each other: its phases, how its work is shared, its shaders.
import { ROW_GROUP, type ScanPlan, type ScanStage } from '../../contract.js';
import type { Commands } from '../commands.js';
import type { Call } from '../recording.js';
import { INT8_COLS, int8CodeFrom } from '../shaders/products.js';
import { StepBody, type StepParts } from './body.js';
import { localShader, dispatchedShader, persistentShader, gridWords, type Phases } from './drivers.js';
import { isInt8, Owners, type Phase, phasesOf, Waits } from './phases.js';
import { type Share, shareOf, sizesOf } from './share.js';
import { Overlaps, type Site, type TableQuestion, writtenBy } from './sites.js';
import { OPERAND_WORDS, rowAt, SCAN, startOf, strideOf, TURN } from './words.js';

export type Driver = 'local' | 'dispatched' | 'persistent';

/** What a scan is prepared for. */
export interface ScanForm {
  plan: ScanPlan;
  sites: readonly Site[];
  rows: number;
  isRagged: boolean;
  areApart: (question: TableQuestion) => boolean;
}

/** The shaders of a plan. */
export interface PreparedScan {
  /** Operands that a stage changes. */
  written: ReadonlySet<number>;
  isTurned: boolean;
  /** Shaders of a turn: the phases of a round, or all of several rounds. */
  calls: readonly Call[];
  /** Rounds that a dispatch has at most; 1 where each phase has its own. */
  rounds: number;
  /** Words of the barriers of each turn; 0 where there are none. */
  gridWords: number;
}

/** Weights of a step up to which each workgroup takes its rows through all steps by itself. */
const LOCAL_WEIGHTS = 64 * 1024;
/** Rows of such a workgroup: few, while there are not many of them. */
const LOCAL_ROWS = [4, 8] as const;
const ENOUGH_LOCAL = 64;
/** Rows of a workgroup that has some of the units. */
const SHARED_ROWS = 32;
/** Workgroups of a dispatch, where they share units and do not wait for each other. */
const SHARING = 128;
/** Multiplications of a workgroup in one dispatch: a watchdog must not find it long. */
const MOST_WORK = 2 ** 31;

/** What is known of the device. */
export interface Habits {
  /** Workgroups that could wait for each other when that was tried; 0 where they could not. */
  resident: number;
  /** They did not always do so since. */
  hasAbandoned: boolean;
}

/** @param wanted a driver, in place of the one that fits */
export function prepareScan(
  commands: Commands,
  form: ScanForm,
  { resident, hasAbandoned }: Habits,
  wanted?: Driver,
): PreparedScan {
  const { plan, sites, rows, isRagged } = form;
  const owners = new Owners(plan, sites);
  const waits = new Waits(plan, sites, owners, new Overlaps(sites, rows, form.areApart));
  const { weights, widest } = sizesOf(plan);
  const blocks = Math.ceil(rows / sharedRows(sites, rows));
  const canPersist = !hasAbandoned && Math.floor(resident / blocks) > 1 && widest > 1;
  const fitting = weights <= LOCAL_WEIGHTS ? 'local' : canPersist ? 'persistent' : 'dispatched';
  const driver = plan.stages.some(isInt8) ? 'dispatched' : (wanted ?? fitting);
  const uniformsAt = SCAN.OPERANDS + sites.length * OPERAND_WORDS;
  const written = writtenBy(plan, sites);
  const parts = (share: Share): StepParts => ({ plan, sites, owners, waits, share, uniformsAt, isRagged });
  const roundsOf = (share: Share): number =>
    Math.max(1, Math.floor(MOST_WORK / (share.rows * Math.max(1, weights / share.groups))));
  if (driver === 'local') {
    const few = Math.ceil(rows / LOCAL_ROWS[0]) <= ENOUGH_LOCAL ? LOCAL_ROWS[0] : LOCAL_ROWS[1];
    const share = shareOf(plan, sites, owners, { rows: few, groups: 1, all: rows });
    const phases: Phases = { phases: [[{ lag: 0, stages: plan.stages.map((_, i) => i) }]], isTurned: false };
    const code = localShader(new StepBody(parts(share), true), share.threads, phases);
    const calls = [{ pipeline: commands.pipeline(code), workgroups: Math.ceil(rows / share.rows) }];
    return { written, isTurned: false, calls, rounds: roundsOf(share), gridWords: 0 };
  }
  const groups = Math.max(1, Math.min(Math.ceil(widest / 2), Math.floor((resident > 0 ? resident : SHARING) / blocks)));
  const share = shareOf(plan, sites, owners, { rows: SHARED_ROWS, groups, all: rows });
  const cut = phasesOf(plan, waits);
  const phases: Phases = { phases: cut, isTurned: cut[0].length > 1 };
  const { isTurned } = phases;
  if (driver === 'persistent') {
    const body = new StepBody(parts(share), true);
    // The same sums, in the same order.
    const after = new StepBody(parts({ ...share, groups: 1 }), false);
    const calls = [
      {
        pipeline: commands.pipeline(persistentShader(body, share.threads, phases, { groups, blocks })),
        workgroups: groups * blocks,
      },
      { pipeline: commands.pipeline(localShader(after, share.threads, phases, true)), workgroups: blocks },
    ];
    return { written, isTurned, calls, rounds: roundsOf(share), gridWords: gridWords(blocks) };
  }
  const body = new StepBody(parts(share), share.rows > 4 * share.fours);
  const calls = cut.map((phase): Call => {
    const int8 = int8Of(plan, phase);
    if (int8 === null) {
      const code = dispatchedShader(body, share.threads, phases, phase);
      return { pipeline: commands.pipeline(code), workgroups: groups * blocks };
    }
    const code = int8Code(int8, sites, isRagged);
    return { pipeline: commands.pipeline(code), workgroups: rows * Math.ceil(int8.n / INT8_COLS) };
  });
  return { written, isTurned, calls, rounds: 1, gridWords: 0 };
}

function sharedRows(sites: readonly Site[], rows: number): number {
  const unit = sites.some(({ grouped }) => grouped) ? ROW_GROUP : 1;
  return Math.ceil(Math.min(SHARED_ROWS, rows) / unit) * unit;
}

type Product = ScanStage & { kind: 'product' };

function int8Of({ stages }: ScanPlan, [{ stages: own }]: Phase): Product | null {
  const stage = stages[own[0]];
  return stage.kind === 'product' && isInt8(stage) ? stage : null;
}

/** A product with weights of int8 has a dispatch of its own. */
function int8Code({ a, b, c, n, k, scales, accumulate }: Product, sites: readonly Site[], isRagged: boolean): string {
  return int8CodeFrom(
    `  let step = turnOf(lane);
  let m = ${isRagged ? 'activeRows(step, lane)' : `call[${SCAN.ROWS}]`};
  let n = ${n}u;
  let k = ${k}u;
  let accumulate = ${accumulate === true ? 1 : 0}u;
  let aAt = ${rowAt(a, sites[a], '0u')};
  let aStride = ${strideOf(a)};
  let bAt = ${startOf(b)};
  let bStride = ${strideOf(b)};
  let cAt = ${rowAt(c, sites[c], '0u')};
  let cStride = ${strideOf(c)};
  let scalesAt = ${startOf(scales ?? b)};`,
    TURN,
  );
}
