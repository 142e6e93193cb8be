// The time loop of a layer and direction: for each step its stages in order, a stage being a product, a program or a sum of
// rows. Weights are packed once a call. Where the batch is large enough each thread takes some of its rows through all steps and
// waits for nobody, since sequences do not depend on each other. Else products are split by columns and the threads meet after a
// stage. A sum is never split, so the bits do not depend on the threads.
#pragma once
#include "gemm.h"
#include "int8.h"
#include "program.h"
#include "reduce.h"
#include "rows.h"

namespace UNROLLED_NS {

struct ScanOperand {
  float* p;
  long rowStride;
  int colStride;
  long stepStride;
  const int32_t* indices;
  long limit, indexStep;
  /** The first row in each step, in place of stepStride. */
  const int32_t* table;
  /** As in Operand. */
  int shift;
};

struct ScanStage {
  int kind;
  // A product: operands a, b, c; `packed` is null where B is read in place.
  int a, b, c;
  long n, k;
  bool transB, add;
  float* packed;
  /** B as `packForRow` packed it, for a single row; else null. */
  const float* panels;
  /** The operand of the scales of weights of int8, which B then is; −1. */
  int scales;
  // A row sum: operands a (over `cols` columns) and c. A program: its operands, and the width of its grid.
  const Instruction* code;
  long length, cols;
  int operandCount;
  const double* operands;
};

/** Where the time of a scan went, in seconds of the first thread. */
struct ScanTimes {
  double seconds[TIME_COUNT];
};

struct Scan {
  long steps, rows;
  /** Null where nobody asks. */
  ScanTimes* times;
  int stageCount, operandCount;
  const int32_t* activeRows;
  RandomKey key;
  bool countDown;
  /** Some operand has groups of rows: threads cut between them. */
  bool grouped;
  long firstStep;
  ScanOperand operands[MAX_SCAN_OPERANDS];
  ScanStage stages[MAX_STAGES];
  const double* uniforms;
};

/** Elements from an operand's start to its first row in a step. */
INLINE long stepOffset(const ScanOperand& x, long step) {
  return x.table ? x.table[step] * x.rowStride : step * x.stepStride;
}

INLINE const int32_t* indicesAt(const ScanOperand& x, long step) {
  return x.indices + (x.table ? x.table[step] : step * x.indexStep);
}

INLINE long rowsAt(const Scan& s, long step) { return s.activeRows ? s.activeRows[step] : s.rows; }

/** True where all are in range; else the position, the index and its limit stand in `bad`. */
static bool scanIndicesFit(const Scan& s, double* bad) {
  for (int i = 0; i < s.operandCount; i++) {
    const ScanOperand& x = s.operands[i];
    if (!x.indices) continue;
    for (long step = 0; step < s.steps; step++) {
      const int32_t* indices = indicesAt(x, step);
      long at = badIndex(indices, rowsAt(s, step), x.limit);
      if (at >= 0) {
        bad[0] = at;
        bad[1] = indices[at];
        bad[2] = x.limit;
        return false;
      }
    }
  }
  return true;
}

static void packStage(const Scan& s, const ScanStage& stage, int part, int parts) {
  const ScanOperand& b = s.operands[stage.b];
  long panels = ceilDiv(stage.n, NR);
  for (long j = panels * part / parts; j < panels * (part + 1) / parts; j++)
    packPanel(b.p, b.rowStride, stage.transB, j * NR, stage.n, stage.k, stage.packed + j * NR * stage.k);
}

/** Rows of the next tile: a short rest shares with the last full one, since a tile of one or two rows waits for its sums. */
INLINE long tileRows(long rows) {
  if (rows > MR && rows < MR + MR / 2 + 1) return ceilDiv(rows, 2);
  return least(MR, rows);
}

/** What one thread does of a stage: rows from … to, and its part of a product's columns. */
struct Share {
  long from, to;
  int part, parts;
};

static void runProduct(const Scan& s, const ScanStage& stage, long step, const Share& share) {
  const ScanOperand& a = s.operands[stage.a];
  const ScanOperand& b = s.operands[stage.b];
  const ScanOperand& c = s.operands[stage.c];
  long rows = share.to - share.from;
  const float* x = a.p + stepOffset(a, step) + share.from * a.rowStride;
  float* y = c.p + stepOffset(c, step) + share.from * c.rowStride;
  if (stage.scales >= 0) {
    Int8Product g = {rows, stage.n, stage.k, stage.add, x, a.rowStride, (const int8_t*)b.p, b.rowStride * 4,
                     s.operands[stage.scales].p, y, c.rowStride};
    long from = pieceStart(stage.n, share.part, share.parts, INT8_COLS);
    long to = pieceStart(stage.n, share.part + 1, share.parts, INT8_COLS);
    if (from < to && rows > 0) int8Rows(g, 0, rows, from, to);
    return;
  }
  if (stage.panels) {
    long panels = ceilDiv(stage.n, ROW_PANEL);
    rowTimesPanels(x, stage.panels, stage.k, y, stage.n, panels * share.part / share.parts,
                   panels * (share.part + 1) / share.parts, stage.add);
    return;
  }
  if (!stage.packed) {
    Gemm g = {rows, stage.n, stage.k, false, stage.transB, stage.add,
              {(float*)x, a.rowStride}, {b.p, b.rowStride}, {y, c.rowStride}};
    long from = pieceStart(stage.n, share.part, share.parts, 4 * W);
    long to = pieceStart(stage.n, share.part + 1, share.parts, 4 * W);
    if (from < to && rows > 0) gemmFewRows(g, from, to);
    return;
  }
  long panels = ceilDiv(stage.n, NR);
  for (long j = panels * share.part / share.parts; j < panels * (share.part + 1) / share.parts; j++)
    for (long p = 0; p < stage.k; p += KC) {
      const float* packed = stage.packed + j * NR * stage.k + p * NR;
      for (long i = 0, count; i < rows; i += count) {
        count = tileRows(rows - i);
        anyTile(count, x + i * a.rowStride + p, a.rowStride, 1, packed, least(KC, stage.k - p),
                y + i * c.rowStride + j * NR, c.rowStride, stage.n - j * NR, stage.add || p > 0);
      }
    }
}

static void runStageProgram(const Scan& s, const ScanStage& stage, long step, long rows, const Share& share) {
  Operand operands[MAX_OPERANDS];
  bool grouped = false;
  for (int i = 0; i < stage.operandCount; i++) {
    const ScanOperand& x = s.operands[(int)stage.operands[i]];
    // Where rows are picked by indices, a table says where the step's indices start.
    operands[i] = {x.p + (x.indices ? step * x.stepStride : stepOffset(x, step)), x.rowStride, x.colStride,
                   x.indices ? indicesAt(x, step) : nullptr, x.shift};
    grouped = grouped || x.shift;
  }
  ProgramCall call = {stage.code, stage.length, operands, stage.operandCount, s.uniforms, s.key, grouped};
  call.key.step = (uint32_t)(s.firstStep + (s.countDown ? s.steps - 1 - step : step));
  if (share.parts == 1) runRows(call, share.from, share.to, stage.cols);
  else runShare(call, rows, stage.cols, share.part, share.parts);
}

static void runRowSum(const Scan& s, const ScanStage& stage, long step, long from, long to) {
  const ScanOperand& a = s.operands[stage.a];
  const ScanOperand& c = s.operands[stage.c];
  const float* x = a.p + stepOffset(a, step);
  float* y = c.p + stepOffset(c, step);
  for (long r = from; r < to; r++) y[r * c.rowStride] = reduceVector<REDUCE_SUM>(x + r * a.rowStride, stage.cols);
}

/** Adds the time since the last lap to one of the counters; nothing where nobody asks. */
struct Stopwatch {
  const Pool* pool;
  bool on;
  double last;
  Stopwatch(const Pool* p, bool wanted) : pool(p), on(wanted && p->now), last(on ? p->now() : 0) {}
  void lap(int counter, ScanTimes* times) {
    if (!on) return;
    double now = pool->now();
    times->seconds[counter] += now - last;
    last = now;
  }
};

/** How the threads of a scan share the work. */
struct ScanSplit {
  int parts;
  /** Each thread has the rows cuts[part] … cuts[part + 1] of every step; else threads meet after a stage. */
  bool byRows;
  long cuts[MAX_SCAN_PARTS + 1];
};

static void runStage(const Scan& s, const ScanStage& stage, long step, long rows, const ScanSplit& split, int part) {
  Share share = {0, rows, part, split.parts};
  if (split.byRows) share = {least(split.cuts[part], rows), least(split.cuts[part + 1], rows), 0, 1};
  if (stage.kind == STAGE_PRODUCT) return runProduct(s, stage, step, share);
  if (stage.kind == STAGE_PROGRAM) return runStageProgram(s, stage, step, rows, share);
  runRowSum(s, stage, step, split.byRows ? share.from : pieceStart(rows, part, split.parts, 1),
            split.byRows ? share.to : pieceStart(rows, part + 1, split.parts, 1));
}

/** False where each thread goes on with the rows that it has itself just written. */
INLINE bool mustMeet(const Scan& s, int stage, long rows, int parts) {
  // Programs with groups cut the rows elsewhere.
  if (s.grouped) return true;
  bool last = stage + 1 == s.stageCount;
  const ScanStage& next = s.stages[last ? 0 : stage + 1];
  bool sameRows = s.stages[stage].kind != STAGE_PRODUCT && next.kind != STAGE_PRODUCT && rows >= parts;
  return !sameRows || (last && s.activeRows);
}

/** The end of the stages, counted from `at` through all steps, that a part may run one after the other. */
static long roundEnd(const Scan& s, const ScanSplit& split, long at) {
  long total = s.steps * s.stageCount;
  if (split.byRows || split.parts == 1) return total;
  for (; at < total; at++) {
    long rows = rowsAt(s, at / s.stageCount);
    if (rows > 0 && mustMeet(s, (int)(at % s.stageCount), rows, split.parts)) return at + 1;
  }
  return total;
}

/** What one thread does, which is the first to take the part `own` of each round. */
static void runScanPart(Pool* pool, const Scan& s, const ScanSplit& split, int own) {
  Stopwatch watch(pool, s.times && own == 0);
  int round = 0;
  bool packs = false;
  for (int i = 0; i < s.stageCount; i++) packs = packs || (s.stages[i].kind == STAGE_PRODUCT && s.stages[i].packed);
  if (packs) {
    shareRound(pool, own, round++, split.parts, [&](int part) {
      for (int i = 0; i < s.stageCount; i++)
        if (s.stages[i].kind == STAGE_PRODUCT && s.stages[i].packed) packStage(s, s.stages[i], part, split.parts);
      watch.lap(TIME_PACKING, s.times);
    });
    watch.lap(TIME_BARRIERS, s.times);
  }
  for (long at = 0, end, total = s.steps * s.stageCount; at < total; at = end) {
    end = roundEnd(s, split, at);
    shareRound(pool, own, round++, split.parts, [&](int part) {
      long step = at / s.stageCount;
      int i = (int)(at % s.stageCount);
      for (long k = at; k < end; k++) {
        long rows = rowsAt(s, step);
        if (rows > 0) {
          runStage(s, s.stages[i], step, rows, split, part);
          int kind = s.stages[i].kind;
          watch.lap(kind == STAGE_PRODUCT   ? TIME_PRODUCTS
                    : kind == STAGE_ROW_SUM ? TIME_ROW_SUMS
                                            : TIME_PROGRAMS,
                    s.times);
        }
        if (++i < s.stageCount) continue;
        i = 0;
        step++;
      }
    });
    watch.lap(TIME_BARRIERS, s.times);
  }
}

/** Rows for each thread, so that all have about as many over the whole scan; short sequences stand last. */
static void cutRows(const Scan& s, ScanSplit& split) {
  long unit = s.grouped ? ROW_GROUP : 1;
  if (!s.activeRows) {
    for (int part = 0; part <= split.parts; part++) split.cuts[part] = pieceStart(s.rows, part, split.parts, unit);
    return;
  }
  double total = 0;
  for (long step = 0; step < s.steps; step++) total += s.activeRows[step];
  double sum = 0;
  int part = 1;
  split.cuts[0] = 0;
  for (long row = 0; row < s.rows && part < split.parts; row++) {
    for (long step = 0; step < s.steps; step++) sum += s.activeRows[step] > row;
    if (sum >= total * part / split.parts && (row + 1) % unit == 0) split.cuts[part++] = row + 1;
  }
  while (part <= split.parts) split.cuts[part++] = s.rows;
}

/** Rows for a thread from which on sharing the batch beats sharing the columns. */
static const long ROWS_PER_THREAD = 6;
/** Sharing the batch, every thread reads all weights in every step: good while a cache close by holds so many floats. */
static const double SHARED_WEIGHTS = 768 * 1024;

static void runScan(Pool* pool, const Scan& s) {
  double work = 0, weights = 0;
  for (int i = 0; i < s.stageCount; i++) {
    const ScanStage& stage = s.stages[i];
    if (stage.kind == STAGE_PRODUCT) weights += (double)stage.n * stage.k;
    // A product of few rows waits for its weights to come from memory.
    work += stage.kind != STAGE_PRODUCT ? (double)s.rows * stage.cols * stage.length / 2
            : stage.scales >= 0         ? (double)s.rows * stage.n * stage.k / 16
            : stage.packed              ? (double)s.rows * stage.n * stage.k / 8
                                        : (double)stage.n * stage.k / 2;
  }
  // Where threads meet in every step, it is the work of one step that counts.
  ScanSplit split;
  split.byRows = s.rows >= least(pool->threads, MAX_SCAN_PARTS) * ROWS_PER_THREAD && weights <= SHARED_WEIGHTS;
  split.parts = s.steps > 0 ? (int)least(partsFor(pool, split.byRows ? work * s.steps : work), MAX_SCAN_PARTS) : 1;
  cutRows(s, split);
  parallel(pool, split.parts, [&](int part) { runScanPart(pool, s, split, part); });
}

}  // namespace UNROLLED_NS
