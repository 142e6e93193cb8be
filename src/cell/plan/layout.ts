// Where a cell's numbers stand: the columns of all linears side by side (the buffer G [T, N, G]), and one weight matrix for
// each operand that is multiplied, whose columns are those of the linears that use it.
import type { Shape } from '../../tensor/shape.js';
import type { Expr } from '../../program/expr.js';
import { type CellGraph, type LinearNode, widthsOf } from '../define/graph.js';
import { INPUT, stateExpr } from '../define/leaf.js';
import { DROPPED } from '../define/transform.js';
import { sizeNamed, type Sizes, sizeOfWidth, WIDTH, type Width, widthNamed } from '../define/width.js';
import { columnOrder, operandsOf, usesOperand } from './columnOrder.js';

/** One weight matrix [K, width] of an operand; block-diagonal ones have K rows and the columns of one head: [K, width / heads]. */
export type WeightGroup = {
  /** The parameter's name: `weight_x`, `weight_h`, or `weight_n` for a computed operand of linear n. */
  readonly parameter: string;
  readonly operand: Expr;
  /** Width of the operand. */
  readonly size: Width;
  readonly perHead: boolean;
  readonly linears: readonly string[];
} & (
  | { readonly kind: 'input' }
  | { readonly kind: 'state'; readonly state: string }
  /** A value of the step, by its number among the layout's `computed`. */
  | { readonly kind: 'computed'; readonly computed: number }
);

export interface Layout {
  /** Linears in the order of their columns in G. */
  linears: readonly LinearNode[];
  groups: readonly WeightGroup[];
  computed: readonly Expr[];
}

/** Where everything stands: columns in the order of `columnOrder`, a weight for each operand. */
export function layoutOf(cell: CellGraph): Layout {
  const { widthOf } = widthsOf(cell);
  const operands = operandsOf(cell);
  const linears = columnOrder(cell);
  const computed: Expr[] = [];
  const taken = new Set<string>();
  const free = (wanted: string): string => {
    let name = wanted;
    while (taken.has(name)) name += '_';
    taken.add(name);
    return name;
  };
  // Inputs and states have the plain names; computed operands take what is left.
  const plain = operands.map(({ operand, perHead }) => {
    const state = cell.states.find((s) => stateExpr(s) === operand);
    const base = operand === INPUT ? 'weight_x' : state === undefined ? null : `weight_${state.replace(DROPPED, '')}`;
    return base === null
      ? null
      : free(perHead && operands.some((o) => o.operand === operand && !o.perHead) ? `${base}_heads` : base);
  });
  const groups = operands.map(({ operand, perHead }, i): WeightGroup => {
    const users = linears.filter((l) => usesOperand(l, { operand, perHead })).map((l) => l.name);
    const width = widthOf(operand);
    const common = { operand, perHead, size: width === null ? WIDTH.hidden : widthNamed(width), linears: users };
    const name = plain[i];
    if (operand === INPUT) return { ...common, parameter: name ?? 'weight_x', kind: 'input' };
    const state = cell.states.find((s) => stateExpr(s) === operand);
    if (state !== undefined) return { ...common, parameter: name ?? `weight_${state}`, kind: 'state', state };
    let at = computed.indexOf(operand);
    if (at < 0) at = computed.push(operand) - 1;
    return { ...common, parameter: free(`weight_${users[0]}`), kind: 'computed', computed: at };
  });
  return { linears, groups, computed };
}

/** Neighbouring linears: the numbers of the first within G and within the group's weight, and how many. */
export interface Run {
  first: number;
  start: number;
  count: number;
}

/** The runs of a group's linears in G; `sameKind` cuts a run where it says so. Heads multiply linear by linear. */
export function runsOf(
  layout: Layout,
  group: WeightGroup,
  sameKind: (a: string, b: string) => boolean = () => true,
): Run[] {
  const runs: Run[] = [];
  group.linears.forEach((name, start) => {
    const first = layout.linears.findIndex((l) => l.name === name);
    const last = runs.at(-1);
    const joins = last !== undefined && last.first + last.count === first && sameKind(group.linears[start - 1], name);
    if (joins && !group.perHead) last.count++;
    else runs.push({ first, start, count: 1 });
  });
  return runs;
}

/** Places in columns, for given sizes. */
export interface Columns {
  /** Width of G. */
  total: number;
  /** First column in G of each linear of the layout, and its number of columns. */
  first: readonly number[];
  width: readonly number[];
  /** Where each linear's bias starts in the parameter `bias`; −1 without. */
  bias: readonly number[];
  biasTotal: number;
}

