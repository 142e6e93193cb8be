// The same bits whoever computes a shard: models of several tasks, trained on 1, 2, 3, 4 and 8 ranks that meet in memory.
import { beforeAll, describe, expect, it, vi } from 'vitest';
import '../src/onNode/setup.js';
import '../src/autograd/methods.js';
import { useBackend } from '../src/backend/choose.js';
import { crossEntropy } from '../src/autograd/ops.js';
import { GRU } from '../src/cell/cells/gru.js';
import { DataLoader } from '../src/data/dataLoader.js';
import { UnrolledError } from '../src/errors.js';
import { fit, type FitHistory } from '../src/models/fitModule.js';
import { Dropout, Embedding, Linear } from '../src/nn/layers.js';
import { Module } from '../src/nn/module.js';
import { RandomCalls } from '../src/nn/random.js';
import { Recurrent } from '../src/nn/recurrent.js';
import { type Ranks, setRanks } from '../src/parallel/communicator.js';
import { allReduceGradients, backwardInShards } from '../src/parallel/gradients.js';
import { shardOf } from '../src/parallel/shardOf.js';
import type { Tensor } from '../src/tensor/tensor.js';
import { memoryRanks, onRanks } from '../src/parallel/testing.js';
import { Corpus } from '../src/text/corpus.js';
import { TextClassifier } from '../src/models/classifier/textClassifier.js';
import { Forecaster } from '../src/models/forecaster/forecaster.js';
import { LanguageModel } from '../src/models/language/languageModel.js';
import { LanguageNetwork } from '../src/models/language/languageNetwork.js';
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
const small = { hiddenSize: 12, epochs: 1, maxSteps: 6, validations: 2, batchSize: 11, shards: 8, seed: 3 } as const;

interface Task {
  fit(options: FitOptions): Promise<Trained>;
  /** What draws masks, switched off. */
  plain: object;
}

const AS_RULES_SAY = { batchSize: 19, numSteps: 20, tied: true, embeddingSize: 8 };

