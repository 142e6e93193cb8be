// What a figure shows, in words and numbers, for those who do not see it: its axes, and where each curve begins, ends and turns.
import { type Curve, Curves } from './curves.js';
import { formatTick } from './svg.js';

/** The words of a figure's description, in its page's language. */
export interface AltWords {
  /** `Chart: {y} by {x}` */
  chart: string;
  /** `{name}: {first} at {from}, {last} at {to}, lowest {low}, highest {high}` */
  curve: string;
  /** A curve without a name. */
  line: string;
  /** `{count} × {mark}, from {low} to {high}` */
  marks: string;
  /** What Plot calls its marks. */
  kinds: Readonly<Record<string, string>>;
  /** Between two parts. */
  separator: string;
}

interface Described {
  x?: { label?: unknown };
  y?: { label?: unknown };
  marks: readonly unknown[];
}

/** Curves of which more than this many follow are summed up as the others are. */
const MOST = 12;

/** The data of a figure as a sentence: the alt text of its picture. */
export function altText({ x, y, marks }: Described, words: AltWords): string {
  const labels = [y?.label, x?.label].map((label) => (typeof label === 'string' ? label : ''));
  const head = labels.every((label) => label !== '')
    ? fill(words.chart, { y: labels[0], x: labels[1] })
    : labels.join('');
  const flat = marks.flatMap((mark): unknown[] => (Array.isArray(mark) ? (mark as unknown[]).flat(3) : [mark]));
  const curves = flat.flatMap((mark) => (mark instanceof Curves ? mark.series : []));
  const shown = curves.filter(({ faint }) => !faint);
  const parts = (shown.length > 0 ? shown : curves).slice(0, MOST).map((curve) => curveText(curve, words));
  const others = flat.flatMap((mark) => (mark instanceof Curves ? [] : markText(mark, words)));
  return [head, ...parts, ...others].filter((part) => part !== '').join(words.separator);
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/{(\w+)}/g, (_, name: string) => values[name] ?? '');
}

/** Three digits that matter. */
function short(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return Math.abs(rounded) < 1e15 ? formatTick(rounded) : rounded.toExponential();
}

function curveText({ name, x, y }: Curve, words: AltWords): string {
  const points = Array.from(y, (value, i) => ({ at: x ? x[i] : i, value })).filter(({ value }) =>
    Number.isFinite(value),
  );
  const [first, last] = [points.at(0), points.at(-1)];
  if (first === undefined || last === undefined) return '';
  const values = points.map(({ value }) => value);
  return fill(words.curve, {
    name: name || words.line,
    first: short(first.value),
    from: short(first.at),
    last: short(last.value),
    to: short(last.at),
    low: short(values.reduce((a, b) => Math.min(a, b))),
    high: short(values.reduce((a, b) => Math.max(a, b))),
  });
}

interface PlotMark {
  data?: unknown;
  ariaLabel?: string | null;
  /** The values of its channels, also of those that Plot computes, as bars that are stacked. */
  initialize(): { channels: Readonly<Record<string, { value: ArrayLike<unknown> } | undefined>> };
}

/** Dots, bars and cells: how many, and the range of what sets them apart (their colour, or their place). */
function markText(mark: unknown, { marks, kinds }: AltWords): string[] {
  const { data, ariaLabel } = (mark ?? {}) as PlotMark;
  const kind = kinds[ariaLabel ?? ''];
  if (kind === undefined || !Array.isArray(data) || data.length < 2) return [];
  const { channels } = (mark as PlotMark).initialize();
  for (const name of ['fill', 'y', 'y2', 'x', 'x2']) {
    const values = Array.from(channels[name]?.value ?? []);
    const numbers = values.filter((v): v is number => typeof v === 'number' && Number.isFinite(v));
    if (numbers.length < 2) continue;
    const [low, high] = [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))];
    return [fill(marks, { count: String(data.length), mark: kind, low: short(low), high: short(high) })];
  }
  return [];
}
