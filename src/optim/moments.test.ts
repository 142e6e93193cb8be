import { beforeEach, describe, expect, it } from 'vitest';
import '../autograd/methods.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { GRU, LSTM } from '../cell/cells/index.js';
import { Recurrent } from '../nn/recurrent.js';
import { randn } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { Philox } from '../tensor/philox.js';
import { storedTensors } from '../weights/files.js';
import type { ParameterLabel } from '../weights/labels.js';
import { loadMoments, type StoredMoments, storedMoments } from './moments.js';
import { Adam } from './adam.js';
import type { Optimizer } from './optimizer.js';
import { SGD } from './sgd.js';

beforeEach(() => setCurrentDevice(new ReferenceBackend()));

const made = (seed: number, cell = GRU): Recurrent =>
  new Recurrent(cell, { inputSize: 3, hiddenSize: 4, rng: new Philox(seed) });

function train(rnn: Recurrent, optimizer: Optimizer, steps: number): void {
  for (let i = 0; i < steps; i++) {
    optimizer.zeroGrad();
    rnn
      .forward(randn([3, 2, 3], new Philox(i)))
      .output.square()
      .sum()
      .backward();
    optimizer.step();
  }
}

/** What a file has, as it is read again. */
function stored(rnn: Recurrent, optimizer: Optimizer): StoredMoments {
  const labels = new Map(storedTensors(rnn).map(({ name, label }): [string, ParameterLabel] => [name, label]));
  return { tensors: new Map(storedMoments(optimizer, rnn).map((t) => [t.name, t])), labels, file: 'moby.checkpoint' };
}

describe('moments in a file', () => {
  it('have the names and shapes of their parameters', () => {
    const rnn = made(1);
    const names = storedMoments(new Adam(rnn.parameters()), rnn).map(({ name, shape }) => `${name} ${shape.join('×')}`);
    expect(names).toEqual([
      'optimizer:0:0.weight_x 3×12',
      'optimizer:1:0.weight_x 3×12',
      'optimizer:0:0.weight_h 4×12',
      'optimizer:1:0.weight_h 4×12',
      'optimizer:0:0.bias 16',
      'optimizer:1:0.bias 16',
    ]);
  });

  it('go on where they stood, also for some of the parameters', () => {
    const [a, b] = [made(1), made(2)];
    const [one, two] = [a, b].map((rnn) => new Adam(rnn.parameters().slice(1), 0.1));
    train(a, one, 3);
    b.loadStateDict(a.stateDict());
    loadMoments(two, b, stored(a, one), 3);
    train(a, one, 2);
    train(b, two, 2);
    expect(b.stateDict()).toEqual(a.stateDict());
  });

  it('are refused where they are of another optimizer or network, and nothing changes', () => {
    const [a, b] = [made(1), made(1, LSTM)];
    const adam = new Adam(a.parameters(), 0.1);
    train(a, adam, 2);
    const before = adam.state();
    const momentum = new SGD(a.parameters(), 0.1, { momentum: 0.9 });
    train(a, momentum, 1);
    const load = (moments: StoredMoments) => () => loadMoments(adam, a, moments, 5);
    expect(load(stored(a, momentum))).toThrow(/moment 1 of moby.checkpoint, received some without gate nx of x/);
    expect(load(stored(b, new Adam(b.parameters())))).toThrow(/with gate i of x in 0.weight_x/);
    expect(() => loadMoments(momentum, a, stored(a, adam), 5)).toThrow(
      /expected 3 moments in moby.checkpoint, received 6/,
    );
    const good = stored(a, adam);
    const nan = new Map(good.tensors).set('optimizer:1:0.bias', { shape: [16], dtype: 'F32', data: [NaN] });
    expect(load({ ...good, tensors: nan })).toThrow(/finite numbers for "0.bias"/);
    expect(adam.state()).toEqual(before);
    expect(() => storedMoments(new Adam(b.parameters()), a)).toThrow(expect.objectContaining({ code: 'OPTION' }));
  });
});
