// For `unrolled/inline`, which the build writes: kernels that stand in the module itself.
import { configure } from './configure.js';
import { getPlatform } from './platform.js';

/** Makes a module of plain SIMD the kernels: raw deflate, as base64. */
export function useInlineKernels(simd: string): void {
  configure({ kernels: (variant) => (variant === 'simd' ? inflate(simd) : null) });
}

function inflate(base64: string): Uint8Array | Promise<ArrayBuffer> {
  const deflated = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const inflateSync = getPlatform().inflateSync;
  if (inflateSync !== undefined) return inflateSync(deflated);
  return new Response(new Blob([deflated]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).arrayBuffer();
}
