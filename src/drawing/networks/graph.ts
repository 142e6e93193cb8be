// A small graph as SVG: what stands where is given, on a grid. Networks that are unrolled in time are drawn with it.
import { coordinate as at, escapeXml, svgDocument, textWidth } from '../svg.js';

/** What a node is: an input, target or output (`value`, or a `token` of text), a state, a layer at one step, a loss. */
export type NodeKind = 'value' | 'token' | 'state' | 'layer' | 'loss';

/** A node of a drawn graph. */
export interface GraphNode {
  /** Of its own; edges name it. */
  name: string;
  /** What stands in it; what follows `_` is set as an index: `h_t`. */
  label: string;
  /** Columns from the left; halves are allowed. */
  x: number;
  /** Rows from the bottom. */
  y: number;
  /** Boxes for tokens and layers, circles for the others; the loss is orange. */
  kind: NodeKind;
}

/** An arrow of a drawn graph. */
export interface GraphEdge {
  /** Where it begins: the name of a node. */
  from: string;
  /** Where it ends. */
  to: string;
  /** What stands beside it; `_` as in nodes. */
  label?: string;
  /** `backward` is a gradient: orange, beside the arrow forward. `cut` ends in a bar: nothing passes. */
  kind?: 'forward' | 'backward' | 'cut';
  /** Pixels by which it bends to its left; 0 is straight. */
  bend?: number;
}

/** A graph on a grid. */
export interface Graph {
  /** What a screen reader says of it. */
  title: string;
  /** In any order. */
  nodes: readonly GraphNode[];
  /** Drawn in this order. */
  edges: readonly GraphEdge[];
  /** Text without a box, such as headings. */
  texts?: readonly { x: number; y: number; text: string }[];
  /** Pixels of a column and a row; 92 × 78. */
  spacing?: { x: number; y: number };
}

const FONT_SIZE = 15;
const RADIUS = 19;
const MARGIN = 34;

interface Place {
  x: number;
  y: number;
}

/** A label with its index lowered, in a font of mathematics. */
function labelled(label: string, place: Place, style: string): string {
  const [main, index] = label.split('_');
  const low = index === undefined ? '' : `<tspan dy="4" font-size="11">${escapeXml(index)}</tspan>`;
  return `<text x="${at(place.x)}" y="${at(place.y)}" text-anchor="middle" style="${style}">${escapeXml(main)}${low}</text>`;
}

const isBox = ({ kind }: GraphNode): boolean => kind === 'layer' || kind === 'token';

/** Half the width of a box, by its text. */
function halfWidth(node: GraphNode): number {
  return isBox(node) ? Math.max(24, textWidth(node.label, FONT_SIZE) / 2 + 10) : RADIUS;
}

/** Where a line from the middle of a node towards a place leaves the node. */
function border(node: GraphNode, middle: Place, towards: Place): Place {
  const [dx, dy] = [towards.x - middle.x, towards.y - middle.y];
  const length = Math.hypot(dx, dy) || 1;
  const [w, h] = [halfWidth(node) + 2, isBox(node) ? 19 : RADIUS + 2];
  const reach = isBox(node) ? Math.min(w / Math.abs(dx / length), h / Math.abs(dy / length)) : RADIUS + 2;
  return { x: middle.x + (dx / length) * reach, y: middle.y + (dy / length) * reach };
}

/** The graph as SVG, in the colours of the page. */
export function drawGraph({ title, nodes, edges, texts = [], spacing = { x: 92, y: 78 } }: Graph): string {
  const all = [...nodes, ...texts];
  const low = { x: Math.min(...all.map(({ x }) => x)), y: Math.min(...all.map(({ y }) => y)) };
  const high = { x: Math.max(...all.map(({ x }) => x)), y: Math.max(...all.map(({ y }) => y)) };
  const place = ({ x, y }: Place): Place => ({
    x: MARGIN + 12 + (x - low.x) * spacing.x,
    y: MARGIN + (high.y - y) * spacing.y,
  });
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const arrows = edges.flatMap((edge) => {
    const [from, to] = [byName.get(edge.from), byName.get(edge.to)];
    return from && to ? [arrow(edge, [from, place(from)], [to, place(to)])] : [];
  });
  const width = 2 * (MARGIN + 12) + (high.x - low.x) * spacing.x;
  const height = 2 * MARGIN + (high.y - low.y) * spacing.y;
  return svgDocument(width, height, title, [
    ...arrows,
    ...nodes.map((node) => drawNode(node, place(node))),
    ...texts.map(({ text, ...where }) => {
      const { x, y } = place(where);
      return `<text x="${at(x)}" y="${at(y + 5)}" text-anchor="middle" style="fill: var(--ink); font-weight: 600; font-size: 13px">${escapeXml(text)}</text>`;
    }),
  ]);
}

