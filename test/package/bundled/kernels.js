// Where the kernels lie, for bundlers that do not follow `new URL`; the others find them by themselves.
export const kernels = undefined;
