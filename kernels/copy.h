// Strided copy over at most MAX_AXES axes, and filling; the words may be float32 or int32.
#pragma once
#include "rows.h"

namespace UNROLLED_NS {

struct Copy {
  int axes;
  long shape[MAX_AXES], in[MAX_AXES], out[MAX_AXES];
};

/** A transposing plane in tiles of 16 × 16, so that both sides use whole cache lines. */
static void copyPlane(const Copy& c, int a, int b, const int32_t* x, int32_t* y) {
  for (long i0 = 0; i0 < c.shape[a]; i0 += 16)
    for (long j0 = 0; j0 < c.shape[b]; j0 += 16)
      for (long i = i0; i < least(i0 + 16, c.shape[a]); i++)
        for (long j = j0; j < least(j0 + 16, c.shape[b]); j++)
          y[i * c.out[a] + j * c.out[b]] = x[i * c.in[a] + j * c.in[b]];
}

static void copyAxis(const Copy& c, int axis, const int32_t* x, int32_t* y) {
  if (c.axes - axis == 2 && c.in[axis + 1] != 1) {
    copyPlane(c, axis, axis + 1, x, y);
    return;
  }
  if (axis < c.axes - 1) {
    for (long i = 0; i < c.shape[axis]; i++) copyAxis(c, axis + 1, x + i * c.in[axis], y + i * c.out[axis]);
    return;
  }
  long count = c.shape[axis], in = c.in[axis], out = c.out[axis];
  if (in == 1 && out == 1) copyWords(y, x, count);
  else
    for (long i = 0; i < count; i++) y[i * out] = x[i * in];
}

/** Threads take pieces of the first axis. */
static void copyStrided(Pool* pool, const Copy& c, const int32_t* x, int32_t* y) {
  double work = 0.25;
  for (int i = 0; i < c.axes; i++) work *= (double)c.shape[i];
  // An output stride of 0 would have threads write to one place.
  if (c.out[0] == 0) work = 0;
  parallelRange(pool, c.shape[0], 1, work, [&](long from, long to) {
    Copy part = c;
    part.shape[0] = to - from;
    copyAxis(part, 0, x + from * c.in[0], y + from * c.out[0]);
  });
}

static void fillWords(Pool* pool, int32_t* out, long length, int32_t value) {
  parallelRange(pool, length, 16, (double)length / 8, [&](long from, long to) {
    long i = from;
    for (; i + W <= to; i += W) *(VIAny*)(out + i) = splatInt(value);
    for (; i < to; i++) out[i] = value;
  });
}

}  // namespace UNROLLED_NS
