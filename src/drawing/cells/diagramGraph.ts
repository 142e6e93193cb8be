// The parts of a cell's diagram: boxes with weights, pointwise operations, and the lines between them.
import type { CellGraph } from '../../cell/define/graph.js';
import { isFixed, type Shown, showGraph, type ShownGraph, type ShownOptions } from './shown.js';
import { isActivation, nameValues, type Symbols, type ValueSymbol } from './symbols.js';

export interface PartInput {
  /** Index of the line. */
  readonly line: number;
  /** A sign at the end of the line, such as − for what is subtracted. */
  readonly mark: string;
}

export interface Part {
  readonly index: number;
  /** A box has weights and stands in the row of gates; a circle or pill is pointwise. */
  readonly shape: 'box' | 'circle' | 'pill';
  readonly label: string;
  readonly symbol: ValueSymbol | null;
  readonly inputs: readonly PartInput[];
  /** Its own line, index of `lines`. */
  readonly line: number;
  /** The rail that it stands on, or −1. */
  rail: number;
}

export type LineSource =
  | { readonly kind: 'part'; readonly part: number }
  | { readonly kind: 'state'; readonly state: string }
  | { readonly kind: 'x' }
  | { readonly kind: 'join' };

export interface Line {
  readonly source: LineSource;
  /** Parts and which of their inputs. */
  readonly targets: { part: number; input: number }[];
  /** States whose new value it is. */
  readonly ends: string[];
  /** Whether it enters the join. */
  joins: boolean;
}

export interface Figure {
  readonly name: string;
  readonly output: string;
  /** In order of computation. */
  readonly parts: readonly Part[];
  readonly lines: readonly Line[];
  /** States whose new value is their old one changed pointwise: a straight line on top, with the parts on it. */
  readonly rails: readonly { readonly state: string; readonly parts: readonly number[] }[];
  /** The other states: they enter at the bottom. */
  readonly bottom: readonly string[];
  /** The line of x and states joined, on its way to the boxes that read all of them; −1 without. */
  readonly join: number;
}

const GLYPHS: Readonly<Record<string, string>> = {
  sigmoid: 'σ',
  relu: 'ReLU',
  silu: 'SiLU',
  add: '+',
  mul: '×',
  sub: '+',
  div: 'a∕b',
  neg: '−',
  oneMinus: '1−',
  rowSum: 'Σ',
  sqrt: '√',
  abs: '|·|',
  reciprocal: '1∕',
  less: '<',
  equal: '=',
  select: 'if',
  logSigmoid: 'log σ',
};

const MARKS: Readonly<Record<string, readonly string[]>> = {
  sub: ['', '−'],
  div: ['a', 'b'],
  less: ['a', 'b'],
  select: ['if', 'then', 'else'],
};

const GREEK: Readonly<Record<string, string>> = {
  alpha: 'α',
  beta: 'β',
  gamma: 'γ',
  delta: 'δ',
  lambda: 'λ',
  mu: 'μ',
  theta: 'θ',
};

function glyph(op: string): string {
  return GLYPHS[op] ?? op;
}

/** Fixed numbers and parameters in a few signs, for a label. */
function fixedText(s: Shown): string {
  if (s.args.length === 0) return GREEK[s.name] ?? s.name.replace(/^-/, '−');
  const [a, b] = s.args.map((arg) => (arg.args.length > 1 ? `(${fixedText(arg)})` : fixedText(arg)));
  if (s.args.length === 2 && s.name !== 'max' && s.name !== 'min')
    return `${a} ${s.name === 'sub' ? '−' : glyph(s.name)} ${b}`;
  return s.name === 'oneMinus' ? `1−${a}` : `${glyph(s.name)}(${s.args.map(fixedText).join(', ')})`;
}

class Builder {
  readonly parts: Part[] = [];
  readonly lines: Line[] = [];
  readonly #graph: ShownGraph;
  readonly #symbols: Symbols;
  readonly #known = new Map<string, number>();

  constructor(graph: ShownGraph, symbols: Symbols) {
    this.#graph = graph;
    this.#symbols = symbols;
  }

