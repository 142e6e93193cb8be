import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { UnrolledError } from '../errors.js';
import { asTensor } from '../tensor/asTensor.js';
import { empty, fromData, full, ones, randn, tensor, zeros } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { scope } from '../tensor/scope.js';
import type { TensorValues } from '../tensor/values.js';

beforeAll(() => {
  setCurrentDevice(new ReferenceBackend());
});

/** Code, message and help of what is thrown. */
function refusal(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (error instanceof UnrolledError) return `${error.code}: ${error.message}: ${error.help}`;
    throw error;
  }
  return 'accepted';
}

/** What a program without types may give. */
const given = (value: unknown): TensorValues => value as TensorValues;

describe('tensor', () => {
  it.each<[string, unknown, unknown, number[], string]>([
    ['a number', 3, 3, [], 'float32'],
    ['true', true, 1, [], 'float32'],
    ['booleans', [[true, false]], [[1, 0]], [1, 2], 'float32'],
    ['no numbers', [], [], [0], 'float32'],
    ['rows of none', [[], []], [[], []], [2, 0], 'float32'],
    ['what is not finite', [NaN, Infinity, -Infinity], [NaN, Infinity, -Infinity], [3], 'float32'],
    ['a Float64Array', Float64Array.of(1.5, 2), [1.5, 2], [2], 'float32'],
    ['an Int32Array', Int32Array.of(1, -2), [1, -2], [2], 'int32'],
    ['a Uint8Array', Uint8Array.of(1, 255), [1, 255], [2], 'int32'],
    ['a Buffer', Buffer.from('ab'), [97, 98], [2], 'int32'],
    [
      'rows',
      [Float32Array.of(1, 2), [3, 4]],
      [
        [1, 2],
        [3, 4],
      ],
      [2, 2],
      'float32',
    ],
    [
      'rows of bytes',
      [Uint8Array.of(1, 2), Int32Array.of(3, 4)],
      [
        [1, 2],
        [3, 4],
      ],
      [2, 2],
      'int32',
    ],
    ['deep rows', [[Uint8Array.of(1)], [Uint8Array.of(2)]], [[[1]], [[2]]], [2, 1, 1], 'int32'],
    ['arrays of another realm', runInNewContext('[new Float64Array([1]), [2]]'), [[1], [2]], [2, 1], 'float32'],
    ['integers of another realm', runInNewContext('new Int32Array([1, 2])'), [1, 2], [2], 'int32'],
  ])('takes %s', (_, values, expected, shape, dtype) => {
    const t = tensor(given(values));
    expect(t.toArray()).toEqual(expected);
    expect(t.shape).toEqual(shape);
    expect(t.dtype).toBe(dtype);
  });

  it.each<[string, unknown, RegExp]>([
    [
      'a text',
      [
        [1, 2],
        ['3', 4],
      ],
      /^DTYPE: .*in the values at \[1\]\[0\], received "3": .*Number\(text\)/,
    ],
    ['a text alone', 'abc', /^DTYPE: expected a number in the values, received "abc"/],
    ['undefined', undefined, /^DTYPE: .*received undefined/],
    ['undefined within', [[[1], [undefined]]], /^DTYPE: .*at \[0\]\[1\]\[0\], received undefined/],
    ['null', [1, null], /^DTYPE: .*at \[1\], received null: .*write NaN/],
    ['a hole', new Array(3).fill(1, 0, 2), /^DTYPE: .*at \[2\], received undefined/],
    ['an object', [{ a: 1 }], /^DTYPE: .*at \[0\], received an object with a/],
    ['a set', new Set([1]), /^DTYPE: .*received a Set: .*Array\.from/],
    ['bytes without a type', new ArrayBuffer(4), /^DTYPE: .*received an ArrayBuffer: .*Float32Array/],
    ['bigints', [1n], /^DTYPE: .*received 1n: .*Number/],
    ['a BigInt64Array', BigInt64Array.of(1n), /^DTYPE: .*received a BigInt64Array of 1: .*Number/],
    ['a row of bigints', [BigInt64Array.of(1n)], /^DTYPE: .*at \[0\], received a BigInt64Array of 1/],
    ['short rows', [[1, 2], [3]], /^SHAPE: .*\[2\] as the first, received 1 elements at \[1\]: pad/],
    ['short rows of typed arrays', [Float32Array.of(1, 2), Float32Array.of(3)], /^SHAPE: .*at \[1\]/],
    ['a number for a row', [[1, 2], 3], /^SHAPE: .*received the number 3 at \[1\]/],
    ['a row for a number', [1, [2]], /^SHAPE: expected a number in the values at \[1\] .*received an array/],
  ])('refuses %s', (_, values, message) => {
    expect(refusal(() => tensor(given(values)))).toMatch(message);
  });

  it('refuses tensors among numbers, and says what is meant', () => {
    expect(refusal(() => tensor(given([tensor([1]), tensor([2])])))).toMatch(
      /^DTYPE: .*at \[0\], received Tensor.*: stack/,
    );
  });

  it('makes int32 of whole numbers only', () => {
    expect(tensor([[1, -2]], { dtype: 'int32' }).toArray()).toEqual([[1, -2]]);
    expect(refusal(() => tensor([[1], [1.5]], { dtype: 'int32' }))).toMatch(
      /^RANGE: .*1\.5 in the values at \[1\]\[0\]/,
    );
    expect(refusal(() => tensor([NaN], { dtype: 'int32' }))).toMatch(/^RANGE: .*received NaN/);
    expect(refusal(() => tensor(Uint32Array.of(2 ** 31)))).toMatch(/^RANGE: .*2147483648/);
    expect(refusal(() => full([2], 0.5, { dtype: 'int32' }))).toMatch(/^RANGE/);
  });
});

