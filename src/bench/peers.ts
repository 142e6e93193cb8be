// The peers that are installed here, run in processes of their own: PyTorch, NumPy and JAX where UNROLLED_TORCH_PYTHON names a
// Python that has them, TensorFlow.js and ONNX Runtime where UNROLLED_JS_PEERS names a folder that has them. What a variable
// names must run; what may or may not be installed beside it is left out with a word where it is not.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UnrolledError } from '../errors.js';
import { type PeerRow, requireScript, runScript } from './scripts.js';

export type PeerName = 'PyTorch' | 'NumPy' | 'JAX' | 'ONNX Runtime' | 'TensorFlow.js wasm';

/** Which backend of ours each is put beside. */
export const BESIDE: Readonly<Record<PeerName, 'native' | 'wasm'>> = {
  PyTorch: 'native',
  NumPy: 'native',
  JAX: 'native',
  'ONNX Runtime': 'native',
  'TensorFlow.js wasm': 'wasm',
};

/** When and how a reading is taken. */
export interface Reading {
  threads: number;
  round: number;
}

export interface Peer {
  readonly name: PeerName;
  /** Rows of its script, at least those of these names that it has. Errors: IO, NOT_FOUND. */
  read(names: readonly string[], reading: Reading): readonly PeerRow[];
}

export interface Peers {
  list: readonly Peer[];
  /** Takes away what was made for them. */
  close(): void;
}

export interface PeerOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** Where scripts run, and what relative paths start from. */
  cwd: string;
  /** How long each reading takes, where a script can be told. */
  seconds: number;
  /** Which are asked for. */
  wanted: ReadonlySet<PeerName>;
  /** Told who is left out and why. */
  note(line: string): void;
}

/** Where the peers' scripts are, from the working folder. */
const SCRIPTS = '../shared/peers';

/** The project's own script, for the shapes that theirs lack. */
const OWN_GEMM = fileURLToPath(new URL('../../bench/torch_gemm.py', import.meta.url));

const SHAPE = /^gemm\/\d+x\d+x\d+$/;

/** No task of TensorFlow.js or brain.js has this in its name: js_bench.mjs then runs ONNX Runtime alone. */
const ONNX_ALONE = 'onnxruntime alone';

/** The peers of `wanted` that can be tried here. Errors: NOT_FOUND where the scripts of a named one are missing. */
export function findPeers({ env, cwd, seconds, wanted, note }: PeerOptions): Peers {
  const folder = resolve(cwd, env.UNROLLED_PEERS ?? SCRIPTS);
  const python = env.UNROLLED_TORCH_PYTHON;
  const js = env.UNROLLED_JS_PEERS === undefined ? undefined : resolve(cwd, env.UNROLLED_JS_PEERS);
  const list: Peer[] = [];
  const models = new OnnxModels(join(folder, 'onnx_lstm.py'), cwd);
  const isWanted = (...names: PeerName[]): boolean => names.some((name) => wanted.has(name));

  if (python !== undefined && isWanted('PyTorch', 'NumPy')) {
    const script = join(folder, 'torch_bench.py');
    requireScript(script);
    const bench = (file: string, args: readonly string[], { threads }: Reading): PeerRow[] =>
      runScript({ command: python, args: [file, '--threads', `${threads}`, '--seconds', `${seconds}`, ...args], cwd });
    const torch: Peer['read'] = (names, reading) =>
      SHAPE.test(names[0])
        ? bench(OWN_GEMM, names, reading)
        : bench(script, ['--only', commonStart(names)], reading).map((row) => told(row, note));
    if (wanted.has('PyTorch')) list.push({ name: 'PyTorch', read: torch });
    if (wanted.has('NumPy')) list.push({ name: 'NumPy', read: torch });
  }
  if (python !== undefined && wanted.has('JAX')) {
    // The script has no choice of rows: one run serves all tasks of a round.
    const runs = new Map<string, PeerRow[]>();
    const read: Peer['read'] = (_names, { threads, round }) => {
      const key = `${threads} ${round}`;
      const args = [join(folder, 'jax_bench.py'), '--seconds', `${seconds}`];
      const rows = runs.get(key) ?? runScript({ command: python, args, cwd, env: jaxThreads(threads) });
      runs.set(key, rows);
      return rows;
    };
    list.push(optional({ name: 'JAX', read }, note));
  }
  const script = join(folder, 'js_bench.mjs');
  if (js !== undefined && isWanted('ONNX Runtime', 'TensorFlow.js wasm')) requireScript(script);
  if (js !== undefined && python !== undefined && wanted.has('ONNX Runtime')) {
    const read: Peer['read'] = (names) =>
      names.flatMap((name) =>
        runScript({
          command: process.execPath,
          args: [script, ONNX_ALONE],
          cwd: js,
          env: { ONNX_LSTM: models.file(python, name) },
        }).filter(({ peer }) => /^onnxruntime/.test(peer ?? '')),
      );
    list.push(optional({ name: 'ONNX Runtime', read }, note));
  }
  if (js !== undefined && wanted.has('TensorFlow.js wasm')) {
    const read: Peer['read'] = (names) =>
      runScript({ command: process.execPath, args: [script, commonStart(names)], cwd: js }).filter(({ peer }) =>
        /^tfjs .*wasm/.test(peer ?? ''),
      );
    list.push({ name: 'TensorFlow.js wasm', read });
  }
  for (const name of wanted) {
    if (!list.some((peer) => peer.name === name)) note(`${name} left out: ${missing(name)}`);
  }
  return { list, close: () => models.close() };
}

