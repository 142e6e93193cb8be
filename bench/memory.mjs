// Does training grow? 20,000 small steps, each measured in a process of its own; prints one JSON line a run with the resident
// set after 1,000 steps and at the end, and the most that it was in between.
//   node bench/memory.mjs [native|wasm|reference …] [--steps N] [--only train|learner]
// train: LanguageModel.train. learner: the README's loop with plain tensors and no scope(), where collection does the work.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MIB = 2 ** 20;
const BACKENDS = ['native', 'wasm', 'reference'];
const TEXT = 'the quick brown fox jumps over the lazy dog. '.repeat(60);
const SIZES = { hidden: 16, embedding: 8, batchSize: 4, numSteps: 8 };

const argv = process.argv.slice(2);
const option = (name, fallback) => {
  const at = argv.indexOf(`--${name}`);
  return at < 0 ? fallback : argv.splice(at, 2)[1];
};
const steps = Number(option('steps', '20000'));
const only = option('only', '');
const child = option('child', '');

if (child === '') {
  const wanted = argv.length > 0 ? argv : BACKENDS;
  for (const backend of wanted) {
    // The reference backend keeps no memory of its own: its tensors are plain arrays, collected as any other.
    const modes = backend === 'reference' ? ['train'] : ['train', 'learner'];
    for (const mode of modes.filter((mode) => only === '' || mode === only)) {
      const run = [fileURLToPath(import.meta.url), '--child', `${backend}:${mode}`, '--steps', String(steps)];
      const { status } = spawnSync(process.execPath, run, { stdio: 'inherit' });
      if (status !== 0) process.exitCode = 1;
    }
  }
} else {
  const [name, mode] = child.split(':');
  const u = await import('../dist/node.js');
  const backend = await u.useBackend(name);
  const rss = () => process.memoryUsage.rss() / MIB;
  let first = 0;
  let most = 0;
  const measure = (step) => {
    if (step < 1000 || step % 50 !== 0) return;
    if (step === 1000) first = rss();
    most = Math.max(most, rss());
  };
  const start = performance.now();
  await (mode === 'train' ? train : learner)(u, measure);
  const end = rss();
  const memory = process.memoryUsage();
  const one = (value) => Number(value.toFixed(1));
  console.log(
    JSON.stringify({
      backend: backend.name,
      mode,
      steps,
      after1000MiB: one(first),
      mostMiB: one(Math.max(most, end)),
      endMiB: one(end),
      growthMiB: one(end - first),
      heapMiB: one(memory.heapTotal / MIB),
      arenaMiB: backend.memory === undefined ? null : one(backend.memory().usedBytes / MIB),
      resident: backend.memory?.().resident ?? null,
      seconds: one((performance.now() - start) / 1000),
    }),
  );
}

async function train({ LanguageModel }, measure) {
  const abort = new AbortController();
  await LanguageModel.train(TEXT, {
    hiddenSize: SIZES.hidden,
    embeddingSize: SIZES.embedding,
    batchSize: SIZES.batchSize,
    numSteps: SIZES.numSteps,
    epochs: 1e9,
    validations: 1,
    signal: abort.signal,
    onProgress({ step }) {
      measure(step);
      if (step >= steps) abort.abort();
    },
  });
}

async function learner(u, measure) {
  const { Adam, clipGradNorm, Corpus, crossEntropy, detach, Embedding, GRU, Linear, Recurrent, sequentialBatches } = u;
  const corpus = Corpus.fromText(TEXT);
  const embed = new Embedding(corpus.vocabulary.size, SIZES.embedding);
  const rnn = new Recurrent(GRU, { inputSize: SIZES.embedding, hiddenSize: SIZES.hidden });
  const decoder = new Linear(SIZES.hidden, corpus.vocabulary.size);
  const parameters = [embed, rnn, decoder].flatMap((layer) => layer.parameters());
  const optimizer = new Adam(parameters, 2e-3);
  let step = 0;
  for (let epoch = 0; step < steps; epoch++) {
    let state = null;
    for (const { x, y } of sequentialBatches(corpus, { ...SIZES, epoch })) {
      const result = rnn.forward(embed.forward(x), { state: detach(state) });
      const loss = crossEntropy(decoder.forward(result.output), y);
      optimizer.zeroGrad();
      loss.backward();
      clipGradNorm(parameters, 1);
      optimizer.step();
      state = result.state;
      measure(++step);
      if (step >= steps) break;
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
