// How a kernel splits its work. The addon puts threads behind it, WebAssembly workers where memory can be shared with them.
#pragma once

struct Pool {
  /** How many parts may run at once. */
  int threads;
  /** Runs work(argument, part) for part 0 … parts − 1 (at most `threads`), all at once, and waits for them. */
  void (*parallel)(Pool* self, void (*work)(void*, int), void* argument, int parts);
  /** Where the `parts` of one `parallel` meet. */
  void (*barrier)(Pool* self, int parts);
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
