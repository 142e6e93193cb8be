// Products with weights of int8: C [m, n] (+)= A [m, k] · Bᵀ, where row j of B [n, k] times scales[j] are the weights of output j.
// Rows of A become int16, INT8_DEPTH elements at a time by a factor of their own, so that sums are whole numbers that int32 holds
// (127 · 32767 · 512 < 2³¹) and come out the same on every machine, in whatever order they are added.
#pragma once
#include "parallel.h"
#include "vector.h"

namespace UNROLLED_NS {

struct Int8Product {
  long m, n, k;
  bool add;
  const float* a;
  long aStride;
  const int8_t* b;
  /** Bytes from row to row of B. */
  long bStride;
  const float* scales;
  float* c;
  long cStride;
};

typedef int32_t I4 __attribute__((vector_size(16)));
typedef float F4 __attribute__((vector_size(16)));
typedef float F4Any __attribute__((vector_size(16), aligned(4), may_alias));
typedef int16_t Halves __attribute__((vector_size(4 * W)));
typedef int16_t HalvesAny __attribute__((vector_size(4 * W), aligned(2), may_alias));

/** Weights that one step of a dot product takes. */
enum { LANES = 2 * W };
/** Rows of A at once, and rows of B. */
enum { INT8_ROWS = 4, INT8_COLS = 4 };
/** Elements of a row of A as int16, with room for zeros after the last. */
enum { INT8_ROOM = INT8_DEPTH + LANES };

/** LANES weights as int16. */
INLINE Halves widened(const int8_t* p) {
#if defined(__AVX512F__)
  return (Halves)_mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i*)p));
#elif defined(__AVX2__)
  return (Halves)_mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i*)p));
#elif defined(__SSE2__)
  __m128i bytes = _mm_loadl_epi64((const __m128i*)p);
  return (Halves)_mm_srai_epi16(_mm_unpacklo_epi8(bytes, bytes), 8);
#elif defined(__ARM_NEON)
  return (Halves)vmovl_s8(vld1_s8(p));
#elif defined(__wasm_simd128__)
  return (Halves)wasm_i16x8_load8x8(p);
#else
  Halves v;
  for (int i = 0; i < LANES; i++) v[i] = p[i];
  return v;
#endif
}

/** Adds the products of LANES pairs to the lanes of `sum`, several to a lane. */
INLINE VI dotAdd(VI sum, Halves x, Halves w) {
#if defined(__AVX512VNNI__)
  return (VI)_mm512_dpwssd_epi32((__m512i)sum, (__m512i)x, (__m512i)w);
#elif defined(__AVX512F__)
  return (VI)_mm512_add_epi32((__m512i)sum, _mm512_madd_epi16((__m512i)x, (__m512i)w));
#elif defined(__AVX2__)
  return (VI)_mm256_add_epi32((__m256i)sum, _mm256_madd_epi16((__m256i)x, (__m256i)w));
#elif defined(__SSE2__)
  return (VI)_mm_add_epi32((__m128i)sum, _mm_madd_epi16((__m128i)x, (__m128i)w));
#elif defined(__ARM_NEON)
  int16x8_t a = (int16x8_t)x, b = (int16x8_t)w;
  return (VI)vmlal_s16(vmlal_s16((int32x4_t)sum, vget_low_s16(a), vget_low_s16(b)), vget_high_s16(a), vget_high_s16(b));
#elif defined(__wasm_simd128__)
  return (VI)wasm_i32x4_add((v128_t)sum, wasm_i32x4_dot_i16x8((v128_t)x, (v128_t)w));
#else
  for (int i = 0; i < LANES; i++) sum[i / 2] += (int32_t)x[i] * w[i];
  return sum;
#endif
}

/** The lanes folded to four. */
INLINE I4 quarter(VI v) {
#if defined(__AVX512F__)
  __m256i half = _mm256_add_epi32(_mm512_castsi512_si256((__m512i)v), _mm512_extracti64x4_epi64((__m512i)v, 1));
  return (I4)_mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
#elif defined(__AVX2__)
  return (I4)_mm_add_epi32(_mm256_castsi256_si128((__m256i)v), _mm256_extracti128_si256((__m256i)v, 1));
#else
  return (I4)v;
#endif
}

/** The sum of each of four vectors. */
INLINE I4 fourSums(const VI (&v)[INT8_COLS]) {
  I4 a = quarter(v[0]), b = quarter(v[1]), c = quarter(v[2]), d = quarter(v[3]);
  I4 ab = __builtin_shufflevector(a, b, 0, 4, 1, 5) + __builtin_shufflevector(a, b, 2, 6, 3, 7);
  I4 cd = __builtin_shufflevector(c, d, 0, 4, 1, 5) + __builtin_shufflevector(c, d, 2, 6, 3, 7);
  return __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
}

