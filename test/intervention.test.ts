// Interventions against the equations computed by hand, and gradients by token against differences.
import { beforeAll, describe, expect, it } from 'vitest';
import { CELLS, fromData, LanguageModel, parseCell, softmax, useBackend } from '../src/node.js';
import { gateTrace, gradientReach, intervene, interventionEffects, type Intervention } from '../src/inspect/index.js';

const TEXT = 'she sells sea shells by the sea shore. '.repeat(40);

async function modelOf(cell: string, more: object = {}): Promise<LanguageModel> {
  return LanguageModel.fit(TEXT, {
    cell,
    hiddenSize: 8,
    embeddingSize: 4,
    maxSteps: 5,
    batchSize: 4,
    numSteps: 8,
    ...more,
  });
}

const tokensOf = (model: LanguageModel, text: string): number[] =>
  [...text].map((letter) => model.text.vocabulary.index(letter));

beforeAll(async () => {
  await useBackend('wasm');
});

describe('intervene', () => {
  it.each(Object.keys(CELLS))(
    '%s: a value held at what it is changes nothing; each is held in every cell',
    async (cell) => {
      const model = await modelOf(cell, cell === 'lstm-projection' ? { recurrent: { projSize: 8 } } : {});
      const tokens = tokensOf(model, 'she sells sea');
      const { layers } = gateTrace(model, 'she sells sea');
      for (const [value, { data, width }] of Object.entries(layers[0].values)) {
        const same = intervene(model, tokens, { value, units: [1], to: data[12 * width + 1] }, { length: 5 });
        expect(same.divergence, value).toBeLessThan(1e-6);
        expect(same.with.text, value).toBe(same.without.text);
        const other = intervene(
          model,
          tokens,
          { value, units: [1], to: data[12 * width + 1] + 2 },
          { length: 5, temperature: 0 },
        );
        // The stabilizer of an sLSTM is divided out again.
        if (cell !== 'slstm' || value !== 'm') expect(other.divergence, value).toBeGreaterThan(0);
      }
    },
  );

  it('draws no reserved token, as generation does not', async () => {
    const model = await modelOf('rnn', { maxSteps: 1 });
    const { with: held, without } = intervene(model, [1, 2], { value: 'h', to: 0 }, { length: 300, temperature: 5 });
    for (const { tokens } of [held, without]) expect(Math.min(...tokens)).toBe(model.text.vocabulary.reserved);
  });

  it('is what the equations of an LSTM give with its forget gate at 1', async () => {
    const model = await modelOf('lstm');
    const tokens = tokensOf(model, 'she sells');
    // The same cell with the gate written as a number, over the same weights, for the last letter.
    const open = parseCell(
      `cell LSTM
      state h, c
      i = sigmoid(linear(x, h))
      _f = linear(x, h)
      g = tanh(linear(x, h))
      o = sigmoid(linear(x, h))
      c' = c + i * g + (_f - _f)
      h' = o * tanh(c')`,
    );
    const rnn = model.network.recurrent;
    const { with: held, without } = intervene(model, tokens, { value: 'f', to: 1 });
    const plain = model.session().read(tokens).probabilities();
    without.probabilities.forEach((p, k) => {
      expect(p).toBeCloseTo(plain[k], 5);
    });
    const ints = (list: number[]) => fromData(Int32Array.from(list), [list.length, 1]);
    const { state } = model.network.forward(ints(tokens.slice(0, -1)), null);
    const { logits } = rnn.altering(
      0,
      () => open,
      {},
      () => model.network.forward(ints(tokens.slice(-1)), state),
    );
    const expected = softmax(logits, -1).data();
    held.probabilities.forEach((p, k) => {
      expect(p).toBeCloseTo(expected[k], 5);
    });
    expect(Math.abs(held.probabilities[0] - plain[0])).toBeGreaterThan(0);
  });

  it('replaces a token as if it had been read, and draws with the same numbers', async () => {
    const model = await modelOf('gru');
    const tokens = tokensOf(model, 'she sells');
    const [r] = tokensOf(model, 'r');
    const { with: changed, without } = intervene(model, tokens, { token: r }, { length: 12, seed: 4 });
    const expected = model
      .session()
      .read([...tokens.slice(0, -1), r])
      .probabilities();
    changed.probabilities.forEach((p, k) => {
      expect(p).toBeCloseTo(expected[k], 5);
    });
    expect(without.text).toHaveLength(12);
    const again = intervene(model, tokens, { token: r }, { length: 12, seed: 4 });
    expect([again.with.text, again.without.text]).toEqual([changed.text, without.text]);
    const same = intervene(model, tokens, { token: tokens[tokens.length - 1] }, { length: 12, seed: 4 });
    expect(same.with.text).toBe(same.without.text);
  });

  it('does several things at once: values of one layer, of two, and another token', async () => {
    const model = await modelOf('lstm', { numLayers: 2 });
    const tokens = tokensOf(model, 'she sells');
    const [r] = tokensOf(model, 'r');
    const at = (intervention: Intervention) =>
      Array.from(intervene(model, tokens, intervention, { length: 0 }).with.probabilities);
    const [i, f] = [
      { value: 'i', to: 0, layer: 0 },
      { value: 'f', to: 1, layer: 0 },
    ];
    const above = { value: 'h', to: 0.5, units: [2], layer: 1 };
    // With i at 0 and f at 1 the state c does not change: it is held at what it was.
    const { layers } = gateTrace(model, 'she sell');
    const { data, width } = layers[0].values.c;
    const kept = Array.from({ length: width }, (_, unit) => {
      return { value: 'c', to: data[7 * width + unit], units: [unit], layer: 0 };
    });
    const both = at([i, f]);
    at(kept).forEach((p, k) => {
      expect(p).toBeCloseTo(both[k], 6);
    });
    expect(both).not.toEqual(at(i));
    expect(both).not.toEqual(at(f));
    // Each of three makes a difference, whatever their order.
    const all = at([i, above, { token: r }]);
    expect(all).toEqual(at([{ token: r }, i, above]));
    for (const two of [
      [above, { token: r }],
      [i, { token: r }],
      [i, above],
    ])
      expect(all).not.toEqual(at(two));
    // The later of two that hold the same unit.
    expect(at([{ ...above, to: 0.9 }, above])).toEqual(at(above));
    // What lasts one step ends while another lasts on.
    const effects = (intervention: Intervention) =>
      interventionEffects(model, tokensOf(model, TEXT.slice(0, 200)), [60, 90], intervention, {
        context: 30,
        follow: 3,
      });
    const mixed = effects([i, { ...above, steps: Infinity }]);
    expect(mixed.divergence[0]).toEqual(effects([i, above]).divergence[0]);
    expect(mixed.divergence[2]).not.toEqual(effects([i, above]).divergence[2]);
  });

  it('lasts as long as it is told', async () => {
    const model = await modelOf('lstm', { numLayers: 2 });
    const tokens = tokensOf(model, TEXT.slice(0, 200));
    const effects = (steps: number) =>
      interventionEffects(
        model,
        tokens,
        [60, 90, 120],
        { value: 'o', to: 0, layer: 0, steps },
        { context: 30, follow: 4 },
      );
    const [once, always] = [effects(1), effects(Infinity)];
    expect(once.places).toBe(3);
    expect(once.divergence[0]).toEqual(always.divergence[0]);
    expect(once.divergence[3].mean).not.toBeCloseTo(always.divergence[3].mean, 9);
    expect(once.divergence[0].deviation).toBeGreaterThan(0);
    expect(once.probabilities.reduce((sum, { mean }) => sum + mean, 0)).toBeCloseTo(0, 9);
    const one = interventionEffects(model, tokens, [60], { value: 'o', to: 0, layer: 0 }, { context: 60, follow: 1 });
    const single = intervene(model, tokens.slice(0, 61), { value: 'o', to: 0, layer: 0 }, { length: 0 });
    expect(one.divergence[0].mean).toBeCloseTo(single.divergence, 6);
    const actual = tokens[61];
    const rise = Math.log(single.with.probabilities[actual] / single.without.probabilities[actual]);
    expect(one.logProbability[0].mean).toBeCloseTo(rise, 5);
  });

  it('leaves a network in training as it was', async () => {
    const model = await modelOf('lstm');
    model.network.train();
    intervene(model, [1, 2], { value: 'h', to: 0 });
    expect(model.network.training).toBe(true);
    const before = model.network.parameters().map((t) => t.requiresGrad);
    gradientReach(model, tokensOf(model, TEXT), { length: 8, count: 2 });
    expect(model.network.parameters().map((t) => t.requiresGrad)).toEqual(before);
    expect(model.network.parameters().every((t) => t.grad === null)).toBe(true);
  });

  it.each([
    [{ value: 'q', to: 1 }, 'CELL', /i, f, g, o, h, c/],
    [{ value: 'f', to: NaN }, 'RANGE', /held at/],
    [{ value: 'f', to: 1, units: [8] }, 'RANGE', /a unit/],
    [{ value: 'f', to: 1, layer: 1 }, 'OPTION', /layer/],
    [{ value: 'f', to: 1, steps: 0 }, 'RANGE', /steps/],
    [{ token: 999 }, 'RANGE', /tokens from 0/],
  ])('refuses %j', async (intervention, code, message) => {
    const model = await modelOf('lstm');
    const run = () => intervene(model, [1, 2, 3], intervention as { token: number });
    expect(run).toThrow(expect.objectContaining({ code }));
    expect(run).toThrow(message);
    expect(() => intervene(model, [], { token: 1 })).toThrow(expect.objectContaining({ code: 'EMPTY' }));
  });
});

