// The language of cells: what is printed is read back as the same cell; what does not fit has its place; nothing breaks the reader.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import '../../autograd/methods.js';
import { ReferenceBackend } from '../../backend/reference/reference.js';
import { UnrolledError } from '../../errors.js';
import { randn } from '../../tensor/create.js';
import { setCurrentDevice } from '../../tensor/device.js';
import { Philox } from '../../tensor/philox.js';
import { Cell } from '../cell.js';
import { CELLS, GRU, LSTM, SLSTM } from '../cells/index.js';
import { defineCell } from '../defineCell.js';
import { cellFromData } from '../fromData.js';
import { deriveCell } from '../plan/derive.js';
import { cellParameters, scan } from '../run/scan.js';
import { Rich } from '../testing.js';
import { transformCell } from '../define/transform.js';
import { formatCell } from './format.js';
import { parseCell } from './read.js';
import { CellTextError } from './source.js';

beforeAll(() => {
  setCurrentDevice(new ReferenceBackend({ precision: 'float64' }));
});

const SIZES = { input: 4, hidden: 4, heads: 2, projection: 3, small: 2 };

/** Orders that only lines of their own keep, a norm with an epsilon, values of two names, operations that only data has. */
const Odd = defineCell({
  name: 'Odd-2',
  state: ['h', 'c'],
  output: 'c',
  initialBias: { late: -2 },
  step({ x, h, c, linear, vector, layerNorm, tanh, mean, max }) {
    const late = linear('late', x, h);
    const early = linear('early', x, { bias: false });
    const shift = vector('shift', { init: 0.25 });
    const normed = layerNorm('own_name', early.sub(late.sub(h)), { epsilon: 0.01 }).named('normed');
    const both = tanh(normed.div(max(late.mul(late), 1).neg()))
      .named('one')
      .named('two');
    const next = both.mul(c.add(-0.5)).sub(mean(x.mul(x)));
    return { h: next.add(shift), c: next.neg() };
  },
});

const FromData = cellFromData({
  ...JSON.parse(JSON.stringify(CELLS.rnn)),
  name: 'FromData',
  linears: [{ name: 'h', operands: [0, 1], perHead: [false, false], size: 'hidden', bias: true }],
  next: { h: 7 },
  nodes: [
    ['input', 'x'],
    ['input', 's:h'],
    ['input', 'z:h'],
    ['constant', -0],
    ['less', 2, 3],
    ['reciprocal', 2],
    ['fma', 2, 2, 1],
    ['select', 4, 5, 6],
  ],
});

const ALL = [...Object.values(CELLS), Rich, Odd, FromData].map((cell): [string, Cell] => [cell.name, cell]);

function outputs(cell: Cell): number[] {
  const rng = new Philox(3);
  const layout = Object.entries(cellParameters(cell, SIZES));
  const parameters = Object.fromEntries(layout.map(([name, { shape }]) => [name, randn(shape, rng)]));
  const { output, state } = scan(cell, randn([3, 2, 4], rng), parameters, {}, SIZES);
  return [output, ...Object.values(state)].flatMap((t) => Array.from(t.data()));
}

describe.each(ALL)('%s', (_, cell) => {
  it('is the same cell when its text is read', () => {
    const text = formatCell(cell);
    const back = parseCell(text);
    expect(formatCell(back)).toBe(text);
    const [a, b] = [cell.toData(), back.toData()];
    expect({ ...b, named: {}, nodes: [] }).toEqual({
      ...a,
      named: {},
      nodes: [],
      linears: b.linears,
      norms: b.norms,
      next: b.next,
    });
    expect([...back.next]).toEqual([...cell.next]);
    back.linears.forEach((l, i) => {
      expect({ ...l }).toEqual({ ...cell.linears[i] });
    });
    const [plan, same] = [cell, back].map((c) => {
      const derived = deriveCell(c);
      return {
        forward: derived.forward({ tokens: false, inputInLoop: true, keeps: true }),
        backward: derived.backward({ hasDy: true, scaled: true, inputInLoop: true }),
        traceable: new Set([...derived.traceable].map(([name, e]) => `${name}: ${e.id}`)),
        parameters: cellParameters(c, SIZES),
      };
    });
    expect(same).toEqual(plan);
    expect(outputs(back)).toEqual(outputs(cell));
  });

  it('stays what it is after its own text, in lines that end as those of Windows', () => {
    const text = formatCell(cell).replaceAll('\n', '\r\n');
    expect(parseCell(`\ufeff${text}`).toData()).toEqual(parseCell(formatCell(cell)).toData());
  });
});

