// What defineCell takes, and the checked graph that it gives: `step` is called with symbolic values, twice, and must return the same.
import { brief } from '../../brief.js';
import { expectObject, shownValue } from '../../expect.js';
import { adjoints } from '../../program/derivatives.js';
import { type Expr, input, topological } from '../../program/expr.js';
import { cellError, type CellGraph, depthOf, isName, KNOWN_SIZES, MAX_DEPTH, widthsOf } from './graph.js';
import { linearExpr, stateExpr, vectorExpr } from './leaf.js';
import { CellValue, RESERVED, type StepArguments, Tracer } from './trace.js';
import { HIDDEN, INPUT_WIDTH, SCALAR, type WidthName } from './width.js';

/** A name out of `state`, where one is used and not said (NoInfer, which TypeScript has from 5.4 on). */
export type StateName<S extends string> = [S][S extends unknown ? 0 : never];

/** What `defineCell` takes: names, sizes, and the equations of one step. */
export interface CellDefinition<S extends string> {
  /** For messages, files and the command line. */
  name: string;
  /** The states that pass from step to step: a list, all of the hidden size, or the size of each by its name. */
  state: readonly S[] | Readonly<Record<S, WidthName>>;
  /** Which state is the output; the first. */
  output?: StateName<S>;
  /** Names of sizes beside `hidden`, such as 'projection'; `Recurrent` takes their values. */
  sizes?: readonly string[];
  /** Initial value of the bias of a linear, such as 1 for a forget gate. Others start as the initializer says. */
  initialBias?: Readonly<Record<string, number>>;
  /** What a state starts with where none is given; 0. */
  initialState?: Readonly<Partial<Record<StateName<S>, number>>>;
  /** The equations of one step: from x and the states before it to the states after it. */
  step: (values: StepArguments<S>) => Readonly<Record<StateName<S>, CellValue>>;
}

/** The graph of a definition. @param siteOf where its author is now, for messages. Errors: CELL, as `defineCell` says. */
export function checkedGraph<S extends string>(definition: CellDefinition<S>, siteOf: () => string): CellGraph {
  expectObject(definition, 'the definition of a cell', "as in { name: 'MyCell', state: ['h'], step: … }");
  const name: unknown = definition.name;
  if (typeof name !== 'string' || !/^[A-Za-z][\w-]*$/.test(name)) {
    throw cellError(
      brief(shownValue(name)),
      `expected a name of letters, digits, - and _, received ${shownValue(name)}`,
      'rename the cell',
    );
  }
  const fail = (message: string, help: string): never => {
    throw cellError(name, message, help);
  };
  if (typeof definition.step !== 'function')
    fail(`expected step to be a function, received ${typeof definition.step}`, 'write the equations in step');
  const sizes = definition.sizes ?? [];
  for (const size of sizes) {
    if (!isName(size) || KNOWN_SIZES.includes(size))
      fail(`expected a free name for a size, received "${size}"`, 'choose another');
  }
  const stateSizes = stateSizesOf(definition, sizes, fail);
  const states = Object.keys(stateSizes);
  const output = definition.output ?? states[0];
  if (!states.includes(output))
    fail(`expected a state as output, received "${output}"`, `choose one of ${states.join(', ')}`);
  const initialState = (definition.initialState ?? {}) as Readonly<Record<string, number>>;
  for (const [s, value] of Object.entries(initialState)) {
    if (!states.includes(s)) fail(`expected initialState for ${states.join(', ')}, received "${s}"`, 'name a state');
    if (!Number.isFinite(value))
      fail(`expected a finite initialState for state "${s}", received ${value}`, 'check the constant');
  }

  const traced = trace(definition, stateSizes, siteOf);
  const again = trace(definition, stateSizes, siteOf);
  const changed = differences(states, traced, again);
  if (changed.length > 0) {
    const site = siteOf();
    fail(
      `expected the same equations at each call, received others for ${changed.join(', ')}${site === '' ? '' : ` (defined at ${site})`}`,
      'step must not depend on anything but its arguments (no random numbers, counters or changing variables)',
    );
  }
  const initialBias = definition.initialBias ?? {};
  for (const [l, value] of Object.entries(initialBias)) {
    if (!Number.isFinite(value))
      fail(`expected a finite initialBias for linear "${l}", received ${value}`, 'check the constant');
    if (!traced.linears.some((one) => one.name === l && one.bias)) {
      fail(
        `expected initialBias for linears with a bias (${traced.linears.map((one) => one.name).join(', ')}), received "${l}"`,
        'name one of them',
      );
    }
  }
  return { name, states, stateSizes, initialState, output, ...traced, initialBias, sizes: [...sizes], masks: {} };
}

