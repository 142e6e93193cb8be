// WebAssembly's side: the arena is the module's own memory, the arguments stand in a static block. Compiled twice: alone, and
// with atomics for a pool of workers, which run instances of the same module over the same, shared memory.
#include "numbers.h"
#include "pool.h"

#define EXPORT(name) extern "C" __attribute__((export_name(name)))

namespace unrolled { int invokeKernel(Context*, int); }

namespace {

double arguments[MAX_ARGUMENTS];

#if defined(__wasm_atomics__)

// All atomics of WebAssembly are sequentially consistent.
int get(const int& x) { return __atomic_load_n(&x, __ATOMIC_SEQ_CST); }
void set(int& x, int value) { __atomic_store_n(&x, value, __ATOMIC_SEQ_CST); }
int add(int& x, int value) { return __atomic_add_fetch(&x, value, __ATOMIC_SEQ_CST); }

/** How often waiting looks before it sleeps: about 0.1 ms. */
enum { LOOKS = 8000 };
/** How long a nap takes, in nanoseconds. */
enum { NAP = 20000 };

struct alignas(64) Worker {
  /** Counts the kernels that it was called for. */
  int round;
  int asleep;
};
Worker workers[MAX_WORKERS];

void (*task)(void*, int);
void* taskArgument;
/** Workers that wait for kernels: one takes the next part as it comes, so it is no matter which of them never do. */
alignas(64) int ready;
/** Workers that have not done their part of this kernel. */
alignas(64) int left;
/** How many came to `meet` since the kernel began. */
alignas(64) int arrived;
/** Whether the caller may sleep, which a page may not. */
alignas(64) int naps;
/** A worker failed within a kernel. */
int broken;
int stopped;

/** The fence is a rest for the core, for want of an instruction that says so. */
void rest() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

/**
 * Sleeps while x is `value`, at most so many nanoseconds; −1: without end. A function of its own, so that nothing is live across
 * the instruction: with it inlined into a loop, V8 11 (Node 20) lost the count of a barrier at times.
 */
__attribute__((noinline)) void sleep(int& x, int value, long long nanoseconds) {
  __builtin_wasm_memory_atomic_wait32(&x, value, nanoseconds);
}

/** Waits until `ready(x)`. Naps let another run where there are more threads than cores. */
template <class Ready>
void waitUntil(int& x, Ready ready) {
  for (int i = 1;; i++) {
    int value = get(x);
    if (ready(value)) return;
    if (i % 1024 == 0 && get(broken)) __builtin_trap();
    if (i < LOOKS || !naps) rest();
    else sleep(x, value, NAP);
  }
}

/** Where all parts of a kernel meet: who is the n-th to arrive waits until as many came as the next multiple of `parts`. */
void meet(Pool*, int parts) {
  unsigned mine = (unsigned)add(arrived, 1);
  int all = (int)((mine + parts - 1) / parts * parts);
  waitUntil(arrived, [=](int now) { return now - all >= 0; });
}

/** The caller is part 0; only the workers that the kernel needs are called. */
void together(Pool*, void (*work)(void*, int), void* argument, int parts) {
  task = work;
  taskArgument = argument;
  set(arrived, 0);
  set(left, parts - 1);
  for (int i = 0; i < parts - 1; i++) {
    add(workers[i].round, 1);
    if (get(workers[i].asleep)) __builtin_wasm_memory_atomic_notify(&workers[i].round, 1);
  }
  work(argument, 0);
  waitUntil(left, [](int now) { return now == 0; });
}

Pool pool = {1, together, meet};
int threadsNow() { return get(broken) ? 1 : 1 + get(ready); }

#else

void alone(Pool*, void (*work)(void*, int), void* argument, int parts) {
  for (int i = 0; i < parts; i++) work(argument, i);
}
void nobody(Pool*, int) {}

Pool pool = {1, alone, nobody};
int threadsNow() { return 1; }

#endif

}  // namespace

EXPORT("argumentsAddress") double* argumentsAddress() { return arguments; }

EXPORT("invoke") int invoke(int kernel) {
  pool.threads = threadsNow();
  Context context = {nullptr, arguments, &pool};
  return unrolled::invokeKernel(&context, kernel);
}

#if defined(__wasm_atomics__)

/** The most parts that a kernel had work for so far. */
EXPORT("partsWanted") int partsWanted() { return pool.wanted; }

/** Workers that can help by now. */
EXPORT("workersReady") int workersReady() { return get(ready); }

/** Kernels that the first worker had a part of. */
EXPORT("kernelsShared") int kernelsShared() { return get(workers[0].round); }

EXPORT("allowNaps") void allowNaps(int allowed) { naps = allowed; }

/** Runs in a worker, on a stack of its own, until `stop`. */
EXPORT("serve") void serve() {
  int part = add(ready, 1);
  if (part > MAX_WORKERS) __builtin_trap();
  Worker& own = workers[part - 1];
  for (int seen = 0;; seen++) {
    for (int i = 0; i < LOOKS && get(own.round) == seen; i++) rest();
    if (get(own.round) == seen) {
      set(own.asleep, 1);
      while (get(own.round) == seen) sleep(own.round, seen, -1);
      set(own.asleep, 0);
    }
    if (get(stopped)) return;
    task(taskArgument, part);
    add(left, -1);
  }
}

/** A worker that failed says so: who waits for it fails too, and then the caller works alone. */
EXPORT("giveUp") void giveUp() { set(broken, 1); }

/** Ends the workers, between two kernels. */
EXPORT("stop") void stop() {
  set(stopped, 1);
  for (Worker& worker : workers) {
    add(worker.round, 1);
    __builtin_wasm_memory_atomic_notify(&worker.round, 1);
  }
}

#endif
