// The trace of any model is what its recurrent part computes for that input: as many steps as it reads, each the network's own numbers.
import { beforeAll, describe, expect, it } from 'vitest';
import '../autograd/methods.js';
import { useBackend } from '../backend/choose.js';
import { Captioner } from '../models/captioner/captioner.js';
import { TextClassifier } from '../models/classifier/textClassifier.js';
import { Forecaster } from '../models/forecaster/forecaster.js';
import { TokenTagger } from '../models/tagger/tokenTagger.js';
import { Translator } from '../models/translator/translator.js';
import { fromData } from '../tensor/create.js';
import { inputTrace } from './inputTrace.js';
import { inspectModel } from './inspectModel.js';

const SMALL = { hiddenSize: 4, epochs: 1, batchSize: 4, embeddingSize: 3 };
const ROWS = ['a b c', 'b c', 'c a', 'a a b'].map((text, i) => ({ text, label: String(i % 2) }));

beforeAll(() => useBackend('reference'));

describe('inputTrace', () => {
  it('is what a classifier computes, in both directions and all layers', async () => {
    const model = await TextClassifier.fit(ROWS, { ...SMALL, numLayers: 2, validation: 0 });
    const trace = inputTrace(model, 'c a b b');
    expect(trace.tokens).toEqual(['c', 'a', 'b', 'b']);
    expect(trace.layers.map(({ layer, direction }) => `${layer} ${direction}`)).toEqual([
      '0 forward',
      '0 backward',
      '1 forward',
      '1 backward',
    ]);
    const { recurrent, embedding } = model.network;
    const tokens = model.text.vocabulary.encode(trace.tokens);
    const direct = recurrent.forward(embedding.forward(fromData(tokens, [4, 1])), { trace: ['h', 'f'] });
    trace.layers.forEach(({ values }, l) => {
      for (const name of ['h', 'f']) {
        expect(values[name]).toMatchObject({ steps: 4, width: 4 });
        expect(Array.from(values[name].data)).toEqual(Array.from(direct.trace[l][name].data()));
      }
    });
    expect(inputTrace(model, 'c a', { layer: 1 }).layers.map(({ layer }) => layer)).toEqual([1, 1]);
    // Watching ends with the call.
    expect(recurrent.forward(embedding.forward(fromData(tokens, [4, 1]))).trace[0]).toEqual({});
    expect(() => inputTrace(model, '')).toThrow(expect.objectContaining({ code: 'EMPTY' }));
  });

  it('has as many steps as a tagger, forecaster, translator and captioner read', async () => {
    const sentences = [0, 1, 2, 3].map((i) => ({
      tokens: ['a', 'bb', 'c'].slice(i % 2),
      tags: ['X', 'Y', 'X'].slice(i % 2),
    }));
    const tagger = await TokenTagger.fit(sentences, { ...SMALL, characterHiddenSize: 2, validation: 0 });
    expect(inputTrace(tagger, ['bb', 'c', 'a', 'a']).layers[0].values.h.steps).toBe(4);
    expect(inspectModel(tagger).spectra.map(({ name }) => name.split('.')[0])).toContain('characters');

    const target = Array.from({ length: 30 }, (_, i) => Math.sin(i));
    const forecaster = await Forecaster.fit(
      { target },
      { hiddenSize: 4, epochs: 1, window: 5, horizon: 2, validation: 0 },
    );
    const seen = inspectModel(forecaster, { input: { target } });
    expect(seen.text?.trace.tokens).toEqual(target.slice(-5).map(String));
    expect(seen.text?.trace.layers[0].values.h.steps).toBe(5);
    expect(seen.text?.neurons.neurons).toEqual([]);

    const pairs = ['a b', 'b c', 'c a'].map((source) => ({ source, target: source }));
    const translator = await Translator.fit(pairs, { ...SMALL, attentionSize: 3, validation: 0 });
    expect(inputTrace(translator, 'a b c')).toMatchObject({ tokens: ['a', 'b', 'c', '<eos>'] });

    const pictures = ['x y', 'y', 'x'].map((text, i) => ({
      pixels: Array.from({ length: 64 }, (_, p) => (p + i) % 2),
      text,
    }));
    const captioner = await Captioner.fit(pictures, { ...SMALL, height: 8, width: 8, filters: 1, attentionSize: 2 });
    const { tokens, layers } = inputTrace(captioner, pictures[0].pixels);
    expect(tokens).toHaveLength(layers[0].values.h.steps);
    expect(tokens[0]).toBe('<bos>');
  });
});
