import { describe, expect, it } from 'vitest';
import { decodeLabels, encodeLabels, givenParameters } from './files.js';
import type { ParameterLabel } from './labels.js';
import { numbersOf } from './numbers.js';

const label: ParameterLabel = {
  axes: ['hidden', 'gates'],
  blocks: [
    { gate: 'z', operand: 'f(h, z:r)', width: 2 },
    { gate: 'i', operand: null, width: 3 },
  ],
  heads: 2,
};

describe('labels in a file', () => {
  it('come back as they were, whatever their names', () => {
    const plain: ParameterLabel = { axes: ['output'], blocks: [] };
    const tensors = [{ name: '0.weight_h', label }, { name: '__proto__', label: plain }, { name: 'no label' }];
    const read = decodeLabels(encodeLabels(tensors), 'f');
    expect([...read]).toEqual([
      ['0.weight_h', label],
      ['__proto__', plain],
    ]);
  });

  it.each([
    ['not JSON', '{'],
    ['a list', '[]'],
    ['a label that is null', '{"a":null}'],
    ['axes of another kind', '{"a":{"axes":["time"]}}'],
    ['axes that are a text', '{"a":{"axes":"input"}}'],
    ['a block without width', '{"a":{"axes":["gates"],"blocks":[["i",null]]}}'],
    ['a block of no columns', '{"a":{"axes":["gates"],"blocks":[["i",null,0]]}}'],
    ['a gate that is a number', '{"a":{"axes":["gates"],"blocks":[[1,null,1]]}}'],
    ['half a head', '{"a":{"axes":["gates"],"heads":0.5}}'],
    ['a long name', `{"${'n'.repeat(1e6)}":5}`],
  ])('are refused where they are %s', (_, text) => {
    expect(() => decodeLabels(text, 'moby.safetensors')).toThrow(
      expect.objectContaining({
        code: 'FORMAT',
        message: expect.stringMatching(/^[^]{0,300}moby.safetensors[^]{0,300}$/),
      }),
    );
  });
});

describe('givenParameters', () => {
  const one = (dtype: string, data: ArrayLike<number>) => new Map([['w', { shape: [data.length], dtype, data }]]);

  it('widens half floats', () => {
    const half = givenParameters(one('F16', Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x0001, 0x7bff)), undefined, 'f');
    const [a, b, c, d, e] = Array.from(numbersOf('w', half.get('w') ?? { shape: [], data: [] }));
    expect([a, b, d, e]).toEqual([1, -2, 2 ** -24, 65504]);
    expect(c).toBe(0.333251953125);
    const brain = givenParameters(one('BF16', Uint16Array.of(0x3f80, 0xc000, 0x4049)), undefined, 'f');
    expect(Array.from(numbersOf('w', brain.get('w') ?? { shape: [], data: [] }))).toEqual([1, -2, 3.140625]);
  });

  it.each([
    [
      'a type that no weight has',
      one('I32', Int32Array.of(1)),
      /"w" of type F32, F64, F16, BF16, I8 in f, received I32/,
    ],
    ['NaN', one('F32', Float32Array.of(1, NaN)), /finite numbers for "w" in f, received NaN or ±∞ at 1/],
    ['infinity', one('F64', Float64Array.of(-Infinity)), /NaN or ±∞ at 0/],
    ['NaN as a half float', one('F16', Uint16Array.of(0, 0x7e00)), /at 1/],
    ['infinity as a brain float', one('BF16', Uint16Array.of(0xff80)), /at 0/],
  ])('refuses %s', (_, tensors, message) => {
    expect(() => givenParameters(tensors, undefined, 'f')).toThrow(message);
  });

  it('refuses a label of another number of axes', () => {
    const tensors = one('F32', Float32Array.of(1, 2));
    expect(() => givenParameters(tensors, new Map([['w', label]]), 'f')).toThrow(/an axis for each of 1 sizes of "w"/);
  });
});
