// Training by JavaScript users: wrong kinds of values in modules, optimizers, fit and DataLoader end in the library's own errors, or mean
// something.
import { beforeEach, expect, it } from 'vitest';
import * as u from '../../src/node.js';
import { DataLoader } from '../../src/data/index.js';

beforeEach(() => u.useBackend('wasm'));

const WRONG: unknown[] = [
  ...[undefined, null, true, -1, 1.5, NaN, 10n, Symbol('s'), 'text', 'x'.repeat(5000)],
  ...[[], ['a'], [[1, 2], [3]], [null], [{}], {}, { nosuch: 1 }, () => undefined, class extends Array {}],
  ...[new Date(0), new Map(), new Set(), new Float32Array(2), new ArrayBuffer(4), Promise.resolve(), u.LSTM],
];

const net = (): u.Linear => new u.Linear(1, 1);
const data = [{ x: [[1]], y: 1 }];

type Call = (value: never) => unknown;
const options = (names: string, call: (given: object, v: never) => unknown): Record<string, Call> =>
  Object.fromEntries(names.split(' ').map((name) => [name, (v: never) => call({ [name]: v }, v)]));
const named = (prefix: string, calls: Record<string, Call>): [string, Call][] =>
  Object.entries(calls).map(([name, call]) => [`${prefix} ${name}`, call]);

const fitted = (given: object): unknown => {
  const own = net();
  return u.fit(own, data, {
    loss: ({ x }: { x: u.Tensor }) => own.forward(x).mean(),
    validation: data,
    maxSteps: 1,
    ...given,
  } as never);
};

const CALLS: [string, Call][] = [
  ...[u.SGD, u.Adam, u.AdamW, u.RMSProp, u.Adagrad].flatMap((Own) =>
    named(Own.name, {
      parameters: (v) => new Own(v),
      rate: (v) => new Own(net(), v),
      options: (v) => new Own(net(), 0.1, v),
    }),
  ),
  ...named(
    'Adam',
    options('lr learningRate betas beta1 eps weightDecay', (given) => new u.Adam(net(), given)),
  ),
  ...named('clipping', {
    clipGradNorm: (v) => u.clipGradNorm(v, 1),
    radius: (v) => u.clipGradNorm(net(), v),
    gradNorm: (v) => u.gradNorm(v),
    clipGradValue: (v) => u.clipGradValue(v, 1),
  }),
  ...named('schedules', {
    byName: (v) => u.scheduleByName(v),
    warmUp: (v) => u.warmUp(v),
    then: (v) => u.warmUp(3, v)({ step: 0, epoch: 0, progress: 0 }),
  }),
  ...named('module', {
    parameter: (v) => u.parameter(v),
    initializer: (v) => u.parameter([2], v),
    loadStateDict: (v) => net().loadStateDict(v),
    value: (v) => net().loadStateDict({ weight: v, bias: [0] }),
    options: (v) => net().loadStateDict(net().stateDict(), v),
    load: (v) => net().load(v),
  }),
  ...named('fit', {
    module: (v) => u.fit(v, data, { loss: () => u.tensor([0]), maxSteps: 1 }),
    data: (v) => u.fit(net(), v, { loss: () => u.tensor([0]), maxSteps: 1 }),
    options: (v) => u.fit(net(), data, v),
    'result of loss': (v) => u.fit(net(), data, { loss: () => v, maxSteps: 1 }),
  }),
  ...named(
    'fit',
    options(
      'loss optimizer learningRate schedule clipNorm clipValue epochs minutes maxSteps patience restoreBest batchSize seed resume onProgress onEpoch',
      fitted,
    ),
  ),
  ...named(
    'fit',
    options('checkpoint', (given, v) => (typeof v === 'string' ? null : fitted(given))),
  ),
  ...named('DataLoader', {
    examples: (v) => [...new DataLoader(v)],
    options: (v) => [...new DataLoader(data, v)],
    x: (v) => [...new DataLoader([{ x: v, y: 1 }])],
    y: (v) => [...new DataLoader([{ x: [1], y: v }])],
    step: (v) => [...new DataLoader([{ x: [v], y: 1 }])],
    target: (v) => [...new DataLoader([{ x: [1], y: [v] }])],
  }),
  ...named(
    'DataLoader',
    options('batchSize shuffle seed bucketByLength pad padTarget targets batchFirst', (given) => [
      ...new DataLoader(data, given),
    ]),
  ),
];

it.each(CALLS)('%s', async (_, call) => {
  const faults: string[] = [];
  for (const [i, value] of WRONG.entries()) {
    try {
      await call(value as never);
    } catch (error) {
      const isGood = error instanceof u.UnrolledError && error.help !== '' && error.message.length < 500;
      // A path of 5,000 characters is none that exists, and is said as a whole by the file system.
      const isPath = error instanceof u.UnrolledError && error.code === 'IO';
      if (!isPath && (!isGood || error.message.includes('[object')))
        faults.push(`${i}: ${String(error).slice(0, 200)}`);
    }
  }
  expect(faults).toEqual([]);
});
