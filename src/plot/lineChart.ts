// Curves: from numbers to the text of an SVG. No clock, no chance, no document: the same data give the same text.
import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import { UnrolledError } from '../errors.js';
import { type Point, spread, thinned } from './lines.js';
import { COLOURS, coordinate, escapeXml, formatTick, svgDocument, textWidth } from './svg.js';

export interface Series {
  /** Stands at the end of the curve; without one the curve has no label. */
  name: string;
  x: ArrayLike<number>;
  /** As many as x; what is not finite (or not positive on a log scale) is a gap. */
  y: ArrayLike<number>;
  dashed?: boolean;
  /** A thin, pale curve, as of the raw values behind their average; it has no label. */
  faint?: boolean;
  /** Which colour, from 0; otherwise the next one. */
  colour?: number;
}

/** A vertical line with a word, as of the best validation loss. */
export interface Marker {
  x: number;
  label: string;
}

export interface LineChartOptions {
  series: readonly Series[];
  title: string;
  xLabel: string;
  yLabel: string;
  yScale?: 'linear' | 'log';
  /** Pixels; default 720 × 320. */
  width?: number;
  height?: number;
  markers?: readonly Marker[];
}

const LABEL_HEIGHT = 15;

/**
 * Curves over one axis, with grid, ticks and the names at their ends.
 * Errors: SHAPE where a series has not as many x as y.
 */
export function lineChart(options: LineChartOptions): string {
  const { series, title, xLabel, yLabel, yScale = 'linear', width = 720, height = 320, markers = [] } = options;
  for (const { name, x, y } of series) {
    if (x.length !== y.length) {
      throw new UnrolledError(
        'SHAPE',
        `expected as many x as y for the series "${name}", received ${x.length} and ${y.length}`,
        'give one y for each x',
      );
    }
  }
  const usable = (y: number): boolean => Number.isFinite(y) && (yScale === 'linear' || y > 0);
  const curves = series.map((s, i) => ({
    ...s,
    colour: s.colour ?? i,
    points: Array.from(s.x, (x, at): Point => ({ x, y: usable(s.y[at]) && Number.isFinite(x) ? s.y[at] : NaN })),
  }));
  const real = curves.flatMap(({ points }) => points.filter(({ y }) => !Number.isNaN(y)));
  const header = `<text class="title" x="0" y="16">${escapeXml(title)}</text>`;
  if (real.length === 0) {
    const none = `<text x="${coordinate(width / 2)}" y="${coordinate(height / 2)}" text-anchor="middle">no data</text>`;
    return svgDocument(width, height, title, [header, none]);
  }

  const yDomain = padded(extent(real.map(({ y }) => y)), yScale);
  const [xMin, xMax] = extent(real.map(({ x }) => x));
  const yTicks =
    yScale === 'log'
      ? logTicks(yDomain)
      : scaleLinear()
          .domain(yDomain)
          .ticks(Math.max(2, height / 60));
  const names = curves.filter(({ name, faint }) => name !== '' && !faint).map(({ name }) => textWidth(name, 12));
  const left = Math.max(...yTicks.map((tick) => textWidth(formatTick(tick), 12))) + 12;
  const right = width - Math.min(width * 0.4, Math.max(14, ...names.map((n) => n + 12)));
  const top = 50;
  const bottom = height - 42;
  const x = scaleLinear()
    .domain(xMin === xMax ? [xMin - 0.5, xMax + 0.5] : [xMin, xMax])
    .range([left, right]);
  const y = (yScale === 'log' ? scaleLog() : scaleLinear()).domain(yDomain).range([bottom, top]);

  const content = [header, `<text x="0" y="36">${escapeXml(yLabel)}${yScale === 'log' ? ' (log scale)' : ''}</text>`];
  for (const tick of yTicks) {
    const at = coordinate(y(tick));
    content.push(
      `<line class="grid" x1="${coordinate(left)}" x2="${coordinate(right)}" y1="${at}" y2="${at}"/>`,
      `<text class="tick" x="${coordinate(left - 8)}" y="${at}" dy="0.32em" text-anchor="end">${formatTick(tick)}</text>`,
    );
  }
  content.push(
    `<line class="axis" x1="${coordinate(left)}" x2="${coordinate(right)}" y1="${coordinate(bottom)}" y2="${coordinate(bottom)}"/>`,
  );
  for (const tick of x.ticks(Math.max(2, (right - left) / 90))) {
    const at = coordinate(x(tick));
    content.push(
      `<line class="axis" x1="${at}" x2="${at}" y1="${coordinate(bottom)}" y2="${coordinate(bottom + 4)}"/>`,
      `<text class="tick" x="${at}" y="${coordinate(bottom + 18)}" text-anchor="middle">${formatTick(tick)}</text>`,
    );
  }
  content.push(
    `<text x="${coordinate(right)}" y="${coordinate(bottom + 36)}" text-anchor="end">${escapeXml(xLabel)}</text>`,
  );
  for (const marker of markers) {
    const at = x(marker.x);
    if (!(at >= left && at <= right)) continue;
    const side = at > (left + right) / 2 ? { anchor: 'end', dx: -5 } : { anchor: 'start', dx: 5 };
    content.push(
      `<line class="axis" stroke-dasharray="2 3" x1="${coordinate(at)}" x2="${coordinate(at)}" y1="${top}" y2="${coordinate(bottom)}"/>`,
      `<text x="${coordinate(at + side.dx)}" y="${top + 4}" text-anchor="${side.anchor}">${escapeXml(marker.label)}</text>`,
    );
  }

  const path = line<Point>()
    .defined((point) => !Number.isNaN(point.y))
    .x((point) => x(point.x))
    .y((point) => y(point.y))
    .digits(2);
  const ends: { name: string; colour: string; at: number }[] = [];
  for (const { name, colour, dashed, faint, points } of curves) {
    const last = points.findLast((point) => !Number.isNaN(point.y));
    if (!last) continue;
    const stroke = `var(--c${colour % COLOURS})`;
    const dashes = dashed || colour >= COLOURS ? ' stroke-dasharray="6 4"' : '';
    const thin = thinned(points, (point) => Math.round(x(point.x)));
    const kind = faint ? 'series faint' : 'series';
    content.push(`<path class="${kind}" stroke="${stroke}"${dashes} d="${path(thin) ?? ''}"/>`);
    if (thin.length === 1) {
      content.push(`<circle fill="${stroke}" r="3" cx="${coordinate(x(last.x))}" cy="${coordinate(y(last.y))}"/>`);
    }
    if (name !== '' && !faint) ends.push({ name, colour: stroke, at: y(last.y) });
  }
  const places = spread(
    ends.map(({ at }) => at),
    LABEL_HEIGHT,
    top - 6,
    bottom,
  );
  ends.forEach(({ name, colour }, i) => {
    content.push(
      `<text class="end" style="fill: ${colour}" x="${coordinate(right + 7)}" y="${coordinate(places[i])}" dy="0.32em">${escapeXml(name)}</text>`,
    );
  });
  return svgDocument(width, height, title, content);
}

