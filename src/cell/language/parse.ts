// From tokens to lines: declarations and equations, each value with its place. What names mean is decided in read.ts.
import { didYouMean } from '../../nearest.js';
import { MAX_DEPTH } from '../define/graph.js';
import { type Source, spanning, type TextPlace } from './source.js';
import { type Token, tokensOf } from './tokens.js';

/** A value: a number, a name (`next`: with a prime), arithmetic, or a call with options. `depth`: operations above each other. */
export type Node = { readonly place: TextPlace; readonly depth: number } & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string; readonly next: boolean }
  | { readonly kind: 'operation'; readonly op: 'add' | 'sub' | 'mul' | 'div' | 'neg'; readonly args: readonly Node[] }
  | CallNode
);

export interface CallNode {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Node[];
  readonly options: readonly OptionNode[];
  readonly place: TextPlace;
  readonly depth: number;
}

/** `bias: no`, `size: projection`. */
export interface OptionNode {
  readonly key: string;
  readonly value: string | number;
  readonly place: TextPlace;
}

/** A name that is declared: `m = -10000`, `h: projection`. */
export interface Declared {
  readonly name: string;
  readonly size: { readonly name: string; readonly place: TextPlace } | null;
  readonly value: number | null;
  readonly place: TextPlace;
}

export interface Target {
  readonly name: string;
  readonly next: boolean;
  readonly place: TextPlace;
}

export type Line =
  | {
      readonly kind: 'declaration';
      readonly what: 'state' | 'output' | 'size' | 'vector' | 'scalar';
      readonly names: readonly Declared[];
    }
  | { readonly kind: 'equation'; readonly targets: readonly Target[]; readonly value: Node };

export interface ParsedCell {
  readonly name: string;
  readonly place: TextPlace;
  readonly lines: readonly Line[];
}

const DECLARATIONS = ['state', 'output', 'size', 'vector', 'scalar'] as const;

/** Parentheses within each other. */
const MAX_NESTING = 100;

