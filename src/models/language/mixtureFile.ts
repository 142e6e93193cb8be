// A mixture in a model's file: shares in the configuration, counts as tensors beside the weights.
import { NgramModel } from '../../text/ngram.js';
import { openingFile } from '../../weights/budget.js';
import { ConfigReader } from '../config.js';
import type { FileExtra, ModelFile } from '../modelFile.js';
import { ngramArrays, ngramTensors } from '../ngram/ngramFile.js';
import { Mixture } from './mixture.js';

/** Of the names of their tensors: none of the network's. */
const PREFIX = 'ngrams:';

type Content = Pick<ModelFile, 'config' | 'texts'> & FileExtra;

/** What a file holds of a model, with the mixture. */
export function withMixture({ config, tensors = [], ...rest }: Content, { ngrams, shares }: Mixture): Content {
  return {
    ...rest,
    config: { ...(config as object), mixture: { order: ngrams.order, shares } },
    tensors: [...tensors, ...ngramTensors(ngrams, PREFIX)],
  };
}

/** The mixture of a file; null where it holds none. Errors: FORMAT. */
export function mixtureOf(file: ModelFile, name: string, vocabularySize: number): Mixture | null {
  const stored = new ConfigReader(file.config, name).value('mixture');
  return stored === undefined ? null : storedMixture(new ConfigReader(stored, name), file, name, vocabularySize);
}

/** Errors: FORMAT. */
function storedMixture(config: ConfigReader, file: ModelFile, name: string, vocabularySize: number): Mixture {
  const order = config.size('order', 1);
  const shares = config.numbers('shares', (share) => share >= 0 && share <= 1);
  if (shares.length !== order) config.fail(`${order} shares`);
  const smoothing = { smoothing: 'kneser-ney', alpha: 1 } as const;
  const data = { order, vocabularySize, ...smoothing, ...ngramArrays(file, name, PREFIX) };
  return openingFile(name, () => new Mixture(NgramModel.fromData(data), shares));
}
