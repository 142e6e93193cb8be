// A cell as the diagram of a textbook, in SVG: states run from left to right, x enters from below, boxes have weights, circles
// and pills are pointwise.
import { UnrolledError } from '../../errors.js';
import { coordinate as at, escapeXml } from '../svg.js';
import { compactLanes, type Item } from './diagramCompact.js';
import { buildFigure, type Figure, type Part } from './diagramGraph.js';
import type { Routed } from './diagramGrid.js';
import { placeFigure } from './diagramPlace.js';
import type { Path, Point } from './diagramRoute.js';
import type { CellGraph } from '../../cell/define/graph.js';
import { type ShownOptions, shownOptions } from './shown.js';
import type { ValueSymbol } from './symbols.js';

const STYLE = `
svg.cell-diagram { --ink: #23262d; --paper: #ffffff; --cell: #f1f5ee; --edge: #9db08f; --gate: #ffe08a; --gate-edge: #b48a12; --op: #f9cfd4; --op-edge: #bf6b76; max-width: 100%; height: auto; }
@media (prefers-color-scheme: dark) {
  svg.cell-diagram { --ink: #e8eaee; --paper: #14171c; --cell: #1f2621; --edge: #5f7355; --gate: #5c4a10; --gate-edge: #d1a83a; --op: #5a2e35; --op-edge: #d68a94; }
}
svg.cell-diagram .paper { fill: var(--paper); }
svg.cell-diagram .frame { fill: var(--cell); stroke: var(--edge); stroke-width: 1.5; }
svg.cell-diagram .line { fill: none; stroke: var(--ink); stroke-width: 1.6; stroke-linejoin: round; }
svg.cell-diagram .casing { fill: none; stroke: var(--cell); stroke-width: 7; }
svg.cell-diagram .tip, svg.cell-diagram .dot { fill: var(--ink); }
svg.cell-diagram .gate { fill: var(--gate); stroke: var(--gate-edge); stroke-width: 1.3; }
svg.cell-diagram .op { fill: var(--op); stroke: var(--op-edge); stroke-width: 1.3; }
svg.cell-diagram text { fill: var(--ink); font-family: 'STIX Two Text', 'Cambria Math', 'Latin Modern Roman', 'Liberation Serif', 'Times New Roman', serif; text-anchor: middle; }
svg.cell-diagram .value { font-size: 19px; }
svg.cell-diagram .value .letter, svg.cell-diagram .name .letter { font-style: italic; font-weight: 600; }
svg.cell-diagram .below { font-size: 13px; font-style: italic; font-weight: 400; }
svg.cell-diagram .label { font-size: 17px; }
svg.cell-diagram .small { font-size: 13px; font-style: italic; }
svg.cell-diagram .weight { font-weight: 700; }
svg.cell-diagram .name { font-size: 14px; }
svg.cell-diagram .mark { font-size: 13px; font-style: italic; }
svg.cell-diagram .title { font-size: 17px; font-weight: 600; text-anchor: start; }`;

/** Pixels that lines reach beyond the frame. */
const OUTSIDE = 22;
const MARGIN = { side: 38, top: 50, bottom: 52 } as const;
const CORNER = 8;
const TIP = 7;
/** Nobody reads a diagram of more. */
const MOST_PARTS = 100;
/** From the middle of a box to its second and third port below. */
const PORT = 15;

function halfSize(part: Part): { w: number; h: number } {
  const text = 4.6 * part.label.length + 8;
  if (part.shape === 'box') return { w: Math.max(26, text), h: 22 };
  if (part.shape === 'circle') return { w: 13, h: 13 };
  return { w: Math.max(18, text), h: part.symbol !== null && showsName(part) ? 21 : 13 };
}

function showsName(part: Part): boolean {
  return part.symbol !== null && part.rail < 0 && part.shape !== 'circle';
}

interface Drawing {
  readonly figure: Figure;
  readonly routed: Routed;
  readonly xs: readonly number[];
  readonly ys: readonly number[];
}

