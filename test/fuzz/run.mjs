// Runs one reader's inputs in a thread of its own, which is ended where an input takes too long, and begun again behind it.
import { writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { Draw } from './draw.mjs';
import { AT, INPUTS, MODELS, MOST_SECONDS, REFUSED } from './property.mjs';

/** Between two looks at the thread. */
const TICK_MS = 100;
/** An input that waits for something that never comes, by the clock on the wall. */
const MOST_WAIT_MS = 30_000;
/** Until it is read the second time, the thread may take so many times as long. */
const PATIENCE = 2.5;

/** One thread; what it said, and why it ended: `end`, `slow`, `memory`, or an error of the thread itself. */
function thread(workerData, onFault) {
  const { counts } = workerData;
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./worker.mjs', import.meta.url), {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: 2048 },
    });
    let ended = null;
    let [at, since, cpu] = [-1, Date.now(), process.cpuUsage()];
    const timer = setInterval(() => {
      const now = Atomics.load(counts, AT);
      if (now !== at) return void ([at, since, cpu] = [now, Date.now(), process.cpuUsage()]);
      const { user, system } = process.cpuUsage(cpu);
      if ((user + system) / 1e6 < PATIENCE * 2 * MOST_SECONDS && Date.now() - since < MOST_WAIT_MS) return;
      ended ??= {
        why: 'slow',
        detail: `more than ${((user + system) / 1e6).toFixed(1)} s of the processor, then ended`,
      };
      void worker.terminate();
    }, TICK_MS);
    worker.on('message', (message) => {
      if (message.outcome === 'end') ended ??= { why: 'end' };
      else onFault(message);
    });
    worker.on('error', (error) => {
      ended ??= {
        why: error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'raw',
        detail: String(error.stack ?? error),
      };
    });
    worker.on('exit', () => {
      clearInterval(timer);
      resolve(ended ?? { why: 'slow', detail: 'it waits for what never comes' });
    });
  });
}

/** What a fault is called by, so that a thousand of one kind are one. */
function kindOf({ outcome, detail }) {
  const [first, ...stack] = detail.split('\n');
  const place = stack.find((line) => line.includes('/dist/') || line.includes('/node_modules/')) ?? '';
  const words = first.replace(/"[^"]*"/g, '"…"').replace(/[\d.]+/g, '0');
  return `${outcome}: ${words.slice(0, 160)} ${place
    .trim()
    .replace(/\(?file:\S*\/(dist|node_modules)\//, '')
    .replace(/\)$/, '')}`.trim();
}

/**
 * @param options { reader, seed, inputs, seconds, folder }
 * @returns {{ inputs, models, refused, slow, raw, memory, other, kinds: Map<string, { count, files }> }}
 */
export async function fuzz({ reader, seed, inputs, seconds, folder }) {
  const counts = new Int32Array(new SharedArrayBuffer(16));
  const faults = { slow: 0, raw: 0, memory: 0, other: 0 };
  const kinds = new Map();
  const onFault = ({ outcome, detail, bytes, i }) => {
    faults[outcome in faults ? outcome : 'other']++;
    const kind = kindOf({ outcome, detail });
    const known = kinds.get(kind) ?? { count: 0, files: [], detail };
    kinds.set(kind, known);
    known.count++;
    if (known.files.length >= 2 || bytes === undefined) return;
    const path = `${folder}/${reader}-${seed}-${i}.bin`;
    writeFileSync(path, bytes);
    known.files.push(path);
  };
  const until = Date.now() + 1000 * seconds;
  for (let from = 0; from < inputs && Date.now() < until;) {
    Atomics.store(counts, AT, from);
    const { why, detail } = await thread({ readerName: reader, seed, from, to: inputs, until, counts }, onFault);
    if (why === 'end') break;
    const i = Atomics.load(counts, AT);
    Atomics.add(counts, INPUTS, 1);
    onFault({ outcome: why, detail, bytes: await remade(reader, seed, i), i });
    from = i + 1;
  }
  return { inputs: counts[INPUTS], models: counts[MODELS], refused: counts[REFUSED], ...faults, kinds };
}

async function remade(reader, seed, i) {
  const { READERS } = await import('./readers.mjs');
  return await READERS[reader].generate(new Draw(`${seed}/${reader}/${i}`));
}

/** What an input that was kept comes to. */
export async function replay(reader, input) {
  const counts = new Int32Array(new SharedArrayBuffer(16));
  let seen = null;
  const { why, detail } = await thread({ readerName: reader, input, counts }, (message) => (seen = message));
  return seen ?? { outcome: why, detail };
}
