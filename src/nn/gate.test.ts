import { beforeEach, describe, expect, it } from 'vitest';
import '../autograd/methods.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { GRU, GRUResetBefore, LayerNormLSTM, LSTM, SLSTM, SRU } from '../cell/cells/index.js';
import type { Cell } from '../cell/cell.js';
import { fromData, randn } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import { Recurrent, type RecurrentOptions } from './recurrent.js';

beforeEach(() => setCurrentDevice(new ReferenceBackend()));

const made = (cell: Cell, options: Partial<RecurrentOptions> = {}): Recurrent =>
  new Recurrent(cell, { inputSize: 3, hiddenSize: 4, rng: new Philox(1), ...options });

const parameter = (rnn: Recurrent, name: string): Tensor => {
  const t = new Map(rnn.namedParameters()).get(name);
  if (t === undefined) throw new Error(`no ${name}`);
  return t;
};

describe('Recurrent.gate', () => {
  it('has the columns of a gate in each parameter, wherever they stand', () => {
    const rnn = made(GRU);
    const all = parameter(rnn, '0.weight_h'); // r, z, nh
    const { weight_h, weight_x, bias } = rnn.gate('z');
    expect([weight_h.shape, weight_x.shape, bias.shape]).toEqual([[4, 4], [3, 4], [4]]);
    expect([weight_h.operand, weight_x.operand, bias.operand]).toEqual(['h', 'x', null]);
    expect(weight_h.data()).toEqual(all.slice(1, 4, 8).data());
    expect(weight_h.tensor().toArray()).toEqual(all.slice(1, 4, 8).toArray());
    expect(weight_x.data()).toEqual(parameter(rnn, '0.weight_x').slice(1, 8, 12).data()); // nx, r, z
    expect(bias.data()).toEqual(parameter(rnn, '0.bias').slice(0, 8, 12).data()); // nx, r, z, nh
    expect(rnn.gate('nh').blocks.map((block) => block.parameter)).toEqual(['weight_h', 'bias']);
  });

  it('names layers, directions, heads, computed operands and normalizations', () => {
    const rnn = made(LSTM, { numLayers: 2, bidirectional: true });
    const block = rnn.gate('g', { layer: 1, direction: 'backward' }).weight_x;
    expect(block.data()).toEqual(parameter(rnn, '1.reverse.weight_x').slice(1, 8, 12).data());
    expect(made(SLSTM, { numHeads: 2 }).gate('f').weight_h.shape).toEqual([4, 2]);
    expect(made(GRUResetBefore).gate('n').block('weight_n').operand).toBe('f(h, z:r)');
    expect(
      made(LayerNormLSTM)
        .gate('hf')
        .blocks.map((b) => b.parameter),
    ).toEqual(['weight_h', 'norm_h_gain1', 'norm_h_shift1']);
    expect(
      made(SRU)
        .gate('w')
        .blocks.map((b) => b.parameter),
    ).toEqual(['weight_x']);
  });

  it('is set by numbers, a tensor, or one number, and leaves the other gates as they are', () => {
    const rnn = made(LSTM);
    const before = rnn.stateDict();
    rnn.gate('f').bias.set(1);
    rnn.gate('g').weight_x.set(Float64Array.from({ length: 12 }, (_, i) => i));
    rnn.gate('o').weight_h.set(
      fromData(
        Array.from({ length: 16 }, (_, i) => -1 - i),
        [4, 4],
      ),
    );
    expect([...rnn.gate('f').bias.data()]).toEqual([1, 1, 1, 1]);
    expect(rnn.gate('g').weight_x.tensor().toArray()).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9, 10, 11],
    ]);
    expect([...rnn.gate('o').weight_h.data()]).toEqual(Array.from({ length: 16 }, (_, i) => -1 - i));
    const other = made(LSTM);
    other.loadStateDict(before);
    for (const gate of ['i', 'f', 'g', 'o']) {
      for (const { parameter: name, ...block } of rnn.gate(gate).blocks) {
        const changed = ['f bias', 'g weight_x', 'o weight_h'].includes(`${gate} ${name}`);
        const same =
          String([...rnn.gate(gate).block(name).data()]) === String([...other.gate(gate).block(name).data()]);
        expect(same, `${gate} ${name} ${String(block.operand)}`).toBe(!changed);
      }
    }
  });

  it('gives tensors on the tape, and the gradient of a block', () => {
    const rnn = made(LSTM);
    rnn.gate('i').weight_h.tensor().mul(3).sum().backward();
    expect([...(rnn.gate('i').weight_h.gradient() ?? [])]).toEqual(new Array(16).fill(3));
    expect([...(rnn.gate('f').weight_h.gradient() ?? [])]).toEqual(new Array(16).fill(0));
    expect(rnn.gate('i').bias.gradient()).toBeNull();
  });

  it('frozen, has no gradient: not from before, not after, NaN included', () => {
    const rnn = made(GRU);
    const run = (): void =>
      rnn
        .forward(randn([3, 2, 3], new Philox(2)))
        .output.sum()
        .backward();
    run();
    const { weight_h } = rnn.gate('r');
    expect(weight_h.gradient()?.some((v) => v !== 0)).toBe(true);
    weight_h.freeze();
    expect([weight_h.frozen, rnn.gate('z').weight_h.frozen, rnn.gate('r').weight_x.frozen]).toEqual([
      true,
      false,
      false,
    ]);
    expect(weight_h.gradient()?.every((v) => v === 0)).toBe(true);
    const others = rnn.gate('z').weight_h.gradient();
    rnn.zeroGrad();
    run();
    expect(weight_h.gradient()?.every((v) => v === 0)).toBe(true);
    expect(rnn.gate('z').weight_h.gradient()).toEqual(others);
    rnn.zeroGrad();
    weight_h.tensor().mul(NaN).sum().backward();
    expect(weight_h.gradient()?.every((v) => v === 0)).toBe(true);
    rnn.gate('r').freeze();
    rnn.gate('r').freeze(false);
    expect(rnn.gate('r').blocks.some((block) => block.frozen)).toBe(false);
    rnn.zeroGrad();
    run();
    expect(weight_h.gradient()?.some((v) => v !== 0)).toBe(true);
  });

  it('says what is wrong', () => {
    const rnn = made(GRU, { numLayers: 2 });
    const errors: [() => unknown, RegExp, string?][] = [
      [() => rnn.gate('n'), /expected a gate of GRU \(nx, r, z, nh\), received "n"/, 'did you mean nh or nx'],
      [() => rnn.gate('r', { layer: 2 }), /a layer from 0 to 1 in direction forward, received 2 "forward"/],
      [() => rnn.gate('r', { layer: -1 }), /received -1 "forward"/],
      [() => rnn.gate('r', { direction: 'backward' }), /received 0 "backward"/],
      [() => rnn.gate('nx').weight_h, /a parameter of gate nx \(weight_x, bias\), received "weight_h"/],
      [() => rnn.gate('r').bias.set([1, 2]), /expected 4 numbers for bias \[4\] of a gate, received 2/],
      [
        () => rnn.gate('r').weight_x.set(fromData(new Array(12).fill(0), [4, 3])),
        /\[3, 4\] of a gate, received Tensor/,
      ],
    ];
    for (const [call, message, help] of errors) {
      expect(call).toThrow(message);
      if (help !== undefined) expect(call).toThrow(expect.objectContaining({ help: expect.stringContaining(help) }));
    }
  });
});
