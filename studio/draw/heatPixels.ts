// A heat map as pixels, one for each unit and token. Pure: numbers in, numbers out; the page scales it up.
import { type ColourScale, colourOf } from '../../src/drawing/colourScale.js';
import type { LookValue } from '../messages.js';

/** The colours of a value: a gate goes from 0 to 1, all else around 0. */
export function scaleOf({ kind, data }: Pick<LookValue, 'kind' | 'data'>): { scale: ColourScale; limit: number } {
  if (kind === 'gate') return { scale: 'sequential', limit: 1 };
  if (kind === 'tanh') return { scale: 'diverging', limit: 1 };
  const most = data.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  // In whole steps, so that the colours do not flicker while the network learns.
  return { scale: 'diverging', limit: most <= 1 ? 1 : Math.ceil(most) };
}

/**
 * @param value [columns, width] row-major
 * @param order the units from top to bottom
 * @returns RGBA, [width, columns]: a row for each unit
 */
export function heatPixels(
  value: LookValue,
  order: Int32Array,
  columns: number,
  theme: 'light' | 'dark',
): Uint8ClampedArray<ArrayBuffer> {
  const { width, data } = value;
  const { scale, limit } = scaleOf(value);
  const pixels = new Uint8ClampedArray(width * columns * 4);
  const rows = order.length === width ? order : Int32Array.from({ length: width }, (_, i) => i);
  rows.forEach((unit, row) => {
    for (let t = 0; t < columns; t++) {
      const [r, g, b] = colourOf(data[t * width + unit], scale, limit, theme);
      const at = (row * columns + t) * 4;
      pixels[at] = r;
      pixels[at + 1] = g;
      pixels[at + 2] = b;
      pixels[at + 3] = 255;
    }
  });
  return pixels;
}
