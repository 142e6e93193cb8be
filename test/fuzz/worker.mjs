// Makes inputs and reads them, one after the other. Whoever started it sees in shared memory which one it is at, and ends it where one
// takes too long.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { unwatch, watch } from './watch.mjs';
import { Draw } from './draw.mjs';
import { AT, INPUTS, judged, MODELS, REFUSED, REPEATED } from './property.mjs';

const { readerName, seed, from, to, until, input, counts } = workerData;
// The library comes behind what watches it.
const { READERS } = await import('./readers.mjs');
const { unrolled } = await import('./library.mjs');
const { UnrolledError, useBackend } = unrolled;
const NAME = 'stranger.bin';
const reader = READERS[readerName];
await useBackend('reference');
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

async function read(bytes) {
  const given = bytes.slice();
  const start = process.cpuUsage();
  let error = null;
  let opened = false;
  watch();
  try {
    await reader.read(given, NAME);
    opened = true;
  } catch (cause) {
    error = cause;
  }
  const seen = unwatch();
  const { user, system } = process.cpuUsage(start);
  const seconds = (user + system) / 1e6;
  return judged({ reader, name: NAME, size: bytes.length, error, opened, seconds, ...seen, UnrolledError });
}

/** What the input came to; time and memory are the second time's, when nothing is left to load, compile or clear away. */
async function tried(bytes) {
  const first = await read(bytes);
  if (!REPEATED.includes(first.outcome)) return first;
  collect();
  return read(bytes);
}

if (input !== undefined) {
  await tried(input);
  parentPort.postMessage({ ...(await tried(input)), bytes: input, i: -1 });
} else {
  // What is loaded on first use is loaded before anything is counted.
  for (let i = from; i < Math.min(from + 10, to); i++) {
    Atomics.store(counts, AT, i);
    await read(await reader.generate(new Draw(`${seed}/${readerName}/${i}`)));
  }
  for (let i = from; i < to && Date.now() < until; i++) {
    Atomics.store(counts, AT, i);
    const bytes = await reader.generate(new Draw(`${seed}/${readerName}/${i}`));
    const { outcome, detail } = await tried(bytes);
    Atomics.add(counts, INPUTS, 1);
    if (outcome === 'model') Atomics.add(counts, MODELS, 1);
    else if (outcome === 'refused') Atomics.add(counts, REFUSED, 1);
    else parentPort.postMessage({ outcome, detail, bytes, i });
  }
}
parentPort.postMessage({ outcome: 'end' });
