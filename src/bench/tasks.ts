// What is measured, under the names of the peers' scripts, beside which of their rows, and what is aimed at (the table of the
// project's aims: native against the best peer named, WebAssembly against TensorFlow.js).
import type * as Library from '../node.js';
import type { Aim } from './aims.js';
import type { TrainingSizes } from './floors.js';
import type { PeerName } from './peers.js';
import { firstStepSeconds, helpSeconds, peakMemory, type ProcessContext } from './processes.js';
import {
  CELL_SIZES,
  CLASSIFY_SIZES,
  classify,
  generate,
  infer,
  LANGUAGE_MODELS,
  type LanguageModelSizes,
  MIN_CHAR_SIZES,
  minCharRnn,
  product,
  trainCell,
  trainLanguageModel,
  type Work,
} from './work.js';

/** A row of a peer, and the name that its reading has in ours: the peer's where none is given. */
export interface PeerReading {
  peer: PeerName;
  row: string;
  as?: string;
  /** Which of the row's figures; its value. */
  field?: 'value' | 'peakRssMiB';
}

interface TaskBase {
  name: string;
  unit: string;
  peers: readonly PeerReading[];
  aims: readonly Aim[];
}

/** Units of work a second, in this process: the more the better. */
export interface RateTask extends TaskBase {
  kind: 'rate';
  /** Where it runs, if not on the backend that was asked for with all its threads. */
  on?: { backend?: 'wasm'; threads: number };
  /** Ours once more, elsewhere, as a reading beside it. */
  rival?: { name: string; on: { backend: 'wasm'; threads: number } };
  make(u: typeof Library): Work;
  /** The sizes from which its floor follows. */
  floor?: TrainingSizes;
}

/** A figure of a process of its own: the less the better. */
export interface ProcessTask extends TaskBase {
  kind: 'process';
  read(context: ProcessContext): number;
}

export type BenchTask = RateTask | ProcessTask;

const TFJS = 'TensorFlow.js wasm';

/** PyTorch's row and that of TensorFlow.js, each read beside the backend that it is compared with. */
function both(row: string): PeerReading[] {
  return [
    { peer: 'PyTorch', row },
    { peer: TFJS, row },
  ];
}

const TRAINING_AIMS: Readonly<Record<string, number>> = {
  'd2l-lstm-h256': 1.3,
  'd2l-lstm-h256-l2': 1.25,
  'd2l-gru-h256': 2.8,
  'd2l-rnn-h512': 2.2,
  'char-rnn-lstm-h128-l2': 1.7,
  'char-rnn-lstm-h512-l2': 1.4,
  'char-lstm-h1024': 1.15,
  'word-lstm-h650-l2-v10000': 1.2,
  'small-gru-h32': 10,
};

/** One thread against one thread, and all against all. */
const PRODUCTS = [
  { shape: '512', row: 'gemm/512', m: 512, k: 512, n: 512 },
  { shape: '32x256x1024', row: 'gemm/32x256x1024', m: 32, k: 256, n: 1024 },
].flatMap(({ shape, row, m, k, n }): RateTask[] => {
  const task = { kind: 'rate', unit: 'GFLOP/s', make: (u: typeof Library) => product(u, m, k, n) } as const;
  const peers = [{ peer: 'PyTorch', row }] as const;
  const aims = [{ ratio: 0.95, against: 'PyTorch' }];
  return [
    { ...task, name: `gemm/${shape}`, peers, aims: [] },
    { ...task, name: `gemm/${shape}/one-thread`, peers, aims, on: { threads: 1 } },
  ];
});

function languageModelFloor({ cell, V, E, H, L, N, T, update }: LanguageModelSizes): TrainingSizes {
  const input = { tokens: V, embedding: E };
  const output = { size: V, rows: N * T };
  return { cell, input, hidden: H, layers: L, batch: N, steps: T, output, update, clipNorm: true };
}

const TRAINING = Object.entries(LANGUAGE_MODELS).map(([name, sizes]): RateTask => ({
  kind: 'rate',
  name: `train/${name}`,
  unit: 'tokens/s',
  peers: both(`train/${name}`),
  aims: [{ ratio: TRAINING_AIMS[name], against: 'PyTorch' }],
  make: (u) => trainLanguageModel(u, sizes),
  floor: languageModelFloor(sizes),
}));

const CLASSIFY: RateTask = {
  kind: 'rate',
  name: 'train/classify-lstm-h100',
  unit: 'tokens/s',
  peers: ['packed', 'padded'].map((how) => ({
    peer: 'PyTorch',
    row: `train/classify-lstm-h100-${how}`,
    as: `PyTorch ${how}`,
  })),
  aims: [
    { ratio: 15, against: 'PyTorch packed' },
    { ratio: 9, against: 'PyTorch padded' },
  ],
  make: classify,
  floor: {
    cell: 'LSTM',
    input: { tokens: CLASSIFY_SIZES.V, embedding: CLASSIFY_SIZES.E },
    hidden: CLASSIFY_SIZES.H,
    layers: 1,
    batch: CLASSIFY_SIZES.N,
    steps: CLASSIFY_SIZES.T * 0.95, // lengths vary by a tenth
    output: { size: 1, rows: CLASSIFY_SIZES.N },
    update: 'adam',
  },
};