const TASKS: Readonly<Record<string, Task>> = {
  'a language model': {
    fit: (options) =>
      LanguageModel.fit(CORPUS, { ...small, numSteps: 9, dropout: 0.2, numLayers: 2, validation: 0.1, ...options }),
    plain: { dropout: 0 },
  },
  'a language model whose shards are computed at once': {
    fit: (options) =>
      LanguageModel.fit(CORPUS, {
        ...{ ...small, batchSize: 27, numSteps: 17, dropout: 0.2, numLayers: 2, embeddingSize: 9, validation: 0.1 },
        ...options,
      }),
    plain: { dropout: 0 },
  },
  'a language model of tokens, by GRU, whose shards are computed at once': {
    fit: (options) =>
      LanguageModel.fit(CORPUS, { ...small, batchSize: 19, numSteps: 20, cell: 'gru', embeddingSize: 0, ...options }),
    plain: {},
  },
  'a language model of random pieces, tied, few rows': {
    fit: (options) =>
      LanguageModel.fit(CORPUS, {
        ...{ ...small, batchSize: 5, numSteps: 9, sampling: 'random', tied: true, embeddingSize: 8 },
        ...{ embeddingDropout: 0.1, recurrent: { stateDropout: 0.2, zoneout: 0.1 }, ...options },
      }),
    plain: { embeddingDropout: 0, recurrent: {} },
  },
  'a language model with a sampled softmax': {
    fit: (options) =>
      LanguageModel.fit(CORPUS, { ...small, numSteps: 7, tied: true, embeddingSize: 8, softmaxSamples: 6, ...options }),
    plain: {},
  },
  'a language model of words as the rules make one, whose shards are computed at once': {
    fit: (options) =>
      LanguageModel.fit(CORPUS, {
        ...{ ...small, ...AS_RULES_SAY, softmaxSamples: 6 },
        ...{ embeddingDropout: 0.1, dropout: 0.3, recurrent: { inputDropout: 0.2 }, ...options },
      }),
    plain: { embeddingDropout: 0, dropout: 0, recurrent: {} },
  },
  'a language model with tied vectors and masks that hold over a window, whose shards are computed at once': {
    fit: (options) =>
      LanguageModel.fit(CORPUS, {
        ...{ ...small, ...AS_RULES_SAY, numLayers: 2, embeddingSize: 12, dropout: 0.2 },
        ...{ recurrent: { stateDropout: 0.2, variational: true }, ...options },
      }),
    plain: { dropout: 0, recurrent: {} },
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

describe('sums that know more of the gradients', () => {
  /** How many numbers each sum of rank 1 has, and whether it began early. */
  const counting = (ranks: Ranks, sums: [number, boolean][]): Ranks => ({
    ...ranks,
    sumShards(blocks, shards, message, isOverlapped) {
      sums.push([blocks[0].reduce((total, { length }) => total + length, 0), isOverlapped === true]);
      return ranks.sumShards(blocks, shards, message, isOverlapped);
    },
  });

  it('of an upper layer begin while the lower one is computed, with the same bits', async () => {
    const fitting = (): Promise<LanguageModel> =>
      LanguageModel.fit(CORPUS, { ...small, hiddenSize: 200, numLayers: 2, batchSize: 19, numSteps: 20, maxSteps: 3 });
    const [alone] = await onRanks(1, fitting);
    const sums: [number, boolean][] = [];
    const all = memoryRanks(3, true).map((one) => (one.rank === 1 ? counting(one, sums) : one));
    for (const model of await onRanks(3, fitting, all)) {
      expect(Buffer.from(model.toBytes()).equals(Buffer.from(alone.toBytes()))).toBe(true);
    }
    // The decoder and the products of the upper layer; then the rest.
    expect(sums.slice(0, 2).map(([, isEarly]) => isEarly)).toEqual([true, false]);
    expect(sums).toHaveLength(6);
    expect(sums[0][0]).toBeGreaterThan(2 * 200 * 800);
  });

  it('of a large embedding are of the rows that were read, with the same bits', async () => {
    const words = Array.from({ length: 9000 }, (_, i) => `w${i % 4500}`);
    const corpus = Corpus.fromText(words.join(' '), { tokens: 'word' });
    const fitting = (): Promise<LanguageModel> =>
      LanguageModel.fit(corpus, {
        ...{ ...small, tied: false, embeddingSize: 64, softmaxSamples: 0, batchSize: 16, numSteps: 5, maxSteps: 3 },
      });
    const [alone] = await onRanks(1, fitting);
    const sums: [number, boolean][] = [];
    const all = memoryRanks(2).map((one) => (one.rank === 1 ? counting(one, sums) : one));
    for (const model of await onRanks(2, fitting, all)) {
      expect(Buffer.from(model.toBytes()).equals(Buffer.from(alone.toBytes()))).toBe(true);
    }
    const [first, ...others] = sums.map(([numbers]) => numbers);
    // 80 rows at most in place of 4,500.
    for (const numbers of others) expect(first - numbers).toBeGreaterThanOrEqual((4500 - 80) * 64);
  });
});

it.each([
  ['plain', {}, true],
  ['with tied vectors', { tied: true, embeddingSize: 12 }, true],
  ['with a sampled softmax', { ...AS_RULES_SAY, softmaxSamples: 6, embeddingDropout: 0.1, dropout: 0.2 }, true],
  ['with masks over a window', { recurrent: { inputDropout: 0.2, stateDropout: 0.2 } }, true],
  ['with a learned initial state', { recurrent: { learnInitialState: true } }, true],
  ['with weights that are dropped', { recurrent: { weightDropout: 0.2 } }, false],
])('a language model %s computes its shards at once, or each alone', async (_, options, isTogether) => {
  const forward = vi.spyOn(LanguageNetwork.prototype, 'forward');
  await LanguageModel.fit(CORPUS, { ...small, batchSize: 19, numSteps: 20, shards: 4, maxSteps: 3, ...options });
  // Where it turns out in the first step that they cannot go at once, that was computed in vain.
  expect(forward).toHaveBeenCalledTimes(isTogether ? 3 : 1 + 3 * 4);
  forward.mockRestore();
});

describe('onStep', () => {
  const options = { ...small, batchSize: 19, numSteps: 20 };

  it('takes checkpoints of a training in shards, which go on as the same run', async () => {
    let saved: Uint8Array | undefined;
    const whole = await LanguageModel.fit(CORPUS, {
      ...options,
      onStep: ({ step }, training) => {
        if (step === 2) saved = training.checkpoint();
      },
    });
    for (const again of await onRanks(2, () => LanguageModel.fit(CORPUS, { resume: saved }))) {
      expect(Buffer.from(again.toBytes()).equals(Buffer.from(whole.toBytes()))).toBe(true);
    }
  });

  it('is called on rank 0 alone, whose learning rate holds on all', async () => {
    const steps: number[] = [];
    const fitting = (): Promise<LanguageModel> =>
      LanguageModel.fit(CORPUS, {
        ...options,
        onStep: async ({ step }, training) => {
          steps.push(step);
          await Promise.resolve();
          if (step === 2) training.learningRate = 0.05;
        },
      });
    const [alone] = await onRanks(1, fitting);
    const plain = await LanguageModel.fit(CORPUS, options);
    expect(Buffer.from(plain.toBytes()).equals(Buffer.from(alone.toBytes()))).toBe(false);
    const before = steps.length;
    for (const model of await onRanks(3, fitting)) {
      expect(Buffer.from(model.toBytes()).equals(Buffer.from(alone.toBytes()))).toBe(true);
    }
    expect(steps.slice(before)).toEqual(steps.slice(0, before));
  });

  it('refuses checkpoints between steps of several ranks', async () => {
    const fitting = (): Promise<LanguageModel> =>
      LanguageModel.fit(CORPUS, { ...options, onStep: (_, training) => void training.checkpoint() });
    await expect(onRanks(2, fitting)).rejects.toThrow(/one process for checkpoint\(\).*one of 2 ranks/);
  });
});

const EXAMPLES = Array.from({ length: 30 }, (_, i) => {
  const x = Array.from({ length: 1 + rng.integer(6) }, () => rng.integer(9));
  return { x, y: x.map((token) => (token + i) % 3) };
});

/** With what it draws from: the default of a process would be that of all ranks here. */
class Net extends Module {
  readonly #from = { rng: new Philox(4), calls: new RandomCalls(4) };
  embed = new Embedding(9, 6, { rng: this.#from.rng });
  rnn = new Recurrent(GRU, { inputSize: 6, hiddenSize: 8, bidirectional: true, stateDropout: 0.2, ...this.#from });
  drop = new Dropout(0.3, this.#from.calls);
  head = new Linear(16, 3, { rng: this.#from.rng });
  forward(x: Tensor, options: { lengths?: ArrayLike<number> }): Tensor {
    return this.head.forward(this.drop.forward(this.rnn.forward(this.embed.forward(x), options).output));
  }
}

const bytesOf = (net: Module): Buffer =>
  Buffer.concat(net.parameters().map((t) => Buffer.from(t.data().slice().buffer)));

describe('a module of one’s own', () => {
  const train = async (options: object): Promise<[Buffer, FitHistory]> => {
    const net = new Net();
    const history = await fit(net, EXAMPLES, {
      ...{ loss: 'crossEntropy', epochs: 2, batchSize: 7, shards: 4, clipNorm: 1, ...options },
    });
    return [bytesOf(net), history];
  };

  it('has the same bits on any number of ranks', async () => {
    const [[alone, history]] = await onRanks(1, () => train({}));
    for (const size of [2, 3, 4]) {
      for (const [bytes, theirs] of await onRanks(size, () => train({}))) {
        expect(bytes.equals(alone), `${size} ranks`).toBe(true);
        expect(theirs.loss).toEqual(history.loss);
      }
    }
  });

  it('refuses more ranks than shards, shards that are no power of two, and other examples', async () => {
    for (const [size, options, message] of [
      [3, { shards: 2 }, /2 ranks at most.*received 3/],
      [1, { shards: 6 }, /power of two up to 1024, received 6/],
    ] as const) {
      await expect(onRanks(size, () => train(options))).rejects.toThrow(message);
    }
    let calls = 0;
    const other = (): Promise<FitHistory> => {
      const examples = calls++ === 0 ? EXAMPLES : [...EXAMPLES].reverse();
      return fit(new Net(), examples, { loss: 'crossEntropy', epochs: 1 });
    };
    await expect(onRanks(2, other)).rejects.toThrow(/alike, received data for training/);
  });

  it('learns in a loop of one’s own by backwardInShards, and nearly the same by allReduceGradients', async () => {
    const loop = async (own: Ranks, inShards: boolean): Promise<Buffer> => {
      const net = new Net().eval();
      for (const batch of new DataLoader(EXAMPLES, { batchSize: 10 })) {
        setRanks(own);
        const lossOf = ({ x, y, lengths }: typeof batch): Tensor =>
          crossEntropy(net.forward(x, { lengths }), y, { ignoreIndex: -100 });
        if (inShards) await backwardInShards(net, batch, lossOf);
        else {
          const part = shardOf(batch);
          if (part !== null) lossOf(part).backward();
          const weight = part?.lengths.reduce((sum, length) => sum + length, 0) ?? 0;
          await allReduceGradients(net, { weight });
        }
        for (const t of net.parameters()) {
          if (t.grad !== null) t.set(t.data().map((value, i) => value - 0.5 * (t.grad?.data()[i] ?? 0)));
          t.grad = null;
        }
      }
      return bytesOf(net);
    };
    const all = async (size: number, inShards: boolean): Promise<Buffer[]> =>
      Promise.all(memoryRanks(size).map((own) => loop(own, inShards)));
    const [expected] = await all(1, true);
    for (const bytes of await all(3, true)) expect(bytes.equals(expected)).toBe(true);
    const floats = (bytes: Buffer): number[] => [...new Float32Array(Uint8Array.from(bytes).buffer)];
    const [a, b] = await all(2, false);
    expect(a.equals(b)).toBe(true);
    floats(a).forEach((value, i) => expect(value).toBeCloseTo(floats(expected)[i], 4));
  });
});

describe('where a rank fails', () => {
  it('a checkpoint that rank 0 cannot write ends all, with its name and reason', async () => {
    const full = new UnrolledError('IO', 'expected to write, received ENOSPC', 'make room');
    const fitting = (): Promise<unknown> =>
      LanguageModel.fit(CORPUS, {
        ...{ ...small, numSteps: 9 },
        checkpoint: {
          everySeconds: 0,
          save() {
            throw full;
          },
        },
      });
    const results = await Promise.allSettled(memoryRanks(2).map((one) => (setRanks(one), fitting())));
    expect(results[0]).toMatchObject({ reason: full });
    expect(results[1]).toMatchObject({ reason: { code: 'RANK' } });
    expect((results[1] as PromiseRejectedResult).reason.message).toMatch(/rank 0.*ENOSPC/);
  });

  it('data that differs on a rank is told on all', async () => {
    const texts = ['one two three four. ', 'one two three five. '];
    const results = await Promise.allSettled(
      memoryRanks(2).map((one, rank) => {
        setRanks(one);
        return LanguageModel.fit(texts[rank].repeat(30), { ...small, numSteps: 9, seed: rank });
      }),
    );
    for (const result of results) {
      expect((result as PromiseRejectedResult).reason.message).toMatch(/data for (vocabulary|training)/);
    }
  });

  it('a checkpoint without shards is refused', async () => {
    let saved: Uint8Array | undefined;
    const options = { ...small, numSteps: 9, shards: undefined };
    await onRanks(1, () =>
      LanguageModel.fit(CORPUS, {
        ...{ ...options, signal: AbortSignal.abort() },
        checkpoint: { everySeconds: 1e6, save: (bytes) => void (saved = bytes) },
      }),
    );
    await expect(onRanks(2, () => LanguageModel.fit(CORPUS, { resume: saved }))).rejects.toThrow(
      /in shards for 2 ranks/,
    );
  });
});
