// A cell's graph from JSON. Data from a file is checked as if an enemy had written it.
import { UnrolledError } from '../../errors.js';
import {
  apply,
  ARITY,
  constant,
  type Expr,
  input,
  type OpName,
  rowSum,
  topological,
  uniform,
} from '../../program/expr.js';
import {
  type CellGraph,
  depthOf,
  describeValue,
  isName,
  isParameterName,
  KNOWN_SIZES,
  leafWidths,
  MAX_DEPTH,
  widthsOf,
} from './graph.js';
import { inverseLengthOf, leafNamed, leafOf, linearExpr } from './leaf.js';
import { HIDDEN, INPUT_WIDTH, SCALAR } from './width.js';

/** What a file may hold: far more than cells have, and little enough to check at once. */
const MAX_NODES = 20_000;
const MAX_NAMES = 500;

function bad(what: string): UnrolledError {
  return new UnrolledError(
    'FORMAT',
    `expected the equations of a cell, received ${what}`,
    'the file is damaged, or from another program',
  );
}

/** A value for a message: short, whatever it is. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  return typeof value === 'number' || typeof value === 'boolean' || value === null
    ? String(value)
    : Array.isArray(value)
      ? 'a list'
      : typeof value;
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(`${what} that is not an object`);
  if (Object.keys(value).length > MAX_NAMES) throw bad(`${what} of more than ${MAX_NAMES} names`);
  return value as Record<string, unknown>;
}

function list(value: unknown, what: string, most = MAX_NAMES): unknown[] {
  if (!Array.isArray(value) || value.length > most) throw bad(`${what} that is not a list of at most ${most}`);
  // A copy without holes, which map would skip.
  return Array.from(value as unknown[]);
}

function text(value: unknown, what: string, fits: (text: string) => boolean = isName): string {
  if (typeof value !== 'string' || value.length > 100 || !fits(value)) throw bad(`${what} ${shown(value)}`);
  return value;
}

function finite(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw bad(`${what} that is not a number`);
  return value;
}

/** Errors: FORMAT for data that is damaged, CELL for equations that do not fit. */
export function graphFromData(value: unknown): CellGraph {
  const data = record(value, 'data');
  if (data.format !== 1) throw bad(`format ${shown(data.format)}`);
  const nodes: Expr[] = [];
  const node = (i: unknown): Expr => {
    const found = typeof i === 'number' && Number.isInteger(i) && i >= 0 ? nodes[i] : undefined;
    if (found === undefined) throw bad(`a node ${shown(i)} that is not there`);
    return found;
  };
  const sizes = list(data.sizes, 'sizes').map((s) =>
    text(s, 'a size', (name) => isName(name) && !KNOWN_SIZES.includes(name)),
  );
  const widths = [HIDDEN, INPUT_WIDTH, SCALAR, ...sizes];
  const isLeaf = (name: string): boolean => {
    const leaf = leafNamed(name);
    return leaf !== null && leaf.kind !== 'mask' && (leaf.kind === 'input' || isName(leaf.name));
  };
  const isLength = (name: string): boolean => inverseLengthOf(name)?.every((width) => widths.includes(width)) ?? false;
  for (const raw of list(data.nodes, 'nodes', MAX_NODES)) {
    const [kind, ...rest] = list(raw, 'a node');
    if (kind === 'input') nodes.push(input(text(rest[0], 'an input', isLeaf)));
    else if (kind === 'uniform') nodes.push(uniform(text(rest[0], 'a number', isLength)));
    else if (kind === 'constant') nodes.push(constant(finite(rest[0], 'a constant')));
    else if (kind === 'rowSum') nodes.push(rowSum(node(rest[0])));
    else if (typeof kind === 'string' && Object.hasOwn(ARITY, kind)) {
      const op = kind as OpName;
      if (rest.length !== ARITY[op]) throw bad(`${op} of ${rest.length}`);
      nodes.push(apply(op, ...rest.map(node)));
    } else throw bad(`an operation ${shown(kind)}`);
  }
  const size = (s: unknown, also: readonly string[] = []): string => {
    if (typeof s !== 'string' || ![HIDDEN, ...also, ...sizes].includes(s)) throw bad(`a size ${shown(s)}`);
    return s;
  };
  const numbersOf = (o: unknown, what: string): Record<string, number> =>
    Object.fromEntries(Object.entries(record(o, what)).map(([k, v]) => [text(k, what), finite(v, what)]));
  const nodesOf = (o: unknown, what: string): Map<string, Expr> =>
    new Map(Object.entries(record(o, what)).map(([k, v]) => [text(k, what), node(v)]));
  const stateSizes = Object.fromEntries(
    Object.entries(record(data.states, 'states')).map(([s, w]) => [text(s, 'a state'), size(w)]),
  );
  const states = Object.keys(stateSizes);
  const graph: CellGraph = {
    name: text(data.name, 'a name', (name) => /^[A-Za-z][\w-]*$/.test(name)),
    states,
    stateSizes,
    initialState: numbersOf(data.initialState, 'an initial state'),
    output: text(data.output, 'an output'),
    linears: list(data.linears, 'linears').map((raw) => {
      const l = record(raw, 'a linear');
      const operands = list(l.operands, 'operands').map(node);
      const perHead = list(l.perHead, 'perHead').map((b) => b === true);
      if (operands.length === 0 || perHead.length !== operands.length) throw bad('a linear without operands');
      return { name: text(l.name, 'a linear'), operands, perHead, size: size(l.size), bias: l.bias === true };
    }),
    vectors: list(data.vectors, 'vectors').map((raw) => {
      const v = record(raw, 'a vector');
      return {
        name: text(v.name, 'a vector', (name) => isName(name) && !isParameterName(name)),
        size: size(v.size, [SCALAR, INPUT_WIDTH]),
        init: v.init === null ? null : finite(v.init, 'an initial value'),
      };
    }),
    norms: list(data.norms, 'norms').map((raw) => {
      const n = record(raw, 'a norm');
      return {
        name: text(n.name, 'a norm'),
        members: list(n.members, 'members').map(node),
        outputs: list(n.outputs, 'outputs').map(node),
      };
    }),
    named: nodesOf(data.named, 'a name'),
    next: nodesOf(data.next, 'a state'),
    initialBias: numbersOf(data.initialBias, 'an initial bias'),
    sizes,
    masks: {},
  };
  const twice = (names: readonly string[]): boolean => new Set(names).size < names.length;
  if (
    states.length === 0 ||
    !states.includes(graph.output) ||
    states.some((s) => !graph.next.has(s)) ||
    graph.next.size !== states.length
  )
    throw bad('states that do not fit');
  if (twice(graph.linears.map((l) => l.name)) || twice(graph.vectors.map((v) => v.name))) throw bad('a name twice');
  if (depthOf(nodes) > MAX_DEPTH) throw bad(`more than ${MAX_DEPTH} operations above each other`);
  const widthOfLeaf = leafWidths(graph);
  for (const e of nodes) {
    const leaf = leafOf(e);
    if (leaf !== null && widthOfLeaf(leaf) === undefined) throw bad(`a value ${describeValue(e)} of nothing`);
  }
  const { widthOf } = widthsOf(graph);
  for (const s of states) {
    const width = widthOf(graph.next.get(s) ?? constant(0));
    if (width !== null && width !== INPUT_WIDTH && width !== stateSizes[s]) throw bad(`state ${s} of another size`);
  }
  graph.linears.forEach((l, i) => {
    const later = new Set(graph.linears.slice(i).map((other) => linearExpr(other.name)));
    if (topological(l.operands).some((e) => later.has(e))) throw bad(`linear ${l.name} of a later value`);
  });
  for (const l of graph.linears) {
    for (const o of l.operands) if ([null, SCALAR].includes(widthOf(o))) throw bad(`linear ${l.name} of a number`);
  }
  return graph;
}
