// Shaders over rows: reductions, softmax, cross-entropy and gather. Each sum is made in a fixed order.
import { ELEMENT, ELEMENTS, fold, shader, kept } from './frame.js';

type ReduceOp = 'sum' | 'sumSquares' | 'max';

/** Threads that share one row. */
const ROW_THREADS = 256;
const PARTS = `var<workgroup> parts: array<f32, ${ROW_THREADS}>;`;

/** Columns of a workgroup that reduces over rows, and threads for each. */
export const REDUCE_COLS = 16;

const RULES: Record<ReduceOp, { start: string; term: string; combine: (a: string, b: string) => string }> = {
  sum: { start: '0.0', term: 'value', combine: (a, b) => `${a} + ${b}` },
  sumSquares: { start: '0.0', term: 'value * value', combine: (a, b) => `${a} + ${b}` },
  max: { start: 'fromBits(0xff800000u)', term: 'value', combine: (a, b) => `larger(${a}, ${b})` },
};

/** Call: rows, cols, accumulate, x, its stride, out. Workgroups: a row each (`cols`), REDUCE_COLS columns each (`rows`). */
export const reduceShader = kept((op: ReduceOp, axis: 'rows' | 'cols'): string => {
  const { start, term, combine } = RULES[op];
  const finish = (result: string): string => `
    let at = call[5] + result;
    put(at, select(${result}, ${combine('number(at)', result)}, call[2] != 0u));`;
  if (axis === 'cols') {
    return shader({
      threads: ROW_THREADS,
      outside: PARTS,
      body: `  if (group >= call[0]) { return; }
  var total = ${start};
  for (var c = lane; c < call[1]; c += ${ROW_THREADS}u) {
    let value = number(call[3] + group * call[4] + c);
    total = ${combine('total', term)};
  }
  parts[lane] = total;
${fold(ROW_THREADS, 'parts', combine)}
  if (lane == 0u) { let result = group;${finish('parts[0]')}
  }`,
    });
  }
  const threads = REDUCE_COLS * REDUCE_COLS;
  return shader({
    threads,
    outside: `var<workgroup> parts: array<f32, ${threads}>;`,
    body: `  let result = group * ${REDUCE_COLS}u + lane % ${REDUCE_COLS}u;
  var total = ${start};
  for (var r = lane / ${REDUCE_COLS}u; r < call[0] && result < call[1]; r += ${REDUCE_COLS}u) {
    let value = number(call[3] + r * call[4] + result);
    total = ${combine('total', term)};
  }
  parts[lane] = total;
${fold(threads, 'parts', combine, REDUCE_COLS)}
  if (lane < ${REDUCE_COLS}u && result < call[1]) {${finish('parts[lane]')}
  }`,
  });
});

/** The maximum of row \`group\` of [rows, cols] at \`from\`, and the sum of the exponentials of what is below it. */
const topAndSum = `
  var most = fromBits(0xff800000u);
  for (var c = lane; c < cols; c += ${ROW_THREADS}u) { most = larger(most, number(origin + c)); }
  parts[lane] = most;
${fold(ROW_THREADS, 'parts', (a, b) => `larger(${a}, ${b})`)}
  let top = parts[0];
  workgroupBarrier();
  var total = 0.0;
  for (var c = lane; c < cols; c += ${ROW_THREADS}u) { total += exponential(number(origin + c) - top); }
  parts[lane] = total;
${fold(ROW_THREADS, 'parts', (a, b) => `${a} + ${b}`)}
  let sum = parts[0];`;

/** Call: cols, x, y, rows. A row for each workgroup. */
export const softmaxShader = kept((log: boolean) =>
  shader({
    threads: ROW_THREADS,
    outside: PARTS,
    body: `  if (group >= call[3]) { return; }
  let cols = call[0];
  let origin = call[1] + group * cols;${topAndSum}
  let rest = ${log ? 'logarithm(sum)' : '1.0 / sum'};
  for (var c = lane; c < cols; c += ${ROW_THREADS}u) {
    let below = number(origin + c) - top;
    put(call[2] + group * cols + c, ${log ? 'below - rest' : 'exponential(below) * rest'});
  }`,
  }),
);

/** A target that is neither ignored nor a class is a fault; the first of them is told. Over call[1] classes, targets at call[3]. */
const TARGET = `
fn checkedTarget(row: u32) -> u32 {
  let chosen = memory[call[3] + row];
  if (chosen == call[2] || chosen < call[1]) { return chosen; }
  var first = 0u;
  loop {
    let one = memory[call[3] + first];
    if (first == row || (one != call[2] && one >= call[1])) { raise(first, one, call[1]); break; }
    first++;
  }
  return call[2];
}`;

/** Call: logits, cols, ignoreIndex, targets, loss, logSumExp, rows. A row for each workgroup. */
export const crossEntropyShader = kept(() =>
  shader({
    threads: ROW_THREADS,
    outside: PARTS + TARGET,
    body: `  if (group >= call[6]) { return; }
  let cols = call[1];
  let origin = call[0] + group * cols;${topAndSum}
  if (lane == 0u) {
    let whole = top + logarithm(sum);
    put(call[5] + group, whole);
    let chosen = checkedTarget(group);
    var loss = 0.0;
    if (chosen != call[2]) { loss = whole - number(origin + chosen); }
    put(call[4] + group, loss);
  }`,
  }),
);

/** Call: logits, cols, ignoreIndex, targets, logSumExp, dLoss, its stride, dLogits, rows. */
export const crossEntropyGradShader = kept(() =>
  shader({
    threads: ELEMENTS,
    outside: TARGET,
    body: `  ${ELEMENT}
  let cols = call[1];
  if (element >= call[8] * cols) { return; }
  let row = element / cols;
  let chosen = checkedTarget(row);
  let probability = exponential(number(call[0] + element) - number(call[4] + row));
  let value = (probability - select(0.0, 1.0, element % cols == chosen)) * number(call[5] + row * call[6]);
  put(call[7] + element, select(value, 0.0, chosen == call[2]));`,
  }),
);

/** Call: rows, cols, tableRows, table, its stride, indices, out, its stride. */
export const gatherShader = kept(() =>
  shader({
    threads: ELEMENTS,
    body: `  ${ELEMENT}
  if (element >= call[0] * call[1]) { return; }
  let row = element / call[1];
  let col = element % call[1];
  let index = checkedIndex(call[5], row, call[2]);
  memory[call[6] + row * call[7] + col] = memory[call[3] + index * call[4] + col];`,
  }),
);
