import { beforeAll, describe, expect, it } from 'vitest';
import '../autograd/methods.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { LSTM } from '../cell/cells/index.js';
import { Recurrent } from '../nn/recurrent.js';
import { setCurrentDevice } from '../tensor/device.js';
import { restoreState } from './checkpoint.js';

beforeAll(() => setCurrentDevice(new ReferenceBackend()));

describe('restoreState', () => {
  const part = (shape: number[]) => ({ shape, data: new Float32Array(shape[0] * shape[1]) });
  const whole = () =>
    new Map(
      ['0:h', '0:c', '1:h', '1:c'].map((key, i) => [key, { ...part([2, 3]), data: new Float32Array(6).fill(i) }]),
    );
  const rnn = () => new Recurrent(LSTM, { inputSize: 3, hiddenSize: 3, numLayers: 2 });

  it('has a tensor for each state of each layer, or nothing', () => {
    const layers = restoreState(whole(), rnn(), 2);
    expect(layers?.map((layer) => Object.entries(layer).map(([s, t]) => [s, t.data()[0]]))).toEqual([
      [
        ['h', 0],
        ['c', 1],
      ],
      [
        ['h', 2],
        ['c', 3],
      ],
    ]);
    expect(restoreState(new Map(), rnn(), 2)).toBeNull();
  });

  it.each([
    ['a layer far away', whole().set('1000000000:h', part([2, 3])), /with 1000000000:h besides/],
    ['a name that every object has', whole().set('0:__proto__', part([2, 3])), /with 0:__proto__ besides/],
    ['another size', whole().set('1:c', part([2, 4])), /1:c of another size/],
    ['another number of rows', whole().set('1:c', part([1, 3])), /1:c of another size/],
    ['one too few', new Map([...whole()].slice(1)), /without 0:h/],
  ])('refuses %s', (_, state, message) => {
    expect(() => restoreState(state, rnn(), 2)).toThrow(expect.objectContaining({ code: 'FORMAT' }));
    expect(() => restoreState(state, rnn(), 2)).toThrow(message);
  });
});
