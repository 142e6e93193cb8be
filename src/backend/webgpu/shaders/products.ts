// Matrix products in WGSL: C [m, n] (+)= op(A) [m, k] · op(B) [k, n], a tile of C for each workgroup; and those with weights of int8.
import { INT8_DEPTH } from '../../numbers.js';
import { ELEMENT, ELEMENTS, fold, shader, kept } from './frame.js';

/** How a product is cut: a workgroup computes `rows` × `cols` of C, each of its threads a share of both. */
export interface Tile {
  rows: number;
  cols: number;
}

/** Threads along each side of a tile. */
const SIDE = 16;
/** Elements along k that a workgroup holds at once. */
const DEPTH = 32;
/** Workgroups that keep a large device busy. */
const ENOUGH = 128;

/** Elements of k from which on a part of the sum is worth a workgroup of its own. */
const LEAST_PART = 8 * DEPTH;

/** How a product is shared: a tile of C for each workgroup, or for each of some that have a part of k each. */
export interface GemmShare {
  tile: Tile;
  parts: number;
  /** Elements along k of a part. */
  depth: number;
}

/** For C [m, n], K = k: large tiles read memory less often; where they make few workgroups, long sums are split, or tiles halved. */
export function shareFor(m: number, n: number, k: number): GemmShare {
  const side = (length: number): number => (length <= 16 ? 16 : length <= 32 ? 32 : 64);
  let [rows, cols] = [side(m), side(n)];
  const count = (): number => tileCount({ rows, cols }, m, n);
  const wanted = Math.min(Math.ceil(ENOUGH / count()), Math.floor(k / LEAST_PART));
  if (wanted > 1) {
    const depth = Math.ceil(k / wanted / DEPTH) * DEPTH;
    return { tile: { rows, cols }, parts: Math.ceil(k / depth), depth };
  }
  while (count() < ENOUGH && (rows > SIDE || cols > SIDE)) {
    if (rows >= cols) rows /= 2;
    else cols /= 2;
  }
  return { tile: { rows, cols }, parts: 1, depth: k };
}

export function tileCount({ rows, cols }: Tile, m: number, n: number): number {
  return Math.ceil(m / rows) * Math.ceil(n / cols);
}

/** Words of a call of `gemmShader`. */
export const GEMM_ARGUMENTS = [
  'm',
  'n',
  'k',
  'accumulate',
  'aAt',
  'aStride',
  'bAt',
  'bStride',
  'cAt',
  'cStride',
] as const;

const named = GEMM_ARGUMENTS.map((name, i) => `  let ${name} = call[${i}u];`).join('\n');

/**
 * A product. Call: GEMM_ARGUMENTS, then how many parts k has, and elements of each: workgroups of part p make tile after tile of C as the p-th
 * matrix from there on. The sum over a part is one thread's, from first to last.
 */
export const gemmShader = kept((rows: number, cols: number, transA: boolean, transB: boolean): string => {
  const [TM, TN] = [rows / SIDE, cols / SIDE];
  const threads = SIDE * SIDE;
  const range = (n: number, line: (i: number) => string): string =>
    Array.from({ length: n }, (_, i) => line(i)).join('\n');
  const loadA = transA
    ? `let p = i / ${rows}u; let r = i % ${rows}u;`
    : `let r = i / ${DEPTH}u; let p = i % ${DEPTH}u;`;
  const loadB = transB
    ? `let c = i / ${DEPTH}u; let p = i % ${DEPTH}u;`
    : `let p = i / ${cols}u; let c = i % ${cols}u;`;
  const atA = transA ? '(origin + p) * aStride + firstRow + r' : '(firstRow + r) * aStride + origin + p';
  const atB = transB ? '(firstCol + c) * bStride + origin + p' : '(origin + p) * bStride + firstCol + c';
  return shader({
    threads,
    outside: `
var<workgroup> tileA: array<f32, ${rows * DEPTH}>;
var<workgroup> tileB: array<f32, ${cols * DEPTH}>;`,
    body: `${named}
  let across = (n + ${cols - 1}u) / ${cols}u;
  let tiles = across * ((m + ${rows - 1}u) / ${rows}u);
  let parts = call[${GEMM_ARGUMENTS.length}];
  let depth = call[${GEMM_ARGUMENTS.length + 1}];
  let part = group / tiles;
  let end = min(k, (part + 1u) * depth);
  let firstRow = group % tiles / across * ${rows}u;
  let firstCol = group % tiles % across * ${cols}u;
  let y = lane / ${SIDE}u;
  let x = lane % ${SIDE}u;
${range(TM * TN, (i) => `  var sum${i} = 0.0;`)}
  for (var origin = part * depth; origin < end; origin += ${DEPTH}u) {
    for (var i = lane; i < ${rows * DEPTH}u; i += ${threads}u) {
      ${loadA}
      var value = 0.0;
      if (firstRow + r < m && origin + p < end) { value = number(aAt + ${atA}); }
      tileA[p * ${rows}u + r] = value;
    }
    for (var i = lane; i < ${cols * DEPTH}u; i += ${threads}u) {
      ${loadB}
      var value = 0.0;
      if (firstCol + c < n && origin + p < end) { value = number(bAt + ${atB}); }
      tileB[p * ${cols}u + c] = value;
    }
    workgroupBarrier();
    for (var p = 0u; p < ${DEPTH}u; p++) {
${range(TM, (i) => `      let a${i} = tileA[p * ${rows}u + y + ${i * SIDE}u];`)}
${range(TN, (j) => `      let b${j} = tileB[p * ${cols}u + x + ${j * SIDE}u];`)}
${range(TM * TN, (i) => `      sum${i} = fma(a${Math.floor(i / TN)}, b${i % TN}, sum${i});`)}
    }
    workgroupBarrier();
  }
${range(TM * TN, (i) => {
  const [row, col] = [`firstRow + y + ${Math.floor(i / TN) * SIDE}u`, `firstCol + x + ${(i % TN) * SIDE}u`];
  return `  if (part < parts && ${row} < m && ${col} < n) {
    let at = cAt + (part * m + ${row}) * cStride + ${col};
    if (accumulate != 0u) { sum${i} += number(at); }
    put(at, sum${i});
  }`;
})}`,
  });
});

