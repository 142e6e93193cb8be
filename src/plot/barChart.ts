// Bars with their names and values: from numbers to the text of an SVG.
import { scaleLinear } from 'd3-scale';
import { coordinate, escapeXml, formatNumber, formatTick, svgDocument, textWidth } from './svg.js';

export interface Bar {
  name: string;
  /** 0 or more; what is not finite has no bar, only its label. */
  value: number;
  /** What stands behind the bar; otherwise the value. */
  label?: string;
  /** In full colour; the others are pale. */
  highlight?: boolean;
}

export interface BarChartOptions {
  bars: readonly Bar[];
  title: string;
  xLabel: string;
  /** Pixels; default 720; the height follows from the number of bars. */
  width?: number;
}

const ROW = 30;

/** One horizontal bar for each value, from 0. */
export function barChart({ bars, title, xLabel, width = 720 }: BarChartOptions): string {
  const labels = bars.map(({ value, label }) => label ?? formatNumber(value));
  const left =
    Math.min(width * 0.4, Math.max(0, ...bars.map(({ name, highlight }) => textWidth(name, highlight ? 13.5 : 12.5)))) +
    12;
  const right = width - Math.max(20, ...labels.map((label) => textWidth(label, 13))) - 10;
  const top = 36;
  const bottom = top + ROW * bars.length;
  const longest = Math.max(0, ...bars.map(({ value }) => (Number.isFinite(value) ? value : 0)));
  const x = scaleLinear()
    .domain([0, longest || 1])
    .range([left, right]);
  const content = [`<text class="title" x="0" y="16">${escapeXml(title)}</text>`];
  for (const tick of x.ticks(Math.max(2, (right - left) / 90))) {
    const at = coordinate(x(tick));
    content.push(
      `<line class="grid" x1="${at}" x2="${at}" y1="${top - 4}" y2="${bottom}"/>`,
      `<text class="tick" x="${at}" y="${bottom + 16}" text-anchor="middle">${formatTick(tick)}</text>`,
    );
  }
  bars.forEach(({ name, value, highlight }, i) => {
    const middle = top + ROW * i + ROW / 2;
    const end = Number.isFinite(value) ? x(Math.max(0, value)) : left;

    const strong = highlight ? ' strong' : '';
    content.push(
      `<rect x="${coordinate(left)}" y="${middle - 9}" width="${coordinate(end - left)}" height="18" rx="2" fill="var(--c0)"${highlight ? '' : ' opacity="0.38"'}/>`,
      `<text class="name${strong}" x="${coordinate(left - 10)}" y="${middle}" dy="0.34em" text-anchor="end">${escapeXml(name)}</text>`,
      `<text class="value${strong}" x="${coordinate(end + 8)}" y="${middle}" dy="0.34em">${escapeXml(labels[i])}</text>`,
    );
  });
  content.push(
    `<line class="axis" x1="${coordinate(left)}" x2="${coordinate(left)}" y1="${top - 4}" y2="${bottom}"/>`,
    `<text x="${coordinate(right)}" y="${bottom + 34}" text-anchor="end">${escapeXml(xLabel)}</text>`,
  );
  return svgDocument(width, bottom + 42, title, content);
}
