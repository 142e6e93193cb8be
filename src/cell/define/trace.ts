// What `step` computes with: symbolic values that note down the graph, and say at once where something does not fit.
import { apply, constant, type Expr, type OpName, rowSum, topological } from '../../program/expr.js';
import { callSite } from './callSite.js';
import {
  cellError,
  describeValue,
  isName,
  isParameterName,
  joinWidths,
  type LinearNode,
  type NormNode,
  type VectorNode,
} from './graph.js';
import { INPUT, inverseLength, linearExpr, stateExpr, vectorExpr } from './leaf.js';
import { HIDDEN, INPUT_WIDTH, SCALAR, type WidthName } from './width.js';

/** A symbolic value of one step: for each sequence of the batch a row of some width. */
export class CellValue {
  /** The expression that it stands for. @internal */
  readonly expr: Expr;
  /** How many elements a row has: `hidden`, `input`, `1`, a size of the cell’s own; null for a constant. */
  readonly width: WidthName | null;
  readonly #tracer: Tracer;

  /** @internal */
  constructor(tracer: Tracer, expr: Expr, width: WidthName | null) {
    this.#tracer = tracer;
    this.expr = expr;
    this.width = width;
  }

  /** Which step it belongs to. @internal */
  get tracer(): Tracer {
    return this.#tracer;
  }

  /**
   * Element by element; a width of 1 broadcasts over the row, and so in all arithmetic. Errors: CELL where widths
   * differ.
   */
  add(other: CellValue | number): CellValue {
    return this.#tracer.op('add', this, other);
  }
  /** this − other. */
  sub(other: CellValue | number): CellValue {
    return this.#tracer.op('sub', this, other);
  }
  /** Element by element. */
  mul(other: CellValue | number): CellValue {
    return this.#tracer.op('mul', this, other);
  }
  /** this / other. */
  div(other: CellValue | number): CellValue {
    return this.#tracer.op('div', this, other);
  }
  /** The larger of the two. */
  max(other: CellValue | number): CellValue {
    return this.#tracer.op('max', this, other);
  }
  /** The smaller of the two. */
  min(other: CellValue | number): CellValue {
    return this.#tracer.op('min', this, other);
  }
  /** −this. */
  neg(): CellValue {
    return this.#tracer.op('neg', this);
  }
  /** 1 − this. */
  oneMinus(): CellValue {
    return this.#tracer.op('sub', 1, this);
  }
  /** Names this value, so that it can be traced and stands by its name in the formula. */
  named(name: string): CellValue {
    this.#tracer.name(name, this);
    return this;
  }
  /** In words where text is asked for. Errors: CELL for operators: the value is a symbol, which JavaScript cannot add or compare. */
  [Symbol.toPrimitive](hint: string): string {
    const value = this.#tracer.describe(this);
    if (hint === 'string') return value;
    return this.#tracer.fail(
      `expected a number beside an operator (+ - * / < > ==), received ${value}`,
      'write h.add(n), h.sub(n), h.mul(2), f.oneMinus() for 1 − f; in place of conditions use relu, sign, max or min of values',
    );
  }
}

/** An operand that a linear multiplies head by head: see `perHead`. */
export class PerHead {
  /** What each head sees a part of. */
  readonly value: CellValue;
  constructor(value: CellValue) {
    this.value = value;
  }
}

/** Options of a `linear` inside a cell, given as its last argument. */
export interface LinearOptions {
  /** false: no bias. */
  bias?: boolean;
  /** WidthName of the result: `hidden`, or a name of `sizes`. */
  size?: WidthName;
}

/** Options of a `vector` inside a cell. */
export interface VectorOptions {
  /** Initial value; drawn like a bias where missing. */
  init?: number;
  /** Its width: `hidden`, or a name of `sizes`; default `hidden`. */
  size?: WidthName;
}

