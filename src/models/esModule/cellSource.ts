// The equations of one step of a cell as JavaScript. Whatever is multiplied or summed over its row is a vector and stands in a loop of its
// own; all else stands in the loop where it is used. Letters: K inputs of a product, V tokens.
import { type CellGraph, type WidthOf, widthsOf } from '../../cell/define/graph.js';
import { HIDDEN, SCALAR, sizeNamed, type Sizes, sizeOfWidth } from '../../cell/define/width.js';
import { INPUT, inverseLengthOf, leafOf } from '../../cell/define/leaf.js';
import { columnsOf, type Layout, layoutOf, type WeightGroup } from '../../cell/plan/layout.js';
import { UnrolledError } from '../../errors.js';
import { type Expr, topological } from '../../program/expr.js';
import { type InstructionName, isInstruction, writeOut } from '../../program/functions.js';

/** One layer: its cell as it is computed, without dropout, and its numbers. */
export interface LayerSource {
  cell: CellGraph;
  sizes: Sizes;
  parameters: Readonly<Record<string, ArrayLike<number>>>;
  /** The path of its parameters: `rnn.0.` */
  path: string;
  /** x is a token, which stands for a one-hot vector. */
  ofTokens: boolean;
}

/** Names for what a module holds. */
export interface SourceNames {
  matrix(path: string, rows: number, cols: number, data: ArrayLike<number>): string;
  vector(path: string, data: ArrayLike<number>): string;
  buffer(wanted: string, size: number): string;
}

const OPERATORS: { readonly [K in InstructionName]: (a: string, b: string, c: string) => string } = {
  neg: (a) => `-${a}`,
  abs: (a) => `Math.abs(${a})`,
  exp: (a) => `runtime.exp(${a})`,
  log: (a) => `runtime.log(${a})`,
  sqrt: (a) => `Math.sqrt(${a})`,
  reciprocal: (a) => `1 / ${a}`,
  sigmoid: (a) => `runtime.sigmoid(${a})`,
  tanh: (a) => `runtime.tanh(${a})`,
  relu: (a) => `Math.max(${a}, 0)`,
  sign: (a) => `Math.sign(${a})`,
  add: (a, b) => `${a} + ${b}`,
  sub: (a, b) => `${a} - ${b}`,
  mul: (a, b) => `${a} * ${b}`,
  div: (a, b) => `${a} / ${b}`,
  max: (a, b) => `Math.max(${a}, ${b})`,
  min: (a, b) => `Math.min(${a}, ${b})`,
  less: (a, b) => `${a} < ${b} ? 1 : 0`,
  equal: (a, b) => `${a} === ${b} ? 1 : 0`,
  select: (a, b, c) => `${a} !== 0 ? ${b} : ${c}`,
  fma: (a, b, c) => `${a} * ${b} + ${c}`,
};

/**
 * The body of a function of `x` (a vector, or a token), `before` and `after`, which holds the new states.
 * Errors: UNSUPPORTED for equations with random numbers.
 */
export function cellSource(layer: LayerSource, names: SourceNames): string[] {
  return new CellSource(layer, names).body();
}

class CellSource {
  readonly #layer: LayerSource;
  readonly #module: SourceNames;
  readonly #layout: Layout;
  readonly #widthOf: WidthOf;
  readonly #lines: string[] = [];
  /** What a value that stands in memory, or a sum over a row, is called. */
  readonly #names = new Map<Expr, string>();
  readonly #weights = new Map<WeightGroup, string>();
  /** x is multiplied as a vector: one-hot where it is a token that takes part other than in products. */
  readonly #dense: boolean;