  #line(source: LineSource): number {
    this.lines.push({ source, targets: [], ends: [], joins: false });
    return this.lines.length - 1;
  }

  #part(s: Shown, shape: Part['shape'], label: string, inputs: readonly (readonly [Shown, string])[]): number {
    const made = inputs.map(([value, mark]) => ({ line: this.line(value), mark }));
    const index = this.parts.length;
    const symbol = this.#symbols.of.get(s) ?? this.#ownName(s);
    const line = this.#line({ kind: 'part', part: index });
    this.parts.push({ index, shape, label, symbol, inputs: made, line, rail: -1 });
    made.forEach((input, k) => this.lines[input.line].targets.push({ part: index, input: k }));
    return line;
  }

  /** The line that carries a value; parts are made as they are met, arguments first. */
  line(s: Shown): number {
    const key = String(s.id);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const line = this.#make(s);
    this.#known.set(key, line);
    return line;
  }

  #make(s: Shown): number {
    if (s.kind === 'x') return this.#line({ kind: 'x' });
    if (s.kind === 'state') return this.#line({ kind: 'state', state: s.name });
    if (isFixed(s) || s.kind === 'random') return this.#part(s, 'pill', fixedText(s), []);
    if (s.kind === 'linear') return this.#part(s, 'box', 'W', distinct(s.args));
    if (s.kind === 'norm' || isActivation(s)) {
      const label = s.kind === 'norm' ? 'LN' : glyph(s.name);
      const inside = this.#affine(s.args[0]);
      return inside === null
        ? this.#part(s, 'pill', label, [[s.args[0], '']])
        : this.#part(s, 'box', inside.normalized ? `LN ${label}` : label, distinct(inside.operands));
    }
    return this.#operation(s);
  }

  /** A box without a line of its own in the formula has the name of its linear. */
  #ownName(s: Shown): ValueSymbol | null {
    const linear = s.kind === 'norm' ? s.args[0] : s;
    return linear.kind === 'linear' ? { base: linear.name, accent: '', index: 0, scalar: false } : null;
  }

  #own(s: Shown): boolean {
    return this.#graph.uses.get(s) === 1 && !this.#symbols.of.has(s);
  }

  /** The operands of W·x + LN(U·h) + p ⊙ c + b, where it is nobody else's: the inside of a gate; null for anything else. */
  #affine(s: Shown): { operands: Shown[]; normalized: boolean } | null {
    const operands: Shown[] = [];
    let weights = false;
    let normalized = false;
    const visit = (term: Shown): boolean => {
      if (isFixed(term)) return true;
      if (!this.#own(term)) return false;
      if (term.kind === 'linear') {
        weights = true;
        operands.push(...term.args);
        return true;
      }
      if (term.kind === 'norm' && term.args[0].kind === 'linear') {
        normalized = true;
        return visit(term.args[0]);
      }
      if (term.kind !== 'op') return false;
      if (term.name === 'add') return term.args.every(visit);
      if (term.name !== 'mul') return false;
      const [a, b] = term.args;
      if (isFixed(a) === isFixed(b)) return false;
      operands.push(isFixed(a) ? b : a);
      return true;
    };
    return visit(s) && weights ? { operands, normalized } : null;
  }

  #operation(s: Shown): number {
    const [a, b] = s.args;
    const moving = s.args.filter((arg) => !isFixed(arg));
    const sign = glyph(s.name);
    if (s.args.length === 1) return this.#part(s, sign.length > 2 ? 'pill' : 'circle', sign, [[a, '']]);
    if (s.args.length === 2 && moving.length === 1) {
      const fixed = fixedText(isFixed(a) ? a : b);
      const infix = s.name === 'sub' ? '−' : s.name === 'div' ? '÷' : sign;
      const turned = isFixed(a) && (s.name === 'sub' || s.name === 'div');
      return this.#part(s, 'pill', turned ? `${fixed} ${infix}` : `${infix} ${fixed}`, [[moving[0], '']]);
    }
    if (s.name === 'mul' && a === b) return this.#part(s, 'circle', '( )²', [[a, '']]);
    const marks = MARKS[s.name];
    let args = s.args;
    // A sum of three is one circle.
    if (s.name === 'add') {
      const inner = args.find(
        (arg) => arg.kind === 'op' && arg.name === 'add' && this.#own(arg) && !arg.args.some(isFixed),
      );
      if (inner !== undefined && !inner.args.includes(args.find((arg) => arg !== inner) ?? inner)) {
        args = args.flatMap((arg) => (arg === inner ? inner.args : [arg]));
      }
    }
    return this.#part(
      s,
      sign.length > 3 || s.name === 'max' || s.name === 'min' ? 'pill' : 'circle',
      sign,
      args.map((arg, k) => [arg, marks?.[k] ?? ''] as const),
    );
  }
}