export function columnsOf(layout: Layout, sizes: Sizes): Columns {
  const [first, width, bias]: number[][] = [[], [], []];
  let [total, biasTotal] = [0, 0];
  for (const l of layout.linears) {
    const w = sizeNamed(sizes, l.size);
    first.push(total);
    width.push(w);
    bias.push(l.bias ? biasTotal : -1);
    total += w;
    if (l.bias) biasTotal += w;
  }
  return { total, first, width, bias, biasTotal };
}

/** The matrices of a product: one, or one for each head. Columns are counted in elements. */
export interface Block {
  /** First column of the operand, and how many: K. */
  operand: number;
  k: number;
  /** First column of G, and how many. */
  gate: number;
  n: number;
  /** First element within the weight, and its row length. */
  weight: number;
  stride: number;
}

/** What a run of a group multiplies. */
export function blocksOf(layout: Layout, columns: Columns, group: WeightGroup, run: Run, sizes: Sizes): Block[] {
  const heads = group.perHead ? sizes.heads : 1;
  const widths = group.linears.map((name) => columns.width[layout.linears.findIndex((l) => l.name === name)] / heads);
  const stride = widths.reduce((sum, w) => sum + w, 0);
  const start = widths.slice(0, run.start).reduce((sum, w) => sum + w, 0);
  const n = widths.slice(run.start, run.start + run.count).reduce((sum, w) => sum + w, 0);
  const k = sizeOfWidth(sizes, group.size) / heads;
  return Array.from({ length: heads }, (_, head) => ({
    operand: head * k,
    k,
    gate: columns.first[run.first] + head * n,
    n,
    weight: head * k * stride + start,
    stride,
  }));
}

/** A weight matrix and the products that it stands for. */
export interface SizedGroup {
  group: WeightGroup;
  blocks: readonly Block[];
}

/** A layout for given sizes. */
export interface SizedLayout {
  columns: Columns;
  groups: readonly SizedGroup[];
}

const sized = new WeakMap<Layout, WeakMap<Sizes, SizedLayout>>();

/** Places for given sizes; made once for each layer, since a step of training is short. */
export function sizedLayout(layout: Layout, sizes: Sizes): SizedLayout {
  let known = sized.get(layout);
  if (known === undefined) sized.set(layout, (known = new WeakMap()));
  let found = known.get(sizes);
  if (found === undefined) {
    const columns = columnsOf(layout, sizes);
    const groups = layout.groups.map((group) => ({
      group,
      blocks: runsOf(layout, group).flatMap((run) => blocksOf(layout, columns, group, run, sizes)),
    }));
    found = { columns, groups };
    known.set(sizes, found);
  }
  return found;
}

/** A parameter of a cell: its shape, and what each block of columns is for. */
export interface ParameterLayout {
  shape: Shape;
  kind: 'input' | 'recurrent' | 'bias' | 'vector';
  /** Columns of each linear, in order. */
  blocks: readonly { linear: string; width: number }[];
  /** A constant initial value. */
  init?: number;
}

/**
 * Parameters of a cell by name: `weight_x` [D, …], `weight_h` [H, …], `bias`, and its vectors.
 * Errors: none; sizes are checked by the network.
 */
export function parametersOf(cell: CellGraph, layout: Layout, sizes: Sizes): Record<string, ParameterLayout> {
  const columns = columnsOf(layout, sizes);
  const found: Record<string, ParameterLayout> = {};
  const widthOf = (name: string): number => columns.width[layout.linears.findIndex((l) => l.name === name)];
  for (const g of layout.groups) {
    const heads = g.perHead ? sizes.heads : 1;
    const blocks = g.linears.map((linear) => ({ linear, width: widthOf(linear) / heads }));
    const total = blocks.reduce((sum, b) => sum + b.width, 0);
    const rows = sizeOfWidth(sizes, g.size);
    found[g.parameter] = { shape: [rows, total], kind: g.kind === 'input' ? 'input' : 'recurrent', blocks };
  }
  const biased = layout.linears.filter((l) => l.bias);
  if (biased.length > 0) {
    found.bias = {
      shape: [columns.biasTotal],
      kind: 'bias',
      blocks: biased.map((l) => ({ linear: l.name, width: widthOf(l.name) })),
    };
  }
  for (const v of cell.vectors) {
    found[v.name] = {
      shape: [sizeNamed(sizes, v.size)],
      kind: 'vector',
      blocks: [],
      ...(v.init === null ? {} : { init: v.init }),
    };
  }
  return found;
}
