// The addon for MPI, which knows the MPI of its machine: no package can hold one for all. A checkout builds it with the rest; where the
// library came as a package, the first program that wants it does, by the machine's mpicxx, and keeps it for the next.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { RankLink } from '../rankLink.js';

/** What the addon for MPI exports; see kernels/ranks/mpi.cpp. */
export interface MpiAddon {
  init(): Omit<RankLink, 'by'>;
  finalize(): void;
  abort(status: number): void;
}

/** How MPI comes to a machine. */
export function mpiHelp(platform: string = process.platform): string {
  if (platform === 'win32') return 'run it in WSL, which has ranks; leave them out on Windows: threads use all cores';
  const install = platform === 'darwin' ? 'brew install open-mpi' : 'apt-get install openmpi-bin libopenmpi-dev';
  return `install Open MPI, in a checkout build again: ${install}, then npm run build`;
}

/** The addon, or why there is none. @param kernels the folder of the checkout's own, or of the package */
export function findMpi(kernels: string): { addon: MpiAddon } | { reason: string } {
  const found = pathOfMpi(kernels);
  if ('reason' in found) return found;
  try {
    return { addon: createRequire(found.path)(found.path) as MpiAddon };
  } catch (error) {
    return { reason: `the addon for MPI does not load: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function pathOfMpi(kernels: string): { path: string } | { reason: string } {
  const own = join(kernels, 'mpi.node');
  if (existsSync(own)) return { path: own };
  const said = join(kernels, 'mpi.json');
  if (existsSync(said)) {
    const { reason } = JSON.parse(readFileSync(said, 'utf8')) as { reason?: string };
    return { reason: reason ?? 'it was not built' };
  }
  if (process.env.UNROLLED_NO_NATIVE === '1') return { reason: 'switched off by UNROLLED_NO_NATIVE=1' };
  return buildMpi(join(kernels, 'ranks'));
}

/** Compiles the addon from the sources of a package, where nobody has yet: into the user's folder for such things. */
function buildMpi(sources: string): { path: string } | { reason: string } {
  const files = ['mpi.cpp', 'link.h'].map((name) => join(sources, name));
  if (!files.every((file) => existsSync(file))) return { reason: 'it was not built' };
  const compiler = spawnSync('mpicxx', ['--version'], { encoding: 'utf8' });
  if (compiler.status !== 0) return { reason: 'no mpicxx found' };
  const hash = createHash('sha256').update(compiler.stdout).update(process.arch);
  for (const file of files) hash.update(readFileSync(file));
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'unrolled');
  const path = join(folder, `mpi-${hash.digest('hex').slice(0, 16)}.node`);
  if (existsSync(path)) return { path };
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Ranks that start at once each build their own, and put it there whole.
    const work = mkdtempSync(join(folder, 'build-'));
    try {
      const target = join(work, 'mpi.node');
      const link = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
      const flags = ['-O3', '-std=c++17', '-fPIC', '-shared', '-I', join(sources, 'include')];
      const built = spawnSync('mpicxx', [...flags, files[0], ...link, '-o', target], { encoding: 'utf8' });
      if (built.status !== 0) {
        const line = built.stderr.split('\n').find((one) => /error/i.test(one)) ?? `status ${built.status}`;
        return { reason: `mpicxx failed: ${line}` };
      }
      renameSync(target, path);
      return { path };
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  } catch (error) {
    return { reason: `it cannot be built: ${error instanceof Error ? error.message : String(error)}` };
  }
}
