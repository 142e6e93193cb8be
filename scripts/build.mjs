// Builds what a checkout lacks: the kernels as WebAssembly and as a native addon, and the TypeScript in dist/. A step whose
// sources and flags are as they were is skipped. A missing C++ compiler is no failure: WebAssembly serves then.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';

export const root = fileURLToPath(new URL('..', import.meta.url));
const sources = join(root, 'kernels');
/** What connects processes: nothing of it is computed in a page. */
const ranks = join(sources, 'ranks');
const kernels = join(root, 'dist', 'kernels');
const work = join(root, 'build');

const COMMON = ['-O3', '-std=c++17', '-ffp-contract=off', '-fno-math-errno', '-fno-exceptions', '-fno-rtti'];
const WASM = [
  '--target=wasm32',
  '-nostdlib',
  '-nostdinc++',
  '-ffreestanding',
  '-mbulk-memory',
  '-mnontrapping-fptoint',
  '-msign-ext',
];
const WASM_SIMD = { simd: ['-msimd128'], relaxed: ['-msimd128', '-mrelaxed-simd'] };
/** The first megabyte holds stack and static data; the arena begins after it. */
const WASM_LINK = ['--no-entry', '--import-memory', '--stack-first', '-z', 'stack-size=524288', '--export=__heap_base'];
/**
 * The kernels (entry.cpp) are compiled once for each of WASM_SIMD, what is around them (wasm.cpp) once for each of these. In
 * shared memory the first instance alone writes static data, and workers set stacks of their own.
 */
const WASM_POOL = {
  '': { flags: [], link: [] },
  '-threads': {
    flags: ['-matomics'],
    link: ['--shared-memory', '--max-memory=4294967296', '--export=__stack_pointer'],
  },
};
/** The kernels of the addon are compiled once for each; kernels/addon.cpp takes the best that the machine has. */
const ISAS = {
  x64: {
    avx512vnni: ['-mavx512f', '-mavx512dq', '-mavx512bw', '-mavx512vl', '-mavx512vnni', '-mfma'],
    avx512: ['-mavx512f', '-mavx512dq', '-mavx512bw', '-mavx512vl', '-mfma'],
    avx2: ['-mavx2', '-mfma'],
    base: [],
  },
  arm64: { base: [] },
};

function filesUnder(folder, extension) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(extension))
    .sort()
    .map((name) => join(folder, name));
}

function hashOf(files, ...extra) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  return hash.update(JSON.stringify(extra)).digest('hex');
}

const stampFile = (step) => join(root, 'dist', '.stamps', step);

export function isFresh(step, hash, outputs) {
  return (
    outputs.every((file) => existsSync(file)) &&
    existsSync(stampFile(step)) &&
    readFileSync(stampFile(step), 'utf8') === hash
  );
}

export function setStamp(step, hash) {
  mkdirSync(join(root, 'dist', '.stamps'), { recursive: true });
  writeFileSync(stampFile(step), hash);
}

/** Written whole, so that a process that runs keeps the old file. */
function put(name, bytes) {
  mkdirSync(kernels, { recursive: true });
  const temporary = join(kernels, `${name}.${process.pid}.tmp`);
  writeFileSync(temporary, bytes);
  renameSync(temporary, join(kernels, name));
}

/** Runs a command in the checkout: whether it succeeded, and all that it said. */
export function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ ok: false, output: error.message }));
    child.on('close', (status) => resolve({ ok: status === 0, output }));
  });
}

/** kernels/numbers.h, from the TypeScript that has the same numbers; a package without sources has it as it is. */
export async function buildNumbers(say) {
  const source = join(root, 'src', 'backend', 'numbers.ts');
  const header = join(sources, 'numbers.h');
  if (!existsSync(source)) return;
  const { numberFiles, writeHeader } = await import('./numbers.mjs');
  const hash = () => hashOf([...numberFiles(), header, join(root, 'scripts', 'numbers.mjs')]);
  if (existsSync(header) && isFresh('numbers', hash(), [])) return;
  if (await writeHeader()) say('kernels: numbers.h written');
  setStamp('numbers', hash());
}

