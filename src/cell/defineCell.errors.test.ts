// What defineCell says about a cell that cannot be: the name of the value, and the line of the cell where it stands. Lines are
// marked by comments that start with an arrow and a word.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { UnrolledError } from '../errors.js';
import { defineCell } from './defineCell.js';
import type { CellValue, StepArguments } from './define/trace.js';

const source = readFileSync(fileURLToPath(import.meta.url), 'utf8').split('\n');

/** `file:line` of the marked line; of the definition around it where the mark starts with `around `. */
function site(mark: string): string {
  const around = mark.startsWith('around ');
  const marked = source.findIndex((line) => line.includes(`// ← ${mark.replace('around ', '')}`));
  const at = around ? source.findLastIndex((line, i) => i <= marked && line.includes('defineCell(')) : marked;
  if (at < 0) throw new Error(`no line is marked ${mark}`);
  return `defineCell.errors.test.ts:${at + 1}`;
}

type Step = (values: StepArguments<'h'>) => { h: CellValue };

const one = (step: Step): (() => unknown) => {
  return () => defineCell({ name: 'Mine', state: ['h'], step });
};

let outside: CellValue | null = null;
let other: CellValue | null = null;
defineCell({ name: 'Other', state: ['h'], step: ({ x, h, linear }) => ({ h: (other = linear('o', x, h)) }) });
let count = 0;

