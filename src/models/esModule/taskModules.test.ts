// Classifiers, taggers and forecasters as modules of their own: loaded as a user loads them, they answer as the model does.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import '../../autograd/methods.js';
import { useBackend } from '../../backend/choose.js';
import { Philox } from '../../tensor/philox.js';
import type { ClassifierOptions, LabelledText } from '../classifier/options.js';
import { TextClassifier } from '../classifier/textClassifier.js';
import { Forecaster } from '../forecaster/forecaster.js';
import type { ForecasterOptions, Series } from '../forecaster/options.js';
import { TokenTagger } from '../tagger/tokenTagger.js';
import type { TaggedSentence, TaggerOptions } from '../tagger/options.js';
import { exportModule, type ExportModuleOptions, type ModuleExportable } from './exportModule.js';
import type { model as classifierModule } from './runtime/classify.js';
import type { model as forecasterModule } from './runtime/forecast.js';
import type { model as taggerModule } from './runtime/tag.js';

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'unrolled-'));
  await useBackend('reference');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let count = 0;
async function written<W>(model: ModuleExportable, options: ExportModuleOptions = {}): Promise<W> {
  const path = join(folder, `model${count++}.mjs`);
  writeFileSync(path, exportModule(model, options));
  return (await import(pathToFileURL(path).href)) as W;
}

/** Larger than they are learned, so that a gate that is read as another one would show. */
function grown<M extends ModuleExportable>(model: M): M {
  for (const t of model.network.parameters()) t.set(t.data().map((value) => value * 2));
  return model;
}

const largest = (values: readonly number[]): number => values.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
const SMALL = { hiddenSize: 6, epochs: 1, batchSize: 8, seed: 3 };

describe('a classifier as a module', () => {
  const WORDS = ['the', 'film', 'was', 'good', 'bad', 'dull', 'Great', 'acting', 'naïve', '😀'];
  const rowsOf = (labels: readonly string[]): LabelledText[] =>
    Array.from({ length: 24 }, (_, i) => ({
      text: Array.from({ length: 1 + (i % 7) }, (_, t) => WORDS[(3 * i + t * t) % WORDS.length]).join(' '),
      label: labels[i % labels.length],
    }));
  const TEXTS = ['The film was good!', '', 'nobody knows THESE words', 'Great 😀\n'.repeat(20), '·naïve· </script>'];

  async function difference(model: TextClassifier, options: ExportModuleOptions = {}): Promise<number> {
    const { classify, labels } = await written<ReturnType<typeof classifierModule>>(model, options);
    expect(labels).toEqual(model.config.labels);
    return largest(
      model.predict(TEXTS).flatMap((ours, i) => {
        const theirs = classify(TEXTS[i]);
        if (options.quantize === undefined) expect(theirs.label).toBe(ours.label);
        expect(theirs.probability).toBe(theirs.probabilities[theirs.label]);
        return labels.map((label) => ours.probabilities[label] - theirs.probabilities[label]);
      }),
    );
  }

  it.each([
    ['of two classes, with n-grams', ['good', 'bad'], {}],
    ['of three classes, with n-grams', ['a', 'b', 'c'], { pooling: 'mean' }],
    ['of one direction, by its last state', ['good', 'bad'], { bidirectional: false, pooling: 'last', linear: false }],
    ['of both directions, by all poolings', ['a', 'b', 'c'], { pooling: 'last-mean-max', linear: false }],
    ['of characters', ['good', 'bad'], { tokens: 'char', cell: 'gru', pooling: 'mean-max' }],
    ['of two layers, each projected', ['good', 'bad'], { numLayers: 2, recurrent: { projSize: 3 }, linear: false }],
    ['with residual connections', ['good', 'bad'], { cell: 'gru', numLayers: 2, recurrent: { residual: true } }],
    ['that reads the beginning and the end', ['good', 'bad'], { maxLength: 3, lowercase: true }],
    ['of letters alone', ['good', 'bad'], { lettersOnly: true, cell: 'slstm', recurrent: { numHeads: 2 } }],
  ] as [string, string[], ClassifierOptions][])('answers as the model does: %s', async (_, labels, options) => {
    const model = grown(await TextClassifier.fit(rowsOf(labels), { ...SMALL, embeddingSize: 5, ...options }));
    expect(await difference(model)).toBeLessThan(1e-6);
  });

  it('stores its weights and n-grams smaller', async () => {
    const model = await TextClassifier.fit(rowsOf(['good', 'bad']), { ...SMALL, hiddenSize: 24, embeddingSize: 24 });
    const size = (options: ExportModuleOptions): number =>
      /reader\('(.*)'\)/.exec(new TextDecoder().decode(exportModule(model, options)))?.[1].length ?? 0;
    expect(size({ quantize: 'int8' }) / size({})).toBeLessThan(0.36);
    const found = await difference(model, { quantize: 'int8' });
    expect(found).toBeLessThan(0.02);
    expect(found).toBeGreaterThan(1e-6);
  });

  it('holds the n-grams that training saw alone', async () => {
    const model = await TextClassifier.fit(rowsOf(['good', 'bad']), { ...SMALL, embeddingSize: 5 });
    const slots = model.config.linear?.size ?? 0;
    const seen = /inverseFrequency = weights\.matrix\('f32', 1, (\d+)\)/.exec(
      new TextDecoder().decode(exportModule(model)),
    );
    expect(Number(seen?.[1])).toBeGreaterThan(0);
    expect(Number(seen?.[1])).toBeLessThan(slots / 2);
  });

  it('says what is no text', async () => {
    const model = await TextClassifier.fit(rowsOf(['good', 'bad']), { ...SMALL, linear: false });
    const { classify } = await written<ReturnType<typeof classifierModule>>(model);
    expect(() => classify(['a'] as unknown as string)).toThrow(/expected a text/);
  });
});

