// What is measured on a graphics processor: trainings, cells and generation, of the sizes that the peers' scripts have. Nothing waits
// between the steps of a work. Letters: V vocabulary, D input, H hidden, L layers, N batch, T steps.
import type { CellGraph } from '../cell/define/graph.js';
import type * as Library from '../node.js';
import { Corpus } from '../text/index.js';

/** Work whose steps wait for nothing; `done` waits for all of them. */
export interface LateWork {
  run(): void | Promise<void>;
  done(): Promise<unknown>;
  /** Tokens of one run. */
  units: number;
}

export interface GpuTask {
  /** The rows of the peers' scripts have the same name, and perhaps more after a blank. */
  name: string;
  aim: number | null;
  /** Peers that count for nothing: they compute with fewer digits. */
  leftOut: RegExp;
  make(u: typeof Library, tiny: boolean): LateWork;
}

interface Sizes {
  cell: CellGraph;
  V: number;
  H: number;
  L: number;
  N: number;
  T: number;
}

/** Sixteen bits. */
const SHORT = /bf16/;
/** Nineteen, too: what JAX takes by itself, and PyTorch where it may. */
const SHORTER_THAN_FLOAT32 = /bf16|tf32|jax default/;

const training = (name: string, aim: number, sizes: (u: typeof Library) => Sizes, leftOut = SHORT): GpuTask => ({
  ...{ name: `train/${name}`, aim, leftOut },
  make: (u, tiny) => trainLate(u, tiny ? { ...sizes(u), H: 8, N: 2, T: 3 } : sizes(u)),
});

const cell = (name: string, find: (u: typeof Library) => CellGraph): GpuTask => ({
  ...{ name: `cell/${name}`, aim: 2, leftOut: SHORT },
  make: (u, tiny) => trainLayer(u, find(u), tiny ? { D: 4, H: 8, N: 2, T: 3 } : { D: 28, H: 256, N: 32, T: 35 }),
});

const generation = (H: number, L: number, aim: number | null, texts = 1): GpuTask => ({
  ...{ name: `generate/lstm-h${H}-l${L}${texts > 1 ? `-n${texts}` : ''}`, aim, leftOut: SHORT },
  make: (u, tiny) =>
    generateLate(u, { H: tiny ? 8 : H, L, texts: tiny ? Math.min(texts, 3) : texts, length: tiny ? 4 : 200 }),
});

/** A cell of one's own: the one of docs/cells.md. */
const mixer = (u: typeof Library): CellGraph =>
  u.defineCell({
    name: 'Mixer',
    state: ['h'],
    step({ x, h, linear, layerNorm, sigmoid, tanh }) {
      const z = sigmoid(linear('z', x, h));
      const n = tanh(layerNorm('norm', linear('n', x, z.mul(h))));
      return { h: h.add(z.mul(n.sub(h))) };
    },
  });

export const GPU_TASKS: readonly GpuTask[] = [
  training('d2l-lstm-h256', 2, (u) => ({ cell: u.LSTM, V: 28, H: 256, L: 1, N: 32, T: 35 })),
  training('d2l-gru-h256', 2, (u) => ({ cell: u.GRU, V: 28, H: 256, L: 1, N: 32, T: 35 })),
  training('char-rnn-lstm-h512-l2', 1.5, (u) => ({ cell: u.LSTM, V: 65, H: 512, L: 2, N: 50, T: 50 })),
  training(
    'char-lstm-h1024',
    1.2,
    (u) => ({ cell: u.LSTM, V: 100, H: 1024, L: 1, N: 64, T: 100 }),
    SHORTER_THAN_FLOAT32,
  ),
  cell('reset-before-gru', (u) => u.GRUResetBefore),
  cell('layer-norm-lstm', (u) => u.LayerNormLSTM),
  cell('mixer', mixer),
  generation(256, 1, 1.5),
  generation(256, 1, 5, 64),
  generation(512, 2, null),
];

/** The most tokens a second over rounds of about a third of a second, each of which waits once; after a warm-up. */
export async function lateRate({ run, done, units }: LateWork, seconds: number): Promise<number> {
  const now = (): number => performance.now() / 1000;
  const timed = async (count: number): Promise<number> => {
    const start = now();
    for (let i = 0; i < count; i++) await run();
    await done();
    return now() - start;
  };
  await timed(1);
  const repeats = Math.max(1, Math.floor(0.3 / (await timed(1))));
  let best = 0;
  for (const end = now() + seconds; best === 0 || now() < end;) {
    best = Math.max(best, (repeats * units) / (await timed(repeats)));
  }
  return best;
}

/** A training step with Adam, as the peers' script has it: from one state, without clipping. */
export function trainLate(
  u: Pick<typeof Library, 'Recurrent' | 'Linear' | 'Adam' | 'Philox' | 'fromData' | 'scope' | 'crossEntropy'>,
  { cell, V, H, L, N, T }: Sizes,
): LateWork {
  const rnn = new u.Recurrent(cell, { inputSize: V, hiddenSize: H, numLayers: L });
  const decoder = new u.Linear(H, V);
  const parameters = [...rnn.parameters(), ...decoder.parameters()];
  const optimizer = new u.Adam(parameters, 1e-3);
  const rng = new u.Philox(1);
  const tokens = Int32Array.from({ length: (T + 1) * N }, () => rng.integer(V));
  const x = u.fromData(tokens.subarray(0, T * N), [T, N]);
  const y = u.fromData(tokens.subarray(N), [T, N]);
  const run = (): void =>
    u.scope(() => {
      optimizer.zeroGrad();
      u.crossEntropy(decoder.forward(rnn.forward(x).output), y).backward();
      optimizer.step();
    });
  return { run, done: () => parameters[parameters.length - 1].read(), units: N * T };
}

/** Forward and backward of one layer over dense input, with Adam. */
function trainLayer(
  u: typeof Library,
  cell: CellGraph,
  { D, H, N, T }: Readonly<Record<'D' | 'H' | 'N' | 'T', number>>,
): LateWork {
  const rnn = new u.Recurrent(cell, { inputSize: D, hiddenSize: H });
  const parameters = rnn.parameters();
  const optimizer = new u.Adam(parameters, 1e-3);
  const [x, dy] = [u.randn([T, N, D]), u.randn([T, N, H])];
  const run = (): void =>
    u.scope(() => {
      optimizer.zeroGrad();
      rnn.forward(x).output.mul(dy).sum().backward();
      optimizer.step();
    });
  return { run, done: () => parameters[parameters.length - 1].read(), units: N * T };
}

/** Characters one by one, of one text or of many side by side: all steps and draws run before anything is read. */
function generateLate(
  u: typeof Library,
  { H, L, texts, length }: Readonly<Record<'H' | 'L' | 'texts' | 'length', number>>,
): LateWork {
  const characters = Array.from({ length: 65 }, (_, i) => String.fromCharCode(48 + i)).join('');
  const { vocabulary } = Corpus.fromText(characters + characters);
  const config = { cell: 'lstm', hiddenSize: H, numLayers: L, embeddingSize: 0, dropout: 0, seed: 0 };
  const model = new u.LanguageModel(config, { settings: { tokens: 'char' }, vocabulary });
  const options = { prime: '0', length, seed: 1 };
  return {
    run: async () =>
      void (await (texts === 1 ? model.generateAsync(options) : model.generateManyAsync(texts, options))),
    done: () => Promise.resolve(),
    units: texts * length,
  };
}
