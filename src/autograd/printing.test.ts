import { inspect } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { fromData, tensor, zeros } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { showTensorsInConsole } from '../tensor/print.js';
import './methods.js';

beforeAll(() => {
  showTensorsInConsole();
  setCurrentDevice(new ReferenceBackend());
});

describe('console.log of a tensor', () => {
  it.each<[string, () => unknown, string]>([
    ['a number', () => tensor(3), 'Tensor(float32, []) 3'],
    [
      'whole numbers',
      () =>
        tensor([
          [1, -20],
          [3, 4],
        ]),
      'Tensor(float32, [2, 2])\n[[  1, -20],\n [  3,   4]]',
    ],
    ['int32', () => tensor(Int32Array.of(7)), 'Tensor(int32, [1]) [7]'],
    ['fractions', () => tensor([1, -2.25, 0]), 'Tensor(float32, [3]) [ 1.0000, -2.2500,  0.0000]'],
    ['sizes far apart', () => tensor([0.5, 1e-6]), 'Tensor(float32, [2]) [5.0000e-1, 1.0000e-6]'],
    ['large numbers', () => tensor([3e9]), 'Tensor(float32, [1]) [3.0000e+9]'],
    ['what is not finite', () => tensor([NaN, -Infinity, 1]), 'Tensor(float32, [3]) [      NaN, -Infinity,         1]'],
    ['no elements', () => zeros([0, 2]), 'Tensor(float32, [0, 2]) []'],
    [
      'matrices',
      () =>
        tensor([
          [[1], [2]],
          [[3], [4]],
        ]),
      'Tensor(float32, [2, 2, 1])\n[[[1],\n  [2]],\n\n [[3],\n  [4]]]',
    ],
    ['a parameter', () => tensor([1], { requiresGrad: true }), 'Tensor(float32, [1], requiresGrad) [1]'],
    ['a result', () => tensor([1], { requiresGrad: true }).mul(2), 'Tensor(float32, [1], from mul) [2]'],
    ['within an object', () => ({ x: tensor([1, 2]) }), '{ x: Tensor(float32, [2]) [1, 2] }'],
    ['too deep', () => [[[[tensor([1])]]]], '[ [ [ [Array] ] ] ]'],
  ])('%s', (_, make, shown) => {
    expect(inspect(make())).toBe(shown);
  });

  it('shortens what is large, and wraps long rows', () => {
    const large = inspect(
      fromData(
        Float32Array.from({ length: 10_000 }, (_, i) => i),
        [100, 100],
      ),
    );
    expect(large.split('\n')).toHaveLength(8);
    expect(large).toContain('[[   0,    1,    2, …,   97,   98,   99],');
    expect(large).toContain('\n …,\n');
    const long = inspect(zeros([60]).add(0.5)).split('\n');
    expect(Math.max(...long.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(long.join('').match(/0\.5/g)).toHaveLength(60);
  });

  it('says that a tensor was disposed', () => {
    const x = tensor([1]);
    x.dispose();
    expect(inspect(x)).toBe('Tensor(float32, [1], disposed)');
    expect(String(x)).toBe('Tensor(float32, [1], disposed)');
    expect(() => x.data()).toThrowError(
      /a live tensor, received one that was disposed: Tensor\(float32, \[1\], disposed\)/,
    );
  });

  it('is known to Deno too', () => {
    const show = Reflect.get(tensor([1]), Symbol.for('Deno.customInspect')) as (inspect: unknown) => string;
    expect(show.call(tensor([1]), inspect)).toBe('Tensor(float32, [1]) [1]');
  });
});

describe('a tensor as text', () => {
  it('shows the first elements', () => {
    expect(
      String(
        tensor([
          [1, 2.123456],
          [3, 4],
        ]),
      ),
    ).toBe('Tensor(float32, [2, 2]: 1, 2.1235, 3, 4)');
    expect(String(zeros([7]))).toBe('Tensor(float32, [7]: 0, 0, 0, 0, 0, 0, …)');
    expect(String(zeros([0]))).toBe('Tensor(float32, [0])');
  });

  it('goes through JSON', () => {
    const x = tensor([
      [0.1, 2],
      [3, -4e-9],
    ]);
    const again = tensor(JSON.parse(JSON.stringify({ x })).x);
    expect(again.shape).toEqual(x.shape);
    expect(again.data()).toEqual(x.data());
    expect(() => tensor(JSON.parse(JSON.stringify(tensor([1, NaN]))))).toThrowError(/at \[1\], received null/);
  });
});
