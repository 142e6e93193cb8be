// What ranks say to each other, as Node-API functions over a link: `rank`, `size`, `gather(bytes)` → promise of the bytes of all,
// `sum(blocks, plan, message, isOverlapped)` → promise of the messages of all, `fail(reason)`. Work that takes longer than a moment is done
// off the main thread, so that its loop lives, in the order of the calls.
#pragma once
#include <node_api.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <string>
#include <vector>

/** How many blocks a rank has in a plan of [rank, leaves] pairs. */
inline int blocksOf(const std::vector<int32_t>& plan, int rank) {
  int count = 0;
  for (size_t i = 0; i < plan.size(); i += 2) count += plan[i] == rank;
  return count;
}

/** A sum of blocks of all ranks, and how far it is. */
struct RankSum {
  /** [rank, leaves] of each block of all ranks, in the order of the leaves. */
  std::vector<int32_t> plan;
  bool isDouble = false;
  /** Blocks of this rank, each in pieces: where piece i of block b is. The sum goes where block 0 is. */
  std::vector<std::vector<char*>> blocks;
  /** Where each piece begins in a block, in elements; then where the last one ends. */
  std::vector<size_t> begins = {0};
  /** What goes with it: as many bytes from each rank, a multiple of 8. */
  const char* message = nullptr;
  size_t messageBytes = 0;
  std::vector<std::string> messages;
  /** Whether this process computes meanwhile, and wants its core for that. */
  bool isOverlapped = false;
  /** Elements that are summed, and what is to be done next: the link's own. */
  size_t from = 0;
  int stage = 0;

  size_t length() const { return begins.back(); }

  /** body(piece, offset in it, element, count) for what is in one piece each of elements from … to. */
  template <typename Body>
  void eachRun(size_t from, size_t to, Body body) const {
    size_t i = std::upper_bound(begins.begin(), begins.end(), from) - begins.begin() - 1;
    for (; from < to; i++) {
      const size_t end = std::min(to, begins[i + 1]);
      if (from < end) body(i, from - begins[i], from, end - from);
      from = std::max(from, end);
    }
  }

  /** Element `offset` of piece i of block b. */
  template <typename T>
  T* at(int b, size_t i, size_t offset) const {
    return reinterpret_cast<T*>(blocks[b][i]) + offset;
  }
};

/** Lets calls off the main thread go one at a time, in the order in which they were made there. */
class CallOrder {
 public:
  /** Of a call that is made now, on the main thread. */
  uint64_t nextPlace() { return made_++; }

  /** Whether another one waits for the one that goes. */
  bool isAwaited() const { return made_ > done_ + 1; }

  template <typename Body>
  void inTurn(uint64_t place, Body body) {
    std::unique_lock<std::mutex> lock(mutex_);
    turned_.wait(lock, [&] { return done_ == place; });
    lock.unlock();
    body();
    lock.lock();
    done_++;
    turned_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable turned_;
  std::atomic<uint64_t> made_{0}, done_{0};
};

/** One rank's connection to the others. What takes time returns '' or why it failed. */
class RankLink {
 public:
  /** Of what takes longer than a moment. */
  CallOrder order;

  virtual ~RankLink() {}
  virtual int rank() const = 0;
  virtual int size() const = 0;
  virtual std::string gather(const char* bytes, size_t count, std::vector<std::string>& all) = 0;
  /** Begins a sum, and ends it where no rank has to be waited for longer than a moment. Returns whether it ended. */
  virtual bool sumAtOnce(RankSum&, std::string&) { return false; }
  /** Ends a sum. */
  virtual std::string sum(RankSum& sum) = 0;
  virtual void fail(const char* reason) = 0;
  /** Whether sums go on well while this process computes: where they wait for a network, not for a core. */
  virtual bool overlaps() const { return false; }
};

/** The order in which blocks are added: a binary tree over their leaves, neighbours of like size first. What is no whole tree is added
 *  from its end. */
class SumTree {
 public:
  explicit SumTree(const std::vector<int32_t>& plan) {
    std::vector<int64_t> at, leaves;
    std::vector<int> used;
    int64_t next = 0;
    for (size_t i = 0; i < plan.size(); i += 2) {
      const int rank = plan[i];
      if ((int)used.size() <= rank) used.resize(rank + 1, 0);
      leaves_.push_back({rank, used[rank]++, 0});
      at.push_back(next);
      leaves.push_back(plan[i + 1]);
      next += plan[i + 1];
      depth_ = std::max(depth_, at.size());
      for (size_t top = at.size() - 1; top > 0; top--) {
        if (leaves[top - 1] != leaves[top] || at[top - 1] % (2 * leaves[top - 1]) != 0) break;
        leaves[top - 1] *= 2;
        at.pop_back();
        leaves.pop_back();
        leaves_.back().adds++;
      }
    }
    if (!leaves_.empty()) leaves_.back().adds += (int)at.size() - 1;
  }

