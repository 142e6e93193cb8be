// How many of the cases of a graphics processor run: a software device compiles a shader for half a second and more.

/** Each so-manieth case. UNROLLED_WEBGPU_EVERY says it for all tests: 1 for all cases, on a card. */
export const every = (otherwise: number): number => Number(process.env.UNROLLED_WEBGPU_EVERY ?? otherwise);
