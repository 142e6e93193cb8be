// Gradients by parts of the rows: to the bit those of each part alone.
import { beforeAll, expect, it } from 'vitest';
import '../autograd/methods.js';
import { add, crossEntropy, gatherRows, matmul, mul, reshape, slice, sum, transpose } from '../autograd/ops.js';
import { backwardInParts } from '../autograd/parts.js';
import type { RowParts } from '../autograd/rowParts.js';
import { backward } from '../autograd/tape.js';
import { type BackendName, setNativeMaker, useBackend } from '../backend/choose.js';
import { createNativeBackend } from '../backend/compiled/native.js';
import { nodePlatform } from '../platform/node/node.js';
import { setPlatform } from '../platform/platform.js';
import { Embedding, Linear } from '../nn/layers.js';
import { normalInit } from '../nn/initializers.js';
import { Module, parameter } from '../nn/module.js';
import { Recurrent } from '../nn/recurrent.js';
import { fromData } from '../tensor/create.js';
import { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import { scanInParts } from '../cell/run/parts.js';
import { TreeSum } from './tree.js';

beforeAll(() => {
  setPlatform(nodePlatform);
  setNativeMaker(createNativeBackend);
});

const [V, T, N] = [7, 6, 14];
const rng = new Philox(8);

/** Vectors that are read as the input and as the decoder, whole or some of them; initial states that are learned. */
class Tied extends Module {
  readonly embed = new Embedding(V, 5, { rng });
  readonly rnn = new Recurrent('gru', { inputSize: 5, hiddenSize: 5, learnInitialState: true, rng });
  readonly bias = parameter([V], normalInit(1), rng);
  readonly words: number[] | null;

  constructor(words: number[] | null) {
    super();
    this.words = words;
    for (const t of this.rnn.parameters()) t.set(t.data().map((value) => value + 0.1));
  }

  losses(x: Tensor, y: Tensor): Tensor {
    const { output } = this.rnn.forward(this.embed.forward(x));
    const { words, bias, embed } = this;
    const vectors = words === null ? embed.weight : gatherRows(embed.weight, words);
    const shift = words === null ? bias : reshape(gatherRows(reshape(bias, [-1, 1]), words), [-1]);
    return crossEntropy(add(matmul(output, transpose(vectors)), shift), y, { reduction: 'none' });
  }
}

class Net extends Module {
  readonly embed: Embedding | null;
  readonly rnn: Recurrent;
  readonly out: Linear;

  constructor(cell: string, E: number) {
    super();
    this.embed = E === 0 ? null : new Embedding(V, E, { rng });
    this.rnn = new Recurrent(cell, { inputSize: E === 0 ? V : E, hiddenSize: 9, numLayers: 2, rng });
    this.out = new Linear(9, V, { rng });
  }

  losses(x: Tensor, y: Tensor): Tensor {
    const { output } = this.rnn.forward(this.embed?.forward(x) ?? x);
    return crossEntropy(this.out.forward(output), y, { reduction: 'none' });
  }
}

const tokens = (count = V): Tensor =>
  fromData(
    Int32Array.from({ length: T * N }, () => rng.integer(count)),
    [T, N],
  );
const parts: RowParts = { rows: N, cuts: [0, 5, 5 + 3, 5 + 3 + 3, N] };

/** Sums in float32, in the order of the tree. */
function sumOf(gradients: readonly Float32Array[]): Float32Array {
  const tree = new TreeSum<Float32Array>((left, right) => left.map((value, i) => value + right[i]));
  gradients.forEach((g, i) => {
    tree.push(i, g);
  });
  return tree.total;
}

const CASES: [backend: BackendName, cell: string, E: number][] = [
  ...(['wasm', 'native', 'reference'] as const).map((backend): (typeof CASES)[number] => [backend, 'lstm', 5]),
  ...['lstm', 'gru', 'rnn'].map((cell): (typeof CASES)[number] => ['wasm', cell, 0]),
  ['wasm', 'gru-reset-before', 4],
];

/** Holds gradients by parts against those of each part alone. */
function compare(net: Module & { losses(x: Tensor, y: Tensor): Tensor }, x: Tensor, y: Tensor): void {
  const lossOf = (xs: Tensor, ys: Tensor): Tensor => mul(sum(net.losses(xs, ys)), 0.25);
  const alone = parts.cuts.slice(1).map((to, part) => {
    const from = parts.cuts[part];
    backward(lossOf(slice(x, 1, from, to), slice(y, 1, from, to)));
    const own = net.parameters().map((t) => Float32Array.from(t.grad?.data() ?? []));
    net.zeroGrad();
    return own;
  });
  for (const counts of [[1, 1, 1, 1], [2, 2], [1, 2, 1], [4]]) {
    const heard: Tensor[] = [];
    const byGroup = backwardInParts(lossOf(x, y), parts, counts, [scanInParts], (found) =>
      heard.push(...found.map(([t]) => t)),
    );
    expect(byGroup?.size).toBe(net.parameters().length);
    expect(new Set(heard)).toEqual(new Set(net.parameters()));
    expect(heard).toHaveLength(net.parameters().length);
    net.parameters().forEach((t, i) => {
      let at = 0;
      const expected = counts.map((count) => sumOf(alone.slice(at, (at += count)).map((own) => own[i])));
      expect(byGroup?.get(t)?.map((g) => Float32Array.from(g.data()))).toEqual(expected);
    });
  }
}

it.each(CASES)('on %s of %s over vectors of %s numbers, 0 for tokens', async (backend, cell, E) => {
  await useBackend(backend);
  compare(new Net(cell, E), tokens(), tokens());
});

it.each([null, [0, 2, 3, 5, 6]])(
  'of vectors that are read twice, and a learned state, over the words %s',
  async (words) => {
    for (const backend of ['wasm', 'native'] as const) {
      await useBackend(backend);
      compare(new Tied(words), tokens(), tokens(words?.length));
    }
  },
);

it('not of a cell whose gradients are summed on the way, nor with another number of rows, nor of parameters that are read twice', async () => {
  await useBackend('wasm');
  const [x, y] = [tokens(), tokens()];
  const peephole = new Net('lstm-peephole', 0);
  expect(backwardInParts(sum(peephole.losses(x, y)), parts, [1, 1, 1], [scanInParts])).toBeNull();
  const lstm = new Net('lstm', 0);
  const other = { rows: N + 1, cuts: [0, N + 1] };
  expect(backwardInParts(sum(lstm.losses(x, y)), other, [1], [scanInParts])).toBeNull();
  const twice = add(sum(lstm.losses(x, y)), sum(lstm.losses(y, x)));
  expect(backwardInParts(twice, parts, [4], [scanInParts])).toBeNull();
});
