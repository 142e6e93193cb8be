// Which builds of the WebAssembly kernels there are.

/**
 * A build of the kernels as WebAssembly: with plain SIMD or relaxed SIMD (fused multiply-add), for one thread or for memory that
 * is shared with workers. The file of each is its name with `.wasm`.
 */
export type KernelVariant = 'simd' | 'relaxed' | 'simd-threads' | 'relaxed-threads';
