// A day ahead: the oil temperature of a transformer, forecast directly, step by step, and with bands; beside it what needs no network.
import { forecastBaselines, Forecaster, type ForecasterOptions } from 'unrolled';
import type { ForecastErrors } from 'unrolled/metrics';
import { readSeries, readTable } from 'unrolled/records';
import { above, atLeast, atMost, between, colour, curves, experiment, INK, near, Plot } from 'unrolled/reproduce';
import { oilTemperature as exercises } from './exercises/forecasting.js';
import text from './text/oil-temperature.js';

const HORIZON = 24; // hours
const MONTH = 30 * 24;
/** The linear map learns together with the network; nothing is chosen from the data. */
const SETTINGS = {
  shortcut: true,
  hiddenSize: 32,
  dropout: 0,
  batchSize: 64,
  patience: 12,
  scaling: 'standard',
  transform: 'none',
} as const satisfies ForecasterOptions;
const PARTS = { train: 12 * MONTH, validation: 4 * MONTH, test: 4 * MONTH };

export default experiment({
  name: 'oil-temperature',
  source: 'Zhou et al. 2021 (Informer, ETTh1); Zeng et al. 2023',
  needs: ['autoregressive-sine', 'lstm'],
  text,
  exercises,
  datasets: ['ett'],
  minutes: 1,
  async run({ quick, seed, signal, say, heading, formula, plot, table, check, finding, progress, files }) {
    const [{ name, bytes }] = await files('ett');
    const whole = readSeries(readTable(new TextDecoder().decode(bytes), name), { target: 'OT' }).target.values;
    // The short version has a tenth of the hours.
    const size = quick ? 0.1 : 1;
    const parts = { train: PARTS.train * size, validation: PARTS.validation * size, test: PARTS.test * size };
    const from = parts.train + parts.validation;
    const to = from + parts.test;
    const target = whole.slice(0, to);
    const days = parts.train / 24;
    say('data', { train: parts.train, days, validation: parts.validation, test: parts.test });

    heading('baselinesHeading');
    say('baselines');
    const span = { horizon: HORIZON, season: 24, train: parts.train, from, to };
    const short = forecastBaselines(target, { ...span, window: 96 });
    const long = forecastBaselines(target, { ...span, window: 336 });
    if (!quick) {
      check('lastMse', near(0.0343, 0.0001), short.last.mse);
      check('lastMae', near(0.139, 0.0005), short.last.mae);
      check('dayMse', near(0.0458, 0.0001), short.seasonal?.mse ?? NaN);
      check('ridgeMse', near(0.0265, 0.0001), short.linear.mse);
    }

    heading('networkHeading');
    say('network');
    formula(
      String.raw`\hat y_{t+k} = y_t + \underbrace{W_k\, \mathbf h_t}_{\text{LSTM}} + \underbrace{\textstyle\sum_{j} a_{k,j}\, (y_{t-j} - y_t)}_{\text{linear}}, \qquad k = 1, \ldots, 24`,
    );
    const trials: Record<string, ForecasterOptions & { window: number }> = {
      direct: { ...SETTINGS, window: 336, horizon: HORIZON, epochs: 6 },
      alone: { ...SETTINGS, window: 96, horizon: HORIZON, epochs: 4, shortcut: false },
      iterated: { ...SETTINGS, window: 96, horizon: HORIZON, epochs: 4, mode: 'iterated' },
      bands: { ...SETTINGS, window: 96, horizon: HORIZON, epochs: 4, quantiles: [0.1, 0.9] },
    };
    const names = Object.keys(trials);
    const models: Record<string, Forecaster> = {};
    for (const [i, key] of names.entries()) {
      const { epochs = 1, ...options } = trials[key];
      models[key] = await Forecaster.fit(
        { target },
        {
          ...{ ...options, ...parts, seed, signal, validations: 12, epochs: quick ? 1 : epochs },
          ...(quick ? { window: Math.min(96, options.window) } : {}),
          onProgress: (now) => progress((i + now.progress) / names.length, `${key}: ${now.loss.toFixed(4)}`),
        },
      );
    }
    const errors = Object.fromEntries(names.map((key) => [key, models[key].evaluate({ target }, from, to)]));
    if (quick) {
      check('betterThanLast', atMost(short.last.mse), errors.direct.mse);
    } else {
      check('directMse', atMost(0.0265), errors.direct.mse);
      check('directMae', atMost(0.124), errors.direct.mae);
    }

    const compared = [
      ['lastValue', short.last],
      ['dayBefore', short.seasonal],
      ['ridge96', short.linear],
      ['ridge336', long.linear],
      ['aloneModel', errors.alone],
      ['iteratedModel', errors.iterated],
      ['bandsModel', errors.bands],
      ['directModel', errors.direct],
    ] as const;
    table((t) => ({
      columns: [
        { heading: t('model') },
        { heading: 'MSE', number: true },
        { heading: 'MAE', number: true },
        { heading: t('degrees'), number: true },
      ],
      rows: compared.map(([key, e]) => [
        t(key),
        (e?.mse ?? NaN).toFixed(4),
        (e?.mae ?? NaN).toFixed(4),
        (e?.original.mae ?? NaN).toFixed(2),
      ]),
      strong: (row) => row === compared.length - 1,
    }));
    say('papers');
    const figures = {
      ...{ alone: errors.alone.mse.toFixed(4), ridge: short.linear.mse.toFixed(4) },
      ...{ both: errors.direct.mse.toFixed(4), longer: long.linear.mse.toFixed(4) },
    };
    finding('aloneWorse', above(short.linear.mse), errors.alone.mse, figures);
    if (!quick) finding('mostlyLinear', atLeast(0.9 * long.linear.mse), errors.direct.mse, figures);
    plot('stepCaption', (t) => ({
      x: { label: t('hoursAhead') },
      y: { label: 'MSE', grid: true },
      marks: [
        curves(
          (['lastValue', 'dayBefore', 'ridge96', 'aloneModel', 'directModel'] as const).map((key, i) => {
            const byStep = (compared.find(([k]) => k === key)?.[1] as ForecastErrors | null)?.byStep ?? [];
            return { name: t(key), x: byStep.map((_, k) => k + 1), y: byStep.map(({ mse }) => mse), colour: i };
          }),
        ),
      ],
    }));

    heading('looksHeading');
    say('looks');
    const shortcut = [...models.direct.network.namedParameters()].find(([key]) => key === 'shortcut.weight')?.[1];
    if (shortcut) {
      const [window, steps] = shortcut.shape; // the last one stands for the value itself, whose lag is 0
      const weights = shortcut.data();
      const lags = Array.from({ length: window - 1 }, (_, j) => j + 1);
      const of = (k: number): number[] => lags.map((lag) => weights[(window - 1 - lag) * steps + k - 1]);
      plot('weightsCaption', (t) => ({
        x: { label: t('lag'), ticks: Array.from({ length: Math.floor(window / 72) + 1 }, (_, d) => 72 * d) },
        y: { label: t('weight'), grid: true },
        marks: [Plot.ruleY([0]), curves([1, 12, 24].map((k) => ({ name: t('stepsAhead', { k }), x: lags, y: of(k) })))],
      }));
      const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;
      /** Of the hours of the past that are the same time of day as the one that is forecast, and of the others. */
      const weightsOf = (same: boolean): number =>
        mean([1, 12, 24].flatMap((k) => of(k).filter((_, i) => ((lags[i] + k) % 24 === 0) === same)));
      const [same, other] = [weightsOf(true), weightsOf(false)];
      const both = { same: same.toFixed(4), other: other.toFixed(4), days: Math.floor(window / 24) };
      finding('sameTime', above(2 * Math.abs(other)), same, both);
    }

    heading('bandsHeading');
    const share = errors.bands.below ?? {};
    const inside = (share['0.9'] ?? NaN) - (share['0.1'] ?? NaN);
    const changes = (a: number, b: number): number => {
      const squares = Array.from({ length: b - a - HORIZON }, (_, i) => (target[a + i + HORIZON] - target[a + i]) ** 2);
      return Math.sqrt(squares.reduce((sum, d) => sum + d, 0) / squares.length);
    };
    const [before, now] = [changes(0, parts.train), changes(from, to)];
    say('bands', { inside: `${(100 * inside).toFixed(1)} %` });
    if (inside > 0.8 === now < before) say('otherWeather', { before: before.toFixed(1), now: now.toFixed(1) });
    check('coverage', quick ? above(0.3) : between(0.75, 0.99), inside);
    const origins = [0, 1, 2].map((i) => from + Math.floor(((to - HORIZON - from) * (2 * i + 1)) / 6));
    const forecasts = origins.map((origin) => models.bands.predict(target.subarray(0, origin)));
    const shown = origins.flatMap((origin, i) => {
      const { values, quantiles = {} } = forecasts[i];
      const past = Array.from({ length: 48 }, (_, j) => ({
        hour: j - 47,
        value: target[origin - 48 + j],
        of: i,
        kind: 'past',
      }));
      const future = values.map((middle, k) => ({
        ...{ hour: k + 1, value: target[origin + k], of: i, kind: 'future', middle },
        ...{ low: quantiles['0.1'][k], high: quantiles['0.9'][k] },
      }));
      return [...past, ...future];
    });
    const ahead = shown.filter(({ kind }) => kind === 'future');
    const widthAt = (hour: number): number => {
      const own = forecasts.map(({ quantiles = {} }) => quantiles['0.9'][hour - 1] - quantiles['0.1'][hour - 1]);
      return own.reduce((sum, width) => sum + width, 0) / own.length;
    };
    plot('bandsCaption', (t) => ({
      height: 260,
      x: { label: t('hours'), ticks: [-24, 0, 24] },
      y: { label: t('temperature'), grid: true },
      fx: { axis: null },
      marks: [
        Plot.areaY(ahead, { x: 'hour', y1: 'low', y2: 'high', fx: 'of', fill: colour(1), fillOpacity: 0.25 }),
        Plot.lineY(ahead, { x: 'hour', y: 'middle', fx: 'of', stroke: colour(1), strokeWidth: 2 }),
        Plot.lineY(shown, { x: 'hour', y: 'value', fx: 'of', stroke: INK }),
        Plot.ruleX([0], { stroke: INK, strokeDasharray: '2 3', strokeOpacity: 0.5 }),
      ],
    }));
    const widths = { first: widthAt(1).toFixed(1), last: widthAt(HORIZON).toFixed(1) };
    finding('bandWidens', above(widthAt(1)), widthAt(HORIZON), widths);
  },
});
