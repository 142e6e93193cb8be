import { describe, expect, it } from 'vitest';
import { Philox } from '../../tensor/philox.js';
import { HiddenMarkovModel } from './hiddenMarkovModel.js';

const weather = new HiddenMarkovModel({
  initial: [0.6, 0.4],
  transition: [
    [0.7, 0.3],
    [0.4, 0.6],
  ],
  emission: [
    [0.1, 0.4, 0.5],
    [0.6, 0.3, 0.1],
  ],
});
const casino = new HiddenMarkovModel({
  initial: [1, 0],
  transition: [
    [0.95, 0.05],
    [0.1, 0.9],
  ],
  emission: [new Array<number>(6).fill(1 / 6), [0.1, 0.1, 0.1, 0.1, 0.1, 0.5]],
});

describe('a hidden Markov model', () => {
  it('gives the numbers that are worked out by hand', () => {
    // Symbols 0, 1: P = Σ over two states each.
    const x = [0, 1];
    const joint = [0.6 * 0.1, 0.4 * 0.6];
    const last = [(joint[0] * 0.7 + joint[1] * 0.4) * 0.4, (joint[0] * 0.3 + joint[1] * 0.6) * 0.3];
    const total = last[0] + last[1];
    expect(weather.logLikelihood(x)).toBeCloseTo(Math.log(total), 12);
    expect(Array.from(weather.forward(x)[1], Math.exp)).toEqual(last.map((p) => expect.closeTo(p, 12)));
    const first = joint[0] * (0.7 * 0.4 + 0.3 * 0.3);
    expect(Math.exp(weather.backward(x)[0][0])).toBeCloseTo(0.7 * 0.4 + 0.3 * 0.3, 12);
    expect(weather.posterior(x)[0][0]).toBeCloseTo(first / total, 12);
    // 0.24 · 0.6 · 0.3 is the largest of the four.
    const { path, score } = weather.viterbi(x);
    expect([...path]).toEqual([1, 1]);
    expect(score).toBeCloseTo(Math.log(0.24 * 0.6 * 0.3), 12);
  });

  it('stays a number over a sequence whose probability no float can hold', () => {
    const { symbols } = casino.sample(5000, new Philox(1));
    const value = casino.logLikelihood(symbols);
    expect(value).toBeLessThan(-5000);
    expect(value).toBeGreaterThan(-5000 * Math.log(7));
    for (const row of casino.posterior(symbols)) expect(row[0] + row[1]).toBeCloseTo(1, 9);
  });

  it('samples what it says', () => {
    const { states, symbols } = casino.sample(100_000, new Philox(2));
    expect(states[0]).toBe(0);
    const sixes = (state: number) => {
      const of = symbols.filter((_, t) => states[t] === state);
      return of.filter((symbol) => symbol === 5).length / of.length;
    };
    expect(sixes(0)).toBeCloseTo(1 / 6, 2);
    expect(sixes(1)).toBeCloseTo(0.5, 1);
    expect(states.reduce((a, b) => a + b, 0) / states.length).toBeCloseTo(1 / 3, 1);
  });

  it('learns: the likelihood never falls, restarts keep the best, a seed repeats it', () => {
    const sequences = [400, 1, 300].map((length, i) => casino.sample(length, new Philox(i)).symbols);
    const options = { states: 3, symbols: 6, restarts: 3, seed: 7, iterations: 30 };
    const fitted = HiddenMarkovModel.fit(sequences, options);
    expect(fitted.runs).toHaveLength(3);
    expect(new Set(fitted.runs.map(({ logLikelihood }) => logLikelihood)).size).toBe(3);
    expect(fitted.logLikelihood).toBe(Math.max(...fitted.runs.map(({ logLikelihood }) => logLikelihood)));
    for (const { history, model, logLikelihood } of fitted.runs) {
      for (let i = 1; i < history.length; i++) expect(history[i]).toBeGreaterThanOrEqual(history[i - 1] - 1e-9);
      const own = sequences.reduce((sum, sequence) => sum + model.logLikelihood(sequence), 0);
      expect(logLikelihood).toBe(own);
      expect(history.at(-1)).toBe(own);
    }
    expect(HiddenMarkovModel.fit(sequences, options).logLikelihood).toBe(fitted.logLikelihood);
  });

  it('takes the step of expectation-maximization that is worked out by hand', () => {
    // One sequence 0, 1: expected counts are the posteriors.
    const gamma = weather.posterior([0, 1]);
    const { model } = HiddenMarkovModel.fit([[0, 1]], { states: 2, symbols: 3, from: weather, iterations: 1 });
    expect(model.initial[0]).toBeCloseTo(gamma[0][0], 12);
    expect(model.emission[0][0]).toBeCloseTo(gamma[0][0] / (gamma[0][0] + gamma[1][0]), 12);
    const xi = (0.06 * 0.7 * 0.4) / Math.exp(weather.logLikelihood([0, 1]));
    expect(model.transition[0][0]).toBeCloseTo(xi / gamma[0][0], 12);
  });

  it('holds several hundred states and symbols, and a state that is never used', () => {
    const big = HiddenMarkovModel.random(300, 400, new Philox(3));
    const { symbols } = big.sample(30, new Philox(4));
    expect(Number.isFinite(big.logLikelihood(symbols))).toBe(true);
    expect(big.viterbi(symbols).score).toBeLessThan(big.logLikelihood(symbols));
    const unused = new HiddenMarkovModel({
      initial: [1, 0],
      transition: [
        [1, 0],
        [0, 1],
      ],
      emission: [
        [0.5, 0.5],
        [0.2, 0.8],
      ],
    });
    const { model } = HiddenMarkovModel.fit([[0, 1, 1]], { states: 2, from: unused, iterations: 2 });
    expect([...model.emission[1]]).toEqual([0.2, 0.8]);
    expect(model.emission[0][1]).toBeCloseTo(2 / 3, 12);
  });

  it('says what is wrong', () => {
    const one = { initial: [1], transition: [[1]], emission: [[0.5, 0.5]] };
    expect(() => new HiddenMarkovModel({ ...one, emission: [[0.5, 0.6]] })).toThrow('a sum of 1.1');
    expect(() => new HiddenMarkovModel({ ...one, emission: [[1.5, -0.5]] })).toThrow('received 1.5');
    expect(() => new HiddenMarkovModel({ ...one, transition: [[1, 0]] })).toThrow(
      'expected 1 transitions from state 0',
    );
    expect(() => new HiddenMarkovModel({ ...one, emission: [[1], [1]] })).toThrow('expected 1 rows of emission');
    const model = new HiddenMarkovModel(one);
    expect(() => model.viterbi([])).toThrow('one symbol or more');
    expect(() => model.logLikelihood([0, 2])).toThrow('symbols from 0 to 1, received 2 at step 1');
    expect(() => HiddenMarkovModel.fit([], { states: 2 })).toThrow('no sequence');
    expect(() => HiddenMarkovModel.fit([[0]], { states: 0 })).toThrow('states');
    expect(() => HiddenMarkovModel.fit([[0]], { states: 2, from: model })).toThrow('from');
    expect(weather.logLikelihood([0])).toBeLessThan(0);
    const never = new HiddenMarkovModel({ ...one, emission: [[1, 0]] });
    expect(never.logLikelihood([1])).toBe(-Infinity);
    expect(() => never.posterior([1])).toThrow('every path forbids');
  });
});