/** What is wrong, the mark of its line ('' where none can be told), what the message has, and the definition. */
const cases: [string, string, RegExp, () => unknown][] = [
  [
    'a state that is never returned',
    'around never',
    /state "c".*never returned/,
    () =>
      defineCell({
        name: 'Mine',
        state: ['h', 'c'],
        step: (({ x, linear }: StepArguments<'h'>) => ({ h: linear('i', x) })) as never,
      }), // ← never
  ],
  [
    'an operator between values',
    'plus',
    /operator.*received state "h"/,
    one(({ x, h, linear }) => ({
      h: linear('i', x).add((h as unknown as number) + 1), // ← plus
    })),
  ],
  [
    'a number minus a value',
    'minus',
    /operator.*received linear "f"/,
    one(({ x, h, linear }) => ({
      h: h.mul(1 - (linear('f', x, h) as unknown as number)), // ← minus
    })),
  ],
  [
    'a condition on a value',
    'condition',
    /operator.*received state "h"/,
    one(({ x, h, linear }) => ({
      h: (h as unknown as number) > 0 ? h : linear('i', x), // ← condition
    })),
  ],
  [
    'states of two sizes in one operation',
    'sizes',
    /one size for mul.*linear "p".*projection.*state "h".*hidden/,
    () =>
      defineCell({
        name: 'Mine',
        sizes: ['projection'],
        state: ['h'],
        step({ x, h, linear }) {
          const p = linear('p', x, h, { size: 'projection' });
          return { h: p.mul(h) }; // ← sizes
        },
      }),
  ],
  [
    'a state of another size than its value',
    '',
    /state "h" of size hidden, received .*projection/,
    () =>
      defineCell({
        name: 'Mine',
        sizes: ['projection'],
        state: ['h'],
        step: ({ x, linear }) => ({ h: linear('p', x, { size: 'projection' }) }),
      }),
  ],
  [
    'one number a row for a state',
    '',
    /state "h" of size hidden, received one number/,
    one(({ x, linear, mean }) => ({ h: mean(linear('i', x)) })),
  ],
  [
    'a linear twice',
    'again',
    /linear once, received "i" twice/,
    one(({ x, h, linear }) => {
      const i = linear('i', x);
      return { h: linear('i', h).add(i) }; // ← again
    }),
  ],
  [
    'a vector twice',
    'vector',
    /vector once, received "p" twice/,
    one(({ x, h, linear, vector }) => {
      const p = vector('p').mul(h);
      return { h: linear('i', x, p).mul(vector('p')) }; // ← vector
    }),
  ],
  [
    'a named value twice',
    'named',
    /named value once, received "gate" twice/,
    one(({ x, h, linear, sigmoid }) => {
      const i = sigmoid(linear('i', x, h)).named('gate');
      return { h: i.mul(h).named('gate') }; // ← named
    }),
  ],
  [
    'a value kept from an earlier call',
    'kept',
    /values of this step.*linear "i"/,
    one(({ x, h, linear, tanh }) => {
      const i = linear('i', x, h);
      const sum = outside === null ? i : i.add(outside); // ← kept
      outside = i;
      return { h: tanh(sum) };
    }),
  ],
  [
    'a value of another cell',
    'other',
    /values of this step.*linear "o".*Other/,
    one(({ x, h, linear, tanh }) => ({
      h: tanh(linear('i', x, h).add(other ?? 0)), // ← other
    })),
  ],
  [
    'a value of another cell as operand of a linear',
    'operand',
    /values of this step.*Other/,
    one(({ x, linear, tanh }) => ({
      h: tanh(linear('i', x, other ?? x)), // ← operand
    })),
  ],
  [
    'a value of another cell as a state',
    '',
    /value of this step for state "h".*Other/,
    one(({ x, linear }) => ({ h: other ?? linear('i', x) })),
  ],
  [
    'an operation without a gradient',
    'sign',
    /gradient for linear "i", found none: sign/,
    one(({ x, h, linear, sign }) => ({
      h: sign(linear('i', x, h)).add(h.mul(0.5)), // ← sign
    })),
  ],
  [
    'a vector without a gradient',
    'threshold',
    /gradient for vector "p", found none: sign/,
    one(({ x, h, linear, vector, sign, tanh }) => {
      const p = vector('p'); // ← threshold
      return { h: tanh(linear('i', x, h)).mul(sign(h.sub(p))) };
    }),
  ],
  [
    'other equations at each call',
    'around changing',
    /same equations.*"h"/,
    () =>
      defineCell({
        name: 'Mine',
        state: ['h'],
        step: ({ x, h, linear }) => ({ h: linear('i', x, h).mul(2 + count++) }),
      }), // ← changing
  ],
  [
    'other operands at each call',
    'around operands',
    /same equations.*linear "i"/,
    () =>
      defineCell({
        name: 'Mine',
        state: ['h'],
        step: ({ x, h, linear }) => ({ h: count++ % 2 === 0 ? linear('i', x) : linear('i', x, h) }),
      }), // ← operands
  ],
  [
    'another initial value at each call',
    'around initial',
    /same equations.*vector "p"/,
    () =>
      defineCell({
        name: 'Mine',
        state: ['h'],
        step: ({ x, linear, vector }) => ({ h: linear('i', x).mul(vector('p', { init: count++ })) }),
      }), // ← initial
  ],
  [
    'a linear without use',
    'unused',
    /use of linear "u"/,
    one(({ x, h, linear, tanh }) => {
      linear('u', x); // ← unused
      return { h: tanh(linear('i', x, h)) };
    }),
  ],
  [
    'a vector without use',
    'unread',
    /use of vector "p"/,
    one(({ x, h, linear, vector }) => {
      vector('p'); // ← unread
      return { h: linear('i', x, h) };
    }),
  ],
  [
    'an unknown size',
    'unknown',
    /size of hidden, received "projection"/,
    one(({ x, h, linear }) => ({
      h: linear('i', x, h, { size: 'projection' }), // ← unknown
    })),
  ],
  [
    'a linear of a number a row',
    'number',
    /linear "i", received one number a row/,
    one(({ x, h, linear, mean }) => ({
      h: linear('i', x, mean(h)), // ← number
    })),
  ],
  [
    'a linear of a scalar parameter',
    'scalar',
    /linear "i", received one number a row/,
    one(({ x, linear, scalar }) => ({
      h: linear('i', x, scalar('k')), // ← scalar
    })),
  ],
  [
    'a linear of a constant',
    'constant',
    /linear "i", received a constant/,
    one(({ linear }) => ({
      h: linear('i', 3 as never), // ← constant
    })),
  ],
  [
    'a linear of nothing',
    'nothing',
    /operands for linear "i", received none/,
    one(({ linear }) => ({
      h: linear('i'), // ← nothing
    })),
  ],
  [
    'a linear of one operand twice',
    'twice',
    /different operands for linear "i"/,
    one(({ h, linear }) => ({
      h: linear('i', h, h), // ← twice
    })),
  ],
  [
    'a layerNorm of nothing',
    'norm',
    /values for layerNorm "n", received none/,
    one(({ x, h, linear, layerNorm }) => {
      const [first] = layerNorm('n', []); // ← norm
      return { h: linear('i', x, h).add(first) };
    }),
  ],
  [
    'a mean of a number',
    'mean',
    /row to take the mean of/,
    one(({ x, h, linear, mean }) => ({
      h: linear('i', x, h).mul(mean(mean(h))), // ← mean
    })),
  ],
  [
    'a constant that is not a number',
    'nan',
    /finite number, received NaN/,
    one(({ x, h, linear }) => ({
      h: linear('i', x).add(h.mul(0 / 0)), // ← nan
    })),
  ],
  [
    'a constant without bound',
    'infinite',
    /finite number, received Infinity/,
    one(({ x, h, linear, max }) => ({
      h: linear('i', x).add(max(h, 1 / 0)), // ← infinite
    })),
  ],
  [
    'an initial value that is not a number',
    'start',
    /finite initial value for vector "p".*NaN/,
    one(({ x, linear, vector }) => ({
      h: linear('i', x).mul(vector('p', { init: NaN })), // ← start
    })),
  ],
  [
    'what is no value',
    'text',
    /value of the step or a number, received string/,
    one(({ x, h, linear }) => {
      const i = linear('i', x).add('h' as never); // ← text
      return { h: i.add(h) };
    }),
  ],
  [
    'a value in place of a name',
    'spelled',
    /name of letters.*for a linear, received a value/,
    one(({ x, h, linear }) => ({
      h: linear(x as never, h), // ← spelled
    })),
  ],
  [
    'a name of the language itself',
    'language',
    /name .*for a linear, received "constructor"/,
    one(({ x, linear }) => ({
      h: linear('constructor', x), // ← language
    })),
  ],
  [
    'a vector with the name of another parameter',
    'bias',
    /free name for vector "bias"/,
    one(({ x, linear, vector }) => ({
      h: linear('i', x).mul(vector('bias')), // ← bias
    })),
  ],
  [
    'a vector with the name of a weight',
    'weight',
    /free name for vector "weight_x"/,
    one(({ x, linear, vector }) => ({
      h: linear('i', x).mul(vector('weight_x')), // ← weight
    })),
  ],
  ['a state that does not change', '', /state "h" to change/, one(({ h }) => ({ h }))],
  [
    'a value that is no state',
    '',
    /only states, received "c"/,
    one((({ x, linear }: StepArguments<'h'>) => ({ h: linear('i', x), c: x })) as never),
  ],
  ['nothing returned', '', /return its states, received undefined/, one((() => undefined) as never)],
  ['no step', '', /step to be a function/, () => defineCell({ name: 'Mine', state: ['h'] } as never)],
  ['no states', '', /at least one state/, () => defineCell({ name: 'Mine', state: [], step: () => ({}) })],
  [
    'a state with the name of an argument',
    '',
    /free name for a state, received "tanh"/,
    () => defineCell({ name: 'Mine', state: ['tanh'], step: (({ x }: { x: CellValue }) => ({ tanh: x })) as never }),
  ],
  [
    'a state twice',
    '',
    /different states, received "h" twice/,
    () => defineCell({ name: 'Mine', state: ['h', 'h'], step: ({ x }) => ({ h: x }) }),
  ],
  [
    'a state of an unknown size',
    '',
    /state "h", received "big"/,
    () => defineCell({ name: 'Mine', state: { h: 'big' }, step: ({ x }) => ({ h: x }) }),
  ],
  [
    'an output that is no state',
    '',
    /state as output, received "c"/,
    () => defineCell({ name: 'Mine', state: ['h'], output: 'c' as never, step: ({ x }) => ({ h: x }) }),
  ],
  [
    'an initial bias of no linear',
    '',
    /initialBias for linears.*"f"/,
    () =>
      defineCell({
        name: 'Mine',
        state: ['h'],
        initialBias: { f: 1 },
        step: ({ x, linear }) => ({ h: linear('i', x) }),
      }),
  ],
  [
    'an initial bias that is not a number',
    '',
    /finite initialBias.*"i".*NaN/,
    () =>
      defineCell({
        name: 'Mine',
        state: ['h'],
        initialBias: { i: NaN },
        step: ({ x, linear }) => ({ h: linear('i', x) }),
      }),
  ],
  [
    'an initial state that is not a number',
    '',
    /finite initialState.*"h".*Infinity/,
    () =>
      defineCell({
        name: 'Mine',
        state: ['h'],
        initialState: { h: Infinity },
        step: ({ x, linear }) => ({ h: linear('i', x) }),
      }),
  ],
  [
    'an initial state of no state',
    '',
    /initialState for h, received "c"/,
    () =>
      defineCell({
        name: 'Mine',
        state: ['h'],
        initialState: { c: 1 } as never,
        step: ({ x, linear }) => ({ h: linear('i', x) }),
      }),
  ],
  [
    'a size with the name of another',
    '',
    /free name for a size, received "heads"/,
    () =>
      defineCell({ name: 'Mine', sizes: ['heads'], state: ['h'], step: ({ x, linear }) => ({ h: linear('i', x) }) }),
  ],
  [
    'a name with spaces',
    '',
    /name of letters.*"My cell"/,
    () => defineCell({ name: 'My cell', state: ['h'], step: ({ x }) => ({ h: x }) }),
  ],
];

