// The same bits on any number of ranks, over options that people combine: cells, layers, directions, dropouts, clipping, ragged rows,
// truncated windows, optimizers, batches of any size.
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import '../src/onNode/setup.js';
import '../src/autograd/methods.js';
import { useBackend } from '../src/backend/choose.js';
import { fit } from '../src/models/fitModule.js';
import { LanguageModel } from '../src/models/language/languageModel.js';
import { LanguageNetwork } from '../src/models/language/languageNetwork.js';
import { Dropout, Embedding, Linear } from '../src/nn/layers.js';
import { Module } from '../src/nn/module.js';
import { RandomCalls } from '../src/nn/random.js';
import { Recurrent, type RecurrentOptions } from '../src/nn/recurrent.js';
import { onRanks } from '../src/parallel/testing.js';
import { Philox } from '../src/tensor/philox.js';
import type { Tensor } from '../src/tensor/tensor.js';
import { Corpus } from '../src/text/corpus.js';

beforeAll(async () => {
  await useBackend('wasm');
});

const rng = new Philox(2);
const WORDS = ['one', 'two', 'three', 'four', 'five'];
const CORPUS = Corpus.fromText(Array.from({ length: 500 }, () => WORDS[rng.integer(WORDS.length)]).join(' '));
const EXAMPLES = Array.from({ length: 34 }, (_, i) => {
  const x = Array.from({ length: 1 + rng.integer(7) }, () => rng.integer(9));
  return { x, y: x.map((token) => (token + i) % 3) };
});

const common = {
  cell: fc.constantFrom('lstm', 'gru', 'rnn', 'lstm-peephole', 'gru-reset-before', 'lstm-layer-norm'),
  hiddenSize: fc.constantFrom(3, 8, 17),
  numLayers: fc.constantFrom(1, 2),
  dropout: fc.constantFrom(0, 0.3),
  optimizer: fc.constantFrom('adam' as const, 'sgd' as const, 'rmsprop' as const, 'adagrad' as const),
  clipNorm: fc.constantFrom(0, 0.3),
  clipValue: fc.constantFrom(0, 0.01),
  batchSize: fc.integer({ min: 1, max: 40 }),
  shards: fc.constantFrom(4, 8, 16),
};
const size = fc.constantFrom(2, 3, 4);
/** How tokens become vectors, and the softmax over them. */
const VECTORS = fc.constantFrom(
  { embeddingSize: 0 },
  { embeddingSize: 5 },
  { embeddingSize: 5, tied: true },
  { embeddingSize: 5, tied: true, softmaxSamples: 3, embeddingDropout: 0.2 },
);
/** Tokens themselves have nothing to drop. */
const goTogether = (recurrent: object, { embeddingSize }: { embeddingSize: number }): boolean =>
  embeddingSize > 0 || !('inputDropout' in recurrent);
const RUNS = 14;
const TIMEOUT = 120_000;

