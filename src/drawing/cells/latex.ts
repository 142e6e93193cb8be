// A cell's equations in LaTeX, as a textbook prints them (columns: W·x), one line for each named value.
import type { CellGraph } from '../../cell/define/graph.js';
import { isScalar, showGraph, type Shown, type ShownOptions, shownOptions } from './shown.js';
import { nameValues, type Symbols, type ValueSymbol } from './symbols.js';

// Without xi and nu, which are rather the weight from x to i, or two letters.
const GREEK = new Set(
  'alpha beta gamma delta epsilon zeta eta theta kappa lambda mu rho sigma tau phi chi psi omega'.split(' '),
);

const FUNCTIONS: Readonly<Record<string, string>> = {
  sigmoid: String.raw`\sigma`,
  tanh: String.raw`\tanh`,
  relu: String.raw`\operatorname{ReLU}`,
  silu: String.raw`\operatorname{SiLU}`,
  exp: String.raw`\exp`,
  log: String.raw`\log`,
  max: String.raw`\max`,
  min: String.raw`\min`,
  sign: String.raw`\operatorname{sign}`,
  rowSum: String.raw`\operatorname{sum}`,
  logSigmoid: String.raw`\log\sigma`,
};

/** How tightly a text binds; parentheses go around what binds less than its place asks. */
const SUM = 1;
const PRODUCT = 2;
const MAP = 3;
const ATOM = 4;

interface Text {
  readonly tex: string;
  readonly binds: number;
}

