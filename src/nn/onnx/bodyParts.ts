// The parts of the cell that a loop's body becomes: linears of its products, vectors of its constants, names of its widths. Whoever wants
// a value as an expression asks here.
import { isName, isParameterName, joinWidths, type LinearNode, type VectorNode } from '../../cell/define/graph.js';
import { linearExpr, vectorExpr } from '../../cell/define/leaf.js';
import { SCALAR, type WidthName } from '../../cell/define/width.js';
import { brief } from '../../brief.js';
import type { OnnxGraph, OnnxTensor } from '../../formats/onnx/model.js';
import { constant, type Expr } from '../../program/expr.js';
import type { BodyValue, Rows, Sum } from './bodyValues.js';
import type { Affine } from './products.js';
import { floats } from './recurrentNode.js';
import type { Refuse } from './values.js';

/** Collects them while a body is read. */
export class BodyParts {
  readonly linears: LinearNode[] = [];
  readonly vectors: VectorNode[] = [];
  /** What each linear is a sum of, by name. */
  readonly sums = new Map<string, Affine>();
  /** The numbers of each vector, by name. */
  readonly numbers = new Map<string, Float32Array>();
  /** Names of widths, by their size. */
  readonly widths = new Map<number, WidthName>();
  /** Sums over rows: of which width, and how many numbers. */
  readonly summed = new Map<Expr, { width: WidthName; count: number }>();
  readonly #forced = new Map<Sum, Rows>();
  readonly #vectorOf = new Map<string, Rows>();
  readonly #uses = new Map<string, number>();
  #heads: number | null = null;

  /** @param charge counts numbers that are taken */
  constructor(
    { nodes, outputs }: OnnxGraph,
    readonly charge: (numbers: number, refuse: Refuse) => void,
  ) {
    for (const name of [...nodes.flatMap((node) => node.inputs), ...outputs.map((output) => output.name)]) {
      this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
    }
  }

  /** Of block-diagonal products; null where there are none. */
  get heads(): number | null {
    return this.#heads;
  }

  /** Errors: FORMAT where there are others already. */
  takeHeads(heads: number, refuse: Refuse): void {
    if (this.#heads !== null && this.#heads !== heads) refuse(`${this.#heads} heads`, String(heads));
    this.#heads = heads;
  }

  /** Whether one node at most reads a value. */
  isReadOnce(name: string): boolean {
    return (this.#uses.get(name) ?? 1) <= 1;
  }

  /** The name of a width. */
  widthOf(count: number): WidthName {
    const found = this.widths.get(count) ?? `size_${count}`;
    this.widths.set(count, found);
    return found;
  }

  /** A value as an expression: products become a linear, constants a number or a parameter. */
  rows(value: BodyValue | undefined, refuse: Refuse, name = ''): Rows {
    switch (value?.kind) {
      case 'rows':
        return value;
      case 'sum':
        return this.#linear(value, refuse);
      case 'constant':
        return this.#constant(value.tensor, value.literal === true, refuse);
      case 'list':
        return value.of ?? refuse('a step in the list', 'none');
      case 'truth':
        return refuse('numbers', 'a comparison');
      default:
        return refuse('a row for each sequence', name === '' ? 'another value' : `"${brief(name)}"`);
    }
  }

  /** The result of an elementwise operator on rows. */
  joined(rows: readonly Rows[], expr: Expr | null, refuse: Refuse, op: string): Rows {
    if (expr === null) return refuse('an operator that cells have', op);
    let width: WidthName | null = null;
    let [count, lead] = [1, 0];
    for (const one of rows) {
      const joined = joinWidths(width, one.width);
      const fits = one.count === count || one.count === 1 || count === 1;
      if (joined === undefined || !fits) return refuse(`rows of ${count}`, `${one.count}, by ${op}`);
      width = joined;
      count = Math.max(count, one.count);
      lead = Math.max(lead, one.lead);
    }
    return { kind: 'rows', expr, width, count, lead };
  }

  #linear(sum: Sum, refuse: Refuse): Rows {
    const known = this.#forced.get(sum);
    if (known !== undefined) return known;
    const { affine, after, lead } = sum;
    const name = this.#free(/(?:linear|bias)\.([A-Za-z]\w*)$/.exec(affine.name ?? '')?.[1] ?? '', 'z', (n) =>
      this.sums.has(n),
    );
    const operands = affine.products.filter(
      (p, i) => affine.products.findIndex((q) => q.operand === p.operand && q.perHead === p.perHead) === i,
    );
    if (operands.length === 0) return refuse('products of x or of states', 'none');
    const width = this.widthOf(affine.columns);
    this.sums.set(name, affine);
    this.linears.push({
      ...{ name, size: width, bias: affine.bias !== null },
      operands: operands.map(({ operand }) => operand),
      perHead: operands.map(({ perHead }) => perHead),
    });
    const expr = after.reduce((e, apply) => apply(e), linearExpr(name));
    const made: Rows = { kind: 'rows', expr, width, count: affine.columns, lead };
    this.#forced.set(sum, made);
    return made;
  }

  #constant(tensor: OnnxTensor, literal: boolean, refuse: Refuse): Rows {
    const { shape, data } = tensor;
    if (data.length === 1 && (literal || shape.length === 0)) {
      const value = shortest(Number(data[0]));
      if (!Number.isFinite(value)) return refuse('finite numbers', String(value));
      return { kind: 'rows', expr: constant(value), width: null, count: 1, lead: 0 };
    }
    const count = shape.at(-1) ?? 1;
    if (data.length !== count || count === 0) return refuse('a number or a row of constants', `[${shape.join(', ')}]`);
    const known = this.#vectorOf.get(tensor.name);
    if (tensor.name !== '' && known !== undefined) return known;
    this.charge(count, refuse);
    const last = tensor.name.split(/[./]/).at(-1) ?? '';
    const name = this.#free(isParameterName(last) ? '' : last, 'v', (n) => this.numbers.has(n));
    const size = count === 1 ? SCALAR : this.widthOf(count);
    this.numbers.set(name, floats(tensor, refuse));
    this.vectors.push({ name, size, init: null });
    const made: Rows = { kind: 'rows', expr: vectorExpr(name), width: size, count, lead: 0 };
    this.#vectorOf.set(tensor.name, made);
    return made;
  }

  #free(wanted: string, letter: string, taken: (name: string) => boolean): string {
    if (isName(wanted) && !taken(wanted)) return wanted;
    for (let i = 1; ; i++) if (!taken(`${letter}${i}`)) return `${letter}${i}`;
  }
}

/** The shortest decimal number that is this one in float32: 1e-5 for 9.999999747378752e-6. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const found = Number(value.toPrecision(digits));
    if (Math.fround(found) === value) return found;
  }
  return value;
}
