// From a cell to its text, which parseCell reads back as the same cell. What is printed is read again before it is handed out.
import { refuseOtherCopy } from '../../copy.js';
import { UnrolledError } from '../../errors.js';
import { refuse } from '../../expect.js';
import { argumentsOf, type Expr } from '../../program/expr.js';
import { deriveCell } from '../plan/derive.js';
import type { CellGraph, LinearNode, NormNode } from '../define/graph.js';
import { INPUT, linearExpr } from '../define/leaf.js';
import { HIDDEN } from '../define/width.js';
import { parseCell, sameCell } from './read.js';

/**
 * The equations of a cell as text, as `parseCell` reads them: the same cell again, to the bit.
 *
 *     formatCell(GRU);
 *     // cell GRU
 *     // state h
 *     // r = sigmoid(linear(x, h))
 *     // …
 *
 * Errors: UNSUPPORTED for a graph that the language has no words for: one with random numbers or masks, such as zoneout makes.
 */
export function formatCell(cell: CellGraph): string {
  refuseOtherCopy(cell, 'cell');
  if (!(cell?.next instanceof Map)) refuse('a cell', cell, 'give one of the library, such as LSTM');
  const { traceable } = deriveCell({ ...cell, named: new Map() });
  const named = new Map([...cell.named].filter(([name, e]) => traceable.get(name) !== e));
  const graph = { ...cell, named };
  // Linears stand where they are used; where their order would change, each has a line of its own.
  for (const apart of [false, true]) {
    const text = textOf(graph, apart, traceable);
    if (text !== null && isSame(text, graph)) return text;
  }
  throw new UnrolledError(
    'UNSUPPORTED',
    `expected a cell that can be written down, received ${cell.name}`,
    'keep it as data: JSON.stringify(cell)',
  );
}

function isSame(text: string, graph: CellGraph): boolean {
  try {
    return sameCell(parseCell(text), graph);
  } catch (error) {
    if (error instanceof UnrolledError) return false;
    throw error;
  }
}

function textOf(graph: CellGraph, apart: boolean, traceable: ReadonlyMap<string, Expr>): string | null {
  if (Object.keys(graph.masks).length > 0) return null;
  return new Printer(graph, apart, traceable).text();
}

/** How tightly a text binds. */
const [SUM, PRODUCT, SIGN, ATOM] = [1, 2, 3, 4];

/** Characters of a line, beyond which the values of a call stand below each other. */
const LONG = 100;

const OPERATORS: Readonly<Record<string, { sign: string; binds: number }>> = {
  add: { sign: '+', binds: SUM },
  sub: { sign: '-', binds: SUM },
  mul: { sign: '*', binds: PRODUCT },
  div: { sign: '/', binds: PRODUCT },
};

/** A value with a line of its own. */
interface Defined {
  target: string;
  state: 'waiting' | 'open' | 'done';
}

class Printer {
  readonly #cell: CellGraph;
  readonly #linears: ReadonlyMap<Expr, LinearNode>;
  /** Values that are an output of a normalization. */
  readonly #norms = new Map<Expr, NormNode>();
  readonly #counts = new Map<Expr, number>();
  readonly #lines = new Map<Expr, Defined>();
  readonly #taken: Set<string>;
  readonly #declared = new Set<string>();
  readonly #out: string[] = [];
  /** What linears that are written now are called without a name of their own. */
  #names = new Map<LinearNode, string | null>();

  constructor(cell: CellGraph, apart: boolean, traceable: ReadonlyMap<string, Expr>) {
    this.#cell = cell;
    this.#linears = new Map(cell.linears.map((l) => [linearExpr(l.name), l]));
    for (const norm of cell.norms) for (const output of norm.outputs) this.#norms.set(output, norm);
    this.#taken = new Set(['x', ...cell.states, ...cell.vectors.map((v) => v.name), ...cell.named.keys()]);
    for (const root of [...cell.next.values(), ...cell.named.values()]) this.#count(root);
    this.#chooseLines(apart, traceable);
  }

