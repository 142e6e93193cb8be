import { beforeEach, describe, expect, it } from 'vitest';
import '../autograd/methods.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { setCurrentDevice } from '../tensor/device.js';
import { DataLoader, type DataLoaderOptions, type Example } from './dataLoader.js';

beforeEach(() => setCurrentDevice(new ReferenceBackend()));

const first = <E extends Example>(examples: readonly E[], options: DataLoaderOptions = {}) => {
  const [batch] = new DataLoader(examples, options);
  return { ...batch, y: (batch as { y?: { toArray(): unknown; dtype: string } }).y };
};
const RAGGED = Array.from({ length: 103 }, (_, i) => ({
  x: Array.from({ length: 1 + ((i * 7) % 13) }, (_, t) => i + t),
  y: i % 3,
}));

describe('a batch', () => {
  it('has tokens by time, padded at their ends, with lengths and classes', () => {
    const { x, y, lengths, rows, index, count } = first(
      [
        { x: [1, 2, 3], y: 1 },
        { x: [], y: 0 },
        { x: [4], y: 2 },
      ],
      { pad: 9 },
    );
    expect([x.dtype, x.toArray()]).toEqual([
      'int32',
      [
        [1, 9, 4],
        [2, 9, 9],
        [3, 9, 9],
      ],
    ]);
    expect([y?.dtype, y?.toArray()]).toEqual(['int32', [1, 0, 2]]);
    expect([[...lengths], [...rows], index, count]).toEqual([[3, 0, 1], [0, 1, 2], 0, 1]);
  });

  it('has features, and batch first where that is asked for', () => {
    const examples = [
      {
        x: [
          [1, 2],
          [3, 4],
        ],
        y: 0.5,
      },
      { x: [Float32Array.of(5, 6)], y: 2 },
    ];
    const { x, y } = first(examples);
    expect([x.dtype, x.shape, [...x.data()]]).toEqual(['float32', [2, 2, 2], [1, 2, 5, 6, 3, 4, 0, 0]]);
    expect([y?.dtype, y?.toArray()]).toEqual(['float32', [0.5, 2]]);
    const turned = first(examples, { batchFirst: true }).x;
    expect([turned.shape, [...turned.data()]]).toEqual([
      [2, 2, 2],
      [1, 2, 3, 4, 5, 6, 0, 0],
    ]);
  });

  it('has targets at each step, padded so that crossEntropy can ignore them', () => {
    const examples = [
      { x: [1, 2], y: [0, 1] },
      { x: [3], y: [2] },
    ];
    expect(first(examples).y?.toArray()).toEqual([
      [0, 2],
      [1, -100],
    ]);
    expect(first(examples, { padTarget: 7, batchFirst: true }).y?.toArray()).toEqual([
      [0, 1],
      [2, 7],
    ]);
    const values = first(examples, { targets: 'values' }).y;
    expect([values?.dtype, values?.toArray()]).toEqual([
      'float32',
      [
        [0, 2],
        [1, 0],
      ],
    ]);
    expect(first([{ x: [1, 2], y: [[0.5], [1]] }]).y?.toArray()).toEqual([[[0.5]], [[1]]]);
  });

  it('has several values for each example, or no targets', () => {
    expect(
      first([
        { x: [1], y: [0.5, 1, 2] },
        { x: [1, 2], y: [3, 4, 5] },
      ]).y?.toArray(),
    ).toEqual([
      [0.5, 1, 2],
      [3, 4, 5],
    ]);
    expect(first([{ x: [1] }])).not.toHaveProperty('y.shape');
  });

  it('has features without steps', () => {
    const rows = [
      { x: [0, 1], y: [1, 0.5] },
      { x: [2, 3], y: [0, 1] },
    ];
    const { x, y, lengths } = first(rows, { inputs: 'values', shuffle: false });
    expect([x.dtype, x.toArray(), [...lengths]]).toEqual([
      'float32',
      [
        [0, 1],
        [2, 3],
      ],
      [1, 1],
    ]);
    expect(y?.toArray()).toEqual([
      [1, 0.5],
      [0, 1],
    ]);
    const typed = [Float32Array, Float64Array].map((Kind) => first([{ x: Kind.of(0.5, 1), y: 3 }]));
    for (const batch of typed) expect([batch.x.toArray(), batch.y?.toArray()]).toEqual([[[0.5, 1]], [3]]);
    expect(first([{ x: Float32Array.of(4, 1), y: 3 }], { inputs: 'tokens' }).x.toArray()).toEqual([[4], [1]]);
  });
});