  constructor(layer: LayerSource, names: SourceNames) {
    const { cell, ofTokens } = layer;
    this.#layer = layer;
    this.#module = names;
    this.#layout = layoutOf(cell);
    this.#widthOf = widthsOf(cell).widthOf;
    const read = topological([...cell.next.values(), ...this.#layout.computed]).includes(INPUT);
    const byHead = this.#layout.groups.some(({ kind, perHead }) => kind === 'input' && perHead);
    this.#dense = !ofTokens || read || byHead;
    if (this.#dense) this.#names.set(INPUT, ofTokens ? 'one_hot' : 'x');
    cell.states.forEach((s, i) => {
      this.#lines.push(`const s_${s} = before[${i}];`);
    });
  }

  body(): string[] {
    const { cell, sizes, ofTokens } = this.#layer;
    if (ofTokens && this.#dense) {
      const name = this.#module.buffer('one_hot', sizes.input);
      this.#lines.push(`const one_hot = ${name}.fill(0);`, 'one_hot[x] = 1;');
    }
    const bySize = new Map<number, [string, Expr][]>();
    cell.states.forEach((s, i) => {
      const e = cell.next.get(s);
      const size = sizeNamed(sizes, cell.stateSizes[s]);
      if (e !== undefined) bySize.set(size, [...(bySize.get(size) ?? []), [`after[${i}]`, e]]);
    });
    for (const [size, results] of bySize) this.#loop(size, results);
    return this.#lines;
  }

  /** Writes a loop that computes values of one size into arrays. */
  #loop(size: number, results: readonly [string, Expr][]): void {
    const lines = this.#elementwise(
      results.map(([, e]) => e),
      (values) => results.map(([name], i) => `${name}[i] = ${values[i]};`),
    );
    this.#lines.push(`for (let i = 0; i < ${size}; i++) {`, ...lines.map((line) => `  ${line}`), '}');
  }

  /** The lines within a loop over `i`; what has to stand in memory for them is written before the loop. */
  #elementwise(given: readonly Expr[], end: (values: readonly string[]) => string[]): string[] {
    const roots = writeOut(given);
    const order = topological(roots, (e) => e.kind === 'rowSum');
    const values = new Map<Expr, string>();
    const lines: string[] = [];
    for (const e of order) {
      if (e.kind === 'constant') values.set(e, e.value < 0 ? `(${e.value})` : String(e.value));
      else if (e.kind === 'uniform') values.set(e, String(this.#uniform(e.name)));
      else if (e.kind === 'rowSum') values.set(e, this.#rowSum(e));
      else if (e.kind === 'input') {
        const name = `v${lines.length}`;
        lines.push(`const ${name} = ${this.#inMemory(e)}[${this.#widthOf(e) === SCALAR ? 0 : 'i'}];`);
        values.set(e, name);
      } else if (e.kind === 'op' && isInstruction(e.op)) {
        const name = `v${lines.length}`;
        const [a = '', b = '', c = ''] = e.args.map((arg) => values.get(arg) ?? '');
        lines.push(`const ${name} = ${OPERATORS[e.op](a, b, c)};`);
        values.set(e, name);
      } else throw this.#random();
    }
    return [...lines, ...end(roots.map((e) => values.get(e) ?? ''))];
  }

  /** The name of an array: of x, a state, a parameter, the result of a product, or a value that is computed for it. */
  #inMemory(e: Expr): string {
    const known = this.#names.get(e);
    if (known !== undefined) return known;
    const made = this.#write(e);
    this.#names.set(e, made);
    return made;
  }

  #write(e: Expr): string {
    const { parameters, path, sizes } = this.#layer;
    if (e.kind === 'input') {
      const leaf = leafOf(e);
      if (leaf?.kind === 'state') return `s_${leaf.name}`;
      if (leaf?.kind === 'linear') return this.#linear(leaf.name);
      if (leaf?.kind === 'vector') return this.#module.vector(path + leaf.name, parameters[leaf.name]);
      throw this.#random();
    }
    const width = this.#widthOf(e);
    const size = width === null ? sizes.hidden : sizeNamed(sizes, width);
    const name = this.#module.buffer(`${path}value`, size);
    this.#loop(size, [[name, e]]);
    return name;
  }

  #uniform(name: string): number {
    const widths = inverseLengthOf(name) ?? [];
    return 1 / widths.reduce((sum, width) => sum + sizeNamed(this.#layer.sizes, width), 0);
  }

  /** A sum over the row, over the whole row also of a value that is one number for all of its elements. */
  #rowSum(e: Expr & { kind: 'rowSum' }): string {
    const known = this.#names.get(e);
    if (known !== undefined) return known;
    const [of] = e.args;
    const ofBatch = topological([of]).some((part) => part.kind === 'input' && leafOf(part)?.kind !== 'vector');
    const width = this.#widthOf(of);
    const isNumber = width === null || (width === SCALAR && !ofBatch);
    const size = isNumber ? this.#layer.sizes[HIDDEN] : sizeNamed(this.#layer.sizes, width);
    const name = `sum${this.#lines.length}`;
    const lines = this.#elementwise([of], ([value]) => [`${name} += ${value};`]);
    this.#lines.push(
      `let ${name} = 0;`,
      `for (let i = 0; i < ${size}; i++) {`,
      ...lines.map((line) => `  ${line}`),
      '}',
    );
    this.#names.set(e, name);
    return name;
  }