  text(): string {
    const { name, states, output, sizes, linears, named, next } = this.#cell;
    const head = [`cell ${name}`];
    if (sizes.length > 0) head.push(`size ${sizes.join(', ')}`);
    head.push(`state ${states.map((s) => this.#state(s)).join(', ')}`);
    if (output !== states[0]) head.push(`output ${output}`);
    // Parameters stand above, unless those of a normalization must come before.
    const [first] = this.#cell.norms;
    if (first === undefined) for (const v of this.#cell.vectors) this.#declare(v.name);
    for (const l of linears) this.#define(this.#owner(linearExpr(l.name)));
    for (const e of named.values()) this.#define(e);
    for (const e of next.values()) this.#define(e);
    // Values with more than one name.
    for (const [own, e] of named) if (this.#lines.get(e)?.target !== own) this.#equation(own, this.#use(e, SUM));
    for (const [s, e] of next) if (this.#lines.get(e)?.target !== `${s}'`) this.#equation(`${s}'`, this.#use(e, SUM));
    return `${[...head, ...this.#out].join('\n')}\n`;
  }

  #state(s: string): string {
    const { stateSizes, initialState } = this.#cell;
    const size = stateSizes[s] === HIDDEN ? '' : `: ${stateSizes[s]}`;
    return `${s}${size}${initialState[s] === undefined ? '' : ` = ${number(initialState[s])}`}`;
  }

  /** What a value is written from: members of a norm, the operands of a linear, the value of a mean. */
  #parts(e: Expr): readonly Expr[] {
    const norm = this.#norms.get(e);
    if (norm !== undefined) return norm.members;
    const linear = this.#linears.get(e);
    if (linear !== undefined) return linear.operands;
    const mean = meanOf(e);
    return mean === null ? argumentsOf(e) : [mean];
  }

  #count(e: Expr): void {
    const seen = this.#counts.get(e) ?? 0;
    this.#counts.set(e, seen + 1);
    if (seen > 0) return;
    // All members of a norm are used by it once.
    const norm = this.#norms.get(e);
    if (norm?.outputs.some((other) => other !== e && this.#counts.has(other)) === true) return;
    this.#parts(e).forEach((part) => {
      this.#count(part);
    });
  }

