// Training and generation on a graphics processor, beside PyTorch and JAX on the same card: work of the sizes that their script has, and
// nothing waits between its steps.
import type { Backend } from '../backend/contract.js';
import type { CellGraph } from '../cell/define/graph.js';
import { UnrolledError, UnsupportedError } from '../errors.js';
import type * as Library from '../node.js';
import { Corpus } from '../text/index.js';
import { runScript } from './scripts.js';

export interface GpuOptions {
  u: typeof Library;
  /** UNROLLED_TORCH_PYTHON names a Python with CUDA, UNROLLED_GPU_PEERS the script that it runs. */
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** `gpu`, or `gpu/` and a part of a name. */
  only: string;
  seconds: number;
  rounds: number;
  /** Small sizes, to see on a software device that all of it runs. */
  tiny: boolean;
  signal: AbortSignal;
  note(line: string): void;
}

/** One task: ours, and what each peer has there, all in tokens a second. */
export interface GpuRow {
  name: string;
  value: number;
  /** By peer and how it ran: `torch graph tf32`. */
  peers: Record<string, number>;
  best: string | null;
  /** How many times the best of the peers; null without one. */
  ratio: number | null;
  /** What is aimed at, at least; null where nothing is. */
  aim: number | null;
}

export interface GpuResult {
  /** The adapter and its largest buffer; null where there is none. */
  features: readonly string[] | null;
  /** Why there is none. */
  reason: string | null;
  rows: GpuRow[];
}

/** Work whose steps wait for nothing; `done` waits for all of them. */
interface LateWork {
  run(): void | Promise<void>;
  done(): Promise<unknown>;
  /** Tokens of one run. */
  units: number;
}