/** The kernels as WebAssembly: plain SIMD, and relaxed SIMD with its fused multiply-add; each alone and with threads. */
export async function buildWasm(say) {
  const headers = filesUnder(sources, '.h').filter((file) => !file.startsWith(ranks));
  const files = headers.concat(['entry.cpp', 'wasm.cpp'].map((name) => join(sources, name)));
  const hash = hashOf(files, COMMON, WASM, WASM_SIMD, WASM_LINK, WASM_POOL);
  const names = Object.keys(WASM_SIMD).flatMap((simd) => Object.keys(WASM_POOL).map((pool) => simd + pool));
  if (
    isFresh(
      'wasm',
      hash,
      names.map((name) => join(kernels, `${name}.wasm`)),
    )
  )
    return;
  const start = Date.now();
  const { commands, runLLVM } = await import('@yowasp/clang');
  // Loaded ahead, since the commands themselves would print their progress on standard output.
  await runLLVM(null, {}, { fetchProgress: () => {} });
  const tree = Object.fromEntries(files.map((file) => [file.slice(sources.length + 1), readFileSync(file, 'utf8')]));
  const call = async (name, args, input) => {
    let output = '';
    const decoder = new TextDecoder();
    const collect = (bytes) => {
      if (bytes) output += decoder.decode(bytes, { stream: true });
    };
    try {
      return await commands[name](args, input, { stdout: collect, stderr: collect });
    } catch (error) {
      throw new Error(`${name} failed:\n${output || error.message}`, { cause: error });
    }
  };
  // The kernels have no atomics; the flag only says that they may be linked with some.
  const compile = (name, flags) =>
    call('clang++', [...COMMON, ...WASM, ...flags, '-c', `${name}.cpp`, '-o', `${name}.o`], tree);
  for (const [simd, simdFlags] of Object.entries(WASM_SIMD)) {
    const entry = await compile('entry', [...simdFlags, '-matomics']);
    for (const [pool, { flags, link }] of Object.entries(WASM_POOL)) {
      const objects = { ...entry, ...(await compile('wasm', flags)) };
      const args = [...WASM_LINK, ...link, 'entry.o', 'wasm.o', '-o', 'kernels.wasm'];
      const linked = await call('wasm-ld', args, objects);
      put(`${simd}${pool}.wasm`, linked['kernels.wasm']);
    }
  }
  setStamp('wasm', hash);
  say(`kernels: WebAssembly built in ${seconds(start)}`);
}

async function findCompiler() {
  const candidates = process.env.CXX ? [process.env.CXX] : ['g++', 'clang++', 'c++'];
  for (const command of candidates) {
    const { ok, output } = await run(command, ['--version']);
    if (ok) return { command, version: output.split('\n')[0] };
  }
  return { reason: `no C++ compiler found (tried ${candidates.join(', ')})` };
}

/** What an addon is made of, as one string that changes with any of it. */
export function addonHash(...more) {
  return hashOf(filesUnder(sources, '.h').concat(filesUnder(sources, '.cpp')), COMMON, ISAS, ...more);
}

/**
 * Compiles and links the addon for an architecture as `folder`/unrolled.node.
 * @param compiler the command with its first arguments
 * @param link what the system wants of the linker
 * @returns what failed, as the compiler said it; '' where nothing did
 */
export async function compileAddon([command, ...first], architecture, link, folder) {
  const isas = ISAS[architecture] ?? { base: [] };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const include = join(root, 'node_modules', 'node-api-headers', 'include');
  const jobs = Object.entries(isas).map(([isa, flags]) => {
    const object = join(folder, `${isa}.o`);
    const args = [...first, ...COMMON, '-fPIC', '-Wno-psabi', ...flags, `-DUNROLLED_NS=unrolled_${isa}`];
    return { object, done: run(command, [...args, '-c', join(sources, 'entry.cpp'), '-o', object]) };
  });
  for (const job of jobs) {
    const { ok, output } = await job.done;
    if (!ok) return output;
  }
  const { ok, output } = await run(command, [
    ...first,
    ...['-O3', '-std=c++17', '-fPIC', '-shared', '-I', include, join(sources, 'addon.cpp')],
    ...jobs.map((job) => job.object),
    ...link,
    ...['-o', join(folder, 'unrolled.node')],
  ]);
  return ok ? '' : output;
}

