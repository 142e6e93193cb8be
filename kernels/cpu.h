// Which instruction sets of the kernels this machine runs. `cpuid` is asked itself: what compilers offer in its place answers no
// to everything where their runtime library is not linked in (zig).
#pragma once

#if defined(__x86_64__)
#include <cpuid.h>

struct Cpu {
  bool avx2 = false, avx512 = false, vnni = false;

  Cpu() {
    unsigned a, b, c, d, b7, c7, d7;
    const unsigned FMA = 1u << 12, OSXSAVE = 1u << 27, AVX2 = 1u << 5;
    const unsigned AVX512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;  // F, DQ, BW, VL
    const unsigned VNNI = 1u << 11;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & FMA) || !(c & OSXSAVE)) return;
    if (!__get_cpuid_count(7, 0, &a, &b7, &c7, &d7)) return;
    // The registers that the system saves when it changes threads: 0x6 those of AVX, 0xe6 those of AVX-512 too.
    unsigned saved, high;
    asm volatile("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
    avx2 = (saved & 0x6) == 0x6 && (b7 & AVX2) != 0;
    avx512 = avx2 && (saved & 0xe6) == 0xe6 && (b7 & AVX512) == AVX512;
    vnni = avx512 && (c7 & VNNI) != 0;
  }
};
#endif
