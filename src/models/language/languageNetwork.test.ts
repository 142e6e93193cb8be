import { beforeAll, describe, expect, it } from 'vitest';
import '../../autograd/methods.js';
import { ReferenceBackend } from '../../backend/reference/reference.js';
import { RandomCalls } from '../../nn/random.js';
import { fromData } from '../../tensor/create.js';
import { setCurrentDevice } from '../../tensor/device.js';
import { Philox } from '../../tensor/philox.js';
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
