// Ranks on two hosts: namespaces of one machine, with TCP between them (hosts.sh). What needs neither two machines nor their speed.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const BIN = path('../bin/unrolled.js');
const HOSTS = ['--map-root-user', '--net', '--mount', '--uts', 'sh', path('hosts.sh')];
const MPI = { OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' };

/** Why it cannot be tried here; '' where it can. */
function missing(): string {
  if (process.platform !== 'linux') return 'namespaces are of Linux';
  if (!existsSync(path('../dist/kernels/mpi.node'))) return 'there is no addon for MPI';
  const { status, stderr, error } = spawnSync('unshare', [...HOSTS, 'true', 'true'], {
    ...{ encoding: 'utf8', timeout: 20_000, env: { ...process.env, ...MPI } },
  });
  return status === 0 ? '' : `two hosts do not start: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
}
const why = missing();
if (why !== '') console.warn(`ranks on two hosts are not tested: ${why}`);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'unrolled-hosts-'));
  for (const name of ['data', 'small']) mkdirSync(join(folder, name));
  const words = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'];
  const text = Array.from({ length: 6000 }, (_, i) => words[((i * i + 7 * i) % 11) % 6]).join(' ');
  writeFileSync(join(folder, 'data', 'book.txt'), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LM = [
  ...['train', 'lm', 'data/book.txt', '--steps', '20', '--batch', '16'],
  ...['--dropout', '0.2', '--seed', '1', '--shards', '4'],
];
const SMALL = [...LM, '--hidden', '32'];
/** Two layers, of which the upper one is summed while the lower one is computed. */
const LARGE = [...LM, '--hidden', '200', '--layers', '2'];

interface Ran {
  status: number | null;
  err: string;
}

function collect(child: ChildProcess): Promise<Ran> {
  let err = '';
  child.stdout?.resume();
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, err })));
}

/** @param onSecond run on the second host before anything else @param command of each rank */
function onHosts(command: readonly string[], onSecond = 'true'): Promise<Ran> {
  return collect(spawn('unshare', [...HOSTS, onSecond, ...command], { cwd: folder, env: { ...process.env, ...MPI } }));
}

const unrolled = (args: readonly string[]): string[] => [process.execPath, BIN, ...args];
const bytes = (file: string): Buffer => readFileSync(join(folder, file));

/** The process that is rank 1. */
async function pidOfSecond(): Promise<number> {
  for (;;) {
    for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
      try {
        const env = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0');
        const isRank = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0')[1] === BIN;
        if (isRank && env.includes('OMPI_COMM_WORLD_RANK=1') && env.includes(`PWD=${folder}`)) return Number(name);
      } catch {
        // It ended in between, or is somebody else's.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe.skipIf(why !== '')('ranks on two hosts', () => {
  it('train the model of one process, with sums beside the computation', async () => {
    const steps = ['--max-steps', '6'];
    const alone = await collect(
      spawn(process.execPath, [BIN, ...LARGE, ...steps, '--out', 'alone.safetensors'], { cwd: folder }),
    );
    expect(alone.status).toBe(0);
    const both = await onHosts(unrolled([...LARGE, ...steps, '--out', 'hosts.safetensors']));
    expect(both.err).toContain('2 ranks over MPI');
    expect(both.status).toBe(0);
    expect(bytes('hosts.safetensors').equals(bytes('alone.safetensors'))).toBe(true);
  });

  it('end where the second has no data file, which says so', async () => {
    const hidden = `mount -t tmpfs none ${join(folder, 'data')}`;
    const { status, err } = await onHosts(unrolled([...SMALL, '--max-steps', '6', '--out', 'no.safetensors']), hidden);
    expect(status).not.toBe(0);
    expect(err).toMatch(/error\[NOT_FOUND\]: .*data\/book\.txt.*\(on rank 1, host second\)/);
    expect(existsSync(join(folder, 'no.safetensors'))).toBe(false);
  });

  it('end within 10 seconds when the one on the second is killed; one process goes on as the same run', async () => {
    const steps = ['--max-steps', '150', '--out', 'killed.safetensors'];
    const running = onHosts(unrolled([...SMALL, ...steps, '--checkpoint-every', '0.2s']));
    while (!existsSync(join(folder, 'killed.checkpoint'))) await new Promise((resolve) => setTimeout(resolve, 20));
    process.kill(await pidOfSecond(), 'SIGKILL');
    const killed = performance.now();
    const { status, err } = await running;
    expect(performance.now() - killed).toBeLessThan(10_000);
    expect(status).not.toBe(0);
    expect(err).toMatch(/rank 1 .*on node 10\.77\.0\.2 exited on signal 9/);
    const run = (args: readonly string[]): Promise<Ran> => collect(spawn(process.execPath, args, { cwd: folder }));
    expect((await run([BIN, ...SMALL, ...steps, '--resume', 'killed.checkpoint'])).status).toBe(0);
    expect((await run([BIN, ...SMALL, '--max-steps', '150', '--out', 'whole.safetensors'])).status).toBe(0);
    expect(bytes('killed.safetensors').equals(bytes('whole.safetensors'))).toBe(true);
  });

  it('end where the disk of the first is full', async () => {
    // A disk of 64 KiB, which the first one alone has.
    const small = 'test $OMPI_COMM_WORLD_RANK = 1 || mount -t tmpfs -o size=64k none small; exec "$@"';
    const args = unrolled([
      ...SMALL,
      '--max-steps',
      '150',
      '--out',
      'small/m.safetensors',
      '--checkpoint-every',
      '0.2s',
    ]);
    const { status, err } = await onHosts(['sh', '-c', small, 'sh', ...args]);
    expect(status).not.toBe(0);
    expect(err).toMatch(/error\[IO\]: .*small\/m\.\S+, received ENOSPC/);
  });
});
