import { beforeAll, describe, expect, it } from 'vitest';
import '../../autograd/methods.js';
import { ReferenceBackend } from '../../backend/reference/reference.js';
import { RandomCalls } from '../../nn/random.js';
import { fromData } from '../../tensor/create.js';
import { setCurrentDevice } from '../../tensor/device.js';
import { Philox } from '../../tensor/philox.js';
import { crossEntropy } from '../../autograd/ops.js';
import { LanguageNetwork, type LanguageNetworkConfig } from './languageNetwork.js';

beforeAll(() => setCurrentDevice(new ReferenceBackend()));

const network = (config: Partial<LanguageNetworkConfig>): LanguageNetwork => {
  const plain = { cell: 'lstm', hiddenSize: 8, numLayers: 1, embeddingSize: 4, dropout: 0 };
  return new LanguageNetwork({ ...plain, ...config }, 5, new Philox(1), new RandomCalls(1));
};

describe('refuses an option that would change nothing', () => {
  it.each<[string, Partial<LanguageNetworkConfig>, RegExp]>([
    ['heads of a cell without', { recurrent: { numHeads: 2 } }, /cell with heads .* received LSTM/],
    ['residual, one layer of another size', { recurrent: { residual: true } }, /embedding of size 8.* embedding of 4/],
    ['residual, one layer on tokens', { embeddingSize: 0, recurrent: { residual: true } }, /one layer on tokens/],
    ['variational without dropout', { numLayers: 2, recurrent: { variational: true } }, /dropout 0 and 2 layers/],
    ['variational with one layer', { dropout: 0.2, recurrent: { variational: true } }, /dropout 0.2 and 1 layers/],
  ])('%s', (_, config, message) => {
    expect(() => network(config)).toThrow(message);
  });

  it('dropout of tokens', () => {
    const tokens = fromData(Int32Array.of(1, 2), [2, 1]);
    const made = network({ embeddingSize: 0, recurrent: { inputDropout: 0.2 } });
    expect(() => made.forward(tokens, null)).toThrow(/dense input for inputDropout, received tokens/);
  });
});

it.each<Partial<LanguageNetworkConfig>>([
  { cell: 'slstm', recurrent: { numHeads: 2 } },
  { embeddingSize: 8, recurrent: { residual: true } },
  { numLayers: 2, recurrent: { residual: true } },
  { numLayers: 2, dropout: 0.2, recurrent: { variational: true, inputDropout: 0.2 } },
])('takes %j', (config) => {
  const { logits } = network(config).forward(fromData(Int32Array.of(1, 2), [2, 1]), null);
  expect(logits.shape).toEqual([2, 1, 5]);
});

describe('tied', () => {
  const tokens = () => fromData(Int32Array.of(1, 2, 3, 1), [2, 2]);

  it.each([
    ['of one size', 4],
    ['behind a matrix', 8],
  ])('has the table of the embedding once, and is the same function in plain layers: %s', (_, hiddenSize) => {
    const tied = network({ hiddenSize, tied: true }).eval();
    const plain = network({ hiddenSize, embeddingSize: 4 });
    // 5 tokens of 4 numbers are not there twice; the matrix is there where the sizes differ.
    const matrix = hiddenSize === 4 ? 0 : hiddenSize * 4;
    expect(tied.parameterCount()).toBe(plain.parameterCount() - 5 * hiddenSize + matrix);
    const names = [...tied.plain().namedParameters()].map(([name]) => name);
    expect(names).toEqual(expect.arrayContaining(['embedding.weight', 'decoder.weight', 'decoder.bias']));
    expect(names.includes('projection.weight')).toBe(hiddenSize !== 4);
  });

  it('learns the vectors of tokens from what they read and from what they predict', () => {
    const tied = network({ tied: true });
    const { logits } = tied.forward(tokens(), null);
    crossEntropy(logits, tokens()).backward();
    const weight = tied.parameters().find(({ shape }) => shape[0] === 5 && shape[1] === 4);
    // Token 0 is neither read nor wanted: only the decoder has a gradient for it.
    const gradient = weight?.grad?.data().slice(0, 4) ?? [];
    expect(Math.hypot(...gradient)).toBeGreaterThan(1e-4);
  });

  it('wants an embedding', () => {
    expect(() => network({ embeddingSize: 0, tied: true })).toThrow(/embedding for tied, received embeddingSize 0/);
    expect(() => network({ embeddingSize: 0, embeddingDropout: 0.1 })).toThrow(/for embeddingDropout/);
    expect(() => network({ embeddingDropout: 1 })).toThrow(/embeddingDropout .* below 1/);
  });
});

it('embeddingDropout leaves out the same tokens in a whole minibatch, and none outside of training', () => {
  const dropped = network({ embeddingDropout: 0.5, hiddenSize: 4 });
  // The cell gets equal inputs for equal tokens, from zero states: rows of the first step are equal or not as their tokens are.
  const tokens = fromData(
    Int32Array.from({ length: 20 }, (_, i) => i % 5),
    [1, 20],
  );
  const rowsOf = (): string[] => {
    const all = dropped.forward(tokens, null).logits.data();
    return Array.from({ length: 20 }, (_, i) => all.slice(i * 5, i * 5 + 5).join());
  };
  const distinct = Array.from({ length: 8 }, () => {
    const rows = rowsOf();
    rows.forEach((row, i) => expect(row).toBe(rows[i % 5]));
    return new Set(rows).size;
  });
  // Two tokens that are left out look alike.
  expect(Math.min(...distinct)).toBeLessThan(5);
  dropped.eval();
  expect(new Set(rowsOf()).size).toBe(5);
});
