// The program as a page and a worker, built for production by each bundler and served by the development servers, in Chromium
// with and without isolation; and on the server of Next.js.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { ISOLATION, resultOf, serve } from './browser.mjs';
import { checkFigures, need, PROGRAM, ROOT, run } from './project.mjs';

const BUNDLED = fileURLToPath(new URL('../bundled/', import.meta.url));
const NEXT = fileURLToPath(new URL('../next/', import.meta.url));

/** A copy of the page beside the installed package. */
function pageIn(project, name) {
  const folder = join(project.folder, name);
  cpSync(BUNDLED, folder, { recursive: true });
  cpSync(join(PROGRAM, 'core.mjs'), join(folder, 'core.mjs'));
  return folder;
}

function checkPage({ page, worker, isolated }, wanted) {
  need(isolated === wanted.isolated, `expected a page with isolation ${wanted.isolated}, received ${isolated}`);
  checkFigures(page, 'wasm');
  checkFigures(worker, 'wasm');
}

/** The built page with and without isolation. */
async function openBuilt(folder) {
  for (const isolated of [false, true]) {
    const { address, close } = await serve(folder, { isolated });
    try {
      checkPage(await resultOf(address), { isolated });
    } finally {
      close();
    }
  }
}

/** A page without modules' file names: one script. */
const HTML = '<!doctype html><meta charset="utf-8"><script type="module" src="./page.js"></script>';

