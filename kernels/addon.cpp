// The Node-API addon: arenas (one mapping each, handed out once as an ArrayBuffer), a thread pool for each, and the choice
// of the instruction set. `open(bytes, threads, isa)` (an empty name: the best) → { buffer, handle, argumentsAddress, isa }, `invoke(handle, kernel)`,
// `close(handle)`.
#include <node_api.h>
#include <sys/mman.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "pool.h"

#if defined(__x86_64__)
namespace unrolled_avx512 { int invokeKernel(Context*, int); }
namespace unrolled_avx2 { int invokeKernel(Context*, int); }
#endif
namespace unrolled_base { int invokeKernel(Context*, int); }

namespace {

typedef int (*Invoke)(Context*, int);

struct Isa {
  const char* name;
  Invoke invoke;
};

/** The instruction sets of this machine, best first. */
std::vector<Isa> supportedIsas() {
  std::vector<Isa> found;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl"))
    found.push_back({"avx512", unrolled_avx512::invokeKernel});
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found.push_back({"avx2", unrolled_avx2::invokeKernel});
  found.push_back({"sse2", unrolled_base::invokeKernel});
#elif defined(__aarch64__)
  found.push_back({"neon", unrolled_base::invokeKernel});
#else
  found.push_back({"scalar", unrolled_base::invokeKernel});
#endif
  return found;
}

inline void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/** Waits until `ready`: spins a little, then lets others run. */
template <class Ready>
inline void spinUntil(Ready ready) {
  for (int i = 0; !ready(); i++) {
    if (i < 4000) relax();
    else std::this_thread::yield();
  }
}

/** Threads that sleep between kernels. The caller is part 0; only the threads that a kernel needs are woken. */
class Threads : public Pool {
 public:
  explicit Threads(int count) {
    threads = count;
    parallel = [](Pool* self, void (*work)(void*, int), void* argument, int parts) {
      static_cast<Threads*>(self)->run(work, argument, parts);
    };
    barrier = [](Pool* self, int parts) { static_cast<Threads*>(self)->meet(parts); };
    now = [] { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); };
  }

  ~Threads() {
    stop_ = true;
    for (auto& worker : workers_) call(*worker);
    for (auto& worker : workers_) worker->thread.join();
  }

 private:
  struct alignas(64) Worker {
    /** Counts the kernels that it was called for. */
    std::atomic<uint32_t> round{0};
    bool asleep = false;
    std::mutex mutex;
    std::condition_variable wake;
    std::thread thread;
  };

  void call(Worker& worker) {
    bool asleep;
    {
      std::lock_guard<std::mutex> lock(worker.mutex);
      worker.round.fetch_add(1, std::memory_order_release);
      asleep = worker.asleep;
    }
    if (asleep) worker.wake.notify_one();
  }

  void run(void (*work)(void*, int), void* argument, int parts) {
    // Started when first needed: a process that computes little has no threads.
    while ((int)workers_.size() < parts - 1) {
      int part = (int)workers_.size() + 1;
      workers_.push_back(std::make_unique<Worker>());
      Worker* worker = workers_.back().get();
      worker->thread = std::thread([this, worker, part] { serve(*worker, part); });
    }
    work_ = work;
    argument_ = argument;
    left_.store(parts - 1, std::memory_order_relaxed);
    for (int i = 0; i < parts - 1; i++) call(*workers_[i]);
    work(argument, 0);
    spinUntil([this] { return left_.load(std::memory_order_acquire) == 0; });
  }

  void serve(Worker& worker, int part) {
    for (uint32_t seen = 0;; seen++) {
      bool came = false;
      for (int i = 0; i < 4000 && !came; i++) {
        came = worker.round.load(std::memory_order_acquire) != seen;
        if (!came) relax();
      }
      if (!came) {
        std::unique_lock<std::mutex> lock(worker.mutex);
        worker.asleep = true;
        worker.wake.wait(lock, [&] { return worker.round.load(std::memory_order_acquire) != seen; });
        worker.asleep = false;
      }
      if (stop_) return;
      work_(argument_, part);
      left_.fetch_sub(1, std::memory_order_release);
    }
  }

  void meet(int parts) {
    uint32_t phase = phase_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) == parts - 1) {
      arrived_.store(0, std::memory_order_relaxed);
      phase_.fetch_add(1, std::memory_order_release);
      return;
    }
    spinUntil([&] { return phase_.load(std::memory_order_acquire) != phase; });
  }

  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<bool> stop_{false};
  void (*work_)(void*, int) = nullptr;
  void* argument_ = nullptr;
  alignas(64) std::atomic<int> left_{0};
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<uint32_t> phase_{0};
};

constexpr size_t ARGUMENTS_ADDRESS = 4096;

struct Arena {
  Isa isa{};
  char* base = nullptr;
  size_t bytes = 0;
  Threads* pool = nullptr;
  napi_ref buffer = nullptr;
  Context context{};
};

