// What the operations give, on every backend that runs here; their gradients stand in autograd.test.ts.
import { beforeAll, describe, expect, it } from 'vitest';
import { listBackends, useBackend } from '../backend/choose.js';
import { nodePlatform } from '../platform/node/node.js';
import { setPlatform } from '../platform/platform.js';
import { fromData, tensor, zeros } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import './methods.js';
import * as ops from './ops.js';

setPlatform(nodePlatform);
const backends = await listBackends({ threads: 1 });

const int = (...values: number[]): Tensor => fromData(Int32Array.from(values), [values.length]);
/** The elements with their dtype, so that neither passes for the other. */
const shown = (t: Tensor): unknown => [t.dtype, t.toArray()];

describe.each(backends.filter((b) => b.available).map((b) => b.name))('on %s', (name) => {
  beforeAll(async () => {
    await useBackend(name, { threads: 1 });
  });

  it('arrays and numbers count as tensors on both sides', () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(x.add([10, 20]).toArray()).toEqual([
      [11, 22],
      [13, 24],
    ]);
    expect(ops.sub(10, x).toArray()).toEqual([
      [9, 8],
      [7, 6],
    ]);
    expect(ops.mul([1, 2], [3, 4]).toArray()).toEqual([3, 8]);
    expect(x.matmul([[1], [1]]).toArray()).toEqual([[3], [7]]);
    expect(ops.matmul([[1, 1]], x).toArray()).toEqual([[4, 6]]);
    expect(ops.relu([-1, 2]).toArray()).toEqual([0, 2]);
    expect(
      ops
        .sum(
          [
            [1, 2],
            [3, 4],
          ],
          0,
        )
        .toArray(),
    ).toEqual([4, 6]);
    expect(ops.concat([x, [[5, 6]]]).shape).toEqual([3, 2]);
    expect(ops.stack([[1, 2], Float32Array.of(3, 4)], -1).toArray()).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(
      ops
        .crossEntropy(
          [
            [0, 0],
            [0, 0],
          ],
          [0, 1],
        )
        .item(),
    ).toBeCloseTo(Math.log(2), 6);
    expect(ops.gatherRows(x, [1, 0]).toArray()).toEqual([
      [3, 4],
      [1, 2],
    ]);
  });

  it('compares, also where numbers are NaN', () => {
    const [a, b] = [tensor([1, 2, 3, NaN]), tensor([2, 2, 2, 1])];
    const expected = {
      eq: [0, 1, 0, 0],
      ne: [1, 0, 1, 1],
      lt: [1, 0, 0, 0],
      le: [1, 1, 0, 0],
      gt: [0, 0, 1, 0],
      ge: [0, 1, 1, 0],
    } as const;
    for (const [op, values] of Object.entries(expected)) {
      const compare = ops[op as keyof typeof expected];
      expect(shown(compare(a, b)), op).toEqual(['float32', values]);
      expect(shown(compare(int(1, 2, 3), int(2, 2, 2))), op).toEqual(['int32', values.slice(0, 3)]);
    }
    expect(a.gt(2).toArray()).toEqual([0, 0, 1, 0]);
    expect(a.lt([[1.5], [2.5]]).shape).toEqual([2, 4]);
  });

  it('chooses with numbers and whole numbers', () => {
    const x = tensor([-1, 2, -3]);
    expect(ops.where(x.gt(0), x, 0).toArray()).toEqual([0, 2, 0]);
    expect(shown(ops.where(int(1, 0), int(5, 6), 9))).toEqual(['int32', [5, 9]]);
    expect(shown(ops.where(int(1, 0), int(5, 6), 0.5))).toEqual(['float32', [5, 0.5]]);
  });

  it('raises to powers, of negative bases too', () => {
    const x = tensor([-2, -1, 0, 3]);
    expect(x.pow(3).toArray()).toEqual([-8, -1, 0, 27]);
    expect(x.pow(1).toArray()).toEqual([-2, -1, 0, 3]);
    expect(x.pow(0).toArray()).toEqual([1, 1, 1, 1]);
    expect(x.pow(-2).toArray()).toEqual([0.25, 1, Infinity, expect.closeTo(1 / 9, 6)]);
    expect(tensor([0, 4, 9]).pow(0.5).toArray()).toEqual([0, 2, 3]);
    expect(tensor([0, 4, -1]).pow(1.5).toArray()).toEqual([0, expect.closeTo(8, 5), NaN]);
    expect(x.pow([2, 3, 4, -1]).toArray()).toEqual([4, -1, 0, expect.closeTo(1 / 3, 6)]);
    expect(ops.pow(2, [1, 2, 0.5]).toArray()).toEqual([2, 4, expect.closeTo(Math.SQRT2, 6)]);
    expect(tensor([-1, 1.001]).pow(101).toArray()).toEqual([-1, expect.closeTo(1.001 ** 101, 4)]);
    expect(shown(int(-3, 2).pow(3))).toEqual(['int32', [-27, 8]]);
    expect(shown(int(3, 10).pow(20))).toEqual(['int32', [(3 ** 20) | 0, Number(BigInt.asIntN(32, 10n ** 20n))]]);
    expect(() => int(2).pow(-1)).toThrowError(/powers of 0 or more for int32/);
  });

  it('int32 stays int32 among itself and with whole numbers', () => {
    const x = int(2_000_000_000, -7, 16_777_217);
    expect(shown(x.add(1))).toEqual(['int32', [2_000_000_001, -6, 16_777_218]]);
    expect(shown(x.add([1, 2, 3]))).toEqual(['int32', [2_000_000_001, -5, 16_777_220]]);
    expect(shown(ops.sub(0, x))).toEqual(['int32', [-2_000_000_000, 7, -16_777_217]]);
    expect(shown(x.mul(int(3)))).toEqual(['int32', [1_705_032_704, -21, 50_331_651]]); // 6e9 wraps
    expect(shown(x.maximum(0))).toEqual(['int32', [2_000_000_000, 0, 16_777_217]]);
    expect(shown(x.neg())).toEqual(['int32', [-2_000_000_000, 7, -16_777_217]]);
    expect(shown(int(-3, 4).abs())).toEqual(['int32', [3, 4]]);
    expect(shown(int(-3, 4).relu())).toEqual(['int32', [0, 4]]);
    expect(shown(fromData(Int32Array.of(1, 2, 3, 4), [2, 2]).add(int(10, 20)))).toEqual([
      'int32',
      [
        [11, 22],
        [13, 24],
      ],
    ]);
  });

  it('int32 becomes float32 where it meets fractions, quotients and functions', () => {
    const x = int(1, 2);
    expect(shown(x.add(0.5))).toEqual(['float32', [1.5, 2.5]]);
    expect(shown(x.mul(tensor([2, 3])))).toEqual(['float32', [2, 6]]);
    expect(shown(x.div(2))).toEqual(['float32', [0.5, 1]]);
    expect(shown(x.div(x))).toEqual(['float32', [1, 1]]);
    expect(x.exp().dtype).toBe('float32');
    expect(shown(x.mean())).toEqual(['float32', 1.5]);
    expect(shown(int(3).mean())).toEqual(['float32', 3]);
    expect(shown(fromData(Int32Array.of(1, 2), [1, 2]).matmul([[1], [2]]))).toEqual(['float32', [[5]]]);
    expect(shown(ops.concat([x, tensor([0.5])]))).toEqual(['float32', [1, 2, 0.5]]);
    const w = tensor([1, 1], { requiresGrad: true });
    w.mul(x).sum().backward();
    expect(w.grad?.toArray()).toEqual([1, 2]);
  });

  it('converts', () => {
    expect(shown(tensor([1.9, -1.9, 0]).to('int32'))).toEqual(['int32', [1, -1, 0]]);
    expect(shown(int(1, 2).to('float32'))).toEqual(['float32', [1, 2]]);
    const x = tensor([1]);
    expect(x.to('float32')).toBe(x);
    expect(() => tensor([[1, NaN]]).to('int32')).toThrowError(/received NaN in the tensor at \[0\]\[1\]/);
    expect(() => x.to('float' as 'float32')).toThrowError(/received "float"/);
  });

  it('reduces', () => {
    const x = tensor([
      [1, 5, 3],
      [4, 2, 5],
    ]);
    expect(x.min().item()).toBe(1);
    expect(x.min(1).toArray()).toEqual([1, 2]);
    expect(x.min({ axis: 0, keepDims: true }).toArray()).toEqual([[1, 2, 3]]);
    expect(x.argmax().item()).toBe(1);
    expect(shown(x.argmax(1))).toEqual(['int32', [1, 2]]);
    expect(shown(x.argmax(0))).toEqual(['int32', [1, 0, 1]]);
    expect(x.argmax({ axis: -1, keepDims: true }).shape).toEqual([2, 1]);
    expect(x.argmin(1).toArray()).toEqual([0, 1]);
    expect(tensor(3).argmax().item()).toBe(0);
    expect(tensor([1, NaN, 2]).argmax().item()).toBe(1);
    expect(tensor([1, NaN, 0]).argmin().item()).toBe(1);
    expect(shown(int(3, -2_147_483_648).min())).toEqual(['int32', -2_147_483_648]);
    expect(shown(int(16_777_217, 16_777_216).max())).toEqual(['int32', 16_777_217]);
    expect(shown(int(16_777_217, 2).sum())).toEqual(['int32', 16_777_219]);
    expect(shown(fromData(Int32Array.of(1, 2, 3, 4), [2, 2]).sum(0))).toEqual(['int32', [4, 6]]);
  });

  it('measures spread as PyTorch does', () => {
    // torch.tensor([[1., 2, 4], [3, 3, 3]]).var(1), .std(0), .var(unbiased=False), .std()
    const x = tensor([
      [1, 2, 4],
      [3, 3, 3],
    ]);
    const close = (values: unknown, expected: number[]): void => {
      expect(values).toEqual(expected.map((value) => expect.closeTo(value, 6)));
    };
    close(x.variance(1).toArray(), [7 / 3, 0]);
    close(x.std(0).toArray(), [Math.SQRT2, Math.SQRT1_2, Math.SQRT1_2]);
    close([x.variance({ correction: 0 }).item()], [8 / 9]);
    close([x.std().item()], [Math.sqrt(16 / 15)]);
    expect(ops.variance([[1, 2]], { axis: 1, keepDims: true }).toArray()).toEqual([[0.5]]);
  });

  it('moves axes and picks places', () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(x.slice(1, -2).toArray()).toEqual([
      [2, 3],
      [5, 6],
    ]);
    expect(x.slice(1, 0, -1).toArray()).toEqual([
      [1, 2],
      [4, 5],
    ]);
    expect(x.slice(0, -1).toArray()).toEqual([[4, 5, 6]]);
    expect(x.at(-1).toArray()).toEqual([4, 5, 6]);
    expect(x.at(0, -1).item()).toBe(3);
    expect(x.select(1, -1).toArray()).toEqual([3, 6]);
    expect(x.unsqueeze(-1).shape).toEqual([2, 3, 1]);
    expect(x.unsqueeze(0).squeeze(0).shape).toEqual([2, 3]);
    expect(zeros([1, 2, 1]).squeeze().shape).toEqual([2]);
    expect(zeros([2, 3, 4]).flatten(1).shape).toEqual([2, 12]);
    expect(zeros([2, 3, 4]).flatten(0, 1).shape).toEqual([6, 4]);
    expect(tensor(1).flatten().shape).toEqual([1]);
    expect(shown(int(1, 2, 3).at(-1))).toEqual(['int32', 3]);
  });
});

