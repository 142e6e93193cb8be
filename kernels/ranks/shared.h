// Ranks that are processes of one machine: a file that all of them have mapped. In it a header, room for a message of each rank, a slot
// of bytes for each, and one for the sum. A call is made of turns: each rank writes into its own slot, all wait for each other, each reads.
#pragma once
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "link.h"

constexpr int MOST_SHARED_RANKS = 256;
/** Bytes of a slot: fewer where there are many ranks, since a container may have no more than 64 MiB of shared memory. */
constexpr size_t MOST_SLOT = 4 << 20, LEAST_SLOT = 64 << 10, ALL_SLOTS = 24 << 20;
constexpr size_t SHARED_MESSAGE = 16 << 10;
/** How long a rank that has a core of its own waits busily: ranks of alike work differ by less. */
constexpr int64_t BUSY_NANOSECONDS = 2000000;

struct SharedHeader {
  /** 0, or 1 more than the rank that failed first. */
  std::atomic<uint32_t> failed;
  /** Whether `reason` is whole. */
  std::atomic<uint32_t> told;
  char reason[1024];
  /** How many turns each rank has ended, each in a cache line of its own. */
  struct alignas(64) Turn {
    std::atomic<uint64_t> ended;
    uint64_t bytes;
  } ranks[MOST_SHARED_RANKS];
};

inline size_t slotBytes(int size) {
  const size_t each = ALL_SLOTS / (size + 1) / 4096 * 4096;
  return std::max(LEAST_SLOT, std::min(MOST_SLOT, each));
}

/** Where the messages begin. */
constexpr size_t SHARED_MESSAGES = (sizeof(SharedHeader) + 4095) / 4096 * 4096;

/** The bytes of the file for so many ranks. */
inline size_t sharedBytes(int size) {
  return SHARED_MESSAGES + size * SHARED_MESSAGE + (size_t)(size + 1) * slotBytes(size);
}

