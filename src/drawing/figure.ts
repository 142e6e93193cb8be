// Observable Plot without a browser: from its options to the text of an SVG, with colours of the page's theme.
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { Curves } from './curves.js';
import { escapeXml, FONT, formatTick } from './svg.js';

/** The options of Observable Plot. */
export type PlotOptions = Plot.PlotOptions;

/** Pixels: the width of a page's text. */
const FIGURE_WIDTH = 760;

/** Pixels: that of a telephone, less the margins of a page. */
const NARROW_WIDTH = 350;

/** What pages with figures need in their style sheet. */
export const FIGURE_STYLE = `
.figure { --plot-background: var(--surface); color: var(--ink); overflow: visible; max-width: 100%; height: auto; }
figure { margin: 1.6rem 0 2rem; }
figure figure { margin: 0; }
figure h2, figure h3 { margin: 0 0 0.4rem; font-size: 0.9rem; font-weight: 600; }
.row figure { margin: 0; }
.letters > .figure { min-width: 640px; }
.narrow { display: none; }
@media screen and (max-width: 640px) { .wide { display: none; } .narrow { display: block; } }
figcaption { max-width: 44rem; color: var(--muted); font-size: 0.9rem; line-height: 1.5; }`;

/** Log axes and ticks that are given read 0.05 and 20k, not 50m and 2.0e4. */
function axis(options: Plot.ScaleOptions | undefined): Plot.ScaleOptions | undefined {
  if (options === undefined || options.tickFormat !== undefined) return options;
  const plain = options.type === 'log' || Array.isArray(options.ticks);
  // Over many decades: a line for each, and none between them.
  const ticks = options.type === 'log' && options.ticks === undefined ? { ticks: 5 } : {};
  return plain
    ? {
        ...ticks,
        ...options,
        tickFormat: (tick: unknown) => (typeof tick === 'number' ? formatTick(tick) : String(tick)),
      }
    : options;
}

/**
 * A plot as HTML: an SVG, or a figure around one where the options ask for a legend. The same data give the same text.
 * Marks may be `curves(…)`: room for their names is made at the right. `label` is what a screen reader says of it.
 */
export function figure(options: Omit<PlotOptions, 'marks'> & { marks: readonly unknown[] }, label: string): string {
  const { marks, style, ...rest } = options;
  const right = Math.max(20, ...marks.map((mark) => (mark instanceof Curves ? mark.room : 0)));
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const drawn = Plot.plot({
    width: FIGURE_WIDTH,
    height: 340,
    marginRight: right,
    marginLeft: 52,
    marginTop: 28,
    marginBottom: 40,
    ...rest,
    x: axis(rest.x),
    y: axis(rest.y),
    className: 'figure',
    document: document as unknown as Document,
    style: { fontSize: '12px', fontFamily: FONT, ...(typeof style === 'object' ? style : {}) },
    marks: marks.map((mark) => (mark instanceof Curves ? mark.marks : (mark as Plot.Markish))),
  });
  // Coordinates of two decimals: small files, and the same text on every machine.
  const html = drawn.outerHTML.replace(/="[^"]*"/g, (text) => text.replace(/(\.\d\d)\d+/g, '$1'));
  // A group has no role that could carry a name; the picture as a whole has one.
  return html
    .replace(/(<g [^>]*?)aria-label=/g, '$1data-mark=')
    .replace(/<svg /, `<svg role="img" aria-label="${escapeXml(label)}" `);
}

/** A figure twice: as wide as a page, and drawn anew for a narrow screen, so that its text keeps its size; the style sheet shows one. */
export function figureInTwoWidths(options: Parameters<typeof figure>[0], label: string): string {
  const narrow = figure({ ...options, width: NARROW_WIDTH }, label);
  return `<div class="wide">${figure(options, label)}</div>\n<div class="narrow">${narrow}</div>`;
}

/** A figure that is as wide as a page on a narrow screen, too, and scrolls there. */
export function figureThatScrolls(options: Parameters<typeof figure>[0], label: string): string {
  return `<div class="scroll letters" tabindex="0">${figure(options, label)}</div>`;
}

/** A figure under a title, and a line below that; what a screen reader says of it is the title. */
export function chart(title: string, options: Parameters<typeof figure>[0], note = ''): string {
  const under = note === '' ? '' : `<p class="muted">${escapeXml(note)}</p>`;
  return `<figure class="chart"><h3>${escapeXml(title)}</h3>${under}${figure(options, title)}</figure>`;
}

/** A chart of nothing. */
export function emptyChart(title: string): string {
  return `<figure class="chart"><h3>${escapeXml(title)}</h3><p class="muted">no data</p></figure>`;
}
