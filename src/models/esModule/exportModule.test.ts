// A model as a module of its own: loaded as a user loads it, it predicts and draws as the model does.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../backend/choose.js';
import { CELLS } from '../../cell/cells/index.js';
import { defineCell } from '../../cell/defineCell.js';
import { Corpus } from '../../text/corpus.js';
import type { TokenizerKind } from '../../text/tokenizer.js';
import { LanguageModel } from '../language/languageModel.js';
import { useMixtures } from '../language/useMixtures.js';
import type { LanguageModelConfig } from '../language/options.js';
import { textOf } from '../language/textGenerator.js';
import { NgramLanguageModel } from '../ngram/ngramLanguageModel.js';
import { exportModule, type ExportModuleOptions } from './exportModule.js';
import type { model as languageModule } from './runtime/lm.js';

const TEXT = 'She sells sea shells — naïve 😀, "by the sea", she said.\n'.repeat(20);

/** Two states, a size of its own, products of what is computed, normalization, functions that no instruction is. */
const OWN = defineCell({
  name: 'Own',
  state: ['h', 'k'],
  step({ x, h, k, linear, vector, layerNorm, sigmoid, tanh, softplus, silu, max }) {
    const a = sigmoid(linear('a', x, h));
    const n = tanh(linear('n', x, a.mul(h)));
    const normed = layerNorm('ln', n.add(vector('p').mul(h)));
    return { h: h.add(a.mul(tanh(normed).sub(h))), k: softplus(max(k.mul(0.5), n).add(silu(n))) };
  },
});

let folder = '';
beforeAll(async () => {
  useMixtures();
  folder = mkdtempSync(join(tmpdir(), 'unrolled-'));
  await useBackend('reference');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function modelOf(given: Partial<LanguageModelConfig>, tokens: TokenizerKind = 'char'): LanguageModel {
  const config = { cell: 'lstm', hiddenSize: 12, numLayers: 2, embeddingSize: 5, dropout: 0.1, seed: 3, ...given };
  const model = new LanguageModel(config, textOf(Corpus.fromText(TEXT, { tokens }), {}));
  // Larger than they are drawn, so that a gate that is read as another one would show; first states begin at zero.
  for (const [name, t] of model.network.namedParameters())
    t.set(t.data().map((value) => (name.includes('initial_') ? 0.4 : value * 2.5)));
  return model;
}

type Written = ReturnType<typeof languageModule>;

let count = 0;
async function written<R>(
  model: LanguageModel,
  use: (module: Written) => R,
  options: ExportModuleOptions = {},
): Promise<R> {
  const path = join(folder, `model${count++}.mjs`);
  writeFileSync(path, exportModule(model, options));
  return use((await import(pathToFileURL(path).href)) as Written);
}

/** The largest difference of the probabilities after each token of a text. */
function difference(model: LanguageModel, { encode, start }: Written): number {
  const session = model.session();
  const reading = start();
  let largest = 0;
  for (const token of encode('she sells "sea shells"')) {
    const ours = session.read([token]).probabilities();
    reading.next(token).forEach((p, i) => (largest = Math.max(largest, Math.abs(p - ours[i]))));
  }
  return largest;
}

describe('a module of its own', () => {
  it.each([
    ...Object.keys(CELLS).map((cell): [string, Partial<LanguageModelConfig>] => [cell, { cell }]),
    ['slstm with heads', { cell: 'slstm', recurrent: { numHeads: 3 } }],
    ['a cell of one’s own', { cell: 'Own', equations: OWN.toData() }],
    ['tokens without vectors', { embeddingSize: 0 }],
    ['a cell that reads tokens itself', { cell: 'Own', equations: OWN.toData(), embeddingSize: 0 }],
    ['tied vectors', { tied: true }],
    ['tied vectors of the same size', { tied: true, embeddingSize: 12 }],
    ['learned first states', { recurrent: { learnInitialState: true } }],
    ['projections', { cell: 'gru', recurrent: { projSize: 4 } }],
    ['residual connections and zoneout', { numLayers: 3, recurrent: { residual: true, zoneout: 0.2 } }],
  ] as [string, Partial<LanguageModelConfig>][])('predicts and draws as the model does: %s', async (_, config) => {
    const model = modelOf(config);
    await written(model, (module) => {
      expect(difference(model, module)).toBeLessThan(1e-5);
      const options = { prime: 'She ', length: 40, seed: 5, temperature: 0.9 };
      expect(module.generate(options)).toBe(model.generate(options));
    });
  });

  it.each(['word', 'whitespace', 'byte', 'split'] as const)('cuts texts as the model does: %s', async (tokens) => {
    const model = modelOf({}, tokens);
    await written(model, (module) => {
      expect(difference(model, module)).toBeLessThan(1e-5);
      for (const options of [
        { seed: 1 },
        { prime: 'she said ', topK: 5, topP: 0.9 },
        { stop: 's' },
        { temperature: 0 },
      ])
        expect(module.generate({ length: 30, ...options })).toBe(model.generate({ length: 30, ...options }));
      expect(module.tokens).toEqual(model.text.vocabulary.toJSON().tokens);
      if (tokens !== 'split') expect(module.decode(module.encode('She sells sea shells'))).toBe('She sells sea shells');
    });
  });

  it('has its state in and out, and says what it cannot read', async () => {
    await written(modelOf({}), ({ encode, start, stream, generate }) => {
      const reading = start();
      for (const token of encode('she')) reading.next(token);
      const copy = start(JSON.parse(JSON.stringify(reading.state.map((state) => [...state]))) as number[][]);
      expect(copy.next(1)).toEqual(reading.next(1));
      expect(copy.next(2)).not.toEqual(reading.next(1));
      expect(() => reading.next(9999)).toThrow(/expected an index from 0 to \d+, received 9999/);
      expect(() => start([[0]])).toThrow(/expected states of 12, 12, 12, 12 numbers/);
      expect([...stream({ length: 9, seed: 2 })].join('')).toBe(generate({ length: 9, seed: 2 }));
    });
  });

  it.each([
    ['int8', 0.05, 0.36],
    ['f16', 1e-3, 0.55],
    ['bf16', 1e-2, 0.55],
  ] as const)('stores weights smaller: %s', async (quantize, most, share) => {
    const model = modelOf({ hiddenSize: 24 });
    const size = (options: ExportModuleOptions): number =>
      /reader\('(.*)'\)/.exec(decode(exportModule(model, options)))?.[1].length ?? 0;
    expect(size({ quantize }) / size({})).toBeLessThan(share);
    await written(
      model,
      (module) => {
        const found = difference(model, module);
        expect(found).toBeLessThan(most);
        expect(found).toBeGreaterThan(most / 1000);
      },
      { quantize },
    );
  });

  it('refuses what it would lose', async () => {
    const ngram = await NgramLanguageModel.fit(TEXT, { order: 2 });
    expect(() => exportModule(ngram as unknown as LanguageModel)).toThrow(
      /task ngram: n-grams are counts and no network/,
    );
    expect(() => exportModule({} as LanguageModel)).toThrow(
      /expected a language model, classifier, tagger or forecaster/,
    );
    expect(() => exportModule(modelOf({}), { quantize: 'int4' as 'int8' })).toThrow(/int8, f16, bf16/);
    const corpus = Corpus.fromText(TEXT, { validation: 0.3 });
    const model = await LanguageModel.fit(corpus, { hiddenSize: 2, epochs: 1, mixture: true });
    expect(() => exportModule(model)).toThrow(/n-grams/);
  });
});

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
