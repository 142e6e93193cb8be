// A forecaster learns, measures in both units, streams, is one file, goes on where it stopped, and beats what it should.
import { beforeAll, describe, expect, it } from 'vitest';
import '../../autograd/methods.js';
import { useBackend } from '../../backend/choose.js';
import { decodeSafetensors } from '../../formats/safetensors.js';
import { Philox } from '../../tensor/philox.js';
import { Forecaster } from './forecaster.js';
import { backtest, forecastBaselines } from '../baselines/forecastBaselines.js';
import type { ForecasterOptions } from './options.js';

/** A wave of 8 with noise, around 50. */
const random = new Philox(5);
const target = Array.from({ length: 300 }, (_, i) => 50 + 10 * Math.sin((2 * Math.PI * i) / 8) + random.uniform());
const SMALL: ForecasterOptions & { window: number; horizon: number } = {
  window: 10,
  horizon: 4,
  hiddenSize: 8,
  batchSize: 16,
  epochs: 6,
  learningRate: 0.02,
  validation: 60,
  test: 60,
  seed: 1,
};

beforeAll(async () => {
  await useBackend('reference');
});

describe('Forecaster', () => {
  it.each([
    { mode: 'direct', relativeTo: 'last' },
    { mode: 'iterated', relativeTo: 'last', reads: 'both' },
    { mode: 'direct', relativeTo: 'none', reads: 'level', shortcut: false },
    { mode: 'iterated', relativeTo: 'season', season: 8, cell: 'gru' },
  ] as const)('learns a wave, is the same from its file, and streams: %o', async (options) => {
    const model = await Forecaster.fit({ target }, { ...SMALL, ...options });
    const metrics = model.evaluate({ target }, 240, 300);
    const baselines = forecastBaselines(target, { window: 10, horizon: 4, train: 180, from: 240, to: 300 });
    expect(metrics.windows).toBe(57);
    expect(baselines.last.windows).toBe(57);
    expect(metrics.mse).toBeLessThan(baselines.last.mse / 20);
    // Standard scaling: an error in the units of the series is one in scaled units times the deviation.
    expect(metrics.original.mae).toBeCloseTo(metrics.mae * model.config.scalings[0].factor, 4);
    expect(metrics.byStep.reduce((sum, step) => sum + step.mse, 0) / 4).toBeCloseTo(metrics.mse, 10);
    const loaded = Forecaster.fromBytes(model.toBytes(), 'memory');
    expect(loaded.evaluate({ target }, 240, 300)).toEqual(metrics);
    const forecast = loaded.predict(target.slice(0, 296));
    forecast.values.forEach((v, k) => expect(Math.abs(v - target[296 + k])).toBeLessThan(4));

    const stream = loaded.stream();
    const given = target.slice(0, 30).map((value) => stream.push(value));
    stream.close();
    expect(given.slice(0, 9)).toEqual(new Array<null>(9).fill(null));
    const near = (a: number[] | undefined, b: number[]) => b.forEach((v, k) => expect(a?.[k]).toBeCloseTo(v, 4));
    near(given[9]?.values, loaded.predict(target.slice(0, 10)).values);
    near(given[29]?.values, loaded.predict(target.slice(0, 30), { past: 'all' }).values);
  });

  it('predicts what evaluate measures, and goes further where it iterates', async () => {
    const model = await Forecaster.fit({ target }, { ...SMALL, mode: 'iterated', epochs: 2 });
    const errors = [0, 1].map((at) =>
      model.predict(target.slice(0, 240 + at)).values.map((v, k) => v - target[240 + at + k]),
    );
    const mae = errors.flat().reduce((sum, e) => sum + Math.abs(e), 0) / 8;
    expect(model.evaluate({ target }, 240, 245).original.mae).toBeCloseTo(mae, 5);
    const long = model.predict(target, { steps: 11 }).values;
    expect(long).toHaveLength(11);
    long.slice(0, 4).forEach((v, k) => expect(v).toBeCloseTo(model.predict(target).values[k], 5));
  });

  it('has bands that hold the share they say, in order, and in the units of the series', async () => {
    const draws = new Philox(8);
    const noisy = Array.from({ length: 400 }, () => Math.exp(draws.uniform()));
    const model = await Forecaster.fit(
      { target: noisy },
      {
        ...SMALL,
        horizon: 2,
        reads: 'level',
        relativeTo: 'none',
        transform: 'log',
        quantiles: [0.1, 0.9],
        validation: 0,
        test: 150,
        epochs: 5,
      },
    );
    expect(model.config.quantiles).toEqual([0.1, 0.5, 0.9]);
    const { below = {} } = model.evaluate({ target: noisy }, 250, 400);
    expect(Math.abs(below['0.1'] - 0.1)).toBeLessThan(0.08);
    expect(Math.abs(below['0.9'] - 0.9)).toBeLessThan(0.08);
    const { values, quantiles = {} } = model.predict(noisy);
    expect(values).toEqual(quantiles['0.5']);
    values.forEach((v, k) => {
      expect(quantiles['0.1'][k]).toBeLessThanOrEqual(v);
      expect(quantiles['0.9'][k]).toBeGreaterThanOrEqual(v);
      // exp of a uniform number: quantiles exp(0.1), exp(0.9).
      expect(Math.abs(quantiles['0.9'][k] - Math.exp(0.9))).toBeLessThan(0.35);
    });
  });

  it('uses other inputs', async () => {
    // The target follows the input one step later: from the target alone nothing is known.
    const draws = new Philox(2);
    const hint = Array.from({ length: 300 }, () => draws.uniform());
    const follows = hint.map((_, i) => (i === 0 ? 0.5 : hint[i - 1]));
    const options = { ...SMALL, horizon: 1, reads: 'level', relativeTo: 'none', shortcut: false } as const;
    const blind = await Forecaster.fit({ target: follows }, options);
    const seeing = await Forecaster.fit({ target: follows, inputs: { hint } }, options);
    const series = { target: follows, inputs: { hint } };
    expect(seeing.evaluate(series, 240).mse).toBeLessThan(blind.evaluate({ target: follows }, 240).mse / 4);
    expect(() => seeing.evaluate({ target: follows }, 240)).toThrow(expect.objectContaining({ code: 'SHAPE' }));
  });

  it('begins at the linear map, whose map is ridge regression, and never gives it up for noise', async () => {
    const begun = await Forecaster.fit({ target }, { ...SMALL, maxSteps: 1, learningRate: 1e-9 });
    const linear = forecastBaselines(target, { window: 10, horizon: 4, train: 180, from: 240, to: 300 }).linear.mse;
    const before = begun.evaluate({ target }, 240);
    expect(before.mse).toBeCloseTo(before.linear?.mse ?? NaN, 5);
    expect(before.mse).toBeLessThan(1.05 * linear);
    const draws = new Philox(11);
    const noise = Array.from({ length: 400 }, () => draws.uniform());
    const model = await Forecaster.fit({ target: noise }, { ...SMALL, hiddenSize: 16, epochs: 10 });
    const { mse, linear: alone, share = NaN } = model.evaluate({ target: noise }, 340);
    expect(mse).toBeLessThan(1.03 * (alone?.mse ?? NaN));
    expect(Forecaster.fromBytes(model.toBytes()).evaluate({ target: noise }, 340)).toMatchObject({ mse, share });
  });

  it('counts the recurrent part where the series is not linear', async () => {
    // The logistic map: no line through its past says anything of its next value.
    const chaos = [0.3];
    for (let t = 1; t < 500; t++) chaos.push(3.9 * chaos[t - 1] * (1 - chaos[t - 1]));
    const options = { window: 4, horizon: 1, hiddenSize: 16, reads: 'level', epochs: 20, dropout: 0 } as const;
    const model = await Forecaster.fit({ target: chaos }, { ...SMALL, ...options });
    const { mse, linear, share } = model.evaluate({ target: chaos }, 440);
    expect(share).toBeGreaterThan(0.4);
    expect(mse).toBeLessThan(0.5 * (linear?.mse ?? NaN));
  });

  it('reads other inputs by the linear map too, and less of the window by the recurrent part', async () => {
    const draws = new Philox(2);
    const hint = Array.from({ length: 300 }, () => draws.uniform());
    const follows = hint.map((_, i) => (i === 0 ? 0.5 : hint[i - 1]));
    const series = { target: follows, inputs: { hint } };
    const model = await Forecaster.fit(series, { ...SMALL, horizon: 1, maxSteps: 1, recurrentWindow: 3 });
    expect(model.config).toMatchObject({ inputWindow: 10, recurrentWindow: 3, shortcut: 'fitted' });
    expect(model.evaluate(series, 240).mse).toBeLessThan(0.1);
    const loaded = Forecaster.fromBytes(model.toBytes());
    expect(loaded.config).toEqual(model.config);
    expect(loaded.predict(series)).toEqual(model.predict(series));
  });

  it('trains on the training part alone: what comes after changes neither scaling nor weights', async () => {
    const options = { ...SMALL, train: 180, validation: 0, test: 0, epochs: 1 };
    const changed = target.map((v, i) => (i < 180 ? v : 1e3 + i));
    const [a, b] = [await Forecaster.fit({ target }, options), await Forecaster.fit({ target: changed }, options)];
    expect(b.toBytes()).toEqual(a.toBytes());
  });

  it('is not blown up by a column that is constant in the training part', async () => {
    const flat = target.map((_, i) => (i < 240 ? 14.62 : 15));
    const options: ForecasterOptions = { ...SMALL, train: 240, validation: 0, test: 60, epochs: 2 };
    for (const more of [
      {},
      { scaling: 'minmax' },
      { transform: 'log' },
      { transform: 'log1p' },
      { reads: 'level' },
    ] as const) {
      const constant = await Forecaster.fit({ target: flat }, { ...options, ...more });
      expect(constant.config).toMatchObject({ differenceScale: 1, scalings: [{ factor: 1 }] });
      expect(constant.evaluate({ target: flat }, 240).mse).toBeLessThan(1);
      const seeing = await Forecaster.fit({ target, inputs: { flat } }, { ...options, ...more });
      expect(seeing.config.scalings[1].factor).toBe(1);
      expect(seeing.evaluate({ target, inputs: { flat } }, 240).mse).toBeLessThan(10);
    }
    const baselines = forecastBaselines(flat, { window: 10, horizon: 4, train: 240, from: 240, to: 300 });
    expect(baselines.season).toBeNull();
    expect(baselines.linear.mse).toBeCloseTo(baselines.last.mse, 12);
    expect(baselines.linear.mse).toBeLessThan(1);
  });

  it('goes on where it stopped, bit for bit', async () => {
    const options: ForecasterOptions = { ...SMALL, dropout: 0.2, epochs: 3, validations: 2 };
    const whole = await Forecaster.fit({ target }, options);
    const stop = new AbortController();
    const saved: Uint8Array[] = [];
    await Forecaster.fit(
      { target },
      {
        ...options,
        signal: stop.signal,
        checkpoint: { everySeconds: 1e9, save: (bytes) => void saved.push(bytes) },
        onProgress: ({ step }) => step === 17 && stop.abort(),
      },
    );
    const resumed = await Forecaster.fit({ target }, { window: 10, horizon: 4, resume: saved[0] });
    const weights = (model: Forecaster) =>
      [...decodeSafetensors(model.toBytes(), 'memory').tensors].map(([name, t]) => [name, [...t.data]]);
    expect(weights(resumed)).toEqual(weights(whole));
    expect(resumed.training?.validation.map(({ mse }) => mse)).toEqual(
      whole.training?.validation.map(({ mse }) => mse),
    );
  });

  it('says what is wrong', async () => {
    const code = (expected: string) => expect.objectContaining({ code: expected });
    const fit = (options: Partial<ForecasterOptions>) => Forecaster.fit({ target }, { ...SMALL, ...options });
    await expect(fit({ mode: 'iterated', quantiles: [0.1] })).rejects.toThrow(code('OPTION'));
    await expect(fit({ quantiles: [1] })).rejects.toThrow(code('OPTION'));
    await expect(fit({ relativeTo: 'season', window: 6 })).rejects.toThrow(
      /expected a season from 1 to the window of 6, received 8/,
    );
    await expect(fit({ recurrentWindow: 11 })).rejects.toThrow(/a recurrentWindow from 1 to the window of 10/);
    await expect(fit({ shortcut: 'ridge' as never })).rejects.toThrow(code('OPTION'));
    await expect(fit({ window: 178 })).rejects.toThrow(code('TOO_SHORT'));
    await expect(Forecaster.fit({ target: [...target, NaN] }, SMALL)).rejects.toThrow(code('RANGE'));
    const model = await fit({ epochs: 1 });
    expect(() => model.predict(target.slice(0, 9))).toThrow(code('TOO_SHORT'));
    expect(() => model.predict('1, 2, 3' as never)).toThrow(/a list of inputs, received "1, 2, 3"/);
    expect(() => model.predict(target, { steps: 5 })).toThrow(code('OPTION'));
    expect(() => model.evaluate({ target }, 298)).toThrow(code('TOO_SHORT'));
  });
});

describe('backtest', () => {
  it('forecasts each fold from what is before it', async () => {
    const options = { ...SMALL, validation: 0, folds: 3, epochs: 3, season: 8 };
    const result = await backtest({ target }, options);
    expect(result.folds.map(({ origin }) => origin)).toEqual([288, 292, 296]);
    expect(result.model.windows).toBe(3);
    // The last fold's own values change no forecast.
    const hidden = await backtest({ target: target.map((v, i) => (i < 296 ? v : 0)) }, options);
    expect(hidden.folds).toEqual(result.folds);
    const naive = [288, 292, 296].flatMap((o) => [0, 1, 2, 3].map((k) => Math.abs(target[o + k] - target[o + k - 8])));
    expect(result.seasonal?.mae).toBeCloseTo(naive.reduce((a, b) => a + b) / 12, 8);
    await expect(backtest({ target }, { ...options, folds: 80 })).rejects.toThrow(
      expect.objectContaining({ code: 'TOO_SHORT' }),
    );
  });
});
