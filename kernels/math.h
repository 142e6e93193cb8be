// exp, log, sigmoid and tanh over vectors, within a few units in the last place; right at ±inf, NaN and near 0.
// Polynomials: S. Moshier, Cephes Mathematical Library (single precision), 1992.
#pragma once
#include "vector.h"

namespace UNROLLED_NS {

/** 2^n for n in −126 … 128; 128 gives inf. */
INLINE V powerOfTwo(VI n) { return (V)((n + splatInt(127)) << 23); }

/** Splits x = n · ln 2 + r and returns exp(r); |r| is at most ln 2 / 2. */
INLINE V expReduced(V x, VI& n) {
  // Adding 1.5 · 2^23 rounds to a whole number, which then stands in the low bits.
  const V magic = splat(12582912.0f);
  V t = fma(x, splat(1.44269504088896341f), magic);
  n = (VI)t - (VI)magic;
  V whole = t - magic;
  V r = fma(whole, splat(-0.693359375f), x);
  r = fma(whole, splat(2.12194440e-4f), r);
  V p = splat(1.9875691500e-4f);
  p = fma(p, r, splat(1.3981999507e-3f));
  p = fma(p, r, splat(8.3334519073e-3f));
  p = fma(p, r, splat(4.1665795894e-2f));
  p = fma(p, r, splat(1.6666665459e-1f));
  p = fma(p, r, splat(5.0000001201e-1f));
  return fma(p * r, r, r) + splat(1.0f);
}

/** Between low and high; NaN stays. */
INLINE V clamp(V x, float low, float high) {
#if defined(__AVX512F__)
  // These give their second operand where one is NaN.
  return (V)_mm512_min_ps((__m512)splat(high), _mm512_max_ps((__m512)splat(low), (__m512)x));
#elif defined(__AVX2__)
  return (V)_mm256_min_ps((__m256)splat(high), _mm256_max_ps((__m256)splat(low), (__m256)x));
#endif
  V y = pick(x < splat(low), splat(low), x);
  y = pick(y > splat(high), splat(high), y);
#if defined(__wasm_relaxed_simd__)
  // The compiler makes relaxed minima of these, which may lose a NaN.
  y = pick(x != x, x, y);
#endif
  return y;
}

/** e^x; subnormal results too. */
INLINE V exponential(V x) {
  VI n;
  V y = expReduced(clamp(x, -104.0f, 89.0f), n);
  // In two steps, since one power of two does not reach subnormal results.
  VI half = n >> 1;
  return y * powerOfTwo(half) * powerOfTwo(n - half);
}

/** e^x for x in −87 … 88.3; inf above. */
INLINE V expShort(V x) {
  VI n;
  V y = expReduced(clamp(x, -87.0f, 88.7f), n);
  return y * powerOfTwo(n);
}

INLINE V sigmoid(V x) { return splat(1.0f) / (splat(1.0f) + expShort(-x)); }

/** Close near ±1 too: gradients take 1 − y², where the error of a quotient of polynomials showed. */
INLINE V hyperbolicTangent(V x) {
  V size = absolute(x);
  // Small: an odd polynomial, since 1 − 2 / (e^2x + 1) would lose digits.
  V s = x * x;
  V p = splat(-5.70498872745e-3f);
  p = fma(p, s, splat(2.06390887954e-2f));
  p = fma(p, s, splat(-5.37397155531e-2f));
  p = fma(p, s, splat(1.33314422036e-1f));
  p = fma(p, s, splat(-3.33332819422e-1f));
  V small = fma(p * s, x, x);
  V large = splat(1.0f) - splat(2.0f) / (expShort(size + size) + splat(1.0f));
  large = (V)((VI)large | ((VI)x & splatInt((int32_t)0x80000000)));
  return pick(size > splat(0.625f), large, small);
}

/** Natural logarithm: −inf at 0, NaN below. */
INLINE V logarithm(V x) {
  V input = x;
  // Subnormal numbers are made normal first.
  VI tiny = x < splat(1.17549435e-38f);
  x = pick(tiny, x * splat(8388608.0f), x);
  VI bits = (VI)x;
  VI e = ((bits >> 23) & splatInt(255)) - splatInt(126);
  e = e - (tiny & splatInt(23));
  V m = (V)((bits & splatInt(0x007fffff)) | splatInt(0x3f000000));  // 0.5 … 1
  VI low = m < splat(0.707106781186547524f);
  e = e + low;  // a true comparison is −1
  m = pick(low, m + m, m) - splat(1.0f);
  V z = m * m;
  V p = splat(7.0376836292e-2f);
  p = fma(p, m, splat(-1.1514610310e-1f));
  p = fma(p, m, splat(1.1676998740e-1f));
  p = fma(p, m, splat(-1.2420140846e-1f));
  p = fma(p, m, splat(1.4249322787e-1f));
  p = fma(p, m, splat(-1.6668057665e-1f));
  p = fma(p, m, splat(2.0000714765e-1f));
  p = fma(p, m, splat(-2.4999993993e-1f));
  p = fma(p, m, splat(3.3333331174e-1f));
  V exponent = __builtin_convertvector(e, V);
  V y = p * m * z;
  y = fma(exponent, splat(-2.12194440e-4f), y);
  y = fma(z, splat(-0.5f), y);
  y = m + y;
  y = fma(exponent, splat(0.693359375f), y);
  const V infinity = splat(__builtin_inff());
  y = pick(input == infinity, infinity, y);
  y = pick(input == splat(0.0f), -infinity, y);
  y = pick(input < splat(0.0f), splat(__builtin_nanf("")), y);
  return pick(input != input, input, y);
}

}  // namespace UNROLLED_NS
