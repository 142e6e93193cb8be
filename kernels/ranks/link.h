// What ranks say to each other, as Node-API functions over a link: `rank`, `size`, `gather(bytes)` → promise of the bytes of all,
// `sum(own, plan, sum, message)` → promise of the messages of all, `fail(reason)`. The work is done off the main thread, so that its
// loop lives.
#pragma once
#include <node_api.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

/** What goes with a sum: as many bytes from each rank, a multiple of 8. */
struct RankMessage {
  const char* own = nullptr;
  size_t bytes = 0;
  std::vector<std::string>* all = nullptr;
};

/** One rank's connection to the others. What takes time returns '' or why it failed. */
class RankLink {
 public:
  virtual ~RankLink() {}
  virtual int rank() const = 0;
  virtual int size() const = 0;
  virtual std::string gather(const char* bytes, size_t count, std::vector<std::string>& all) = 0;
  virtual std::string sum(const float* own, const std::vector<int32_t>& plan, float* sum, size_t length,
                          const RankMessage& message) = 0;
  virtual std::string sum(const double* own, const std::vector<int32_t>& plan, double* sum, size_t length,
                          const RankMessage& message) = 0;
  virtual void fail(const char* reason) = 0;
};

/** How many blocks a rank has in a plan of [rank, leaves] pairs. */
inline int blocksOf(const std::vector<int32_t>& plan, int rank) {
  int count = 0;
  for (size_t i = 0; i < plan.size(); i += 2) count += plan[i] == rank;
  return count;
}

/**
 * Adds blocks in a binary tree over their leaves: neighbours of like size first. What is no whole tree is added from its end.
 * `blockAt(rank, n)` is where the numbers of the n-th block of a rank begin.
 */
template <typename T, typename BlockAt>
void sumTree(const std::vector<int32_t>& plan, size_t length, T* sum, BlockAt blockAt) {
  constexpr size_t PIECE = 1024;
  constexpr int DEPTH = 64;
  std::vector<T> memory(DEPTH * PIECE);
  T* stack[DEPTH];
  for (int i = 0; i < DEPTH; i++) stack[i] = memory.data() + i * PIECE;
  for (size_t from = 0; from < length; from += PIECE) {
    const size_t count = length - from < PIECE ? length - from : PIECE;
    int64_t at[DEPTH], leaves[DEPTH];
    int depth = 0;
    int64_t next = 0;
    std::vector<int> used;
    const auto addTop = [&] {
      T* left = stack[depth - 2];
      const T* right = stack[depth - 1];
      for (size_t i = 0; i < count; i++) left[i] += right[i];
      depth--;
    };
    for (size_t i = 0; i < plan.size(); i += 2) {
      const int rank = plan[i];
      if ((int)used.size() <= rank) used.resize(rank + 1, 0);
      memcpy(stack[depth], blockAt(rank, used[rank]++) + from, count * sizeof(T));
      at[depth] = next;
      leaves[depth] = plan[i + 1];
      next += plan[i + 1];
      depth++;
      while (depth > 1 && leaves[depth - 2] == leaves[depth - 1] && at[depth - 2] % (2 * leaves[depth - 2]) == 0) {
        addTop();
        leaves[depth - 1] *= 2;
      }
    }
    while (depth > 1) addTop();
    memcpy(sum + from, stack[0], count * sizeof(T));
  }
}

