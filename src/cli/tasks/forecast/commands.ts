// A forecaster on the command line.
import { UnrolledError } from '../../../errors.js';
import type { Forecaster } from '../../../models/forecaster/forecaster.js';
import type { Series } from '../../../models/forecaster/options.js';
import type { OneSeries, Reading, SeriesValues } from '../../../sources/index.js';
import type { Context } from '../../command.js';
import { formatNumber, table } from '../../output.js';
import { sourcesOf } from '../../sources.js';
import type { Insight, TaskCommands } from '../task.js';
import { seriesOf } from './series.js';
import { trainForecastCommand } from './train.js';

export const forecastCommands: TaskCommands<'forecast'> = {
  train: trainForecastCommand,
  takes: ['target', 'inputs', 'time', 'missing', 'dates', 'decimal', 'steps'],
  async evaluate(model, { context, args, options, reading }) {
    const data = await readFor(model, context, args, options, reading);
    const series = seriesOf(data);
    const { windows, values, mse, mae, byStep, original } = await model.evaluateAsync(series);
    const unit = data.series.target.name;
    return {
      ...{ name: data.name, report: data.report },
      json: {
        ...{ rows: series.target.length, windows, values, mse, mae, byStep },
        original: { mse: original.mse, mae: original.mae, rmse: original.rmse },
      },
      rows: [
        ['windows', formatNumber(windows)],
        ['MSE, scaled', formatNumber(mse)],
        ['MAE, scaled', formatNumber(mae)],
        [`RMSE (${unit})`, formatNumber(original.rmse)],
        [`MAE (${unit})`, formatNumber(original.mae)],
      ],
    };
  },
  async predict(model, { context, args, options, reading }) {
    const data = await readFor(model, context, args, { ...options, future: true }, reading);
    const { values, quantiles } = await model.predictAsync(seriesOf(data), { steps: options.steps });
    const levels = Object.entries(quantiles ?? {});
    const predictions = values.map((value, k) => {
      const own = Object.fromEntries(levels.map(([level, band]) => [level, band[k]]));
      return { step: k + 1, value, ...(quantiles === undefined ? {} : { quantiles: own }) };
    });
    const headings = ['step', data.series.target.name, ...levels.map(([level]) => level)];
    const lines = predictions.map(({ step, value }, k) => [
      String(step),
      formatNumber(value),
      ...levels.map(([, band]) => formatNumber(band[k])),
    ]);
    const columns = headings.map((heading) => ({ heading, number: true }));
    return { predictions, text: table(columns, lines), report: data.report };
  },
  async inspect(model, { context, text, series, reading }) {
    if (text !== undefined) {
      const help = 'give the file of the series with --series';
      throw new UnrolledError('OPTION', 'expected a series for a forecaster, received a text', help);
    }
    if (series === undefined) return null;
    return past(model, seriesOf(await readFor(model, context, [series], {}, reading)));
  },
};

async function readFor(
  { config }: Forecaster,
  context: Context,
  args: readonly string[],
  options: SeriesValues,
  reading: Reading | null,
): Promise<OneSeries> {
  const { readOneSeries } = await import('../../../sources/index.js');
  // A file of 0.1 says which inputs it has, but not how they were read.
  const own = reading === null && config.inputs.length > 0 ? config.inputs.join(',') : undefined;
  return readOneSeries(sourcesOf(context), args, { ...options, inputs: options.inputs ?? own }, reading);
}

/** The forecast of what follows a series, and how each value of its past moves it. */
async function past(model: Forecaster, series: Series): Promise<Insight> {
  const { pastInfluenceAsync } = await import('../../../inspect/index.js');
  const { lineChart } = await import('../../../drawing/charts/lineChart.js');
  const { window, horizon } = model.config;
  const influence = await pastInfluenceAsync(model, series);
  const { values } = await model.predictAsync(series);
  const steps = [...new Set([1, Math.ceil(horizon / 2), horizon])];
  const lags = Array.from({ length: window }, (_, lag) => lag);
  const strongest = steps.map((k) => {
    const row = influence[k - 1];
    const order = [...lags].sort((a, b) => Math.abs(row[b]) - Math.abs(row[a])).slice(0, 4);
    return [String(k), formatNumber(values[k - 1]), order.map((lag) => `${lag} (${row[lag].toFixed(2)})`).join(', ')];
  });
  const columns = [
    { heading: 'step', number: true },
    { heading: 'forecast', number: true },
    { heading: 'most influential past values: lag (change per unit)' },
  ];
  const chart = lineChart({
    title: 'Change of the forecast per unit change of one past value',
    width: 848,
    xLabel: 'lag (0 is the last value)',
    yLabel: 'change per unit',
    series: steps.map((k, i) => ({ name: `step ${k}`, x: lags, y: influence[k - 1], colour: i })),
  });
  return {
    input: series,
    json: { forecast: values, influence: influence.map((row) => Array.from(row)) },
    text: table(columns, strongest),
    sections: [{ heading: 'Influence of past values', html: chart }],
  };
}
