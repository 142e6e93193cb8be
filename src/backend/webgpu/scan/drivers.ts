// What drives the body of a step. `dispatched`: a dispatch for each phase. `alone`: one dispatch for many rounds, each workgroup with
// all units of its rows. `meeting`: one dispatch too, with units shared, in which workgroups wait for each other, by a counter in
// memory; they agree first on whether all of them are there, else none does anything and `alone` does it after them.
// A round is a step; where phases are turned, the end of one and the beginning of the next.
import { CONTROL, shader } from '../shaders/frame.js';
import { BARRIER, type StepBody } from './body.js';
import type { Phase } from './phases.js';
import { SCAN, TURN } from './words.js';

/** How often one looks whether the others have come, once all have agreed to go: seconds, where they took microseconds before. */
const PATIENCE_ON_THE_WAY = 1 << 22;

/** Words of a meeting before the counters of those who share rows: how many came, and what was agreed. */
export const MEETING = { CAME: 0, AGREED: 1, BLOCKS: 2 } as const;
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

/** @param after it only does what workgroups that could not meet left undone */
export function aloneShader(body: StepBody, threads: number, { phases, isTurned }: Phases, after = false): string {
  const guard = `  if (lane == 0u) { told = word(meeting + ${MEETING.AGREED}u); }
  if (workgroupUniformLoad(&told) == ${GO}u) { return; }
  if (lane == 0u && group == 0u) { atomicStore(&control[${CONTROL.ABANDONED}], 1u); }`;
  return shader({
    threads,
    outside: `${TURN}\n${body.outside}`,
    body: `  let turn = turnOf(lane);
${after ? `${MEETING_AT}\n${guard}` : ''}
${body.before}
${rounds(isTurned)} {
${phases.map((phase) => body.phase(phase, isTurned)).join(`\n${BARRIER}\n`)}
${BARRIER}
  }`,
  });
}

/** @param groups workgroups that share rows; @param blocks how often there are such */
export function meetingShader(
  body: StepBody,
  threads: number,
  { phases, isTurned }: Phases,
  { groups, blocks }: { groups: number; blocks: number },
): string {
  const meet = `  met += 1u;\n  meet(meeting + ${MEETING.BLOCKS}u + block, met * ${groups}u, lane);`;
  return shader({
    threads,
    shared: true,
    outside: `${TURN}\n${body.outside}\n${AGREE}\n${meetCode(`control[${CONTROL.STALLED}]`)}`,
    body: `  let turn = turnOf(lane);
${MEETING_AT}
  if (agree(meeting, ${groups * blocks}u, lane) != ${GO}u) { return; }
${body.before}
  var met = 0u;
${rounds(isTurned)} {
${phases.map((phase) => body.phase(phase, isTurned)).join(`\n${meet}\n`)}
${meet}
  }`,
  });
}

/** Words of a meeting of so many blocks. */
export const meetingWords = (blocks: number): number => MEETING.BLOCKS + blocks;

const MEETING_AT = `  let meeting = call[${SCAN.MEETING}] + turn * call[${SCAN.MEETING_WORDS}];`;

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
fn agree(meeting: u32, all: u32, lane: u32) -> u32 {
  if (lane == 0u) {
    if (atomicAdd(&memory[meeting + ${MEETING.CAME}u], 1u) + 1u == all) { say(meeting + ${MEETING.AGREED}u, ${GO}u); }
    var looks = 0u;
    while (looks < call[${SCAN.PATIENCE}] && word(meeting + ${MEETING.AGREED}u) == 0u) { looks++; }
    say(meeting + ${MEETING.AGREED}u, ${LEAVE}u);
    told = word(meeting + ${MEETING.AGREED}u);
  }
  return workgroupUniformLoad(&told);
}`;

/**
 * Waits until a counter, which each raises by one, has come to a target. Whoever waits in vain says so, and nobody waits any more.
 * @param stalled the word that says so
 */
export const meetCode = (stalled: string): string => `
fn meet(at: u32, goal: u32, lane: u32) {
${BARRIER}
  if (lane == 0u) {
    atomicAdd(&memory[at], 1u);
    var looks = 0u;
    while (word(at) < goal && atomicLoad(&${stalled}) == 0u) {
      looks++;
      if (looks > max(${PATIENCE_ON_THE_WAY}u, call[${SCAN.PATIENCE}])) { atomicStore(&${stalled}, 1u); }
    }
  }
${BARRIER}
}`;
