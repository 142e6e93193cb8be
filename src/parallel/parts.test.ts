// Gradients by parts of the rows: to the bit those of each part alone.
import { beforeAll, expect, it } from 'vitest';
import '../autograd/methods.js';
import { crossEntropy, mul, slice, sum } from '../autograd/ops.js';
import { backwardInParts } from '../autograd/parts.js';
import type { RowParts } from '../autograd/rowParts.js';
import { backward } from '../autograd/tape.js';
import { useBackend } from '../backend/choose.js';
import { nodePlatform } from '../platform/node/node.js';
import { setPlatform } from '../platform/platform.js';
import { Embedding, Linear } from '../nn/layers.js';
import { Module } from '../nn/module.js';
import { Recurrent } from '../nn/recurrent.js';
import { fromData } from '../tensor/create.js';
import { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import { scanInParts } from '../cell/run/parts.js';

beforeAll(async () => {
  setPlatform(nodePlatform);
  await useBackend('wasm');
});

const [V, T, N] = [7, 6, 11];
const rng = new Philox(8);

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

const tokens = (): Tensor =>
  fromData(
    Int32Array.from({ length: T * N }, () => rng.integer(V)),
    [T, N],
  );
const parts: RowParts = { rows: N, cuts: [0, 5, 5 + 3, N] };

it.each([
  ['lstm', 0],
  ['lstm', 5],
  ['gru', 0],
  ['gru-reset-before', 4],
  ['rnn', 3],
])('of %s over vectors of %s numbers, 0 for tokens', (cell, E) => {
  const net = new Net(cell, E);
  const [x, y] = [tokens(), tokens()];
  const byPart = backwardInParts(mul(sum(net.losses(x, y)), 0.25), parts, [scanInParts]);
  expect([...(byPart?.keys() ?? [])].length).toBe(net.parameters().length);
  parts.cuts.slice(1).forEach((to, part) => {
    const from = parts.cuts[part];
    backward(mul(sum(net.losses(slice(x, 1, from, to), slice(y, 1, from, to))), 0.25));
    for (const t of net.parameters()) {
      expect([...(byPart?.get(t)?.[part].data() ?? [])]).toEqual([...(t.grad?.data() ?? [])]);
    }
    net.zeroGrad();
  });
});

it('not of a cell whose gradients are summed on the way, nor with another number of rows', () => {
  const [x, y] = [tokens(), tokens()];
  const peephole = new Net('lstm-peephole', 0);
  expect(backwardInParts(sum(peephole.losses(x, y)), parts, [scanInParts])).toBeNull();
  const lstm = new Net('lstm', 0);
  const other = { rows: N + 1, cuts: [0, N + 1] };
  expect(backwardInParts(sum(lstm.losses(x, y)), other, [scanInParts])).toBeNull();
});
