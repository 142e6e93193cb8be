// Rows from readings: who takes turns with whom, what counts, what an aim says. No figure of speed is looked at.
import { expect, it } from 'vitest';
import * as library from '../node.js';
import { bestOf, judge, ratioOf } from './aims.js';
import type { Peer, PeerName } from './peers.js';
import { addFloors, Backends, runTask } from './run.js';
import type { PeerRow } from './scripts.js';
import type { ProcessTask, RateTask } from './tasks.js';

/** A peer whose readings are these, round by round. */
function peer(name: PeerName, rounds: readonly (readonly PeerRow[])[], log: string[] = []): Peer {
  return {
    name,
    read(names, { threads, round }) {
      log.push(`${name} ${names.join(' ')} ${threads} ${round}`);
      return rounds[round];
    },
  };
}

async function withReference(peers: readonly Peer[], rounds: number) {
  const main = await library.useBackend('wasm');
  const versions: Record<string, string> = {};
  const options = { u: library, main, peers, seconds: 0.001, rounds, profiled: false, versions };
  return { options, backends: new Backends(library, main), versions };
}

const rate = (over: Partial<RateTask>): RateTask => ({
  kind: 'rate',
  name: 'train/a',
  unit: 'tokens/s',
  peers: [],
  aims: [],
  make: () => ({ run: () => undefined, units: 1 }),
  ...over,
});

it('takes turns, keeps the best of each name, and reads peers only beside their backend', async () => {
  const log: string[] = [];
  const rows = (a: number, b: number): PeerRow[] => [
    { peer: 'tfjs 4', name: 'a', value: a },
    { name: 'b', value: b },
    { name: 'c', value: 1e30 },
  ];
  const peers = [peer('TensorFlow.js wasm', [rows(5, 1), rows(3, 2)], log), peer('PyTorch', [], log)];
  const { options, backends, versions } = await withReference(peers, 2);
  let made = 0;
  const task = rate({
    peers: [
      { peer: 'TensorFlow.js wasm', row: 'a', as: 'tfjs a' },
      { peer: 'TensorFlow.js wasm', row: 'b' },
      { peer: 'PyTorch', row: 'a' },
    ],
    aims: [{ ratio: 2, against: 'PyTorch' }, { ratio: 1e12 }],
    make: () => {
      made++;
      return { run: () => log.push('ours'), units: 1 };
    },
  });
  const row = await runTask(task, backends, options);
  expect(made).toBe(1);
  const threads = options.main.threads;
  const turns = log.filter((entry, i) => entry !== log[i - 1]);
  expect(turns).toEqual(['ours', `TensorFlow.js wasm a b ${threads} 0`, 'ours', `TensorFlow.js wasm a b ${threads} 1`]);
  expect(row).toMatchObject({ peers: { 'tfjs a': 5, 'TensorFlow.js wasm': 2 }, best: 'tfjs a', better: 'more' });
  expect(row.ratio).toBe(row.value / 5);
  expect(row.aims).toEqual([
    { aim: '2 × PyTorch', target: null, received: null, met: null },
    { aim: '1000000000000 × the best', target: 5e12, received: row.ratio, met: false },
  ]);
  expect(versions).toEqual({ 'TensorFlow.js wasm': 'tfjs 4' });
});

it('puts our one thread beside our two; where there is but one, it is the same reading', async () => {
  const { options, backends } = await withReference([], 1);
  const on = { backend: 'wasm', threads: 1 } as const;
  const row = await runTask(rate({ on, rival: { name: 'one thread', on } }), backends, options);
  expect(row).toMatchObject({ peers: { 'one thread': row.value }, ratio: 1 });
});

it('counts less as better for what a process takes', async () => {
  const rows: PeerRow[] = [{ name: 'a', value: 9, peakRssMiB: 400 }];
  const { options, backends } = await withReference(
    [peer('TensorFlow.js wasm', [rows, [{ ...rows[0], peakRssMiB: 300 }]])],
    2,
  );
  const ours = [90, 60];
  const task: ProcessTask = {
    kind: 'process',
    name: 'memory/a',
    unit: 'MiB',
    peers: [{ peer: 'TensorFlow.js wasm', row: 'a', field: 'peakRssMiB' }],
    aims: [{ ratio: 4, against: 'TensorFlow.js wasm' }, { atMost: 50 }],
    read: () => ours.shift() ?? 0,
  };
  expect(await runTask(task, backends, options)).toMatchObject({
    value: 60,
    ratio: 5,
    better: 'less',
    peers: { 'TensorFlow.js wasm': 300 },
    aims: [
      { met: true, received: 5, target: 75 },
      { met: false, received: 60, target: 50, aim: '≤ 50 MiB' },
    ],
  });
});

it('gives a floor to rows of training, and says how near they came', async () => {
  const { options, backends } = await withReference([], 1);
  const floor = { cell: 'RNN', input: { features: 3 }, hidden: 2, layers: 1, batch: 4, steps: 2 } as const;
  const task = rate({ floor, make: () => ({ run: () => undefined, units: 8 }) });
  const row = await runTask(task, backends, options);
  const other = await runTask(rate({ name: 'other' }), backends, options);
  addFloors(library, [task, rate({ name: 'other' })], [row, other], { flopsPerSecond: 1, bytesPerSecond: 4 });
  expect(row.floor?.seconds).toBe(528);
  expect(row.nearness).toBeCloseTo((528 * row.value) / 8, 3);
  expect(other).not.toHaveProperty('nearness');
});

it('judges where less is better', () => {
  expect(ratioOf(2, 6, 'less')).toBe(3);
  expect(ratioOf(2, 6, 'more')).toBe(1 / 3);
  expect(bestOf({ a: 1, b: 3 }, 'more')).toEqual(['b', 3]);
  expect(bestOf({ a: 1, b: 3 }, 'less')).toEqual(['a', 1]);
  expect(bestOf({}, 'more')).toBeNull();
  const own = { value: 2, unit: 's', better: 'less', peers: { a: 6 } } as const;
  expect(judge({ ratio: 3 }, own)).toMatchObject({ met: true, target: 2 });
  expect(judge({ atMost: 2 }, own)).toMatchObject({ met: true, aim: '≤ 2 s' });
});
