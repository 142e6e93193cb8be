// The work that is measured: each function makes its model once and gives one that runs a unit of work. Random data of the right shapes: the data does not change the work. Letters: V vocabulary, E embedding, H hidden,
// L layers, N batch, T steps.
import type * as Library from '../node.js';
import type { CellGraph } from '../cell/define/graph.js';
import type { Optimizer } from '../optim/optimizer.js';
import type { Tensor } from '../tensor/tensor.js';
import { quantize } from '../formats/quantize.js';
import { Corpus } from '../text/index.js';

/** One unit of work, and how many tokens, steps or products it is. */
export interface Work {
  run: () => void;
  units: number;
}

export type Update = 'sgd' | 'adam' | 'rmsprop' | 'adagrad';

export interface LanguageModelSizes {
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

export const LANGUAGE_MODELS: Readonly<Record<string, LanguageModelSizes>> = {
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
  switch (update) {
    case 'sgd':
      return new u.SGD(parameters, 1);
    case 'adam':
      return new u.Adam(parameters, 1e-3);
    case 'rmsprop':
      return new u.RMSProp(parameters, 2e-3);
    case 'adagrad':
      return new u.Adagrad(parameters, 0.1);
  }
}

/** A training step: forward, loss, backward, norm clipping, update; the state carried on. */
export function trainLanguageModel(
  u: typeof Library,
  { cell, V, E, H, L, N, T, update, dropout }: LanguageModelSizes,
): Work {
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

export const CELL_SIZES = { D: 28, H: 256, N: 32, T: 35 };

/** Forward and backward of one layer over dense input, as a new cell is tried. */
export function trainCell(u: typeof Library, cell: CellGraph): Work {
  const { D, H, N, T } = CELL_SIZES;
  const rnn = new u.Recurrent(cell, { inputSize: D, hiddenSize: H });
  const [x, dy] = [u.randn([T, N, D]), u.randn([T, N, H])];
  const run = (): void =>
    u.scope(() => {
      rnn.forward(x).output.mul(dy).sum().backward();
      rnn.zeroGrad();
    });
  return { run, units: N * T };
}

/** Characters one by one, batch 1; with weights as float32 or int8. */
export function generate(
  u: typeof Library,
  cell: string,
  hiddenSize: number,
  numLayers: number,
  weights: 'f32' | 'int8' = 'f32',
): Work {
  const characters = Array.from({ length: 65 }, (_, i) => String.fromCharCode(48 + i)).join('');
  const { vocabulary } = Corpus.fromText(characters + characters);
  const config = { cell, hiddenSize, numLayers, embeddingSize: 0, dropout: 0, seed: 0 };
  const wide = new u.LanguageModel(config, { settings: { tokens: 'char' }, vocabulary });
  const model = weights === 'f32' ? wide : u.LanguageModel.fromBytes(quantize(wide.toBytes(), weights));
  return { run: () => void model.generate({ prime: '0', length: 200, seed: 1 }), units: 200 };
}

export const CLASSIFY_SIZES = { N: 64, T: 230, V: 20000, E: 100, H: 100 };

/** The sentiment classifier of the book chapter: embedding, LSTM over ragged reviews, linear, BCE, Adam. */
export function classify(u: typeof Library): Work {
  const { N, T, V, E, H } = CLASSIFY_SIZES;
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

/** A layer over dense input, forward alone. */
export function infer(u: typeof Library): Work {
  const [D, H, N, T] = [100, 512, 64, 200];
  const rnn = new u.Recurrent(u.LSTM, { inputSize: D, hiddenSize: H }).eval();
  const x = u.randn([T, N, D]);
  return { run: () => u.noGrad(() => u.scope(() => void rnn.forward(x))), units: N * T };
}

export const MIN_CHAR_SIZES = { V: 65, H: 100, T: 25 };

/** The 110-line character model: one sequence of 25 steps, value clipping, Adagrad. */
export function minCharRnn(u: typeof Library): Work {
  const { V, H, T } = MIN_CHAR_SIZES;
  const rnn = new u.Recurrent(u.RNN, { inputSize: V, hiddenSize: H });
  const decoder = new u.Linear(H, V);
  const parameters = [...rnn.parameters(), ...decoder.parameters()];
  const optimizer = optimizerFor(u, 'adagrad', parameters);
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

/** A product of [m, k] and [k, n]; units are GFLOP. */
export function product(u: typeof Library, m: number, k: number, n: number): Work {
  const [a, b] = [u.randn([m, k]), u.randn([k, n])];
  return { run: () => u.scope(() => void u.matmul(a, b)), units: (2 * m * k * n) / 1e9 };
}
