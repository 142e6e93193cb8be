// What drives the body of a step. `dispatched`: a dispatch for each phase. `local`: one dispatch for many rounds, each workgroup with
// all units of its rows. `persistent`: one dispatch too, with units shared and a barrier for the whole grid of workgroups after each phase, which
// is a counter in memory; they agree first on whether all of them are there, else none does anything and `local` does it after them.
// A round is a step; where phases are turned, the end of one and the beginning of the next.
import { CONTROL, shader } from '../shaders/frame.js';
import { BARRIER, type StepBody } from './body.js';
import type { Phase } from './phases.js';
import { SCAN, TURN } from './words.js';

/** Looks at a barrier, once all have agreed to go: seconds, where they took microseconds before. */
const BARRIER_SPIN_LIMIT = 1 << 22;

/** Words of a grid: how many have arrived, what was agreed, then the barriers of those who share rows, a counter each. */
export const GRID = { ARRIVED: 0, AGREED: 1, BARRIERS: 2 } as const;
export const GO = 1;
const LEAVE = 2;

export interface Phases {
  phases: readonly Phase[];
  isTurned: boolean;
}

/** One phase of a round. */
export function dispatchedShader(body: StepBody, threads: number, { isTurned }: Phases, phase: Phase): string {
  return shader({
    threads,
    outside: `${TURN}\n${body.outside}`,
    body: `  let round = turnOf(lane);
${body.before}
${body.phase(phase, isTurned)}`,
  });
}

/** @param after it only does what workgroups of a persistent dispatch that were not all there left undone */
export function localShader(body: StepBody, threads: number, { phases, isTurned }: Phases, after = false): string {
  const guard = `  if (lane == 0u) { told = word(grid + ${GRID.AGREED}u); }
  if (workgroupUniformLoad(&told) == ${GO}u) { return; }
  if (lane == 0u && group == 0u) { atomicAdd(&control[${CONTROL.ABANDONED}], 1u); }`;
  return shader({
    threads,
    outside: `${TURN}\n${body.outside}`,
    body: `  let turn = turnOf(lane);
${after ? `${GRID_AT}\n${guard}` : ''}
${body.before}
${rounds(isTurned)} {
${phases.map((phase) => body.phase(phase, isTurned)).join(`\n${BARRIER}\n`)}
${BARRIER}
  }`,
  });
}

/** @param groups workgroups that share rows; @param blocks how often there are such */
export function persistentShader(
  body: StepBody,
  threads: number,
  { phases, isTurned }: Phases,
  { groups, blocks }: { groups: number; blocks: number },
): string {
  const barrier = `  passed += 1u;\n  gridBarrier(grid + ${GRID.BARRIERS}u + block, passed * ${groups}u, lane);`;
  return shader({
    threads,
    shared: true,
    outside: `${TURN}\n${body.outside}\n${AGREE}\n${gridBarrierCode(`control[${CONTROL.STALLED}]`)}`,
    body: `  let turn = turnOf(lane);
${GRID_AT}
  if (agree(grid, ${groups * blocks}u, lane) != ${GO}u) { return; }
${body.before}
  var passed = 0u;
${rounds(isTurned)} {
${phases.map((phase) => body.phase(phase, isTurned)).join(`\n${barrier}\n`)}
${barrier}
  }`,
  });
}

/** Words of a grid of so many blocks of rows. */
export const gridWords = (blocks: number): number => GRID.BARRIERS + blocks;

const GRID_AT = `  let grid = call[${SCAN.GRID}] + turn * call[${SCAN.GRID_WORDS}];`;

const rounds = (isTurned: boolean): string => `  let start = turn * call[${SCAN.ROUNDS}];
  let end = min(start + call[${SCAN.ROUNDS}], call[${SCAN.STEPS}]${isTurned ? ' + 1u' : ''});
  for (var round = start; round < end; round++)`;

/** Whoever comes last says GO; whoever has waited too long before says LEAVE; the first word counts. */
export const AGREE = `
fn say(at: u32, what: u32) {
  loop {
    let was = atomicCompareExchangeWeak(&memory[at], 0u, what);
    if (was.exchanged || was.old_value != 0u) { break; }
  }
}
fn agree(grid: u32, all: u32, lane: u32) -> u32 {
  if (lane == 0u) {
    if (atomicAdd(&memory[grid + ${GRID.ARRIVED}u], 1u) + 1u == all) { say(grid + ${GRID.AGREED}u, ${GO}u); }
    var looks = 0u;
    while (looks < call[${SCAN.SPIN_LIMIT}] && word(grid + ${GRID.AGREED}u) == 0u) { looks++; }
    say(grid + ${GRID.AGREED}u, ${LEAVE}u);
    told = word(grid + ${GRID.AGREED}u);
  }
  return workgroupUniformLoad(&told);
}`;

/**
 * Waits until a counter, which each raises by one, has come to a target. Whoever waits in vain says so, and nobody waits any more.
 * @param stalled the word that says so
 */
export const gridBarrierCode = (stalled: string): string => `
fn gridBarrier(at: u32, goal: u32, lane: u32) {
${BARRIER}
  if (lane == 0u) {
    atomicAdd(&memory[at], 1u);
    var looks = 0u;
    while (word(at) < goal && atomicLoad(&${stalled}) == 0u) {
      looks++;
      if (looks > max(${BARRIER_SPIN_LIMIT}u, call[${SCAN.SPIN_LIMIT}])) { atomicStore(&${stalled}, 1u); }
    }
  }
${BARRIER}
}`;
