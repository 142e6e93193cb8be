// Short programs (Python that anyone can run) and what they print, drawn by length and nesting (Zaremba and Sutskever 2014).
import type { Philox } from 'unrolled';

/** A program and the characters it prints, with a dot that ends them. */
export interface Program {
  text: string;
  result: string;
  /** How many digits its numbers have. */
  length: number;
  /** How many operations are combined. */
  nesting: number;
}

/** What stands in programs and results: a network's input and output. */
export const CHARACTERS = '\n ()*+-.0123456789:<=abcdefghijklmnoprstuvwxyz';

/** A number with that many digits. */
function digits(length: number, random: Philox): number {
  const least = length === 1 ? 0 : 10 ** (length - 1);
  return least + random.integer(10 ** length - least);
}

/** The sum of two numbers with `length` digits. */
export function addition(length: number, random: Philox): Program {
  const [a, b] = [digits(length, random), digits(length, random)];
  return { text: `print(${a}+${b})\n`, result: `${a + b}.`, length, nesting: 1 };
}

/** The operations, each of which is drawn with equal probability. */
export const KINDS = ['sum', 'difference', 'product', 'branch', 'variable', 'loop'] as const;
export type Kind = (typeof KINDS)[number];

/** `nesting` operations, each on what the ones before it came to, with numbers of `length` digits. @param kinds those that are drawn */
export function program(length: number, nesting: number, random: Philox, kinds: readonly Kind[] = KINDS): Program {
  const number = (): number => digits(length, random);
  const small = (): number => 2 + random.integer(3);
  const names = Array.from('abcdefghijk');
  random.shuffle(names);
  let lines = '';
  let value = number();
  let expression = String(value);
  /** Stores the expression, so that it goes on as the name of a variable. */
  const assign = (): string => {
    const name = names.pop() ?? 'x';
    lines += `${name}=${expression}\n`;
    return name;
  };
  for (let i = 0; i < nesting; i++) {
    const operand = number();
    switch (kinds[random.integer(kinds.length)]) {
      case 'sum':
        expression = `(${expression}+${operand})`;
        value += operand;
        break;
      case 'difference':
        expression = `(${expression}-${operand})`;
        value -= operand;
        break;
      case 'product': {
        const factor = small();
        expression = `(${expression}*${factor})`;
        value *= factor;
        break;
      }
      case 'branch': {
        const [a, b] = [number(), number()];
        expression = `(${expression} if ${a}<${b} else ${operand})`;
        if (a >= b) value = operand;
        break;
      }
      case 'variable':
        expression = `(${assign()}+${operand})`;
        value += operand;
        break;
      case 'loop': {
        const [times, name] = [small(), assign()];
        lines += `for x in range(${times}):${name}+=${operand}\n`;
        expression = name;
        value += times * operand;
        break;
      }
    }
  }
  return { text: `${lines}print(${expression})\n`, result: `${value}.`, length, nesting };
}

/**
 * In which tenth of all programs one is, 0 to 9, by its text alone (the hash FNV-1a): what is kept for a test is never
 * trained on, however often programs are drawn.
 */
export function tenth(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 8) % 10;
}
