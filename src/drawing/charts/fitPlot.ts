// Measured points and the line through the origin that fits them.
import * as Plot from '@observablehq/plot';
import { colour, MUTED } from '../curves.js';
import { chart } from '../figure.js';
import { formatTick } from '../svg.js';

export interface FitPlotOptions {
  title: string;
  /** Below the title. */
  note: string;
  /** 0 or more. */
  x: readonly number[];
  /** As many as x, 0 or more. */
  y: readonly number[];
  /** Of the line: y for each x. */
  slope: number;
  xLabel: string;
  yLabel: string;
  /** Pixels; default 270 × 250. */
  width?: number;
  height?: number;
}

/** One dot for each point, both axes from 0. */
export function fitPlot(options: FitPlotOptions): string {
  const { title, note, x, y, slope, xLabel, yLabel, width = 270, height = 250 } = options;
  const furthest = Math.max(0, ...x) || 1;
  const highest = Math.max(0, ...[slope * furthest, ...y].filter(Number.isFinite)) || 1;
  const points = x.map((at, i) => ({ at, y: y[i] })).filter((point) => Number.isFinite(point.y));
  const line = Number.isFinite(slope)
    ? [
        { at: 0, y: 0 },
        { at: furthest, y: slope * furthest },
      ]
    : [];
  return chart(
    title,
    {
      width,
      height,
      x: { label: xLabel, domain: [0, furthest * 1.04], ticks: 4, tickFormat: formatTick },
      y: { label: yLabel, domain: [0, highest * 1.06], ticks: 4, grid: true, tickFormat: formatTick },
      marks: [
        Plot.line(line, { x: 'at', y: 'y', stroke: MUTED, strokeWidth: 1.8, strokeDasharray: '5 4' }),
        Plot.dot(points, { x: 'at', y: 'y', fill: colour(0), r: 4 }),
      ],
    },
    note,
  );
}