function escapeName(name: string): string {
  return name.replace(/[_%#&$]/g, (c) => `\\${c}`).replace(/[^\w\\%#&$-]/g, '');
}

/** A name as a symbol: one letter or a Greek name; longer names upright. */
function nameTex(name: string, bold: boolean): string {
  if (GREEK.has(name)) return bold ? `\\boldsymbol{\\${name}}` : `\\${name}`;
  if (name.length === 1) return bold ? `\\mathbf{${name}}` : name;
  return `\\mathrm{${escapeName(name)}}`;
}

function subscript(parts: readonly string[]): string {
  return parts.length === 0 ? '' : `_{${parts.join(',')}}`.replace(/^_\{(\w)\}$/, '_$1');
}

/** A value at time `when`: `\tilde{\mathbf{c}}_t`. A name such as h2 has its number below. */
function timed(
  base: string,
  when: string,
  { accent = '', index = 0, scalar = false }: Partial<ValueSymbol> = {},
): string {
  const numbered = /^([A-Za-z])_?(\d+)$/.exec(base);
  const core = nameTex(numbered?.[1] ?? base, !scalar);
  const accented = accent === '' ? core : `\\${accent}{${core}}`;
  return accented + subscript([...(numbered ? [numbered[2]] : []), ...(index > 0 ? [String(index)] : []), when]);
}

class Printer {
  readonly #symbols: Symbols;
  /** One-letter names, which may stand below another letter: p_i for a parameter `pi`. */
  readonly #letters: ReadonlySet<string>;

  constructor(symbols: Symbols, letters: ReadonlySet<string>) {
    this.#symbols = symbols;
    this.#letters = letters;
  }

  /** A node where it is used: its symbol where it has one. */
  use(s: Shown): Text {
    const symbol = this.#symbols.of.get(s);
    return symbol === undefined ? this.define(s) : { tex: timed(symbol.base, 't', symbol), binds: ATOM };
  }

  /** The right-hand side of a node's own line. */
  define(s: Shown): Text {
    switch (s.kind) {
      case 'x':
        return { tex: timed('x', 't'), binds: ATOM };
      case 'state':
        return { tex: timed(s.name, 't-1'), binds: ATOM };
      case 'vector':
      case 'scalar':
        return { tex: this.#parameter(s.name, s.kind === 'vector'), binds: ATOM };
      case 'constant':
        return number(s.name);
      case 'random':
        return { tex: timed(s.name, 't'), binds: ATOM };
      case 'linear':
        return this.#linear(s);
      case 'norm': {
        const own = s.name.replace(/^(ln|layer_?norm|norm)_?/i, '');
        const name = subscript(own === '' ? [] : [upright(own)]);
        return { tex: `\\mathrm{LN}${name}(${this.use(s.args[0]).tex})`, binds: ATOM };
      }
      case 'op':
        return this.#operation(s);
      default:
        return s.kind satisfies never;
    }
  }

  #within(s: Shown, binds: number): string {
    const text = this.use(s);
    return text.binds >= binds ? text.tex : `(${text.tex})`;
  }

  #parameter(name: string, bold: boolean): string {
    const [, head, tail] = /^([A-Za-z])_?(\w+)$/.exec(name) ?? [];
    const below = tail !== undefined && (name.includes('_') || [...tail].every((c) => this.#letters.has(c)));
    if (!below || (GREEK.has(name) && !this.#letters.has(tail))) return nameTex(name, bold);
    const spread = [...tail].every((c) => this.#letters.has(c) || /\d/.test(c));
    return nameTex(head, bold) + subscript([spread ? tail : upright(tail)]);
  }

  #linear(s: Shown): Text {
    const labels = s.args.map((a, k) => this.#operandName(a, k));
    const terms = s.args.map((a, k) => {
      const same = labels.slice(0, k).filter((l) => l === labels[k]).length;
      const parts = s.args.length === 1 ? pair(s.name, labels[k]) : [labels[k], s.name];
      const joined = parts.every((p) => p.length === 1) ? parts.join('') : parts.map(upright).join(',');
      const below = subscript([joined, ...(same > 0 ? [String(same + 1)] : [])]);
      return `\\mathbf{W}${below}${below.length === 2 ? ' ' : ''}${this.#within(a, ATOM)}`;
    });
    if (s.bias)
      terms.push(
        `\\mathbf{b}${subscript([s.args.length === 1 ? pair(s.name, labels[0]).map(upright).join('') : upright(s.name)])}`,
      );
    return { tex: terms.join(' + '), binds: terms.length > 1 ? SUM : MAP };
  }

  /** What an operand is called below its weight: its own name, or the only state that it is made of. */
  #operandName(s: Shown, k: number): string {
    const symbol = this.#symbols.of.get(s);
    if (symbol !== undefined) return symbol.base;
    if (s.kind === 'x' || s.kind === 'state') return s.name;
    const leaves = new Set<string>();
    const visit = (part: Shown): void => {
      if (part.kind === 'x' || part.kind === 'state') leaves.add(part.name);
      else if (!this.#symbols.of.has(part)) part.args.forEach(visit);
    };
    visit(s);
    const [only, ...others] = leaves;
    return only === undefined || others.length > 0 ? String(k + 1) : only;
  }

  #operation(s: Shown): Text {
    const [a, b] = s.args;
    switch (s.name) {
      case 'neg':
        return { tex: `-${this.#within(a, PRODUCT)}`, binds: SUM };
      case 'oneMinus':
        return { tex: `1 - ${this.#within(a, PRODUCT)}`, binds: SUM };
      case 'add':
        return { tex: `${this.#within(a, SUM)} + ${this.#inSum(b)}`, binds: SUM };
      case 'sub':
        return { tex: `${this.#within(a, SUM)} - ${this.#within(b, PRODUCT)}`, binds: SUM };
      case 'mul':
        return this.#product(a, b);
      case 'div':
        if (isScalar(b)) return { tex: `\\frac{${this.use(a).tex}}{${this.use(b).tex}}`, binds: ATOM };
        return { tex: `${this.#within(a, PRODUCT)} \\oslash ${this.#within(b, MAP)}`, binds: PRODUCT };
      case 'reciprocal':
        if (isScalar(a)) return { tex: `\\frac{1}{${this.use(a).tex}}`, binds: ATOM };
        return { tex: `1 \\oslash ${this.#within(a, MAP)}`, binds: PRODUCT };
      case 'sqrt':
        return { tex: `\\sqrt{${this.use(a).tex}}`, binds: ATOM };
      case 'abs':
        return { tex: `\\lvert ${this.use(a).tex} \\rvert`, binds: ATOM };
      case 'less':
      case 'equal':
        return { tex: `[${this.use(a).tex} ${s.name === 'less' ? '<' : '='} ${this.use(b).tex}]`, binds: ATOM };
      case 'select': {
        const [then, otherwise] = [this.use(b).tex, this.use(s.args[2]).tex];
        const cases = `${then} & \\text{if } ${this.use(a).tex} \\\\ ${otherwise} & \\text{otherwise}`;
        return { tex: `\\begin{cases} ${cases} \\end{cases}`, binds: SUM };
      }
      default: {
        const name = FUNCTIONS[s.name] ?? `\\operatorname{${escapeName(s.name)}}`;
        return { tex: `${name}(${s.args.map((arg) => this.use(arg).tex).join(', ')})`, binds: ATOM };
      }
    }
  }

  /** A term after a plus: a sum needs no parentheses, a leading minus does. */
  #inSum(s: Shown): string {
    const text = this.use(s);
    return text.tex.startsWith('-') ? `(${text.tex})` : text.tex;
  }

  #product(a: Shown, b: Shown): Text {
    // A number for the whole row stands in front, without a sign between.
    if (isScalar(b) && !isScalar(a)) return this.#product(b, a);
    if (isScalar(a)) {
      const space = /[A-Za-z}]$/.test(this.#within(a, PRODUCT)) ? '\\,' : ' ';
      return { tex: `${this.#within(a, PRODUCT)}${space}${this.#within(b, PRODUCT)}`, binds: PRODUCT };
    }
    // a ⊙ (b ⊙ c) needs no parentheses; a quotient keeps them for the eye.
    const quotient = a.kind === 'op' && (a.name === 'div' || a.name === 'reciprocal') && !this.#symbols.of.has(a);
    const flat = b.kind === 'op' && b.name === 'mul' && !this.#symbols.of.has(b);
    return {
      tex: `${this.#within(a, quotient ? MAP : PRODUCT)} \\odot ${this.#within(b, flat ? PRODUCT : MAP)}`,
      binds: PRODUCT,
    };
  }
}

/** `xi`, the only weight from x to i, as two letters; other names whole. */
function pair(name: string, operand: string): string[] {
  return name.length === 2 && name[0] === operand ? [...name] : [name];
}

function upright(name: string): string {
  return name.length === 1 || /^\d+$/.test(name) ? name : nameTex(name, false);
}

function number(digits: string): Text {
  const [mantissa, exponent] = digits.split('e');
  const special = digits.replace('Infinity', '\\infty');
  if (exponent === undefined) return { tex: special, binds: digits.startsWith('-') ? SUM : ATOM };
  const power = `10^{${Number(exponent)}}`;
  return { tex: mantissa === '1' ? power : `${mantissa} \\cdot ${power}`, binds: PRODUCT };
}

/**
 * The equations of a cell as one `aligned` environment (LaTeX with amsmath, KaTeX, MathJax): a line for each gate, named value and
 * new state in order of computation. Vectors are columns, so that a linear reads W·x.
 */
export function toLatex(graph: CellGraph, given: ShownOptions = {}): string {
  const options = shownOptions(graph, given, 'toLatex');
  const shown = showGraph(graph, options);
  const symbols = nameValues(shown, graph.output);
  const letters = new Set(['x', ...graph.states, ...graph.linears.map((l) => l.name)].filter((n) => n.length === 1));
  const printer = new Printer(symbols, letters);
  const lines = symbols.order.map((s) => `${printer.use(s).tex} &= ${printer.define(s).tex}`);
  for (const { state, value } of symbols.aliases) lines.push(`${timed(state, 't')} &= ${printer.use(value).tex}`);
  return `\\begin{aligned}\n${lines.join(' \\\\\n')}\n\\end{aligned}`;
}