function missing(name: PeerName): string {
  if (name === 'TensorFlow.js wasm') return 'UNROLLED_JS_PEERS names no folder that has it';
  const python = 'UNROLLED_TORCH_PYTHON names no Python that has it';
  return name === 'ONNX Runtime'
    ? `it wants UNROLLED_JS_PEERS and UNROLLED_TORCH_PYTHON, which writes its model`
    : python;
}

/** Left out, with the reason, once it fails: nobody has said that it is installed. */
function optional(peer: Peer, note: (line: string) => void): Peer {
  let failed = false;
  const read: Peer['read'] = (names, reading) => {
    if (failed) return [];
    try {
      return peer.read(names, reading).map((row) => told(row, note));
    } catch (error) {
      if (!(error instanceof UnrolledError)) throw error;
      failed = true;
      note(`${peer.name} left out: ${error.message}`);
      return [];
    }
  };
  return { ...peer, read };
}

/** Says why a row has no value. */
function told(row: PeerRow, note: (line: string) => void): PeerRow {
  if (row.error !== undefined) note(`${row.name} of a peer left out: ${row.error}`);
  return row;
}

/** JAX takes all cores, or one. */
function jaxThreads(threads: number): Record<string, string> {
  return threads === 1 ? { XLA_FLAGS: '--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1' } : {};
}

/** Models for ONNX Runtime, written once each into a folder of their own. */
class OnnxModels {
  readonly #script: string;
  readonly #cwd: string;
  readonly #files = new Map<string, string>();
  #folder: string | null = null;

  constructor(script: string, cwd: string) {
    this.#script = script;
    this.#cwd = cwd;
  }

  /** The file for a row such as generate/lstm-h256-l1, of 65 characters. Errors: IO, NOT_FOUND, OPTION. */
  file(python: string, row: string): string {
    const known = this.#files.get(row);
    if (known !== undefined) return known;
    const sizes = /^generate\/lstm-h(\d+)-l(\d+)$/.exec(row);
    if (sizes === null) {
      throw new UnrolledError('OPTION', `expected a row generate/lstm-hH-lL, received ${row}`, 'name such a row');
    }
    requireScript(this.#script);
    this.#folder ??= mkdtempSync(join(tmpdir(), 'unrolled-bench-'));
    const [, hidden, layers] = sizes;
    const file = join(this.#folder, `lstm-${hidden}-${layers}-65.onnx`);
    runScript({ command: python, args: [this.#script, hidden, layers, '65', file], cwd: this.#cwd });
    this.#files.set(row, file);
    return file;
  }

  close(): void {
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = null;
    this.#files.clear();
  }
}

function commonStart(names: readonly string[]): string {
  let [start] = names;
  for (const name of names) while (!name.startsWith(start)) start = start.slice(0, -1);
  return start;
}
