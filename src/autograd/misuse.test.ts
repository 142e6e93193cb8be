// What programs in JavaScript and habits of PyTorch lead to: each mistake is named, and what to write instead.
import { beforeAll, describe, expect, it } from 'vitest';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { UnrolledError } from '../errors.js';
import { ones, tensor } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { scope } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import './methods.js';
import { layerNorm } from './normalize.js';
import { concat, crossEntropy } from './ops.js';
import { noGrad } from './tape.js';

beforeAll(() => {
  setCurrentDevice(new ReferenceBackend());
});

/** What a program without types may give. */
const given = (value: unknown): never => value as never;
/** What a program without types may compute with. */
const asNumber = (value: unknown): number => value as number;
const pair = (): Tensor =>
  tensor([
    [1, 2],
    [3, 4],
  ]);
const loss = (): Tensor => tensor([3], { requiresGrad: true }).square();

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof UnrolledError) return `${error.code}: ${error.message}: ${error.help}`;
    throw error;
  }
  return 'accepted';
}

describe('a mistake is named', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'crossEntropy with an unknown option',
      () => crossEntropy(pair(), [0, 1], given({ zzz: 1 })),
      /^OPTION: .*options of crossEntropy, received "zzz": .*ignoreIndex, labelSmoothing, reduction/,
    ],
    [
      'crossEntropy with an unknown reduction',
      () => crossEntropy(pair(), [0, 1], given({ reduction: 'summ' })),
      /^OPTION: .*received "summ": did you mean sum/,
    ],
    ['crossEntropy with a number', () => crossEntropy(pair(), [0, 1], given(5)), /^OPTION: .*as an object, received 5/],
    ['layerNorm with an unknown option', () => layerNorm(pair(), given({ zzz: 1 })), /^OPTION: .*layerNorm, .*"zzz"/],
    ['layerNorm with parts by place', () => layerNorm(pair(), given(ones([2]))), /^OPTION: .*\{ weight: … \}/],
    [
      'backward with an option of PyTorch',
      () => loss().backward(given({ retain_graph: true })),
      /^OPTION: .*backward, received "retain_graph": .*retainGraph/,
    ],
    ['backward with a tensor', () => loss().backward(given(ones([1]))), /^OPTION: .*\{ gradient: … \}/],
    [
      'a second backward',
      () => {
        const once = loss();
        once.backward();
        once.backward();
      },
      /^NO_GRADIENT: .*an earlier backward\(\) used up: compute it anew.*retainGraph: true/,
    ],
    ['scope without a function', () => scope(given(undefined)), /^OPTION: .*: write scope\(\(\) => …\)/],
    ['noGrad without a function', () => noGrad(given(pair())), /^OPTION: .*: write noGrad\(\(\) => …\)/],
    ['noGrad that waits', () => noGrad(async () => Promise.resolve(1)), /^USAGE: .*asynchronous one: .*two awaits/],
    ['reshape by numbers', () => pair().reshape(given(4)), /^OPTION: .*received 4: write reshape\(\[2, 3\]\)/],
    ['expand by numbers', () => pair().expand(given(4)), /^OPTION: .*received 4: write expand\(\[2, 3\]\)/],
    ['expand to fewer axes', () => pair().expand([2]), /^SHAPE: .*broadcasts to \[2\], received \[2, 2\]/],
    ['permute by numbers', () => pair().permute(given(1)), /^OPTION: .*received 1: write permute\(\[1, 0\]\)/],
    ['softmax by dim', () => pair().softmax(given({ dim: 1 })), /^OPTION: .*an object with dim: .*x\.softmax\(1\)/],
    [
      'concat by dim',
      () => concat([pair(), pair()], given({ dim: 1 })),
      /^OPTION: .*with dim: .*concat\(\[x, y\], 1\)/,
    ],
    [
      'x * 2',
      () => asNumber(pair()) * 2,
      /^USAGE: .*operators, received Tensor\(.*x\.mul\(2\), x\.add\(y\), x\.gt\(y\)/,
    ],
    ['x + y', () => asNumber(pair()) + asNumber(pair()), /^USAGE: .*x\.add\(y\)/],
    ['x > y', () => asNumber(pair()) > asNumber(pair()), /^USAGE: .*x\.gt\(y\)/],
  ])('%s', (_, run, message) => {
    expect(refusal(run)).toMatch(message);
  });

  it('and text is text', () => {
    expect(String(tensor([1]))).toBe('Tensor(float32, [1]: 1)');
    expect([tensor([2]), tensor([1])].sort().map((t) => t.item())).toEqual([1, 2]);
    expect(Object.keys({ [String(tensor([1]))]: 1 })).toEqual(['Tensor(float32, [1]: 1)']);
  });

  it('and what comes after works', () => {
    refusal(() => noGrad(async () => Promise.resolve(1)));
    const w = tensor([3], { requiresGrad: true });
    w.square().backward();
    expect(w.grad?.item()).toBe(6);
  });
});
