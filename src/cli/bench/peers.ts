// The peers that are installed here, run in processes of their own: PyTorch where UNROLLED_TORCH_PYTHON names a Python that has
// it, TensorFlow.js and others where UNROLLED_JS_PEERS names a folder that has them. Their scripts print a JSON object a line.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UnrolledError } from '../../errors.js';
import type { Io } from '../io.js';

export interface Peer {
  name: string;
  /** The best of the rows with these names; null where the peer has none. */
  read(rows: readonly string[]): number | null;
}

const HELP = 'check UNROLLED_TORCH_PYTHON, UNROLLED_JS_PEERS and UNROLLED_PEERS';

/** Where torch_bench.py and js_bench.mjs are. */
const SCRIPTS = '../shared/peers';

interface PeerRow {
  peer?: string;
  name: string;
  value?: number;
}

function rowsOf(command: string, args: readonly string[], cwd: string): PeerRow[] {
  const { stdout, stderr, error, status } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (error) throw new UnrolledError('IO', `expected to run ${command}, received ${error.message}`, HELP);
  const rows = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as PeerRow);
  // A script may fail after its first rows, where another of its peers is missing: those count.
  if (rows.length === 0 && status !== 0) {
    const last = stderr.trim().split('\n').at(-1) ?? '';
    throw new UnrolledError(
      'IO',
      `expected figures of a peer from ${command}, received status ${status}: ${last}`,
      HELP,
    );
  }
  return rows;
}

function best(rows: readonly PeerRow[], names: readonly string[], fits: (row: PeerRow) => boolean): number | null {
  const values = rows.flatMap((row) =>
    names.includes(row.name) && row.value !== undefined && fits(row) ? [row.value] : [],
  );
  return values.length === 0 ? null : Math.max(...values);
}

/** Errors: NOT_FOUND. */
function requireScript(path: string): void {
  if (existsSync(path)) return;
  throw new UnrolledError(
    'NOT_FOUND',
    `expected a peer's script, found no file ${path}`,
    'name its folder by UNROLLED_PEERS',
  );
}

/** Peers to put beside a backend: PyTorch beside the native one, other WebAssembly beside wasm. Errors: NOT_FOUND; reading: IO. */
export function findPeers({ env, cwd }: Io, backend: string, threads: number, seconds: number): Peer[] {
  const scripts = resolve(cwd, env.UNROLLED_PEERS ?? SCRIPTS);
  const peers: Peer[] = [];
  const python = env.UNROLLED_TORCH_PYTHON;
  const torch = join(scripts, 'torch_bench.py');
  if (backend === 'native' && python !== undefined) {
    requireScript(torch);
    const read = (names: readonly string[]): number | null => {
      const only = commonStart(names);
      return best(
        rowsOf(python, [torch, '--threads', String(threads), '--seconds', String(seconds), '--only', only], cwd),
        names,
        () => true,
      );
    };
    peers.push({ name: 'PyTorch', read });
  }
  const folder = env.UNROLLED_JS_PEERS;
  const script = join(scripts, 'js_bench.mjs');
  if (backend === 'wasm' && folder !== undefined) {
    requireScript(script);
    const read = (names: readonly string[]): number | null =>
      best(rowsOf(process.execPath, [script, commonStart(names)], folder), names, ({ peer }) =>
        /wasm/.test(peer ?? ''),
      );
    peers.push({ name: 'TensorFlow.js wasm', read });
  }
  return peers;
}

function commonStart(names: readonly string[]): string {
  let [start] = names;
  for (const name of names) while (!name.startsWith(start)) start = start.slice(0, -1);
  return start;
}
