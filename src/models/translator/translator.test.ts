// A translator learns to turn sequences round, looks where it should, is one file, and goes on where it stopped.
import { beforeAll, describe, expect, it } from 'vitest';
import '../../autograd/methods.js';
import { useBackend } from '../../backend/choose.js';
import { decodeSafetensors } from '../../formats/safetensors.js';
import { nodePlatform } from '../../platform/node/node.js';
import { setPlatform } from '../../platform/platform.js';
import { Philox } from '../../tensor/philox.js';
import { Vocabulary } from '../../text/vocabulary.js';
import { Side, spacedMarks, splitPairs, type TextPair } from './sentencePairs.js';
import { Translator } from './translator.js';
import type { TranslatorOptions } from './options.js';

const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven'];
/** Digits, and their words in reverse. */
function reversals(count: number, seed: number, most = 5): TextPair[] {
  const random = new Philox(seed);
  return Array.from({ length: count }, () => {
    const digits = Array.from({ length: 1 + Math.floor(random.uniform() * most) }, () =>
      Math.floor(random.uniform() * 8),
    );
    return {
      source: digits.join(''),
      target: digits
        .toReversed()
        .map((d) => DIGITS[d])
        .join(' '),
    };
  });
}

const SMALL: TranslatorOptions = {
  ...{
    tokens: 'char',
    targetTokens: 'whitespace',
    hiddenSize: 24,
    embeddingSize: 12,
    attentionSize: 12,
    batchSize: 16,
  },
  ...{ dropout: 0, learningRate: 0.015, seed: 3, validation: 20 },
};

setPlatform(nodePlatform);
beforeAll(async () => {
  await useBackend('wasm');
});

