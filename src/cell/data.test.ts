// Cells as data: the same cell after JSON, and errors with a code for data that is damaged or made by an enemy.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import '../autograd/methods.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { UnrolledError } from '../errors.js';
import { fromData, randn } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Cell } from './cell.js';
import { CELLS } from './cells/index.js';
import type { CellData } from './define/data.js';
import { defineCell } from './defineCell.js';
import { cellFromData } from './fromData.js';
import { deriveCell } from './plan/derive.js';
import { cellParameters, scan } from './run/scan.js';

beforeAll(() => {
  setCurrentDevice(new ReferenceBackend({ precision: 'float64' }));
});

/** Everything that data can hold: sizes, initial values, norms, names, heads, numbers, x itself. */
const Rich = defineCell({
  name: 'Rich-1',
  sizes: ['small'],
  state: { h: 'hidden', s: 'small' },
  output: 'h',
  initialState: { s: 0.5 },
  initialBias: { a: 2 },
  step({ x, h, s, linear, perHead, vector, scalar, layerNorm, mean, sigmoid, tanh, softplus }) {
    const [a, b] = layerNorm('pair', [linear('a', x, perHead(h)), linear('b', s, h, { size: 'small', bias: false })]);
    const gate = sigmoid(a.add(vector('p', { init: 0.1 }).mul(x))).named('gate');
    return { h: gate.mul(softplus(a)).sub(mean(x).mul(scalar('k'))), s: tanh(b.add(s.mul(0.25))) };
  },
});

const ALL = [...Object.values(CELLS), Rich].map((cell): [string, Cell] => [cell.name, cell]);
const SIZES = { input: 4, hidden: 4, heads: 2, projection: 3, small: 2 };

const throughJson = (cell: Cell): CellData => JSON.parse(JSON.stringify(cell)) as CellData;

/** Output, states and gradients on fixed numbers. */
function behaviour(cell: Cell): number[] {
  const rng = new Philox(3);
  const layout = Object.entries(cellParameters(cell, SIZES));
  const parameters = Object.fromEntries(
    layout.map(([name, { shape }]) => [name, randn(shape, rng, { requiresGrad: true })]),
  );
  const x = randn([3, 2, 4], rng, { requiresGrad: true });
  const traced = [...deriveCell(cell).traceable.keys()];
  const { output, state, trace } = scan(cell, x, parameters, {}, SIZES, { trace: traced });
  const results = [output, ...Object.values(state)];
  results
    .map((t) =>
      t
        .mul(
          fromData(
            Float64Array.from({ length: t.size }, (_, i) => Math.sin(i)),
            t.shape,
          ),
        )
        .sum(),
    )
    .reduce((a, b) => a.add(b))
    .backward();
  const gradients = [x, ...Object.values(parameters)].flatMap((t) => (t.grad === null ? [] : [t.grad]));
  return [...results, ...Object.values(trace), ...gradients].flatMap((t: Tensor) => Array.from(t.data()));
}

describe.each(ALL)('%s', (_, cell) => {
  it('is the same after JSON', () => {
    const data = throughJson(cell);
    const back = cellFromData(data);
    expect(back.toData()).toEqual(cell.toData());
    expect(cellParameters(back, SIZES)).toEqual(cellParameters(cell, SIZES));
    expect([...deriveCell(back).traceable.keys()]).toEqual([...deriveCell(cell).traceable.keys()]);
    for (const key of ['name', 'states', 'stateSizes', 'initialState', 'output', 'initialBias', 'sizes'] as const) {
      expect(back[key]).toEqual(cell[key]);
    }
    const numbers = behaviour(cell);
    expect(numbers.every(Number.isFinite)).toBe(true);
    expect(behaviour(back)).toEqual(numbers);
  });
});

