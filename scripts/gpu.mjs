// `npm run gpu`: all checks of the backend webgpu on the graphics processor of this machine, in a few minutes: the conformance suite, PyTorch's
// cases, models and lost devices, then `unrolled bench --only gpu` with its peers where they are, and small cells in a page.
//   --tiny          a thirteenth of the cases and small sizes: to see on a software device that all of it runs
//   --only PART     suites, models, rows or browser; all where it is left out
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, setup } from './setup.mjs';

const { values } = parseArgs({ options: { tiny: { type: 'boolean', default: false }, only: { type: 'string' } } });
const { tiny, only } = values;

const vitest = (...args) => [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args];
const command = (...args) => [join(root, 'bin/unrolled.js'), ...args];
/** What runs, by its name. */
const PARTS = {
  suites: vitest(
    ...['test/conformance/webgpu.test.ts', 'test/conformance/webgpuScans.test.ts', 'test/golden/webgpu.test.ts'],
    'test/webgpuRecurrent.test.ts',
  ),
  models: vitest('test/webgpu.test.ts', ...(tiny ? ['-t', 'device|classifier'] : [])),
  rows: command('bench', '--only', 'gpu', ...(tiny ? ['--tiny', '--seconds', '0.2', '--rounds', '1'] : [])),
  browser: [join(root, 'bench/browser_gpu.mjs'), ...(tiny ? ['--tiny', '--software'] : [])],
};
if (only !== undefined && !Object.hasOwn(PARTS, only)) {
  console.error(`expected --only as one of ${Object.keys(PARTS).join(', ')}, received ${only}`);
  process.exit(2);
}
await setup();
const run = (args) => {
  const env = { ...process.env, UNROLLED_WEBGPU_EVERY: process.env.UNROLLED_WEBGPU_EVERY ?? (tiny ? '13' : '1') };
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env }).status === 0;
};
run(command('backends'));
const failed = [];
for (const [name, args] of Object.entries(PARTS)) {
  if (only !== undefined && name !== only) continue;
  const start = performance.now();
  if (!run(args)) failed.push(name);
  console.log(
    `${name}: ${failed.includes(name) ? 'failed' : 'done'} in ${Math.round((performance.now() - start) / 1000)} s`,
  );
}
process.exit(failed.length === 0 ? 0 : 1);