function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Runs a server until `use` is done with its address. */
async function withServer(command, args, options, port, use) {
  const child = spawn(command, args, { ...options, detached: true });
  let said = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  child.stderr.on('data', (chunk) => (said += chunk));
  const address = `http://127.0.0.1:${port}/`;
  try {
    for (let i = 0; ; i++) {
      const answer = await fetch(address).catch(() => null);
      if (answer?.ok) break;
      if (i > 300 || child.exitCode !== null)
        throw new Error(`expected a server at ${address}; it said:\n${said.slice(-3000)}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return await use(address).catch((error) => {
      throw new Error(`${error.message}\nthe server said:\n${said.slice(-3000)}`, { cause: error });
    });
  } finally {
    process.kill(-child.pid, 'SIGKILL');
  }
}

const viteConfig = ({ isolated }) => `export default {
  base: './', worker: { format: 'es' }, build: { target: 'esnext' }, logLevel: 'warn',
  server: { headers: ${JSON.stringify(isolated ? ISOLATION : {})} },
};\n`;

function viteRows({ project, tools }) {
  const vite = join(tools ?? join(ROOT, 'node_modules'), 'vite', 'bin', 'vite.js');
  const prepared = (name, { isolated = false } = {}) => {
    const folder = pageIn(project, name);
    writeFileSync(join(folder, 'vite.config.js'), viteConfig({ isolated }));
    return folder;
  };
  return [
    {
      name: 'vite build',
      async run() {
        const folder = prepared('vite');
        await run(process.execPath, [vite, 'build'], { cwd: folder });
        await openBuilt(join(folder, 'dist'));
      },
    },
    ...[false, true].map((isolated) => ({
      name: `vite dev${isolated ? ', isolated' : ''}`,
      async run() {
        const folder = prepared(isolated ? 'vite-dev-isolated' : 'vite-dev', { isolated });
        const port = await freePort();
        const args = [vite, '--port', String(port), '--host', '127.0.0.1', '--strictPort'];
        await withServer(process.execPath, args, { cwd: folder }, port, async (address) =>
          checkPage(await resultOf(address), { isolated }),
        );
      },
    })),
  ];
}

const esbuildRow = ({ project }) => ({
  name: 'esbuild, kernels by configure',
  async run() {
    const folder = pageIn(project, 'esbuild');
    writeFileSync(join(folder, 'kernels.js'), `export const kernels = new URL('/kernels/', location.href).href;\n`);
    const outdir = join(folder, 'dist');
    await esbuild.build({
      ...{ entryPoints: [join(folder, 'page.js'), join(folder, 'worker.js')], outdir },
      ...{ bundle: true, minify: true, splitting: true, format: 'esm', target: 'es2022', logLevel: 'error' },
    });
    writeFileSync(join(outdir, 'index.html'), HTML);
    cpSync(join(project.folder, 'node_modules', 'unrolled', 'dist', 'kernels'), join(outdir, 'kernels'), {
      recursive: true,
    });
    await openBuilt(outdir);
  },
});

const inlineRow = ({ project }) => ({
  name: 'esbuild, kernels inlined',
  async run() {
    const folder = pageIn(project, 'inline');
    writeFileSync(join(folder, 'kernels.js'), `import 'unrolled/inline';\nexport const kernels = undefined;\n`);
    const outdir = join(folder, 'dist');
    await esbuild.build({
      ...{ entryPoints: [join(folder, 'page.js'), join(folder, 'worker.js')], outdir },
      ...{ bundle: true, minify: true, format: 'esm', target: 'es2022', logLevel: 'error' },
    });
    writeFileSync(join(outdir, 'index.html'), HTML);
    await openBuilt(outdir);
  },
});

const serverRow = ({ project }) => ({
  name: 'esbuild for a server, by import and by require',
  async run() {
    for (const format of ['esm', 'cjs']) {
      const outfile = join(project.folder, `server-${format}`, `program.${format === 'esm' ? 'mjs' : 'cjs'}`);
      const entry = join(project.folder, format === 'esm' ? 'program.mjs' : 'program.cjs');
      await esbuild.build({
        ...{
          entryPoints: [entry],
          outfile,
          bundle: true,
          platform: 'node',
          format,
          target: 'node20',
          logLevel: 'error',
        },
      });
      const kernels = join(project.folder, 'node_modules', 'unrolled', 'dist', 'kernels');
      cpSync(kernels, join(project.folder, `server-${format}`, 'kernels'), { recursive: true });
      checkFigures(JSON.parse(await run(process.execPath, [outfile, 'wasm'], { cwd: project.folder })), 'wasm');
    }
  },
});

const webpackRow = ({ project, tools }) => ({
  name: 'webpack',
  async run() {
    const folder = pageIn(project, 'webpack');
    const config = `export default { mode: 'production', entry: './page.js', experiments: { outputModule: true, topLevelAwait: true },
  output: { path: ${JSON.stringify(join(folder, 'dist'))}, filename: 'page.js', module: true, publicPath: 'auto' } };\n`;
    writeFileSync(join(folder, 'webpack.config.mjs'), config);
    await run(process.execPath, [join(tools, 'webpack-cli', 'bin', 'cli.js'), 'build'], { cwd: folder });
    writeFileSync(join(folder, 'dist', 'index.html'), HTML);
    await openBuilt(join(folder, 'dist'));
  },
});

const rollupRow = ({ project, tools }) => ({
  name: 'rollup',
  async run() {
    const folder = pageIn(project, 'rollup');
    const from = (name, file) => JSON.stringify(join(tools, name, file));
    writeFileSync(
      join(folder, 'rollup.config.mjs'),
      `import resolve from ${from('@rollup/plugin-node-resolve', 'dist/es/index.js')};
import commonjs from ${from('@rollup/plugin-commonjs', 'dist/es/index.js')};
import { importMetaAssets } from ${from('@web/rollup-plugin-import-meta-assets', 'index.mjs')};
export default { input: ['page.js', 'worker.js'], output: { dir: 'dist', format: 'es' },
  plugins: [resolve({ browser: true }), commonjs(), importMetaAssets({ include: ['**/kernelFiles.js'] })] };\n`,
    );
    await run(process.execPath, [join(tools, 'rollup', 'dist', 'bin', 'rollup'), '-c', '--silent'], { cwd: folder });
    writeFileSync(join(folder, 'dist', 'index.html'), HTML);
    await openBuilt(join(folder, 'dist'));
  },
});

const parcelRow = ({ project, tools }) => ({
  name: 'parcel',
  async run() {
    const folder = pageIn(project, 'parcel');
    // As docs/browser.md says: else the worker runs a shared part before what that needs.
    const description = join(project.folder, 'package.json');
    const settings = { '@parcel/bundler-default': { disableSharedBundles: true } };
    writeFileSync(description, JSON.stringify({ ...JSON.parse(readFileSync(description, 'utf8')), ...settings }));
    const args = [
      'build',
      'index.html',
      '--no-cache',
      '--no-source-maps',
      '--dist-dir',
      join(folder, 'dist'),
      '--public-url',
      './',
      '--config',
      join(tools, '@parcel', 'config-default', 'index.json'),
    ];
    await run(process.execPath, [join(tools, 'parcel', 'lib', 'bin.js'), ...args], { cwd: folder });
    await openBuilt(join(folder, 'dist'));
  },
});

/** A package with all that it depends on: Turbopack follows no links out of its folder. */
function copyPackage(tools, name, folder) {
  const target = join(folder, 'node_modules', name);
  if (existsSync(target) || !existsSync(join(tools, name))) return;
  cpSync(join(tools, name), target, { recursive: true });
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'));
  for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) copyPackage(tools, needed, folder);
}

function nextRows({ project, tools }) {
  const next = join('node_modules', 'next', 'dist', 'bin', 'next');
  const prepared = (name) => {
    const folder = join(project.base, name);
    cpSync(NEXT, folder, { recursive: true });
    cpSync(join(PROGRAM, 'core.mjs'), join(folder, 'app', 'core.mjs'));
    cpSync(join(project.folder, 'node_modules'), join(folder, 'node_modules'), { recursive: true });
    for (const name of ['next', 'react', 'react-dom']) copyPackage(tools, name, folder);
    return folder;
  };
  const use = async (folder, command, isolated) => {
    const port = await freePort();
    const args = [next, command, '-p', String(port)];
    await withServer(process.execPath, args, options(folder, isolated), port, async (address) => {
      const server = await (await fetch(`${address}server`)).json();
      checkFigures(server, server.backend);
      checkPage(await resultOf(address), { isolated });
    });
  };
  const options = (folder, isolated) => ({
    cwd: folder,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ISOLATION: isolated ? JSON.stringify(ISOLATION) : '' },
  });
  return [
    ...[false, true].map((isolated) => ({
      name: `next build and start${isolated ? ', isolated' : ''}`,
      async run() {
        const folder = prepared(isolated ? 'next-build-isolated' : 'next-build');
        await run(process.execPath, [next, 'build'], options(folder, isolated));
        await use(folder, 'start', isolated);
      },
    })),
    ...[false, true].map((isolated) => ({
      name: `next dev${isolated ? ', isolated' : ''}`,
      run: () => use(prepared(isolated ? 'next-dev-isolated' : 'next-dev'), 'dev', isolated),
    })),
  ];
}

export const bundlerRows = (context) => [
  ...viteRows(context),
  esbuildRow(context),
  inlineRow(context),
  serverRow(context),
  ...(context.tools === null
    ? []
    : [webpackRow(context), rollupRow(context), parcelRow(context), ...nextRows(context)]),
];
