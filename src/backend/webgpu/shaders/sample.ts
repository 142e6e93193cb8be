// Drawing an index from logits, as a shader with a workgroup for each row: temperature, the k most likely, the nucleus (Holtzman et al. 2020).
import { fold, shader, kept } from './frame.js';

const THREADS = 256;

/** The heavier of two candidates, the lower index of two as heavy; 0xffffffff is none. */
const heavier = `
fn heavier(a: u32, b: u32, logits: u32) -> u32 {
  if (a == 0xffffffffu) { return b; }
  if (b == 0xffffffffu) { return a; }
  let x = number(logits + a);
  let y = number(logits + b);
  if (y > x || (y == x && b < a)) { return b; }
  return a;
}`;

const best = (condition: string): string => `
    var most = 0xffffffffu;
    for (var i = first + lane; i < cols; i += ${THREADS}u) { if (${condition}) { most = heavier(most, i, logits); } }
    chosen[lane] = most;
${fold(THREADS, 'chosen', (a, b) => `heavier(${a}, ${b}, logits)`)}`;

/**
 * Call: cols, from, temperature, topK, topP, count, logits, draws, position, token, list, room for an index each, rows. The logits become
 * weights. Limits are known only as candidates are taken, the heaviest first; without limits the first to pass the draw is found
 * by the sums of stretches.
 */
export const sampleShader = kept(() =>
  shader({
    threads: THREADS,
    outside: `
var<workgroup> chosen: array<u32, ${THREADS}>;
var<workgroup> parts: array<f32, ${THREADS}>;
var<workgroup> more: u32;
/** Where the row's own begin: logits, its position, the list of what it drew. */
var<private> logits: u32;
var<private> position: u32;
var<private> list: u32;
/** Its indices taken so far. */
var<private> candidates: u32;
${heavier}
/** Of all weights: the first whose sum with those before passes the draw. */
fn plain(draw: f32, stretch: u32, top: u32) -> u32 {
  var total = 0.0;
  for (var t = 0u; t < ${THREADS}u; t++) { total += parts[t]; }
  var rest = draw * total;
  for (var t = 0u; t < ${THREADS}u; t++) {
    if (rest >= parts[t] && t < ${THREADS - 1}u) { rest -= parts[t]; continue; }
    let stop = min(call[1] + (t + 1u) * stretch, call[0]);
    for (var i = min(call[1] + t * stretch, call[0]); i < stop; i++) {
      rest -= number(logits + i);
      if (rest < 0.0) { return i; }
    }
  }
  return top;
}
fn answer(row: u32, index: u32) {
  let next = memory[position];
  if (next >= call[5]) { raise(row, next, call[5]); return; }
  memory[call[9] + row] = index;
  memory[list + next] = index;
  memory[position] = next + 1u;
}`,
    body: `  if (group >= call[12]) { return; }
  let cols = call[0];
  let first = call[1];
  let temperature = argument(2);
  logits = call[6] + group * cols;
  position = call[8] + group;
  list = call[10] + group * call[5];
  candidates = call[11] + group * cols;
  let left = cols - first;
  let draw = number(call[7] + group * call[5] + min(memory[position], call[5] - 1u));
${best('true')}
  let top = chosen[0];
  if (temperature == 0.0) {
    if (lane == 0u) { answer(group, top); }
    return;
  }
  let highest = number(logits + top);
  workgroupBarrier();
  // Each thread has a stretch of its own, one after the other.
  let stretch = (left + ${THREADS - 1}u) / ${THREADS}u;
  let start = min(first + lane * stretch, cols);
  let end = min(start + stretch, cols);
  var sum = 0.0;
  for (var i = start; i < end; i++) {
    let weight = exponential((number(logits + i) - highest) / temperature);
    put(logits + i, weight);
    sum += weight;
  }
  parts[lane] = sum;
  storageBarrier();
  workgroupBarrier();
  if (call[3] >= left && argument(4) >= 1.0) {
    if (lane == 0u) { answer(group, plain(draw, stretch, top)); }
    return;
  }
  var total = 0.0;
  for (var t = 0u; t < ${THREADS}u; t++) { total += parts[t]; }
  let wanted = min(call[3], left);
  let isLimited = wanted < left;
  var taken = 0u;
  var mass = 0.0;
  var lastWeight = 0.0;
  var last = 0u;
  loop {
    if (lane == 0u) { more = select(0u, 1u, taken < wanted && (isLimited || mass < argument(4) * total)); }
    if (workgroupUniformLoad(&more) == 0u) { break; }
${best('taken == 0u || number(logits + i) < lastWeight || (number(logits + i) == lastWeight && i > last)')}
    last = chosen[0];
    workgroupBarrier();
    lastWeight = number(logits + last);
    if (lane == 0u) { memory[candidates + taken] = last; }
    mass += lastWeight;
    taken++;
  }
  if (lane > 0u) { return; }
  if (isLimited && argument(4) < 1.0) {
    let limit = argument(4) * mass;
    mass = 0.0;
    var enough = 0u;
    while (enough < taken && mass < limit) { mass += number(logits + memory[candidates + enough]); enough++; }
    taken = enough;
  }
  mass = 0.0;
  for (var i = 0u; i < taken; i++) { mass += number(logits + memory[candidates + i]); }
  var rest = draw * mass;
  for (var i = 0u; i < taken; i++) {
    rest -= number(logits + memory[candidates + i]);
    if (rest < 0.0) { answer(group, memory[candidates + i]); return; }
  }
  answer(group, top);`,
  }),
);
