// Philox4x32-10 for many counters at once; the same numbers as src/tensor/philox.ts.
// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#pragma once
#include "vector.h"

namespace UNROLLED_NS {

struct RandomKey {
  uint32_t key0, key1, call, step;
};

// Numbers of 32 bits in lanes of 64, so that a product has its place.
enum { WIDE_LANES = W / 2 };
typedef uint64_t Wide __attribute__((vector_size(8 * WIDE_LANES), may_alias));

/** The 64-bit products of the lower halves. */
INLINE Wide mulLow(Wide a, Wide b) {
#if defined(__AVX512F__)
  return (Wide)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
  return (Wide)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
  return (Wide)_mm_mul_epu32((__m128i)a, (__m128i)b);
#elif defined(__ARM_NEON)
  return (Wide)vmull_u32(vmovn_u64((uint64x2_t)a), vmovn_u64((uint64x2_t)b));
#else
  return a * b;
#endif
}

/** out[i] = uniform in [0, 1) of element first + i. */
static void philoxUniform(const RandomKey& key, uint32_t stream, uint64_t first, long count, float* out) {
  // Four vectors of counters at a time: their products overlap in time.
  enum { VECTORS = 4, GROUP = VECTORS * WIDE_LANES };
  const Wide low = Wide{} + 0xffffffffu;
  const Wide m0 = Wide{} + 0xd2511f53u, m1 = Wide{} + 0xcd9e8d57u;
  uint32_t counter = (uint32_t)(first >> 2);
  long skip = (long)(first & 3);
  for (long done = -skip; done < count; done += GROUP * 4, counter += GROUP) {
    Wide c0[VECTORS], c1[VECTORS], c2[VECTORS], c3[VECTORS];
    for (int v = 0; v < VECTORS; v++) {
      for (int i = 0; i < WIDE_LANES; i++) c0[v][i] = (uint32_t)(counter + (uint32_t)(v * WIDE_LANES + i));
      c1[v] = Wide{} + key.step;
      c2[v] = Wide{} + stream;
      c3[v] = Wide{} + key.call;
    }
    uint32_t k0 = key.key0, k1 = key.key1;
    for (int round = 0; round < 10; round++) {
      const Wide w0 = Wide{} + k0, w1 = Wide{} + k1;
#pragma GCC unroll 4
      for (int v = 0; v < VECTORS; v++) {
        Wide p0 = mulLow(m0, c0[v]);
        Wide p1 = mulLow(m1, c2[v]);
        c0[v] = (p1 >> 32) ^ c1[v] ^ w0;
        c1[v] = p1 & low;
        c2[v] = (p0 >> 32) ^ c3[v] ^ w1;
        c3[v] = p0 & low;
      }
      k0 += 0x9e3779b9u;
      k1 += 0xbb67ae85u;
    }
    // Two words of 24 bits in each 64-bit lane, then to floats: words 0 and 1 of a counter, words 2 and 3.
    alignas(64) int32_t bits[2][GROUP][2];
    for (int v = 0; v < VECTORS; v++) {
      *(Wide*)bits[0][v * WIDE_LANES] = (c0[v] >> 8) | (c1[v] >> 8) << 32;
      *(Wide*)bits[1][v * WIDE_LANES] = (c2[v] >> 8) | (c3[v] >> 8) << 32;
    }
    float drawn[GROUP * 4];
    for (int i = 0; i < GROUP; i++)
      for (int w = 0; w < 4; w++) drawn[i * 4 + w] = (float)bits[w >> 1][i][w & 1] * 0x1p-24f;
    long from = done < 0 ? -done : 0;
    long to = least(GROUP * 4, count - done);
    for (long i = from; i < to; i++) out[done + i] = drawn[i];
  }
}

}  // namespace UNROLLED_NS