  /** @param blockAt where the numbers of the n-th block of a rank begin; `sum` may be one of them */
  template <typename T, typename BlockAt>
  void add(size_t length, T* sum, BlockAt blockAt) const {
    constexpr size_t PIECE = 512;
    std::vector<T> memory(depth_ * PIECE);
    std::vector<const T*> stack(depth_);
    for (size_t from = 0; from < length; from += PIECE) {
      const size_t count = std::min(PIECE, length - from);
      size_t depth = 0;
      for (const Leaf& leaf : leaves_) {
        stack[depth++] = blockAt(leaf.rank, leaf.number) + from;
        for (int i = 0; i < leaf.adds; i++) {
          depth--;
          T* into = memory.data() + (depth - 1) * PIECE;
          const T *left = stack[depth - 1], *right = stack[depth];
          for (size_t j = 0; j < count; j++) into[j] = left[j] + right[j];
          stack[depth - 1] = into;
        }
      }
      memmove(sum + from, stack[0], count * sizeof(T));
    }
  }

 private:
  /** A block, and how many sums follow it. */
  struct Leaf {
    int rank, number, adds;
  };
  std::vector<Leaf> leaves_;
  size_t depth_ = 0;
};

/** A call that is under way: it holds what it reads and writes. */
struct RankCall {
  RankLink* link = nullptr;
  napi_deferred deferred = nullptr;
  napi_async_work work = nullptr;
  napi_ref held[2] = {nullptr, nullptr};
  bool isSum = false;
  RankSum sum;
  /** Among those of the link. */
  uint64_t place = 0;
  const char* own = nullptr;
  size_t ownBytes = 0;
  std::vector<std::string> all;
  std::string failure;
};

inline napi_value rankError(napi_env env, const char* message) {
  napi_throw_error(env, nullptr, message);
  return nullptr;
}

inline RankLink* linkOf(napi_env env, napi_callback_info info, size_t* count, napi_value* args) {
  void* data = nullptr;
  napi_get_cb_info(env, info, count, args, nullptr, &data);
  return static_cast<RankLink*>(data);
}

inline void runRankCall(napi_env, void* data) {
  RankCall* call = static_cast<RankCall*>(data);
  RankLink* link = call->link;
  link->order.inTurn(call->place, [&] {
    call->failure = call->isSum ? link->sum(call->sum) : link->gather(call->own, call->ownBytes, call->all);
  });
}

inline void endRankCall(napi_env env, napi_status, void* data) {
  RankCall* call = static_cast<RankCall*>(data);
  napi_value result;
  if (!call->failure.empty()) {
    napi_value message;
    napi_create_string_utf8(env, call->failure.c_str(), NAPI_AUTO_LENGTH, &message);
    napi_create_error(env, nullptr, message, &result);
    napi_reject_deferred(env, call->deferred, result);
  } else {
    const std::vector<std::string>& all = call->isSum ? call->sum.messages : call->all;
    napi_create_array(env, &result);
    for (size_t i = 0; i < all.size(); i++) {
      napi_value buffer, bytes;
      void* to = nullptr;
      const std::string& from = all[i];
      napi_create_arraybuffer(env, from.size(), &to, &buffer);
      if (!from.empty()) memcpy(to, from.data(), from.size());
      napi_create_typedarray(env, napi_uint8_array, from.size(), buffer, 0, &bytes);
      napi_set_element(env, result, (uint32_t)i, bytes);
    }
    napi_resolve_deferred(env, call->deferred, result);
  }
  for (napi_ref held : call->held)
    if (held) napi_delete_reference(env, held);
  if (call->work) napi_delete_async_work(env, call->work);
  delete call;
}

inline napi_value startRankCall(napi_env env, RankCall* call) {
  napi_value promise, name;
  napi_create_promise(env, &call->deferred, &promise);
  if (call->isSum && call->link->sumAtOnce(call->sum, call->failure)) {
    endRankCall(env, napi_ok, call);
    return promise;
  }
  call->place = call->link->order.nextPlace();
  napi_create_string_utf8(env, "ranks", NAPI_AUTO_LENGTH, &name);
  napi_create_async_work(env, nullptr, name, runRankCall, endRankCall, call, &call->work);
  napi_queue_async_work(env, call->work);
  return promise;
}

inline napi_value gatherOfRanks(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value args[1];
  RankLink* link = linkOf(env, info, &count, args);
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  if (count < 1 || napi_get_typedarray_info(env, args[0], &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_uint8_array)
    return rankError(env, "expected gather(Uint8Array)");
  RankCall* call = new RankCall;
  call->link = link;
  call->own = static_cast<const char*>(data);
  call->ownBytes = length;
  napi_create_reference(env, args[0], 1, &call->held[0]);
  return startRankCall(env, call);
}

/** Reads blocks, arrays of arrays of numbers. Returns whether they are of one type, and alike. */
inline bool readBlocks(napi_env env, napi_value given, RankSum& sum) {
  uint32_t blocks = 0;
  if (napi_get_array_length(env, given, &blocks) != napi_ok) return false;
  sum.blocks.resize(blocks);
  for (uint32_t b = 0; b < blocks; b++) {
    napi_value block;
    uint32_t pieces = 0;
    napi_get_element(env, given, b, &block);
    if (napi_get_array_length(env, block, &pieces) != napi_ok || (b > 0 && pieces != sum.blocks[0].size())) return false;
    for (uint32_t i = 0; i < pieces; i++) {
      napi_value piece;
      napi_typedarray_type type;
      size_t length = 0;
      void* data = nullptr;
      napi_get_element(env, block, i, &piece);
      if (napi_get_typedarray_info(env, piece, &type, &length, &data, nullptr, nullptr) != napi_ok) return false;
      if (type != napi_float32_array && type != napi_float64_array) return false;
      if (b == 0 && i == 0) sum.isDouble = type == napi_float64_array;
      if (sum.isDouble != (type == napi_float64_array)) return false;
      if (b == 0) sum.begins.push_back(sum.begins.back() + length);
      else if (length != sum.begins[i + 1] - sum.begins[i]) return false;
      sum.blocks[b].push_back(static_cast<char*>(data));
    }
  }
  return true;
}

inline napi_value sumOfRanks(napi_env env, napi_callback_info info) {
  size_t count = 4;
  napi_value args[4];
  RankLink* link = linkOf(env, info, &count, args);
  napi_typedarray_type type[2];
  size_t length[2] = {0, 0};
  void* data[2];
  for (int i = 0; i < 2; i++)
    if ((int)count < 3 || napi_get_typedarray_info(env, args[1 + i], &type[i], &length[i], &data[i], nullptr, nullptr) != napi_ok)
      return rankError(env, "expected sum(blocks, plan, message)");
  if (type[0] != napi_int32_array || length[0] % 2) return rankError(env, "expected a plan of pairs");
  if (type[1] != napi_uint8_array || length[1] % 8) return rankError(env, "expected a message of whole eights of bytes");
  RankCall* call = new RankCall;
  RankSum& sum = call->sum;
  call->link = link;
  call->isSum = true;
  if (!readBlocks(env, args[0], sum)) {
    delete call;
    return rankError(env, "expected blocks of arrays of one type, as long in each");
  }
  const int32_t* plan = static_cast<const int32_t*>(data[0]);
  sum.plan.assign(plan, plan + length[0]);
  bool fits = sum.blocks.size() > 0 && (int)sum.blocks.size() == blocksOf(sum.plan, link->rank());
  for (size_t i = 0; i < sum.plan.size(); i += 2)
    fits = fits && sum.plan[i] >= 0 && sum.plan[i] < link->size() && sum.plan[i + 1] > 0;
  if (!fits) {
    delete call;
    return rankError(env, "expected as many blocks as the plan has of this rank");
  }
  napi_create_reference(env, args[0], 1, &call->held[0]);
  napi_create_reference(env, args[2], 1, &call->held[1]);
  if (count > 3) napi_get_value_bool(env, args[3], &sum.isOverlapped);
  sum.message = static_cast<const char*>(data[1]);
  sum.messageBytes = length[1];
  return startRankCall(env, call);
}

inline napi_value failOfRanks(napi_env env, napi_callback_info info) {
  size_t count = 1, length = 0;
  napi_value args[1];
  char reason[1000] = "";
  RankLink* link = linkOf(env, info, &count, args);
  if (count > 0) napi_get_value_string_utf8(env, args[0], reason, sizeof reason, &length);
  link->fail(reason);
  return nullptr;
}

/** The link as an object of JavaScript. It lives as long as the process. */
inline napi_value objectOfLink(napi_env env, RankLink* link) {
  napi_value object, number;
  napi_create_object(env, &object);
  napi_create_int32(env, link->rank(), &number);
  napi_set_named_property(env, object, "rank", number);
  napi_create_int32(env, link->size(), &number);
  napi_set_named_property(env, object, "size", number);
  napi_get_boolean(env, link->overlaps(), &number);
  napi_set_named_property(env, object, "overlaps", number);
  const napi_property_descriptor functions[] = {
      {"gather", nullptr, gatherOfRanks, nullptr, nullptr, nullptr, napi_enumerable, link},
      {"sum", nullptr, sumOfRanks, nullptr, nullptr, nullptr, napi_enumerable, link},
      {"fail", nullptr, failOfRanks, nullptr, nullptr, nullptr, napi_enumerable, link},
  };
  napi_define_properties(env, object, 3, functions);
  return object;
}
