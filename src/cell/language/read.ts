// From the text of a cell to the cell: its lines are run as the step of a definition is, so that everything that holds for cells
// written in JavaScript is checked here too. Nothing of the text is ever code.
import { didYouMean } from '../../nearest.js';
import { expectText, optionsOf } from '../../expect.js';
import type { Expr } from '../../program/expr.js';
import { UnrolledError } from '../../errors.js';
import { Cell } from '../cell.js';
import { checkedGraph } from '../define/definition.js';
import { deriveCell } from '../plan/derive.js';
import { type CellGraph, isName, KNOWN_SIZES } from '../define/graph.js';
import { HIDDEN, type WidthName } from '../define/width.js';
import type { CellValue } from '../define/trace.js';
import { RESERVED, type StepArguments } from '../define/trace.js';
import { type Declared, type ParsedCell, parseLines } from './parse.js';
import { type CellText, LineReader } from './lineReader.js';
import { CellTextError, Source, type TextPlace } from './source.js';

/** How `parseCell` names what it reads. */
export interface ParseCellOptions {
  /** A name for messages: places read `gru.cell:3:7`. */
  file?: string;
}

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

class Reader implements CellText {
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
