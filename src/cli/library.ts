// The library as the command line uses it, behind one door: commands import this file only when they run, so that --help and
// errors of usage come without loading any of it.
import type { Backend } from '../backend/contract.js';
import { useBackend } from '../node.js';
import type { GlobalOptions } from './options.js';

export { searchSettings } from '../models/search.js';
export {
  backtest,
  forecastBaselines,
  Forecaster,
  LanguageModel,
  listBackends,
  loadLanguageModel,
  loadModel,
  LogisticRegression,
  MostFrequentTag,
  NaiveBayes,
  NgramLanguageModel,
  randn,
  splitPairs,
  TASKS,
  tensor,
  TextClassifier,
  TokenTagger,
  TranslationMemory,
  Translator,
} from '../node.js';
export { exportModel, exportModule, exportOnnx, ImportedModel, importModel } from '../convert/index.js';
export { partsOf } from '../models/foreign/exportModel.js';
export { stratifiedSplit, timeParts } from '../data/index.js';
export { bleu, chrf, tagSchemeOf } from '../metrics/index.js';
export { readVectors } from '../text/index.js';
export { taskReport } from '../drawing/reports/taskReport.js';
export { confusionChart } from '../drawing/charts/confusionChart.js';
export { trainingReport } from '../drawing/reports/trainingReport.js';

/** Makes what --backend and --threads ask for the one that computes. Errors: UNSUPPORTED. */
export async function startBackend({ backend, threads }: Pick<GlobalOptions, 'backend' | 'threads'>): Promise<Backend> {
  return useBackend(backend, { threads });
}

/** Features as people are shown them beside the number of threads, which some backends count among them. */
export function withoutThreads(features: readonly string[]): string[] {
  return features.filter((feature) => !/^\d+ threads?$/.test(feature));
}

/** A backend for people: `native (avx512, 2 threads)`. */
export function describeBackend({ name, features, threads }: Backend): string {
  return `${name} (${[...withoutThreads(features), `${threads} ${threads === 1 ? 'thread' : 'threads'}`].join(', ')})`;
}
