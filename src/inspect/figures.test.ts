import { describe, expect, it } from 'vitest';
import { CELLS } from '../cell/cells/index.js';
import { Recurrent } from '../nn/recurrent.js';
import { Philox } from '../tensor/philox.js';
import { useBackend } from '../backend/choose.js';
import type { TracedLayer } from './gateTrace.js';
import { areaUnderCurve, correlation, rankNeurons } from './neurons.js';
import { textProperties } from './properties.js';
import { recurrentMatrices } from './recurrentMatrices.js';
import { eigenvalues, radiusByIteration, spectralRadius } from './spectrum.js';

const random = (n: number, seed: number): Float64Array[] => {
  const rng = new Philox(seed);
  return Array.from({ length: n }, () =>
    Float64Array.from({ length: n }, () => (rng.uniform() - 0.5) * Math.sqrt(12 / n)),
  );
};

describe('spectra', () => {
  it('finds eigenvalues, complex ones too', () => {
    const turn = [
      [0, -2, 0],
      [2, 0, 0],
      [0, 0, 0.5],
    ];
    const found = eigenvalues(turn);
    expect(found.map(({ re, im }) => [Math.round(re * 1e6) / 1e6 + 0, Math.round(im * 1e6) / 1e6 + 0])).toEqual([
      [0, 2],
      [0, -2],
      [0.5, 0],
    ]);
    expect(spectralRadius({ size: 2, data: [0, 1, 0, 0] })).toBeCloseTo(0, 6);
    expect(spectralRadius([])).toBe(0);
  });

  it('comes to the same radius by iteration', () => {
    for (const seed of [1, 2]) {
      const matrix = random(120, seed);
      expect(radiusByIteration(matrix) / spectralRadius(matrix)).toBeCloseTo(1, 2);
    }
    expect(
      radiusByIteration(
        [
          [0, -2],
          [2, 0],
        ].map((row) => Float64Array.from(row)),
      ),
    ).toBeCloseTo(2, 9);
    expect(
      radiusByIteration(
        [
          [0, 1],
          [0, 0],
        ].map((row) => Float64Array.from(row)),
      ),
    ).toBe(0);
  });

  it('refuses what is not square or not finite', () => {
    expect(() => eigenvalues([[1, 2]])).toThrow(expect.objectContaining({ code: 'SHAPE' }));
    expect(() => spectralRadius([[NaN]])).toThrow(expect.objectContaining({ code: 'NON_FINITE' }));
  });
});

describe('recurrentMatrices', () => {
  it('cuts the block of each gate out of weight_h, for every cell', async () => {
    await useBackend('reference');
    const names = (cell: string, options = {}): string[] =>
      recurrentMatrices(new Recurrent(CELLS[cell], { inputSize: 3, hiddenSize: 4, ...options }), 'rnn.').map(
        ({ name }) => name,
      );
    expect(names('lstm')).toEqual(['i', 'f', 'g', 'o'].map((gate) => `rnn.0.weight_h.${gate}`));
    expect(names('rnn', { bidirectional: true })).toEqual(['rnn.0.weight_h', 'rnn.0.reverse.weight_h']);
    expect(names('gru')).toEqual(['r', 'z', 'nh'].map((gate) => `rnn.0.weight_h.${gate}`));
    expect(names('gru-reset-before')).toEqual(['rnn.0.weight_h.r', 'rnn.0.weight_h.z', 'rnn.0.weight_n']);
    expect(names('indrnn')).toEqual([]);
    expect(names('slstm', { numHeads: 2 })).toHaveLength(8);
    // A projection's gates are not square.
    expect(names('lstm-projection', { projSize: 2 })).toEqual([]);
    const rnn = new Recurrent(CELLS.gru, { inputSize: 3, hiddenSize: 2 });
    const weight = [...rnn.namedParameters()].find(([name]) => name === '0.weight_h')?.[1];
    weight?.set(Array.from({ length: 12 }, (_, i) => i));
    expect(recurrentMatrices(rnn).map(({ data }) => [...data])).toEqual([
      [0, 1, 6, 7],
      [2, 3, 8, 9],
      [4, 5, 10, 11],
    ]);
  });
});