type Traced = Pick<CellGraph, 'linears' | 'vectors' | 'norms' | 'named' | 'next'>;

/** What two runs of step made otherwise. */
function differences(states: readonly string[], a: Traced, b: Traced): string[] {
  const equal = (x: readonly unknown[], y: readonly unknown[]): boolean =>
    x.length === y.length && x.every((value, i) => value === y[i]);
  const linears = a.linears.filter((l, i) => {
    const m = b.linears.at(i);
    return (
      m?.name !== l.name ||
      m.size !== l.size ||
      m.bias !== l.bias ||
      !equal(l.operands, m.operands) ||
      !equal(l.perHead, m.perHead)
    );
  });
  const vectors = a.vectors.filter((v, i) => {
    const w = b.vectors.at(i);
    return w?.name !== v.name || w.size !== v.size || w.init !== v.init;
  });
  return [
    ...states.filter((s) => a.next.get(s) !== b.next.get(s)).map((s) => `state "${s}"`),
    ...linears.map((l) => `linear "${l.name}"`),
    ...vectors.map((v) => `vector "${v.name}"`),
  ];
}

function stateSizesOf<S extends string>(
  definition: CellDefinition<S>,
  sizes: readonly string[],
  fail: (message: string, help: string) => never,
): Record<string, WidthName> {
  const given = definition.state;
  if (typeof given !== 'object' || given === null)
    fail(`expected states, received ${shownValue(given)}`, "name them, as in state: ['h']");
  const entries: [string, WidthName][] = Array.isArray(given)
    ? (given as readonly string[]).map((s) => [s, HIDDEN])
    : Object.entries(given as Record<string, WidthName>);
  if (entries.length === 0) fail('expected at least one state, received none', "name one, as in state: ['h']");
  for (const [i, [s, size]] of entries.entries()) {
    if (!isName(s) || (RESERVED as readonly string[]).includes(s)) {
      fail(`expected a free name for a state, received ${shownValue(s)}`, `choose another than ${RESERVED.join(', ')}`);
    }
    if (entries.findIndex(([other]) => other === s) < i)
      fail(`expected different states, received "${s}" twice`, 'rename one');
    if (size !== HIDDEN && !sizes.includes(size)) {
      fail(
        `expected a size of ${[HIDDEN, ...sizes].join(', ')} for state "${s}", received "${size}"`,
        "name it in the definition, as in sizes: ['projection']",
      );
    }
  }
  return Object.fromEntries(entries);
}