describe('Translator', () => {
  it('learns to turn digits round into words; beam, attention, file, one by one', async () => {
    const model = await Translator.fit(reversals(900, 1), { ...SMALL, epochs: 12 });
    const held = reversals(40, 2);
    const greedy = model.evaluate(held, { beamSize: 1 });
    expect(greedy.exact).toBeGreaterThan(0.9);
    expect(greedy.tokenError).toBeLessThan(0.05);
    expect(greedy.loss).toBeLessThan(0.2);
    expect(model.training?.validation.at(-1)?.exact).toBeGreaterThan(0.8);

    const beam = model.evaluate(held, { beamSize: 4 });
    expect(beam).toMatchObject({ pairs: 40, loss: greedy.loss });
    beam.hypotheses.forEach(({ score }, i) => {
      expect(score).toBeGreaterThanOrEqual(greedy.hypotheses[i].score - 1e-5);
    });

    const texts = ['12345', '7', '', '0123456', '31'];
    const found = model.translate(texts, { beamSize: 3 });
    expect(found[1].text).toBe('seven');
    expect(found[2]).toMatchObject({ text: '', tokens: [], attention: [] });
    for (const { tokens, attention, sourceTokens } of found) {
      expect(attention.length).toBe(tokens.length);
      for (const weights of attention) {
        expect(weights.length).toBe(sourceTokens.length);
        expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
      }
    }
    texts.forEach((text, i) => {
      const alone = model.translate(text, { beamSize: 3 });
      expect(alone.tokens).toEqual(found[i].tokens);
      expect(alone.score).toBeCloseTo(found[i].score, 4);
    });

    const loaded = Translator.fromBytes(model.toBytes(), 'memory');
    expect(loaded.translate(texts, { beamSize: 3 })).toEqual(found);
    async function* stream() {
      yield* texts;
    }
    const streamed: string[] = [];
    for await (const { text } of loaded.predict(stream(), { beamSize: 3 })) streamed.push(text);
    expect(streamed).toEqual(found.map(({ text }) => text));
  }, 60_000);

  it.each([
    ['lstm, one direction, tied, two layers', { cell: 'lstm', bidirectional: false, tied: true, numLayers: 2 }],
    [
      'slstm with its own first state, projected',
      { cell: 'slstm', recurrent: { projSize: 12 }, epochs: 12, restoreBest: false },
    ],
    ['without attention', { attentionSize: 0, recurrent: { zoneout: 0.05 } }],
  ] as const)('learns something and comes back from its file: %s', async (_, options) => {
    const model = await Translator.fit(reversals(200, 1, 2), { ...SMALL, epochs: 8, ...options });
    const metrics = model.evaluate(reversals(20, 2, 2));
    // A guess among 8 digits has 2.08 at most places.
    expect(metrics.loss).toBeLessThan(1.2);
    expect(Translator.fromBytes(model.toBytes(), 'memory').evaluate(reversals(20, 2, 2))).toEqual(metrics);
  });

  it('goes on where it stopped, bit for bit', async () => {
    const options = { ...SMALL, dropout: 0.3, labelSmoothing: 0.1, epochs: 3, validations: 2 };
    const pairs = reversals(150, 1);
    const whole = await Translator.fit(pairs, options);
    const stop = new AbortController();
    const saved: Uint8Array[] = [];
    await Translator.fit(pairs, {
      ...options,
      signal: stop.signal,
      checkpoint: { everySeconds: 1e9, save: (bytes) => void saved.push(bytes) },
      onProgress: ({ step }) => step === 11 && stop.abort(),
    });
    const resumed = await Translator.fit(pairs, { resume: saved[0] });
    const weights = (model: Translator) =>
      [...decodeSafetensors(model.toBytes(), 'memory').tensors].map(([name, t]) => [
        name,
        [...(t.data as Float32Array)],
      ]);
    expect(weights(resumed)).toEqual(weights(whole));
    expect(resumed.training?.validation.map(({ loss, exact }) => [loss, exact])).toEqual(
      whole.training?.validation.map(({ loss, exact }) => [loss, exact]),
    );
    expect(resumed.pairs).toEqual(whole.pairs);
  });

  it('writes an unknown word as the word it looked at, counts what it leaves out, takes several references', async () => {
    const names = ['Ada', 'Bob', 'Cleo', 'Dan', 'Eve', 'Fay', 'Gus', 'Hal'];
    const random = new Philox(5);
    // Every fourth name is seen once, and so unknown on both sides.
    const name = (i: number): string => (i % 4 === 0 ? `Name${i}` : names[Math.floor(random.uniform() * 8)]);
    const pairs = Array.from({ length: 300 }, (_, i) => {
      const own = [0, 1, 2].map((k) => name(i * 3 + k));
      return { source: `${own.join(' ')}!`, target: `${own.join(', ')} !` };
    });
    const left = [
      { source: '', target: 'x' },
      { source: 'a b c d e f g h', target: 'long' },
    ];
    const model = await Translator.fit([...pairs, ...left], {
      ...SMALL,
      tokens: 'word',
      targetTokens: 'word',
      minCount: 2,
      maxLength: 7,
      validation: 0,
      epochs: 10,
    });
    expect(model.pairs).toEqual({ used: pairs.length, long: 1, empty: 1 });
    expect(model.translate('Bob Zoe Dan!').text).toBe('Bob, Zoe, Dan !');
    expect(model.translate('Bob Zoe Dan!', { replaceUnknown: false }).tokens[2]).toBe('<unk>');
    const { exact, sources, hypotheses } = model.evaluate([
      { source: 'Fay Gus Eve!', target: 'Fay, Gus et Eve !' },
      { source: 'Fay Gus Eve!', target: 'Fay, Gus, Eve !' },
    ]);
    expect({ exact, sources }).toEqual({ exact: 1, sources: 1 });
    const references = ['Fay, Gus et Eve !', 'Fay, Gus, Eve !'];
    expect(hypotheses[0]).toMatchObject({ text: 'Fay, Gus, Eve !', references });
  });

  it('says what is wrong', async () => {
    await expect(Translator.fit([])).rejects.toThrow(expect.objectContaining({ code: 'EMPTY' }));
    const long = new Array<TextPair>(9).fill({ source: '12', target: 'one two' });
    await expect(Translator.fit(long, { ...SMALL, maxLength: 1, validation: 0 })).rejects.toThrow(
      /9 are longer than 1 tokens/,
    );
    await expect(Translator.fit(reversals(9, 1), { ...SMALL, validation: 100 })).rejects.toThrow(/received 100/);
    const model = await Translator.fit(reversals(30, 1), { ...SMALL, epochs: 0.5, validation: 0 });
    expect(() => model.evaluate([])).toThrow(expect.objectContaining({ code: 'EMPTY' }));
    expect(() => Translator.fromBytes(model.toBytes().slice(0, 300), 'cut')).toThrow(
      expect.objectContaining({ code: 'FORMAT' }),
    );
  });
});

describe('sentence pairs', () => {
  it('splits so that no source is on both sides', () => {
    const pairs = ['Go.', 'go. ', 'Run!', 'Hi.', 'Hi.', 'Who?'].map((source, i) => ({ source, target: String(i) }));
    const { rest, drawn } = splitPairs(pairs, 2, 1);
    expect(rest.length + drawn.length).toBe(6);
    const keys = (part: TextPair[]) => new Set(part.map(({ source }) => source.trim().toLowerCase()));
    expect(keys(drawn).size).toBe(2);
    expect([...keys(rest)].filter((key) => keys(drawn).has(key))).toEqual([]);
    expect(splitPairs(pairs, 0.5, 1)).toEqual({ rest, drawn });
    expect(splitPairs(pairs, 0).drawn).toEqual([]);
    expect(() => splitPairs(pairs, 4)).toThrow(/fewer than 4 sources, received 4/);
  });

  it('writes marks behind a blank where the texts do', () => {
    const spaced = spacedMarks(['Ça va\u202f?', 'Oui\u202f? Non, merci.', 'Va !', '« Ah ! »', "j'ai dit"]);
    expect(spaced).toEqual([' !', ' »', '\u202f?'].sort());
    const text = { settings: { tokens: 'word' as const }, vocabulary: Vocabulary.fromCounts([]) };
    expect(new Side(text, spaced).write(['Ça', 'va', ',', 'toi', '?'])).toBe('Ça va, toi\u202f?');
    expect(new Side(text).write(['Ça', 'va', '?'])).toBe('Ça va?');
  });
});
