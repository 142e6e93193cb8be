// Bars with their names and values: from numbers to HTML.
import * as Plot from '@observablehq/plot';
import { colour, INK } from '../curves.js';
import { chart } from '../figure.js';
import { formatNumber, textWidth } from '../svg.js';

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
  /** Pixels; default 760; the height follows from the number of bars. */
  width?: number;
}

const ROW = 30;
const FONT_SIZE = 13;

/** One horizontal bar for each value, from 0. */
export function barChart({ bars, title, xLabel, width = 760 }: BarChartOptions): string {
  const rows = bars.map((bar, i) => ({
    ...bar,
    row: i,
    value: Number.isFinite(bar.value) ? Math.max(0, bar.value) : 0,
    label: bar.label ?? formatNumber(bar.value),
  }));
  const widest = (texts: string[]): number => Math.max(0, ...texts.map((text) => textWidth(text, FONT_SIZE)));
  const bold = (highlight: boolean): Plot.TextOptions => ({
    filter: (row: Bar) => (row.highlight === true) === highlight,
    fontWeight: highlight ? 600 : 400,
    fill: INK,
  });
  return chart(title, {
    width,
    height: ROW * bars.length + 60,
    marginLeft: Math.min(width * 0.4, widest(rows.map(({ name }) => name))) + 16,
    marginRight: widest(rows.map(({ label }) => label)) + 16,
    marginTop: 8,
    x: { label: xLabel, grid: true, domain: [0, Math.max(0, ...rows.map(({ value }) => value)) || 1], labelOffset: 36 },
    y: { axis: null, domain: rows.map(({ row }) => row), padding: 0.4 },
    marks: [
      Plot.barX(rows, {
        x: 'value',
        y: 'row',
        fill: colour(0),
        fillOpacity: (row: Bar) => (row.highlight ? 1 : 0.38),
        rx: 2,
      }),
      ...[true, false].flatMap((highlight) => [
        Plot.text(rows, { x: 0, y: 'row', text: 'name', textAnchor: 'end', dx: -8, ...bold(highlight) }),
        Plot.text(rows, { x: 'value', y: 'row', text: 'label', textAnchor: 'start', dx: 8, ...bold(highlight) }),
      ]),
    ],
  });
}