describe('reading', () => {
  it('takes the equations of a textbook', () => {
    const text = `
      # Cho et al. 2014, with PyTorch's place of the reset gate
      cell GRU
      state h
      r = sigmoid(linear(x, h))   # reset
      z = sigmoid(linear(x, h))   # update
      n = tanh(linear(x) + r ⊙ linear(h))
      h′ = n + z * (h − n)`;
    expect(parseCell(text).toData()).toEqual(GRU.toData());
  });

  it('names linears by their line, and traces what has a name', () => {
    const cell = parseCell(`
      cell Named
      state h
      _hidden = tanh(linear(x, h))
      gate = sigmoid(linear(_hidden) + linear(x, name: other))
      seen = gate * _hidden
      h' = linear(seen, bias: 2)`);
    expect(cell.linears.map((l) => l.name)).toEqual(['hidden', 'gate', 'other', 'h']);
    expect([...deriveCell(cell).traceable.keys()].sort()).toEqual(['gate', 'h', 'hidden', 'other', 'seen']);
    expect(cell.initialBias).toEqual({ h: 2 });
  });

  it('gives a linear of several in a line the names of its operands', () => {
    const cell = parseCell("cell A\nstate h\nh' = linear(x) * linear(perHead(h)) + linear(x, h)");
    expect(cell.linears.map((l) => l.name)).toEqual(['hx', 'hh', 'hxh']);
  });

  it('lets an equation go on between parentheses', () => {
    const cell = parseCell("cell A\nstate h\nh' = tanh(\n  linear(x,\n\n    h)\n)\n");
    expect(cell.linears[0].operands).toHaveLength(2);
  });

  it('takes words of declarations as names', () => {
    const cell = parseCell("cell A\nstate output, state\noutput' = tanh(linear(x, output))\nstate' = output' * 2");
    expect(cell.states).toEqual(['output', 'state']);
  });
});

const HEAD = 'cell A\nstate h\n';

