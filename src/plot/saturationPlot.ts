// Saturated gates: for each neuron, how often its gate is open (right) and how often shut (left). Karpathy, Johnson and
// Fei-Fei 2015, figure 3. A neuron near the right end of f remembers all the time; near the origin it is never sure.
import { scaleLinear } from 'd3-scale';
import { COLOURS, coordinate, escapeXml, svgDocument } from './svg.js';

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
  const [from, to] = [42, size - 12];
  const x = scaleLinear().domain([0, 1]).range([from, to]);
  const y = scaleLinear().domain([0, 1]).range([to, 26]);
  const content = [`<text class="title" x="0" y="15" style="font-size: 12.5px">${escapeXml(title)}</text>`];
  for (const tick of [0, 0.5, 1]) {
    const [atX, atY] = [coordinate(x(tick)), coordinate(y(tick))];
    const label = `${tick * 100} %`;
    content.push(
      `<line class="grid" x1="${atX}" x2="${atX}" y1="26" y2="${coordinate(to)}"/>`,
      `<line class="grid" x1="${coordinate(from)}" x2="${coordinate(to)}" y1="${atY}" y2="${atY}"/>`,
      `<text class="tick" x="${atX}" y="${coordinate(to + 15)}" text-anchor="${tick === 1 ? 'end' : 'middle'}" font-size="10.5">${label}</text>`,
      `<text class="tick" x="${coordinate(from - 5)}" y="${atY}" dy="0.34em" text-anchor="end" font-size="10.5">${label}</text>`,
    );
  }
  content.push(
    `<path d="M${coordinate(x(0))} ${coordinate(y(1))}L${coordinate(x(1))} ${coordinate(y(0))}" stroke="var(--line)" stroke-dasharray="3 3"/>`,
    ...left.map(
      (share, i) =>
        `<circle cx="${coordinate(x(right[i] ?? 0))}" cy="${coordinate(y(share))}" r="2.6" fill="var(--c${colour % COLOURS})" opacity="0.6"/>`,
    ),
    `<text x="${coordinate(to)}" y="${coordinate(to + 30)}" text-anchor="end" font-size="10.5">saturated right: open</text>`,
    `<text x="${coordinate(from + 6)}" y="36" font-size="10.5">saturated left: shut</text>`,
  );
  return svgDocument(size, size + 22, title, content);
}
