// From the text of a cell to the cell: its lines are run as the step of a definition is, so that everything that holds for cells
// written in JavaScript is checked here too. Nothing of the text is ever code.
import { didYouMean } from '../../nearest.js';
import { expectText, optionsOf } from '../../expect.js';
import { ARITY, type Expr, type OpName } from '../../program/expr.js';
import { UnrolledError } from '../../errors.js';
import { Cell } from '../cell.js';
import { checkedGraph } from '../define/definition.js';
import { deriveCell } from '../plan/derive.js';
import { type CellGraph, isName, KNOWN_SIZES } from '../define/graph.js';
import { HIDDEN, type WidthName } from '../define/width.js';
import { CellValue, type PerHead, RESERVED, type StepArguments, UNARY } from '../define/trace.js';
import {
  type CallNode,
  type Declared,
  type Line,
  type Node,
  type OptionNode,
  type ParsedCell,
  parseLines,
} from './parse.js';
import { CellTextError, Source, type TextPlace } from './source.js';

/** How `parseCell` names what it reads. */
export interface ParseCellOptions {
  /** A name for messages: places read `gru.cell:3:7`. */
  file?: string;
}

/** Functions of the elementwise language that take values alone. */
const FUNCTIONS = [...UNARY, 'reciprocal', 'max', 'min', 'less', 'equal', 'select', 'fma'] as const satisfies OpName[];
const CALLS = ['linear', 'perHead', 'layerNorm', 'mean', ...FUNCTIONS];

/** What is known before the equations run. */
interface Header {
  states: Record<string, WidthName>;
  sizes: string[];
  output: string | undefined;
  initialState: Record<string, number>;
}

/**
 * A cell from its equations as one writes them down:
 *
 *     cell GRU
 *     state h
 *     r = sigmoid(linear(x, h))
 *     z = sigmoid(linear(x, h))
 *     n = tanh(linear(x) + r * linear(h))
 *     h' = (1 - z) * n + z * h
 *
 * docs/cells.md has the whole language. The text is data: it is never run as code, and what is too long or too deep is refused at
 * once, so that it may come from a stranger.
 * Errors: CELL (`CellTextError`, which has the place) for what cannot be read, and for all that `defineCell` refuses.
 */
export function parseCell(text: string, options: ParseCellOptions = {}): Cell {
  const { file } = optionsOf(options, { file: true }, 'parseCell');
  expectText(text, 'the text of a cell', "begin with a line such as 'cell GRU'");
  const source = new Source(file);
  return new Reader(parseLines(text, source), source).cell();
}

/** One call of a linear or a norm takes its name from its line. */
interface Naming {
  readonly base: string;
  /** Calls in the line without a name of their own, by function. */
  readonly linears: number;
}

class Reader {
  readonly #parsed: ParsedCell;
  readonly #source: Source;
  readonly #header: Header;
  readonly #bias = new Map<string, number>();
  readonly #places = new Map<string, TextPlace>();
  #at: TextPlace;

  constructor(parsed: ParsedCell, source: Source) {
    this.#parsed = parsed;
    this.#source = source;
    this.#at = parsed.place;
    this.#header = this.#readHeader();
  }