function coordinates(figure: Figure, routed: Routed): Drawing {
  const { parts } = figure;
  const across: Item[] = [];
  const along: Item[] = [];
  const fixed = new Map<number, { lane: number; offset: number }>();
  for (const part of parts) {
    const [x, y] = [routed.x[part.index], routed.y[part.index]];
    const { w, h } = halfSize(part);
    const reach = part.shape === 'box' ? 1 : 0;
    across.push({ lane: x, half: w, low: y, high: y });
    along.push({ lane: y, half: h, low: x - reach, high: x + reach });
    if (part.shape === 'box') {
      fixed.set(x - 1, { lane: x, offset: -PORT });
      fixed.set(x + 1, { lane: x, offset: PORT });
    }
  }
  for (const { points } of routed.paths) {
    for (const [a, b] of runs(points)) {
      if (a.x === b.x) across.push({ lane: a.x, half: 0, low: Math.min(a.y, b.y), high: Math.max(a.y, b.y) });
      else along.push({ lane: a.y, half: 0, low: Math.min(a.x, b.x), high: Math.max(a.x, b.x) });
    }
  }
  const inner = (items: Item[], count: number): Item[] => items.filter((i) => i.lane > 0 && i.lane < count - 1);
  return {
    figure,
    routed,
    xs: compactLanes(routed.lanesX, inner(across, routed.lanesX), fixed),
    ys: compactLanes(routed.lanesY, inner(along, routed.lanesY), new Map()),
  };
}

/** The straight pieces of a path. */
function runs(points: readonly Point[]): [Point, Point][] {
  const pieces: [Point, Point][] = [];
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1], points[i]];
    const last = pieces.at(-1);
    if (last !== undefined && (last[0].x === b.x || last[0].y === b.y)) last[1] = b;
    else pieces.push([a, b]);
  }
  return pieces;
}

/** An orthogonal way with rounded corners, but for those where a branch leaves. */
function rounded(points: readonly Point[], sharp: ReadonlySet<string>): string {
  let d = `M${at(points[0].x)} ${at(points[0].y)}`;
  for (let i = 1; i < points.length; i++) {
    const [a, b, c] = [points[i - 1], points[i], points.at(i + 1)];
    if (c === undefined) {
      d += `L${at(b.x)} ${at(b.y)}`;
      break;
    }
    const before = Math.hypot(b.x - a.x, b.y - a.y);
    const after = Math.hypot(c.x - b.x, c.y - b.y);
    const r = sharp.has(`${at(b.x)} ${at(b.y)}`) ? 0 : Math.min(CORNER, before / 2, after / 2);
    const from = { x: b.x + ((a.x - b.x) / (before || 1)) * r, y: b.y + ((a.y - b.y) / (before || 1)) * r };
    const to = { x: b.x + ((c.x - b.x) / (after || 1)) * r, y: b.y + ((c.y - b.y) / (after || 1)) * r };
    d += `L${at(from.x)} ${at(from.y)}Q${at(b.x)} ${at(b.y)} ${at(to.x)} ${at(to.y)}`;
  }
  return d;
}

function tip({ x, y }: Point, towards: number): string {
  const [dx, dy] = [
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
  ][towards];
  const [bx, by] = [x - dx * TIP, y - dy * TIP];
  const w = TIP * 0.55;
  return `<path class="tip" d="M${at(x)} ${at(y)}L${at(bx - dy * w)} ${at(by + dx * w)}L${at(bx + dy * w)} ${at(by - dx * w)}Z"/>`;
}

function letter(symbol: Pick<ValueSymbol, 'base' | 'accent' | 'index'>): string {
  const accent = { '': '', tilde: '\u0303', hat: '\u0302' }[symbol.accent];
  const shown =
    symbol.accent !== '' && symbol.base.length > 1
      ? `${symbol.base[0]}${accent}${symbol.base.slice(1)}`
      : symbol.base + accent;
  const index = symbol.index > 0 ? `<tspan class="below" dy="3">${symbol.index}</tspan>` : '';
  return `<tspan class="letter">${escapeXml(shown)}</tspan>${index}`;
}

/** A value at a time: h with t−1 below. */
function value(x: number, y: number, name: string, when: string, anchor = 'middle'): string {
  return `<text class="value" x="${at(x)}" y="${at(y)}" style="text-anchor:${anchor}"><tspan class="letter">${escapeXml(name)}</tspan><tspan class="below" dy="5">${when}</tspan></text>`;
}

