// Sums over rows in parts, for trainings in shards: of rows [steps, rows] part i has rows cuts[i] … cuts[i + 1] of each step. Each part is
// summed as gemm.h, reduce.h and rows.h sum it alone, to the bit, and the sums of parts are added in a binary tree.
#pragma once
#include "gemm.h"
#include "reduce.h"
#include "rows.h"

namespace UNROLLED_NS {

/** Levels of the tree over MAX_ROW_PARTS parts. */
enum { PART_LEVELS = 11 };

/** A power of two of parts. */
struct Parts {
  long steps, rows, count;
  const double* cuts;
  long begin(long part) const { return (long)cuts[part]; }
  long width(long part) const { return begin(part + 1) - begin(part); }
  /** Rows of all parts and steps. */
  long total() const { return steps * (begin(count) - begin(0)); }
};

/** How many sums of the tree follow part `part`. */
INLINE int sumsAfter(long part) { return __builtin_ctzl((unsigned long)part + 1); }

/** Rows … of A [rows, m] in panels of MR columns, all parts one after the other. */
static void packPartsA(const Gemm& g, const Parts& parts, long row, long rows, long k, float* out) {
  for (long r0 = 0; r0 < rows; r0 += MR, out += MR * k) {
    float* to = out;
    for (long part = 0; part < parts.count; part++) {
      const long width = parts.width(part);
      for (long t = 0; t < parts.steps; t++, to += width * MR)
        packA(g.a.p, g.a.stride, true, row + r0, least(MR, rows - r0), t * parts.rows + parts.begin(part), width, to);
    }
  }
}

/** One panel of B [rows, n], all parts one after the other. */
static void packPartsB(const Gemm& g, const Parts& parts, long column, float* out) {
  for (long part = 0; part < parts.count; part++) {
    const long width = parts.width(part);
    for (long t = 0; t < parts.steps; t++, out += width * NR)
      packPanel(g.b.p + (t * parts.rows + parts.begin(part)) * g.b.stride, g.b.stride, false, column, g.n, width, out);
  }
}

/** A tile of C: `rows` of MR, up to NR columns. */
static void tileInParts(const Gemm& g, const Parts& parts, long rows, const float* a, const float* b, float* c, long cols) {
  float level[PART_LEVELS][MR * NR];
  int depth = 0;
  for (long part = 0; part < parts.count; part++) {
    const long k = parts.steps * parts.width(part);
    // As `gemm` cuts it.
    const long piece = g.m <= FEW_ROWS ? k : KC;
    float* sum = level[depth++];
    if (k == 0)
      for (long i = 0; i < rows * NR; i++) sum[i] = 0;
    for (long p = 0; p < k; p += piece)
      anyTile(rows, a + p * MR, 1, MR, b + p * NR, least(piece, k - p), sum, NR, NR, p > 0);
    a += k * MR;
    b += k * NR;
    for (int i = sumsAfter(part); i > 0; i--, depth--)
      for (long j = 0; j < rows * NR; j += W) {
        float* left = level[depth - 2] + j;
        store(left, load(left) + load(level[depth - 1] + j));
      }
  }
  for (long r = 0; r < rows; r++)
    for (long j = 0; j < cols; j++) c[r * g.c.stride + j] = level[0][r * NR + j];
}

/** C [m, n] = Aᵀ · B. @param floats of the workspace of each thread: for a panel of B, and for MR columns of A at least */
static void gemmInParts(Pool* pool, const Gemm& g, const Parts& parts, float* workspace, long floats) {
  if (g.m <= 0 || g.n <= 0) return;
  const long k = parts.total();
  const long block = k == 0 ? g.m : (floats - NR * k) / k / MR * MR;
  const int threads = (int)least(partsFor(pool, (double)g.m * g.n * k / 8), ceilDiv(g.n, NR));
  parallel(pool, threads, [&](int thread) {
    float* packedB = workspace + thread * floats;
    float* packedA = packedB + NR * k;
    const long end = pieceStart(g.n, thread + 1, threads, NR);
    for (long i0 = 0; i0 < g.m; i0 += block) {
      const long rows = least(block, g.m - i0);
      packPartsA(g, parts, i0, rows, k, packedA);
      for (long j = pieceStart(g.n, thread, threads, NR); j < end; j += NR) {
        packPartsB(g, parts, j, packedB);
        for (long i = 0; i < rows; i += MR)
          tileInParts(g, parts, least(MR, rows - i), packedA + i * k, packedB, g.c.p + (i0 + i) * g.c.stride + j, least(NR, end - j));
      }
    }
  });
}

/** One result for each of VECTORS · W columns, of which `count` are stored. */
template <int VECTORS>
static void sumColumnsInParts(const float* x, long stride, const Parts& parts, float* out, long count) {
  V level[PART_LEVELS][VECTORS];
  int depth = 0;
  for (long part = 0; part < parts.count; part++) {
    V total[VECTORS], chunk[VECTORS];
    for (int v = 0; v < VECTORS; v++) total[v] = chunk[v] = V{};
    long chunkRows = 0;
    const auto endChunk = [&] {
      for (int v = 0; v < VECTORS; v++) {
        total[v] = total[v] + chunk[v];
        chunk[v] = V{};
      }
      chunkRows = 0;
    };
    for (long t = 0; t < parts.steps; t++)
      for (long n = parts.begin(part); n < parts.begin(part + 1); n++) {
        for (int v = 0; v < VECTORS; v++) chunk[v] = chunk[v] + load(x + (t * parts.rows + n) * stride + v * W);
        if (++chunkRows == CHUNK_ROWS) endChunk();
      }
    if (chunkRows > 0) endChunk();
    for (int v = 0; v < VECTORS; v++) level[depth][v] = total[v];
    depth++;
    for (int i = sumsAfter(part); i > 0; i--, depth--)
      for (int v = 0; v < VECTORS; v++) level[depth - 2][v] = level[depth - 2][v] + level[depth - 1][v];
  }
  for (int v = 0; v < VECTORS; v++) storePart(out + v * W, level[0][v], count - v * W);
}

/** The sum of each column of x. */
static void sumInParts(Pool* pool, const Parts& parts, long cols, const float* x, long stride, float* out) {
  enum { WIDE = 4 };
  parallelRange(pool, cols, 16, (double)parts.total() * cols / 4, [&](long from, long to) {
    for (long j = from; j < to;) {
      if (j + WIDE * W <= to) {
        sumColumnsInParts<WIDE>(x + j, stride, parts, out + j, WIDE * W);
        j += WIDE * W;
      } else {
        sumColumnsInParts<1>(x + j, stride, parts, out + j, to - j);
        j += W;
      }
    }
  });
}

/** A row that is added to a row of a table, and the part that it is of. */
struct PartRow {
  int32_t part, row;
};

/** Sums of rows of a source, some columns of them. */
struct PartRows {
  /** At most so many columns. */
  enum { COLUMNS = 256 };

