// The strip as a picture to keep: the heat map of the reports, of the units that move most. Pure: data in, SVG out.
import { heatMap } from '../../src/drawing/charts/heatMap.js';
import type { Look, LookValue } from '../messages.js';
import { scaleOf } from './heatPixels.js';

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
