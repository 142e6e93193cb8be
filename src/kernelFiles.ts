// The files of the WebAssembly kernels as the package has them: in the folder `kernels` beside this module, which is beside the
// bundle where all is bundled into one file. Each address is written out, since that is what bundlers follow; within functions,
// since a bundle in a format without `import.meta` has none, and is to fail only where it asks.
import type { KernelVariant } from './platform/kernelVariant.js';

const FILES: Record<KernelVariant, () => URL> = {
  simd: () => new URL('./kernels/simd.wasm', import.meta.url),
  relaxed: () => new URL('./kernels/relaxed.wasm', import.meta.url),
  'simd-threads': () => new URL('./kernels/simd-threads.wasm', import.meta.url),
  'relaxed-threads': () => new URL('./kernels/relaxed-threads.wasm', import.meta.url),
};

/** The address of the file beside the library; null where a bundle does not know its own address. */
export function kernelUrl(variant: KernelVariant): URL | null {
  try {
    return FILES[variant]();
  } catch {
    return null;
  }
}