/** The addon; dist/kernels/native.json says why there is none. */
export async function buildNative(say) {
  const addon = join(kernels, 'unrolled.node');
  const settle = (reason, hash) => {
    if (reason) rmSync(addon, { force: true });
    put('native.json', JSON.stringify(reason ? { available: false, reason } : { available: true }));
    setStamp('native', hash);
    if (reason) say(`kernels: no native addon, WebAssembly serves: ${reason}`);
  };
  const start = Date.now();
  const off = process.env.UNROLLED_NO_NATIVE === '1';
  const compiler = off
    ? { reason: 'switched off by UNROLLED_NO_NATIVE=1' }
    : platform() === 'win32'
      ? { reason: 'the addon is not built on Windows' }
      : await findCompiler();
  const hash = addonHash(compiler, platform(), arch());
  const known = isFresh('native', hash, [join(kernels, 'native.json')]);
  if (compiler.reason) {
    if (!known) settle(compiler.reason, hash);
    return;
  }
  if (known && (existsSync(addon) || !JSON.parse(readFileSync(join(kernels, 'native.json'), 'utf8')).available)) return;
  const link = platform() === 'darwin' ? ['-undefined', 'dynamic_lookup'] : ['-pthread'];
  const folder = join(work, 'native');
  const failure = await compileAddon([compiler.command], arch(), link, folder);
  if (!failure) put('unrolled.node', readFileSync(join(folder, 'unrolled.node')));
  const firstLine = failure.split('\n').find((line) => /error/i.test(line)) ?? failure.split('\n')[0];
  settle(failure ? `${compiler.command} failed: ${firstLine}` : '', hash);
  if (!failure) say(`kernels: native addon built in ${seconds(start)} with ${compiler.version}`);
}

/** The addon for ranks over MPI, where there is a compiler for it; dist/kernels/mpi.json says why there is none. */
export async function buildMpi(say) {
  const addon = join(kernels, 'mpi.node');
  const off = process.env.UNROLLED_NO_NATIVE === '1';
  const { ok, output } = off ? { ok: false } : await run('mpicxx', ['--version']);
  const files = ['mpi.cpp', 'link.h'].map((name) => join(ranks, name));
  const hash = hashOf(files, ok ? output : null);
  if (isFresh('mpi', hash, [join(kernels, 'mpi.json')])) return;
  const start = Date.now();
  rmSync(addon, { force: true });
  let reason = off ? 'switched off by UNROLLED_NO_NATIVE=1' : 'no mpicxx found';
  if (ok) {
    const include = join(root, 'node_modules', 'node-api-headers', 'include');
    const target = join(work, 'mpi.node');
    mkdirSync(work, { recursive: true });
    const link = platform() === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
    const args = ['-O3', '-std=c++17', '-fPIC', '-shared', '-I', include, files[0], ...link, '-o', target];
    const compiled = await run('mpicxx', args);
    reason = compiled.ok ? '' : `mpicxx failed: ${compiled.output.split('\n').find((line) => /error/i.test(line))}`;
    if (compiled.ok) put('mpi.node', readFileSync(target));
  }
  put('mpi.json', JSON.stringify(reason ? { available: false, reason } : { available: true }));
  setStamp('mpi', hash);
  if (!reason) say(`kernels: addon for MPI built in ${seconds(start)}`);
}

/** TypeScript to dist/: the library, then the experiments, which use it as anybody would. Errors: the compiler's messages. */
export async function buildTypes(say) {
  const dist = join(root, 'dist');
  await compile('types', 'src', dist, 'tsconfig.build.json', [], say);
  const library = filesUnder(join(root, 'src'), '.ts');
  await compile('experiments', 'experiments', join(dist, 'experiments'), 'tsconfig.experiments.json', library, say);
  await buildLessons();
}

/** The programs of the lessons as JavaScript. */
async function buildLessons() {
  const { lessonFiles, writeLessons } = await import('./lessons.mjs');
  const files = lessonFiles(root);
  const hash = hashOf([...files, join(root, 'scripts', 'lessons.mjs')]);
  if (isFresh('lessons', hash, [])) return;
  await writeLessons(root);
  setStamp('lessons', hash);
}

/** `unrolled/inline`: plain SIMD on one thread, which every engine takes, within a module. */
export async function buildInline() {
  const simd = join(kernels, 'simd.wasm');
  const module = join(root, 'dist', 'inline.js');
  const types = join(root, 'dist', 'inline.d.ts');
  const hash = hashOf([simd, fileURLToPath(import.meta.url)]);
  if (isFresh('inline', hash, [module, types])) return;
  const bytes = deflateRawSync(readFileSync(simd), { level: 9 }).toString('base64');
  const lines = [
    '// Makes kernels that stand in this module those of the library.',
    "import { useInlineKernels } from './platform/inline.js';",
    `useInlineKernels('${bytes}');`,
  ];
  writeFileSync(module, `${lines.join('\n')}\n`);
  writeFileSync(types, 'export {};\n');
  setStamp('inline', hash);
}