function distinct(operands: readonly Shown[]): (readonly [Shown, string])[] {
  return [...new Set(operands)].map((o) => [o, ''] as const);
}

/** The parts along which a state passes from step to step by pointwise operations alone; null where there is no such way. */
function railOf(parts: readonly Part[], lines: readonly Line[], state: string): number[] | null {
  const end = lines.find((l) => l.ends.includes(state));
  if (end?.source.kind === 'state' && end.source.state === state) return [];
  if (end?.source.kind !== 'part') return null;
  let paths: number[][] = [[end.source.part]];
  while (paths.length > 0) {
    const longer: number[][] = [];
    for (const path of paths) {
      const part = parts[path[0]];
      if (part.shape === 'box' || part.rail >= 0) continue;
      for (const { line } of part.inputs) {
        const { source } = lines[line];
        if (source.kind === 'state' && source.state === state) return path;
        if (source.kind === 'part') longer.push([source.part, ...path]);
      }
    }
    paths = longer.slice(0, 200);
  }
  return null;
}

/** Joins x and the states that most boxes read together into one line, as textbooks draw [h, x]. */
function join(parts: Part[], lines: Line[]): number {
  const leaves = (p: Part): number[] =>
    p.inputs
      .map((i) => i.line)
      .filter((l) => lines[l].source.kind === 'x' || lines[l].source.kind === 'state')
      .sort((a, b) => a - b);
  const votes = new Map<string, { members: number[]; boxes: Part[] }>();
  const boxes = parts.filter((p) => p.shape === 'box');
  const subsets = (all: readonly number[]): number[][] =>
    all.length > 6
      ? [[...all]]
      : Array.from({ length: 1 << all.length }, (_, bits) => all.filter((__, k) => bits & (1 << k)));
  for (const box of boxes) {
    for (const members of subsets(leaves(box)))
      if (members.length > 1 && members.length < 4) votes.set(members.join(), { members, boxes: [] });
  }
  for (const vote of votes.values())
    vote.boxes.push(...boxes.filter((b) => vote.members.every((m) => b.inputs.some((i) => i.line === m))));
  const [best] = [...votes.values()].sort(
    (a, b) => b.boxes.length - a.boxes.length || b.members.length - a.members.length,
  );
  if (best === undefined) return -1;
  const joined = lines.length;
  lines.push({ source: { kind: 'join' }, targets: [], ends: [], joins: false });
  for (const m of best.members) lines[m].joins = true;
  for (const box of best.boxes) {
    const inputs = [...box.inputs.filter((i) => !best.members.includes(i.line)), { line: joined, mark: '' }];
    parts[box.index] = { ...box, inputs };
  }
  for (const line of lines) line.targets.length = 0;
  for (const part of parts) part.inputs.forEach((i, k) => lines[i.line].targets.push({ part: part.index, input: k }));
  return joined;
}

/** The parts and lines of a cell's diagram. */
export function buildFigure(graph: CellGraph, options: ShownOptions = {}): Figure {
  const shown = showGraph(graph, options);
  const symbols = nameValues(shown, graph.output);
  const builder = new Builder(shown, symbols);
  for (const value of symbols.order) if (value.kind === 'linear' || isActivation(value)) builder.line(value);
  for (const [state, value] of shown.next) builder.lines[builder.line(value)].ends.push(state);
  const { parts, lines } = builder;
  const joined = join(parts, lines);
  const rails: { state: string; parts: readonly number[] }[] = [];
  const bottom: string[] = [];
  for (const state of [...graph.states.filter((s) => s !== graph.output), graph.output]) {
    const path = railOf(parts, lines, state);
    if (path === null) bottom.push(state);
    else {
      for (const p of path) parts[p].rail = rails.length;
      rails.push({ state, parts: path });
    }
  }
  return { name: graph.name, output: graph.output, parts, lines, rails, bottom: bottom.reverse(), join: joined };
}