  /** Products and bias of a linear, in a buffer of its own. */
  #linear(name: string): string {
    const { parameters, path, sizes, ofTokens } = this.#layer;
    const layout = this.#layout;
    const columns = columnsOf(layout, sizes);
    const i = layout.linears.findIndex((l) => l.name === name);
    const l = layout.linears[i];
    const width = columns.width[i];
    const widthsOf = (group: WeightGroup): number[] =>
      group.linears.map((own) => columns.width[layout.linears.findIndex((one) => one.name === own)]);
    const terms = l.operands.map((operand, k) => {
      const group = layout.groups.find((g) => g.operand === operand && g.perHead === l.perHead[k]);
      if (group === undefined) throw new Error(`no weight of ${name}`);
      const before = widthsOf(group).slice(0, group.linears.indexOf(name));
      const first = before.reduce((sum, w) => sum + w, 0);
      const byToken = group.kind === 'input' && ofTokens && !this.#dense;
      const operandName = byToken ? 'x' : this.#inMemory(operand);
      return { group, first, byToken, operandName, widths: widthsOf(group) };
    });
    const out = this.#module.buffer(path + name, width);
    if (l.bias) {
      const from = columns.bias[i];
      const bias = Array.prototype.slice.call(parameters.bias, from, from + width);
      this.#lines.push(`${out}.set(${this.#module.vector(`${path}bias of ${name}`, bias)});`);
    } else this.#lines.push(`${out}.fill(0);`);
    for (const { group, first, byToken, operandName, widths } of terms) {
      const total = widths.reduce((sum, w) => sum + w, 0);
      const K = sizeOfWidth(sizes, group.size);
      const heads = group.perHead ? sizes.heads : 1;
      const weight = this.#weight(group, K, heads, widths, byToken);
      if (byToken) this.#lines.push(`runtime.addRow(${out}, ${weight}, x * ${total} + ${first});`);
      else {
        const [k, n] = [K / heads, width / heads];
        for (let head = 0; head < heads; head++) {
          const at = (first + head * n) * k;
          this.#lines.push(
            `runtime.product(${out}, ${head * n}, ${n}, ${weight}, ${at}, ${operandName}, ${head * k}, ${k});`,
          );
        }
      }
    }
    return out;
  }

  /** A weight as the products want it: a row for each result; of tokens a row for each token, as it is. */
  #weight(group: WeightGroup, K: number, heads: number, widths: readonly number[], byToken: boolean): string {
    const known = this.#weights.get(group);
    if (known !== undefined) return known;
    const { parameters, path } = this.#layer;
    const data = parameters[group.parameter];
    const total = widths.reduce((sum, w) => sum + w, 0);
    const k = K / heads;
    const name = path + group.parameter;
    let made: string;
    if (byToken) made = this.#module.matrix(name, K, total, data);
    else {
      const rows = new Float32Array(total * k);
      const stride = total / heads;
      let [row, column] = [0, 0];
      for (const width of widths) {
        const n = width / heads;
        for (let unit = 0; unit < width; unit++, row++) {
          const head = Math.floor(unit / n);
          for (let j = 0; j < k; j++) rows[row * k + j] = data[(head * k + j) * stride + column + (unit % n)];
        }
        column += n;
      }
      made = this.#module.matrix(name, total, k, rows);
    }
    this.#weights.set(group, made);
    return made;
  }

  #random(): UnrolledError {
    return new UnrolledError(
      'UNSUPPORTED',
      `expected equations of x, states and parameters of ${this.#layer.cell.name}, received random numbers`,
      'export the network as it is used: without what training draws',
    );
  }
}
