// The map of a course: a box for each lesson, below those that it needs, with lines between them.
import { coordinate as at, escapeXml, textWidth } from '../svg.js';

/** A knot of the map. */
export interface Lesson {
  /** What `needs` of others name. */
  name: string;
  /** What stands in the box, on two lines at most. */
  title: string;
  /** The page. */
  href: string;
  /** Names of lessons to have read; those that are not on the map are left out. */
  needs: readonly string[];
  /** Which colour of the theme its box has: that of its chapter. */
  colour: number;
}

const BOX = { w: 190, h: 46 } as const;
const GAP = { x: 22, y: 34 } as const;
const COLUMNS = 4;
const FONT_SIZE = 12;

interface Placed {
  lesson: Lesson;
  x: number;
  y: number;
}

/** Rows from the top: a lesson stands below all that it needs, and no row is wider than the page. */
function rowsOf(lessons: readonly Lesson[]): Lesson[][] {
  const byName = new Map(lessons.map((lesson) => [lesson.name, lesson]));
  const depths = new Map<string, number>();
  const depthOf = (lesson: Lesson, above: readonly string[]): number => {
    const known = depths.get(lesson.name);
    if (known !== undefined) return known;
    const parents = lesson.needs.flatMap((name) => (above.includes(name) ? [] : (byName.get(name) ?? [])));
    const depth = 1 + Math.max(-1, ...parents.map((parent) => depthOf(parent, [...above, lesson.name])));
    depths.set(lesson.name, depth);
    return depth;
  };
  const rows: Lesson[][] = [];
  for (const lesson of lessons) (rows[depthOf(lesson, [])] ??= []).push(lesson);
  return rows.flatMap((row) => {
    const count = Math.ceil(row.length / COLUMNS);
    const size = Math.ceil(row.length / count);
    return Array.from({ length: count }, (_, i) => row.slice(i * size, (i + 1) * size));
  });
}

/** Each row is put in the order of what its lessons need, so that few lines cross. */
function place(lessons: readonly Lesson[]): { placed: Placed[]; width: number; height: number } {
  const width = COLUMNS * BOX.w + (COLUMNS - 1) * GAP.x;
  const places = new Map<string, Placed>();
  const rows = rowsOf(lessons);
  rows.forEach((row, y) => {
    const middle = (lesson: Lesson): number => {
      const above = lesson.needs.flatMap((name) => places.get(name)?.x ?? []);
      return above.length === 0 ? width / 2 : above.reduce((sum, x) => sum + x, 0) / above.length;
    };
    const left = (width - row.length * BOX.w - (row.length - 1) * GAP.x) / 2;
    row
      .map((lesson) => ({ lesson, wanted: middle(lesson) }))
      .sort((a, b) => a.wanted - b.wanted)
      .forEach(({ lesson }, i) => {
        const x = left + i * (BOX.w + GAP.x) + BOX.w / 2;
        places.set(lesson.name, { lesson, x, y: y * (BOX.h + GAP.y) });
      });
  });
  return { placed: [...places.values()], width, height: rows.length * (BOX.h + GAP.y) - GAP.y };
}

/** A title on one line or two, broken where both halves are nearest in width. */
function linesOf(title: string): string[] {
  if (textWidth(title, FONT_SIZE) <= BOX.w - 18) return [title];
  const breaks = Array.from(title.matchAll(/ |(?<=[\u4e00-\u9fff：，])(?=[\u4e00-\u9fff])/g), ({ index }) => index);
  const halves = breaks.map((i) => [title.slice(0, i).trim(), title.slice(i).trim()]);
  const widest = (lines: readonly string[]): number => Math.max(...lines.map((line) => textWidth(line, FONT_SIZE)));
  return halves.length === 0 ? [title] : halves.reduce((a, b) => (widest(b) < widest(a) ? b : a));
}

/** The map as SVG: lines go from a lesson down to those that need it; each box is a link. @param label for a screen reader */
export function lessonMap(lessons: readonly Lesson[], label: string): string {
  const { placed, width, height } = place(lessons);
  const byName = new Map(placed.map((one) => [one.lesson.name, one]));
  const lines = placed.flatMap(({ lesson, x, y }) =>
    lesson.needs.flatMap((name) => {
      const from = byName.get(name);
      if (from === undefined) return [];
      const [top, bottom] = [from.y + BOX.h, y];
      const bend = Math.max(16, (bottom - top) / 2);
      return `<path d="M${at(from.x)} ${at(top)}C${at(from.x)} ${at(top + bend)} ${at(x)} ${at(bottom - bend)} ${at(x)} ${at(bottom)}"/>`;
    }),
  );
  const boxes = placed.map(({ lesson, x, y }) => {
    const rows = linesOf(lesson.title);
    const first = y + BOX.h / 2 + 4 - (rows.length - 1) * 8;
    const text = rows.map((row, i) => `<text x="${at(x)}" y="${at(first + 16 * i)}">${escapeXml(row)}</text>`).join('');
    return `<a href="${escapeXml(lesson.href)}"><rect x="${at(x - BOX.w / 2)}" y="${at(y)}" width="${BOX.w}" height="${BOX.h}" rx="8" style="stroke: var(--c${lesson.colour % 6})"/>${text}</a>`;
  });
  return [
    `<svg class="map" width="${width + 4}" height="${height + 4}" viewBox="-2 -2 ${width + 4} ${height + 4}" role="group" aria-label="${escapeXml(label)}">`,
    `<g class="lines" aria-hidden="true">${lines.join('')}</g>`,
    ...boxes,
    '</svg>',
  ].join('\n');
}

/** What a page with a map needs in its style sheet. */
export const MAP_STYLE = `
.map text { font-size: ${FONT_SIZE}px; text-anchor: middle; fill: var(--ink); }
.map rect { fill: var(--surface); stroke-width: 1.6px; }
.map a:hover rect, .map a:focus rect { fill: var(--faint); stroke-width: 3px; }
.map .lines path { fill: none; stroke: var(--line); stroke-width: 1.4px; }`;