function trace<S extends string>(
  definition: CellDefinition<S>,
  stateSizes: Readonly<Record<string, WidthName>>,
  siteOf: () => string,
): Traced {
  const tracer: Tracer = new Tracer(definition.name, definition.sizes ?? [], siteOf);
  const states = Object.keys(stateSizes);
  const returned: unknown = definition.step(tracer.arguments(stateSizes) as StepArguments<S>);
  if (typeof returned !== 'object' || returned === null) {
    tracer.fail(
      `expected step to return its states, received ${shownValue(returned)}`,
      `return { ${states.join(', ')} } from step`,
      '',
    );
  }
  const next = new Map<string, Expr>();
  for (const s of states) {
    const value = (returned as Record<string, unknown>)[s];
    if (!(value instanceof CellValue)) {
      const site = siteOf();
      tracer.fail(
        `expected a new value for state "${s}", received ${value === undefined ? 'none: it is never returned' : typeof value}`,
        `return { ${states.join(', ')} } from step`,
        site === '' ? '' : `defined at ${site}`,
      );
    }
    if (value.tracer !== tracer) {
      tracer.fail(
        `expected a value of this step for state "${s}", received ${value.tracer.describe(value)} of another step of ${value.tracer.cell}`,
        'compute it inside of step',
      );
    }
    if (value.width !== null && value.width !== stateSizes[s]) {
      if (value.width === SCALAR || value.width !== INPUT_WIDTH) {
        tracer.fail(
          `expected state "${s}" of size ${stateSizes[s]}, received ${value.width === SCALAR ? 'one number a row' : `${tracer.describe(value)} of size ${value.width}`}`,
          'bring it to that size with a linear',
          tracer.sites.get(`state ${s}`) ?? '',
        );
      }
    }
    next.set(s, value.expr);
  }
  for (const extra of Object.keys(returned as object)) {
    if (!next.has(extra))
      tracer.fail(`expected only states, received "${extra}"`, "add it to state, or name it with value.named('…')", '');
  }
  const graph = { linears: tracer.linears, vectors: tracer.vectors, norms: tracer.norms, named: tracer.named, next };
  if (depthOf([...next.values(), ...tracer.linears.flatMap((l) => l.operands), ...tracer.named.values()]) > MAX_DEPTH) {
    tracer.fail(
      `expected at most ${MAX_DEPTH} operations above each other, received more`,
      'split the step into states, or use linears',
      '',
    );
  }
  checkUses(tracer, graph, stateSizes);
  return graph;
}

/** Errors: CELL for a parameter without use, or that no gradient reaches. */
function checkUses(tracer: Tracer, graph: Traced, stateSizes: Readonly<Record<string, WidthName>>): void {
  const cell: CellGraph = {
    name: tracer.cell,
    states: Object.keys(stateSizes),
    stateSizes,
    initialState: {},
    output: '',
    sizes: [],
    masks: {},
    initialBias: {},
    ...graph,
  };
  const reached = tracer.reached([...graph.next.values()]);
  const parameters = [
    ...graph.linears.map((l) => ({ what: 'linear', name: l.name, leaf: linearExpr(l.name) })),
    ...graph.vectors.map((v) => ({ what: 'vector', name: v.name, leaf: vectorExpr(v.name) })),
  ];
  for (const { what, name, leaf } of parameters) {
    if (!reached.has(leaf)) {
      tracer.fail(
        `expected a use of ${what} "${name}", found none`,
        'remove it, or use it in a state',
        tracer.sites.get(`${what} ${name}`) ?? '',
      );
    }
  }
  for (const [s, e] of graph.next) {
    if (e === stateExpr(s))
      tracer.fail(
        `expected state "${s}" to change, received it as it was`,
        'remove the state, or give it an equation',
        tracer.sites.get(`state ${s}`) ?? '',
      );
  }
  const { widthOf } = widthsOf(cell);
  const roots = [...graph.next].map(([s, expr]) => ({ expr, adjoint: input(`gradient of state ${s}`) }));
  const operands = graph.linears.flatMap((l) => l.operands);
  const found = adjoints(
    [...roots, ...operands.map((expr, i) => ({ expr, adjoint: input(`gradient of operand ${i}`) }))],
    {
      widthOf: (e) => (safeWidth(widthOf, e) === SCALAR ? SCALAR : null),
      scalar: SCALAR,
    },
  );
  for (const { what, name, leaf } of parameters) {
    const g = found.get(leaf);
    if (g === undefined || (g.kind === 'constant' && g.value === 0)) {
      const blocking = topological([...graph.next.values(), ...operands]).find(
        (e) => e.kind === 'op' && ['sign', 'less', 'equal'].includes(e.op),
      );
      tracer.fail(
        `expected a gradient for ${what} "${name}", found none${blocking?.kind === 'op' ? `: ${blocking.op} has none` : ''}`,
        'training would never change it: use an operation with a gradient, such as tanh for sign',
        tracer.sites.get(`${what} ${name}`) ?? '',
      );
    }
  }
}

/** Widths of adjoints: those of leaves that belong to the graph, rows for all others. */
function safeWidth(widthOf: (e: Expr) => WidthName | null, e: Expr): WidthName | null {
  try {
    return widthOf(e);
  } catch {
    return null;
  }
}