describe('gradientReach', () => {
  it.each(['lstm', 'gru', 'rnn'])('%s: is the gradient that differences give', async (cell) => {
    const model = await modelOf(cell);
    const { network } = model;
    const tokens = tokensOf(model, 'she sells sea shells');
    const reach = gradientReach(model, tokens, { length: 6, windows: [0, 9] });
    expect([reach.norms.length, reach.norms[0].length, reach.lags.length]).toEqual([2, 6, 6]);
    // The embedding of a letter that stands once in the window, moved a little.
    const window = tokens.slice(9, 15);
    const t = window.findIndex((token) => window.filter((other) => other === token).length === 1);
    const table = [...network.namedParameters()].find(([name]) => name.startsWith('embedding'))?.[1];
    if (table === undefined) throw new Error('no embedding');
    const values = Float32Array.from(table.data());
    const loss = (): number => {
      const p = model.session().read(window).probabilities();
      return -Math.log(p[tokens[15]]);
    };
    let squares = 0;
    for (let e = 0; e < 4; e++) {
      const [up, down] = [1e-2, -1e-2].map((delta) => {
        const moved = values.slice();
        moved[window[t] * 4 + e] += delta;
        table.set(moved);
        return loss();
      });
      squares += ((up - down) / 2e-2) ** 2;
    }
    table.set(values);
    expect(reach.norms[1][t] / Math.sqrt(squares)).toBeCloseTo(1, 1);
  });

  it('has the factor that passes a step: the forget gate, the update gate, none', async () => {
    const [lstm, gru, rnn] = [await modelOf('lstm', { numLayers: 2 }), await modelOf('gru'), await modelOf('rnn')];
    const of = (model: LanguageModel) =>
      gradientReach(model, tokensOf(model, TEXT), { length: 9, windows: [0] }).carried;
    const mean = (model: LanguageModel, value: string, layer: number): number[] => {
      const { data, width } = gateTrace(model, TEXT.slice(0, 9)).layers[layer].values[value];
      return Array.from(
        { length: 9 },
        (_, t) => data.slice(t * width, (t + 1) * width).reduce((a, b) => a + b, 0) / width,
      );
    };
    expect(of(lstm).map(({ layer, state }) => `${layer}${state}`)).toEqual(['0c', '1c']);
    of(lstm).forEach(({ factors }, layer) => {
      mean(lstm, 'f', layer).forEach((f, t) => {
        expect(factors[0][t]).toBeCloseTo(f, 5);
      });
    });
    mean(gru, 'z', 0).forEach((z, t) => {
      expect(of(gru)[0].factors[0][t]).toBeCloseTo(z, 5);
    });
    expect(of(rnn)).toEqual([]);
  });

  it('reads tokens without an embedding, too, and says what is too short', async () => {
    const model = await modelOf('gru', { embeddingSize: 0 });
    const reach = gradientReach(model, tokensOf(model, TEXT), { length: 10, count: 5 });
    expect(reach.lags[0].median).toBeGreaterThan(0);
    expect(reach.loss).toBeGreaterThan(0);
    expect(() => gradientReach(model, [1, 2])).toThrow(expect.objectContaining({ code: 'TOO_SHORT' }));
  });
});