/** What became of data: an error on purpose, or a cell that works as far as its equations go. */
function outcome(data: unknown): 'refused' | 'works' {
  let cell: Cell;
  try {
    cell = cellFromData(data);
  } catch (error) {
    if (!(error instanceof UnrolledError)) throw error;
    expect(['FORMAT', 'CELL']).toContain(error.code);
    expect(error.message.length).toBeLessThan(400);
    expect(error.help).not.toBe('');
    return 'refused';
  }
  try {
    behaviour(cell);
    expect(cellFromData(throughJson(cell)).toData()).toEqual(cell.toData());
  } catch (error) {
    // Equations that are possible but more than a machine takes, or that no gradient reaches.
    if (!(error instanceof UnrolledError) || error.code === 'INTERNAL') throw error;
  }
  return 'works';
}

type Json = Record<string | number, unknown>;

/** Every place in the data: the object or list, and the key. */
function placesOf(value: unknown, places: [Json, string][] = []): [Json, string][] {
  if (typeof value !== 'object' || value === null) return places;
  for (const key of Object.keys(value)) {
    places.push([value as Json, key]);
    placesOf((value as Json)[key], places);
  }
  return places;
}

/** What no field expects, all at once. */
const STRANGE: readonly unknown[] = [
  null,
  undefined,
  true,
  0,
  -1,
  1.5,
  1e9,
  NaN,
  '',
  'h',
  'constructor',
  '__proto__',
  'x'.repeat(1000),
  [],
  {},
  [[]],
  'hidden',
  'input',
  '1',
];

describe('damaged data', () => {
  it('without one of its fields is refused', () => {
    for (const key of Object.keys(Rich.toData())) {
      const data = throughJson(Rich) as unknown as Json;
      Reflect.deleteProperty(data, key);
      expect(() => cellFromData(data), key).toThrow(expect.objectContaining({ code: 'FORMAT' }));
    }
    for (const part of ['linears', 'vectors', 'norms'] as const) {
      for (const key of Object.keys(Rich.toData()[part][0])) {
        const data = throughJson(Rich);
        Reflect.deleteProperty(data[part][0], key);
        // Whether there is a bias is false where it is missing.
        if (key !== 'bias')
          expect(() => cellFromData(data), `${part} ${key}`).toThrow(expect.objectContaining({ code: 'FORMAT' }));
      }
    }
  });

  it('has an error with a code for anything strange in any place, or works', () => {
    const counts = { refused: 0, works: 0 };
    const total = placesOf(throughJson(Rich)).length;
    for (let i = 0; i < total; i++) {
      for (const strange of i < 60 || i % 7 === 0 ? STRANGE : STRANGE.slice(i % 4, (i % 4) + 3)) {
        const data = throughJson(Rich);
        const [at, key] = placesOf(data)[i];
        at[key] = strange;
        counts[outcome(data)]++;
      }
    }
    expect(counts.refused).toBeGreaterThan(5 * counts.works);
  });

  it('changed at random: the same', () => {
    const anything = fc.oneof(
      fc.constantFrom(...STRANGE),
      fc.jsonValue(),
      fc.double(),
      fc.integer({ min: -2, max: 60 }),
    );
    const cells = fc.constantFrom(...ALL.map(([, cell]) => cell));
    const changes = fc.array(fc.tuple(fc.nat(), fc.constantFrom('set', 'set', 'delete', 'copy', 'add'), anything), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(cells, changes, (cell, list) => {
        const data = throughJson(cell);
        for (const [where, how, value] of list) {
          const places = placesOf(data);
          const [at, key] = places[where % places.length];
          const [there, other] = places[(where * 7 + 3) % places.length];
          if (how === 'set') at[key] = structuredClone(value);
          else if (how === 'delete') Reflect.deleteProperty(at, key);
          else if (how === 'add') at[typeof value === 'string' ? value : 'more'] = value;
          else there[other] = structuredClone(at[key]);
        }
        outcome(data);
      }),
      { numRuns: Number(process.env.UNROLLED_RUNS ?? 400), seed: 4 },
    );
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a number', 7],
    ['a list', []],
    ['an empty object', {}],
    ['a later format', { ...Rich.toData(), format: 2 }],
    ['no states', { ...Rich.toData(), states: {}, next: {} }],
    ['two linears of one name', { ...Rich.toData(), linears: [Rich.toData().linears[0], Rich.toData().linears[0]] }],
    [
      'a vector with the name of a weight',
      { ...Rich.toData(), vectors: [{ name: 'weight_x', size: 'hidden', init: null }] },
    ],
    ['a size with the name of another', { ...Rich.toData(), sizes: ['small', 'heads'] }],
    ['an unknown operation', { ...Rich.toData(), nodes: [['eval', 0]] }],
    [
      'an operation of too many',
      {
        ...Rich.toData(),
        nodes: [
          ['input', 'x'],
          ['tanh', 0, 0],
        ],
      },
    ],
    ['a constant that JSON has not', { ...Rich.toData(), nodes: [['constant', Infinity]] }],
    ['a number of an unknown width', { ...Rich.toData(), nodes: [['uniform', '1/constructor']] }],
  ])('is refused: %s', (_, data) => {
    expect(() => cellFromData(data)).toThrow(expect.objectContaining({ name: 'UnrolledError', code: 'FORMAT' }));
  });
});

