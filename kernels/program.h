// The interpreter of elementwise programs (src/backend/isa.ts, numbers.ts): blocks of BLOCK columns of a row, which stay in the L1 cache.
// A LOAD of contiguous memory is only a pointer; a result that is stored at once is computed into its place.
#pragma once
#include "math.h"
#include "numbers.h"
#include "parallel.h"
#include "philox.h"

namespace UNROLLED_NS {

/** Columns of a block. */
enum { BLOCK = 256 };

/** One instruction as src/backend/compiled/encode.ts writes it. */
struct Instruction {
  int32_t op, to, a, b, c, flag;
};
static_assert(sizeof(Instruction) == FIELD_COUNT * sizeof(int32_t) && offsetof(Instruction, to) == FIELD_TO * sizeof(int32_t) &&
                  offsetof(Instruction, a) == FIELD_A * sizeof(int32_t) &&
                  offsetof(Instruction, flag) == FIELD_FLAG * sizeof(int32_t),
              "an instruction is what TypeScript writes");

struct Operand {
  float* p;
  long rowStride;
  int colStride;
  const int32_t* indices;
  /** Groups of 2^shift rows share a row of memory: sums over rows gather there. */
  int shift;
};

/** Rows of a group, where an operand has groups. */
enum { ROW_GROUP = 1 << GROUP_SHIFT };

struct ProgramCall {
  const Instruction* code;
  long length;
  const Operand* operands;
  int operandCount;
  const double* uniforms;
  RandomKey key;
  /** Some operand has groups: rows run one after another. */
  bool grouped;
};

INLINE void copyFloats(float* to, const float* from, long count) {
  long i = 0;
  for (; i + W <= count; i += W) store(to + i, load(from + i));
  for (; i < count; i++) to[i] = from[i];
}

/** Rows side by side in a register, each in its segment. */
static void loadRows(const Operand& source, long row, long rows, long column, long segment, float* to) {
  for (long r = 0; r < rows; r++, to += segment) {
    const float* p = source.p + (source.indices ? source.indices[row + r] : row + r) * source.rowStride;
    V first = splat(*p);
    for (long n = 0; n < segment; n += W) store(to + n, source.colStride == 0 ? first : load(p + column + n));
  }
}

/**
 * One block: columns column … column + cols of one row, or (MANY) all `cols` columns of several rows, each in a segment of its
 * own of the registers, every LOAD a copy. `width` is the row's whole length.
 */
template <bool MANY>
static void runBlock(const ProgramCall& call, long row, long rows, long column, long cols, long width) {
  alignas(64) float registers[MAX_REGISTERS][BLOCK];
  const float* at[MAX_REGISTERS];
  const long segment = ceilDiv(cols, W) * W;
  const long count = MANY ? rows * segment : cols;
  const bool whole = !MANY && count % W == 0;
  for (const Instruction *i = call.code, *end = i + call.length; i < end; i++) {
    float* to = registers[i->to & (MAX_REGISTERS - 1)];
    const float* a = at[i->a & (MAX_REGISTERS - 1)];
    const float* b = at[i->b & (MAX_REGISTERS - 1)];
    const float* c = at[i->c & (MAX_REGISTERS - 1)];
    if (i->op > OP_STORE && i->flag > 0 && whole) {
      const Operand& target = call.operands[i->flag - 1];
      if (target.colStride == 1) to = target.p + (row >> target.shift) * target.rowStride + column;
    }
    const float* result = to;
#define EACH(expression)                   \
  _Pragma("GCC unroll 4")                  \
  for (long n = 0; n < count; n += W) {    \
    V x = load(a + n);                     \
    store(to + n, (expression));           \
  }                                        \
  break;
#define EACH2(expression)                  \
  _Pragma("GCC unroll 4")                  \
  for (long n = 0; n < count; n += W) {    \
    V x = load(a + n);                     \
    V y = load(b + n);                     \
    store(to + n, (expression));           \
  }                                        \
  break;
#define EACH3(expression)                  \
  _Pragma("GCC unroll 4")                  \
  for (long n = 0; n < count; n += W) {    \
    V x = load(a + n);                     \
    V y = load(b + n);                     \
    V z = load(c + n);                     \
    store(to + n, (expression));           \
  }                                        \
  break;
    const V one = splat(1.0f);
    const V zero = V{};
    switch (i->op) {
      case OP_LOAD: {
        const Operand& source = call.operands[i->a];
        if (MANY) {
          loadRows(source, row, rows, column, segment, to);
          break;
        }
        long r = source.indices ? source.indices[row] : row >> source.shift;
        const float* p = source.p + r * source.rowStride;
        if (source.colStride == 0) {
          V x = splat(*p);
          for (long n = 0; n < count; n += W) store(to + n, x);
        } else if (i->flag) {
          for (long n = 0; n < count; n += W) store(to + n, load(p + column + n));
        } else {
          result = p + column;
        }
        break;
      }
      case OP_STORE: {
        const Operand& target = call.operands[i->to];
        if (MANY) {
          for (long r = 0; r < rows; r++) {
            float* p = target.p + (row + r) * target.rowStride;
            if (target.colStride == 0) *p = a[r * segment + cols - 1];
            else copyFloats(p + column, a + r * segment, cols);
          }
          continue;
        }
        float* p = target.p + (row >> target.shift) * target.rowStride;
        if (target.colStride == 0) *p = a[count - 1];
        else if (!(i->flag && whole)) copyFloats(p + column, a, count);
        continue;
      }
      case OP_UNIFORM: {
        V x = splat((float)call.uniforms[i->a]);
        for (long n = 0; n < count; n += W) store(to + n, x);
        break;
      }
      case OP_RANDOM: {
        float drawn[BLOCK + W];
        for (long r = 0; r < (MANY ? rows : 1); r++) {
          uint64_t element = (uint64_t)(row + r) * (uint64_t)width + (uint64_t)column;
          philoxUniform(call.key, (uint32_t)i->a, element, cols, drawn);
          for (long n = 0; n < cols; n += W) store(to + r * segment + n, load(drawn + n));
        }
        break;
      }
      case OP_NEG: EACH(-x)
      case OP_ABS: EACH(absolute(x))
      case OP_EXP: EACH(exponential(x))
      case OP_LOG: EACH(logarithm(x))
      case OP_SQRT: EACH(squareRoot(x))
      case OP_RECIPROCAL: EACH(one / x)
      case OP_SIGMOID: EACH(sigmoid(x))
      case OP_TANH: EACH(hyperbolicTangent(x))
      case OP_RELU: EACH(pick(x <= zero, zero, x))
      case OP_SIGN: EACH(pick(x > zero, one, pick(x < zero, -one, x)))
      case OP_ADD: EACH2(x + y)
      case OP_SUB: EACH2(x - y)
      case OP_MUL: EACH2(x * y)
      case OP_DIV: EACH2(x / y)
      case OP_MAX: EACH2(maximum(x, y))
      case OP_MIN: EACH2(minimum(x, y))
      case OP_LESS: EACH2(pick(x < y, one, zero))
      case OP_EQUAL: EACH2(pick(x == y, one, zero))
      case OP_SELECT: EACH3(pick(x != zero, y, z))
      case OP_FMA: EACH3(fma(x, y, z))
      case PAIR_ADD_ADD: EACH3((x + y) + z)
      case PAIR_ADD_SUB: EACH3((x + y) - z)
      case PAIR_ADD_FROM: EACH3(z - (x + y))
      case PAIR_ADD_MUL: EACH3((x + y) * z)
      case PAIR_SUB_ADD: EACH3((x - y) + z)
      case PAIR_SUB_SUB: EACH3((x - y) - z)
      case PAIR_SUB_FROM: EACH3(z - (x - y))
      case PAIR_SUB_MUL: EACH3((x - y) * z)
      case PAIR_MUL_ADD: EACH3(x * y + z)
      case PAIR_MUL_SUB: EACH3(x * y - z)
      case PAIR_MUL_FROM: EACH3(z - x * y)
      case PAIR_MUL_MUL: EACH3(x * y * z)
    }
    at[i->to & (MAX_REGISTERS - 1)] = result;
#undef EACH
#undef EACH2
#undef EACH3
  }
}

/** Whether rows follow each other without a gap in every operand: then the grid is one long row. */
static bool isFlat(const ProgramCall& call, long cols) {
  if (call.grouped) return false;
  for (int i = 0; i < call.operandCount; i++) {
    const Operand& x = call.operands[i];
    if (x.indices) return false;
    if (!(x.colStride == 1 && x.rowStride == cols) && !(x.colStride == 0 && x.rowStride == 0)) return false;
  }
  return true;
}

/** Rows and columns from … to of a grid whose rows are `width` long. */
static void runGrid(const ProgramCall& call, long row, long rowEnd, long column, long columnEnd, long width) {
  long cols = columnEnd - column;
  long together = BLOCK / most(W, ceilDiv(cols, W) * W);
  if (together >= 2 && rowEnd - row >= 2 && !call.grouped) {
    for (long r = row; r < rowEnd; r += together)
      runBlock<true>(call, r, least(together, rowEnd - r), column, cols, width);
    return;
  }
  for (long r = row; r < rowEnd; r++)
    for (long c = column; c < columnEnd; c += BLOCK) runBlock<false>(call, r, 1, c, least(BLOCK, columnEnd - c), width);
}

/** Rows from … to, as one long row where that is the same. */
static void runRows(const ProgramCall& call, long from, long to, long cols) {
  if (to - from > 1 && isFlat(call, cols)) runGrid(call, 0, 1, from * cols, to * cols, to * cols);
  else runGrid(call, from, to, 0, cols, cols);
}

/** The share of one thread of a grid: rows where there are enough, else blocks of columns. */
static void runShare(const ProgramCall& call, long rows, long cols, int part, int parts) {
  long step = call.grouped ? ROW_GROUP : 1;
  if (rows >= parts) runRows(call, pieceStart(rows, part, parts, step), pieceStart(rows, part + 1, parts, step), cols);
  else runGrid(call, 0, rows, pieceStart(cols, part, parts, BLOCK), pieceStart(cols, part + 1, parts, BLOCK), cols);
}

static void runProgram(Pool* pool, const ProgramCall& call, long rows, long cols) {
  int parts = partsFor(pool, (double)rows * cols * call.length / 2);
  parallel(pool, parts, [&](int part) { runShare(call, rows, cols, part, parts); });
}

}  // namespace UNROLLED_NS