describe('epochs', () => {
  const rowsOf = (loader: Iterable<{ rows: Int32Array }>): number[][] => [...loader].map(({ rows }) => [...rows]);
  const sorted = (epoch: number[][]): number[] => epoch.flat().sort((a, b) => a - b);

  it('keep the order, or draw another each time, which the seed decides', () => {
    const plain = new DataLoader(RAGGED, { batchSize: 10 });
    expect(plain.length).toBe(11);
    expect(rowsOf(plain).flat()).toEqual(RAGGED.map((_, i) => i));
    expect(rowsOf(plain)).toEqual(rowsOf(plain));
    const shuffled = new DataLoader(RAGGED, { batchSize: 10, shuffle: true, seed: 4 });
    const [one, two] = [rowsOf(shuffled), rowsOf(shuffled)];
    expect(one).not.toEqual(two);
    for (const epoch of [one, two]) expect(sorted(epoch)).toEqual(RAGGED.map((_, i) => i));
    const again = new DataLoader(RAGGED, { batchSize: 10, shuffle: true, seed: 4 });
    expect([rowsOf(again), rowsOf(again)]).toEqual([one, two]);
    expect(rowsOf(again.batches(1, 4))).toEqual(two.slice(4));
    expect(rowsOf(new DataLoader(RAGGED, { batchSize: 10, shuffle: true, seed: 5 }))).not.toEqual(one);
  });

  it('put like lengths together, so that little is padding', () => {
    const waste = (bucketByLength: boolean): number => {
      const loader = new DataLoader(RAGGED, { batchSize: 10, shuffle: true, bucketByLength });
      return [...loader].reduce((sum, { x, lengths }) => sum + x.size - lengths.reduce((a, b) => a + b, 0), 0);
    };
    expect(waste(true)).toBeLessThan(waste(false) / 3);
  });
});

it.each<[string, unknown, object, RegExp]>([
  ['EMPTY', [], {}, /at least one sequence/],
  ['OPTION', 'abc', {}, /examples \{ x, y \} as an array, received "abc"/],
  ['OPTION', [{ x: [1], y: 0 }], { batchsize: 3 }, /options of a DataLoader, received "batchsize"/],
  ['RANGE', [{ x: [1], y: 0 }], { batchSize: 0 }, /batchSize of 1 or more/],
  ['OPTION', [{ x: [1], y: 0 }], { targets: 'labels' }, /targets of classes, values, received .*labels/],
  [
    'SHAPE',
    [
      { x: [1], y: 0 },
      { x: 3, y: 0 },
    ],
    {},
    /x as a list of tokens.*in example 1, received 3/,
  ],
  ['SHAPE', [{ x: [1], y: 0 }, [[1], 0]], {}, /in example 1/],
  ['SHAPE', [{ x: [1, 0.5], y: 0 }], {}, /tokens as whole numbers of 0 or more as x in example 0, received 0.5/],
  [
    'SHAPE',
    [
      { x: [1, 2], y: 0 },
      { x: [1], y: 0 },
    ],
    { inputs: 'values' },
    /2 features as x, as in example 0, in example 1, received an array of 1/,
  ],
  ['SHAPE', [{ x: [1, NaN], y: 0 }], { inputs: 'values' }, /finite numbers as x in example 0, received NaN/],
  ['OPTION', [{ x: [1], y: 0 }], { inputs: 'features' as 'values' }, /inputs of tokens, values/],
  ['SHAPE', [{ x: [[1], [NaN]], y: 0 }], {}, /finite numbers as x in example 0, received NaN/],
  [
    'SHAPE',
    [
      { x: [[1, 2]], y: 0 },
      { x: [[1]], y: 0 },
    ],
    {},
    /2 features at each step of x.* in example 1, received an array of 1/,
  ],
  ['SHAPE', [{ x: [1, [2]], y: 0 }], {}, /a number at each step of x/],
  [
    'SHAPE',
    [{ x: [1], y: 0 }, { x: [1] }],
    {},
    /y as a number, as in the examples before in example 1, received undefined/,
  ],
  [
    'SHAPE',
    [
      { x: [1, 2], y: [0, 1] },
      { x: [1, 2], y: [0] },
    ],
    {},
    /a target for each of 2 steps in example 1, received an array of 1/,
  ],
  ['SHAPE', [{ x: [1], y: 'good' }], {}, /y as a number or a list in example 0, received .*good/],
  ['SHAPE', [{ x: [1], y: 0.5 }], { targets: 'classes' }, /classes as whole numbers/],
  ['SHAPE', [{ x: [1], y: NaN }], {}, /finite numbers as y/],
])('%s for %j %j', (code, examples, options, message) => {
  const make = () => new DataLoader(examples as Example[], options);
  expect(make).toThrow(expect.objectContaining({ code }));
  expect(make).toThrow(message);
});

it('names inputs where numbers are no tokens', () => {
  const make = () => new DataLoader([{ x: [0.5, 1], y: 0 }]);
  expect(make).toThrow(expect.objectContaining({ help: expect.stringContaining("inputs: 'values'") }));
});
