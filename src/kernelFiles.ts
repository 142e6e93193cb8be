// The files of the WebAssembly kernels as the package has them: in the folder `kernels` beside this module, which is beside the
// bundle where all is bundled into one file. Each address is written out, since that is what bundlers follow; within functions,
// since a bundle in a format without `import.meta` has none, and is to fail only where it asks.

const FILES = {
  simd: () => new URL('./kernels/simd.wasm', import.meta.url),
  relaxed: () => new URL('./kernels/relaxed.wasm', import.meta.url),
  'simd-threads': () => new URL('./kernels/simd-threads.wasm', import.meta.url),
  'relaxed-threads': () => new URL('./kernels/relaxed-threads.wasm', import.meta.url),
};

/**
 * A build of the kernels as WebAssembly: with plain SIMD or relaxed SIMD (fused multiply-add), for one thread or for memory that
 * is shared with workers. The file of each is its name with `.wasm`.
 */
export type KernelVariant = keyof typeof FILES;

/** The address of the file beside the library; null where a bundle does not know its own address. */
export function kernelUrl(variant: KernelVariant): URL | null {
  try {
    return FILES[variant]();
  } catch {
    return null;
  }
}
