// What is measured, under the names of the peers' scripts: each task makes its model once and gives a function that runs one
// unit of work. Random data of the right shapes: the data does not change the work. Letters: V vocabulary, E embedding, H hidden,
// L layers, N batch, T steps.
import type * as Library from '../../node.js';
import type { CellGraph } from '../../cell/graph.js';
import type { Optimizer } from '../../optim/optimizers.js';
import type { Tensor } from '../../tensor/tensor.js';

export interface BenchTask {
  name: string;
  unit: string;
  /** Names of the peers' rows; the best of them counts. */
  peers: readonly string[];
  make(u: typeof Library): { run: () => void; units: number };
}

type Update = 'sgd' | 'adam' | 'rmsprop';

interface Sizes {
  cell: 'RNN' | 'GRU' | 'LSTM';
  V: number;
  E: number;
  H: number;
  L: number;
  N: number;
  T: number;
  update: Update;
  dropout: number;
}

const LANGUAGE_MODELS: Readonly<Record<string, Sizes>> = {
  'd2l-rnn-h512': { cell: 'RNN', V: 28, E: 0, H: 512, L: 1, N: 32, T: 35, update: 'sgd', dropout: 0 },
  'd2l-gru-h256': { cell: 'GRU', V: 28, E: 0, H: 256, L: 1, N: 32, T: 35, update: 'sgd', dropout: 0 },
  'd2l-lstm-h256': { cell: 'LSTM', V: 28, E: 0, H: 256, L: 1, N: 32, T: 35, update: 'sgd', dropout: 0 },
  'd2l-lstm-h256-l2': { cell: 'LSTM', V: 28, E: 0, H: 256, L: 2, N: 32, T: 35, update: 'sgd', dropout: 0 },
  'char-rnn-lstm-h128-l2': { cell: 'LSTM', V: 65, E: 0, H: 128, L: 2, N: 50, T: 50, update: 'rmsprop', dropout: 0.2 },
  'char-rnn-lstm-h512-l2': { cell: 'LSTM', V: 65, E: 0, H: 512, L: 2, N: 50, T: 50, update: 'rmsprop', dropout: 0.5 },
  'char-lstm-h1024': { cell: 'LSTM', V: 96, E: 64, H: 1024, L: 1, N: 64, T: 64, update: 'adam', dropout: 0 },
  'small-gru-h32': { cell: 'GRU', V: 28, E: 0, H: 32, L: 1, N: 16, T: 20, update: 'adam', dropout: 0 },
  'word-lstm-h650-l2-v10000': {
    cell: 'LSTM',
    V: 10000,
    E: 650,
    H: 650,
    L: 2,
    N: 20,
    T: 35,
    update: 'sgd',
    dropout: 0.5,
  },
};

function optimizerFor(u: typeof Library, update: Update, parameters: readonly Tensor[]): Optimizer {
  if (update === 'sgd') return new u.SGD(parameters, 1);
  return update === 'adam' ? new u.Adam(parameters, 1e-3) : new u.RMSProp(parameters, 2e-3);
}

/** A training step: forward, loss, backward, norm clipping, update; the state carried on. */
function trainLanguageModel(
  u: typeof Library,
  { cell, V, E, H, L, N, T, update, dropout }: Sizes,
): { run: () => void; units: number } {
  const embedding = E > 0 ? new u.Embedding(V, E) : null;
  const rnn = new u.Recurrent(u[cell], { inputSize: E > 0 ? E : V, hiddenSize: H, numLayers: L, dropout });
  const decoder = new u.Linear(H, V);
  const parameters = [embedding, rnn, decoder].flatMap((part) => part?.parameters() ?? []);
  const optimizer = optimizerFor(u, update, parameters);
  const rng = new u.Philox(1);
  const tokens = Int32Array.from({ length: (T + 1) * N }, () => rng.integer(V));
  let state: Library.RecurrentState | null = null;
  const run = (): void => {
    const next = u.scope(() => {
      const x = u.fromData(tokens.subarray(0, T * N), [T, N]);
      const y = u.fromData(tokens.subarray(N), [T, N]);
      const result = rnn.forward(embedding?.forward(x) ?? x, { state: u.detach(state) });
      const loss = u.crossEntropy(decoder.forward(result.output), y);
      optimizer.zeroGrad();
      loss.backward();
      u.clipGradNorm(parameters, 1);
      optimizer.step();
      return u.detach(result.state);
    });
    for (const layer of next) for (const t of Object.values(layer)) u.keep(t);
    state?.forEach((layer) => Object.values(layer).forEach((t) => t.dispose()));
    state = next;
  };
  return { run, units: N * T };
}

/** Forward and backward of one layer over dense input, as a new cell is tried. */
function trainCell(u: typeof Library, cell: CellGraph): { run: () => void; units: number } {
  const [D, H, N, T] = [28, 256, 32, 35];
  const rnn = new u.Recurrent(cell, { inputSize: D, hiddenSize: H });
  const [x, dy] = [u.randn([T, N, D]), u.randn([T, N, H])];
  const run = (): void =>
    u.scope(() => {
      rnn.forward(x).output.mul(dy).sum().backward();
      rnn.zeroGrad();
    });
  return { run, units: N * T };
}

