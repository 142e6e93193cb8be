// From a series as it was read to a series as a model takes it.
import type { Series } from '../../../models/forecaster/options.js';
import type { OneSeries } from '../../../sources/index.js';

/** A series as a model takes it: what was filled in is marked. */
export function seriesOf({ series }: Pick<OneSeries, 'series'>): Series & { target: Float64Array } {
  return {
    target: series.target.values,
    inputs: Object.fromEntries(series.inputs.map(({ name, values }) => [name, values])),
    ...(series.target.filled > 0 ? { filled: series.target.invented } : {}),
  };
}
