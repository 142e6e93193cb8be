// One line of a cell's text, run as the step of a definition: equations, vectors, calls of functions, linears and norms.
import { didYouMean } from '../../nearest.js';
import { ARITY, type OpName } from '../../program/expr.js';
import { CellValue, type PerHead, type StepArguments, UNARY } from '../define/trace.js';
import { isName } from '../define/graph.js';
import type { WidthName } from '../define/width.js';
import type { CallNode, Declared, Line, Node, OptionNode } from './parse.js';
import type { TextPlace } from './source.js';

/** Functions of the elementwise language that take values alone. */
const FUNCTIONS = [...UNARY, 'reciprocal', 'max', 'min', 'less', 'equal', 'select', 'fma'] as const satisfies OpName[];
const CALLS = ['linear', 'perHead', 'layerNorm', 'mean', ...FUNCTIONS];

/** One call of a linear or a norm takes its name from its line. */
interface Naming {
  readonly base: string;
  /** Calls in the line without a name of their own, by function. */
  readonly linears: number;
}

/** The cell that lines belong to: where they stand, and what its header says. */
export interface CellText {
  readonly states: readonly string[];
  readonly vectors: readonly string[];
  /** What is read next stands there. */
  at(place: TextPlace): void;
  /** A place for messages. */
  site(place: TextPlace): string;
  sizeOf(name: string, place: TextPlace): WidthName;
  setBias(linear: string, value: number): void;
  /** Errors: CELL, always. */
  fail(message: string, help: string, place: TextPlace): never;
}

/** Runs one line. */
export class LineReader {
  readonly #values: StepArguments<string>;
  readonly #reader: CellText;
  readonly #next: Record<string, CellValue>;
  /** Values of earlier lines, and parameters. */
  readonly #local: Map<string, CellValue>;
  #naming: Naming = { base: '', linears: 0 };

  constructor(
    values: StepArguments<string>,
    reader: CellText,
    next: Record<string, CellValue>,
    local: Map<string, CellValue>,
  ) {
    this.#values = values;
    this.#reader = reader;
    this.#next = next;
    this.#local = local;
  }

  read(line: Line): void {
    if (line.kind === 'declaration') {
      if (line.what === 'vector' || line.what === 'scalar') for (const d of line.names) this.#declare(line.what, d);
      return;
    }
    const [first] = line.targets;
    const results = line.targets.length === 1 ? [this.#named(line.value, first.name)] : this.#several(line);
    line.targets.forEach(({ name, next, place }, k) => {
      const value = results[k];
      this.#reader.at(place);
      if (next) {
        value.tracer.sites.set(`state ${name}`, this.#reader.site(place));
        this.#next[name] = value;
      } else {
        if (!name.startsWith('_')) value.named(name);
        this.#local.set(name, value);
      }
    });
  }

  #declare(what: 'vector' | 'scalar', { name, size, value, place }: Declared): void {
    this.#reader.at(place);
    const init = value === null ? {} : { init: value };
    if (what === 'scalar') {
      if (size !== null)
        this.#reader.fail(
          'expected a number for all units, received a size',
          'write vector for one a unit',
          size.place,
        );
      this.#local.set(name, this.#values.scalar(name, init));
      return;
    }
    const own = size === null ? {} : { size: this.#reader.sizeOf(size.name, size.place) };
    this.#local.set(name, this.#values.vector(name, { ...init, ...own }));
  }

  /** A value whose linears take the name of the line. */
  #named(node: Node, target: string): CellValue {
    this.#naming = { base: target.replace(/^_+/, ''), linears: unnamedLinears(node) };
    return this.#value(node);
  }

  /** `a, b = layerNorm(…, …)`: the only function with several results. */
  #several(line: Line & { kind: 'equation' }): readonly CellValue[] {
    const { value: call, targets } = line;
    if (call.kind !== 'call' || call.name !== 'layerNorm') {
      return this.#reader.fail('expected layerNorm for several values', 'write one line for each value', call.place);
    }
    if (call.args.length !== targets.length) {
      const message = `expected as many values as names (${targets.length}), received ${call.args.length}`;
      return this.#reader.fail(message, 'each value that is normalized gets a name', call.place);
    }
    const values = call.args.map((arg, k) => this.#named(arg, targets[k].name));
    return this.#norm(call, values, 'norm') as CellValue[];
  }

