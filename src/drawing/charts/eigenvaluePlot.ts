// Eigenvalues in the complex plane, with the unit circle: outside of it what repeats grows, inside it fades.
import * as Plot from '@observablehq/plot';
import { colour, MUTED } from '../curves.js';
import { chart } from '../figure.js';
import { formatTick } from '../svg.js';

export interface EigenvaluePlotOptions {
  title: string;
  eigenvalues: readonly { re: number; im: number }[];
  /** Pixels of each side; default 205. */
  size?: number;
  /** What the axes reach at least, so that several plots can be compared. */
  reach?: number;
}

const CIRCLE = Array.from({ length: 121 }, (_, i) => [Math.cos((i * Math.PI) / 60), Math.sin((i * Math.PI) / 60)]);

/** One dot for each eigenvalue. */
export function eigenvaluePlot({ title, eigenvalues, size = 205, reach = 0 }: EigenvaluePlotOptions): string {
  const finite = eigenvalues.filter(({ re, im }) => Number.isFinite(re) && Number.isFinite(im));
  const limit = Math.max(1, reach, ...finite.map(({ re, im }) => Math.max(Math.abs(re), Math.abs(im)))) * 1.08;
  const axis = { domain: [-limit, limit], label: null, ticks: 4, grid: true, tickFormat: formatTick };
  const imaginary = (tick: number): string => (tick === 0 ? '0' : `${formatTick(tick).replace('-', '−')}i`);
  return chart(title, {
    width: size,
    height: size,
    marginLeft: 34,
    marginRight: 8,
    marginTop: 8,
    marginBottom: 34,
    x: axis,
    y: { ...axis, tickFormat: imaginary },
    marks: [
      Plot.line(CIRCLE, { stroke: MUTED }),
      Plot.dot(finite, {
        x: 're',
        y: 'im',
        r: finite.length > 150 ? 1.6 : 2.2,
        fill: ({ re, im }: { re: number; im: number }) => colour(Math.hypot(re, im) > 1 ? 1 : 0),
        fillOpacity: 0.8,
      }),
    ],
  });
}
