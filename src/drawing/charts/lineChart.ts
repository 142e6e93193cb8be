// Curves under a title: from numbers to HTML. No clock, no chance, no browser: the same data give the same text.
import * as Plot from '@observablehq/plot';
import { UnrolledError } from '../../errors.js';
import { colour, type Curve, curves, MUTED } from '../curves.js';
import { chart, emptyChart } from '../figure.js';
import { formatTick } from '../svg.js';

/** A vertical line with a word, as of the best validation loss. */
export interface Marker {
  x: number;
  label: string;
}

export interface LineChartOptions {
  /** As many y as x; what is not finite (or not positive on a log scale) is a gap. */
  series: readonly (Curve & { x: ArrayLike<number> })[];
  title: string;
  xLabel: string;
  yLabel: string;
  yScale?: 'linear' | 'log';
  /** Pixels; default 760 × 320. */
  width?: number;
  height?: number;
  markers?: readonly Marker[];
}

/** Curves over one axis, with their names at their ends. Errors: SHAPE where a series has not as many x as y. */
export function lineChart(options: LineChartOptions): string {
  const { series, title, xLabel, yLabel, yScale = 'linear', width, height = 320, markers = [] } = options;
  for (const { name = '', x, y } of series) {
    if (x.length !== y.length) {
      throw new UnrolledError(
        'SHAPE',
        `expected as many x as y for the series "${name}", received ${x.length} and ${y.length}`,
        'give one y for each x',
      );
    }
  }
  const usable = (y: number): number => (Number.isFinite(y) && (yScale === 'linear' || y > 0) ? y : NaN);
  const shown = series.map((curve) => ({ ...curve, y: Float64Array.from(curve.y, usable) }));
  const real = shown.flatMap(({ y }) => Array.from(y).filter((value) => !Number.isNaN(value)));
  if (real.length === 0) return emptyChart(title);
  const [low, high] = [real.reduce((a, b) => Math.min(a, b)), real.reduce((a, b) => Math.max(a, b))];
  return chart(title, {
    ...(width === undefined ? {} : { width }),
    height,
    x: { label: xLabel || null, tickSpacing: 90, tickFormat: formatTick },
    y: {
      label: yLabel || null,
      type: yScale,
      grid: true,
      // A linear axis that comes near 0 begins there; a constant gets a range around it.
      zero: yScale === 'linear' && low >= 0 && low < (high - low) * 0.5,
      ...(low === high ? { domain: around(low) } : {}),
    },
    marks: [
      Plot.ruleX(markers, { x: 'x', stroke: MUTED, strokeDasharray: '2 3' }),
      Plot.text(markers, { x: 'x', text: 'label', frameAnchor: 'top-left', textAnchor: 'start', dx: 5, fill: MUTED }),
      curves(shown),
      // One point is no line.
      ...shown.map(({ x, y, colour: i }, at) => {
        const only = Array.from(y, (value, k) => ({ x: x[k], y: value })).filter((point) => !Number.isNaN(point.y));
        return Plot.dot(only.length === 1 ? only : [], { x: 'x', y: 'y', fill: colour(i ?? at) });
      }),
    ],
  });
}

function around(value: number): [number, number] {
  const room = value === 0 ? 1 : Math.abs(value) / 2;
  return [value - room, value + room];
}