/** A small cell whose nodes are given: z = linear of x and h, h' = the last node. */
function withNodes(nodes: unknown[]): unknown {
  return {
    format: 1,
    name: 'Made',
    states: { h: 'hidden' },
    initialState: {},
    output: 'h',
    sizes: [],
    vectors: [],
    norms: [],
    named: {},
    initialBias: {},
    linears: [{ name: 'z', operands: [0, 1], perHead: [false, false], size: 'hidden', bias: true }],
    next: { h: nodes.length - 1 },
    nodes,
  };
}

const LEAVES = [
  ['input', 'x'],
  ['input', 's:h'],
  ['input', 'z:z'],
];

describe('hostile data', () => {
  const refused = (data: unknown): void => {
    expect(outcome(data)).toBe('refused');
  };

  it('the small cell itself works', () => {
    expect(outcome(withNodes([...LEAVES, ['tanh', 2]]))).toBe('works');
  });

  it('nodes that name themselves or later ones', () => {
    refused(withNodes([...LEAVES, ['tanh', 3]]));
    refused(withNodes([...LEAVES, ['tanh', 4], ['tanh', 3]]));
  });

  it('a linear that reads itself, or a later one', () => {
    const data = withNodes([...LEAVES, ['tanh', 2]]) as CellData;
    data.linears[0].operands = [2, 1];
    refused(data);
    data.linears = [
      { name: 'y', operands: [2], perHead: [false], size: 'hidden', bias: true },
      { name: 'z', operands: [0], perHead: [false], size: 'hidden', bias: true },
    ];
    refused(data);
  });

  it('towers of operations', () => {
    const tower = (height: number): unknown =>
      withNodes([...LEAVES, ...Array.from({ length: height }, (_, i) => ['tanh', i + 2])]);
    refused(tower(19_000));
    refused(tower(600));
    expect(outcome(tower(400))).toBe('works');
  });

  it('values that double at each node, with and without an error in them', () => {
    const doubling = Array.from({ length: 200 }, (_, i) => ['add', i + 2, i + 2]);
    expect(outcome(withNodes([...LEAVES, ...doubling]))).toBe('works');
    const data = withNodes([...LEAVES, ...doubling]) as CellData;
    data.sizes = ['small'];
    data.linears.push({ name: 'w', operands: [0], perHead: [false], size: 'small', bias: true });
    data.nodes.push(['input', 'z:w'], ['add', 202, 203]);
    data.next = { h: 204 };
    refused(data);
  });

  it('lists and records without end', () => {
    const data = (): Json => JSON.parse(JSON.stringify(withNodes([...LEAVES, ['tanh', 2]]))) as Json;
    const many = (make: (i: number) => unknown): unknown[] => Array.from({ length: 100_000 }, (_, i) => make(i));
    const record = Object.fromEntries(many((i) => [`n${i}`, 1]) as [string, number][]);
    refused({ ...data(), nodes: many(() => ['input', 'x']) });
    refused({
      ...data(),
      linears: many((i) => ({ name: `l${i}`, operands: [0], perHead: [false], size: 'hidden', bias: true })),
    });
    refused({ ...data(), vectors: many((i) => ({ name: `v${i}`, size: 'hidden', init: null })) });
    refused({ ...data(), sizes: many((i) => `s${i}`) });
    refused({ ...data(), norms: many(() => ({ name: 'n', members: [], outputs: [] })) });
    for (const key of ['states', 'named', 'next', 'initialState', 'initialBias']) refused({ ...data(), [key]: record });
    refused({ ...data(), name: 'N'.repeat(1e6) });
  });

  it('keys of every object: they are neither names nor a way to its prototype', () => {
    const text = JSON.stringify(withNodes([...LEAVES, ['tanh', 2]]));
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
      refused(JSON.parse(text.replaceAll('"h"', `"${key}"`).replaceAll('"s:h"', `"s:${key}"`)));
      refused(JSON.parse(text.replaceAll('"z"', `"${key}"`).replaceAll('"z:z"', `"z:${key}"`)));
      refused(JSON.parse(text.replace('"tanh"', `"${key}"`)));
      refused(JSON.parse(text.replace('"initialBias":{', `"initialBias":{"${key}":1`)));
    }
    outcome(JSON.parse(text.replace('{', '{"__proto__":{"polluted":true},')));
    expect(({} as Json).polluted).toBeUndefined();
  });

  it('what is no JSON at all', () => {
    const circle: Json = { format: 1 };
    circle.nodes = circle;
    refused(circle);
    circle.sizes = [];
    circle.nodes = [circle];
    refused(circle);
    refused({ ...Rich.toData(), name: circle });
    refused({ ...Rich.toData(), format: 1n });
    refused({ ...Rich.toData(), output: 1n });
  });
});

