// What the native backend leaves behind: nothing, whether a worker thread ends with it, a process does, or it is forgotten.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { orReason } from '../../../test/conformance/suite.js';
import { nodePlatform } from '../../platform/node/node.js';
import { setPlatform } from '../../platform/platform.js';
import { createNativeBackend } from './native.js';

setPlatform(nodePlatform);

/** What a module printed that uses the built library, in a process of its own. */
async function run(script: string, ...flags: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('../../../dist', import.meta.url)),
    timeout: 50_000,
  });
  return stdout;
}

/** Opens a backend, fills it as far as it goes before it spills, has its threads compute, and leaves it open. */
const USE = `
  const { useBackend, zeros, matmul } = await import(process.cwd() + '/node.js');
  const backend = await useBackend('native', { threads: 2 });
  const tensors = Array.from({ length: 16 }, () => zeros([1024, 1024]));
  const x = zeros([256, 256]);
  matmul(x, x);`;

const native = await orReason(() => createNativeBackend({ threads: 1 }));
if (typeof native === 'string') it.skip(`what native leaves behind: ${native}`);
else {
  native.close();
  describe('native leaves nothing behind', () => {
    it('where worker threads end', async () => {
      const script = `
        import { Worker } from 'node:worker_threads';
        const script = ${JSON.stringify(`(async () => {${USE}})();`)};
        const sizes = [];
        for (let round = 0; round < 6; round++) {
          const ends = [1, 2, 3, 4].map(() => new Promise((resolve, reject) => {
            const worker = new Worker(script, { eval: true });
            worker.on('error', reject);
            worker.on('exit', resolve);
          }));
          await Promise.all(ends);
          sizes.push(Math.round(process.memoryUsage().rss / 2 ** 20));
        }
        console.log(JSON.stringify(sizes));`;
      const sizes = JSON.parse(await run(script)) as number[];
      // What is kept would be 64 MiB a round and more.
      expect(sizes[5] - sizes[1], `MiB after each round: ${sizes.join(', ')}`).toBeLessThan(130);
    });

    it('where a process ends with a backend open, by itself or at once', async () => {
      expect(await run(`${USE} console.log('done');`)).toBe('done\n');
      expect(await run(`${USE} console.log('done'); process.exit(0);`)).toBe('done\n');
    });

    it('where a backend is forgotten', async () => {
      const script = `
        import { setTimeout } from 'node:timers/promises';
        const { useBackend, zeros } = await import(process.cwd() + '/node.js');
        const sizes = [];
        for (let i = 0; i < 12; i++) {
          await useBackend('native', { threads: 1 });
          for (let j = 0; j < 16; j++) zeros([1024, 1024]);
          await useBackend('reference');
          await setTimeout(20);
          gc();
          await setTimeout(20);
          sizes.push(Math.round(process.memoryUsage().rss / 2 ** 20));
        }
        console.log(JSON.stringify(sizes));`;
      const sizes = JSON.parse(await run(script, '--expose-gc')) as number[];
      // What is kept would be 16 MiB each.
      expect(sizes[11] - sizes[1], `MiB after each: ${sizes.join(', ')}`).toBeLessThan(80);
    });
  });
}
