// The library as the command line uses it, behind one door: commands import this file only when they run, so that --help and
// errors of usage come without loading any of it.
import { chooseBackend } from '../backend/choose.js';
import type { Backend } from '../backend/contract.js';
import { nodePlatform } from '../platform/node/node.js';
import { setPlatform } from '../platform/platform.js';
import type { GlobalOptions } from './options.js';

export { listBackends } from '../backend/choose.js';
export { LanguageModel } from '../models/languageModel.js';
export { loadModel } from '../models/load.js';
export { NgramLanguageModel } from '../models/ngramLanguageModel.js';
export { trainingReport, type TrainingReport } from '../plot/trainingReport.js';

setPlatform(nodePlatform);

/** Makes what --backend and --threads ask for the one that computes. Errors: NO_BACKEND. */
export async function useBackend({ backend, threads }: GlobalOptions): Promise<Backend> {
  return chooseBackend(backend, { threads });
}

/** A backend for people: `native (avx512, 2 threads)`. */
export function describeBackend({ name, features, threads }: Backend): string {
  return `${name} (${[...features, `${threads} ${threads === 1 ? 'thread' : 'threads'}`].join(', ')})`;
}
