// The Node-API addon: arenas (one mapping each, handed out once as an ArrayBuffer), a thread pool for each, and the choice
// of the instruction set. `open(bytes, threads, isa)` (an empty name: the best) → { buffer, usable, handle, argumentsAddress, isa },
// `invoke(handle, kernel)`, `grow(handle, bytes)` → usable bytes, `close(handle)`, and `callsVersion`. Beside them, but not on Windows,
// `sharedBytes(size)` and `joinRanks(path, rank, size)` for processes that train one model (ranks/shared.h).
#include <node_api.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "cpu.h"
#include "numbers.h"
#include "pages.h"
#include "threads.h"
#ifndef _WIN32
#include "ranks/shared.h"
#endif

#if defined(__x86_64__)
namespace unrolled_avx512vnni { int invokeKernel(Context*, int); }
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
  const Cpu cpu;
  if (cpu.vnni) found.push_back({"avx512vnni", unrolled_avx512vnni::invokeKernel});
  if (cpu.avx512) found.push_back({"avx512", unrolled_avx512::invokeKernel});
  if (cpu.avx2) found.push_back({"avx2", unrolled_avx2::invokeKernel});
  found.push_back({"sse2", unrolled_base::invokeKernel});
#elif defined(__aarch64__)
  found.push_back({"neon", unrolled_base::invokeKernel});
#else
  found.push_back({"scalar", unrolled_base::invokeKernel});
#endif
  return found;
}

constexpr size_t ARGUMENTS_ADDRESS = 4096;

struct Arena {
  Isa isa{};
  Pages pages;
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
  arena->pages.release();
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
  Arena* arena = new Arena;
  arena->isa = *isa;
  napi_value buffer;
  const char* failure = nullptr;
  if (!arena->pages.reserve((size_t)bytes)) failure = "the system gave no address space";
  else if (napi_create_external_arraybuffer(env, arena->pages.base, arena->pages.bytes, [](napi_env, void*, void*) {},
                                            nullptr, &buffer) != napi_ok)
    failure = "this runtime takes no external memory of that size";
  if (failure) {
    freeArena(arena);
    return fail(env, failure);
  }
  napi_create_reference(env, buffer, 1, &arena->buffer);
  arena->pool = new Threads((int)threads);
  char* base = arena->pages.base;
  arena->context = {base, reinterpret_cast<double*>(base + ARGUMENTS_ADDRESS), arena->pool};
  size_t handle = 0;
  while (handle < arenas->all.size() && arenas->all[handle]) handle++;
  if (handle == arenas->all.size()) arenas->all.push_back(nullptr);
  arenas->all[handle] = arena;
  napi_value result, name;
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "buffer", buffer);
  setNumber(env, result, "usable", (double)arena->pages.usable);
  setNumber(env, result, "handle", (double)handle);
  setNumber(env, result, "argumentsAddress", (double)ARGUMENTS_ADDRESS);
  napi_create_string_utf8(env, arena->isa.name, NAPI_AUTO_LENGTH, &name);
  napi_set_named_property(env, result, "isa", name);
  return result;
}

/** The first argument as the handle of an open arena; null where there is none. */
Arena* openArena(napi_env env, napi_value argument, uint32_t* handle) {
  *handle = 0;
  napi_get_value_uint32(env, argument, handle);
  Arenas* arenas = arenasOf(env);
  return *handle < arenas->all.size() ? arenas->all[*handle] : nullptr;
}

napi_value invoke(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value args[2], result;
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  uint32_t handle;
  int32_t kernel = 0;
  Arena* arena = openArena(env, args[0], &handle);
  napi_get_value_int32(env, args[1], &kernel);
  if (!arena) return fail(env, "the backend was closed");
  arena->pool->begin();
  napi_create_int32(env, arena->isa.invoke(&arena->context, kernel), &result);
  return result;
}

napi_value grow(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value args[2], result;
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  uint32_t handle;
  double bytes = 0;
  Arena* arena = openArena(env, args[0], &handle);
  napi_get_value_double(env, args[1], &bytes);
  if (!arena) return fail(env, "the backend was closed");
  arena->pages.grow((size_t)bytes);
  napi_create_double(env, (double)arena->pages.usable, &result);
  return result;
}

napi_value close(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value args[1];
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  uint32_t handle;
  Arena* arena = openArena(env, args[0], &handle);
  if (!arena) return nullptr;
  arenasOf(env)->all[handle] = nullptr;
  napi_value buffer;
  napi_get_reference_value(env, arena->buffer, &buffer);
  // Views of a detached buffer are empty, so nobody reads memory that is gone.
  if (!buffer || napi_detach_arraybuffer(env, buffer) != napi_ok) return fail(env, "the arena could not be detached");
  napi_delete_reference(env, arena->buffer);
  freeArena(arena);
  return nullptr;
}

#ifndef _WIN32
napi_value sharedBytesOf(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value args[1], result;
  int32_t size = 0;
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  if (count < 1 || napi_get_value_int32(env, args[0], &size) != napi_ok || size < 1 || size > MOST_SHARED_RANKS)
    return fail(env, ("expected 1 to " + std::to_string(MOST_SHARED_RANKS) + " ranks on one machine").c_str());
  napi_create_double(env, (double)sharedBytes(size), &result);
  return result;
}

napi_value joinRanks(napi_env env, napi_callback_info info) {
  size_t count = 3, length = 0;
  napi_value args[3];
  char path[4096] = "";
  int32_t rank = 0, size = 0;
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  if (count < 3 || napi_get_value_string_utf8(env, args[0], path, sizeof path, &length) != napi_ok ||
      napi_get_value_int32(env, args[1], &rank) != napi_ok || napi_get_value_int32(env, args[2], &size) != napi_ok ||
      size < 1 || size > MOST_SHARED_RANKS || rank < 0 || rank >= size)
    return fail(env, "expected joinRanks(path, rank, size)");
  std::string failure;
  SharedRanks* link = SharedRanks::join(path, rank, size, failure);
  return link ? objectOfLink(env, link) : fail(env, failure.c_str());
}
#endif

}  // namespace

NAPI_MODULE_INIT() {
  Arenas* arenas = new Arenas;
  arenas->isas = supportedIsas();
  napi_set_instance_data(
      env, arenas,
      [](napi_env, void* data, void*) {
        // JavaScript runs no more in an environment that ends, so nobody reads what is taken away.
        Arenas* gone = static_cast<Arenas*>(data);
        for (Arena* arena : gone->all)
          if (arena) freeArena(arena);
        delete gone;
      },
      nullptr);
  const napi_property_descriptor functions[] = {
      {"open", nullptr, open, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"invoke", nullptr, invoke, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"grow", nullptr, grow, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"close", nullptr, close, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, 4, functions);
#ifndef _WIN32
  const napi_property_descriptor ranks[] = {
      {"sharedBytes", nullptr, sharedBytesOf, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"joinRanks", nullptr, joinRanks, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, 2, ranks);
#endif
  setNumber(env, exports, "callsVersion", CALLS_VERSION);
  return exports;
}
