// WebAssembly's side: the arena is the module's own memory, the arguments stand in a static block. Compiled twice: alone, and
// with atomics for a pool of workers, which run instances of the same module over the same, shared memory.
#include "numbers.h"
#include "team.h"

#define EXPORT(name) extern "C" __attribute__((export_name(name)))

namespace unrolled { int invokeKernel(Context*, int); }

namespace {

double arguments[MAX_ARGUMENTS];

#if defined(__wasm_atomics__)

/** A worker failed within a kernel: who waits for it fails too, and then the caller works alone. */
int broken;

/** Sleeps while x is `value`. A function of its own, so that nothing is live across the instruction: see V8 11 (Node 20). */
__attribute__((noinline)) void sleepWhile(int& x, int value) { __builtin_wasm_memory_atomic_wait32(&x, value, -1); }

/** Milliseconds, of the page or Node. */
extern "C" __attribute__((import_module("env"), import_name("now"))) double milliseconds();

class Place {
 public:
  /** How often waiting looks before it sleeps: about 0.1 ms. */
  enum { LOOKS = 8000 };

  /** The fence is a rest for the core, for want of an instruction that says so. */
  static void rest() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

  static double now() { return milliseconds() / 1000; }

  static void check() {
    if (get(broken)) __builtin_trap();
  }

  template <class Ready>
  void sleep(Ready ready) {
    add(sleepers_, 1);
    for (;;) {
      int turn = get(turn_);
      if (ready()) break;
      check();
      sleepWhile(turn_, turn);
    }
    add(sleepers_, -1);
  }

  void wake() {
    if (!get(sleepers_)) return;
    add(turn_, 1);
    __builtin_wasm_memory_atomic_notify(&turn_, MAX_WORKERS + 1);
  }

 private:
  int sleepers_ = 0, turn_ = 0;
};

Team<Place>::Member workers[MAX_WORKERS];
Team<Place> team(workers);

/** Workers that wait for kernels: one takes the next part as it comes, so it is no matter which of them never do. */
alignas(64) int ready;

Pool& poolNow() {
  team.begin(get(broken) ? 1 : 1 + get(ready));
  return team;
}

#else

Pool& poolNow() {
  static Pool alone = {1, nullptr, nullptr, nullptr, nullptr};
  return alone;
}

#endif

}  // namespace

EXPORT("argumentsAddress") double* argumentsAddress() { return arguments; }

EXPORT("invoke") int invoke(int kernel) {
  Context context = {nullptr, arguments, &poolNow()};
  return unrolled::invokeKernel(&context, kernel);
}

#if defined(__wasm_atomics__)

/** The most parts that a kernel had work for so far. */
EXPORT("partsWanted") int partsWanted() { return team.wanted; }

/** Workers that can help by now. */
EXPORT("workersReady") int workersReady() { return get(ready); }

/** Kernels that the first worker was called for. */
EXPORT("kernelsShared") int kernelsShared() { return get(workers[0].called); }

EXPORT("allowSleep") void allowSleep(int allowed) { team.callerSleeps = allowed; }

/** Runs in a worker, on a stack of its own, until `stop`. */
EXPORT("serve") void serve() {
  int part = add(ready, 1);
  if (part > MAX_WORKERS) __builtin_trap();
  team.serve(part);
}

/** A worker that failed says so. */
EXPORT("giveUp") void giveUp() {
  set(broken, 1);
  team.wake();
}

/** Ends the workers, between two kernels. */
EXPORT("stop") void stop() { team.stop(MAX_WORKERS); }

#endif