const MIN_CHAR: RateTask = {
  kind: 'rate',
  name: 'min-char-rnn',
  unit: 'tokens/s',
  peers: [{ peer: 'NumPy', row: 'numpy/min-char-rnn' }],
  aims: [{ ratio: 8, against: 'NumPy' }],
  make: minCharRnn,
  floor: {
    cell: 'RNN',
    input: { tokens: MIN_CHAR_SIZES.V, embedding: 0 },
    hidden: MIN_CHAR_SIZES.H,
    layers: 1,
    batch: 1,
    steps: MIN_CHAR_SIZES.T,
    output: { size: MIN_CHAR_SIZES.V, rows: MIN_CHAR_SIZES.T },
    update: 'adagrad',
  },
};

const CELLS = (
  [
    ['reset-before-gru', 'GRUResetBefore', true],
    ['layer-norm-lstm', 'LayerNormLSTM', true],
    ['peephole-lstm', 'PeepholeLSTM', false],
  ] as const
).map(([name, cell, jax]): RateTask => {
  const torch = ['eager', 'script', 'compile'].map(
    (mode) => ({ peer: 'PyTorch', row: `cell/${name}/${mode}`, as: `PyTorch ${mode}` }) as const,
  );
  const { D, H, N, T } = CELL_SIZES;
  return {
    kind: 'rate',
    name: `cell/${name}`,
    unit: 'steps/s',
    peers: jax ? [...torch, { peer: 'JAX', row: `cell/${name}/jit` }] : torch,
    aims: [{ ratio: 2 }],
    make: (u) => trainCell(u, u[cell]),
    floor: { cell, input: { features: D }, hidden: H, layers: 1, batch: N, steps: T },
  };
});

const GENERATION = (
  [
    [
      'lstm',
      256,
      1,
      [
        { ratio: 2, against: 'ONNX Runtime' },
        { ratio: 13, against: 'PyTorch' },
      ],
    ],
    ['lstm', 512, 2, [{ ratio: 1.2, against: 'ONNX Runtime' }]],
    ['gru', 128, 1, []],
  ] as const
).map(([cell, hidden, layers, aims]): RateTask => {
  const name = `generate/${cell}-h${hidden}-l${layers}`;
  const onnx = cell === 'lstm' ? [{ peer: 'ONNX Runtime', row: name } as const] : [];
  const peers = [...both(name), ...onnx];
  return { kind: 'rate', name, unit: 'tokens/s', peers, aims, make: (u) => generate(u, cell, hidden, layers) };
});

/** Weights of int8; `bench/int8.mjs` puts them beside ONNX Runtime's. */
const GENERATION_INT8: RateTask = {
  kind: 'rate',
  name: 'generate/lstm-h512-l2/int8',
  unit: 'tokens/s',
  peers: [],
  aims: [],
  make: (u) => generate(u, 'lstm', 512, 2, 'int8'),
};

const INFERENCE: RateTask = {
  kind: 'rate',
  name: 'infer/lstm-d100-h512-l1-n64-t200',
  unit: 'steps/s',
  peers: [{ peer: 'PyTorch', row: 'infer/lstm-d100-h512-l1-n64-t200' }],
  aims: [{ ratio: 1.3, against: 'PyTorch' }],
  make: infer,
};

const wasmTask = (row: string, ratio: number, make: RateTask['make']): RateTask => ({
  kind: 'rate',
  name: `wasm/${row}`,
  unit: 'tokens/s',
  on: { backend: 'wasm', threads: 1 },
  peers: [{ peer: TFJS, row }],
  aims: [{ ratio, against: TFJS }],
  make,
});

const WASM: readonly RateTask[] = [
  wasmTask('train/d2l-lstm-h256', 10, (u) => trainLanguageModel(u, LANGUAGE_MODELS['d2l-lstm-h256'])),
  wasmTask('train/small-gru-h32', 15, (u) => trainLanguageModel(u, LANGUAGE_MODELS['small-gru-h32'])),
  wasmTask('generate/lstm-h256-l1', 10, (u) => generate(u, 'lstm', 256, 1)),
  {
    kind: 'rate',
    name: 'wasm/two-threads',
    unit: 'tokens/s',
    on: { backend: 'wasm', threads: 2 },
    rival: { name: 'one thread', on: { backend: 'wasm', threads: 1 } },
    peers: [],
    aims: [{ ratio: 1.7, against: 'one thread' }],
    make: (u) => trainLanguageModel(u, LANGUAGE_MODELS['d2l-lstm-h256']),
  },
];

const PROCESSES: readonly ProcessTask[] = [
  {
    kind: 'process',
    name: 'memory/train/d2l-lstm-h256',
    unit: 'MiB',
    peers: [{ peer: 'PyTorch', row: 'train/d2l-lstm-h256', field: 'peakRssMiB' }],
    aims: [{ ratio: 4, against: 'PyTorch' }],
    read: (context) => peakMemory(context, 'train/d2l-lstm-h256'),
  },
  { kind: 'process', name: 'start/help', unit: 's', peers: [], aims: [{ atMost: 0.15 }], read: helpSeconds },
  { kind: 'process', name: 'start/first-step', unit: 's', peers: [], aims: [{ atMost: 0.5 }], read: firstStepSeconds },
];

export const BENCH_TASKS: readonly BenchTask[] = [
  ...PRODUCTS,
  ...TRAINING,
  CLASSIFY,
  MIN_CHAR,
  ...CELLS,
  ...GENERATION,
  GENERATION_INT8,
  INFERENCE,
  ...WASM,
  ...PROCESSES,
];