describe('properties of a text', () => {
  const text = 'He said “I am” (so).\nYes! "No 12"\n\nEnd';
  const values = (name: string, tokens = Array.from(text)): string =>
    [...(textProperties(tokens).find((p) => p.name === name)?.values ?? [])].map((v) => (v > 9 ? '+' : v)).join('');

  it('follows quotes, parentheses, positions and kinds of characters', () => {
    const marks = (from: string, to: string): string =>
      Array.from(text, (_, i) => (i >= text.indexOf(from) && i < text.indexOf(to) ? 1 : 0)).join('');
    const curly = marks('“', '”');
    const straight = Array.from(text, (_, i) => (i >= text.indexOf('"') && i < text.lastIndexOf('"') ? 1 : 0));
    expect(values('inside quotes')).toBe(straight.map((v, i) => v || curly[i]).join(''));
    expect(values('inside parentheses')).toBe(marks('(', ')'));
    expect(values('position in the word', Array.from('a bc 42'))).toBe('1012012');
    expect(values('position in the line', Array.from('ab\nc'))).toBe('1201');
    expect(values('position in the sentence', Array.from('A b. C'))).toBe('123401');
    expect(values('before a space', Array.from('a b'))).toBe('100');
    expect(values('vowel', Array.from('aétY'))).toBe('1101');
  });

  it('reads words and bytes too', () => {
    expect(values('upper case', ['Call', 'me', 'Ishmael'])).toBe('101');
    expect(values('newline', ['a', '<0x0A>', 'b'])).toBe('010');
    expect(values('digit', ['<unk>', '1851', 'x'])).toBe('010');
  });
});

describe('ranking', () => {
  it('correlates', () => {
    expect(correlation([1, 2, 3, 4], [2, 4, 6, 8])).toBeCloseTo(1, 12);
    expect(correlation([1, 2, 3, 4], [1, 3, 2, 1])).toBeCloseTo(-0.1348, 4); // by hand: −0.5 / √(5 · 2.75)
    expect(correlation([0.1, 0.1, 0.1], [1, 2, 3])).toBe(0);
  });

  it('computes areas, ties counted by half', () => {
    expect(areaUnderCurve([1, 2, 3, 4], [0, 0, 1, 1])).toBe(1);
    expect(areaUnderCurve([1, 2, 2, 3], [0, 1, 0, 1])).toBe(3.5 / 4);
    expect(areaUnderCurve([1, 2], [1, 1])).toBe(0.5);
  });

  it('puts the neuron that follows the quotes first, and names what never occurs', () => {
    const tokens = Array.from(
      'He said “Call me what you like” and then “Well, well” to them all, as he had done before.',
    );
    const quotes = textProperties(tokens)[0].values;
    const H = 3;
    const data = new Float32Array(tokens.length * H);
    const rng = new Philox(1);
    tokens.forEach((_, t) => {
      for (let n = 0; n < H; n++) data[t * H + n] = n === 1 ? -quotes[t] + 0.1 * rng.uniform() : rng.uniform();
    });
    const layer: TracedLayer = {
      layer: 0,
      direction: 'forward',
      values: { h: { steps: tokens.length, width: H, data, kind: 'free' } },
    };
    const { neurons, properties, absent } = rankNeurons(tokens, [layer], ['h', 'c']);
    expect(neurons).toHaveLength(H);
    expect(neurons[0]).toMatchObject({ neuron: 1, state: 'h', property: 'inside quotes', auc: 0 });
    expect(neurons[0].correlation).toBeLessThan(-0.99);
    expect(properties[0].best.map(({ neuron }) => neuron)[0]).toBe(1);
    expect(absent).toEqual(expect.arrayContaining(['digit', 'newline', 'inside parentheses', 'position in the line']));
    expect(rankNeurons(['a'], [], ['h'])).toMatchObject({ neurons: [], properties: [] });
  });
});
