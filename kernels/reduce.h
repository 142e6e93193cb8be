// Sum, sum of squares and maximum of a matrix [rows, cols], over its rows or over its columns. Sums run in chunks of fixed
// size that are added up, so they lose few digits and do not depend on the number of threads.
#pragma once
#include "parallel.h"
#include "vector.h"

namespace UNROLLED_NS {

enum { CHUNK_ROWS = 32, CHUNK_COLS = 512 };

template <int OP>
INLINE V reduceStart() {
  return OP == REDUCE_MAX ? splat(-__builtin_inff()) : V{};
}
template <int OP>
INLINE V reduceWith(V sum, V x) {
  return OP == REDUCE_MAX ? maximum(sum, x) : OP == REDUCE_SQUARES ? fma(x, x, sum) : sum + x;
}
/** Joins two results of chunks. */
template <int OP>
INLINE V reduceJoin(V a, V b) {
  return OP == REDUCE_MAX ? maximum(a, b) : a + b;
}

/** One result for each of VECTORS · W columns, of which `count` are stored. */
template <int OP, int VECTORS>
static void reduceColumns(const float* x, long stride, long rows, float* out, bool add, long count) {
  V total[VECTORS];
  for (int v = 0; v < VECTORS; v++) total[v] = reduceStart<OP>();
  for (long r0 = 0; r0 < rows; r0 += CHUNK_ROWS) {
    V part[VECTORS];
    for (int v = 0; v < VECTORS; v++) part[v] = reduceStart<OP>();
    long end = least(rows, r0 + CHUNK_ROWS);
    for (long r = r0; r < end; r++)
      for (int v = 0; v < VECTORS; v++) part[v] = reduceWith<OP>(part[v], load(x + r * stride + v * W));
    for (int v = 0; v < VECTORS; v++) total[v] = reduceJoin<OP>(total[v], part[v]);
  }
  for (int v = 0; v < VECTORS; v++) {
    if (add) total[v] = reduceJoin<OP>(load(out + v * W), total[v]);
    storePart(out + v * W, total[v], count - v * W);
  }
}

/** One result for each column, columns from … to. */
template <int OP>
static void reduceRows(const float* x, long stride, long rows, long from, long to, float* out, bool add) {
  // Several vectors of a row at a time: whole lines of the cache are read once.
  enum { WIDE = 8 };
  for (long j = from; j < to;) {
    if (j + WIDE * W <= to) {
      reduceColumns<OP, WIDE>(x + j, stride, rows, out + j, add, WIDE * W);
      j += WIDE * W;
    } else {
      reduceColumns<OP, 1>(x + j, stride, rows, out + j, add, to - j);
      j += W;
    }
  }
}

/** The result of `count` elements in a row. */
template <int OP>
static float reduceVector(const float* x, long count) {
  // In double: chunks are many, and their sums may cancel.
  double total = OP == REDUCE_MAX ? -__builtin_inff() : 0;
  for (long c0 = 0; c0 < count; c0 += CHUNK_COLS) {
    long end = least(count, c0 + CHUNK_COLS);
    V s0 = reduceStart<OP>(), s1 = s0, s2 = s0, s3 = s0;
    long j = c0;
    for (; j + 4 * W <= end; j += 4 * W) {
      s0 = reduceWith<OP>(s0, load(x + j));
      s1 = reduceWith<OP>(s1, load(x + j + W));
      s2 = reduceWith<OP>(s2, load(x + j + 2 * W));
      s3 = reduceWith<OP>(s3, load(x + j + 3 * W));
    }
    for (; j < end; j += W)
      s0 = reduceWith<OP>(s0, loadPart(x + j, end - j, OP == REDUCE_MAX ? -__builtin_inff() : 0));
    V part = reduceJoin<OP>(reduceJoin<OP>(s0, s1), reduceJoin<OP>(s2, s3));
    if (OP == REDUCE_MAX) {
      float best = maxLanes(part);
      total = total > best || total != total ? total : best;
    } else {
      total += sumLanesWide(part);
    }
  }
  return (float)total;
}

template <int OP>
static void reduceAs(Pool* pool, bool overRows, long rows, long cols, const float* x, long stride, float* out, bool add) {
  double work = (double)rows * cols / 4;
  if (overRows) {
    parallelRange(pool, cols, 16, work,
                  [&](long from, long to) { reduceRows<OP>(x, stride, rows, from, to, out, add); });
    return;
  }
  parallelRange(pool, rows, 16, work, [&](long from, long to) {
    for (long r = from; r < to; r++) {
      float value = reduceVector<OP>(x + r * stride, cols);
      if (add) value = OP == REDUCE_MAX ? (out[r] > value || out[r] != out[r] ? out[r] : value) : out[r] + value;
      out[r] = value;
    }
  });
}

static void reduce(Pool* pool, int op, bool overRows, long rows, long cols, const float* x, long stride, float* out,
                   bool add) {
  if (op == REDUCE_SUM) reduceAs<REDUCE_SUM>(pool, overRows, rows, cols, x, stride, out, add);
  else if (op == REDUCE_SQUARES) reduceAs<REDUCE_SQUARES>(pool, overRows, rows, cols, x, stride, out, add);
  else reduceAs<REDUCE_MAX>(pool, overRows, rows, cols, x, stride, out, add);
}

}  // namespace UNROLLED_NS
