// A map as pixels, one for each step and token: what the networks of a training say of the same tokens. Pure: numbers in, numbers out.
import { type ColourScale, colourOf } from '../../src/drawing/colourScale.js';
import type { StepMap } from '../messages.js';
import { scaleOf } from './heatPixels.js';

/** Bits that are drawn as the strongest surprise. */
const MOST_BITS = 8;

/** The colours of a map: of surprise those of the strip's letters, of a unit those of the strip. */
export function mapScale({ unit, kind, rows }: StepMap): { scale: ColourScale; limit: number } {
  if (unit === null) return { scale: 'diverging', limit: MOST_BITS };
  const data = Float32Array.from(rows.flatMap(({ values }) => Array.from(values).filter(Number.isFinite)));
  return scaleOf({ kind, data });
}

/** @returns RGBA, [rows, columns] */
export function mapPixels(map: StepMap, theme: 'light' | 'dark'): Uint8ClampedArray<ArrayBuffer> {
  const columns = map.tokens.length;
  const { scale, limit } = mapScale(map);
  const pixels = new Uint8ClampedArray(map.rows.length * columns * 4);
  map.rows.forEach(({ values }, row) => {
    values.forEach((value, t) => {
      pixels.set([...colourOf(value, scale, limit, theme), 255], (row * columns + t) * 4);
    });
  });
  return pixels;
}
