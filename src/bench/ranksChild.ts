// A process of the bench that trains on several ranks, which it starts itself; started by ranks.ts, never by people.
//   TASK RANKS THREADS SHARDS SECONDS ROWS   SHARDS: 0 for the default of so many ranks; ROWS: of a minibatch, 0 for the task's own
//   atOnce COUNT TASK …                      so many processes of the first kind at once: what the slowest of them says
//   sum RANKS                                how long a sum over the ranks takes, small and large
//   early TASK ROWS SECONDS                  what of the sums of a rank of two, with half of the rows, begins while it computes
// Rank 0 prints one line of JSON.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as u from '../node.js';
import { ranks as ranksOfProcess, setRanks } from '../parallel/communicator.js';
import { CLASSIFY_SIZES, LANGUAGE_MODELS, type LanguageModelSizes } from './work.js';
import type { EarlyCost } from './rankCosts.js';
import type { RanksReading, SumReading } from './ranksReading.js';

/** Steps before anything is measured: code is compiled, memory is there. */
const WARM_UP = 3;

interface Trained {
  stepSeconds: number;
  sumSeconds: number;
}

let secondsInSums = 0;

/** From now on sums are timed. */
function timeSums(): void {
  const own = ranksOfProcess();
  setRanks({
    ...own,
    async sumShards(...given) {
      const began = performance.now();
      const all = await own.sumShards(...given);
      secondsInSums += (performance.now() - began) / 1000;
      return all;
    },
  });
}

/** How the harness ends a training: by its clock, on rank 0. */
function clockedUntil(seconds: number): { signal: { aborted: boolean }; onProgress: () => void; done: () => Trained } {
  const signal = { aborted: false };
  let [steps, began, sums, last, lastSums] = [-WARM_UP, 0, 0, 0, 0];
  return {
    signal,
    onProgress() {
      [last, lastSums] = [performance.now() / 1000, secondsInSums];
      if (++steps === 0) [began, sums] = [last, lastSums];
      signal.aborted ||= steps > 0 && last - began >= seconds;
    },
    done: () => ({ stepSeconds: (last - began) / steps, sumSeconds: (lastSums - sums) / steps }),
  };
}

async function trainLanguageModel(
  { cell, V, E, H, L, N, T, update, dropout }: LanguageModelSizes,
  seconds: number,
  shards: number | undefined,
): Promise<[Trained, number]> {
  const rng = new u.Philox(1);
  // One symbol is that of unknown characters.
  const symbols = Array.from({ length: V - 1 }, (_, i) => String.fromCharCode(0x4e00 + i));
  const text = Array.from({ length: 50 * N * T }, (_, i) => symbols[i < V - 1 ? i : rng.integer(V - 1)]).join('');
  const { done, ...clock } = clockedUntil(seconds);
  const model = await u.LanguageModel.fit(text, {
    ...{ cell: cell.toLowerCase(), hiddenSize: H, numLayers: L, embeddingSize: E, dropout, numSteps: T, batchSize: N },
    ...{ optimizer: update, learningRate: 1e-3, clipNorm: 1, validation: 0, epochs: 1e6, validations: 1, shards },
    ...{ restoreBest: false, ...clock },
  });
  return [done(), model.parameterCount()];
}

class Classifier extends u.Module {
  readonly embed = new u.Embedding(CLASSIFY_SIZES.V, CLASSIFY_SIZES.E, { paddingIndex: 1 });
  readonly rnn = new u.Recurrent(u.LSTM, { inputSize: CLASSIFY_SIZES.E, hiddenSize: CLASSIFY_SIZES.H });
  readonly out = new u.Linear(CLASSIFY_SIZES.H, 1);
}