  #chooseLines(apart: boolean, traceable: ReadonlyMap<string, Expr>): void {
    const { named, next, linears } = this.#cell;
    const add = (e: Expr, target: string): void => {
      if (this.#isLeaf(e) || this.#lines.has(e)) return;
      this.#lines.set(e, { target, state: 'waiting' });
    };
    for (const [name, e] of named) add(e, name);
    for (const [s, e] of next) add(e, `${s}'`);
    for (const { name, members, outputs } of this.#cell.norms) {
      if (outputs.length < 2) continue;
      outputs.forEach((output, k) => {
        const member = this.#linears.get(members[k]);
        add(output, this.#free(`_${member?.name ?? `${name}${k}`}`));
      });
    }
    // Gates: what a linear is called in traces.
    for (const l of linears) {
      const gate = traceable.get(l.name);
      if (gate !== undefined && gate !== linearExpr(l.name) && !this.#lines.has(gate) && !this.#taken.has(l.name))
        add(gate, this.#free(l.name));
    }
    for (const l of linears) {
      const z = linearExpr(l.name);
      if (!apart && (this.#counts.get(z) ?? 0) < 2) continue;
      const plain = traceable.get(l.name) === z && !this.#taken.has(l.name);
      add(z, this.#free(plain ? l.name : `_${l.name}`));
    }
    let numbered = 0;
    for (const [e, uses] of this.#counts) {
      if (uses < 2 || this.#isLeaf(e) || this.#lines.has(e) || this.#isShort(e)) continue;
      const name = this.#commonName(e);
      add(e, this.#free(name === '' ? `_v${++numbered}` : `_${name}`));
    }
  }

  /** What the names of the linears in a value begin with: `n` of nx and nh. */
  #commonName(e: Expr): string {
    const names: string[] = [];
    const seen = new Set<Expr>();
    const visit = (part: Expr): void => {
      if (seen.has(part)) return;
      seen.add(part);
      const linear = this.#linears.get(part);
      if (linear !== undefined) names.push(linear.name);
      else for (const below of this.#parts(part)) if (!this.#lines.has(below)) visit(below);
    };
    visit(e);
    const [first = '', ...others] = names;
    let length = first.length;
    for (const name of others) while (!name.startsWith(first.slice(0, length))) length--;
    return first.slice(0, length);
  }

  #free(wanted: string): string {
    let name = wanted;
    for (let k = 2; this.#taken.has(name); k++) name = `${wanted}_${k}`;
    this.#taken.add(name);
    return name;
  }

  #isLeaf(e: Expr): boolean {
    return e.kind === 'constant' || e.kind === 'uniform' || (e.kind === 'input' && !this.#linears.has(e));
  }

  /** 1 − z of something with a name, which is written again wherever it stands. */
  #isShort(e: Expr): boolean {
    if (e.kind !== 'op' || this.#norms.has(e) || meanOf(e) !== null) return false;
    return (e.op === 'sub' || e.op === 'neg') && e.args.every((arg) => this.#isLeaf(arg) || this.#lines.has(arg));
  }

  /** The value in whose line e is written. */
  #owner(e: Expr): Expr {
    const found = this.#owners().get(e);
    return found ?? e;
  }

  #ownersMade: Map<Expr, Expr> | null = null;

  #owners(): Map<Expr, Expr> {
    if (this.#ownersMade !== null) return this.#ownersMade;
    const owners = new Map<Expr, Expr>();
    for (const line of this.#lines.keys()) {
      const visit = (e: Expr): void => {
        if (owners.has(e)) return;
        owners.set(e, line);
        for (const part of this.#parts(e)) if (!this.#lines.has(part)) visit(part);
      };
      visit(line);
    }
    return (this.#ownersMade = owners);
  }

  /** Writes the line of a value, after those that it needs. */
  #define(e: Expr): void {
    const line = this.#lines.get(e);
    if (line === undefined || line.state !== 'waiting') return;
    const norm = this.#norms.get(e);
    if (norm !== undefined && norm.outputs.length > 1) {
      this.#defineNorm(norm);
      return;
    }
    line.state = 'open';
    if (norm !== undefined) this.#declareBefore(ownNames(norm, 0)[0]);
    this.#require(this.#parts(e));
    this.#names = this.#namesIn([e], line.target);
    const text = this.#write(e, SUM);
    this.#equation(line.target, text);
    line.state = 'done';
  }

  #defineNorm(norm: NormNode): void {
    const lines = norm.outputs.map((output) => this.#lines.get(output));
    for (const line of lines) if (line !== undefined) line.state = 'open';
    this.#declareBefore(ownNames(norm, 0)[0]);
    this.#require(norm.members);
    const targets = lines.map((line) => line?.target ?? '');
    const args = norm.members.map((member, k) => {
      this.#names = this.#lines.has(member) ? new Map() : this.#namesIn([member], targets[k], true);
      return this.#use(member, SUM);
    });
    this.#equation(
      targets.join(', '),
      this.#call('layerNorm', args, this.#normOptions(norm, 'norm'), targets.join(', ').length + 3),
    );
    for (const line of lines) if (line !== undefined) line.state = 'done';
  }

  /** Lines of what is used below some values, and parameters that stand there. */
  #require(parts: readonly Expr[]): void {
    const seen = new Set<Expr>();
    const visit = (e: Expr): void => {
      if (seen.has(e)) return;
      seen.add(e);
      const norm = this.#norms.get(e);
      if (norm !== undefined) this.#declareBefore(ownNames(norm, 0)[0]);
      if (this.#lines.has(e)) this.#define(e);
      else if (e.kind === 'input' && e.name.startsWith('v:')) this.#declare(e.name.slice(2));
      else this.#parts(e).forEach(visit);
    };
    parts.forEach(visit);
  }

  #declare(name: string): void {
    this.#declareBefore(name);
    const vector = this.#cell.vectors.find((v) => v.name === name);
    if (vector === undefined || this.#declared.has(name)) return;
    this.#declared.add(name);
    const { size, init } = vector;
    const of = size === HIDDEN || size === '1' ? '' : `: ${size}`;
    this.#out.push(`${size === '1' ? 'scalar' : 'vector'} ${name}${of}${init === null ? '' : ` = ${number(init)}`}`);
  }

  /** Parameters keep their order; those of a normalization come with it. */
  #declareBefore(name: string): void {
    const { vectors, norms } = this.#cell;
    const own = new Set(norms.flatMap((n) => n.outputs.flatMap((_, k) => ownNames(n, k))));
    const at = vectors.findIndex((v) => v.name === name);
    const before = vectors.slice(0, Math.max(0, at)).filter((v) => !own.has(v.name) && !this.#declared.has(v.name));
    for (const v of before) this.#declare(v.name);
  }

  /** Names that linears within some values get from their line; null where one needs its own. */
  #namesIn(roots: readonly Expr[], target: string, members = false): Map<LinearNode, string | null> {
    const base = target.replace(/^_+/, '').replace("'", '');
    const found: LinearNode[] = [];
    const seen = new Set<Expr>();
    const visit = (e: Expr, isRoot: boolean): void => {
      if (seen.has(e) || (!isRoot && this.#lines.has(e))) return;
      seen.add(e);
      const linear = this.#linears.get(e);
      if (linear !== undefined) found.push(linear);
      this.#parts(e).forEach((part) => {
        visit(part, false);
      });
    };
    roots.forEach((root) => {
      visit(root, !members || !this.#lines.has(root));
    });
    const joined = (l: LinearNode): string => base + l.operands.map((o) => this.#plainName(o) ?? '?').join('');
    const byOperands = found.filter((l) => joined(l) === l.name);
    if (byOperands.length > 1) return new Map(found.map((l) => [l, byOperands.includes(l) ? l.name : null]));
    const whole = found.find((l) => l.name === base);
    return new Map(found.map((l) => [l, l === whole ? l.name : null]));
  }

  /** A value's name where it is no more than that. */
  #plainName(e: Expr): string | null {
    const line = this.#lines.get(e);
    if (line !== undefined) return line.target.replace(/^_+/, '').replace("'", '');
    if (e === INPUT) return 'x';
    if (e.kind !== 'input' || this.#linears.has(e)) return null;
    return e.name.slice(2);
  }

  #equation(target: string, text: string): void {
    this.#out.push(`${target} = ${text}`);
  }

  /** A value where it is used: by its name where it has a line. */
  #use(e: Expr, binds: number): string {
    const line = this.#lines.get(e);
    if (line?.state === 'done') return line.target;
    return this.#write(e, binds);
  }

  #write(e: Expr, binds: number): string {
    const norm = this.#norms.get(e);
    if (norm !== undefined && norm.outputs.length === 1) {
      const base = this.#normBase;
      return this.#call('layerNorm', [this.#use(norm.members[0], SUM)], this.#normOptions(norm, base));
    }
    const linear = this.#linears.get(e);
    if (linear !== undefined) return this.#linear(linear);
    const mean = meanOf(e);
    if (mean !== null) return `mean(${this.#use(mean, SUM)})`;
    switch (e.kind) {
      case 'input':
        return e === INPUT ? 'x' : e.name.slice(2);
      case 'constant': {
        const text = number(e.value);
        return text.startsWith('-') && binds > SUM ? `(${text})` : text;
      }
      case 'op': {
        const operator = Object.hasOwn(OPERATORS, e.op) ? OPERATORS[e.op] : undefined;
        if (operator !== undefined) {
          const [a, b] = e.args;
          const text = `${this.#use(a, operator.binds)} ${operator.sign} ${this.#use(b, operator.binds + 1)}`;
          return operator.binds < binds ? `(${text})` : text;
        }
        if (e.op === 'neg') {
          const text = `-${this.#use(e.args[0], ATOM)}`;
          return binds > SIGN ? `(${text})` : text;
        }
        return `${e.op}(${e.args.map((arg) => this.#use(arg, SUM)).join(', ')})`;
      }
      // What the language has no word for is seen when the text is read again.
      case 'rowSum':
      case 'uniform':
      case 'random':
        return '?';
      default:
        return e satisfies never;
    }
  }

  /** Its norms are named by the line that is written now. */
  get #normBase(): string {
    const open = [...this.#lines.values()].filter((line) => line.state === 'open').at(-1);
    return `norm_${(open?.target ?? '').replace(/^_+/, '').replace("'", '')}`;
  }

  #normOptions(norm: NormNode, usual: string): string[] {
    const epsilon = epsilonOf(norm.outputs[0]);
    return [
      ...(norm.name === usual ? [] : [`name: ${norm.name}`]),
      ...(epsilon === null || epsilon === 1e-5 ? [] : [`epsilon: ${number(epsilon)}`]),
    ];
  }

  #linear(linear: LinearNode): string {
    const operands = linear.operands.map((o, k) => {
      const text = this.#use(o, SUM);
      return linear.perHead[k] ? `perHead(${text})` : text;
    });
    const { initialBias } = this.#cell;
    const bias = linear.bias
      ? Object.hasOwn(initialBias, linear.name)
        ? number(initialBias[linear.name])
        : null
      : 'no';
    return this.#call('linear', operands, [
      ...(bias === null ? [] : [`bias: ${bias}`]),
      ...(linear.size === HIDDEN ? [] : [`size: ${linear.size}`]),
      ...(this.#names.get(linear) === linear.name ? [] : [`name: ${linear.name}`]),
    ]);
  }

  #call(name: string, args: readonly string[], options: readonly string[], before = 0): string {
    const all = [...args, ...options];
    const text = `${name}(${all.join(', ')})`;
    if (args.length < 2 || before + text.length <= LONG) return text;
    return `${name}(\n  ${all.join(',\n  ')}\n)`;
  }
}

/** The parameters of the k-th value of a normalization. */
function ownNames({ name, outputs }: NormNode, k: number): string[] {
  const suffix = outputs.length > 1 ? String(k) : '';
  return [`${name}_gain${suffix}`, `${name}_shift${suffix}`];
}

/** The value whose mean e is. */
function meanOf(e: Expr): Expr | null {
  if (e.kind !== 'op' || e.op !== 'mul') return null;
  const [sum, factor] = e.args;
  return sum.kind === 'rowSum' && factor.kind === 'uniform' && factor.name.startsWith('1/') ? sum.args[0] : null;
}

/** What layerNorm adds to a variance: of ((v − mean) · (1 / sqrt(variance + epsilon))) · gain + shift. */
function epsilonOf(output: Expr): number | null {
  let e: Expr | undefined = output;
  for (const [op, arg] of [
    ['add', 0],
    ['mul', 0],
    ['mul', 1],
    ['div', 1],
    ['sqrt', 0],
    ['add', 1],
  ] as const) {
    if (e?.kind !== 'op' || e.op !== op) return null;
    e = e.args[arg];
  }
  return e?.kind === 'constant' ? e.value : null;
}

function number(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
