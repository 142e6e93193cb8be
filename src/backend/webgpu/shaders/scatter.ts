// Scatter-add in two shaders: one workgroup puts the rows in the order of their indices, then the rows of each index are added, in
// the order in which they stand. The same sums from run to run, whatever workgroups do first. Letters: R rows, S indices that occur.
import { ELEMENTS, shader, kept } from './frame.js';

const THREADS = 256;
/** Bits of an index that one pass sorts by. */
const DIGIT_BITS = 3;
const DIGITS = 2 ** DIGIT_BITS;

/** Words of `starts` before the first place of each index: S, and where the order stands. */
const HEAD = 2;

/** Words of room that `orderRowsShader` wants: the order and its copy [R] each, then `starts`. */
export const orderWords = (rows: number, tableRows: number): number => 2 * rows + HEAD + Math.min(rows, tableRows) + 1;

/**
 * A stable sort by digits, the lowest first (radix sort): each thread counts the digits of a stretch of the rows, the counts before its own
 * say where its rows go. Bad indices come last, and the first of them is a fault.
 * Call: R, rows of the table, indices, room of `orderWords`.
 */
export const orderRowsShader = kept(() =>
  shader({
    threads: THREADS,
    outside: `
var<workgroup> counts: array<u32, ${DIGITS * THREADS}>;
var<workgroup> sums: array<u32, ${THREADS}>;
/** R less the first row with a bad index; 0 where none has. */
var<workgroup> worst: atomic<u32>;
fn key(row: u32) -> u32 { return min(memory[call[2] + row], call[1]); }
/** Place \`i\` of the order has another index than the one before it, and a good one. */
fn begins(order: u32, i: u32) -> bool {
  let own = key(memory[order + i]);
  if (own == call[1]) { return false; }
  if (i == 0u) { return true; }
  return own != key(memory[order + i - 1u]);
}
/** What the threads before this one have, all together. All of it stands in the last of \`sums\` then. */
fn sumBefore(lane: u32, own: u32) -> u32 {
  var sum = own;
  for (var reach = 1u; reach < ${THREADS}u; reach *= 2u) {
    workgroupBarrier();
    sums[lane] = sum;
    workgroupBarrier();
    if (lane >= reach) { sum += sums[lane - reach]; }
  }
  workgroupBarrier();
  sums[lane] = sum;
  workgroupBarrier();
  return sum - own;
}`,
    body: `  let rows = call[0];
  let limit = call[1];
  let stretch = (rows + ${THREADS - 1}u) / ${THREADS}u;
  let start = min(lane * stretch, rows);
  let end = min(start + stretch, rows);
  var order = call[3];
  var other = order + rows;
  let starts = other + rows;
  if (lane == 0u) { atomicStore(&worst, 0u); }
  workgroupBarrier();
  for (var i = start; i < end; i++) {
    memory[order + i] = i;
    if (memory[call[2] + i] >= limit) { atomicMax(&worst, rows - i); }
  }
  for (var shift = 0u; shift < 32u && (limit >> shift) != 0u; shift += ${DIGIT_BITS}u) {
    var next = array<u32, ${DIGITS}>();
    for (var i = start; i < end; i++) { next[(key(memory[order + i]) >> shift) & ${DIGITS - 1}u] += 1u; }
    for (var digit = 0u; digit < ${DIGITS}u; digit++) { counts[digit * ${THREADS}u + lane] = next[digit]; }
    workgroupBarrier();
    var sum = 0u;
    for (var i = lane * ${DIGITS}u; i < (lane + 1u) * ${DIGITS}u; i++) { sum += counts[i]; }
    var before = sumBefore(lane, sum);
    for (var i = lane * ${DIGITS}u; i < (lane + 1u) * ${DIGITS}u; i++) {
      let count = counts[i];
      counts[i] = before;
      before += count;
    }
    workgroupBarrier();
    for (var digit = 0u; digit < ${DIGITS}u; digit++) { next[digit] = counts[digit * ${THREADS}u + lane]; }
    for (var i = start; i < end; i++) {
      let row = memory[order + i];
      let digit = (key(row) >> shift) & ${DIGITS - 1}u;
      memory[other + next[digit]] = row;
      next[digit] += 1u;
    }
    storageBarrier();
    workgroupBarrier();
    let sorted = other;
    other = order;
    order = sorted;
  }
  var own = 0u;
  for (var i = start; i < end; i++) { own += select(0u, 1u, begins(order, i)); }
  var nth = sumBefore(lane, own);
  let all = sums[${THREADS - 1}];
  for (var i = start; i < end; i++) {
    if (begins(order, i)) {
      memory[starts + ${HEAD}u + nth] = i;
      nth += 1u;
    }
    let isLast = i + 1u == rows || key(memory[order + i + 1u]) == limit;
    if (isLast && key(memory[order + i]) < limit) { memory[starts + ${HEAD}u + all] = i + 1u; }
  }
  if (lane > 0u) { return; }
  memory[starts] = all;
  memory[starts + 1u] = order;
  let bad = atomicLoad(&worst);
  if (bad > 0u) { raise(rows - bad, memory[call[2] + rows - bad], limit); }`,
  }),
);

/** Workgroups of `scatterAddShader`: so many columns of one index each. */
export const scatterWorkgroups = (rows: number, cols: number, tableRows: number): number =>
  Math.min(rows, tableRows) * Math.ceil(cols / ELEMENTS);

/** Call: columns, the table, its stride, indices, what is added, its stride, \`starts\`. */
export const scatterAddShader = kept(() =>
  shader({
    threads: ELEMENTS,
    body: `  let cols = call[0];
  let starts = call[6];
  let across = (cols + ${ELEMENTS - 1}u) / ${ELEMENTS}u;
  let nth = group / across;
  let col = group % across * ${ELEMENTS}u + lane;
  if (nth >= memory[starts] || col >= cols) { return; }
  let order = memory[starts + 1u];
  let first = memory[starts + ${HEAD}u + nth];
  let end = memory[starts + ${HEAD}u + nth + 1u];
  let at = call[1] + memory[call[3] + memory[order + first]] * call[2] + col;
  var sum = number(at);
  for (var i = first; i < end; i++) { sum += number(call[4] + memory[order + i] * call[5] + col); }
  put(at, sum);`,
  }),
);
