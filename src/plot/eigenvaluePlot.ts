// Eigenvalues in the complex plane, with the unit circle: outside of it what repeats grows, inside it fades.
import { scaleLinear } from 'd3-scale';
import { coordinate, escapeXml, formatTick, svgDocument } from './svg.js';

export interface EigenvaluePlotOptions {
  title: string;
  eigenvalues: readonly { re: number; im: number }[];
  /** Pixels of each side; default 205. */
  size?: number;
  /** What the axes reach at least, so that several plots can be compared. */
  reach?: number;
}

/** One dot for each eigenvalue. */
export function eigenvaluePlot({ title, eigenvalues, size = 205, reach = 0 }: EigenvaluePlotOptions): string {
  const finite = eigenvalues.filter(({ re, im }) => Number.isFinite(re) && Number.isFinite(im));
  const limit = Math.max(1, reach, ...finite.map(({ re, im }) => Math.max(Math.abs(re), Math.abs(im)))) * 1.08;
  const [from, to] = [30, size - 8];
  const x = scaleLinear().domain([-limit, limit]).range([from, to]);
  const y = scaleLinear()
    .domain([-limit, limit])
    .range([to + 4, from + 4]);
  const radius = x(1) - x(0);
  const middle = coordinate(y(0));
  const content = [`<text class="title" x="0" y="15" style="font-size: 12.5px">${escapeXml(title)}</text>`];
  for (const tick of x.ticks(4)) {
    const [atX, atY] = [coordinate(x(tick)), coordinate(y(tick))];
    content.push(
      `<line class="grid" x1="${atX}" x2="${atX}" y1="${coordinate(from + 4)}" y2="${coordinate(to + 4)}"/>`,
      `<line class="grid" x1="${coordinate(from)}" x2="${coordinate(to)}" y1="${atY}" y2="${atY}"/>`,
      `<text class="tick" x="${atX}" y="${coordinate(to + 18)}" text-anchor="middle" font-size="10.5">${formatTick(tick).replace('-', '−')}</text>`,
      `<text class="tick" x="${coordinate(from - 5)}" y="${atY}" dy="0.34em" text-anchor="end" font-size="10.5">${tick === 0 ? '0' : `${formatTick(tick).replace('-', '−')}i`}</text>`,
    );
  }
  content.push(
    `<line class="axis" x1="${coordinate(from)}" x2="${coordinate(to)}" y1="${middle}" y2="${middle}"/>`,
    `<line class="axis" x1="${coordinate(x(0))}" x2="${coordinate(x(0))}" y1="${coordinate(from + 4)}" y2="${coordinate(to + 4)}"/>`,
    `<circle cx="${coordinate(x(0))}" cy="${middle}" r="${coordinate(radius)}" fill="none" stroke="var(--muted)"/>`,
    ...finite.map(
      ({ re, im }) =>
        `<circle cx="${coordinate(x(re))}" cy="${coordinate(y(im))}" r="${finite.length > 150 ? 1.6 : 2.2}" fill="var(${Math.hypot(re, im) > 1 ? '--c1' : '--c0'})" opacity="0.8"/>`,
    ),
  );
  return svgDocument(size, size + 26, title, content);
}