class SharedRanks : public RankLink {
 public:
  /** @param path of a file of `sharedBytes(size)` zeros */
  static SharedRanks* join(const char* path, int rank, int size, std::string& failure) {
    const int file = ::open(path, O_RDWR | O_CLOEXEC);
    struct stat about;
    if (file < 0 || fstat(file, &about) != 0 || (size_t)about.st_size < sharedBytes(size)) {
      if (file >= 0) ::close(file);
      failure = "the shared file cannot be opened";
      return nullptr;
    }
    void* base = mmap(nullptr, sharedBytes(size), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    if (base == MAP_FAILED) {
      failure = "the shared file cannot be mapped";
      return nullptr;
    }
    return new SharedRanks(static_cast<char*>(base), rank, size);
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  std::string gather(const char* bytes, size_t count, std::vector<std::string>& all) override {
    header_->ranks[rank_].bytes = count;
    all.assign(size_, std::string());
    size_t longest = 0;
    for (size_t from = 0; from == 0 || from < longest; from += slot_) {
      if (from < count) memcpy(slot(rank_), bytes + from, std::min(slot_, count - from));
      std::string failure = meet();
      if (!failure.empty()) return failure;
      for (int r = 0; r < size_; r++) {
        const size_t theirs = header_->ranks[r].bytes;
        if (theirs > longest) longest = theirs;
        if (from < theirs) all[r].append(slot(r), std::min(slot_, theirs - from));
      }
      failure = meet();
      if (!failure.empty()) return failure;
    }
    return "";
  }

  bool sumAtOnce(RankSum& sum, std::string& failure) override { return advance(sum, false, failure); }

  std::string sum(RankSum& sum) override {
    std::string failure;
    advance(sum, true, failure);
    return failure;
  }

  void fail(const char* reason) override {
    uint32_t none = 0;
    if (!header_->failed.compare_exchange_strong(none, (uint32_t)rank_ + 1)) return;
    strncpy(header_->reason, reason, sizeof header_->reason - 1);
    header_->told.store(1, std::memory_order_release);
  }

 private:
  SharedRanks(char* base, int rank, int size)
      : header_(reinterpret_cast<SharedHeader*>(base)), base_(base), slot_(slotBytes(size)), rank_(rank), size_(size),
        hasCore_(size <= (int)std::thread::hardware_concurrency()) {}

  char* message(int rank) const { return base_ + SHARED_MESSAGES + rank * SHARED_MESSAGE; }
  char* slot(int rank) const { return message(size_) + rank * slot_; }

  bool advance(RankSum& sum, bool waits, std::string& failure) {
    return sum.isDouble ? advanceAs<double>(sum, waits, failure) : advanceAs<float>(sum, waits, failure);
  }

  /** What is done next in a sum. */
  enum Stage { BEGIN, GIVE, ADD, TAKE };

  /**
   * Goes on with a sum, in pieces as large as a slot: each rank gives what the others add, adds its own part of all, and takes theirs.
   * Returns whether it ended, or failed; not so where it has to wait, and may not.
   */
  template <typename T>
  bool advanceAs(RankSum& sum, bool waits, std::string& failure) {
    const bool isApart = sum.messageBytes > SHARED_MESSAGE;
    int most = 1;
    for (int r = 0; r < size_; r++) most = std::max(most, blocksOf(sum.plan, r));
    const int blocks = (int)sum.blocks.size();
    const size_t piece = slot_ / sizeof(T) / most;
    T* result = reinterpret_cast<T*>(slot(size_));
    const auto blockIn = [&](int r, int b) { return reinterpret_cast<T*>(slot(r)) + b * piece; };
    for (;;) {
      const size_t from = sum.from, count = std::min(piece, sum.length() - from);
      const auto begin = [&](int r) { return from + count * r / size_; };
      const size_t own = begin(rank_), ownEnd = begin(rank_ + 1);
      const auto eachRunOfOthers = [&](auto body) {
        sum.eachRun(from, own, body);
        sum.eachRun(ownEnd, from + count, body);
      };
      switch (sum.stage) {
        case BEGIN:
          if (isApart) {
            if (!waits) return false;
            failure = gather(sum.message, sum.messageBytes, sum.messages);
            if (!failure.empty()) return true;
          } else memcpy(message(rank_), sum.message, sum.messageBytes);
          sum.stage = GIVE;
          break;
        case GIVE:
          eachRunOfOthers([&](size_t i, size_t offset, size_t at, size_t length) {
            for (int b = 0; b < blocks; b++) memcpy(blockIn(rank_, b) + (at - from), sum.at<T>(b, i, offset), length * sizeof(T));
          });
          arrive();
          sum.stage = ADD;
          break;
        case ADD: {
          if (!met(waits, failure)) return !failure.empty();
          if (from == 0 && !isApart)
            for (int r = 0; r < size_; r++) sum.messages.push_back(std::string(message(r), sum.messageBytes));
          const SumTree tree(sum.plan);
          sum.eachRun(own, ownEnd, [&](size_t i, size_t offset, size_t at, size_t length) {
            T* into = sum.at<T>(0, i, offset);
            tree.add<T>(length, into, [&](int r, int b) -> const T* {
              return r == rank_ ? sum.at<T>(b, i, offset) : blockIn(r, b) + (at - from);
            });
            memcpy(result + (at - from), into, length * sizeof(T));
          });
          arrive();
          sum.stage = TAKE;
          break;
        }
        case TAKE:
          if (!met(waits, failure)) return !failure.empty();
          eachRunOfOthers([&](size_t i, size_t offset, size_t at, size_t length) {
            memcpy(sum.at<T>(0, i, offset), result + (at - from), length * sizeof(T));
          });
          sum.from += count;
          if (sum.from >= sum.length()) return true;
          sum.stage = GIVE;
      }
    }
  }

  /** Goes on when all ranks are here. */
  std::string meet() {
    arrive();
    std::string failure;
    met(true, failure);
    return failure;
  }

  /** Tells that this rank has ended a turn. */
  void arrive() { header_->ranks[rank_].ended.store(++turns_, std::memory_order_release); }

  /**
   * Whether all ranks have ended this turn. Waits busily at first, where each rank has a core; where it may wait for longer, then with
   * pauses, since a slow rank may want this core.
   */
  bool met(bool waits, std::string& failure) {
    const int64_t began = now();
    for (int r = 0; r < size_; r++) {
      for (uint32_t tries = 1; header_->ranks[r].ended.load(std::memory_order_acquire) < turns_; tries++) {
        if (header_->failed.load(std::memory_order_acquire)) {
          failure = this->failure();
          return false;
        }
        if (tries % 64 != 0) {
          if (hasCore_) relax();
          else sched_yield();
          continue;
        }
        const int64_t waited = now() - began;
        if (hasCore_ && waited < BUSY_NANOSECONDS) {
          // Another program may want this core, and a rank that it keeps from working the other one.
          if (waited > BUSY_NANOSECONDS / 50) sched_yield();
          continue;
        }
        if (!waits) return false;
        const struct timespec pause = {0, waited < 50 * BUSY_NANOSECONDS ? 20000 : 1000000};
        nanosleep(&pause, nullptr);
      }
    }
    return true;
  }

  static int64_t now() {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
  }

  /** Tells the processor that this is a loop that waits. */
  static void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  std::string failure() const {
    // The reason follows the number at once, unless its rank was killed in between.
    for (int i = 0; i < 100 && !header_->told.load(std::memory_order_acquire); i++) {
      const struct timespec pause = {0, 1000000};
      nanosleep(&pause, nullptr);
    }
    return header_->told.load(std::memory_order_acquire) ? header_->reason : "it ended";
  }

  SharedHeader* header_;
  char* base_;
  size_t slot_;
  int rank_, size_;
  /** Whether there is a core for each rank. */
  bool hasCore_;
  uint64_t turns_ = 0;
};
