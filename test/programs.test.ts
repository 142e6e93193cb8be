// The programs of the experiment "execute" print what they are said to print: an interpreter of its own runs them.
import { describe, expect, it } from 'vitest';
import { addition, CHARACTERS, program, tenth } from '../experiments/tasks/parts/programs.js';
import { Philox } from '../src/index.js';

const number = (text: string, variables: Map<string, number>): number => {
  const value = variables.get(text) ?? (/^-?\d+$/.test(text) ? Number(text) : NaN);
  if (Number.isNaN(value)) throw new Error(`neither a number nor a variable: "${text}"`);
  return value;
};

/** What stands in no further brackets: `a`, `3+4`, `a if 1<2 else 5`. */
function simple(text: string, variables: Map<string, number>): number {
  const choice = /^(.+) if (.+)<(.+) else (.+)$/.exec(text);
  if (choice) {
    const [yes, a, b, no] = choice.slice(1).map((part) => number(part, variables));
    return a < b ? yes : no;
  }
  const [, left, operator, right] = /^(-?\w+)([-+*])(-?\w+)$/.exec(text) ?? [];
  if (operator === undefined) return number(text, variables);
  const [a, b] = [number(left, variables), number(right, variables)];
  return operator === '+' ? a + b : operator === '-' ? a - b : a * b;
}

/** Takes the innermost brackets, puts their value in their place, and so on. */
function evaluate(text: string, variables: Map<string, number>): number {
  const inner = /\(([^()]*)\)/.exec(text);
  return inner === null
    ? simple(text, variables)
    : evaluate(text.replace(inner[0], String(simple(inner[1], variables))), variables);
}

function run(text: string): string {
  const variables = new Map<string, number>();
  let printed = '';
  for (const line of text.trimEnd().split('\n')) {
    const loop = /^for x in range\((\d+)\):(\w)\+=(\d+)$/.exec(line);
    const store = /^(\w)=(.+)$/.exec(line);
    const print = /^print\((.+)\)$/.exec(line);
    if (loop) {
      for (let x = 0; x < Number(loop[1]); x++) variables.set(loop[2], number(loop[2], variables) + Number(loop[3]));
    } else if (store) variables.set(store[1], evaluate(store[2], variables));
    else if (print) printed += `${evaluate(print[1], variables)}.`;
    else throw new Error(`no line of a program: "${line}"`);
  }
  return printed;
}

describe('programs', () => {
  it.each([1, 2, 3, 4])('of nesting %i print their result', (nesting) => {
    const random = new Philox(nesting);
    for (let i = 0; i < 500; i++) {
      const length = 1 + (i % 4);
      const { text, result } = program(length, nesting, random);
      expect(run(text), text).toBe(result);
      expect(Array.from(text + result).filter((character) => !CHARACTERS.includes(character))).toEqual([]);
    }
  });

  it('have numbers of their length, and as many operations as they are nested', () => {
    const random = new Philox(5);
    const seen = new Set<string>();
    for (let i = 0; i < 300; i++) {
      const { text } = program(3, 2, random);
      const operations = text.replace(/for x in range\(\d\):/g, 'for ').match(/ if |for \w\+=\d|[-+*](?!=)/g) ?? [];
      expect(operations, text).toHaveLength(2);
      operations.forEach((operation) => seen.add(operation.replace(/\w\+=\d/, '')));
      // Factors and how often a loop runs are small; all other numbers have three digits.
      const numbers = text.replace(/\*\d\b|range\(\d\)/g, '').match(/\d+/g) ?? [];
      expect(numbers.filter((digits) => digits.length !== 3)).toEqual([]);
    }
    expect([...seen].sort()).toEqual([' if ', '*', '+', '-', 'for ']);
  });

  it('add', () => {
    const random = new Philox(6);
    for (let i = 0; i < 200; i++) {
      const { text, result } = addition(1 + (i % 5), random);
      expect(run(text)).toBe(result);
      expect(text).toMatch(/^print\((\d+)\+\d+\)\n$/);
    }
  });

  it('are the same for a seed, and others for another', () => {
    const some = (seed: number): string[] => {
      const random = new Philox(seed);
      return Array.from({ length: 20 }, () => program(2, 2, random).text);
    };
    expect(some(1)).toEqual(some(1));
    expect(some(1)).not.toEqual(some(2));
  });

  it('fall into tenths of about the same size, by their text alone', () => {
    const random = new Philox(8);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 5000; i++) counts[tenth(program(3, 2, random).text)]++;
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(120);
    expect(tenth('print(1+2)\n')).toBe(tenth(['print(1', '2)\n'].join('+')));
  });
});
