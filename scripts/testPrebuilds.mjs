// `npm run test:prebuilds`: installs the packages of `npm run prebuild` beside the built library, as npm would, and runs the
// conformance suite and a small training wherever a Node for the target is at hand: this one, or build/runtimes/<target>
// (UNROLLED_RUNTIMES names another folder; scripts/runtimes.sh fills it). `--only <target>` tests one. Says what it skips.
import { spawnSync } from 'node:child_process';
import { closeSync, cpSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, root, run } from './build.mjs';
import { prebuildFolder, targetsOf } from './prebuild.mjs';

const place = join(root, 'build', 'prebuildTest');
const runtimes = process.env.UNROLLED_RUNTIMES ?? join(root, 'build', 'runtimes');
const LIMIT = 30 * 60_000;

/** What the best kernels are called; the first of these that the machine has must be the one that is taken. */
const BEST = { x64: ['avx512vnni', 'avx512', 'avx2', 'sse2'], arm64: ['neon'] };

/** The library without an addon of its own, all packages beside it, and the compiled suite. */
async function prepare() {
  rmSync(place, { recursive: true, force: true });
  const modules = join(place, 'node_modules');
  const library = join(modules, 'unrolled');
  mkdirSync(library, { recursive: true });
  cpSync(join(root, 'package.json'), join(library, 'package.json'));
  const own = ['unrolled.node', 'native.json'].map((name) => join(root, 'dist', 'kernels', name));
  cpSync(join(root, 'dist'), join(library, 'dist'), {
    recursive: true,
    filter: (file) => !own.includes(file) && !file.endsWith('.map'),
  });
  for (const target of targetsOf([])) {
    const from = prebuildFolder(target);
    if (existsSync(join(from, 'unrolled.node'))) {
      cpSync(from, join(modules, '@unrolled', `native-${target}`), { recursive: true });
    }
  }
  writeFileSync(join(place, 'package.json'), '{ "type": "module" }\n');
  const config = join(place, 'tsconfig.json');
  const options = { noEmit: false, outDir: '.', rootDir: root, declaration: false, sourceMap: false };
  writeFileSync(
    config,
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: { ...options, paths: { unrolled: ['../../src/node.ts'] } },
      files: ['../../test/conformance/plain.ts'],
      include: [],
    }),
  );
  const { ok, output } = await run(process.execPath, [
    join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
    ...['-p', config],
  ]);
  if (!ok) throw new Error(`TypeScript failed:\n${output}`);
}

/** The command of a Node for the target; null where there is none. */
async function nodeFor(target) {
  const { platformName, thisMachine } = await import(
    pathToFileURL(join(root, 'dist', 'platform', 'node', 'addon.js')).href
  );
  if (target === platformName(thisMachine())) return process.execPath;
  const runtime = join(runtimes, target);
  return existsSync(runtime) ? runtime : null;
}

/** Into files, since Wine does not write into the pipes that Node makes. */
function runSuite(node, isa) {
  const env = { ...process.env, UNROLLED_NO_NATIVE: '', UNROLLED_ISA: isa };
  const files = ['stdout.txt', 'stderr.txt'].map((name) => join(place, name));
  const [out, err] = files.map((file) => openSync(file, 'w'));
  const { status, error } = spawnSync(node, [join('test', 'conformance', 'plain.js')], {
    cwd: place,
    env,
    stdio: ['ignore', out, err],
    timeout: LIMIT,
  });
  closeSync(out);
  closeSync(err);
  const [stdout, stderr] = files.map((file) => readFileSync(file, 'utf8'));
  return { status, stdout, stderr, error };
}

/** A line on how it went, and whether that is well. */
function judge({ status, stdout, stderr, error }, wanted) {
  const line = stdout.split('\n').find((text) => text.startsWith('{'));
  if (status !== 0 || line === undefined) {
    const output = `${stderr}\n${stdout}\n${error?.message ?? ''}`.trim();
    return { ok: false, text: `failed (${status}): ${output.slice(-2000)}` };
  }
  const { isa, cases, failures, loss } = JSON.parse(line);
  const text = `${isa}: ${cases} cases, loss ${loss.native.toFixed(6)}, of wasm ${loss.wasm.toFixed(6)}`;
  if (failures.length > 0) return { ok: false, isa, text: `${text}; differ:\n  ${failures.join('\n  ')}` };
  if (wanted !== '' && isa !== wanted) return { ok: false, isa, text: `${text}; expected ${wanted}` };
  const near = Math.abs(loss.native - loss.wasm) <= 1e-3 * loss.wasm;
  return { ok: near, isa, loss: loss.native, text: near ? text : `${text}; the losses differ` };
}

const seconds = (start) => `${((Date.now() - start) / 1000).toFixed(0)} s`;

async function test(target) {
  if (!existsSync(join(prebuildFolder(target), 'unrolled.node'))) {
    return { ok: false, line: `${target}: missing: npm run prebuild -- --only ${target}` };
  }
  const node = await nodeFor(target);
  if (node === null)
    return { ok: true, skipped: true, line: `${target}: skipped, no ${join(runtimes, target)}: scripts/runtimes.sh` };
  const lines = [];
  let ok = true;
  // The best first; then each that the machine has besides.
  const names = BEST[target.split('-')[1]];
  const start = Date.now();
  const best = judge(runSuite(node, ''), '');
  ok &&= best.ok;
  lines.push(`${target}: ${best.text} (${seconds(start)})`);
  for (const isa of best.isa === undefined ? [] : names.slice(names.indexOf(best.isa) + 1)) {
    const result = judge(runSuite(node, isa), isa);
    ok &&= result.ok;
    lines.push(`${target} with UNROLLED_ISA=${isa}: ${result.text}`);
  }
  for (const isa of names.slice(0, Math.max(0, names.indexOf(best.isa)))) {
    // What is better than the best must not run here: else it would have been taken.
    const better = runSuite(node, isa);
    if (better.status === 0) {
      ok = false;
      lines.push(`${target}: ${best.isa} was taken, but ${isa} runs`);
    }
  }
  return { ok, line: lines.join('\n') };
}

try {
  const targets = targetsOf(process.argv.slice(2));
  await build({ quiet: true });
  await prepare();
  for (const target of targets) {
    const { ok, skipped, line } = await test(target);
    process.stdout.write(`${skipped ? '-' : ok ? 'ok' : 'FAILED'} ${line}\n`);
    if (!ok) process.exitCode = 1;
  }
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
