// Measured points and the line through the origin that fits them.
import { scaleLinear } from 'd3-scale';
import { coordinate, escapeXml, formatTick, svgDocument, textWidth } from './svg.js';

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
  const [top, bottom, right] = [72, height - 42, width - 12];
  const yScale = scaleLinear()
    .domain([0, highest * 1.06])
    .range([bottom, top]);
  const yTicks = yScale.ticks(4);
  const left = Math.max(...yTicks.map((tick) => textWidth(formatTick(tick), 12))) + 10;
  const xScale = scaleLinear()
    .domain([0, furthest * 1.04])
    .range([left, right]);
  const content = [
    `<text class="title" x="0" y="16">${escapeXml(title)}</text>`,
    `<text x="0" y="35">${escapeXml(note)}</text>`,
    `<text x="0" y="58">${escapeXml(yLabel)}</text>`,
  ];
  for (const tick of yTicks) {
    const at = coordinate(yScale(tick));
    content.push(
      `<line class="grid" x1="${coordinate(left)}" x2="${coordinate(right)}" y1="${at}" y2="${at}"/>`,
      `<text class="tick" x="${coordinate(left - 7)}" y="${at}" dy="0.32em" text-anchor="end">${formatTick(tick)}</text>`,
    );
  }
  for (const at of x) {
    const place = coordinate(xScale(at));
    content.push(
      `<line class="axis" x1="${place}" x2="${place}" y1="${coordinate(bottom)}" y2="${coordinate(bottom + 4)}"/>`,
    );
  }
  // Doubling sizes crowd near 0: a number only where there is room.
  let free = Infinity;
  for (const at of [...x].sort((a, b) => b - a)) {
    const half = textWidth(formatTick(at), 12) / 2;
    if (xScale(at) + half > free) continue;
    free = xScale(at) - half - 6;
    content.push(
      `<text class="tick" x="${coordinate(xScale(at))}" y="${coordinate(bottom + 18)}" text-anchor="middle">${formatTick(at)}</text>`,
    );
  }
  content.push(
    `<line class="axis" x1="${coordinate(left)}" x2="${coordinate(right)}" y1="${coordinate(bottom)}" y2="${coordinate(bottom)}"/>`,
    `<text x="${coordinate(right)}" y="${coordinate(bottom + 36)}" text-anchor="end">${escapeXml(xLabel)}</text>`,
  );
  if (Number.isFinite(slope)) {
    content.push(
      `<path class="series" stroke="var(--muted)" stroke-dasharray="5 4" d="M${coordinate(xScale(0))},${coordinate(yScale(0))}L${coordinate(xScale(furthest))},${coordinate(yScale(slope * furthest))}"/>`,
    );
  }
  x.forEach((at, i) => {
    if (!Number.isFinite(y[i])) return;
    content.push(`<circle fill="var(--c0)" r="4" cx="${coordinate(xScale(at))}" cy="${coordinate(yScale(y[i]))}"/>`);
  });
  return svgDocument(width, height, title, content);
}