/** Functions of one value: softplus is log(1 + eˣ), logSigmoid log σ(x), silu x · σ(x), none of which overflows. */
export const UNARY = [
  ...['sigmoid', 'tanh', 'relu', 'softplus', 'logSigmoid', 'silu'],
  ...['exp', 'log', 'sqrt', 'abs', 'neg', 'sign'],
] as const satisfies readonly OpName[];
/** The name of a function of one value that `step` may use. */
export type UnaryName = (typeof UNARY)[number];

/** The arguments of `step`. */
export type StepArguments<S extends string> = {
  /** The input at this step. */
  x: CellValue;
  /**
   * `linear('i', x, h)` = x·W_xi + h·W_hi + b_i: a named affine map with a weight for each operand and one bias. Operands
   * may be computed, such as r.mul(h), or `perHead(h)`. Last, options: `{ bias: false, size: 'projection' }`.
   */
  linear: (name: string, ...operands: (CellValue | PerHead | LinearOptions)[]) => CellValue;
  /** The weight of this operand is block-diagonal: each head sees its own part only. */
  perHead: (value: CellValue) => PerHead;
  /** A parameter [H], the same for all rows and steps: `vector('p').mul(c)`. */
  vector: (name: string, options?: VectorOptions) => CellValue;
  /** A parameter that is one number. */
  scalar: (name: string, options?: { init?: number }) => CellValue;
  /**
   * Layer normalization (Ba, Kiros and Hinton 2016, eq. 4) with gain and shift: over a row of one value, or of several
   * side by side, which then come back as a list.
   */
  layerNorm: {
    (name: string, value: CellValue, options?: { epsilon?: number }): CellValue;
    (name: string, values: readonly CellValue[], options?: { epsilon?: number }): CellValue[];
  };
  /** The mean over the row: one number for each sequence. */
  mean: (value: CellValue) => CellValue;
  /** The larger of two values, element by element. */
  max: (a: CellValue | number, b: CellValue | number) => CellValue;
  /** The smaller of two values, element by element. */
  min: (a: CellValue | number, b: CellValue | number) => CellValue;
} & { [K in UnaryName]: (value: CellValue) => CellValue } & { [K in S]: CellValue };

/** Names that a state cannot have, since step's arguments have them. */
export const RESERVED = [
  ...['x', 'linear', 'perHead', 'vector', 'scalar', 'layerNorm', 'mean', 'max', 'min'],
  ...UNARY,
] as const;

/** Notes down one run of `step`. */
export class Tracer {
  readonly cell: string;
  readonly linears: LinearNode[] = [];
  readonly vectors: VectorNode[] = [];
  readonly norms: NormNode[] = [];
  readonly named = new Map<string, Expr>();
  /** Where in the cell's file each linear, vector, name and new state was made. */
  readonly sites = new Map<string, string>();
  /** Where the author is now. */
  readonly #site: () => string;
  readonly #sizes: readonly string[];

  constructor(cell: string, sizes: readonly string[], site: () => string = callSite) {
    this.cell = cell;
    this.#sizes = sizes;
    this.#site = site;
  }

  /** Errors: CELL, with the line of the cell. */
  fail(message: string, help: string, site = this.#site()): never {
    throw cellError(this.cell, site === '' ? message : `${message} (${site})`, help);
  }

  /** A value in words: by its name where it has one. */
  describe(value: CellValue | number): string {
    if (typeof value === 'number') return String(value);
    const named = [...this.named].find(([, e]) => e === value.expr);
    return named === undefined ? describeValue(value.expr) : `"${named[0]}"`;
  }

  input(): CellValue {
    return new CellValue(this, INPUT, INPUT_WIDTH);
  }

  state(name: string, width: WidthName): CellValue {
    return new CellValue(this, stateExpr(name), width);
  }

