// Lines with their names at their ends instead of a legend: marks for Observable Plot.
import * as Plot from '@observablehq/plot';
import { type Point, spread, thinned } from './lines.js';
import { COLOURS, textWidth } from './svg.js';

/** A line of a chart. */
export interface Curve {
  /** Stands at the end of the curve; without one there is no label. Names that share an end are moved apart. */
  name?: string;
  /** Default 0, 1, 2 … */
  x?: ArrayLike<number>;
  /** What is not finite is a gap. */
  y: ArrayLike<number>;
  /** Which colour of the theme, from 0; otherwise the next one. */
  colour?: number;
  /** Broken strokes, as of a line that is only there to compare with. */
  dashed?: boolean;
  /** A thin, pale line, as of raw values behind their average. */
  faint?: boolean;
}

const FONT_SIZE = 12;
const LABEL_HEIGHT = 15;
/** Points. */
const SHORT = 1000;

/** A colour of the theme, told apart with any colour vision, in light and dark. */
export const colour = (i: number): string => `var(--c${i % COLOURS})`;
/** The colour of text, in light and dark. */
export const INK = 'var(--ink)';
/** The colour of text and lines that stay in the background. */
export const MUTED = 'var(--muted)';
/** The colour of the page behind the figure. */
export const SURFACE = 'var(--surface)';

/** Levels of a colour scale on each side. */
const LEVELS = 8;
const levels = (letter: 'q' | 'p'): string[] => Array.from({ length: LEVELS }, (_, i) => `var(--${letter}${i + 1})`);

/** A colour scale from the page's colour (low) to blue (high), for `color:` of a plot. */
export function sequential(low: number, high: number): Plot.ScaleOptions {
  return { type: 'quantize', domain: [low, high], range: ['var(--q0)', ...levels('q')] };
}

/** A colour scale from blue (−limit) over the page's colour (0) to orange (limit), for `color:` of a plot. */
export function diverging(limit: number): Plot.ScaleOptions {
  return { type: 'quantize', domain: [-limit, limit], range: [...levels('q').reverse(), 'var(--q0)', ...levels('p')] };
}

/** What `curves` returns: marks, and the pixels that the names take at the right. */
export class Curves {
  /** For `marks` of a plot. */
  readonly marks: Plot.Markish[];
  /** Pixels that the names take at the right. */
  readonly room: number;
  /** As they were given: what a description of the figure is made from. */
  readonly series: readonly Curve[];

  constructor(series: readonly Curve[]) {
    this.series = series;
    const ends: { x: number; y: number; name: string; fill: string }[] = [];
    this.marks = series.map(({ name, x, y, colour: i, dashed, faint }, at) => {
      const all = Array.from(y, (value, k) => ({ x: x ? x[k] : k, y: Number.isFinite(value) ? value : NaN }));
      const first = all.at(0)?.x ?? 0;
      const span = (all.at(-1)?.x ?? 0) - first || 1;
      // A short series stays whole: on a log axis it may be dense where x is small.
      const points = all.length <= SHORT ? all : thinned(all, (point) => Math.round(((point.x - first) / span) * 600));
      const stroke = colour(i ?? at);
      const last = points.findLast((point) => !Number.isNaN(point.y));
      if (name && last) ends.push({ ...last, name, fill: stroke });
      return Plot.line(points, {
        // Not by name: a name would become the axis's label.
        x: ({ x }: Point) => x,
        y: ({ y }: Point) => y,
        stroke,
        strokeWidth: faint ? 1 : 1.8,
        strokeOpacity: faint ? 0.3 : 1,
        ...(dashed ? { strokeDasharray: '6 4' } : {}),
      });
    });
    this.marks.push(
      Plot.text(
        ends,
        apart({
          x: ({ x }: Point) => x,
          y: ({ y }: Point) => y,
          text: 'name',
          fill: (end: { fill: string }) => end.fill,
          textAnchor: 'start',
          dx: 7,
          fontWeight: 500,
        }),
      ),
    );
    this.room = Math.max(0, ...ends.map(({ name }) => textWidth(name, FONT_SIZE) + 14));
  }
}

/** Lines over one axis, named at their ends; names that would touch are moved apart. */
export function curves(series: readonly Curve[]): Curves {
  return new Curves(series);
}

/** Moves texts apart, vertically, as little as needed. */
function apart(options: Plot.TextOptions): Plot.TextOptions {
  return Plot.initializer(options, (data, facets, channels, scales) => {
    const values = channels.y?.value as ArrayLike<number> | undefined;
    const scale = scales.y as unknown as ((value: number) => number) | undefined;
    if (!values || !scale) return { data, facets };
    const places = spread(Array.from(values, scale), LABEL_HEIGHT, -Infinity, Infinity);
    return { data, facets, channels: { y: { value: places, scale: null } } };
  });
}
