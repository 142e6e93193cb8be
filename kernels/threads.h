// The team behind the addon's kernels: threads of the system, each started when a kernel first has a part for it.
#pragma once
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "team.h"

class Bell {
 public:
  /** How often waiting looks before it sleeps: about 0.1 ms. */
  enum { LOOKS = 4000 };

  static void rest() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  static double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }

  static void check() {}

  template <class Ready>
  void sleep(Ready ready) {
    std::unique_lock<std::mutex> lock(mutex_);
    add(sleepers_, 1);
    wake_.wait(lock, ready);
    add(sleepers_, -1);
  }

  void wake() {
    if (!get(sleepers_)) return;
    // Whoever looked before the change sleeps by the time that the lock is free.
    { std::lock_guard<std::mutex> lock(mutex_); }
    wake_.notify_all();
  }

 private:
  int sleepers_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
};

class Threads : public Team<Bell> {
 public:
  explicit Threads(int count) : Threads(count, new Member[count]) {}

  ~Threads() {
    stop((int)threads_.size());
    for (auto& thread : threads_) thread.join();
  }

  /** Before a kernel. */
  void begin() { Team::begin(count_); }

 private:
  Threads(int count, Member* members) : Team(members), count_(count), members_(members) {
    now = Bell::now;
    parallel = [](Pool* self, void (*work)(void*, int), void* argument, int parts) {
      Threads* all = static_cast<Threads*>(self);
      all->start(parts - 1);
      all->run(work, argument, parts);
    };
  }

  /** Starts what is missing of so many: a process that computes little has no threads. */
  void start(int wanted) {
    while ((int)threads_.size() < wanted && (int)threads_.size() < count_ - 1) {
      int part = (int)threads_.size() + 1;
      try {
        threads_.emplace_back([this, part] { serve(part); });
      } catch (const std::system_error&) {
        // The system has no more: those that run are enough.
        count_ = part;
      }
    }
  }

  int count_;
  std::unique_ptr<Member[]> members_;
  std::vector<std::thread> threads_;
};