describe('errors', () => {
  const cases: [text: string, place: string, message: RegExp, help: RegExp][] = [
    ['', '1:1', /expected cell and its name.*end of the text/, /cell GRU/],
    ['cell', '1:5', /a name after cell/, /cell GRU/],
    ['cell A', '1:6', /expected a line with the states/, /state h/],
    ['cell A B\nstate h', '1:8', /expected a name of letters/, /my-GRU/],
    [`${HEAD}h' = sigmod(linear(x, h))`, '3:6', /unknown name "sigmod"/, /did you mean sigmoid/],
    [`${HEAD}gate = sigmoid(linear(x))\nh' = gatte * h`, '4:6', /unknown name "gatte"/, /did you mean gate/],
    [`${HEAD}h' = tanh(linear(x, h)`, '3:23', /expected , or \), received the end/, /line 3, column 10/],
    [`${HEAD}h' = tanh(linear(x, h)))`, '3:24', /received "\)"/, /closes nothing/],
    [`${HEAD}h' = r h`, '3:8', /operator or the end/, /\* between/],
    [`${HEAD}h = tanh(linear(x, h))`, '3:1', /the state "h"/, /write h'/],
    [`${HEAD}r = tanh(linear(x, h))`, '2:7', /new value for state "h"/, /h' = …/],
    [`${HEAD}q' = tanh(linear(x, h))`, '3:1', /expected a state/, /states are h/],
    [`${HEAD}h' = h' + linear(x)`, '3:6', /received "h'"/, /comes later/],
    [`${HEAD}r = linear(x)\nr = linear(h)\nh' = r`, '4:1', /"r" twice/, /another name/],
    [`${HEAD}r = linear(x)\nh' = tanh(linear(h))`, '3:5', /use of linear "r"/, /remove it/],
    [`${HEAD}h' = sign(linear(x, h))`, '3:11', /gradient for linear "h"/, /tanh for sign/],
    [`${HEAD}h' = h`, '3:1', /state "h" to change/, /equation/],
    [`${HEAD}h' = linear(x, h) ^ 2`, '3:19', /received "\^"/, /a \* a/],
    [`${HEAD}h' = linear(x, h, biass: no)`, '3:19', /option of linear, received "biass"/, /did you mean bias/],
    [`${HEAD}h' = linear(x, h, bias: maybe)`, '3:19', /no or a number/, /bias: 1/],
    [`${HEAD}h' = linear(x, h, size: big)`, '3:19', /size of hidden, received "big"/, /size big/],
    [`${HEAD}h' = linear(x, h, bias: no, h)`, '3:29', /options after the values/, /as in/],
    [`${HEAD}h' = linear(x) * linear(r, name: h)`, '3:25', /unknown name "r"/, /x, h/],
    [`${HEAD}h' = linear(2)`, '3:6', /rows to multiply/, /vector/],
    [`${HEAD}h' = linear(x, h) * linear(h * h)`, '3:21', /a name for this linear/, /name: h2/],
    [`${HEAD}h' = tanh(linear(x, h), 2)`, '3:6', /expected 1 value for tanh/, /tanh\(h\)/],
    [`${HEAD}h' = perHead(h)`, '3:6', /within a linear/, /linear\(x, perHead/],
    [`${HEAD}h' = linear(x) + 1e308 * 10`, '3:18', /finite number/, /constants/],
    [`${HEAD}a, b = tanh(h)\nh' = linear(x)`, '3:8', /layerNorm for several/, /one line/],
    [`${HEAD}a, b = layerNorm(h)\nh' = linear(x)`, '3:8', /as many values as names \(2\)/, /a name/],
    [`${HEAD}stat c\nh' = linear(x)`, '3:6', /= after stat/, /did you mean state/],
    ["cell A\nstate h: big\nh' = linear(x)", '2:10', /size of hidden/, /size big/],
    ["cell A\nstate h, h\nh' = linear(x)", '2:10', /"h" twice/, /rename/],
    ["cell A\nstate tanh\nh' = linear(x)", '2:7', /free name for a state/, /another/],
    [`${HEAD}output c\nh' = linear(x)`, '3:8', /a state as output/, /Choose one of h/],
    [`${HEAD}vector p: small\nh' = linear(x) * p`, '3:11', /size of hidden/, /small/],
    [`${HEAD}vector bias\nh' = linear(x) * bias`, '3:8', /free name for vector/, /another/],
    [`${HEAD}vector p, p\nh' = linear(x) * p`, '3:11', /twice/, /rename/],
    [
      "cell A\nsize small\nstate h, s: small\nh' = linear(x) * s\ns' = linear(x, size: small)",
      '4:6',
      /values of one size/,
      /linear/,
    ],
    ["cell A\nsize small\nstate s: small\ns' = linear(x)", '4:1', /state "s" of size small/, /linear/],
    [`${HEAD}x = 2\nh' = linear(x)`, '3:1', /free name/, /another/],
    [`${HEAD}constructor = linear(x)\nh' = constructor`, '3:1', /free name/, /another/],
    [`${HEAD}h' = linear(x) < 2`, '3:16', /received "<"/, /relu/],
  ];

  it.each(cases)('%j', (text, at, message, help) => {
    const error = caught(text);
    expect(error).toBeInstanceOf(CellTextError);
    const { place } = error as CellTextError;
    expect([`${place.line}:${place.column}`, (error as CellTextError).message, (error as CellTextError).help]).toEqual([
      at,
      expect.stringMatching(message),
      expect.stringMatching(help),
    ]);
    expect((error as CellTextError).message).toContain(`line ${place.line}, column ${place.column}`);
    expect((error as CellTextError).code).toBe('CELL');
  });

  it('say the name of the file', () => {
    expect(() => parseCell(`${HEAD}h' = 2 +`, { file: 'my.cell' })).toThrow(/\(my\.cell:3:9\)/);
  });

  it('are told for options and things that are no text', () => {
    expect(() => parseCell('cell A', { name: 'a' } as object)).toThrow(expect.objectContaining({ code: 'OPTION' }));
    expect(() => parseCell(LSTM as unknown as string)).toThrow(expect.objectContaining({ code: 'OPTION' }));
    expect(() => formatCell('lstm' as unknown as Cell)).toThrow(expect.objectContaining({ code: 'OPTION' }));
  });

  it('refuse to print what random numbers are in', () => {
    const drawn = transformCell(LSTM, { zoneout: { h: 0.5 }, training: true });
    expect(() => formatCell(drawn as Cell)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
  });
});

function caught(text: string): unknown {
  try {
    return parseCell(text);
  } catch (error) {
    return error;
  }
}

describe('what an enemy sends', () => {
  const deep = 3000;
  it.each([
    ['long', `${HEAD}h' = linear(x) + ${'h + '.repeat(20_000)}h`],
    ['parentheses', `${HEAD}h' = ${'('.repeat(deep)}x${')'.repeat(deep)}`],
    ['open parentheses', `${HEAD}h' = ${'('.repeat(deep)}`],
    ['signs', `${HEAD}h' = ${'-'.repeat(deep)}x`],
    ['calls', `${HEAD}h' = ${'tanh('.repeat(deep)}x${')'.repeat(deep)}`],
    ['sums', `${HEAD}h' = linear(x)${' + h'.repeat(deep)}`],
    [
      'lines',
      `${HEAD}_a0 = linear(x, h, name: w)\n${Array.from({ length: deep }, (_, i) => `_a${i + 1} = _a${i} + h`).join('\n')}\nh' = _a${deep}`,
    ],
  ])('%s are refused early', (_, text) => {
    const start = performance.now();
    expect(caught(text)).toBeInstanceOf(CellTextError);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('doubles in every line without taking twice as long', () => {
    const lines = Array.from({ length: 100 }, (_, i) => `_a${i + 1} = _a${i} * _a${i} + h`);
    const cell = parseCell(`${HEAD}_a0 = linear(x, h, name: w)\n${lines.join('\n')}\nh' = _a100`);
    expect(parseCell(formatCell(cell)).toData()).toEqual(cell.toData());
  });

  it('is a cell or an error with a place in the text', () => {
    const texts = [formatCell(SLSTM), formatCell(Rich), formatCell(CELLS['lstm-layer-norm'])];
    const pieces = [
      '(',
      ')',
      ',',
      "'",
      '=',
      ':',
      'x',
      'h',
      'linear(',
      '\n',
      '-',
      '1e9',
      'name: ',
      'cell ',
      '_',
      '__proto__',
      '#',
      '𝒙',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(fc.tuple(fc.nat(), fc.nat(6), fc.constantFrom(...pieces)), { minLength: 1, maxLength: 3 }),
        (whole, changes) => {
          let text = whole;
          for (const [at, removed, added] of changes) {
            const from = at % text.length;
            text = text.slice(0, from) + added + text.slice(from + removed);
          }
          const result = caught(text);
          if (result instanceof Cell) {
            expect(cellFromData(JSON.parse(JSON.stringify(result))).toData()).toEqual(result.toData());
            return;
          }
          if (!(result instanceof CellTextError)) throw result;
          const lines = text.split('\n');
          expect(result.place.line).toBeLessThanOrEqual(lines.length);
          expect(result.place.column).toBeLessThanOrEqual(lines[result.place.line - 1].length + 1);
          expect(result).toBeInstanceOf(UnrolledError);
          expect(result.help).not.toBe('');
        },
      ),
      { numRuns: 400 },
    );
  });
});
