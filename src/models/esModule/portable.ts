// Functions that give the same bits in every engine, where Math.exp of two of them may differ in the last digit: sums, products and
// quotients of float64 alone. Their relative error is below 1e-15.

const LN2 = Math.LN2;
/** ln 2 in two parts, of which the first times a whole number below 2048 is exact. */
const LN2_HIGH = 0.69314718036912381649;
const LN2_LOW = 1.90821492927058770002e-10;
/** Least and largest powers of two. */
const [LEAST, MOST] = [-1074, 1023];
/** 2^k at k − LEAST. */
const POWERS = new Float64Array(MOST - LEAST + 1);
POWERS[-LEAST] = 1;
for (let k = 1; k <= MOST; k++) POWERS[k - LEAST] = POWERS[k - 1 - LEAST] * 2;
for (let k = -1; k >= LEAST; k--) POWERS[k - LEAST] = POWERS[k + 1 - LEAST] / 2;

/** e^x: 2^k · e^r with |r| ≤ ln 2 / 2, by Taylor's series. */
export function exp(x: number): number {
  if (x > 709) return x > 709.782712893384 ? Infinity : exp(x - 1) * Math.E;
  if (x < -744) return 0;
  if (Number.isNaN(x)) return x;
  const k = Math.round(x / LN2);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let p = 1 / 6227020800;
  p = p * r + 1 / 479001600;
  p = p * r + 1 / 39916800;
  p = p * r + 1 / 3628800;
  p = p * r + 1 / 362880;
  p = p * r + 1 / 40320;
  p = p * r + 1 / 5040;
  p = p * r + 1 / 720;
  p = p * r + 1 / 120;
  p = p * r + 1 / 24;
  p = p * r + 1 / 6;
  p = p * r + 1 / 2;
  return (p * r * r + r + 1) * POWERS[k - LEAST];
}

/** The logistic function without overflow. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}

/** Near 0 by its series, where the quotient would lose digits. */
export function tanh(x: number): number {
  const size = Math.abs(x);
  if (size < 1e-3) return x - (x * x * x) / 3 + (2 * x * x * x * x * x) / 15;
  const e = exp(-2 * size);
  const y = (1 - e) / (1 + e);
  return x < 0 ? -y : y;
}

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

/** ln x: e · ln 2 + ln m with m from √½ to √2, by the series of the area tangent of (m − 1) / (m + 1). */
export function log(x: number): number {
  if (!(x > 0) || x === Infinity) return x === 0 ? -Infinity : x > 0 ? x : NaN;
  if (x < POWERS[-1022 - LEAST]) return log(x * 2 ** 54) - 54 * LN2;
  float[0] = x;
  let e = (words[1] >>> 20) - 1023;
  words[1] = (words[1] & 0xfffff) | 0x3ff00000;
  let m = float[0];
  if (m > Math.SQRT2) {
    m /= 2;
    e++;
  }
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let sum = 0;
  for (let n = 21; n >= 1; n -= 2) sum = sum * square + 2 / n;
  return e * LN2_HIGH + (sum * s + e * LN2_LOW);
}
