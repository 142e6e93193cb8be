import { expect, it } from 'vitest';
import { ConfigReader } from './config.js';
import { type RecurrentConfig, stackConfig } from './recurrentStack.js';

const sizes = { hiddenSize: 8, numLayers: 1, dropout: 0 };
const fileWith = (recurrent: unknown) =>
  new ConfigReader({ ...sizes, cell: 'lstm', recurrent }, 'model.safetensors').stack();

// What a model is made with is what its file is opened with: neither takes what the other refuses.
it.each<[string, unknown, RegExp]>([
  ['one of Recurrent that models do not pass on', { learnInitialState: true }, /options of recurrent, received "learn/],
  ['a misspelt one', { zonout: 0.1 }, /received "zonout"/],
  ['a share for each state', { zoneout: { h: 0.1 } }, /zoneout as a number, received/],
  ['a number for a flag', { variational: 1 }, /variational as true or false, received 1/],
  ['a list', [0.1], /options of recurrent as an object/],
])('refuses %s as an option and in a file', (_, recurrent, message) => {
  expect(() => stackConfig({ ...sizes, recurrent: recurrent as RecurrentConfig })).toThrow(
    expect.objectContaining({ code: 'OPTION', message: expect.stringMatching(message) as string }),
  );
  expect(() => fileWith(recurrent)).toThrow(
    expect.objectContaining({ code: 'FORMAT', message: expect.stringMatching(message) as string }),
  );
});

it('keeps the others, and none where all are absent', () => {
  const recurrent = { zoneout: 0.1, projSize: 4, variational: true };
  expect(stackConfig({ ...sizes, recurrent })).toEqual({ ...sizes, recurrent });
  expect(fileWith(recurrent).recurrent).toEqual(recurrent);
  expect(stackConfig({ ...sizes, recurrent: { zoneout: undefined } })).toEqual(sizes);
});