/** The arenas of one environment; a closed one leaves a hole that the next fills. */
struct Arenas {
  std::vector<Arena*> all;
  std::vector<Isa> isas;
};

void freeArena(Arena* arena) {
  delete arena->pool;
  if (arena->base) munmap(arena->base, arena->bytes);
  delete arena;
}

napi_value fail(napi_env env, const char* message) {
  napi_throw_error(env, nullptr, message);
  return nullptr;
}

Arenas* arenasOf(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return static_cast<Arenas*>(data);
}

void setNumber(napi_env env, napi_value object, const char* name, double value) {
  napi_value number;
  napi_create_double(env, value, &number);
  napi_set_named_property(env, object, name, number);
}

napi_value open(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value args[3];
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  double bytes = 0, threads = 1;
  char wanted[16] = "";
  size_t length = 0;
  if (count < 2 || napi_get_value_double(env, args[0], &bytes) != napi_ok ||
      napi_get_value_double(env, args[1], &threads) != napi_ok || threads < 1 || bytes < 65536)
    return fail(env, "expected open(bytes, threads, isa)");
  if (count < 3 || napi_get_value_string_utf8(env, args[2], wanted, sizeof wanted, &length) != napi_ok) wanted[0] = 0;
  Arenas* arenas = arenasOf(env);
  const Isa* isa = nullptr;
  std::string names;
  for (const Isa& one : arenas->isas) {
    if (!isa && (!wanted[0] || !strcmp(wanted, one.name))) isa = &one;
    names += (names.empty() ? "" : ", ") + std::string(one.name);
  }
  if (!isa) return fail(env, ("this machine runs " + names + ", not " + wanted).c_str());
  // Address space only: pages come when they are first written.
  void* base = mmap(nullptr, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return fail(env, "the system gave no address space");
  Arena* arena = new Arena;
  arena->isa = *isa;
  arena->base = static_cast<char*>(base);
  arena->bytes = (size_t)bytes;
  napi_value buffer;
  if (napi_create_external_arraybuffer(env, base, arena->bytes, [](napi_env, void*, void*) {}, nullptr, &buffer) != napi_ok) {
    freeArena(arena);
    return fail(env, "this runtime takes no external memory of that size");
  }
  napi_create_reference(env, buffer, 1, &arena->buffer);
  arena->pool = new Threads((int)threads);
  arena->context = {arena->base, reinterpret_cast<double*>(arena->base + ARGUMENTS_ADDRESS), arena->pool};
  size_t handle = 0;
  while (handle < arenas->all.size() && arenas->all[handle]) handle++;
  if (handle == arenas->all.size()) arenas->all.push_back(nullptr);
  arenas->all[handle] = arena;
  napi_value result, name;
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "buffer", buffer);
  setNumber(env, result, "handle", (double)handle);
  setNumber(env, result, "argumentsAddress", (double)ARGUMENTS_ADDRESS);
  napi_create_string_utf8(env, arena->isa.name, NAPI_AUTO_LENGTH, &name);
  napi_set_named_property(env, result, "isa", name);
  return result;
}

napi_value invoke(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value args[2], result;
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  uint32_t handle = 0;
  int32_t kernel = 0;
  napi_get_value_uint32(env, args[0], &handle);
  napi_get_value_int32(env, args[1], &kernel);
  Arenas* arenas = arenasOf(env);
  if (handle >= arenas->all.size() || !arenas->all[handle]) return fail(env, "the backend was closed");
  Arena* arena = arenas->all[handle];
  napi_create_int32(env, arena->isa.invoke(&arena->context, kernel), &result);
  return result;
}

napi_value close(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value args[1];
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  uint32_t handle = 0;
  napi_get_value_uint32(env, args[0], &handle);
  Arenas* arenas = arenasOf(env);
  if (handle >= arenas->all.size() || !arenas->all[handle]) return nullptr;
  Arena* arena = arenas->all[handle];
  arenas->all[handle] = nullptr;
  napi_value buffer;
  napi_get_reference_value(env, arena->buffer, &buffer);
  // Views of a detached buffer are empty, so nobody reads memory that is gone.
  if (!buffer || napi_detach_arraybuffer(env, buffer) != napi_ok) return fail(env, "the arena could not be detached");
  napi_delete_reference(env, arena->buffer);
  freeArena(arena);
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  Arenas* arenas = new Arenas;
  arenas->isas = supportedIsas();
  napi_set_instance_data(
      env, arenas,
      [](napi_env, void* data, void*) {
        Arenas* gone = static_cast<Arenas*>(data);
        // The mappings stay: buffers may still be read while the environment ends.
        for (Arena* arena : gone->all)
          if (arena) delete arena->pool;
        delete gone;
      },
      nullptr);
  const napi_property_descriptor functions[] = {
      {"open", nullptr, open, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"invoke", nullptr, invoke, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"close", nullptr, close, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, 3, functions);
  return exports;
}
