// Threads that run a kernel together: the caller, and members that wait for their part. Nobody waits for a member that has not
// begun: its part, or its part of a round, is taken by one that is done. Which parts there are does not depend on who runs them,
// so neither do the bits. Place says how threads rest, sleep and wake: those of the addon (threads.h), workers of
// WebAssembly (wasm.cpp).
#pragma once
#include "numbers.h"
#include "pace.h"
#include "pool.h"

// All in one order that all threads see: who goes to sleep says so before looking again, who changes something looks for sleepers
// after that, so one of the two sees the other.
inline int get(const int& x) { return __atomic_load_n(&x, __ATOMIC_SEQ_CST); }
inline void set(int& x, int value) { __atomic_store_n(&x, value, __ATOMIC_SEQ_CST); }
inline int add(int& x, int value) { return __atomic_add_fetch(&x, value, __ATOMIC_SEQ_CST); }
inline bool replace(int& x, int from, int to) {
  return __atomic_compare_exchange_n(&x, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/** Place has `sleep(ready)` until somebody's `wake()`, and for all of them `rest()`, `now()`, `check()` and LOOKS. */
template <class Place>
class Team : public Pool {
 public:
  struct alignas(64) Member {
    /** Counts the kernels that it was called for, and those of which somebody took its part. */
    int called = 0, taken = 0;
    Place place;
  };

  /** Whether the caller may sleep, which a page may not. */
  bool callerSleeps = true;

  constexpr explicit Team(Member* members) : Pool{1, nullptr, nullptr, nullptr, nullptr}, members_(members) {
    parallel = [](Pool* self, void (*work)(void*, int), void* argument, int parts) { of(self)->run(work, argument, parts); };
    take = [](Pool* self, int own, int round, int part) { return of(self)->takePiece(own, round, part); };
    finish = [](Pool* self) {
      add(of(self)->finished_, 1);
      of(self)->done_.wake();
    };
    met = [](Pool* self, int own, int round, int parts, bool wait) { return of(self)->meet(own, round, parts, wait); };
  }

  /** Before a kernel: `count` threads are there. */
  void begin(int count) { threads = count > 1 && pace_.rests(Place::now) ? 1 : count; }

  /** What a member does until `stop`; `part` is 1, 2, … */
  void serve(int part) {
    Member& own = members_[part - 1];
    for (;;) {
      await(own.place, true, [&] { return get(own.called) != get(own.taken); });
      if (get(stopped_)) return;
      if (!claim(own)) continue;
      work_(argument_, part);
      if (add(left_, -1) == 0) done_.wake();
    }
  }

  /** Ends `serve` in so many members, between two kernels. */
  void stop(int count) {
    set(stopped_, 1);
    for (int i = 0; i < count; i++) call(members_[i]);
  }

  /** All who wait within a kernel look again. */
  void wake() { done_.wake(); }

 protected:
  void run(void (*work)(void*, int), void* argument, int parts) {
    double start = Place::now();
    work_ = work;
    argument_ = argument;
    waited_ = 0;
    pieces_ = 0;
    set(left_, parts);
    set(finished_, 0);
    for (int i = 0; i < parts && i < MAX_SCAN_PARTS; i++) set(slots_[i].next, 0);
    for (int i = 1; i < parts; i++) call(members_[i - 1]);
    int mine = 0;
    auto runPart = [&](int part) {
      work(argument, part);
      add(left_, -1);
      mine++;
    };
    auto allDone = [this] { return get(left_) == 0; };
    runPart(0);
    if (!look(LOOKS_BEFORE_TAKING, allDone)) {
      for (int part = parts - 1; part > 0; part--)
        if (claim(members_[part - 1])) runPart(part);
      waitAsCaller(allDone);
    }
    double end = Place::now();
    // What the caller did, all others did about as quickly.
    double share = get(finished_) > 0 ? (double)pieces_ / get(finished_) : (double)mine / parts;
    if (share > 0 && pace_.note(end, end - start, (end - start - waited_) / share)) threads = 1;
  }

 private:
  /** How often a thread looks for others before it takes what they left: some microseconds. */
  enum { LOOKS_BEFORE_TAKING = Place::LOOKS / 20 };

  struct alignas(64) Slot {
    /** The round of which this part is to be taken. */
    int next = 0;
  };

  static Team* of(Pool* self) { return static_cast<Team*>(self); }

  void call(Member& member) {
    add(member.called, 1);
    member.place.wake();
  }

  /** Whether the part that a member was called for is now the caller's. */
  bool claim(Member& member) {
    int called = get(member.called);
    int taken = get(member.taken);
    return taken != called && replace(member.taken, taken, called);
  }

  template <class Ready>
  static bool look(int times, Ready ready) {
    for (int i = 0; i < times; i++) {
      if (ready()) return true;
      Place::rest();
    }
    return ready();
  }

  template <class Ready>
  static void await(Place& place, bool sleeps, Ready ready) {
    if (look(Place::LOOKS, ready)) return;
    if (sleeps) return place.sleep(ready);
    while (!ready()) {
      Place::check();
      Place::rest();
    }
  }

  template <class Ready>
  void waitAsCaller(Ready ready) {
    double start = Place::now();
    await(done_, callerSleeps, ready);
    waited_ += Place::now() - start;
  }

  bool takePiece(int own, int round, int part) {
    int& next = slots_[part].next;
    if (get(next) != round || !replace(next, round, round + 1)) return false;
    if (own == 0) pieces_++;
    return true;
  }

  bool meet(int own, int round, int parts, bool wait) {
    int all = (round + 1) * parts;
    auto ready = [&] { return get(finished_) >= all; };
    if (!wait) return look(LOOKS_BEFORE_TAKING, ready);
    if (own == 0) waitAsCaller(ready);
    else await(done_, true, ready);
    return true;
  }

  Member* members_;
  int stopped_ = 0;
  void (*work_)(void*, int) = nullptr;
  void* argument_ = nullptr;
  Pace pace_{};
  /** Of this kernel, the caller's: seconds that it waited, and pieces of rounds that it did. */
  double waited_ = 0;
  int pieces_ = 0;
  /** Parts that are not done. */
  alignas(64) int left_ = 0;
  /** Pieces of rounds that are done. */
  alignas(64) int finished_ = 0;
  alignas(64) Place done_{};
  Slot slots_[MAX_SCAN_PARTS]{};
};