describe('a fork of a training', () => {
  it('is the line that the training would have had, to the bit', async () => {
    const options = { cell: 'lstm', hiddenSize: 8, embeddingSize: 4, batchSize: 4, numSteps: 8, validation: 0.1 };
    const checkpoints: Uint8Array[] = [];
    const record = async (more: object, changeAt = -1) => {
      const losses: number[] = [];
      const model = await LanguageModel.fit(TEXT, {
        maxSteps: 12,
        ...more,
        onStep: ({ step, loss }, training) => {
          losses.push(loss);
          if (changeAt === -1 && checkpoints.length < 12) checkpoints[step] = training.checkpoint();
          if (step === changeAt) training.learningRate = 0.05;
        },
      });
      return { losses, weights: model.network.parameters().flatMap((t) => Array.from(t.data())), config: model.config };
    };
    const whole = await record({ ...options, dropout: 0.2 });
    const kept = checkpoints[5].slice();
    const changed = await record({ ...options, dropout: 0.2 }, 5);
    const same = await record({ resume: kept }, 0);
    expect(same).toEqual({ ...whole, losses: whole.losses.slice(5) });
    const fork = await record({ resume: kept, fork: { learningRate: 0.05 } }, 0);
    expect(fork).toEqual({ ...changed, losses: changed.losses.slice(5) });
    expect(fork.losses[6]).not.toBe(whole.losses[11]);
    expect(await record({ resume: kept, fork: { dropout: 0.2 } }, 0)).toEqual(same);
    const drier = await record({ resume: kept, fork: { dropout: 0 } }, 0);
    expect(drier.config.dropout).toBe(0);
    expect(drier.losses[0]).not.toBe(same.losses[0]);
    await expect(record({ resume: kept, fork: { dropout: 1 } }, 0)).rejects.toThrow(/dropout of 0 or more and below 1/);
    await expect(record({ ...options, fork: { learningRate: 1 } }, 0)).rejects.toThrow(/checkpoint to fork from/);
    await expect(record({ resume: kept, fork: { hiddenSize: 9 } }, 0)).rejects.toThrow(/hiddenSize/);
  });
});
