// How a kernel splits its work. The addon puts threads behind it, WebAssembly workers where memory can be shared with them: both
// as a Team (team.h).
#pragma once

struct Pool {
  /** How many parts may run at once. */
  int threads;
  /**
   * Runs work(argument, part) for part 0 … parts − 1 (at most `threads`) and returns when all are done. Whether they run at once
   * is left open: a thread that is done takes the part of one that has not begun.
   */
  void (*parallel)(Pool* self, void (*work)(void*, int), void* argument, int parts);
  /** Within `work`, which is `own`: whether a part of a round (0, 1, …) is the caller's to do. True once for each. */
  bool (*take)(Pool* self, int own, int round, int part);
  /** The part that was taken is done. */
  void (*finish)(Pool* self);
  /** Whether all parts of a round are done: looks for a moment, or waits for them. */
  bool (*met)(Pool* self, int own, int round, int parts, bool wait);
  /** Seconds, for profiles; null where there is no clock. */
  double (*now)() = nullptr;
  /** The most parts that a kernel had work for so far: who starts threads late can tell from it how many. */
  int wanted = 1;
};

/** Where memory starts, and who helps. */
struct Context {
  char* base;
  double* args;
  Pool* pool;
};