  #value(node: Node): CellValue {
    if (node.kind === 'number') return this.#operation(node, 'add', [0, node.value]);
    const value = this.#any(node);
    if (value instanceof CellValue) return value;
    return this.#operation(node, 'add', [0, value]);
  }

  /** A value, or a number as it is. */
  #any(node: Node): CellValue | number {
    switch (node.kind) {
      case 'number':
        return node.value;
      case 'name':
        return this.#name(node.name, node.next, node.place);
      case 'operation': {
        const args = node.args.map((arg) => this.#any(arg));
        return this.#operation(node, node.op, args);
      }
      case 'call':
        return this.#call(node);
      default:
        return node satisfies never;
    }
  }

  #operation(node: Node, op: OpName, args: (CellValue | number)[]): CellValue {
    this.#reader.at(node.place);
    const value = this.#values.x.tracer.op(op, ...args);
    const { expr } = value;
    if (expr.kind === 'constant' && !Number.isFinite(expr.value))
      this.#reader.fail(`expected a finite number, received ${expr.value}`, 'check the constants', node.place);
    return value;
  }

  #name(name: string, next: boolean, place: TextPlace): CellValue {
    const { states } = this.#reader;
    if (next) {
      const found = Object.hasOwn(this.#next, name) ? this.#next[name] : undefined;
      if (found !== undefined) return found;
      const help = states.includes(name)
        ? `its line comes later: move it up, or use ${name}, the value before the step`
        : `${didYouMean(name, states)}Only states have a ': ${states.join(', ')}`;
      return this.#reader.fail(`expected a value, received "${name}'"`, help, place);
    }
    if (name === 'x') return this.#values.x;
    if (states.includes(name)) return this.#values[name];
    const found = this.#local.get(name);
    if (found !== undefined) return found;
    const known = ['x', ...states, ...this.#local.keys(), ...this.#reader.vectors];
    const help = `${didYouMean(name, known)}A name stands in a line above, or is x, a state or a parameter: ${[...new Set(known)].slice(0, 30).join(', ')}`;
    return this.#reader.fail(`expected a value, received the unknown name "${name}"`, help, place);
  }

  #call(node: CallNode): CellValue {
    const { name, args, options, place } = node;
    if (name === 'linear') return this.#linear(node);
    if (name === 'layerNorm') {
      if (args.length !== 1) {
        const help = 'several values side by side have names: a, b = layerNorm(linear(x), linear(h))';
        return this.#reader.fail(`expected one value for layerNorm, received ${args.length}`, help, place);
      }
      return this.#norm(node, this.#value(args[0]), `norm_${this.#naming.base}`) as CellValue;
    }
    if (options.length > 0)
      this.#reader.fail(`expected no options for ${name}, received ${options[0].key}`, 'remove it', options[0].place);
    if (name === 'perHead')
      return this.#reader.fail('expected perHead within a linear', 'as in: linear(x, perHead(h))', place);
    if (name === 'mean') {
      this.#expectArguments(node, 1);
      const value = this.#value(args[0]);
      this.#reader.at(place);
      return this.#values.mean(value);
    }
    const op = FUNCTIONS.find((known) => known === name);
    if (op === undefined) {
      const help = `${didYouMean(name, CALLS)}The functions are ${CALLS.join(', ')}`;
      return this.#reader.fail(`expected a function, received the unknown name "${name}"`, help, place);
    }
    this.#expectArguments(node, ARITY[op]);
    return this.#operation(
      node,
      op,
      args.map((arg) => this.#any(arg)),
    );
  }

  #expectArguments({ name, args, place }: CallNode, count: number): void {
    if (args.length === count) return;
    const help = count === 1 ? `as in: ${name}(h)` : `give ${count}, with commas between`;
    this.#reader.fail(
      `expected ${count} ${count === 1 ? 'value' : 'values'} for ${name}, received ${args.length}`,
      help,
      place,
    );
  }

  #linear(node: CallNode): CellValue {
    const options = this.#options(node, ['bias', 'size', 'name']);
    const operands = node.args.map((arg): CellValue | PerHead => {
      if (arg.kind !== 'call' || arg.name !== 'perHead') return this.#value(arg);
      this.#expectArguments(arg, 1);
      return this.#values.perHead(this.#value(arg.args[0]));
    });
    const name = this.#nameOf(options.get('name')) ?? this.#linearName(node);
    const bias = options.get('bias');
    const hasBias = bias?.value !== 'no';
    if (typeof bias?.value === 'number') this.#reader.setBias(name, bias.value);
    else if (bias !== undefined && bias.value !== 'no' && bias.value !== 'yes')
      this.#reader.fail(
        `expected no or a number for bias, received ${bias.value}`,
        'as in: bias: 1, or bias: no',
        bias.place,
      );
    const size = options.get('size');
    const own = size === undefined ? {} : { size: this.#reader.sizeOf(String(size.value), size.place) };
    this.#reader.at(node.place);
    return this.#values.linear(name, ...operands, { ...own, ...(hasBias ? {} : { bias: false }) });
  }

  /** The name of the line; of several linears in a line, with those of their operands: nx, nh. */
  #linearName({ args, place }: CallNode): string {
    const { base, linears } = this.#naming;
    if (linears === 1) return base;
    const parts = args.map((arg) => {
      const inner = arg.kind === 'call' && arg.name === 'perHead' && arg.args.length === 1 ? arg.args[0] : arg;
      if (inner.kind === 'name') return inner.name.replace(/^_+/, '');
      const help = `its line has ${linears} of them: write linear(…, name: ${base}2)`;
      return this.#reader.fail('expected a name for this linear', help, place);
    });
    return base + parts.join('');
  }

  #norm(call: CallNode, values: CellValue | readonly CellValue[], usual: string): CellValue | CellValue[] {
    const options = this.#options(call, ['name', 'epsilon']);
    const name = this.#nameOf(options.get('name')) ?? usual;
    const epsilon = options.get('epsilon');
    if (epsilon !== undefined && !(typeof epsilon.value === 'number' && epsilon.value > 0))
      this.#reader.fail('expected a number above 0 for epsilon', 'as in: epsilon: 1e-5', epsilon.place);
    this.#reader.at(call.place);
    const given = epsilon === undefined ? {} : { epsilon: Number(epsilon.value) };
    return Array.isArray(values)
      ? this.#values.layerNorm(name, values as readonly CellValue[], given)
      : this.#values.layerNorm(name, values as CellValue, given);
  }

  #options({ name, options }: CallNode, known: readonly string[]): Map<string, OptionNode> {
    const found = new Map<string, OptionNode>();
    for (const option of options) {
      if (!known.includes(option.key)) {
        const help = `${didYouMean(option.key, known)}The options of ${name} are ${known.join(', ')}`;
        this.#reader.fail(`expected an option of ${name}, received "${option.key}"`, help, option.place);
      }
      if (found.has(option.key))
        this.#reader.fail(`expected "${option.key}" once, received it twice`, 'keep one', option.place);
      found.set(option.key, option);
    }
    return found;
  }

  #nameOf(option: OptionNode | undefined): string | undefined {
    if (option === undefined) return undefined;
    if (isName(option.value)) return option.value;
    return this.#reader.fail(
      `expected a name of letters and digits, received "${option.value}"`,
      'choose another',
      option.place,
    );
  }
}

/** Linears in a value that have no name of their own. */
function unnamedLinears(node: Node): number {
  if (node.kind !== 'call' && node.kind !== 'operation') return 0;
  const own = node.kind === 'call' && node.name === 'linear' && !node.options.some((o) => o.key === 'name');
  return node.args.reduce((sum, arg) => sum + unnamedLinears(arg), Number(own));
}
