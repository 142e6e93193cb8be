// Draws an index from the softmax of logits: temperature, the k most likely, the nucleus (Holtzman et al. 2020). One row, one
// thread: a row is short beside the product that made it. The reference is src/backend/reference/sample.ts.
#pragma once
#include "math.h"

namespace UNROLLED_NS {

struct Sampling {
  long cols;
  /** Indices below are never drawn. */
  long from;
  /** 0 takes the most likely. */
  float temperature;
  long topK;
  double topP;
};

/** Which of two indices comes first: the heavier, or the lower of two as heavy. */
INLINE bool comesBefore(const float* weights, int32_t a, int32_t b) {
  return weights[a] > weights[b] || (weights[a] == weights[b] && a < b);
}

/** Restores the heap below `at`, the first on top. */
static void siftDown(const float* weights, int32_t* heap, long count, long at) {
  for (long child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && comesBefore(weights, heap[child + 1], heap[child])) child++;
    if (!comesBefore(weights, heap[child], heap[at])) return;
    int32_t other = heap[child];
    heap[child] = heap[at];
    heap[at] = other;
  }
}

/** The candidates, most likely first, at the end of `heap` and backwards; returns how many. */
static long mostLikely(const Sampling& s, const float* weights, int32_t* heap, double total) {
  long count = s.cols - s.from;
  for (long i = 0; i < count; i++) heap[i] = (int32_t)(s.from + i);
  for (long i = count / 2 - 1; i >= 0; i--) siftDown(weights, heap, count, i);
  long wanted = least(s.topK, count);
  // The nucleus is one of the k most likely, so their sum has to be known first.
  bool limited = wanted < count;
  double sum = 0;
  long taken = 0;
  while (taken < wanted && (limited || sum < s.topP * total)) {
    int32_t top = heap[0];
    long last = count - 1 - taken++;
    heap[0] = heap[last];
    heap[last] = top;
    siftDown(weights, heap, last, 0);
    sum += weights[top];
  }
  if (!limited || s.topP >= 1) return taken;
  double mass = 0;
  long enough = 0;
  while (enough < taken && mass < s.topP * sum) mass += weights[heap[count - 1 - enough++]];
  return enough;
}

/** `x` holds the logits and then their weights; `heap` has room for all indices, and is needed below topK or topP. */
static int32_t sampleIndex(const Sampling& s, float* x, float draw, int32_t* heap) {
  long best = s.from;
  for (long i = s.from + 1; i < s.cols; i++)
    if (x[i] > x[best]) best = i;
  if (s.temperature == 0) return (int32_t)best;
  V top = splat(x[best]), temperature = splat(s.temperature);
  for (long i = s.from; i < s.cols; i += W) storePart(x + i, exponential((load(x + i) - top) / temperature), s.cols - i);
  double total = 0;
  for (long i = s.from; i < s.cols; i++) total += x[i];
  bool all = s.topK >= s.cols - s.from && s.topP >= 1;
  if (all) {
    double left = draw * total;
    for (long i = s.from; i < s.cols; i++) {
      left -= x[i];
      if (left < 0) return (int32_t)i;
    }
    return (int32_t)best;
  }
  long count = mostLikely(s, x, heap, total);
  const int32_t* first = heap + (s.cols - s.from) - 1;
  total = 0;
  for (long i = 0; i < count; i++) total += x[first[-i]];
  double left = draw * total;
  for (long i = 0; i < count; i++) {
    left -= x[first[-i]];
    if (left < 0) return first[-i];
  }
  return (int32_t)best;
}

}  // namespace UNROLLED_NS
