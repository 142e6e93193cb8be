// Ranges of work over the pool: small work stays on the caller.
#pragma once
#include "pool.h"
#include "vector.h"

namespace UNROLLED_NS {

/** About the work (in multiply-adds) that pays for waking another thread. */
static const double WORK_PER_THREAD = 60000;

INLINE int partsFor(Pool* pool, double work) {
  double pays = work / WORK_PER_THREAD;
  if (pays < 2) return 1;
  int parts = pays < MAX_PARTS ? (int)pays : MAX_PARTS;
  if (pool->wanted < parts) pool->wanted = parts;
  return parts < pool->threads ? parts : pool->threads;
}

template <class Body>
static void runPart(void* body, int part) {
  (*(Body*)body)(part);
}

/** body(part) for part 0 … parts − 1. */
template <class Body>
INLINE void parallel(Pool* pool, int parts, Body body) {
  if (parts <= 1) {
    body(0);
    return;
  }
  pool->parallel(pool, runPart<Body>, &body, parts);
}

/**
 * body(part) for all parts of a round, which are done when this returns: its own part first, then what others have not begun. To
 * be called by every part (`own`) of a `parallel`, for rounds 0, 1, …
 */
template <class Body>
INLINE void shareRound(Pool* pool, int own, int round, int parts, Body body) {
  if (parts <= 1) {
    body(0);
    return;
  }
  auto takePart = [&](int part) {
    if (!pool->take(pool, own, round, part)) return;
    body(part);
    pool->finish(pool);
  };
  takePart(own);
  if (pool->met(pool, own, round, parts, false)) return;
  for (int i = 1; i < parts; i++) takePart((own + i) % parts);
  pool->met(pool, own, round, parts, true);
}

/** The start of one of `parts` equal pieces of 0 … count, on a multiple of `step`. */
INLINE long pieceStart(long count, int part, int parts, long step) {
  return least(count, (long)((long long)ceilDiv(count, step) * part / parts) * step);
}

/** body(from, to) over pieces of 0 … count. */
template <class Body>
INLINE void parallelRange(Pool* pool, long count, long step, double work, Body body) {
  int parts = (int)least(partsFor(pool, work), ceilDiv(count, step));
  parallel(pool, parts, [&](int part) {
    long from = pieceStart(count, part, parts, step);
    long to = pieceStart(count, part + 1, parts, step);
    if (from < to) body(from, to);
  });
}

}  // namespace UNROLLED_NS