function drawPart({ xs, ys, routed }: Drawing, part: Part): string {
  const [x, y] = [xs[routed.x[part.index]], ys[routed.y[part.index]]];
  const { w, h } = halfSize(part);
  const shape =
    part.shape === 'circle'
      ? `<circle class="op" cx="${at(x)}" cy="${at(y)}" r="${w}"/>`
      : `<rect class="${part.shape === 'box' ? 'gate' : 'op'}" x="${at(x - w)}" y="${at(y - h)}" width="${at(2 * w)}" height="${at(2 * h)}" rx="${part.shape === 'box' ? 5 : Math.min(h, 13)}"/>`;
  const named = part.symbol !== null && showsName(part);
  const small = part.shape === 'circle' && part.label.length > 2 ? ' small' : '';
  const label = `<text class="label${small}${part.label === 'W' ? ' weight' : ''}" x="${at(x)}" y="${at(named ? y - 2.5 : y + 5.5)}">${escapeXml(part.label)}</text>`;
  const name =
    named && part.symbol !== null
      ? `<text class="name" x="${at(x)}" y="${at(y + 14)}">${letter(part.symbol)}</text>`
      : '';
  return `<g>${shape}${label}${name}</g>`;
}

/** One path in pixels: from the middle of its source to the edge of its target, or so far outside of the frame. */
function place(
  drawing: Drawing,
  path: Path,
  outside: number,
): { points: Point[]; target: Part | undefined; end: Point } {
  const { figure, routed, xs, ys } = drawing;
  const pixels = [path.points[0], ...runs(path.points).map(([, b]) => b)].map((p) => ({ x: xs[p.x], y: ys[p.y] }));
  const first = path.points[0];
  const last = path.points[path.points.length - 1];
  const [start, end] = [pixels[0], pixels[pixels.length - 1]];
  if (first.x === 0) start.x += outside < 0 ? 4 : -outside;
  if (first.y === routed.lanesY - 1) start.y -= outside < 0 ? 4 : -outside;
  if (routed.join !== null && first.x === routed.join.x && first.y === routed.join.y) start.x += CORNER;
  const target = figure.parts.find(
    (p) => routed.y[p.index] === last.y && Math.abs(routed.x[p.index] - last.x) <= (p.shape === 'box' ? 1 : 0),
  );
  const [dx, dy] = [
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
  ][path.towards];
  if (target !== undefined) {
    const { w, h } = halfSize(target);
    if (dx !== 0) end.x = xs[routed.x[target.index]] - dx * (w + 1);
    else end.y -= dy * (h + 1);
  } else if (routed.join !== null && last.x === routed.join.x && last.y === routed.join.y) {
    pixels.push({ x: end.x + CORNER * 1.6, y: end.y });
  } else {
    end.x += dx * outside;
    end.y += dy * outside;
  }
  return { points: pixels, target, end: { ...end } };
}

/** Where a line parts, as text: the starts of its further paths, but for those that leave their part at another side. */
function branchPoints({ figure, routed, xs, ys }: Drawing): Set<string> {
  const found = new Set<string>();
  const drawn = new Set<number>();
  for (const { line, points } of routed.paths) {
    const [first] = points;
    const inPart = figure.parts.some(
      (p) => routed.y[p.index] === first.y && Math.abs(routed.x[p.index] - first.x) <= (p.shape === 'box' ? 1 : 0),
    );
    const inJoin = routed.join?.x === first.x && routed.join.y === first.y;
    if (drawn.has(line) && !inPart && !inJoin) found.add(`${at(xs[first.x])} ${at(ys[first.y])}`);
    drawn.add(line);
  }
  return found;
}

function describe(figure: Figure): string {
  const list = (parts: readonly string[]): string => parts.join(', ') || 'none';
  const boxes = figure.parts.filter((p) => p.shape === 'box').map((p) => `${p.symbol?.base ?? ''} (${p.label})`);
  const states = [...figure.rails.map((r) => r.state), ...figure.bottom];
  return `One step of the recurrent cell ${figure.name}. States from left to right: ${list(states)}. Boxes with weights: ${list(boxes)}. Output: ${figure.output}. The input x enters from below.`;
}

/**
 * A self-contained SVG of one step of a cell, for light and dark pages. Yellow boxes are weights and an activation, with the name
 * of the gate; red circles and pills work element by element. A dot is a branch; lines that join without a dot (x and h before
 * the gates) go together into every box that they reach. Takes up to two seconds for the largest cells: many placements are
 * tried. Errors: CELL for more than 100 boxes and operations, or where a line finds no way.
 */
