// Several processes that train one model, as a user starts them: over shared memory, and by mpirun where it is installed.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CALLS_VERSION } from '../backend/numbers.js';
import { nodePlatform } from '../platform/node/node.js';

const BIN = fileURLToPath(new URL('../../bin/unrolled.js', import.meta.url));
const MPI = fileURLToPath(new URL('../../dist/kernels/mpi.node', import.meta.url));

const found = nodePlatform.loadAddon?.(CALLS_VERSION) ?? { reason: 'none' };
const sharedBytes = 'addon' in found ? found.addon.sharedBytes : undefined;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'unrolled-'));
  const words = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'];
  const text = Array.from({ length: 6000 }, (_, i) => words[((i * i + 7 * i) % 11) % 6]).join(' ');
  writeFileSync(join(folder, 'book.txt'), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LM = [
  'train',
  'lm',
  'book.txt',
  '--hidden',
  '16',
  '--steps',
  '16',
  '--batch',
  '12',
  '--dropout',
  '0.2',
  '--seed',
  '1',
];

interface Ran {
  status: number | null;
  out: string;
  err: string;
}

function start(args: readonly string[], env: object = {}): { child: ChildProcess; done: Promise<Ran> } {
  const child = spawn(process.execPath, [BIN, ...args], { cwd: folder, env: { ...process.env, ...env } });
  return { child, done: collect(child) };
}

function collect(child: ChildProcess): Promise<Ran> {
  const ran = { out: '', err: '' };
  child.stdout?.on('data', (chunk: Buffer) => (ran.out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (ran.err += chunk.toString()));
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, ...ran })));
}

const run = (args: readonly string[], env?: object): Promise<Ran> => start(args, env).done;
const bytes = (file: string): Buffer => readFileSync(join(folder, file));
const SHARED = { UNROLLED_RANKS_BY: 'shared' };

/** The process that is a rank, below the one that was started. */
async function pidOfRank(rank: number, parent: number): Promise<number> {
  for (;;) {
    for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
      try {
        const isChild = Number(readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1].split(' ')[1]) === parent;
        const env = isChild ? readFileSync(`/proc/${name}/environ`, 'utf8').split('\0') : [];
        if (env.includes(`UNROLLED_RANK=${rank}`)) return Number(name);
      } catch {
        // It ended in between.
      }
    }
    await pause(20);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await pause(20);
}