/** Adds the parts of a product, in their order. Call: m, n, accumulate, how many, the parts [parts, m, n], C, its stride. */
export const sumPartsShader = kept(() =>
  shader({
    threads: ELEMENTS,
    body: `  ${ELEMENT}
  let n = call[1];
  let size = call[0] * n;
  if (element >= size) { return; }
  var sum = 0.0;
  for (var part = 0u; part < call[3]; part++) { sum += number(call[4] + part * size + element); }
  let at = call[5] + element / n * call[6] + element % n;
  if (call[2] != 0u) { sum += number(at); }
  put(at, sum);`,
  }),
);

/** Words of a call of `int8Shader`. */
export const INT8_ARGUMENTS = [...GEMM_ARGUMENTS, 'scalesAt'] as const;

const namedInt8 = INT8_ARGUMENTS.map((name, i) => `  let ${name} = call[${i}u];`).join('\n');

/** Outputs of one row for a workgroup of `int8Shader`. */
export const INT8_COLS = 64;

/**
 * Each INT8_DEPTH elements of a row of A become whole numbers with a factor of their own; sums of their products are exact.
 * @param prologue declares what INT8_ARGUMENTS names
 */
export function int8CodeFrom(prologue: string, outside = ''): string {
  return shader({
    threads: INT8_COLS,
    outside: `${outside}
var<workgroup> whole: array<i32, ${INT8_DEPTH}>;
var<workgroup> largest: array<f32, ${INT8_COLS}>;`,
    body: `${prologue}
  let across = (n + ${INT8_COLS - 1}u) / ${INT8_COLS}u;
  let row = group / across;
  let col = group % across * ${INT8_COLS}u + lane;
  let isInside = row < m && col < n;
  let at = cAt + row * cStride + col;
  if (isInside && k == 0u && accumulate == 0u) { put(at, 0.0); }
  for (var origin = 0u; origin < k; origin += ${INT8_DEPTH}u) {
    let count = min(${INT8_DEPTH}u, k - origin);
    var most = 0.0;
    for (var i = lane; i < count && row < m; i += ${INT8_COLS}u) { most = larger(most, abs(number(aAt + row * aStride + origin + i))); }
    largest[lane] = most;
${fold(INT8_COLS, 'largest', (a, b) => `larger(${a}, ${b})`)}
    most = largest[0];
    let isSmall = most < 1e-30;
    let inverse = 32767.0 / most;
    for (var i = lane; i < count && row < m; i += ${INT8_COLS}u) {
      let value = round(number(aAt + row * aStride + origin + i) * inverse);
      whole[i] = select(i32(value), 0, isSmall || isNan(value));
    }
    workgroupBarrier();
    if (isInside) {
      var sum = 0;
      for (var i = 0u; i < count; i++) {
        let word = bitcast<i32>(memory[bAt + col * bStride + ((origin + i) >> 2u)]);
        sum += whole[i] * ((word << (24u - 8u * (i & 3u))) >> 24u);
      }
      let factor = select(most / 32767.0, 0.0, isSmall);
      var value = number(scalesAt + col) * (factor * f32(sum));
      if (accumulate != 0u || origin > 0u) { value = number(at) + value; }
      put(at, value);
    }
    workgroupBarrier();
  }`,
  });
}

/** Call: INT8_ARGUMENTS. */
export const int8Shader = kept(() => int8CodeFrom(namedInt8));