describe('names', () => {
  it('of vectors may be those of the buffers of a scan', () => {
    const named = (...names: string[]): Cell =>
      defineCell({
        name: 'Named',
        state: ['h'],
        step({ x, h, linear, vector, tanh }) {
          const sum = names.map((name) => vector(name).mul(h)).reduce((a, b) => a.add(b));
          return { h: tanh(linear('i', x, h).add(sum).mul(x.add(1))) };
        },
      });
    const numbers = behaviour(named('a', 'b', 'c', 'd', 'e', 'f'));
    expect(behaviour(named('G', 'x', 'xi', 'dG', 'dx', 'dy'))).toEqual(numbers);
  });
});

describe('x itself', () => {
  it('as a state, or beside values of another size than the input, asks for its size', () => {
    const memory = defineCell({
      name: 'Memory',
      state: ['h', 'p'],
      step: ({ x, h, p, linear }) => ({ h: linear('i', x, h, p), p: x }),
    });
    const sizes = { input: 3, hidden: 5, heads: 1 };
    const parameters = Object.fromEntries(
      Object.entries(cellParameters(memory, sizes)).map(([name, { shape }]) => [name, randn(shape, new Philox(1))]),
    );
    expect(() => scan(memory, randn([2, 2, 3], new Philox(1)), parameters, {}, sizes)).toThrow(
      expect.objectContaining({ code: 'SHAPE' }),
    );
    const narrow = { ...sizes, input: 5 };
    const fits = Object.fromEntries(
      Object.entries(cellParameters(memory, narrow)).map(([name, { shape }]) => [name, randn(shape, new Philox(1))]),
    );
    const x = randn([2, 2, 5], new Philox(1));
    expect(scan(memory, x, fits, {}, narrow).state.p.toArray()).toEqual(x.slice(0, 1, 2).reshape([2, 5]).toArray());
  });
});
