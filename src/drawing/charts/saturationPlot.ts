// Saturated gates: for each neuron, how often its gate is open (right) and how often shut (left). Karpathy, Johnson and
// Fei-Fei 2015, figure 3. A neuron near the right end of f remembers all the time; near the origin it is never sure.
import * as Plot from '@observablehq/plot';
import { colour as colourOf, MUTED } from '../curves.js';
import { chart } from '../figure.js';

export interface SaturationPlotOptions {
  title: string;
  /** Shares of the steps, for each neuron, from 0 to 1. */
  left: readonly number[];
  right: readonly number[];
  colour?: number;
  /** Pixels of each side; default 260. */
  size?: number;
}

/** One dot for each neuron, below the diagonal where left and right together are all steps. */
export function saturationPlot({ title, left, right, colour = 0, size = 260 }: SaturationPlotOptions): string {
  const axis = { domain: [0, 1], ticks: [0, 0.5, 1], grid: true, tickFormat: (share: number) => `${share * 100} %` };
  return chart(title, {
    width: size,
    height: size,
    x: { ...axis, label: 'saturated right: open' },
    y: { ...axis, label: 'saturated left: shut' },
    marks: [
      Plot.line(
        [
          [0, 1],
          [1, 0],
        ],
        { stroke: MUTED, strokeDasharray: '3 3' },
      ),
      Plot.dot(left, {
        x: (_, i) => right[i] ?? 0,
        y: (share: number) => share,
        r: 2.6,
        fill: colourOf(colour),
        fillOpacity: 0.6,
      }),
    ],
  });
}
