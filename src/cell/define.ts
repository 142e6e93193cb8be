// defineCell: a recurrent cell from its equations. `step` is called once with symbolic values; what it returns is a graph
// from which everything else is derived.
import { UnrolledError } from '../errors.js';
import { apply, constant, type Expr, input, type OpName, topological } from '../program/expr.js';

/** A symbolic vector of the cell's size, within `step`. */
export class CellValue {
  readonly expr: Expr;
  constructor(expr: Expr) {
    this.expr = expr;
  }

  add(other: CellValue | number): CellValue {
    return op('add', this, other);
  }
  sub(other: CellValue | number): CellValue {
    return op('sub', this, other);
  }
  mul(other: CellValue | number): CellValue {
    return op('mul', this, other);
  }
  div(other: CellValue | number): CellValue {
    return op('div', this, other);
  }
  max(other: CellValue | number): CellValue {
    return op('max', this, other);
  }
  min(other: CellValue | number): CellValue {
    return op('min', this, other);
  }
  neg(): CellValue {
    return op('neg', this);
  }
  /** 1 − this. */
  oneMinus(): CellValue {
    return op('sub', 1, this);
  }
}

function toExpr(value: CellValue | number): Expr {
  if (typeof value === 'number') return constant(value);
  if (value instanceof CellValue) return value.expr;
  throw new UnrolledError(
    'CELL',
    `expected a value of the step or a number, received ${typeof value}`,
    'use x, the states and what was computed from them',
  );
}

function op(name: OpName, ...args: (CellValue | number)[]): CellValue {
  return new CellValue(apply(name, ...args.map(toExpr)));
}

type UnaryName = 'sigmoid' | 'tanh' | 'relu' | 'exp' | 'log' | 'sqrt' | 'abs' | 'neg';

export type StepArguments<S extends string> = {
  /** The input at this step. */
  x: CellValue;
  /** `linear('i', x, h)` = x·W_ix + h·W_ih + b_i: a named affine map with a weight for each operand and one bias. */
  linear: (name: string, ...operands: CellValue[]) => CellValue;
  max: (a: CellValue | number, b: CellValue | number) => CellValue;
} & { [K in UnaryName]: (value: CellValue) => CellValue } & { [K in S]: CellValue };

export interface CellDefinition<S extends string> {
  /** For messages, files and the command line. */
  name: string;
  /** The states that pass from step to step; the first is the output, unless `output` says otherwise. */
  state: readonly S[];
  output?: S;
  /** Initial value of the bias of a linear, such as 1 for a forget gate. Others start as the initializer says. */
  initialBias?: Readonly<Record<string, number>>;
  /** The equations of one step: from x and the states before it to the states after it. */
  step: (values: StepArguments<S>) => Readonly<Record<S, CellValue>>;
}

/** A linear of the cell: its value is the leaf `z:name`; its operands are the input, a state or computed values. */
export interface LinearNode {
  name: string;
  operands: readonly Expr[];
}

/** A traced cell: plain data about the graph of one step. */
export interface Cell {
  readonly name: string;
  readonly states: readonly string[];
  readonly output: string;
  readonly linears: readonly LinearNode[];
  /** The new value of each state. */
  readonly next: ReadonlyMap<string, Expr>;
  readonly initialBias: Readonly<Record<string, number>>;
}

export const INPUT = input('x');

export function stateExpr(name: string): Expr {
  return input(`s:${name}`);
}

export function linearExpr(name: string): Expr {
  return input(`z:${name}`);
}

const UNARY: readonly UnaryName[] = ['sigmoid', 'tanh', 'relu', 'exp', 'log', 'sqrt', 'abs', 'neg'];
const RESERVED = new Set<string>(['x', 'linear', 'max', ...UNARY]);

function fail(cell: string, message: string, help: string): never {
  throw new UnrolledError('CELL', `cell ${cell}: ${message}`, help);
}