/** A call that is under way: it holds what it reads and writes. */
struct RankCall {
  RankLink* link = nullptr;
  napi_deferred deferred = nullptr;
  napi_async_work work = nullptr;
  napi_ref held[3] = {nullptr, nullptr, nullptr};
  bool isSum = false, isDouble = false;
  const void* own = nullptr;
  size_t ownBytes = 0;
  void* sum = nullptr;
  size_t length = 0;
  RankMessage message;
  std::vector<int32_t> plan;
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
  if (!call->isSum) call->failure = call->link->gather(static_cast<const char*>(call->own), call->ownBytes, call->all);
  else if (call->isDouble)
    call->failure = call->link->sum(static_cast<const double*>(call->own), call->plan, static_cast<double*>(call->sum), call->length,
                                    call->message);
  else call->failure = call->link->sum(static_cast<const float*>(call->own), call->plan, static_cast<float*>(call->sum), call->length,
                                       call->message);
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
    napi_create_array(env, &result);
    for (size_t i = 0; i < call->all.size(); i++) {
      napi_value buffer, bytes;
      void* to = nullptr;
      const std::string& from = call->all[i];
      napi_create_arraybuffer(env, from.size(), &to, &buffer);
      if (!from.empty()) memcpy(to, from.data(), from.size());
      napi_create_typedarray(env, napi_uint8_array, from.size(), buffer, 0, &bytes);
      napi_set_element(env, result, (uint32_t)i, bytes);
    }
    napi_resolve_deferred(env, call->deferred, result);
  }
  for (napi_ref held : call->held)
    if (held) napi_delete_reference(env, held);
  napi_delete_async_work(env, call->work);
  delete call;
}

inline napi_value startRankCall(napi_env env, RankCall* call) {
  napi_value promise, name;
  napi_create_promise(env, &call->deferred, &promise);
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
  call->own = data;
  call->ownBytes = length;
  napi_create_reference(env, args[0], 1, &call->held[0]);
  return startRankCall(env, call);
}

inline napi_value sumOfRanks(napi_env env, napi_callback_info info) {
  size_t count = 4;
  napi_value args[4];
  RankLink* link = linkOf(env, info, &count, args);
  napi_typedarray_type type[4];
  size_t length[4] = {0, 0, 0, 0};
  void* data[4];
  for (int i = 0; i < 4; i++)
    if ((int)count <= i || napi_get_typedarray_info(env, args[i], &type[i], &length[i], &data[i], nullptr, nullptr) != napi_ok)
      return rankError(env, "expected sum(own, plan, sum, message)");
  if (type[3] != napi_uint8_array || length[3] % 8) return rankError(env, "expected a message of whole eights of bytes");
  const bool isDouble = type[0] == napi_float64_array;
  if ((!isDouble && type[0] != napi_float32_array) || type[2] != type[0] || type[1] != napi_int32_array || length[1] % 2)
    return rankError(env, "expected sum(own, plan, sum, message) of arrays of one type");
  RankCall* call = new RankCall;
  call->link = link;
  call->isSum = true;
  call->isDouble = isDouble;
  call->own = data[0];
  call->sum = data[2];
  call->length = length[2];
  const int32_t* plan = static_cast<const int32_t*>(data[1]);
  call->plan.assign(plan, plan + length[1]);
  bool fits = call->plan.size() > 0 && length[0] == blocksOf(call->plan, link->rank()) * length[2];
  for (size_t i = 0; i < call->plan.size(); i += 2)
    fits = fits && call->plan[i] >= 0 && call->plan[i] < link->size() && call->plan[i + 1] > 0;
  if (!fits) {
    delete call;
    return rankError(env, "expected as many blocks as the plan has of this rank");
  }
  napi_create_reference(env, args[0], 1, &call->held[0]);
  napi_create_reference(env, args[2], 1, &call->held[1]);
  napi_create_reference(env, args[3], 1, &call->held[2]);
  call->message = {static_cast<const char*>(data[3]), length[3], &call->all};
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
  const napi_property_descriptor functions[] = {
      {"gather", nullptr, gatherOfRanks, nullptr, nullptr, nullptr, napi_enumerable, link},
      {"sum", nullptr, sumOfRanks, nullptr, nullptr, nullptr, napi_enumerable, link},
      {"fail", nullptr, failOfRanks, nullptr, nullptr, nullptr, napi_enumerable, link},
  };
  napi_define_properties(env, object, 3, functions);
  return object;
}