describe('what is refused', () => {
  const x = (): Tensor =>
    tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  it.each<[string, () => unknown, RegExp]>([
    ['a slice beyond the end', () => x().slice(1, 0, 4), /within the 3 places of axis 1, received 0 to 4/],
    ['a slice from before the start', () => x().slice(0, -3), /within the 2 places of axis 0, received -3 to the end/],
    ['a slice that ends before it starts', () => x().slice(1, 2, -2), /received 2 to -2/],
    ['an index that is none', () => x().at(2), /from -2 to 1 along axis 0 of shape \[2, 3\], received 2/],
    ['no index', () => x().select(1, undefined as never), /received undefined/],
    ['a long axis', () => x().squeeze(0), /size 1 along axis 0, received shape \[2, 3\]/],
    ['axes in falling order', () => x().flatten(1, 0), /rising order/],
    ['an axis by another name', () => x().sum({ dim: 1 } as never), /received "dim"/],
    ['keepdim', () => x().max({ axis: 1, keepdim: true } as never), /keepdim/],
    ['one element with a correction', () => tensor([1]).std(), /more elements than the correction of 1, received 1/],
    ['no elements', () => zeros([0]).argmax(), /expected elements, received shape \[0\]/],
    ['a text', () => x().add('1' as never), /a number in the operand, received "1"/],
    ['nothing', () => x().mul(undefined as never), /a number in the operand, received undefined/],
    ['no list', () => ops.concat(x() as never), /tensors as an array, received Tensor/],
    ['fractions for targets', () => ops.crossEntropy(x(), [0.5, 1]), /0\.5 in the targets at \[0\]/],
    ['float32 for targets', () => ops.crossEntropy(x(), tensor([0, 1])), /expected int32 indices, received float32/],
  ])('%s', (_, make, message) => {
    expect(make).toThrowError(message);
  });
});