describe.skipIf(sharedBytes === undefined || process.platform !== 'linux')('ranks over shared memory', () => {
  it('train the model of one process, also where one is slow', async () => {
    const steps = ['--max-steps', '12', '--shards', '4'];
    const alone = await run([...LM, ...steps, '--out', 'alone.safetensors']);
    expect(alone.err).not.toContain('ranks');
    expect(alone.status).toBe(0);
    const { child, done } = start([...LM, ...steps, '--ranks', '2', '--out', 'two.safetensors', '--json'], SHARED);
    const slow = await pidOfRank(1, child.pid ?? 0);
    process.kill(slow, 'SIGSTOP');
    await pause(1500);
    process.kill(slow, 'SIGCONT');
    const two = await done;
    expect(two.err).toContain('2 ranks over shared memory');
    expect(two.status).toBe(0);
    expect(two.out.trim().split('\n')).toHaveLength(1);
    expect(bytes('two.safetensors').equals(bytes('alone.safetensors'))).toBe(true);
  });

  it('end soon when one is killed, with its name; another number goes on as the same run', async () => {
    const steps = ['--max-steps', '150', '--shards', '4', '--out', 'killed.safetensors', '--checkpoint-every', '0.2s'];
    const { child, done } = start([...LM, ...steps, '--ranks', '3'], SHARED);
    await until(() => existsSync(join(folder, 'killed.checkpoint')));
    const killed = performance.now();
    process.kill(await pidOfRank(1, child.pid ?? 0), 'SIGKILL');
    const { status, err } = await done;
    expect(performance.now() - killed).toBeLessThan(10_000);
    expect(status).toBe(1);
    expect(err).toMatch(/error\[RANK\]: .*rank 1 was ended by SIGKILL/);
    expect(err).toMatch(/help: resume with: unrolled train lm .*--resume killed.checkpoint/);
    expect((await run([...LM, ...steps, '--resume', 'killed.checkpoint'])).status).toBe(0);
    await run([...LM, '--max-steps', '150', '--shards', '4', '--out', 'whole.safetensors']);
    expect(bytes('killed.safetensors').equals(bytes('whole.safetensors'))).toBe(true);
  });

  it('end where one has no data: that one says so', async () => {
    const file = join(folder, 'shared');
    writeFileSync(file, new Uint8Array(sharedBytes?.(2) ?? 0));
    const place = (rank: number): object => ({
      ...{ UNROLLED_RANK: String(rank), UNROLLED_RANKS: '2', UNROLLED_RANKS_FILE: file },
    });
    const [first, second] = await Promise.all([
      run([...LM, '--max-steps', '2'], place(0)),
      run(['train', 'lm', 'boook.txt', ...LM.slice(3), '--max-steps', '2'], place(1)),
    ]);
    expect(second).toMatchObject({ status: 2, out: '' });
    expect(second.err).toMatch(/error\[NOT_FOUND\]: .*boook\.txt/);
    expect(first.status).toBe(1);
    expect(first.err).toMatch(/error\[RANK\]: .*rank 1 ended: NOT_FOUND: .*boook\.txt/);
  });

  it('end where the disk of rank 0 is full: it says so', async () => {
    const file = join(folder, 'shared-full');
    writeFileSync(file, new Uint8Array(sharedBytes?.(2) ?? 0));
    const place = (rank: number): object => ({
      ...{ UNROLLED_RANK: String(rank), UNROLLED_RANKS: '2', UNROLLED_RANKS_FILE: file },
    });
    const args = [...LM, '--max-steps', '40', '--out', 'full.safetensors', '--checkpoint-every', '0.1s'];
    // No file beyond 4 KiB: the system refuses to write, as it does on a full disk.
    const limited = ['-c', 'ulimit -f 4; exec "$@"', 'bash', process.execPath, BIN, ...args];
    const first = collect(spawn('bash', limited, { cwd: folder, env: { ...process.env, ...place(0) } }));
    const [zero, one] = await Promise.all([first, run(args, place(1))]);
    expect(zero.status).not.toBe(0);
    expect(zero.err).toMatch(/error\[IO\]: .*full\.(checkpoint|safetensors)/);
    expect(one.status).not.toBe(0);
    expect(existsSync(join(folder, 'full.safetensors'))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.includes('full.'))).toEqual([]);
  });

  it('refuse what one process alone can do', async () => {
    expect((await run(['train', 'lm', '-', '--ranks', '2'], SHARED)).err).toMatch(/files for several ranks/);
    expect((await run([...LM, '--ranks', '2', '--search', '1'], SHARED)).err).toMatch(/one process for --search/);
    expect((await run([...LM, '--ranks', '9', '--shards', '8'], SHARED)).err).toMatch(/8 ranks at most/);
    const ngram = await run(['train', 'ngram', 'book.txt'], { OMPI_COMM_WORLD_SIZE: '2', OMPI_COMM_WORLD_RANK: '1' });
    expect(ngram.status).not.toBe(0);
    expect(ngram.err).toMatch(/error\[OPTION\]: expected one process for train ngram, received 2 ranks/);
  });
});

const hasMpi =
  existsSync(MPI) &&
  (() => {
    try {
      return execFileSync('mpirun', ['--version'], { encoding: 'utf8' }).length > 0;
    } catch {
      return false;
    }
  })();

describe.skipIf(!hasMpi)('ranks over MPI', () => {
  it('train the model of one process, and end all where one fails', async () => {
    const steps = ['--max-steps', '6', '--shards', '4'];
    await run([...LM, ...steps, '--out', 'one.safetensors']);
    const BY_MPI = { UNROLLED_RANKS_BY: 'mpi' };
    const three = await run([...LM, ...steps, '--ranks', '3', '--out', 'mpi.safetensors'], BY_MPI);
    expect(three.err).toContain('3 ranks over MPI');
    expect(three.status).toBe(0);
    expect(bytes('mpi.safetensors').equals(bytes('one.safetensors'))).toBe(true);
    const failed = await run(['train', 'lm', 'none.txt', '--ranks', '2'], BY_MPI);
    expect(failed.status).not.toBe(0);
    expect(failed.err).toMatch(/error\[NOT_FOUND\]/);
  });
});
if (!hasMpi) console.warn('ranks over MPI are not tested: there is no mpirun, or no addon for MPI');