async function trainClassifier(rows: number, seconds: number, shards: number | undefined): Promise<[Trained, number]> {
  const { V, T } = CLASSIFY_SIZES;
  u.manualSeed(0);
  const net = new Classifier();
  const rng = new u.Philox(1);
  const batch = {
    x: u.fromData(
      Int32Array.from({ length: T * rows }, () => 2 + rng.integer(V - 2)),
      [T, rows],
    ),
    y: u.fromData(
      Float32Array.from({ length: rows }, () => rng.integer(2)),
      [rows],
    ),
    lengths: Int32Array.from({ length: rows }, (_, n) => (n === 0 ? T : Math.floor(T * (0.9 + 0.1 * rng.uniform())))),
  };
  const { done, ...clock } = clockedUntil(seconds);
  await u.fit(net, () => Array.from({ length: 1000 }, () => batch), {
    loss: ({ x, y, lengths }) =>
      u.bceWithLogits(net.out.forward(net.rnn.forward(net.embed.forward(x), { lengths }).state[0].h).reshape([-1]), y),
    ...{ optimizer: 'adam', epochs: 1e6, shards, ...clock },
  });
  return [done(), net.parameters().reduce((total, { size }) => total + size, 0)];
}

async function train([task, count, threads, shards, seconds, rows]: string[]): Promise<RanksReading | null> {
  const { rank } = Number(count) > 1 ? await u.parallel.init({ ranks: Number(count) }) : { rank: 0 };
  await u.useBackend('native', { threads: Number(threads) });
  if (Number(count) > 1) timeSums();
  const cut = Number(shards) || undefined;
  const own = Number(rows) || undefined;
  const isModel = Object.hasOwn(LANGUAGE_MODELS, task);
  const N = own ?? (isModel ? LANGUAGE_MODELS[task].N : CLASSIFY_SIZES.N);
  const [trained, parameters] = isModel
    ? await trainLanguageModel({ ...LANGUAGE_MODELS[task], N }, Number(seconds), cut)
    : await trainClassifier(N, Number(seconds), cut);
  return rank > 0 ? null : { ...trained, parameters };
}

async function sum([count]: string[]): Promise<SumReading | null> {
  const { rank } = await u.parallel.init({ ranks: Number(count) });
  const all = ranksOfProcess();
  const read = async (length: number, times: number): Promise<number> => {
    const own = new Float32Array(length);
    let best = Infinity;
    for (let i = 0; i < times; i++) {
      const began = performance.now();
      await all.sumShards([[own]], all.size, new Float64Array(0));
      best = Math.min(best, (performance.now() - began) / 1000);
    }
    return best;
  };
  const reading = { latency: await read(8, 2000), large: await read(2 ** 21, 30), largeBytes: 2 ** 23 };
  return rank > 0 ? null : reading;
}

/** Trains as one of two ranks on two hosts; of the other one it hears what it says itself. Returns the sums of a step that begin early. */
async function early([task, rows, seconds]: string[]): Promise<EarlyCost[]> {
  const began: { bytes: number; at: number }[] = [];
  let steps: EarlyCost[][] = [];
  setRanks({
    ...ranksOfProcess(),
    ...{ size: 2, overlaps: true },
    allGather: (value) => Promise.resolve([value, value]),
    allGatherBytes: (bytes) => Promise.resolve([bytes, bytes]),
    sumShards(blocks, _, message, isOverlapped) {
      const bytes = blocks[0].reduce((total, { byteLength }) => total + byteLength, 0);
      const at = performance.now() / 1000;
      if (isOverlapped === true) began.push({ bytes, at });
      else steps.push(began.splice(0).map((sum) => ({ bytes: sum.bytes, ahead: at - sum.at })));
      return Promise.resolve([message, message]);
    },
  });
  await train([task, '1', '1', '0', seconds, rows]);
  steps = steps.slice(WARM_UP);
  const meanAhead = (i: number): number => steps.reduce((total, sums) => total + sums[i].ahead, 0) / steps.length;
  return steps[0].map(({ bytes }, i) => ({ bytes, ahead: meanAhead(i) }));
}

async function atOnce([count, ...args]: string[]): Promise<RanksReading> {
  const run = promisify(execFile);
  const command = [fileURLToPath(import.meta.url), ...args];
  const readings = await Promise.all(Array.from({ length: Number(count) }, () => run(process.execPath, command)));
  return readings
    .map(({ stdout }) => JSON.parse(stdout) as RanksReading)
    .reduce((slowest, one) => (one.stepSeconds > slowest.stepSeconds ? one : slowest));
}

const MODES: Partial<Record<string, (args: string[]) => Promise<object | null>>> = { sum, atOnce, early };
const [mode, ...args] = process.argv.slice(2);
const reading = await (MODES[mode]?.(args) ?? train([mode, ...args]));
if (reading !== null) console.log(JSON.stringify(reading));
process.exit(0);
