// Four series of every day, forecast a year or a fortnight ahead from one origin after the other, beside rules that need no network.
import { type Backtest, backtest, type BacktestOptions } from 'unrolled';
import { readSeries, readTable } from 'unrolled/records';
import { above, below, curves, experiment, holds } from 'unrolled/reproduce';
import { everydaySeries as exercises } from './exercises/forecasting.js';
import text from './text/everyday-series.js';

interface Task {
  set: 'airline-passengers' | 'monthly-sunspots' | 'daily-min-temperatures' | 'finance-charts-apple';
  key: 'passengers' | 'sunspots' | 'temperatures' | 'shares';
  column?: string;
  options: BacktestOptions;
}

/** The linear map learns together with the network; what a task does not say is not chosen from the data. */
const SETTINGS = {
  shortcut: true,
  hiddenSize: 32,
  dropout: 0,
  batchSize: 64,
  scaling: 'standard',
  transform: 'none',
  validation: 0,
} as const;

const TASKS: readonly Task[] = [
  {
    set: 'airline-passengers',
    key: 'passengers',
    options: {
      window: 24,
      horizon: 12,
      folds: 5,
      season: 12,
      relativeTo: 'season',
      transform: 'log',
      epochs: 40,
      hiddenSize: 16,
      batchSize: 16,
      learningRate: 5e-3,
    },
  },
  {
    set: 'monthly-sunspots',
    key: 'sunspots',
    options: {
      window: 132,
      horizon: 12,
      folds: 30,
      refitEvery: 15,
      season: 12,
      transform: 'log1p',
      epochs: 8,
    },
  },
  {
    set: 'daily-min-temperatures',
    key: 'temperatures',
    options: { window: 60, horizon: 12, folds: 40, refitEvery: 20, season: 365, epochs: 6 },
  },
  {
    set: 'finance-charts-apple',
    key: 'shares',
    column: 'AAPL.Close',
    options: {
      window: 24,
      horizon: 12,
      folds: 12,
      refitEvery: 6,
      season: 5,
      transform: 'log',
      epochs: 10,
      hiddenSize: 16,
      shortcut: false,
    },
  },
];

export default experiment({
  name: 'everyday-series',
  source: 'Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 5.8 and 5.10',
  needs: ['oil-temperature'],
  text,
  exercises,
  datasets: TASKS.map(({ set }) => set),
  minutes: 1,
  async run({ quick, seed, signal, say, heading, plot, table, check, finding, progress, files }) {
    say('rolling');
    const results: { task: Task; target: Float64Array; result: Backtest }[] = [];
    for (const [i, task] of TASKS.entries()) {
      const [{ name, bytes }] = await files(task.set);
      const { target } = readSeries(readTable(new TextDecoder().decode(bytes), name), { target: task.column });
      const short = quick ? { folds: 2, refitEvery: 2, epochs: 2 } : {};
      const result = await backtest(
        { target: target.values },
        { ...SETTINGS, ...task.options, ...short, seed, signal },
      );
      results.push({ task, target: target.values, result });
      progress((i + 1) / TASKS.length, task.key);
    }

    const rmse = (errors: { rmse: number } | null): number => errors?.rmse ?? NaN;
    if (!quick) {
      for (const { task, result } of results) {
        if (task.key === 'shares') continue;
        check(`${task.key}Beats`, below(rmse(result.seasonal)), rmse(result.model));
      }
    } else {
      for (const { task, result } of results) check('finite', below(1e6), rmse(result.model), { series: task.set });
    }
    table((t) => ({
      columns: [
        { heading: t('series') },
        ...(['network', 'lastValue', 'seasonal', 'linear'] as const).map((key) => ({ heading: t(key), number: true })),
      ],
      rows: results.map(({ task, result: { model, last, seasonal, linear } }) => [
        t(task.key),
        ...[model, last, seasonal, linear].map((errors) => rmse(errors).toPrecision(4)),
      ]),
    }));
    say('lesson');
    const seasonal = results.filter(({ task }) => task.key !== 'shares');
    finding(
      'seasonBeaten',
      holds,
      seasonal.every(({ result }) => rmse(result.model) < rmse(result.seasonal)),
    );
    const shares = results[results.length - 1].result;
    const prices = { network: rmse(shares.model).toFixed(2), last: rmse(shares.last).toFixed(2) };
    finding('sharesLast', above(rmse(shares.last)), rmse(shares.model), prices);

    for (const { task, target, result } of results) {
      heading(`${task.key}Heading`);
      say(`${task.key}Says`);
      const { horizon } = task.options;
      const begin = Math.max(0, Math.min(...result.folds.map(({ origin }) => origin)) - 5 * horizon);
      const from =
        task.key === 'passengers' || task.key === 'shares' ? begin : Math.max(begin, target.length - 20 * horizon);
      const places = Array.from({ length: target.length - from }, (_, j) => from + j);
      const folds = result.folds.filter(({ origin }) => origin >= from);
      plot(`${task.key}Caption`, (t) => ({
        x: { label: t(`${task.key}Time`) },
        y: { label: t(`${task.key}Unit`), grid: true },
        marks: [
          curves([
            { name: t('series'), x: places, y: places.map((j) => target[j]), colour: 0 },
            ...folds.map(({ origin, values }, f) => ({
              name: f === folds.length - 1 ? t('forecast') : undefined,
              x: values.map((_, k) => origin + k),
              y: values,
              colour: 1,
            })),
          ]),
        ],
      }));
      if (task.key === 'temperatures') {
        // From the third day on; the weather of the first two is known in part.
        const moves = (values: ArrayLike<number>): number[] =>
          Array.from({ length: values.length - 1 }, (_, k) => Math.abs(values[k + 1] - values[k]));
        const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;
        const forecast = mean(result.folds.flatMap(({ values }) => moves(Array.from(values).slice(2))));
        const series = mean(moves(target));
        const shown = { forecast: forecast.toFixed(1), series: series.toFixed(1) };
        finding('temperaturesCalm', below(series / 2), forecast, shown);
      }
    }
  },
});
