// Philox4x32-10 for many counters at once; the same numbers as src/tensor/philox.ts.
// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#pragma once
#include "vector.h"

namespace UNROLLED_NS {

struct RandomKey {
  uint32_t key0, key1, call, step;
};

/** out[i] = uniform in [0, 1) of element first + i; writes up to 64 elements past `count`. `scratch` holds as many. */
static void philoxUniform(const RandomKey& key, uint32_t stream, uint64_t first, long count, float* out) {
  enum { GROUP = 16 };
  uint32_t counter = (uint32_t)(first >> 2);
  long skip = (long)(first & 3);
  long done = -skip;
  while (done < count) {
    uint32_t c0[GROUP], c1[GROUP], c2[GROUP], c3[GROUP];
    for (int i = 0; i < GROUP; i++) {
      c0[i] = counter + (uint32_t)i;
      c1[i] = key.step;
      c2[i] = stream;
      c3[i] = key.call;
    }
    uint32_t k0 = key.key0, k1 = key.key1;
    for (int round = 0; round < 10; round++) {
      for (int i = 0; i < GROUP; i++) {
        uint64_t p0 = (uint64_t)0xd2511f53u * c0[i];
        uint64_t p1 = (uint64_t)0xcd9e8d57u * c2[i];
        c0[i] = (uint32_t)(p1 >> 32) ^ c1[i] ^ k0;
        c1[i] = (uint32_t)p1;
        c2[i] = (uint32_t)(p0 >> 32) ^ c3[i] ^ k1;
        c3[i] = (uint32_t)p0;
      }
      k0 += 0x9e3779b9u;
      k1 += 0xbb67ae85u;
    }
    for (int i = 0; i < GROUP; i++) {
      const uint32_t words[4] = {c0[i], c1[i], c2[i], c3[i]};
      for (int w = 0; w < 4; w++) {
        long at = done + i * 4 + w;
        if (at >= 0) out[at] = (float)(words[w] >> 8) * 0x1p-24f;
      }
    }
    done += GROUP * 4;
    counter += GROUP;
  }
}

}  // namespace UNROLLED_NS
