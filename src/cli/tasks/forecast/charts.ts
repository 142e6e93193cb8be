// The pictures of a training: the test part with forecasts, and the errors by step.
import { lineChart } from '../../../drawing/charts/lineChart.js';
import type { ForecastErrors } from '../../../metrics/forecastMetrics.js';
import type { Forecaster } from '../../../models/forecaster/forecaster.js';
import type { Series } from '../../../models/forecaster/options.js';

/** Values before the test part in its chart, in windows; forecasts in it. */
const DRAWN = 6;

/** The end of the series, and forecasts from places spread over the test part. */
export async function forecastChart(
  model: Forecaster,
  series: Series & { target: Float64Array },
  from: number,
  to: number,
  unit: string,
): Promise<string> {
  const { window, horizon } = model.config;
  const start = Math.max(0, from - 2 * horizon);
  const gap = Math.max(horizon, Math.floor((to - horizon - from) / Math.max(1, DRAWN - 1)));
  const forecasts = [];
  for (let at = Math.max(from, window); at + horizon <= to; at += gap) {
    const until = {
      target: series.target.subarray(0, at),
      inputs: Object.fromEntries(
        Object.entries(series.inputs ?? {}).map(([name, v]) => [name, Float64Array.from(v).subarray(0, at)]),
      ),
    };
    const { values, quantiles = {} } = await model.predictAsync(until, { steps: horizon });
    const x = values.map((_, k) => at + k);
    for (const [level, band] of Object.entries(quantiles)) {
      if (level !== '0.5') forecasts.push({ name: '', x, y: band, colour: 1, faint: true });
    }
    forecasts.push({ name: forecasts.length === 0 ? 'forecast' : '', x, y: values, colour: 1 });
  }
  const places = Array.from({ length: to - start }, (_, i) => start + i);
  return lineChart({
    title: 'Test part and forecasts',
    width: 848,
    xLabel: 'row',
    yLabel: unit,
    series: [{ name: unit, x: places, y: places.map((i) => series.target[i]), colour: 0 }, ...forecasts],
  });
}

export function byStepChart(compared: readonly [string, ForecastErrors | null][]): string {
  return lineChart({
    title: 'Error by step, scaled',
    width: 848,
    height: 260,
    xLabel: 'steps ahead',
    yLabel: 'MSE',
    series: compared.flatMap(([name, errors], i) =>
      errors === null
        ? []
        : [
            {
              name,
              x: errors.byStep.map((_, k) => k + 1),
              y: errors.byStep.map(({ mse }) => mse),
              colour: i,
              dashed: i < compared.length - 1,
            },
          ],
    ),
  });
}