interface GpuTask {
  name: string;
  /** How the names of its rows begin in the peers' script; null where it has none. */
  peer: string | null;
  aim: number | null;
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

const training = (name: string, aim: number, sizes: (u: typeof Library) => Sizes): GpuTask => ({
  name: `train/${name}`,
  peer: `train/${name} `,
  aim,
  make: (u, tiny) => trainLate(u, tiny ? shrunk(sizes(u)) : sizes(u)),
});

const cell = (name: string, find: (u: typeof Library) => CellGraph): GpuTask => ({
  name: `cell/${name}`,
  peer: `cell/${name}`,
  aim: 2,
  make: (u, tiny) => trainLayer(u, find(u), tiny ? { D: 4, H: 8, N: 2, T: 3 } : { D: 28, H: 256, N: 32, T: 35 }),
});

const generation = (hiddenSize: number, numLayers: number, aim: number | null): GpuTask => ({
  name: `generate/lstm-h${hiddenSize}-l${numLayers}`,
  peer: `generate/lstm-h${hiddenSize}-l${numLayers}`,
  aim,
  make: (u, tiny) => generateLate(u, tiny ? 8 : hiddenSize, numLayers, tiny ? 4 : 200),
});

const TASKS: readonly GpuTask[] = [
  training('d2l-lstm-h256', 2, (u) => ({ cell: u.LSTM, V: 28, H: 256, L: 1, N: 32, T: 35 })),
  training('d2l-gru-h256', 2, (u) => ({ cell: u.GRU, V: 28, H: 256, L: 1, N: 32, T: 35 })),
  training('char-rnn-lstm-h512-l2', 1.5, (u) => ({ cell: u.LSTM, V: 65, H: 512, L: 2, N: 50, T: 50 })),
  training('char-lstm-h1024', 1.2, (u) => ({ cell: u.LSTM, V: 100, H: 1024, L: 1, N: 64, T: 100 })),
  cell('reset-before-gru', (u) => u.GRUResetBefore),
  cell('layer-norm-lstm', (u) => u.LayerNormLSTM),
  generation(256, 1, 1.5),
  generation(512, 2, null),
];

/** Whether `--only` is about graphics processors. */
export function isOfGpu(only: string): boolean {
  return only === 'gpu' || only.startsWith('gpu/');
}

/** A machine without one says so and has no rows. Errors: OPTION where no task has `only` in its name; IO where a named script fails. */
export async function runGpu(options: GpuOptions): Promise<GpuResult> {
  const { u, only, seconds, rounds, tiny, signal, note } = options;
  const wanted = only.slice('gpu/'.length);
  const tasks = TASKS.filter(({ name }) => name.includes(wanted));
  if (tasks.length === 0) {
    const names = TASKS.map(({ name }) => `gpu/${name}`).join(', ');
    throw new UnrolledError('OPTION', `expected a part of a task's name, received "${only}"`, names);
  }
  let backend: Backend;
  try {
    backend = await u.useBackend('webgpu');
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    return { features: null, reason: `${error.message}; ${error.help}`, rows: [] };
  }
  const rows: GpuRow[] = [];
  const peers = peersOf(options);
  for (const task of tasks) {
    if (signal.aborted) break;
    note(task.name);
    u.manualSeed(0);
    const work = task.make(u, tiny);
    let value = 0;
    for (let round = 0; round < rounds; round++) value = Math.max(value, await lateRate(work, seconds));
    const own = peers.filter(({ name }) => task.peer !== null && name.startsWith(task.peer));
    const readings = Object.fromEntries(own.map(({ label, value: reading }) => [label, reading]));
    const best = own.reduce<PeerReading | null>((a, b) => (a === null || b.value > a.value ? b : a), null);
    const ratio = best === null ? null : value / best.value;
    rows.push({ name: task.name, value, peers: readings, best: best?.label ?? null, ratio, aim: task.aim });
  }
  backend.close();
  return { features: backend.features, reason: null, rows };
}

/** The most tokens a second over rounds of about a third of a second, each of which waits once; after a warm-up. */
async function lateRate({ run, done, units }: LateWork, seconds: number): Promise<number> {
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
function trainLate(u: typeof Library, { cell, V, H, L, N, T }: Sizes): LateWork {
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

/** Characters one by one, batch 1: all steps and draws run before anything is read. */
function generateLate(u: typeof Library, hiddenSize: number, numLayers: number, length: number): LateWork {
  const characters = Array.from({ length: 65 }, (_, i) => String.fromCharCode(48 + i)).join('');
  const { vocabulary } = Corpus.fromText(characters + characters);
  const config = { cell: 'lstm', hiddenSize, numLayers, embeddingSize: 0, dropout: 0, seed: 0 };
  const model = new u.LanguageModel(config, { settings: { tokens: 'char' }, vocabulary });
  return {
    run: async () => void (await model.generateAsync({ prime: '0', length, seed: 1 })),
    done: () => Promise.resolve(),
    units: length,
  };
}

function shrunk(sizes: Sizes): Sizes {
  return { ...sizes, H: 8, N: 2, T: 3 };
}

interface PeerReading {
  name: string;
  label: string;
  value: number;
}

/** What the peers' script says, in one run for all tasks. */
function peersOf({ env, cwd, tiny, note }: GpuOptions): PeerReading[] {
  const { UNROLLED_TORCH_PYTHON: command, UNROLLED_GPU_PEERS: script, UNROLLED_PEERS: folder } = env;
  if (command === undefined || script === undefined) {
    note('PyTorch and JAX left out: UNROLLED_TORCH_PYTHON names no Python with CUDA, or UNROLLED_GPU_PEERS no script');
    return [];
  }
  const own = { ...(folder === undefined ? {} : { PYTHONPATH: folder }), ...(tiny ? { SMALL: '1' } : {}) };
  return ['lm cells gen nocompile', 'jax'].flatMap((parts) => {
    note(`peers: ${parts}`);
    return runScript({ command, args: [script, ...parts.split(' ')], cwd, env: own }).flatMap((row) => {
      const {
        peer = '',
        name,
        mode,
        precision,
        tokensPerS,
      } = row as unknown as Record<string, string | undefined> & {
        tokensPerS?: number;
      };
      if (name === undefined || tokensPerS === undefined) return [];
      return [{ name, label: [peer, mode ?? precision ?? ''].join(' ').trim(), value: tokensPerS }];
    });
  });
}
