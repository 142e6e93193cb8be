// One thing done by several: for each task our bar and those of the others, on a scale of its own from 0, with marks for aims.
import { scaleLinear } from 'd3-scale';
import { coordinate, escapeXml, svgDocument, textWidth } from './svg.js';

export interface ComparedBar {
  name: string;
  /** 0 or more. */
  value: number;
  /** What stands behind the bar. */
  label: string;
  /** In full colour; the others are pale. */
  own?: boolean;
}

export interface ComparedAim {
  /** Where our bar should end, or begin to be too long. */
  value: number;
  /** For people: `aim 1.3 × PyTorch`. */
  label: string;
  /** Null where nobody can say. */
  met: boolean | null;
}

export interface Comparison {
  name: string;
  /** Stands large at the right: `1.42 ×`. */
  headline: string;
  bars: readonly ComparedBar[];
  aims: readonly ComparedAim[];
}

export interface ComparisonChartOptions {
  title: string;
  comparisons: readonly Comparison[];
  /** Pixels; default 720; the height follows from what there is. */
  width?: number;
}

const HEAD = 26;
const ROW = 19;
const BAR = 12;
const GAP = 20;
/** Bold text is wider. */
const STRONG = 14;

const STYLE = `<style>
svg.plot .task { fill: var(--ink); font-size: 13px; font-weight: 600; }
svg.plot .own { fill: var(--ink); font-weight: 600; }
svg.plot .met { fill: var(--c2); font-weight: 600; }
svg.plot .short { fill: var(--c1); font-weight: 600; }
svg.plot .halo { stroke: var(--surface); stroke-width: 5; }
svg.plot .aim { stroke: var(--ink); stroke-width: 2; }
</style>`;

/** How it went, in a word and a sign, so that no colour has to say it. */
export function verdict(met: boolean | null): string {
  return met === null ? 'not read' : met ? '✓ met' : '✗ short';
}

/** Bars of one task can be compared, bars of two cannot: each task has its own scale. */
export function comparisonChart({ title, comparisons, width = 720 }: ComparisonChartOptions): string {
  const all = comparisons.flatMap(({ bars }) => bars);
  const left =
    Math.min(width * 0.3, Math.max(0, ...all.map(({ name, own }) => textWidth(name, own ? STRONG : 13)))) + 12;
  const right = width - Math.max(20, ...all.map(({ label, own }) => textWidth(label, own ? STRONG : 12))) - 10;
  const content = [STYLE];
  let top = 0;
  for (const { name, headline, bars, aims } of comparisons) {
    content.push(
      `<text class="task" x="0" y="${top + 14}">${escapeXml(name)}</text>`,
      `<text x="${width}" y="${top + 14}" text-anchor="end">${headed(headline, aims)}</text>`,
    );
    const ends = [...bars.map(({ value }) => value), ...aims.map(({ value }) => value)].filter(Number.isFinite);
    const x = scaleLinear()
      .domain([0, Math.max(0, ...ends) || 1])
      .range([left, right]);
    bars.forEach(({ name: who, value, label, own }, i) => {
      const middle = top + HEAD + ROW * i + ROW / 2;
      const end = Number.isFinite(value) ? x(Math.max(0, value)) : left;
      const [fill, kind] = own ? ['var(--c0)', ' own'] : ['var(--muted)" opacity="0.5', ''];
      content.push(
        `<rect x="${coordinate(left)}" y="${coordinate(middle - BAR / 2)}" width="${coordinate(end - left)}" height="${BAR}" rx="2" fill="${fill}"/>`,
        `<text class="name${kind}" x="${coordinate(left - 10)}" y="${coordinate(middle)}" dy="0.34em" text-anchor="end">${escapeXml(who)}</text>`,
      );
      // A mark may stand close behind the end of our bar: the label stands behind both.
      const marks = own ? aims.map((aim) => x(aim.value)).filter((at) => at > end - 4 && at < end + 80) : [];
      content.push(
        `<text class="value${kind}" x="${coordinate(Math.max(end, ...marks) + 8)}" y="${coordinate(middle)}" dy="0.34em">${escapeXml(label)}</text>`,
      );
      if (!own) return;
      for (const { value: aim } of aims) {
        if (!Number.isFinite(aim)) continue;
        const at = coordinate(x(aim));
        const line = `x1="${at}" x2="${at}" y1="${coordinate(middle - BAR / 2 - 4)}" y2="${coordinate(middle + BAR / 2 + 4)}"`;
        content.push(`<line class="halo" ${line}/>`, `<line class="aim" ${line}/>`);
      }
    });
    top += HEAD + ROW * bars.length + GAP;
  }
  return svgDocument(width, Math.max(1, top - GAP + 4), title, content);
}

/** The ratio, then each aim with its verdict. */
function headed(headline: string, aims: readonly ComparedAim[]): string {
  const parts = aims.map(({ label, met }) => {
    const kind = met === null ? '' : met ? ' class="met"' : ' class="short"';
    return `${escapeXml(label)} <tspan${kind}>${verdict(met)}</tspan>`;
  });
  const own = headline === '' ? [] : [`<tspan class="own">${escapeXml(headline)}</tspan>`];
  return [...own, ...parts].join(' · ');
}