  const float* source;
  long stride, cols;

  /** out [cols] = the sum of rows that are those of parts first … first + count, a power of two of them, in the order of parts. */
  void add(const PartRow* rows, const PartRow* end, long first, long count, float* out) const {
    if (count == 1) {
      for (long j = 0; j < cols; j++) out[j] = 0;
      for (; rows < end; rows++) addTo(out, source + rows->row * stride);
      return;
    }
    // Parts without such a row add zeros, which change nothing.
    const long half = count / 2;
    const PartRow* middle = rows;
    while (middle < end && middle->part < first + half) middle++;
    if (middle == end) return add(rows, end, first, half, out);
    if (middle == rows) return add(rows, end, first + half, half, out);
    add(rows, middle, first, half, out);
    float right[COLUMNS];
    add(middle, end, first + half, half, right);
    addTo(out, right);
  }

  void addTo(float* out, const float* in) const {
    long j = 0;
    for (; j + W <= cols; j += W) store(out + j, load(out + j) + load(in + j));
    for (; j < cols; j++) out[j] += in[j];
  }
};

/**
 * table [tableRows, cols] = for each of its rows the sum of the rows of the source with its index.
 * @param begins tableRows + 1 numbers of room @param sorted room for all rows of the source
 */
static void scatterInParts(Pool* pool, const Parts& parts, long cols, long tableRows, const float* source, long stride,
                           const int32_t* indices, float* table, long tableStride, int32_t* begins, PartRow* sorted) {
  const auto eachRow = [&](auto body) {
    for (long part = 0; part < parts.count; part++)
      for (long t = 0; t < parts.steps; t++)
        for (long n = parts.begin(part); n < parts.begin(part + 1); n++) body((int32_t)part, (int32_t)(t * parts.rows + n));
  };
  for (long i = 0; i <= tableRows; i++) begins[i] = 0;
  eachRow([&](int32_t, int32_t row) { begins[indices[row]]++; });
  int32_t before = 0;
  for (long i = 0; i <= tableRows; i++) {
    const int32_t own = begins[i];
    begins[i] = before;
    before += own;
  }
  // Afterwards each begins where the next one began.
  eachRow([&](int32_t part, int32_t row) { sorted[begins[indices[row]]++] = {part, row}; });
  parallelRange(pool, cols, 16, (double)(parts.total() + tableRows) * cols / 2, [&](long from, long to) {
    for (long j = from; j < to; j += PartRows::COLUMNS) {
      const PartRows rows = {source + j, stride, least(PartRows::COLUMNS, to - j)};
      for (long i = 0; i < tableRows; i++) {
        const long begin = i == 0 ? 0 : begins[i - 1];
        float* out = table + i * tableStride + j;
        if (begin < begins[i]) rows.add(sorted + begin, sorted + begins[i], 0, parts.count, out);
        else
          for (long c = 0; c < rows.cols; c++) out[c] = 0;
      }
    }
  });
}

}  // namespace UNROLLED_NS
