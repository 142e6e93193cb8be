// Softmax and its logarithm of each row, and cross-entropy with its gradient; all subtract the row's maximum first.
#pragma once
#include "math.h"
#include "reduce.h"

namespace UNROLLED_NS {

INLINE float logarithmOf(float x) { return logarithm(splat(x))[0]; }

/** y = e^(x − shift) where y is given; returns the sum, vector by vector. */
static float sumExp(const float* x, float shift, long cols, float* y) {
  V sum = V{};
  long j = 0;
  for (; j + W <= cols; j += W) {
    V e = exponential(load(x + j) - splat(shift));
    if (y) store(y + j, e);
    sum += e;
  }
  if (j < cols) {
    V e = exponential(loadPart(x + j, cols - j, -__builtin_inff()) - splat(shift));
    if (y) storePart(y + j, e, cols - j);
    // Lanes past the end may be NaN where the shift is infinite.
    sum += pick(lanes() < splatInt((int32_t)(cols - j)), e, V{});
  }
  return sumLanes(sum);
}

INLINE void mapRow(const float* x, float* y, long cols, float factor, float offset) {
  for (long j = 0; j < cols; j += W) storePart(y + j, (load(x + j) - splat(offset)) * splat(factor), cols - j);
}

static void softmax(Pool* pool, long rows, long cols, bool log, const float* x, float* y) {
  parallelRange(pool, rows, 1, (double)rows * cols * 8, [&](long from, long to) {
    for (long r = from; r < to; r++) {
      const float* in = x + r * cols;
      float* out = y + r * cols;
      float top = reduceVector<REDUCE_MAX>(in, cols);
      if (log) {
        float total = logarithmOf(sumExp(in, top, cols, nullptr));
        for (long j = 0; j < cols; j += W)
          storePart(out + j, load(in + j) - splat(top) - splat(total), cols - j);
      } else {
        float total = sumExp(in, top, cols, out);
        mapRow(out, out, cols, 1.0f / total, 0);
      }
    }
  });
}

/** loss[r] = logSumExp[r] − x[r, target[r]]. Targets were checked before. */
static void crossEntropy(Pool* pool, long rows, long cols, int ignore, const float* x, const int32_t* targets, float* loss,
                         float* logSumExp) {
  parallelRange(pool, rows, 16, (double)rows * cols * 4, [&](long from, long to) {
    for (long r = from; r < to; r++) {
      const float* in = x + r * cols;
      float top = reduceVector<REDUCE_MAX>(in, cols);
      float total = top + logarithmOf(sumExp(in, top, cols, nullptr));
      logSumExp[r] = total;
      loss[r] = targets[r] == ignore ? 0 : total - in[targets[r]];
    }
  });
}

/** dX = (softmax − one-hot) · dLoss[r · stride]. */
static void crossEntropyGrad(Pool* pool, long rows, long cols, int ignore, const float* x, const int32_t* targets,
                             const float* logSumExp, const float* dLoss, long dLossStride, float* dX) {
  parallelRange(pool, rows, 16, (double)rows * cols * 4, [&](long from, long to) {
    for (long r = from; r < to; r++) {
      const float* in = x + r * cols;
      float* out = dX + r * cols;
      if (targets[r] == ignore) {
        for (long j = 0; j < cols; j += W) storePart(out + j, V{}, cols - j);
        continue;
      }
      float scale = dLoss[r * dLossStride];
      float atTarget = exponential(splat(in[targets[r]]) - splat(logSumExp[r]))[0];
      for (long j = 0; j < cols; j += W)
        storePart(out + j, exponential(load(in + j) - splat(logSumExp[r])) * splat(scale), cols - j);
      out[targets[r]] = (atTarget - 1.0f) * scale;
    }
  });
}

}  // namespace UNROLLED_NS