function generate(
  u: typeof Library,
  cell: string,
  hiddenSize: number,
  numLayers: number,
): { run: () => void; units: number } {
  const characters = Array.from({ length: 65 }, (_, i) => String.fromCharCode(48 + i)).join('');
  const { vocabulary } = u.Corpus.fromText(characters + characters);
  const config = { cell, hiddenSize, numLayers, embeddingSize: 0, dropout: 0, seed: 0 };
  const model = new u.LanguageModel(config, { settings: { tokens: 'char' }, vocabulary });
  return { run: () => void model.generate({ prime: '0', length: 200, seed: 1 }), units: 200 };
}

/** The sentiment classifier of the book chapter: embedding, LSTM over ragged reviews, linear, BCE, Adam. */
function classify(u: typeof Library): { run: () => void; units: number } {
  const [N, T, V, E, H] = [64, 230, 20000, 100, 100];
  const embedding = new u.Embedding(V, E, { paddingIndex: 1 });
  const rnn = new u.Recurrent(u.LSTM, { inputSize: E, hiddenSize: H });
  const out = new u.Linear(H, 1);
  const parameters = [embedding, rnn, out].flatMap((part) => part.parameters());
  const optimizer = new u.Adam(parameters);
  const rng = new u.Philox(1);
  const tokens = Int32Array.from({ length: T * N }, () => 2 + rng.integer(V - 2));
  const lengths = Array.from({ length: N }, (_, n) =>
    n === 0 ? T : Math.floor(T * 0.9) + rng.integer(T + 1 - Math.floor(T * 0.9)),
  );
  const labels = Float32Array.from({ length: N }, () => rng.integer(2));
  const run = (): void =>
    u.scope(() => {
      const { state } = rnn.forward(embedding.forward(u.fromData(tokens, [T, N])), { lengths });
      const loss = u.bceWithLogits(out.forward(state[0].h).reshape([N]), u.fromData(labels, [N]));
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    });
  return { run, units: lengths.reduce((a, b) => a + b, 0) };
}

function infer(u: typeof Library): { run: () => void; units: number } {
  const [D, H, N, T] = [100, 512, 64, 200];
  const rnn = new u.Recurrent(u.LSTM, { inputSize: D, hiddenSize: H }).eval();
  const x = u.randn([T, N, D]);
  return { run: () => u.noGrad(() => u.scope(() => void rnn.forward(x))), units: N * T };
}

/** The 110-line character model: one sequence of 25 steps, value clipping, Adagrad. */
function minCharRnn(u: typeof Library): { run: () => void; units: number } {
  const [V, H, T] = [65, 100, 25];
  const rnn = new u.Recurrent(u.RNN, { inputSize: V, hiddenSize: H });
  const decoder = new u.Linear(H, V);
  const parameters = [...rnn.parameters(), ...decoder.parameters()];
  const optimizer = new u.Adagrad(parameters, 0.1);
  const rng = new u.Philox(1);
  const tokens = Int32Array.from({ length: T + 1 }, () => rng.integer(V));
  const run = (): void =>
    u.scope(() => {
      const { output } = rnn.forward(u.fromData(tokens.subarray(0, T), [T, 1]));
      const loss = u.crossEntropy(decoder.forward(output), u.fromData(tokens.subarray(1), [T, 1]), {
        reduction: 'sum',
      });
      optimizer.zeroGrad();
      loss.backward();
      u.clipGradValue(parameters, 5);
      optimizer.step();
    });
  return { run, units: T };
}

function product(u: typeof Library, m: number, k: number, n: number): { run: () => void; units: number } {
  const [a, b] = [u.randn([m, k]), u.randn([k, n])];
  return { run: () => u.scope(() => void u.matmul(a, b)), units: (2 * m * k * n) / 1e9 };
}

export const BENCH_TASKS: readonly BenchTask[] = [
  { name: 'gemm/512', unit: 'GFLOP/s', peers: ['gemm/512'], make: (u) => product(u, 512, 512, 512) },
  { name: 'gemm/32x256x1024', unit: 'GFLOP/s', peers: [], make: (u) => product(u, 32, 256, 1024) },
  ...Object.entries(LANGUAGE_MODELS).map(([name, sizes]): BenchTask => {
    const full = `train/${name}`;
    return { name: full, unit: 'tokens/s', peers: [full], make: (u) => trainLanguageModel(u, sizes) };
  }),
  ...(
    [
      ['reset-before-gru', 'GRUResetBefore'],
      ['layer-norm-lstm', 'LayerNormLSTM'],
      ['peephole-lstm', 'PeepholeLSTM'],
    ] as const
  ).map(([name, cell]): BenchTask => {
    const peers = ['eager', 'script', 'compile'].map((mode) => `cell/${name}/${mode}`);
    return { name: `cell/${name}`, unit: 'steps/s', peers, make: (u) => trainCell(u, u[cell]) };
  }),
  ...(
    [
      ['lstm', 256, 1],
      ['lstm', 512, 2],
      ['gru', 128, 1],
    ] as const
  ).map(([cell, hidden, layers]): BenchTask => {
    const name = `generate/${cell}-h${hidden}-l${layers}`;
    return { name, unit: 'tokens/s', peers: [name], make: (u) => generate(u, cell, hidden, layers) };
  }),
  { name: 'train/classify-lstm-h100', unit: 'tokens/s', peers: ['train/classify-lstm-h100-packed'], make: classify },
  {
    name: 'infer/lstm-d100-h512-l1-n64-t200',
    unit: 'steps/s',
    peers: ['infer/lstm-d100-h512-l1-n64-t200'],
    make: infer,
  },
  { name: 'min-char-rnn', unit: 'tokens/s', peers: ['numpy/min-char-rnn'], make: minCharRnn },
];
