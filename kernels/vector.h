// One vector type for all machines: W floats, by GCC and Clang vector extensions. Everything stands in a namespace of its
// own for each instruction set (UNROLLED_NS), so that several builds live in one addon and the fitting one is chosen.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "numbers.h"

#ifndef UNROLLED_NS
#define UNROLLED_NS unrolled
#endif

#if defined(__AVX512F__) || defined(__AVX2__) || defined(__SSE2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#elif defined(__wasm_simd128__)
#include <wasm_simd128.h>
#endif

#define INLINE static inline __attribute__((always_inline))
/** What several kernels call: once in the file, since pages load it. */
#define NOINLINE static __attribute__((noinline))

namespace UNROLLED_NS {

#if defined(__AVX512F__)
enum { W = 16 };
#elif defined(__AVX2__)
enum { W = 8 };
#else
enum { W = 4 };
#endif

static_assert(4 * W <= VECTOR_BYTES, "a vector may be read past the end of a buffer");

typedef float V __attribute__((vector_size(4 * W)));
typedef int32_t VI __attribute__((vector_size(4 * W)));
// The same without alignment: tensors may start at any element.
typedef float VAny __attribute__((vector_size(4 * W), aligned(4), may_alias));
typedef int32_t VIAny __attribute__((vector_size(4 * W), aligned(4), may_alias));

INLINE V load(const float* p) { return *(const VAny*)p; }
INLINE void store(float* p, V v) { *(VAny*)p = v; }
INLINE V splat(float x) { return x - V{}; }
INLINE VI splatInt(int32_t x) { return x - VI{}; }
INLINE V pick(VI mask, V a, V b) { return mask ? a : b; }

/** a · b + c: rounded once where the machine can, else twice. */
INLINE V fma(V a, V b, V c) {
#if defined(__AVX512F__)
  return (V)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__AVX2__)
  return (V)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__ARM_NEON)
  return (V)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#elif defined(__wasm_relaxed_simd__)
  return (V)__builtin_wasm_relaxed_madd_f32x4((V)a, (V)b, (V)c);
#else
  return a * b + c;
#endif
}

INLINE V squareRoot(V x) {
#if defined(__AVX512F__)
  return (V)_mm512_sqrt_ps((__m512)x);
#elif defined(__AVX2__)
  return (V)_mm256_sqrt_ps((__m256)x);
#elif defined(__SSE2__)
  return (V)_mm_sqrt_ps((__m128)x);
#elif defined(__ARM_NEON)
  return (V)vsqrtq_f32((float32x4_t)x);
#elif defined(__wasm_simd128__)
  return (V)wasm_f32x4_sqrt((v128_t)x);
#else
  V y;
  for (int i = 0; i < W; i++) y[i] = __builtin_sqrtf(x[i]);
  return y;
#endif
}

// The larger and the smaller; NaN where either is NaN.
INLINE V maximum(V a, V b) { return pick((a > b) | (a != a), a, b); }
INLINE V minimum(V a, V b) { return pick((a < b) | (a != a), a, b); }

INLINE V absolute(V x) { return (V)((VI)x & splatInt(0x7fffffff)); }

/** Lane numbers 0, 1, … W − 1. */
INLINE VI lanes() {
  VI v;
  for (int i = 0; i < W; i++) v[i] = i;
  return v;
}

/** The first `count` elements, and `filler` in the other lanes. */
INLINE V loadPart(const float* p, long count, float filler) {
  return pick(lanes() < splatInt((int32_t)count), load(p), splat(filler));
}

/** Stores only the first `count` lanes. */
INLINE void storePart(float* p, V v, long count) {
  if (count >= W) {
    store(p, v);
    return;
  }
  for (long i = 0; i < count; i++) p[i] = v[i];
}

// Folds the lanes in halves: always the same order.
INLINE float sumLanes(V v) {
  float part[W];
  store(part, v);
  for (int half = W / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) part[i] += part[i + half];
  return part[0];
}

INLINE double sumLanesWide(V v) {
  double total = 0;
  for (int i = 0; i < W; i++) total += v[i];
  return total;
}

INLINE float maxLanes(V v) {
  float best = v[0];
  for (int i = 1; i < W; i++) best = best > v[i] || best != best ? best : v[i];
  return best;
}

INLINE long least(long a, long b) { return a < b ? a : b; }
INLINE long most(long a, long b) { return a > b ? a : b; }
INLINE long ceilDiv(long a, long b) { return (a + b - 1) / b; }

}  // namespace UNROLLED_NS