  #expr(value: CellValue | number): { expr: Expr; width: WidthName | null } {
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) this.fail(`expected a finite number, received ${value}`, 'check the constant');
      return { expr: constant(value), width: null };
    }
    if (!(value instanceof CellValue)) {
      const what =
        value === null ? 'null' : typeof value === 'object' ? Object.prototype.toString.call(value) : typeof value;
      this.fail(
        `expected a value of the step or a number, received ${what}`,
        'use x, the states and what was computed from them',
      );
    }
    if (value.tracer !== this) {
      this.fail(
        `expected values of this step, received ${value.tracer.describe(value)} of another step of ${value.tracer.cell}`,
        'compute it inside of step: what a variable outside keeps belongs to an earlier call',
      );
    }
    return value;
  }

  op(name: OpName, ...args: (CellValue | number)[]): CellValue {
    const parts = args.map((arg) => this.#expr(arg));
    let width: WidthName | null = null;
    for (const [i, arg] of args.entries()) {
      const part = parts[i];
      const joined = joinWidths(width, part.width);
      if (joined === undefined) {
        this.fail(
          `expected values of one size for ${name}, received ${this.describe(args[0])} of size ${String(width)} and ${this.describe(arg)} of size ${String(part.width)}`,
          'bring one to the size of the other with a linear',
        );
      }
      width = joined;
    }
    return new CellValue(this, apply(name, ...parts.map((part) => part.expr)), width);
  }

  #checkName(what: string, name: unknown, taken: boolean): void {
    if (!isName(name)) {
      const received =
        typeof name === 'string'
          ? JSON.stringify(name)
          : name instanceof CellValue
            ? 'a value of the step'
            : typeof name;
      this.fail(
        `expected a name of letters, digits and _ for a ${what}, received ${received}`,
        "choose another, as in linear('i', x, h)",
      );
    }
    if (taken)
      this.fail(
        `expected each ${what} once, received "${name}" twice (first: ${this.sites.get(`${what} ${name}`) ?? 'earlier'})`,
        `give each ${what} its own name`,
      );
    this.sites.set(`${what} ${name}`, this.#site());
  }

  #size(size: WidthName): WidthName {
    if (size !== HIDDEN && !this.#sizes.includes(size)) {
      this.fail(
        `expected a size of ${[HIDDEN, ...this.#sizes].join(', ')}, received "${size}"`,
        "name it in the definition, as in sizes: ['projection']",
      );
    }
    return size;
  }

  linear(name: string, ...given: (CellValue | PerHead | LinearOptions)[]): CellValue {
    this.#checkName(
      'linear',
      name,
      this.linears.some((l) => l.name === name),
    );
    const last = given.at(-1);
    const hasOptions =
      last !== undefined &&
      typeof last === 'object' &&
      last !== null &&
      !(last instanceof CellValue) &&
      !(last instanceof PerHead);
    const options: LinearOptions = hasOptions ? last : {};
    const operands = (hasOptions ? given.slice(0, -1) : given) as (CellValue | PerHead)[];
    if (operands.length === 0)
      this.fail(`expected operands for linear "${name}", received none`, "as in linear('i', x, h)");
    const exprs = operands.map((o) => {
      const value = o instanceof PerHead ? o.value : o;
      const { expr, width } = this.#expr(value);
      if (width === null || width === SCALAR) {
        this.fail(
          `expected rows to multiply in linear "${name}", received ${width === null ? 'a constant' : 'one number a row'}`,
          'use a vector or scalar parameter for it',
        );
      }
      return expr;
    });
    if (new Set(exprs).size < exprs.length) {
      this.fail(
        `expected different operands for linear "${name}", received one twice`,
        'one weight matrix is enough for it',
      );
    }
    const size = this.#size(options.size ?? HIDDEN);
    this.linears.push({
      name,
      operands: exprs,
      perHead: operands.map((o) => o instanceof PerHead),
      size,
      bias: options.bias !== false,
    });
    return new CellValue(this, linearExpr(name), size);
  }

  vector(name: string, options: VectorOptions = {}): CellValue {
    return this.#parameter(name, this.#size(options.size ?? HIDDEN), options.init ?? null);
  }

  scalar(name: string, options: { init?: number } = {}): CellValue {
    return this.#parameter(name, SCALAR, options.init ?? null);
  }

  #parameter(name: string, size: WidthName, init: number | null): CellValue {
    this.#checkName(
      'vector',
      name,
      this.vectors.some((v) => v.name === name),
    );
    if (isParameterName(name))
      this.fail(`expected a free name for vector "${name}"`, 'choose another: the network has parameters of that name');
    if (init !== null && !Number.isFinite(init))
      this.fail(`expected a finite initial value for vector "${name}", received ${init}`, 'check the constant');
    this.vectors.push({ name, size, init });
    return new CellValue(this, vectorExpr(name), size);
  }

  name(name: string, value: CellValue): void {
    this.#checkName('named value', name, this.named.has(name) && this.named.get(name) !== value.expr);
    this.named.set(name, this.#expr(value).expr);
  }

  /** Sum over the row divided by its length; `values` stand side by side. */
  #mean(values: readonly CellValue[]): CellValue {
    const widths: WidthName[] = [];
    // Values of one width are added first: one sum instead of many.
    const groups = new Map<WidthName, CellValue>();
    for (const v of values) {
      if (v.width === null || v.width === SCALAR)
        this.fail('expected a row to take the mean of, received one number', 'use it as it is');
      widths.push(v.width);
      const before = groups.get(v.width);
      groups.set(v.width, before === undefined ? v : this.op('add', before, v));
    }
    const sums = [...groups.values()].map((v) => new CellValue(this, rowSum(v.expr), SCALAR));
    const total = sums.reduce((a, b) => this.op('add', a, b));
    return this.op('mul', total, new CellValue(this, inverseLength(widths), null));
  }

  mean(value: CellValue): CellValue {
    this.#expr(value);
    return this.#mean([value]);
  }

  layerNorm(
    name: string,
    given: CellValue | readonly CellValue[],
    { epsilon = 1e-5 }: { epsilon?: number } = {},
  ): CellValue | CellValue[] {
    const values = Array.isArray(given) ? (given as readonly CellValue[]) : [given as CellValue];
    if (values.length === 0) this.fail(`expected values for layerNorm "${name}", received none`, 'give one or more');
    values.forEach((v) => this.#expr(v));
    const mean = this.#mean(values);
    const centered = values.map((v) => this.op('sub', v, mean));
    const variance = this.#mean(centered.map((v) => this.op('mul', v, v)));
    const scale = this.op('div', 1, this.op('sqrt', this.op('add', variance, epsilon)));
    const outputs = centered.map((v, i) => {
      const suffix = values.length === 1 ? '' : String(i);
      const size = v.width ?? HIDDEN;
      const gain = this.#parameter(`${name}_gain${suffix}`, size, 1);
      const shift = this.#parameter(`${name}_shift${suffix}`, size, 0);
      return this.op('add', this.op('mul', this.op('mul', v, scale), gain), shift);
    });
    this.norms.push({ name, members: values.map((v) => v.expr), outputs: outputs.map((v) => v.expr) });
    return Array.isArray(given) ? outputs : outputs[0];
  }

  /** What `step` is called with. */
  arguments(states: Readonly<Record<string, WidthName>>): StepArguments<string> {
    const values: Record<string, unknown> = {
      x: this.input(),
      linear: this.linear.bind(this),
      perHead: (value: CellValue) => new PerHead(value),
      vector: this.vector.bind(this),
      scalar: this.scalar.bind(this),
      layerNorm: this.layerNorm.bind(this),
      mean: this.mean.bind(this),
      max: (a: CellValue | number, b: CellValue | number) => this.op('max', a, b),
      min: (a: CellValue | number, b: CellValue | number) => this.op('min', a, b),
    };
    for (const name of UNARY) values[name] = (v: CellValue) => this.op(name, v);
    for (const [name, width] of Object.entries(states)) values[name] = this.state(name, width);
    return values as StepArguments<string>;
  }

  /** Every node that the results are computed from. */
  reached(results: readonly Expr[]): Set<Expr> {
    return new Set(topological([...results, ...this.linears.flatMap((l) => l.operands)]));
  }
}