function extent(values: readonly number[]): [number, number] {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return [min, max];
}

/** A little air above and below; a constant gets a range around it; a linear axis near 0 begins there. */
function padded([min, max]: [number, number], scale: 'linear' | 'log'): [number, number] {
  if (scale === 'log') {
    const ratio = min === max ? 2 : (max / min) ** 0.04;
    return [min / ratio, max * ratio];
  }
  if (min === max) return min === 0 ? [0, 1] : [min - Math.abs(min) * 0.5, max + Math.abs(max) * 0.5];
  const room = (max - min) * 0.04;
  return [min >= 0 && min < (max - min) * 0.5 ? 0 : min - room, max + room];
}

/** 1, 2, 5 of each decade; only decades, or some of them, where there are many; even steps where there is less than one. */
function logTicks([min, max]: [number, number]): number[] {
  const decades = Math.log10(max / min);
  const digits = decades > 6 ? [1] : decades > 2.5 ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  const step = Math.max(1, Math.ceil(decades / 8)); // many decades: every second, third one …
  for (let power = Math.floor(Math.log10(min) / step) * step; power <= Math.log10(max); power += step) {
    for (const digit of digits) {
      const tick = Number(`${digit}e${power}`); // 3 · 10 ** −4 would have a tail of digits
      if (tick >= min && tick <= max) ticks.push(tick);
    }
  }
  return ticks.length >= 3 ? ticks : scaleLinear().domain([min, max]).ticks(4);
}
