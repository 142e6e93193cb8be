// The strip and the map of steps as pictures to keep: the heat map of the reports. Pure: data in, SVG out.
import { heatMap } from '../../src/drawing/charts/heatMap.js';
import type { Look, LookValue, StepMap } from '../messages.js';
import { scaleOf } from './heatPixels.js';
import { mapScale } from './mapPixels.js';

/** Rows of a picture, at most. */
const ROWS = 48;

/** @param title above it */
export function pictureOf(look: Look, value: LookValue, title: string): string {
  const { width, data } = value;
  const order = look.orders[value.layer] ?? Int32Array.from({ length: width }, (_, unit) => unit);
  const every = Math.max(1, Math.ceil(order.length / ROWS));
  const units = Array.from(order).filter((_, i) => i % every === 0);
  const { scale, limit } = scaleOf(value);
  return heatMap({
    ...{ title, tokens: look.tokens, scale, limit, width: 1000 },
    rows: units.map((unit) => ({
      label: String(unit),
      values: Float32Array.from(look.tokens, (_, t) => data[t * width + unit]),
    })),
  });
}

/** @param title above it */
export function pictureOfSteps(map: StepMap, title: string): string {
  const { tokens, rows } = map;
  return heatMap({
    ...{ title, tokens, ...mapScale(map), width: 1000 },
    // The first token of a text has no surprise.
    rows: rows.map(({ step, values }) => ({
      label: String(step),
      values: values.map((v) => (Number.isNaN(v) ? 0 : v)),
    })),
  });
}
