// Rows by number: gather and scatter-add. Indices are checked before anything is written.
#pragma once
#include "parallel.h"
#include "vector.h"

namespace UNROLLED_NS {

INLINE void copyWords(int32_t* to, const int32_t* from, long count) {
  long i = 0;
  for (; i + W <= count; i += W) *(VIAny*)(to + i) = *(const VIAny*)(from + i);
  for (; i < count; i++) to[i] = from[i];
}

/** The position of the first index outside 0 … limit − 1 and not `*allowed` (where given), or −1. */
static long badIndex(const int32_t* indices, long count, long limit, const long* allowed = nullptr) {
  for (long i = 0; i < count; i++)
    if ((indices[i] < 0 || indices[i] >= limit) && !(allowed && indices[i] == *allowed)) return i;
  return -1;
}

static void gather(Pool* pool, long rows, long cols, const int32_t* table, long tableStride, const int32_t* indices,
                   int32_t* out, long outStride) {
  parallelRange(pool, rows, 1, (double)rows * cols / 4, [&](long from, long to) {
    for (long r = from; r < to; r++) copyWords(out + r * outStride, table + indices[r] * tableStride, cols);
  });
}

/** Threads take columns, so that every element adds its rows in their order. */
static void scatterAdd(Pool* pool, long rows, long cols, const float* source, long sourceStride, const int32_t* indices,
                       float* table, long tableStride) {
  parallelRange(pool, cols, 16, (double)rows * cols / 2, [&](long from, long to) {
    for (long r = 0; r < rows; r++) {
      const float* in = source + r * sourceStride;
      float* out = table + indices[r] * tableStride;
      long j = from;
      for (; j + W <= to; j += W) store(out + j, load(out + j) + load(in + j));
      for (; j < to; j++) out[j] += in[j];
    }
  });
}

}  // namespace UNROLLED_NS