const SHAPES = {
  value: 'fill: var(--surface); stroke: var(--c0)',
  token: 'fill: var(--surface); stroke: var(--c0)',
  state: 'fill: var(--surface); stroke: var(--c2)',
  layer: 'fill: var(--faint); stroke: var(--c2)',
  loss: 'fill: var(--surface); stroke: var(--c1)',
} as const satisfies Record<NodeKind, string>;

function drawNode(node: GraphNode, { x, y }: Place): string {
  const style = `${SHAPES[node.kind]}; stroke-width: 1.6px`;
  const half = halfWidth(node);
  const shape = isBox(node)
    ? `<rect x="${at(x - half)}" y="${at(y - 17)}" width="${at(2 * half)}" height="34" rx="7" style="${style}"/>`
    : `<circle cx="${at(x)}" cy="${at(y)}" r="${RADIUS}" style="${style}"/>`;
  const slant = isBox(node) ? '' : '; font-style: italic';
  return shape + labelled(node.label, { x, y: y + 5 }, `fill: var(--ink); font-size: ${FONT_SIZE}px${slant}`);
}

function arrow(edge: GraphEdge, [fromNode, from]: [GraphNode, Place], [toNode, to]: [GraphNode, Place]): string {
  const { kind = 'forward', label, bend = kind === 'forward' ? 0 : 22 } = edge;
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  // To the left of the way, on a screen whose y runs down.
  const side = { x: (to.y - from.y) / length, y: -(to.x - from.x) / length };
  const middle = { x: (from.x + to.x) / 2 + side.x * bend, y: (from.y + to.y) / 2 + side.y * bend };
  const [start, end] = [border(fromNode, from, middle), border(toNode, to, middle)];
  const ink = kind === 'forward' ? 'var(--ink)' : 'var(--c1)';
  const control = { x: middle.x + (side.x * bend) / 2, y: middle.y + (side.y * bend) / 2 };
  const last = bend === 0 ? start : control;
  const size = Math.hypot(end.x - last.x, end.y - last.y) || 1;
  const u = { x: (end.x - last.x) / size, y: (end.y - last.y) / size };
  const point = (back: number, aside: number): string =>
    `${at(end.x - u.x * back - u.y * aside)} ${at(end.y - u.y * back + u.x * aside)}`;
  const curve =
    bend === 0 ? `L${at(end.x)} ${at(end.y)}` : `Q${at(control.x)} ${at(control.y)} ${at(end.x)} ${at(end.y)}`;
  const dash = kind === 'backward' ? '; stroke-dasharray: 5 3' : '';
  const tip =
    kind === 'cut'
      ? `<path d="M${point(0, 8)}L${point(0, -8)}" style="stroke: ${ink}; stroke-width: 3px"/>`
      : `<path d="M${point(0, 0)}L${point(8, 4)}L${point(8, -4)}Z" style="fill: ${ink}"/>`;
  const away = bend === 0 ? 12 : bend * 0.6 + 11;
  const textAt = {
    x: (from.x + to.x) / 2 + side.x * away,
    y: (from.y + to.y) / 2 + side.y * away + 4,
  };
  const text = label === undefined ? '' : labelled(label, textAt, `fill: ${ink}; font-size: 12px; font-style: italic`);
  return `<path d="M${at(start.x)} ${at(start.y)}${curve}" style="fill: none; stroke: ${ink}; stroke-width: 1.5px${dash}"/>${tip}${text}`;
}
