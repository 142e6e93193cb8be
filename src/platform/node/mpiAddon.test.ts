// The addon for MPI where the library came as a package: sources, and no addon.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findMpi, mpiHelp } from './mpiAddon.js';
import { requireShared } from './ranks.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const hasCompiler = spawnSync('mpicxx', ['--version']).status === 0;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unrolled-mpi-'));
  mkdirSync(join(folder, 'kernels', 'ranks'), { recursive: true });
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const kernels = (): string => join(folder, 'kernels');

function putSources(): void {
  for (const name of ['mpi.cpp', 'link.h']) {
    cpSync(join(ROOT, 'kernels', 'ranks', name), join(kernels(), 'ranks', name));
  }
  cpSync(join(ROOT, 'node_modules', 'node-api-headers', 'include'), join(kernels(), 'ranks', 'include'), {
    recursive: true,
  });
}

describe('the addon for MPI of a package', () => {
  it.skipIf(!hasCompiler)('is built once, from its sources', () => {
    putSources();
    const found = findMpi(kernels());
    expect('addon' in found && Object.keys(found.addon).sort()).toEqual(['abort', 'finalize', 'init']);
    const [built, ...others] = readdirSync(join(folder, 'cache', 'unrolled'));
    expect(built).toMatch(/^mpi-[0-9a-f]{16}\.node$/);
    expect(others).toEqual([]);
    const { mtimeMs } = statSync(join(folder, 'cache', 'unrolled', built));
    expect('addon' in findMpi(kernels())).toBe(true);
    expect(statSync(join(folder, 'cache', 'unrolled', built)).mtimeMs).toBe(mtimeMs);
  });

  it('says that it does not load', () => {
    writeFileSync(join(kernels(), 'mpi.node'), 'no addon');
    expect(findMpi(kernels())).toMatchObject({ reason: expect.stringContaining('does not load') as string });
  });

  it('says why there is none', () => {
    expect(findMpi(kernels())).toEqual({ reason: 'it was not built' });
    putSources();
    vi.stubEnv('UNROLLED_NO_NATIVE', '1');
    expect(findMpi(kernels())).toEqual({ reason: 'switched off by UNROLLED_NO_NATIVE=1' });
    vi.stubEnv('UNROLLED_NO_NATIVE', '');
    vi.stubEnv('PATH', '');
    expect(findMpi(kernels())).toEqual({ reason: 'no mpicxx found' });
  });

  it.skipIf(!hasCompiler)('tells what its compiler says', () => {
    putSources();
    writeFileSync(join(kernels(), 'ranks', 'mpi.cpp'), 'int broken(;');
    expect(findMpi(kernels())).toMatchObject({ reason: expect.stringMatching(/^mpicxx failed: .*error/) as string });
  });
});

it('says what a system installs for ranks; Windows has none', () => {
  expect(mpiHelp('linux')).toContain('apt-get install openmpi-bin');
  expect(mpiHelp('darwin')).toContain('brew install open-mpi');
  expect(() => requireShared({ reason: 'no addon' }, 'win32')).toThrow(
    /Linux or macOS for several ranks, received Windows/,
  );
  expect(mpiHelp('win32')).toMatch(/WSL/);
  expect(mpiHelp('win32')).not.toMatch(/apt-get/);
});
