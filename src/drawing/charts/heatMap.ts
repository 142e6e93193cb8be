// A heat map over a text: tokens are columns, neurons are rows, and the text wraps as it does on a page.
import { UnrolledError } from '../../errors.js';
import { colourLevel, type ColourScale, levelClass, levelRules } from '../colourScale.js';
import { coordinate, escapeXml, formatNumber, svgDocument, textWidth } from '../svg.js';

export interface HeatMapOptions {
  title: string;
  /** One for each column: a character or a word. */
  tokens: readonly string[];
  /** Values as many as tokens. */
  rows: readonly { label: string; values: ArrayLike<number> }[];
  scale: ColourScale;
  /** The value of the strongest colour; 1. */
  limit?: number;
  /** Pixels; default 848. */
  width?: number;
}

const CHARACTER = 10;
const ROW = 10;
const TEXT = 17;
const GAP = 12;
const TOP = 34;

/** Signs for what has no shape. */
const SIGNS: Readonly<Record<string, string>> = { '\n': '↵', '\t': '→', '\r': '↵', '<unk>': '�' };

/** How a token is written above its column. */
function tokenLabel(token: string): string {
  return SIGNS[token] ?? token.replace(/\s/g, ' ');
}

/** Errors: SHAPE where a row has not as many values as there are tokens. */
export function heatMap({ title, tokens, rows, scale, limit = 1, width = 848 }: HeatMapOptions): string {
  for (const { label, values } of rows) {
    if (values.length !== tokens.length) {
      throw new UnrolledError(
        'SHAPE',
        `expected ${tokens.length} values in the row "${label}", received ${values.length}`,
        'give one for each token',
      );
    }
  }
  const left = Math.max(24, ...rows.map(({ label }) => textWidth(label, 8.5) + 8));
  const labels = tokens.map(tokenLabel);
  const widths = labels.map((label) =>
    Array.from(label).length <= 1 ? CHARACTER : Math.ceil(textWidth(label, 11) * 1.12) + 6,
  );
  const lines = wrapped(widths, width - left);
  const height = rows.length * ROW;
  const content = [
    `<style>${levelRules('fill', 'svg.heat')}\n${STYLE}</style>`,
    `<g class="heatmap">`,
    ...legend(title, scale, limit, width),
  ];
  let y = TOP;
  for (const { from, to } of lines) {
    let x = left;
    const places = widths.slice(from, to).map((w) => {
      const place = { x, w };
      x += w;
      return place;
    });
    content.push(tokenLine(labels.slice(from, to), places, y + TEXT - 5));
    const top = y + TEXT;
    rows.forEach(({ label }, r) => {
      content.push(
        `<text class="row" x="${coordinate(left - 5)}" y="${top + r * ROW + 8}" text-anchor="end">${escapeXml(label)}</text>`,
      );
    });
    content.push(...cells(rows, places, { from, top, scale, limit }));
    content.push(
      `<rect class="frame" x="${coordinate(left)}" y="${top}" width="${coordinate(x - left)}" height="${height}"/>`,
    );
    y = top + height + GAP;
  }
  content.push('</g>');
  return svgDocument(width, y, title, content).replace('class="plot"', 'class="plot heat"');
}

const STYLE = `svg.heat .cells { shape-rendering: crispEdges; }
svg.heat .token { fill: var(--ink); font: 11px ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; text-anchor: middle; }
svg.heat .row { font-size: 8.5px; font-variant-numeric: tabular-nums; }
svg.heat .frame { fill: none; stroke: var(--line); shape-rendering: crispEdges; }`;

/** Lines of columns that fit; one that is too wide stands alone. */
function wrapped(widths: readonly number[], room: number): { from: number; to: number }[] {
  const lines: { from: number; to: number }[] = [];
  let [from, used] = [0, 0];
  widths.forEach((w, i) => {
    if (used + w > room && i > from) {
      lines.push({ from, to: i });
      [from, used] = [i, 0];
    }
    used += w;
  });
  if (from < widths.length) lines.push({ from, to: widths.length });
  return lines;
}

interface Place {
  x: number;
  w: number;
}

/** One text for a line of single characters, each at its own place; words one by one. */
function tokenLine(labels: readonly string[], places: readonly Place[], y: number): string {
  const shown = labels
    .map((label, i) => ({ label, x: coordinate(places[i].x + places[i].w / 2) }))
    .filter(({ label }) => label.trim() !== '');
  return shown.map(({ label, x }) => `<text class="token" x="${x}" y="${y}">${escapeXml(label)}</text>`).join('');
}

/** All cells of one level are one path: a fraction of the size of a rectangle each. Neighbours of a level are one piece. */
function cells(
  rows: HeatMapOptions['rows'],
  places: readonly Place[],
  { from, top, scale, limit }: { from: number; top: number; scale: ColourScale; limit: number },
): string[] {
  const paths = new Map<number, string[]>();
  rows.forEach(({ values }, r) => {
    const y = top + r * ROW;
    for (let i = 0; i < places.length;) {
      const level = colourLevel(values[from + i], scale, limit);
      let w = 0;
      const { x } = places[i];
      while (i < places.length && colourLevel(values[from + i], scale, limit) === level) w += places[i++].w;
      if (level === 0) continue;
      const pieces = paths.get(level) ?? [];
      pieces.push(`M${coordinate(x)} ${y}h${w}v${ROW}h-${w}z`);
      paths.set(level, pieces);
    }
  });
  return [...paths]
    .sort(([a], [b]) => a - b)
    .map(([level, pieces]) => `<path class="cells ${levelClass(level, scale)}" d="${pieces.join('')}"/>`);
}

/** The title, and at the right what the colours mean. */
function legend(title: string, scale: ColourScale, limit: number, width: number): string[] {
  const levels =
    scale === 'diverging' ? Array.from({ length: 17 }, (_, i) => i - 8) : Array.from({ length: 9 }, (_, i) => i);
  const step = 7;
  const [low, high] = [scale === 'diverging' ? `−${formatNumber(limit)}` : '0', formatNumber(limit)];
  const right = width - textWidth(high, 11) - 6;
  const start = right - levels.length * step;
  return [
    `<text class="title" x="0" y="16">${escapeXml(title)}</text>`,
    `<text class="tick" x="${coordinate(start - 6)}" y="15" text-anchor="end" font-size="11">${low}</text>`,
    ...levels.map(
      (level, i) =>
        `<rect class="cells ${levelClass(level, scale)}" x="${coordinate(start + i * step)}" y="6" width="${step}" height="10"/>`,
    ),
    `<rect class="frame" x="${coordinate(start)}" y="6" width="${levels.length * step}" height="10"/>`,
    `<text class="tick" x="${coordinate(right + 6)}" y="15" font-size="11">${high}</text>`,
  ];
}