/**
 * Defines a recurrent cell. Errors: CELL, at definition, for a state that is never returned, a name used twice, a value of
 * another step, a linear without operands or without use, or equations that differ when traced again.
 */
export function defineCell<const S extends string>(definition: CellDefinition<S>): Cell {
  const { name } = definition;
  if (!/^[A-Za-z][\w-]*$/.test(name))
    fail(name, `expected a name of letters, digits, - and _, received "${name}"`, 'rename the cell');
  if (definition.state.length === 0)
    fail(name, 'expected at least one state, received none', "name one, as in state: ['h']");
  if (new Set(definition.state).size < definition.state.length)
    fail(name, `expected different states, received ${definition.state.join(', ')}`, 'rename one');
  for (const s of definition.state) {
    if (RESERVED.has(s) || !/^[A-Za-z]\w*$/.test(s))
      fail(
        name,
        `expected a free name for a state, received "${s}"`,
        `choose another than ${[...RESERVED].join(', ')}`,
      );
  }
  const output = definition.output ?? definition.state[0];
  if (!definition.state.includes(output))
    fail(name, `expected a state as output, received "${output}"`, `choose one of ${definition.state.join(', ')}`);
  const traced = trace(definition);
  const again = trace(definition);
  for (const s of definition.state) {
    if (traced.next.get(s) !== again.next.get(s)) {
      fail(
        name,
        `expected the same equations at each call, received others for state "${s}"`,
        'step must not depend on anything but its arguments',
      );
    }
  }
  return { name, states: [...definition.state], output, ...traced, initialBias: definition.initialBias ?? {} };
}

function trace<S extends string>(definition: CellDefinition<S>): Pick<Cell, 'linears' | 'next'> {
  const { name } = definition;
  const linears: LinearNode[] = [];
  const linear = (linearName: string, ...operands: CellValue[]): CellValue => {
    if (linears.some((l) => l.name === linearName))
      fail(name, `expected each linear once, received "${linearName}" twice`, 'give each linear its own name');
    if (operands.length === 0)
      fail(name, `expected operands for linear "${linearName}", received none`, "as in linear('i', x, h)");
    linears.push({ name: linearName, operands: operands.map(toExpr) });
    return new CellValue(linearExpr(linearName));
  };
  const unary = Object.fromEntries(UNARY.map((u) => [u, (v: CellValue) => op(u, v)])) as {
    [K in UnaryName]: (v: CellValue) => CellValue;
  };
  const states = Object.fromEntries(definition.state.map((s) => [s, new CellValue(stateExpr(s))])) as {
    [K in S]: CellValue;
  };
  const max = (a: CellValue | number, b: CellValue | number): CellValue => op('max', a, b);
  const returned = definition.step({ x: new CellValue(INPUT), linear, max, ...unary, ...states });
  const next = new Map<string, Expr>();
  for (const s of definition.state) {
    const value: unknown = returned[s];
    if (!(value instanceof CellValue))
      fail(
        name,
        `expected a new value for state "${s}", received ${typeof value}`,
        `return { ${definition.state.join(', ')} } from step`,
      );
    next.set(s, value.expr);
  }
  for (const extra of Object.keys(returned)) {
    if (!next.has(extra))
      fail(name, `expected only states, received "${extra}"`, `add it to state or do not return it`);
  }
  const known = new Set<string>(['x', ...definition.state.map((s) => `s:${s}`), ...linears.map((l) => `z:${l.name}`)]);
  const used = topological([...next.values(), ...linears.flatMap((l) => l.operands)]);
  for (const e of used) {
    if (e.kind === 'input' && !known.has(e.name))
      fail(name, `expected values of this step, received ${e.name} of another`, 'use what step was given');
  }
  for (const l of linears) {
    if (!used.includes(linearExpr(l.name)))
      fail(name, `expected a use of linear "${l.name}", found none`, 'remove it, or use it in a state');
  }
  return { linears, next };
}