export function toDiagram(graph: CellGraph, given: ShownOptions = {}): string {
  const options = shownOptions(graph, given, 'toDiagram');
  const figure = buildFigure(graph, options);
  if (figure.parts.length > MOST_PARTS) {
    throw new UnrolledError(
      'CELL',
      `expected at most ${MOST_PARTS} boxes and operations in a diagram, received ${figure.parts.length} of cell ${graph.name}`,
      'toLatex() prints a cell of any size',
    );
  }
  const routed = placeFigure(figure);
  if (routed.missing > 0) {
    throw new UnrolledError(
      'CELL',
      `expected room for all lines of cell ${graph.name}, received ${routed.missing} without a way`,
      'a linear with very many operands does not fit into a diagram; toLatex() prints the cell',
    );
  }
  const drawing = coordinates(figure, routed);
  const { xs, ys } = drawing;
  const [width, height] = [xs[routed.lanesX - 1], ys[routed.lanesY - 1]];
  const casings: string[][] = figure.lines.map(() => []);
  const strokes: string[][] = figure.lines.map(() => []);
  const tips: string[] = [];
  const texts: string[] = [];
  const branches = branchPoints(drawing);
  for (const point of branches) {
    const [cx, cy] = point.split(' ');
    tips.push(`<circle class="dot" cx="${cx}" cy="${cy}" r="3.2"/>`);
  }
  const drawn = new Set<number>();
  for (const path of routed.paths) {
    const { points, target, end } = place(drawing, path, OUTSIDE);
    const d = rounded(points, branches);
    // What joins is one line with what it joins, so that neither cuts the other.
    const family = figure.join >= 0 && figure.lines[path.line].joins ? figure.join : path.line;
    casings[family].push(`<path class="casing" d="${rounded(place(drawing, path, -4).points, branches)}"/>`);
    strokes[family].push(`<path class="line" d="${d}"/>`);
    const last = path.points[path.points.length - 1];
    const outside = last.x === routed.lanesX - 1 || last.y === 0;
    if (target !== undefined || outside) tips.push(tip(end, path.towards));
    const { source, ends } = figure.lines[path.line];
    if (!drawn.has(path.line)) {
      if (source.kind === 'state') texts.push(value(-OUTSIDE - 5, points[0].y + 5, source.state, 't−1', 'end'));
      if (source.kind === 'x') texts.push(value(points[0].x, points[0].y + 18, 'x', 't'));
    }
    if (last.x === routed.lanesX - 1) {
      const state = ends.find((s) => stateRow(drawing, s, last.y)) ?? ends[0];
      texts.push(value(end.x + 6, end.y + 5, state, 't', 'start'));
    }
    if (last.y === 0) texts.push(value(end.x, end.y - 9, figure.output, 't'));
    drawn.add(path.line);
    const mark = target === undefined ? '' : (target.inputs.find((i) => i.line === path.line)?.mark ?? '');
    if (mark !== '') {
      const side =
        path.towards % 2 === 0
          ? { x: end.x - (path.towards === 0 ? 10 : -10), y: end.y - 6 }
          : { x: end.x + 9, y: end.y + (path.towards === 3 ? 14 : -6) };
      texts.push(`<text class="mark" x="${at(side.x)}" y="${at(side.y)}">${escapeXml(mark)}</text>`);
    }
  }
  const longest = Math.max(...graph.states.map((state) => state.length));
  const left = MARGIN.side + 11 * longest + 22;
  const whole = { w: width + left + MARGIN.side + 11 * longest + 6, h: height + MARGIN.top + MARGIN.bottom };
  const id = `cell-${graph.name}`.toLowerCase().replace(/[^\w-]/g, '-');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="cell-diagram" role="img" aria-labelledby="${id}-title ${id}-desc" width="${at(whole.w)}" height="${at(whole.h)}" viewBox="${-left} ${-MARGIN.top} ${at(whole.w)} ${at(whole.h)}">`,
    `<title id="${id}-title">${escapeXml(graph.name)} cell</title>`,
    `<desc id="${id}-desc">${escapeXml(describe(figure))}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" x="${-left}" y="${-MARGIN.top}" width="${at(whole.w)}" height="${at(whole.h)}"/>`,
    `<rect class="frame" width="${at(width)}" height="${at(height)}" rx="18"/>`,
    `<text class="title" x="2" y="-12">${escapeXml(graph.name)}</text>`,
    ...figure.lines.flatMap((_, k) => [...casings[k], ...strokes[k]]),
    ...tips,
    ...figure.parts.map((part) => drawPart(drawing, part)),
    ...texts,
    '</svg>',
  ].join('\n');
}

/** Whether a state leaves at this row. */
function stateRow({ figure, routed }: Drawing, state: string, row: number): boolean {
  const rail = figure.rails.find((r) => r.state === state);
  if (rail === undefined) return true;
  const [part] = rail.parts;
  return part === undefined || routed.y[part] === row;
}
