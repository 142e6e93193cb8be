// Address space for an arena. Where the system hands out pages as they are first written, all of it may be used at once; Windows
// counts what may be used as used, so there it grows in steps.
#pragma once
#include <cstddef>

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>
#else
#include <sys/mman.h>
#endif

struct Pages {
  char* base = nullptr;
  size_t bytes = 0;
  /** So many bytes may be used. */
  size_t usable = 0;

  /** Address space of `size` bytes; false where there is none. */
  bool reserve(size_t size) {
    bytes = size;
#if defined(_WIN32)
    base = static_cast<char*>(VirtualAlloc(nullptr, size, MEM_RESERVE, PAGE_READWRITE));
    return base && grow(FIRST);
#else
    void* space = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (space == MAP_FAILED) return false;
    base = static_cast<char*>(space);
    usable = size;
    return true;
#endif
  }

  /** Makes `limit` bytes usable or more; false where there is no memory for them. */
  bool grow(size_t limit) {
    if (limit <= usable) return true;
    if (limit > bytes) return false;
#if defined(_WIN32)
    size_t generous = limit > usable + usable / 4 ? limit : usable + usable / 4;
    for (size_t wanted : {generous, limit}) {
      size_t to = (wanted + STEP - 1) / STEP * STEP;
      if (to > bytes) to = bytes;
      if (!VirtualAlloc(base + usable, to - usable, MEM_COMMIT, PAGE_READWRITE)) continue;
      usable = to;
      return true;
    }
#endif
    return false;
  }

  void release() {
    if (!base) return;
#if defined(_WIN32)
    VirtualFree(base, 0, MEM_RELEASE);
#else
    munmap(base, bytes);
#endif
    base = nullptr;
  }

 private:
#if defined(_WIN32)
  enum : size_t { FIRST = 4 << 20, STEP = 1 << 20 };
#endif
};
