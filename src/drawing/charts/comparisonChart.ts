// One thing done by several: for each task our bar and those of the others, on a scale of its own from 0, with marks for aims.
import * as Plot from '@observablehq/plot';
import { colour, INK, MUTED, SURFACE } from '../curves.js';
import { figure } from '../figure.js';
import { textWidth } from '../svg.js';

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
  /** For a screen reader: the heading above says it to the others. */
  title: string;
  comparisons: readonly Comparison[];
  /** Pixels; default 760; the height follows from what there is. */
  width?: number;
}

/** Pixels of a bar's row, and of a task's head in rows. */
const ROW = 19;
const HEAD = 2.2;
const FONT_SIZE = 13;

/** How it went, in a word and a sign, so that no colour has to say it. */
export function verdict(met: boolean | null): string {
  return met === null ? 'not read' : met ? '✓ met' : '✗ short';
}

interface Row {
  at: number;
  name: string;
  /** Of the longest of its task. */
  share: number;
  label: string;
  own: boolean;
  /** Where the label begins, so that it stands behind a mark that is close. */
  behind: number;
}

/** Bars of one task can be compared, bars of two cannot: each task has its own scale. */
export function comparisonChart({ title, comparisons, width = 760 }: ComparisonChartOptions): string {
  const heads: { at: number; name: string; headline: string; met: boolean | null }[] = [];
  const rows: Row[] = [];
  const marks: { at: number; share: number }[] = [];
  let at = 0;
  for (const { name, headline, bars, aims } of comparisons) {
    const sizes = [...bars, ...aims].map(({ value }) => value).filter((value) => Number.isFinite(value) && value > 0);
    const longest = Math.max(0, ...sizes) || 1;
    const shareOf = (value: number): number => (Number.isFinite(value) ? Math.max(0, value) / longest : 0);
    const said = aims.map(({ label, met }) => `${label} ${verdict(met)}`);
    heads.push({
      at,
      name,
      headline: [headline, ...said].filter((text) => text !== '').join(' · '),
      met: aims.some(({ met }) => met === false)
        ? false
        : aims.every(({ met }) => met === true) && aims.length > 0
          ? true
          : null,
    });
    at += HEAD - 1;
    for (const { name: who, value, label, own = false } of bars) {
      const share = shareOf(value);
      const close = own
        ? aims.map((aim) => shareOf(aim.value)).filter((aim) => aim > share - 0.01 && aim < share + 0.12)
        : [];
      rows.push({ at, name: who, share, label, own, behind: Math.max(share, ...close) });
      if (own) for (const aim of aims) if (Number.isFinite(aim.value)) marks.push({ at, share: shareOf(aim.value) });
      at += 1;
    }
    at += 1;
  }
  const widest = (texts: string[]): number => Math.max(0, ...texts.map((text) => textWidth(text, FONT_SIZE)));
  const marginLeft = Math.min(width * 0.3, widest(rows.map(({ name }) => name))) + 12;
  const marginRight = widest(rows.map(({ label }) => label)) + 18;
  const text = (own: boolean): Plot.TextOptions => ({
    filter: (row: Row) => row.own === own,
    fontWeight: own ? 600 : 400,
    fill: own ? INK : MUTED,
  });
  const verdictColour = (met: boolean | null): string => (met === null ? MUTED : met ? colour(2) : colour(1));
  const options: Parameters<typeof figure>[0] = {
    width,
    height: Math.max(1, at) * ROW + 12,
    marginLeft,
    marginRight,
    marginTop: 10,
    marginBottom: 2,
    x: { axis: null, domain: [0, 1] },
    y: { axis: null, domain: [-0.5, Math.max(0.5, at - 0.5)], reverse: true },
    marks: [
      Plot.rect(rows, {
        x1: 0,
        x2: 'share',
        y1: ({ at: y }: Row) => y - 0.32,
        y2: ({ at: y }: Row) => y + 0.32,
        fill: ({ own }: Row) => (own ? colour(0) : MUTED),
        fillOpacity: ({ own }: Row) => (own ? 1 : 0.5),
        rx: 2,
      }),
      ...[SURFACE, INK].map((stroke, i) =>
        Plot.ruleX(marks, {
          x: 'share',
          y1: (mark: { at: number }) => mark.at - 0.5,
          y2: (mark: { at: number }) => mark.at + 0.5,
          stroke,
          strokeWidth: i === 0 ? 5 : 2,
        }),
      ),
      ...[true, false].flatMap((own) => [
        Plot.text(rows, { x: 0, y: 'at', text: 'name', textAnchor: 'end', dx: -8, ...text(own) }),
        Plot.text(rows, { x: 'behind', y: 'at', text: 'label', textAnchor: 'start', dx: 8, ...text(own) }),
      ]),
      Plot.text(heads, {
        frameAnchor: 'left',
        y: 'at',
        text: 'name',
        textAnchor: 'start',
        dx: -marginLeft,
        fontSize: FONT_SIZE,
        fontWeight: 600,
        fill: INK,
      }),
      Plot.text(heads, {
        frameAnchor: 'right',
        y: 'at',
        text: 'headline',
        textAnchor: 'end',
        dx: marginRight,
        fontWeight: 600,
        fill: ({ met }) => verdictColour(met),
      }),
    ],
  };
  return `<figure class="chart">${figure(options, title)}</figure>`;
}