/** Errors: CELL with its place. */
export function parseLines(text: string, source: Source): ParsedCell {
  return new Parser(tokensOf(text, source), source).cell();
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #source: Source;
  #at = 0;
  #nesting = 0;

  constructor(tokens: readonly Token[], source: Source) {
    this.#tokens = tokens;
    this.#source = source;
  }

  cell(): ParsedCell {
    this.#skipLines();
    const first = this.#take();
    if (first.kind !== 'name' || first.text !== 'cell') {
      this.#expected('cell and its name in the first line', first, 'begin with a line such as: cell GRU');
    }
    // A name may have dashes, which are signs elsewhere.
    const start = this.#peek();
    if (start.kind !== 'name') this.#expected('a name after cell', start, 'as in: cell GRU');
    let name = '';
    let end = start.place;
    while (this.#peek().kind !== 'line' && this.#peek().kind !== 'end') {
      const token = this.#take();
      const joins = token.kind !== 'sign' || token.text === '-';
      if (!joins || token.place.column !== start.place.column + name.length)
        this.#expected('a name of letters, digits, - and _', token, 'as in: cell my-GRU');
      name += token.text;
      end = token.place;
    }
    this.#skipLines();
    const lines: Line[] = [];
    while (this.#peek().kind !== 'end') {
      lines.push(this.#line());
      const after = this.#peek();
      if (after.kind !== 'line' && after.kind !== 'end')
        this.#expected('an operator or the end of the line', after, hintAfter(after));
      this.#skipLines();
    }
    return { name, place: spanning(start.place, end), lines };
  }

  #line(): Line {
    const [first, second] = [this.#peek(), this.#peek(1)];
    if (first.kind !== 'name') {
      this.#expected('a name at the start of a line', first, 'as in: r = sigmoid(linear(x, h))');
    }
    const declares = second.kind === 'name';
    if (!declares) return this.#equation();
    const what = DECLARATIONS.find((word) => word === first.text);
    if (what === undefined) {
      const help = `${didYouMean(first.text, [...DECLARATIONS, 'cell'])}A line is an equation, as in r = sigmoid(linear(x, h)), or begins with ${DECLARATIONS.join(', ')}`;
      return this.#expected(`= after ${first.text}`, second, help);
    }
    this.#take();
    return { kind: 'declaration', what, names: this.#declared() };
  }

  #declared(): Declared[] {
    const names: Declared[] = [];
    do {
      const token = this.#take();
      if (token.kind !== 'name') this.#expected('a name', token, 'as in: state h, c');
      const size = this.#skip(':') ? this.#take() : null;
      if (size !== null && size.kind !== 'name') this.#expected('a size', size, 'as in: state h: projection');
      const value = this.#skip('=') ? this.#number('a number to start with', 'as in: vector p = 0.5') : null;
      const { text: name, place } = token;
      names.push({ name, size: size === null ? null : { name: size.text, place: size.place }, value, place });
    } while (this.#skip(','));
    return names;
  }

  #equation(): Line {
    const targets: Target[] = [];
    do {
      const token = this.#take();
      if (token.kind !== 'name') this.#expected('a name', token, 'as in: a, b = layerNorm(linear(x), linear(h))');
      const next = this.#skip("'");
      const place = next ? { ...token.place, length: token.place.length + 1 } : token.place;
      targets.push({ name: token.text, next, place });
    } while (this.#skip(','));
    const [target] = targets;
    const sign = this.#take();
    if (sign.text !== '=')
      this.#expected(`= after ${target.name}${target.next ? "'" : ''}`, sign, 'as in: r = sigmoid(linear(x, h))');
    return { kind: 'equation', targets, value: this.#sum() };
  }

  #sum(): Node {
    let left = this.#product();
    for (;;) {
      const op = this.#skip('+') ? 'add' : this.#skip('-') ? 'sub' : null;
      if (op === null) return left;
      left = this.#operation(op, [left, this.#product()]);
    }
  }

  #product(): Node {
    let left = this.#signed();
    for (;;) {
      const op = this.#skip('*') ? 'mul' : this.#skip('/') ? 'div' : null;
      if (op === null) return left;
      left = this.#operation(op, [left, this.#signed()]);
    }
  }

  #signed(): Node {
    const sign = this.#peek();
    if (sign.kind === 'sign' && sign.text === '+') this.#expected('a value', sign, 'leave the second + out');
    if (sign.kind !== 'sign' || sign.text !== '-') return this.#value();
    this.#take();
    this.#enter(sign);
    const arg = this.#signed();
    this.#nesting--;
    const place = spanning(sign.place, arg.place);
    if (arg.kind === 'number') return { ...arg, value: -arg.value, place };
    return this.#operation('neg', [arg], place);
  }

  #value(): Node {
    const token = this.#take();
    const { place } = token;
    if (token.kind === 'number') {
      const value = Number(token.text);
      if (!Number.isFinite(value)) this.#expected('a finite number', token, 'write a smaller one');
      return { kind: 'number', value, place, depth: 1 };
    }
    if (token.kind === 'sign' && token.text === '(') {
      this.#enter(token);
      const inner = this.#sum();
      const end = this.#close(token);
      this.#nesting--;
      return { ...inner, place: spanning(place, end) };
    }
    if (token.kind !== 'name') return this.#expected('a value', token, hintValue(token));
    const open = this.#peek();
    if (open.kind === 'sign' && open.text === '(') return this.#call(token, this.#take());
    const next = this.#skip("'");
    const { text: name } = token;
    return { kind: 'name', name, next, place: next ? { ...place, length: place.length + 1 } : place, depth: 1 };
  }

  #call(name: Token, open: Token): Node {
    this.#enter(open);
    const args: Node[] = [];
    const options: OptionNode[] = [];
    const last = this.#peek();
    if (!(last.kind === 'sign' && last.text === ')')) {
      do {
        const key = this.#peek();
        if (key.kind === 'name' && this.#peek(1).text === ':') options.push(this.#option());
        else if (options.length > 0)
          this.#expected('options after the values', key, 'as in: linear(x, h, bias: no, size: projection)');
        else args.push(this.#sum());
      } while (this.#skip(','));
    }
    const end = this.#close(open);
    this.#nesting--;
    const depth = 1 + Math.max(0, ...args.map((a) => a.depth));
    return { kind: 'call', name: name.text, args, options, place: spanning(name.place, end), depth };
  }

  #option(): OptionNode {
    const key = this.#take();
    this.#take();
    const token = this.#peek();
    const value = token.kind === 'name' ? this.#take().text : this.#number('a value for the option', 'as in: bias: no');
    return { key: key.text, value, place: spanning(key.place, token.place) };
  }

  #number(what: string, help: string): number {
    const negative = this.#skip('-');
    const token = this.#take();
    const value = Number(token.text);
    if (token.kind !== 'number' || !Number.isFinite(value)) this.#expected(what, token, help);
    return negative ? -value : value;
  }

  #operation(op: 'add' | 'sub' | 'mul' | 'div' | 'neg', args: readonly Node[], at?: TextPlace): Node {
    const depth = 1 + Math.max(...args.map((a) => a.depth));
    const place = at ?? spanning(args[0].place, args[args.length - 1].place);
    if (depth > MAX_DEPTH) {
      this.#source.fail(
        `expected at most ${MAX_DEPTH} operations above each other, received more`,
        'split the line',
        place,
      );
    }
    return { kind: 'operation', op, args, place, depth };
  }

  #enter(token: Token): void {
    if (++this.#nesting > MAX_NESTING) {
      const message = `expected at most ${MAX_NESTING} parentheses within each other, received more`;
      this.#source.fail(message, 'give a part a name in a line of its own', token.place);
    }
  }

  #close(open: Token): TextPlace {
    const token = this.#take();
    if (token.kind === 'sign' && token.text === ')') return token.place;
    const opened = `the parenthesis of ${this.#source.at(open.place)} is open`;
    return this.#expected(', or )', token, `close it: ${opened}`);
  }

  #peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)];
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  #skip(sign: string): boolean {
    const token = this.#peek();
    const found = token.kind === 'sign' && token.text === sign;
    if (found) this.#at++;
    return found;
  }

  #skipLines(): void {
    while (this.#peek().kind === 'line') this.#at++;
  }

  #expected(what: string, received: Token, help: string): never {
    const came =
      received.kind === 'line'
        ? 'the end of the line'
        : received.kind === 'end'
          ? 'the end of the text'
          : `"${received.text}"`;
    return this.#source.fail(`expected ${what}, received ${came}`, help, received.place);
  }
}

function hintAfter({ kind, text }: Token): string {
  if (text === ')') return 'it closes nothing: remove it';
  if (text === '=') return 'an equation has one =';
  return kind === 'sign' ? 'write one equation a line' : 'write * between factors: r * h';
}

function hintValue({ kind, text }: Token): string {
  if (text === ')') return 'write a value before it';
  return kind === 'sign'
    ? `write a value before ${text}`
    : 'write a value: a name, a number, or a call such as linear(x, h)';
}