  cell(): Cell {
    const { states, sizes, output, initialState } = this.#header;
    const definition = {
      name: this.#parsed.name,
      state: states,
      sizes,
      initialState,
      ...(output === undefined ? {} : { output }),
      step: (values: StepArguments<string>) => this.#step(values),
    };
    const site = (): string => {
      const text = this.#source.at(this.#at);
      this.#places.set(text, this.#at);
      return text;
    };
    let graph: CellGraph;
    try {
      graph = checkedGraph(definition, site);
    } catch (error) {
      if (!(error instanceof UnrolledError) || error instanceof CellTextError) throw error;
      const found = [...this.#places].find(([at]) => error.message.endsWith(`(${at})`));
      throw new CellTextError(error.message, error.help, found?.[1] ?? this.#parsed.place, { cause: error });
    }
    // A name that says no more than what its linear is called anyway is not kept.
    const { traceable } = deriveCell({ ...graph, named: new Map() });
    const named = new Map([...graph.named].filter(([name, e]) => traceable.get(name) !== e));
    return new Cell({ ...graph, named, initialBias: Object.fromEntries(this.#bias) });
  }

  #readHeader(): Header {
    const header: Header = { states: {}, sizes: [], output: undefined, initialState: {} };
    const declared = (what: string) =>
      this.#parsed.lines.flatMap((line) => (line.kind === 'declaration' && line.what === what ? line.names : []));
    for (const { name, place, value, size } of declared('size')) {
      if (!isName(name) || KNOWN_SIZES.includes(name) || header.sizes.includes(name))
        this.#source.fail(`expected a free name for a size, received "${name}"`, 'choose another', place);
      this.#nothingMore('size', place, value, size);
      header.sizes.push(name);
    }
    for (const { name, place, value, size } of declared('state')) {
      this.#freeName(name, place, 'a state');
      if ((RESERVED as readonly string[]).includes(name))
        this.#source.fail(`expected a free name for a state, received "${name}"`, 'choose another', place);
      if (Object.hasOwn(header.states, name))
        this.#source.fail(`expected different states, received "${name}" twice`, 'rename one', place);
      header.states[name] = size === null ? HIDDEN : this.#size(size.name, header.sizes, size.place);
      if (value !== null) header.initialState[name] = value;
    }
    const states = Object.keys(header.states);
    if (states.length === 0) {
      const help = 'name what passes from step to step in a line such as: state h';
      this.#source.fail('expected a line with the states, received none', help, this.#parsed.place);
    }
    for (const { name, place, value, size } of declared('output')) {
      this.#nothingMore('output', place, value, size);
      if (!states.includes(name)) {
        const help = `${didYouMean(name, states)}Choose one of ${states.join(', ')}`;
        this.#source.fail(`expected a state as output, received "${name}"`, help, place);
      }
      if (header.output !== undefined)
        this.#source.fail(`expected one output, received "${name}" besides`, 'keep one', place);
      header.output = name;
    }
    const vectors = new Set<string>();
    for (const { name, place } of [...declared('vector'), ...declared('scalar')]) {
      this.#freeName(name, place, 'a parameter');
      if (states.includes(name) || vectors.has(name))
        this.#source.fail(`expected a free name for a parameter, received "${name}" twice`, 'rename one', place);
      vectors.add(name);
    }
    const found = new Set<string>();
    for (const line of this.#parsed.lines) {
      if (line.kind !== 'equation') continue;
      for (const { name, next, place } of line.targets) {
        const shown = next ? `${name}'` : name;
        if (found.has(shown))
          this.#source.fail(`expected each value once, received "${shown}" twice`, 'choose another name', place);
        found.add(shown);
        if (next && !states.includes(name)) {
          const help = `${didYouMean(name, states)}The states are ${states.join(', ')}; a value that is none has no '`;
          this.#source.fail(`expected a state before ', received "${name}"`, help, place);
        }
        if (!next && states.includes(name)) {
          this.#source.fail(
            `expected a free name, received the state "${name}"`,
            `write ${name}' for its new value`,
            place,
          );
        }
        if (!next) this.#freeName(name.replace(/^_+(?=.)/, ''), place, 'a value');
        if (!next && vectors.has(name))
          this.#source.fail(`expected a free name, received the parameter "${name}"`, 'choose another', place);
      }
    }
    for (const { name, place } of declared('state')) {
      if (!found.has(`${name}'`)) {
        const help = `write a line ${name}' = …: the value after the step`;
        this.#source.fail(`expected a new value for state "${name}", received none`, help, place);
      }
    }
    return header;
  }

  #freeName(name: string, place: TextPlace, what: string): void {
    if (!isName(name) || name === 'x')
      this.#source.fail(`expected a free name for ${what}, received "${name}"`, 'choose another', place);
  }

  #nothingMore(what: string, place: TextPlace, value: number | null, size: Declared['size']): void {
    if (value === null && size === null) return;
    const given = value === null ? `a size` : 'a number';
    this.#source.fail(
      `expected a name alone in a line of ${what}, received ${given} besides`,
      'remove it',
      size?.place ?? place,
    );
  }

  #size(name: string, sizes: readonly string[], place: TextPlace): WidthName {
    const known = [HIDDEN, ...sizes];
    if (known.includes(name)) return name;
    const help = `${didYouMean(name, known)}Name it first, in a line: size ${name}`;
    return this.#source.fail(`expected a size of ${known.join(', ')}, received "${name}"`, help, place);
  }

  #step(values: StepArguments<string>): Record<string, CellValue> {
    this.#bias.clear();
    const next: Record<string, CellValue> = {};
    const local = new Map<string, CellValue>();
    for (const line of this.#parsed.lines) new LineReader(values, this, next, local).read(line);
    this.#at = this.#parsed.place;
    return next;
  }

  // What lines use.

  at(place: TextPlace): void {
    this.#at = place;
  }

  fail(message: string, help: string, place: TextPlace): never {
    return this.#source.fail(`cell ${this.#parsed.name}: ${message}`, help, place);
  }

  site(place: TextPlace): string {
    const text = this.#source.at(place);
    this.#places.set(text, place);
    return text;
  }

  sizeOf(name: string, place: TextPlace): WidthName {
    return this.#size(name, this.#header.sizes, place);
  }

  get states(): readonly string[] {
    return Object.keys(this.#header.states);
  }

  get vectors(): readonly string[] {
    return this.#parsed.lines.flatMap((line) =>
      line.kind === 'declaration' && (line.what === 'vector' || line.what === 'scalar')
        ? line.names.map((n) => n.name)
        : [],
    );
  }

  setBias(linear: string, value: number): void {
    this.#bias.set(linear, value);
  }
}

/** Runs one line. */
class LineReader {
  readonly #values: StepArguments<string>;
  readonly #reader: Reader;
  readonly #next: Record<string, CellValue>;
  /** Values of earlier lines, and parameters. */
  readonly #local: Map<string, CellValue>;
  #naming: Naming = { base: '', linears: 0 };

  constructor(
    values: StepArguments<string>,
    reader: Reader,
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

/** Whether two graphs are the same cell: equal expressions are the same object. */
export function sameCell(a: CellGraph, b: CellGraph): boolean {
  const plain = (cell: CellGraph): string =>
    JSON.stringify([
      ...[cell.name, cell.states, cell.states.map((s) => cell.stateSizes[s]), cell.output, cell.sizes, cell.vectors],
      ...[sorted(cell.initialState), sorted(cell.initialBias)],
      cell.linears.map(({ name, operands, perHead, size, bias }) => [name, ids(operands), perHead, size, bias]),
      cell.norms.map(({ name, members, outputs }) => [name, ids(members), ids(outputs)]),
      [...cell.next].map(([s, e]) => [s, e.id]).sort(),
      [...cell.named].map(([name, e]) => [name, e.id]).sort(),
    ]);
  return plain(a) === plain(b);
}

const ids = (list: readonly Expr[]): number[] => list.map((e) => e.id);

const sorted = (values: Readonly<Record<string, number>>): [string, number][] =>
  Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
