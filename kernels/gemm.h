// Matrix product C [m, n] (+)= op(A) [m, k] · op(B) [k, n]: packed panels, register tiles of MR rows × NR columns, K in
// blocks of KC. An element's sum always runs over K in the same order, whatever the split among threads or tiles.
#pragma once
#include "parallel.h"
#include "vector.h"

namespace UNROLLED_NS {

#if defined(__AVX512F__)
enum { MR = 8, NV = 3 };
#elif defined(__AVX2__)
enum { MR = 6, NV = 2 };
#elif defined(__ARM_NEON)
enum { MR = 6, NV = 4 };
#else
enum { MR = 4, NV = 2 };
#endif
enum { NR = NV * W };
enum { KC = 256, MC = MR * 16, NC = NR * (512 / NR) };
/** Floats of workspace for each thread: a block of packed A, one of packed B, and room to read past them. */
enum { PACK_A = MC * KC + 64, PACK_B = NC * KC + 64, WORKSPACE = PACK_A + PACK_B };
/** So much of few rows is kept at hand while B is read in place. */
enum { DIRECT_K = 512 };

/** Columns of a panel of B for a single row of A. */
enum { ROW_PANEL = 4 * W };

struct Matrix {
  float* p;
  long stride;
};

/** The tile's sums are put to C here, so that edges and full tiles compute the same. */
template <int R>
INLINE void putTile(V (&acc)[R][NV], float* c, long ldc, long cols, bool add) {
  if (cols >= NR) {
    for (int r = 0; r < R; r++)
      for (int v = 0; v < NV; v++) {
        float* at = c + r * ldc + v * W;
        store(at, add ? load(at) + acc[r][v] : acc[r][v]);
      }
    return;
  }
  for (int r = 0; r < R; r++) {
    float part[NR];
    for (int v = 0; v < NV; v++) store(part + v * W, acc[r][v]);
    float* at = c + r * ldc;
    for (long j = 0; j < cols; j++) at[j] = add ? at[j] + part[j] : part[j];
  }
}

/** R rows of A (element (r, p) at a[r · ars + p · acs]) times one packed panel of B. */
template <int R>
static void tile(const float* a, long ars, long acs, const float* b, long k, float* c, long ldc, long cols, bool add) {
  V acc[R][NV];
#pragma GCC unroll 16
  for (int r = 0; r < R; r++)
#pragma GCC unroll 8
    for (int v = 0; v < NV; v++) acc[r][v] = V{};
  for (long p = 0; p < k; p++) {
    V row[NV];
#pragma GCC unroll 8
    for (int v = 0; v < NV; v++) row[v] = load(b + v * W);
#pragma GCC unroll 16
    for (int r = 0; r < R; r++) {
      V x = splat(a[r * ars]);
#pragma GCC unroll 8
      for (int v = 0; v < NV; v++) acc[r][v] = fma(x, row[v], acc[r][v]);
    }
    a += acs;
    b += NR;
  }
  putTile<R>(acc, c, ldc, cols, add);
}

NOINLINE void anyTile(long rows, const float* a, long ars, long acs, const float* b, long k, float* c, long ldc,
                    long cols, bool add) {
  switch (rows) {
    case 1: return tile<1>(a, ars, acs, b, k, c, ldc, cols, add);
    case 2: return tile<2>(a, ars, acs, b, k, c, ldc, cols, add);
    case 3: return tile<3>(a, ars, acs, b, k, c, ldc, cols, add);
    case 4: return tile<4>(a, ars, acs, b, k, c, ldc, cols, add);
#if defined(__AVX512F__)
    case 5: return tile<5>(a, ars, acs, b, k, c, ldc, cols, add);
    case 6: return tile<6>(a, ars, acs, b, k, c, ldc, cols, add);
    case 7: return tile<7>(a, ars, acs, b, k, c, ldc, cols, add);
#else
    case 5: return tile<(MR > 5 ? 5 : MR)>(a, ars, acs, b, k, c, ldc, cols, add);
#endif
    default: return tile<MR>(a, ars, acs, b, k, c, ldc, cols, add);
  }
}

/** One panel of B: k × NR, columns from `column` on, zeros past n. B is [k, n], or [n, k] where `trans`. */
NOINLINE void packPanel(const float* b, long ldb, bool trans, long column, long n, long k, float* out) {
  long cols = least(NR, n - column);
  if (!trans) {
    const float* from = b + column;
    if (cols == NR) {
      for (long p = 0; p < k; p++, from += ldb, out += NR)
        for (int v = 0; v < NV; v++) store(out + v * W, load(from + v * W));
      return;
    }
    for (long p = 0; p < k; p++, from += ldb, out += NR) {
      for (long j = 0; j < cols; j++) out[j] = from[j];
      for (long j = cols; j < NR; j++) out[j] = 0;
    }
    return;
  }
  const float* from = b + column * ldb;
  for (long p0 = 0; p0 < k; p0 += 16) {
    // Sixteen steps at a time: the lines that are read and written stay in the cache.
    long steps = least(16, k - p0);
    for (long j = 0; j < cols; j++)
      for (long p = 0; p < steps; p++) out[(p0 + p) * NR + j] = from[j * ldb + p0 + p];
    for (long j = cols; j < NR; j++)
      for (long p = 0; p < steps; p++) out[(p0 + p) * NR + j] = 0;
  }
}

/** One block of A in panels of MR rows: element (r, p) of a panel at [p · MR + r]. A is [m, k], or [k, m] where `trans`. */
NOINLINE void packA(const float* a, long lda, bool trans, long row, long rows, long from, long k, float* out) {
  for (long r0 = 0; r0 < rows; r0 += MR, out += MR * k) {
    long count = least(MR, rows - r0);
    if (trans) {
      const float* source = a + from * lda + row + r0;
      for (long p = 0; p < k; p++, source += lda) {
        if (count == MR)
          for (int r = 0; r < MR; r++) out[p * MR + r] = source[r];
        else
          for (long r = 0; r < count; r++) out[p * MR + r] = source[r];
      }
    } else {
      const float* source = a + (row + r0) * lda + from;
      if (count == MR) {
        for (long p = 0; p < k; p++)
          for (int r = 0; r < MR; r++) out[p * MR + r] = source[r * lda + p];
      } else {
        for (long p = 0; p < k; p++)
          for (long r = 0; r < count; r++) out[p * MR + r] = source[r * lda + p];
      }
    }
  }
}

struct Gemm {
  long m, n, k;
  bool transA, transB, add;
  Matrix a, b, c;
  /** B as `packForRow` packed it, for a single row; else null. */
  const float* panels = nullptr;
};

/** Whether a copy of A pays: read along its columns, or where its rows fall on the same lines of the cache. */
INLINE bool packsA(const Gemm& g) {
  return g.transA ? (double)g.m * g.k > 32 * 1024 : g.a.stride % 1024 == 0;
}

/** The rows and columns of one thread, with its own workspace. */
static void gemmPacked(const Gemm& g, long row, long rowEnd, long column, long columnEnd, float* workspace) {
  float* packedA = workspace;
  float* packedB = workspace + PACK_A;
  const bool packs = packsA(g);
  const long rowStride = g.transA ? 1 : g.a.stride, stepStride = g.transA ? g.a.stride : 1;
  for (long j0 = column; j0 < columnEnd; j0 += NC) {
    long cols = least(NC, columnEnd - j0);
    for (long p0 = 0; p0 < g.k; p0 += KC) {
      long k = least(KC, g.k - p0);
      bool add = g.add || p0 > 0;
      const float* b = g.transB ? g.b.p + p0 : g.b.p + p0 * g.b.stride;
      for (long j = 0; j < cols; j += NR) packPanel(b, g.b.stride, g.transB, j0 + j, columnEnd, k, packedB + j * k);
      for (long i0 = row; i0 < rowEnd; i0 += MC) {
        long rows = least(MC, rowEnd - i0);
        const float* a = g.a.p + i0 * rowStride + p0 * stepStride;
        if (packs) packA(g.a.p, g.a.stride, g.transA, i0, rows, p0, k, packedA);
        for (long j = 0; j < cols; j += NR)
          for (long i = 0; i < rows; i += MR) {
            float* c = g.c.p + (i0 + i) * g.c.stride + j0 + j;
            long count = least(MR, rows - i);
            if (packs) anyTile(count, packedA + i * k, 1, MR, packedB + j * k, k, c, g.c.stride, cols - j, add);
            else anyTile(count, a + i * rowStride, rowStride, stepStride, packedB + j * k, k, c, g.c.stride, cols - j, add);
          }
      }
    }
  }
}

/** Adds DEEP rows of B, each times its element of A, to columns from … to of C. */
template <int R, int DEEP>
INLINE void addRows(const float* a, const float* b, long ldb, float* c, long ldc, long from, long to, bool add) {
  for (long j = from; j < to; j += W) {
    V sum[R];
    for (int r = 0; r < R; r++) sum[r] = add ? load(c + r * ldc + j) : V{};
    for (int d = 0; d < DEEP; d++) {
      V x = load(b + d * ldb + j);
      for (int r = 0; r < R; r++) sum[r] = fma(splat(a[d * R + r]), x, sum[r]);
    }
    for (int r = 0; r < R; r++) storePart(c + r * ldc + j, sum[r], to - j);
  }
}

/**
 * Few rows, B [k, n] in place; a [k][R]; columns from … to. B is read row by row, as memory likes it, some rows at once so that
 * the sums in C are read and written seldom.
 */
template <int R>
static void fewRows(const float* a, const float* b, long ldb, long k, float* c, long ldc, long from, long to, bool add) {
  enum { DEEP = R == 1 ? 8 : 4 };
  long p = 0;
  for (; p + DEEP <= k; p += DEEP, add = true) addRows<R, DEEP>(a + p * R, b + p * ldb, ldb, c, ldc, from, to, add);
  for (; p < k; p++, add = true) addRows<R, 1>(a + p * R, b + p * ldb, ldb, c, ldc, from, to, add);
}

/** Few rows, B [n, k] in place: dot products along k; a [R][DIRECT_K]. */
template <int R>
static void fewDots(const float* a, const float* b, long ldb, long k, float* c, long ldc, long from, long to, bool add) {
  for (long j = from; j < to; j += 4) {
    V acc[R][4];
    for (int r = 0; r < R; r++)
      for (int v = 0; v < 4; v++) acc[r][v] = V{};
    const float* row[4];
    for (int v = 0; v < 4; v++) row[v] = b + least(j + v, to - 1) * ldb;
    long p = 0;
    for (; p + W <= k; p += W)
      for (int v = 0; v < 4; v++) {
        V x = load(row[v] + p);
        for (int r = 0; r < R; r++) acc[r][v] = fma(load(a + r * DIRECT_K + p), x, acc[r][v]);
      }
    if (p < k)
      for (int v = 0; v < 4; v++) {
        V x = loadPart(row[v] + p, k - p, 0);
        for (int r = 0; r < R; r++) acc[r][v] = fma(loadPart(a + r * DIRECT_K + p, k - p, 0), x, acc[r][v]);
      }
    for (int r = 0; r < R; r++)
      for (long v = 0; v < least(4, to - j); v++) {
        float sum = sumLanes(acc[r][v]);
        float* at = c + r * ldc + j + v;
        *at = add ? *at + sum : sum;
      }
  }
}

/** R rows times B in place, columns from … to; element (r, p) of A at a[r · ars + p · acs]. */
template <int R>
static void gemmFew(const float* a, long ars, long acs, const Gemm& g, long from, long to) {
  float kept[R * DIRECT_K + 16];
  for (long p0 = 0; p0 < g.k; p0 += DIRECT_K) {
    long k = least(DIRECT_K, g.k - p0);
    bool add = g.add || p0 > 0;
    for (int r = 0; r < R; r++)
      for (long p = 0; p < k; p++)
        kept[g.transB ? r * DIRECT_K + p : p * R + r] = a[r * ars + (p0 + p) * acs];
    if (g.transB)
      fewDots<R>(kept, g.b.p + p0, g.b.stride, k, g.c.p, g.c.stride, from, to, add);
    else
      fewRows<R>(kept, g.b.p + p0 * g.b.stride, g.b.stride, k, g.c.p, g.c.stride, from, to, add);
  }
}

/** B [k, n] in panels of ROW_PANEL columns, so that a single row of A reads it from the first number to the last. */
static void packForRow(const float* b, long ldb, bool trans, long n, long k, float* out) {
  for (long j = 0; j < n; j += ROW_PANEL, out += ROW_PANEL * k) {
    long cols = least(ROW_PANEL, n - j);
    for (long p = 0; p < k; p++)
      for (long i = 0; i < ROW_PANEL; i++)
        out[p * ROW_PANEL + i] = i >= cols ? 0 : trans ? b[(j + i) * ldb + p] : b[p * ldb + j + i];
  }
}

/** A row of A [k] times panels from … to of `packForRow`; sums run in the order of `fewRows`. */
static void rowTimesPanels(const float* a, const float* packed, long k, float* c, long n, long from, long to, bool add) {
  for (long panel = from; panel < to; panel++) {
    const float* b = packed + panel * ROW_PANEL * k;
    float* at = c + panel * ROW_PANEL;
    long cols = n - panel * ROW_PANEL;
    V sum[4];
    for (int v = 0; v < 4; v++) sum[v] = add && v * W < cols ? load(at + v * W) : V{};
    for (long p = 0; p < k; p++, b += ROW_PANEL) {
      V x = splat(a[p]);
      for (int v = 0; v < 4; v++) sum[v] = fma(x, load(b + v * W), sum[v]);
    }
    for (int v = 0; v < 4 && v * W < cols; v++) storePart(at + v * W, sum[v], cols - v * W);
  }
}

static void gemmFewRows(const Gemm& g, long from, long to) {
  long ars = g.transA ? 1 : g.a.stride;
  long acs = g.transA ? g.a.stride : 1;
  switch (g.m) {
    case 1: return gemmFew<1>(g.a.p, ars, acs, g, from, to);
    case 2: return gemmFew<2>(g.a.p, ars, acs, g, from, to);
    case 3: return gemmFew<3>(g.a.p, ars, acs, g, from, to);
    default: return gemmFew<4>(g.a.p, ars, acs, g, from, to);
  }
}

static void gemm(Pool* pool, const Gemm& g, float* workspace) {
  if (g.m <= 0 || g.n <= 0) return;
  if (g.k <= 0) {
    if (g.add) return;
    for (long i = 0; i < g.m; i++)
      for (long j = 0; j < g.n; j++) g.c.p[i * g.c.stride + j] = 0;
    return;
  }
  double work = (double)g.m * g.n * g.k;
  if (g.m == 1 && g.panels) {
    parallelRange(pool, ceilDiv(g.n, ROW_PANEL), 1, work / 4, [&](long from, long to) {
      rowTimesPanels(g.a.p, g.panels, g.k, g.c.p, g.n, from, to, g.add);
    });
    return;
  }
  if (g.m <= FEW_ROWS) {
    parallelRange(pool, g.n, 4 * W, work / 4, [&](long from, long to) { gemmFewRows(g, from, to); });
    return;
  }
  int parts = partsFor(pool, work / 8);
  // A grid of threads over C. Each reads its rows of A and its columns of B: the cut that reads least is taken.
  long across = ceilDiv(g.n, NR);
  long down = ceilDiv(g.m, MR);
  int columnParts = 1;
  int rowParts = 1;
  double least = 0;
  for (int c = 1; c <= parts; c++) {
    int r = parts / c;
    if (parts % c != 0 || (c > across && c > 1) || (r > down && r > 1)) continue;
    double reads = (double)g.m / r + (double)g.n / c;
    if (least > 0 && reads >= least) continue;
    least = reads;
    columnParts = c;
    rowParts = r;
  }
  parallel(pool, columnParts * rowParts, [&](int part) {
    int c = part % columnParts;
    int r = part / columnParts;
    gemmPacked(g, pieceStart(g.m, r, rowParts, MR), pieceStart(g.m, r + 1, rowParts, MR),
               pieceStart(g.n, c, columnParts, NR), pieceStart(g.n, c + 1, columnParts, NR),
               workspace + (size_t)part * WORKSPACE);
  });
}

}  // namespace UNROLLED_NS