describe('defineCell refuses', () => {
  it.each(cases)('%s', (_, mark, message, define) => {
    let thrown: unknown = null;
    try {
      define();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UnrolledError);
    const error = thrown as UnrolledError;
    expect(error.code).toBe('CELL');
    expect(error.message).toMatch(message);
    expect(error.help).not.toBe('');
    if (mark !== '') expect(error.message).toContain(site(mark));
    else expect(error.message).not.toMatch(/\/(cell|program)\//);
  });

  it('says what to write in place of an operator', () => {
    expect(one(({ h }) => ({ h: h.mul(1 - (h as unknown as number)) }))).toThrow(
      expect.objectContaining({
        help: expect.stringContaining('h.add(n), h.sub(n), h.mul(2), f.oneMinus() for 1 − f'),
      }),
    );
    expect(one(({ x, linear }) => ({ h: linear(`of_${String(x)}`, x) }))).not.toThrow();
  });

  it('says where a name was used first', () => {
    const define = one(({ x, h, linear }) => {
      const i = linear('i', x); // ← first
      return { h: linear('i', h).add(i) };
    });
    expect(define).toThrow(site('first'));
  });

  it('leaves errors of the cell itself as they are', () => {
    const define = one(() => {
      throw new TypeError('mine');
    });
    expect(define).toThrow(new TypeError('mine'));
  });
});
