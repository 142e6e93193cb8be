// How a kernel splits its work. The addon puts threads behind it; WebAssembly runs everything on the caller.
#pragma once

struct Pool {
  /** How many parts may run at once. */
  int threads;
  /** Runs work(argument, part) for part 0 … parts − 1 (at most `threads`), all at once, and waits for them. */
  void (*parallel)(Pool* self, void (*work)(void*, int), void* argument, int parts);
  /** Where the `parts` of one `parallel` meet. */
  void (*barrier)(Pool* self, int parts);
  /** Seconds, for profiles; null where there is no clock. */
  double (*now)();
};

/** Where memory starts, and who helps. */
struct Context {
  char* base;
  double* args;
  Pool* pool;
};
