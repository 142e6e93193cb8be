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

#include "link.h"

constexpr int MOST_SHARED_RANKS = 256;
/** Bytes of a slot: fewer where there are many ranks, since a container may have no more than 64 MiB of shared memory. */
constexpr size_t MOST_SLOT = 4 << 20, LEAST_SLOT = 64 << 10, ALL_SLOTS = 24 << 20;
constexpr size_t SHARED_MESSAGE = 16 << 10;

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

  std::string sum(const float* own, const std::vector<int32_t>& plan, float* sum, size_t length,
                  const RankMessage& message) override {
    return sumOf(own, plan, sum, length, message);
  }
  std::string sum(const double* own, const std::vector<int32_t>& plan, double* sum, size_t length,
                  const RankMessage& message) override {
    return sumOf(own, plan, sum, length, message);
  }

  void fail(const char* reason) override {
    uint32_t none = 0;
    if (!header_->failed.compare_exchange_strong(none, (uint32_t)rank_ + 1)) return;
    strncpy(header_->reason, reason, sizeof header_->reason - 1);
    header_->told.store(1, std::memory_order_release);
  }

 private:
  SharedRanks(char* base, int rank, int size)
      : header_(reinterpret_cast<SharedHeader*>(base)), base_(base), slot_(slotBytes(size)), rank_(rank), size_(size) {}

  char* message(int rank) const { return base_ + SHARED_MESSAGES + rank * SHARED_MESSAGE; }
  char* slot(int rank) const { return message(size_) + rank * slot_; }

  /** Each rank sums a part of what is in the slots. */
  template <typename T>
  std::string sumOf(const T* own, const std::vector<int32_t>& plan, T* sum, size_t length, const RankMessage& given) {
    const bool apart = given.bytes > SHARED_MESSAGE;
    if (apart) {
      std::string failure = gather(given.own, given.bytes, *given.all);
      if (!failure.empty()) return failure;
    } else memcpy(message(rank_), given.own, given.bytes);
    int most = 1;
    for (int r = 0; r < size_; r++) most = std::max(most, blocksOf(plan, r));
    const int blocks = blocksOf(plan, rank_);
    const size_t piece = slot_ / sizeof(T) / most;
    T* result = reinterpret_cast<T*>(slot(size_));
    for (size_t from = 0; from == 0 || from < length; from += piece) {
      const size_t count = std::min(piece, length - from);
      T* mine = reinterpret_cast<T*>(slot(rank_));
      for (int b = 0; b < blocks; b++) memcpy(mine + b * piece, own + b * length + from, count * sizeof(T));
      std::string failure = meet();
      if (!failure.empty()) return failure;
      if (from == 0 && !apart)
        for (int r = 0; r < size_; r++) given.all->push_back(std::string(message(r), given.bytes));
      const size_t begin = count * rank_ / size_, end = count * (rank_ + 1) / size_;
      sumTree<T>(plan, end - begin, result + begin, [&](int r, int b) {
        return reinterpret_cast<const T*>(slot(r)) + b * piece + begin;
      });
      failure = meet();
      if (!failure.empty()) return failure;
      memcpy(sum + from, result, count * sizeof(T));
    }
    return "";
  }

  /** Goes on when all ranks are here: at first busily, then with pauses, since a slow rank may want this core. */
  std::string meet() {
    const uint64_t turn = ++turns_;
    header_->ranks[rank_].ended.store(turn, std::memory_order_release);
    for (int r = 0; r < size_; r++) {
      for (uint32_t tries = 0; header_->ranks[r].ended.load(std::memory_order_acquire) < turn; tries++) {
        if (header_->failed.load(std::memory_order_acquire)) return failure();
        if (tries < 2000) continue;
        if (tries < 4000) {
          sched_yield();
          continue;
        }
        const struct timespec pause = {0, tries < 20000 ? 20000 : 1000000};
        nanosleep(&pause, nullptr);
      }
    }
    return "";
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
  uint64_t turns_ = 0;
};
