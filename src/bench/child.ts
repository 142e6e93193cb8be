// A process of the bench: does one thing, says one figure. Started by processes.ts, never by people.
//   memory TASK BACKEND THREADS SECONDS      the task as the bench runs it, alone; the most memory it held
//   growth train|learner BACKEND THREADS N   N small steps; the resident set on the way
import type { BackendName } from '../backend/choose.js';
import { sequentialBatches } from '../data/index.js';
import * as u from '../node.js';
import { peakMemoryMiB } from '../platform/node/memory.js';
import { Corpus } from '../text/index.js';
import { bestRate } from './measure.js';
import type { Growth } from './processes.js';

const TEXT = 'the quick brown fox jumps over the lazy dog. '.repeat(60);
const SIZES = { hiddenSize: 16, embeddingSize: 8, batchSize: 4, numSteps: 8 };

async function start(backend: string, threads: string): Promise<void> {
  await u.useBackend(backend as BackendName, { threads: Number(threads) });
  u.manualSeed(0);
}

async function memory([name, backend, threads, seconds]: string[]): Promise<void> {
  const { BENCH_TASKS } = await import('./tasks.js');
  const task = BENCH_TASKS.find((t) => t.name === name);
  if (task?.kind !== 'rate') throw new Error(`expected a task with a rate, received ${name}`);
  await start(backend, threads);
  bestRate(task.make(u), Number(seconds));
  console.log(JSON.stringify({ peakMiB: peakMemoryMiB() }));
}

async function growth([kind, backend, threads, count]: string[]): Promise<void> {
  await start(backend, threads);
  const total = Number(count);
  const result: Growth = { mode: kind === 'learner' ? 'learner' : 'train', steps: [], residentMiB: [] };
  const every = Math.max(1, Math.floor(total / 200));
  const measure = (step: number): boolean => {
    if (step % every === 0) {
      result.steps.push(step);
      result.residentMiB.push(Math.round((process.memoryUsage.rss() / 2 ** 20) * 10) / 10);
    }
    return step < total;
  };
  await (result.mode === 'train' ? train(measure) : learner(measure));
  console.log(JSON.stringify(result));
}

async function train(measure: (step: number) => boolean): Promise<void> {
  const abort = new AbortController();
  await u.LanguageModel.fit(TEXT, {
    ...SIZES,
    epochs: 1e9,
    validations: 1,
    signal: abort.signal,
    onProgress({ step }) {
      if (!measure(step)) abort.abort();
    },
  });
}

/** The README's loop. */
async function learner(measure: (step: number) => boolean): Promise<void> {
  const corpus = Corpus.fromText(TEXT);
  const embed = new u.Embedding(corpus.vocabulary.size, SIZES.embeddingSize);
  const rnn = new u.Recurrent(u.GRU, { inputSize: SIZES.embeddingSize, hiddenSize: SIZES.hiddenSize });
  const decoder = new u.Linear(SIZES.hiddenSize, corpus.vocabulary.size);
  const parameters = [embed, rnn, decoder].flatMap((layer) => layer.parameters());
  const optimizer = new u.Adam(parameters, 2e-3);
  let step = 0;
  const { batchSize, numSteps } = SIZES;
  for (let epoch = 0; ; epoch++) {
    let state: u.RecurrentState | null = null;
    for (const { x, y } of sequentialBatches(corpus, { batchSize, numSteps, epoch })) {
      const result: u.RecurrentResult = rnn.forward(embed.forward(x), { state: u.detach(state) });
      const loss = u.crossEntropy(decoder.forward(result.output), y);
      optimizer.zeroGrad();
      loss.backward();
      u.clipGradNorm(parameters, 1);
      optimizer.step();
      state = result.state;
      if (!measure(++step)) return;
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

const [mode, ...args] = process.argv.slice(2);
switch (mode) {
  case 'memory':
    await memory(args);
    break;
  case 'growth':
    await growth(args);
    break;
  default:
    throw new Error(`expected memory or growth, received ${mode}`);
}
