// Generation by repeated calls: the same text as step by step, in few calls of the kernels, and a steady step asks for no memory.
import { describe, expect, it, vi } from 'vitest';
import { CompiledBackend } from '../../backend/compiled/compiled.js';
import { KERNEL } from '../../backend/numbers.js';
import { createWasmEngineSync } from '../../backend/compiled/wasmSync.js';
import { ReferenceBackend } from '../../backend/reference/reference.js';
import { nodePlatform } from '../../platform/node/node.js';
import { setPlatform } from '../../platform/platform.js';
import { setCurrentDevice } from '../../tensor/device.js';
import { Corpus } from '../../text/corpus.js';
import { LanguageModel } from './languageModel.js';
import type { LanguageModelConfig } from './options.js';
import type { GenerateOptions } from './textGenerator.js';

setPlatform(nodePlatform);

const { vocabulary } = Corpus.fromText('the quick brown fox jumps over the lazy dog. '.repeat(3));

function makeModel(config: Partial<LanguageModelConfig> = {}): LanguageModel {
  const whole = { cell: 'lstm', hiddenSize: 40, numLayers: 2, embeddingSize: 12, dropout: 0.3, seed: 5, ...config };
  return new LanguageModel(whole, { settings: { tokens: 'char' }, vocabulary });
}

describe('generation', () => {
  const engine = createWasmEngineSync({ threads: 1 });
  const backend = new CompiledBackend(engine);

  it.each<[string, Partial<LanguageModelConfig>, GenerateOptions]>([
    ['an LSTM', {}, { prime: 'the ' }],
    ['a GRU on tokens, without a prime', { cell: 'gru', embeddingSize: 0, numLayers: 1 }, {}],
    ['a cell of two stages', { cell: 'mgu', numLayers: 1 }, { prime: 'q', temperature: 0.5 }],
    ['layer normalization, top-k', { cell: 'lstm-layer-norm' }, { prime: 'fox', topK: 5 }],
    ['zoneout, the nucleus', { recurrent: { zoneout: 0.2 } }, { prime: 'dog', topP: 0.8 }],
    ['the most likely, up to a text', {}, { prime: 'lazy', temperature: 0, stop: 'zz' }],
  ])('%s: the text that steps one by one give, and nearly that of the reference', (_, config, options) => {
    setCurrentDevice(backend);
    const model = makeModel(config);
    const all = { length: 150, seed: 3, ...options };
    const repeated = model.generate(all);
    const others = [4, 5].map((seed) => model.generate({ ...all, seed }));
    expect(model.generateMany(3, all)).toEqual([repeated, ...others]);
    const loop = vi.spyOn(backend, 'repeat').mockImplementation((times, calls) => {
      for (let i = 0; i < times; i++) calls();
    });
    expect(model.generate(all)).toBe(repeated);
    expect(loop).toHaveBeenCalled();
    loop.mockRestore();
    expect(model.generate({ ...all, seed: 4 }) === repeated).toBe(options.temperature === 0);

    setCurrentDevice(new ReferenceBackend({}));
    // Rounding may turn one draw, and with it what follows; the beginning is the same.
    expect(makeModel(config).generate({ ...all, length: 12 })).toBe(repeated.slice(0, 12));
  });

  it('asks the kernels as seldom for many tokens as for a few', () => {
    setCurrentDevice(backend);
    const model = makeModel();
    const calls = (length: number): Record<'repeats' | 'others', number> => {
      const spy = vi.spyOn(engine, 'invoke');
      // Time stands still: pieces are as long as they may be.
      const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
      model.generate({ prime: 't', length, seed: 1 });
      const repeats = spy.mock.calls.filter(([kernel]) => kernel === KERNEL.REPEAT).length;
      const others = spy.mock.calls.length - repeats;
      spy.mockRestore();
      clock.mockRestore();
      return { repeats, others };
    };
    const [few, many] = [calls(60), calls(300)];
    // 4, 16, 40 tokens; 4, 16, 64, 216.
    expect([few.repeats, many.repeats]).toEqual([3, 4]);
    expect(many.others - few.others).toBeLessThan(few.others);
  });

  it('leaves nothing behind', () => {
    setCurrentDevice(backend);
    const model = makeModel();
    model.generate({ prime: 't', length: 30 });
    const before = backend.memory();
    for (let i = 0; i < 5; i++) model.generate({ prime: 't', length: 30 });
    expect(backend.memory()).toEqual(before);
  });
});