describe('the same bits on any number of ranks', () => {
  it(
    'of a language model over truncated windows',
    async () => {
      const options = fc.record({
        ...{ ...common, size },
        numSteps: fc.integer({ min: 1, max: 25 }),
        vectors: VECTORS,
        sampling: fc.constantFrom('sequential' as const, 'random' as const),
        recurrent: fc.constantFrom(
          ...[{}, { zoneout: 0.2 }, { weightDropout: 0.3 }, { learnInitialState: true }],
          ...[{ inputDropout: 0.2 }, { stateDropout: 0.2 }],
        ),
      });
      await fc.assert(
        fc.asyncProperty(options, async ({ size, vectors, ...given }) => {
          fc.pre(goTogether(given.recurrent, vectors));
          const own = { ...given, ...vectors };
          const fitting = (): Promise<LanguageModel> =>
            LanguageModel.fit(CORPUS, { ...own, learningRate: 0.02, maxSteps: 3, validations: 1, seed: 1 });
          const [alone] = await onRanks(1, fitting);
          const expected = Buffer.from(alone.toBytes());
          for (const model of await onRanks(size, fitting)) {
            expect(model.training?.loss).toBe(alone.training?.loss);
            expect(Buffer.from(model.toBytes()).equals(expected)).toBe(true);
          }
        }),
        { numRuns: RUNS, seed: 23 },
      );
    },
    TIMEOUT,
  );

  it(
    'of a language model whose shards are computed at once or each alone',
    async () => {
      const options = fc.record({
        ...common,
        cell: fc.constantFrom('lstm', 'gru', 'rnn'),
        // Whole shards of a power of two of rows: shares of the mean loss are exact.
        batchSize: fc.constantFrom(16, 32),
        numSteps: fc.constantFrom(16, 21),
        shards: fc.constantFrom(4, 8),
        vectors: VECTORS,
        recurrent: fc.constantFrom({}, { learnInitialState: true }, { inputDropout: 0.2 }, { stateDropout: 0.2 }),
      });
      await fc.assert(
        fc.asyncProperty(options, async ({ vectors, ...given }) => {
          vi.restoreAllMocks();
          fc.pre(goTogether(given.recurrent, vectors));
          const own = { ...given, ...vectors };
          const fitting = async (): Promise<Buffer> => {
            const forward = vi.spyOn(LanguageNetwork.prototype, 'forward');
            const options = { ...own, learningRate: 0.02, maxSteps: 3, validations: 1, seed: 1 };
            const model = await LanguageModel.fit(CORPUS, options);
            calls.push(forward.mock.calls.length);
            forward.mockRestore();
            return weightsOf(model.network);
          };
          const calls: number[] = [];
          const together = await fitting();
          vi.spyOn(RandomCalls.prototype, 'isInParts', 'get').mockReturnValue(false);
          const apart = await fitting();
          expect(together.equals(apart)).toBe(true);
          expect(calls).toEqual([3, 1 + 3 * own.shards]);
        }),
        { numRuns: RUNS, seed: 25 },
      );
    },
    TIMEOUT,
  );

  it(
    'of a module over ragged rows, in one direction or two',
    async () => {
      const options = fc.record({
        ...{ ...common, size },
        bidirectional: fc.boolean(),
        merge: fc.constantFrom('concat' as const, 'sum' as const),
        more: fc.constantFrom({}, { stateDropout: 0.2 }, { inputDropout: 0.2 }, { residual: true }, { zoneout: 0.1 }),
      });
      await fc.assert(
        fc.asyncProperty(
          options,
          async ({ size, cell, hiddenSize, numLayers, dropout, bidirectional, merge, more, ...own }) => {
            const shape = { hiddenSize, numLayers, bidirectional, ...(bidirectional ? { merge } : {}), ...more };
            const fitting = async (): Promise<Buffer> => {
              const net = new Net(cell, shape, dropout);
              await fit(net, EXAMPLES, { ...own, loss: 'crossEntropy', learningRate: 0.02, maxSteps: 3 });
              return weightsOf(net);
            };
            const [alone] = await onRanks(1, fitting);
            for (const bytes of await onRanks(size, fitting)) expect(bytes.equals(alone)).toBe(true);
          },
        ),
        { numRuns: RUNS, seed: 24 },
      );
    },
    TIMEOUT,
  );
});

const weightsOf = (net: Module): Buffer =>
  Buffer.concat(net.parameters().map((t) => Buffer.from(t.data().slice().buffer)));

/** With what it draws from: the default of a process would be that of all ranks here. */
class Net extends Module {
  readonly #from = { rng: new Philox(4), calls: new RandomCalls(4) };
  readonly embed = new Embedding(9, 6, { rng: this.#from.rng });
  readonly rnn: Recurrent;
  readonly drop: Dropout;
  readonly head: Linear;

  constructor(cell: string, options: Omit<RecurrentOptions, 'inputSize'>, dropout: number) {
    super();
    this.rnn = new Recurrent(cell, { inputSize: 6, dropout, ...options, ...this.#from });
    this.drop = new Dropout(dropout, this.#from.calls);
    this.head = new Linear(this.rnn.outputSize, 3, { rng: this.#from.rng });
  }

  forward(x: Tensor, options: { lengths?: ArrayLike<number> }): Tensor {
    return this.head.forward(this.drop.forward(this.rnn.forward(this.embed.forward(x), options).output));
  }
}