/** Below, the largest element of a row counts as zero: its reciprocal would not be finite. */
static const float INT8_SMALLEST = 1e-30f;

/** A row as whole numbers from −32767 to 32767 and zeros up to a multiple of LANES; the factor that gives it back. */
static float quantizeRow(const float* x, long k, int16_t* out) {
  V most = V{};
  for (long p = 0; p < k; p += W) most = maximum(most, absolute(loadPart(x + p, k - p, 0)));
  float largest = maxLanes(most);
  // NaN passes this test, and makes NaN of all that follows.
  if (largest < INT8_SMALLEST) {
    for (long p = 0; p < k + LANES; p++) out[p] = 0;
    return 0;
  }
  // Adding this rounds to whole numbers, which then are the low bits.
  const float ROUND = 12582912;
  V inverse = splat(32767 / largest);
  for (long p = 0; p < k; p += W) {
    VI whole = (VI)(loadPart(x + p, k - p, 0) * inverse + splat(ROUND)) - (VI)splat(ROUND);
    for (int i = 0; i < W; i++) out[p + i] = (int16_t)whole[i];
  }
  for (long p = ceilDiv(k, W) * W; p < ceilDiv(k, LANES) * LANES; p++) out[p] = 0;
  return largest / 32767;
}

/** R rows of A as int16, `k` elements of each, times rows from … to of B; `add` to what stands in C. */
template <int R>
static void int8Tile(const int16_t* x, const float* factors, const int8_t* b, long k, const Int8Product& g, float* c,
                     long from, long to, bool add) {
  for (long j = from; j < to; j += INT8_COLS) {
    const int8_t* row[INT8_COLS];
    for (int v = 0; v < INT8_COLS; v++) row[v] = b + least(j + v, to - 1) * g.bStride;
    VI sum[R][INT8_COLS];
    for (int r = 0; r < R; r++)
      for (int v = 0; v < INT8_COLS; v++) sum[r][v] = VI{};
    for (long p = 0; p < k; p += LANES)
      for (int v = 0; v < INT8_COLS; v++) {
        Halves weights = widened(row[v] + p);
        for (int r = 0; r < R; r++)
          sum[r][v] = dotAdd(sum[r][v], *(const HalvesAny*)(x + r * INT8_ROOM + p), weights);
      }
    F4 scales = *(const F4Any*)(g.scales + j);
    for (int r = 0; r < R; r++) {
      F4 y = scales * (__builtin_convertvector(fourSums(sum[r]), F4) * factors[r]);
      float* at = c + r * g.cStride + j;
      for (long v = 0; v < least(INT8_COLS, to - j); v++) at[v] = add ? at[v] + y[v] : y[v];
    }
  }
}

/** Rows `row` … `rowEnd` of A and C, columns from … to. */
static void int8Rows(const Int8Product& g, long row, long rowEnd, long from, long to) {
  int16_t x[INT8_ROWS * INT8_ROOM];
  float factors[INT8_ROWS];
  for (long i = row; i < rowEnd; i += INT8_ROWS) {
    long rows = least(INT8_ROWS, rowEnd - i);
    float* c = g.c + i * g.cStride;
    for (long p = 0; p < g.k; p += INT8_DEPTH) {
      long k = least(INT8_DEPTH, g.k - p);
      for (long r = 0; r < rows; r++) factors[r] = quantizeRow(g.a + (i + r) * g.aStride + p, k, x + r * INT8_ROOM);
      bool add = g.add || p > 0;
      switch (rows) {
        case 1: int8Tile<1>(x, factors, g.b + p, k, g, c, from, to, add); break;
        case 2: int8Tile<2>(x, factors, g.b + p, k, g, c, from, to, add); break;
        case 3: int8Tile<3>(x, factors, g.b + p, k, g, c, from, to, add); break;
        default: int8Tile<4>(x, factors, g.b + p, k, g, c, from, to, add);
      }
    }
  }
}

static void int8Product(Pool* pool, const Int8Product& g) {
  if (g.m <= 0 || g.n <= 0) return;
  if (g.k <= 0) {
    if (g.add) return;
    for (long i = 0; i < g.m; i++)
      for (long j = 0; j < g.n; j++) g.c[i * g.cStride + j] = 0;
    return;
  }
  double work = (double)g.m * g.n * g.k / 16;
  if (g.m < g.n) parallelRange(pool, g.n, INT8_COLS, work, [&](long from, long to) { int8Rows(g, 0, g.m, from, to); });
  else parallelRange(pool, g.m, INT8_ROWS, work, [&](long from, long to) { int8Rows(g, from, to, 0, g.n); });
}

}  // namespace UNROLLED_NS
