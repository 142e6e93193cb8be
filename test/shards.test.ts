// The same bits whoever computes a shard: models of several tasks, trained on 1, 2, 3, 4 and 8 ranks that meet in memory.
import { beforeAll, describe, expect, it } from 'vitest';
import '../src/onNode/setup.js';
import '../src/autograd/methods.js';
import { useBackend } from '../src/backend/choose.js';
import { setRanks } from '../src/parallel/communicator.js';
import { memoryRanks } from '../src/parallel/testing.js';
import { Corpus } from '../src/text/corpus.js';
import { TextClassifier } from '../src/models/classifier/textClassifier.js';
import { Forecaster } from '../src/models/forecaster/forecaster.js';
import { LanguageModel } from '../src/models/language/languageModel.js';
import type { FitOptions } from '../src/models/options.js';
import { TokenTagger } from '../src/models/tagger/tokenTagger.js';
import { Translator } from '../src/models/translator/translator.js';
import { Philox } from '../src/tensor/philox.js';

beforeAll(async () => {
  await useBackend('wasm');
});

interface Trained {
  toBytes(): Uint8Array;
  training: { loss: number } | null;
}

/** One model for each rank, trained together. */
async function onRanks<M>(size: number, fit: () => Promise<M>): Promise<M[]> {
  const alone = memoryRanks(1)[0];
  const running = (size === 1 ? [alone] : memoryRanks(size)).map((one) => {
    setRanks(one);
    return fit();
  });
  setRanks(alone);
  return Promise.all(running);
}

const rng = new Philox(5);
const WORDS = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta'];
const text = (length: number): string => Array.from({ length }, () => WORDS[rng.integer(WORDS.length)]).join(' ');

const ROWS = Array.from({ length: 61 }, (_, i) => ({ text: text(1 + rng.integer(9)), label: WORDS[i % 3] }));
const SENTENCES = Array.from({ length: 45 }, () => {
  const tokens = text(1 + rng.integer(7)).split(' ');
  return { tokens, tags: tokens.map((token) => (token.length > 4 ? 'long' : 'short')) };
});
const PAIRS = Array.from({ length: 40 }, () => {
  const source = text(1 + rng.integer(4));
  return { source, target: source.split(' ').reverse().join(' ') };
});
const SERIES = { target: Float64Array.from({ length: 150 }, (_, t) => Math.sin(t / 3) + 0.1 * rng.normal()) };
const CORPUS = Corpus.fromText(text(400));
const small = { hiddenSize: 12, epochs: 1, batchSize: 11, shards: 8, seed: 3 } as const;

interface Task {
  fit(options: FitOptions): Promise<Trained>;
  /** What draws masks, switched off. */
  plain: object;
}

const TASKS: Readonly<Record<string, Task>> = {
  'a language model': {
    fit: (options) =>
      LanguageModel.fit(CORPUS, { ...small, numSteps: 9, dropout: 0.2, numLayers: 2, validation: 0.1, ...options }),
    plain: { dropout: 0 },
  },
  'a language model of random pieces, tied, few rows': {
    fit: (options) =>
      LanguageModel.fit(CORPUS, {
        ...{ ...small, batchSize: 5, numSteps: 9, sampling: 'random', tied: true, embeddingSize: 8 },
        ...{ embeddingDropout: 0.1, recurrent: { stateDropout: 0.2, zoneout: 0.1 }, ...options },
      }),
    plain: { embeddingDropout: 0, recurrent: {} },
  },
  'a ragged classifier': {
    fit: (options) =>
      TextClassifier.fit(ROWS, { ...small, wordDropout: 0.2, dropout: 0.3, classWeights: 'balanced', ...options }),
    plain: { wordDropout: 0, dropout: 0 },
  },
  'a tagger': {
    fit: (options) => TokenTagger.fit(SENTENCES, { ...small, dropout: 0.2, minCount: 1, ...options }),
    plain: { dropout: 0, unknownRate: 0, wordDropout: 0 },
  },
  'a tagger with a field that guesses neighbours': {
    fit: (options) => TokenTagger.fit(SENTENCES, { ...small, head: 'crf', neighbourWeight: 0.1, ...options }),
    plain: { dropout: 0, unknownRate: 0, wordDropout: 0 },
  },
  'a translator': {
    fit: (options) => Translator.fit(PAIRS, { ...small, embeddingSize: 8, dropout: 0.1, ...options }),
    plain: { dropout: 0 },
  },
  'a forecaster': {
    fit: (options) => Forecaster.fit(SERIES, { ...small, horizon: 3, window: 12, ...options }),
    plain: { dropout: 0 },
  },
};

describe.each(Object.entries(TASKS))('%s', (_, { fit, plain }) => {
  it('has the same bits on 1, 2, 3, 4 and 8 ranks', async () => {
    const [alone] = await onRanks(1, () => fit({}));
    const bytes = Buffer.from(alone.toBytes());
    for (const size of [2, 3, 4, 8]) {
      for (const model of await onRanks(size, () => fit({}))) {
        expect(model.training?.loss).toBe(alone.training?.loss);
        expect(Buffer.from(model.toBytes()).equals(bytes), `${size} ranks`).toBe(true);
      }
    }
  });

  it('goes on from a checkpoint on another number of ranks as the same run', async () => {
    const [whole] = await onRanks(1, () => fit({}));
    let saved: Uint8Array | undefined;
    const stop = { aborted: false };
    const first = await onRanks(2, () =>
      fit({
        checkpoint: { everySeconds: 1e6, save: (bytes) => void (saved = bytes) },
        signal: stop,
        onProgress: ({ step }) => (stop.aborted ||= step === 3),
      }),
    );
    expect(first).toHaveLength(2);
    const again = await onRanks(4, () => fit({ resume: saved }));
    for (const model of again) expect(Buffer.from(model.toBytes()).equals(Buffer.from(whole.toBytes()))).toBe(true);
  });

  it('has nearly the gradient of whole minibatches', async () => {
    const [whole] = await onRanks(1, () => fit({ ...plain, maxSteps: 4, shards: undefined }));
    const [cut] = await onRanks(1, () => fit({ ...plain, maxSteps: 4, shards: 4 }));
    expect(cut.training?.loss).toBeCloseTo(whole.training?.loss ?? NaN, 4);
  });
});