/** What a model that is a module of its own runs, as text that such a module begins with: a file of runtime/ for each task. */
export async function buildRuntime() {
  const folder = join(root, 'dist', 'models', 'esModule');
  const { build: bundle } = await import('esbuild');
  const files = filesUnder(join(folder, 'runtime'), '.js');
  const texts = await Promise.all(
    files.map(async (file) => {
      const { outputFiles } = await bundle({
        ...{ entryPoints: [file], bundle: true, format: 'iife', globalName: 'runtime' },
        ...{ minify: true, charset: 'ascii', target: 'es2022', legalComments: 'none', write: false, logLevel: 'error' },
        // Functions whose last digit differs from engine to engine are the module's own, so that it gives the same bits everywhere.
        inject: [join(folder, 'portableMath.js')],
        define: {
          ...{ 'import.meta.url': '""', 'Math.exp': 'portableExp' },
          ...{ 'Math.log': 'portableLog', 'Math.tanh': 'portableTanh' },
        },
      });
      return [basename(file, '.js'), outputFiles[0].text.trim()];
    }),
  );
  const module = join(folder, 'runtimeText.js');
  const text = `export const RUNTIMES = ${JSON.stringify(Object.fromEntries(texts))};\n`;
  if (!existsSync(module) || readFileSync(module, 'utf8') !== text) writeFileSync(module, text);
}

/** The studio's page as static files in dist/studio/. */
export async function buildStudio(say) {
  const folder = join(root, 'studio');
  if (!existsSync(folder)) return;
  const start = Date.now();
  const own = readdirSync(folder, { recursive: true }).sort();
  const files = own.map((name) => join(folder, name)).filter((file) => /\.\w+$/.test(file));
  const drawing = filesUnder(join(root, 'src', 'drawing'), '.ts');
  const library = filesUnder(join(root, 'dist'), '.js').filter(
    (file) => !file.startsWith(join(root, 'dist', 'studio')),
  );
  const script = join(root, 'scripts', 'studio.mjs');
  const hash = hashOf([...files, ...drawing, ...library, script, ...filesUnder(kernels, '.wasm')]);
  if (isFresh('studio', hash, [join(root, 'dist', 'studio', 'index.html')])) return;
  const { bundleStudio } = await import('./studio.mjs');
  await bundleStudio(root);
  setStamp('studio', hash);
  say(`studio: built in ${seconds(start)}`);
}

/** What stands in dist/ without being compiled from src/. */
const BESIDES = ['kernels', 'experiments', 'inline', 'lessons', 'studio'];

/** Takes away what was compiled from files that are gone: the package would hold it, and an old import would find it. */
function prune(folder, outDir) {
  for (const name of readdirSync(outDir, { recursive: true })) {
    const [, stem] = /^(.*?)(?:\.d\.ts|\.js)(?:\.map)?$/.exec(name) ?? [];
    if (stem === undefined || (folder === 'src' && BESIDES.includes(stem.split(/[\\/]/)[0]))) continue;
    if (!existsSync(join(root, folder, `${stem}.ts`))) rmSync(join(outDir, name));
  }
}

/** @param also files that it depends on */
async function compile(step, folder, outDir, config, also, say) {
  const files = filesUnder(join(root, folder), '.ts').concat(also);
  const configs = ['tsconfig.json', config, 'package.json'].map((name) => join(root, name));
  const hash = hashOf(files.filter((file) => !file.endsWith('.test.ts')).concat(configs));
  if (isFresh(step, hash, [])) return;
  const start = Date.now();
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { ok, output } = await run(process.execPath, [tsc, '-p', config]);
  if (!ok) throw new Error(`TypeScript failed in ${folder}/:\n${output}`);
  prune(folder, outDir);
  setStamp(step, hash);
  say(`TypeScript: ${folder}/ built in ${seconds(start)}`);
}

const seconds = (start) => `${((Date.now() - start) / 1000).toFixed(1)} s`;

/** Everything that is missing or out of date. */
export async function build({ quiet = false } = {}) {
  const say = quiet ? () => {} : (line) => process.stderr.write(`${line}\n`);
  await buildNumbers(say);
  await buildWasm(say);
  await buildInline();
  await buildNative(say);
  await buildMpi(say);
  await buildTypes(say);
  await buildRuntime();
  await buildStudio(say);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const only = process.argv.find((arg) => arg.startsWith('--only='))?.slice(7);
  const steps = {
    numbers: buildNumbers,
    wasm: buildWasm,
    inline: buildInline,
    native: buildNative,
    mpi: buildMpi,
    types: buildTypes,
    runtime: buildRuntime,
    studio: buildStudio,
  };
  const say = process.argv.includes('--quiet') ? () => {} : (line) => process.stderr.write(`${line}\n`);
  try {
    if (only === undefined) await build({ quiet: process.argv.includes('--quiet') });
    else if (only in steps) await steps[only](say);
    else throw new Error(`expected --only=${Object.keys(steps).join('|')}, received ${only}`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