describe('what all creations check', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['float', () => zeros([2], { dtype: 'float' as 'float32' }), /^OPTION: .*received "float": did you mean float32\?/],
    ['int', () => tensor([2], { dtype: 'int' as 'int32' }), /^OPTION: .*received "int": did you mean int32\?/],
    ['bool', () => ones([2], { dtype: 'bool' as 'int32' }), /^OPTION: .*received "bool"/],
    ['another name', () => zeros([2], { requires_grad: true } as object), /^OPTION: .*did you mean requiresGrad/],
    ['a dtype in place of options', () => zeros([2], given('int32') as object), /^OPTION: .*received "int32"/],
    ['sizes one by one', () => zeros(given(2) as number[]), /^SHAPE: .*list of sizes, received 2: zeros\(\[2, 3\]\)/],
    ['a size below 0', () => empty([2, -1]), /^SHAPE: .*\[2, -1\]/],
    ['half a size', () => full([1.5], 1), /^SHAPE: .*\[1\.5\]/],
    ['a text for a size', () => ones(['2'] as unknown as number[]), /^SHAPE/],
    ['no value', () => full([2], undefined as unknown as number), /^DTYPE: .*received undefined/],
    ['options in place of a generator', () => randn([2], {} as never), /^OPTION: .*randn\(\[2, 3\], undefined/],
    ['a gradient of int32', () => zeros([2], { dtype: 'int32', requiresGrad: true }), /^DTYPE/],
    ['too few elements', () => fromData([1, 2], [3]), /^SHAPE: expected 3 elements for shape \[3\], received 2/],
    ['a text for data', () => fromData('12' as never, [2]), /^SHAPE: .*received "12"/],
    ['texts in data', () => fromData([1, '2'] as never, [2]), /^DTYPE: .*the data at \[1\]/],
    ['a hole in data', () => fromData([1, , 2] as never, [3]), /^DTYPE: .*the data at \[1\]/],
    ['bigints in data', () => fromData(BigInt64Array.of(1n) as never, [1]), /^DTYPE/],
    ['texts that are set', () => zeros([2]).set([1, 'x'] as never), /^DTYPE: .*the values at \[1\]/],
  ])('%s', (_, make, message) => {
    expect(refusal(make)).toMatch(message);
  });
});

describe('asTensor', () => {
  it('leaves a tensor as it is and makes one of numbers', () => {
    const t = tensor([1]);
    expect(asTensor(t, 'the input', 'int32')).toBe(t);
    expect(asTensor([[1, 2]], 'the input').shape).toEqual([1, 2]);
    expect(asTensor([0, 1], 'the targets', 'int32').dtype).toBe('int32');
  });

  it('names what does not fit', () => {
    expect(refusal(() => asTensor(given(['a']), 'the targets'))).toMatch(
      /^DTYPE: expected a number in the targets at \[0\]/,
    );
    expect(refusal(() => asTensor([0.5], 'the targets', 'int32'))).toMatch(/^RANGE: .*0\.5 in the targets at \[0\]/);
  });
});

describe('scope', () => {
  it('refuses what waits, and gives back what was made until then', async () => {
    let made = zeros([1]);
    const body = async (): Promise<number> => {
      made = zeros([2]);
      await Promise.resolve();
      return made.item();
    };
    expect(refusal(() => scope(body))).toMatch(/^USAGE: .*asynchronous one: .*between two awaits/);
    expect(made.disposed).toBe(true);
    await Promise.resolve();
  });
});
