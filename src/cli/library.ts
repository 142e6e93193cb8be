// The library as the command line uses it, behind one door: commands import this file only when they run, so that --help and
// errors of usage come without loading any of it.
import type { Backend } from '../backend/contract.js';
import { useBackend } from '../node.js';
import type { GlobalOptions } from './options.js';

export { LanguageModel, listBackends, loadModel, NgramLanguageModel } from '../node.js';
export { trainingReport } from '../plot/trainingReport.js';

/** Makes what --backend and --threads ask for the one that computes. Errors: UNSUPPORTED. */
export async function startBackend({ backend, threads }: GlobalOptions): Promise<Backend> {
  return useBackend(backend, { threads });
}

/** A backend for people: `native (avx512, 2 threads)`; its features may say the threads already. */
export function describeBackend({ name, features, threads }: Backend): string {
  const own = features.filter((feature) => !/^\d+ threads?$/.test(feature));
  return `${name} (${[...own, `${threads} ${threads === 1 ? 'thread' : 'threads'}`].join(', ')})`;
}
