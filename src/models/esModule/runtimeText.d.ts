// The build bundles runtime.ts into this text.

/** runtime.ts and what it imports as one script, which declares `runtime`. */
export const RUNTIME: string;