describe('a tagger as a module', () => {
  const SENTENCES: TaggedSentence[] = Array.from({ length: 24 }, (_, i) => {
    const tokens = ['The', 'cat', 'ran', 'in', '1984', 'with', 'Anna', '.'].slice(0, 2 + (i % 7));
    return { tokens, tags: tokens.map((token, t) => (/^[A-Z]/.test(token) ? 'X' : (t + i) % 3 === 0 ? 'Y' : 'Z')) };
  });
  const ASKED = [['The', 'dog', 'ran', 'ran', '.'], [], ['unseen'], ['', '1985', 'naïve 😀', 'cat']];

  async function difference(model: TokenTagger, options: ExportModuleOptions = {}): Promise<number> {
    const { tag, tags } = await written<ReturnType<typeof taggerModule>>(model, options);
    expect(tags).toEqual(model.config.tags);
    return largest(
      model.predict(ASKED).flatMap((ours, i) => {
        const theirs = tag(ASKED[i]);
        if (options.quantize === undefined) expect(theirs.tags).toEqual(ours.tags);
        expect(theirs.tags).toHaveLength(ASKED[i].length);
        return ours.probabilities.map((p, t) => p - theirs.probabilities[t]);
      }),
    );
  }

  it.each([
    ['with a softmax', { head: 'softmax' }],
    ['with a conditional random field', { head: 'crf' }],
    ['without characters', { characterHiddenSize: 0 }],
    ['without characters and features', { characterHiddenSize: 0, featureSize: 0 }],
    ['of characters and features', { characterHiddenSize: 4, featureSize: 3, cell: 'gru' }],
    ['forward alone', { bidirectional: false }],
    ['of two layers', { numLayers: 2, lowercase: true, zeroDigits: true, neighbourWeight: 0 }],
  ] as [string, TaggerOptions][])('answers as the model does: %s', async (_, options) => {
    const model = grown(await TokenTagger.fit(SENTENCES, { ...SMALL, embeddingSize: 5, minCount: 1, ...options }));
    expect(await difference(model)).toBeLessThan(1e-6);
  });

  it('stores its weights smaller', async () => {
    const model = await TokenTagger.fit(SENTENCES, { ...SMALL, hiddenSize: 24, head: 'softmax' });
    const found = await difference(model, { quantize: 'int8' });
    expect(found).toBeLessThan(0.02);
    expect(found).toBeGreaterThan(1e-6);
  });
});

describe('a forecaster as a module', () => {
  const rng = new Philox(7);
  const values = Array.from(
    { length: 140 },
    (_, t) => 100 + t / 4 + 20 * Math.sin((2 * Math.PI * t) / 12) + rng.normal(),
  );
  const temperature = values.map((value, t) => Math.cos(t / 5) + value / 90);
  const plain: Series = { target: values };

  /** In deviations of the series. */
  async function difference(model: Forecaster, series: Series, options: ExportModuleOptions = {}): Promise<number> {
    const { forecast, settings } = await written<ReturnType<typeof forecasterModule>>(model, options);
    const { horizon, mode, scalings } = model.config;
    expect(settings).toMatchObject({ horizon, mode });
    const steps = [horizon, 1, ...(mode === 'iterated' ? [3 * horizon] : [])];
    return largest(
      steps.flatMap((count) => {
        const ours = model.predict(series, { steps: count });
        const theirs = forecast(series, count);
        expect(Object.keys(theirs.quantiles ?? {})).toEqual(Object.keys(ours.quantiles ?? {}));
        const [a, b] = [ours, theirs].map((one) => Object.values(one.quantiles ?? { values: one.values }).flat());
        expect(b).toHaveLength(a.length);
        const unit = scalings[0].transform === 'none' ? scalings[0].factor : 100;
        return a.map((value, k) => (value - b[k]) / unit);
      }),
    );
  }

  it.each([
    ['beside a fitted map', plain, {}],
    ['beside a map that learns', plain, { shortcut: true }],
    ['alone', plain, { shortcut: false, cell: 'gru', numLayers: 2, recurrent: { residual: true } }],
    ['with quantiles', plain, { quantiles: [0.1, 0.9] }],
    ['by seasons', plain, { relativeTo: 'season', season: 12, reads: 'both' }],
    ['of levels', plain, { relativeTo: 'none', reads: 'level' }],
    ['of logarithms', plain, { transform: 'log' }],
    ['with other inputs', { target: values, inputs: { temperature } }, { quantiles: [0.2] }],
    ['step by step', plain, { mode: 'iterated' }],
    ['with a recurrent part that reads less', plain, { recurrentWindow: 6 }],
  ] as [string, Series, ForecasterOptions][])('answers as the model does: %s', async (_, series, options) => {
    const given = { ...SMALL, window: 24, horizon: 5, validation: 0.2, ...options };
    const model = grown(await Forecaster.fit(series, given));
    expect(await difference(model, series)).toBeLessThan(1e-6);
  });

  it('stores its weights smaller, and says what it cannot forecast', async () => {
    const model = await Forecaster.fit(plain, { ...SMALL, hiddenSize: 16, window: 24, horizon: 5 });
    const found = await difference(model, plain, { quantize: 'int8' });
    expect(found).toBeLessThan(0.05);
    expect(found).toBeGreaterThan(1e-6);
    const { forecast } = await written<ReturnType<typeof forecasterModule>>(model);
    expect(() => forecast([1, 2])).toThrow(/expected a history of at least 24 values, received 2/);
    expect(() => forecast(values, 6)).toThrow(/expected steps from 1 to the horizon of 5, received 6/);
  });
});
