// Fresh projects with the packages installed, as a user has them.
import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack } from '../../../scripts/pack.mjs';
import { writePackage } from '../../../scripts/prebuild.mjs';
import { platformName, thisMachine } from '../../../dist/platform/node/addon.js';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const PROGRAM = fileURLToPath(new URL('../program/', import.meta.url));
const TOOLS = fileURLToPath(new URL('../tools/', import.meta.url));

/** Thrown by a row that cannot run here; its message says why. */
export class Skipped extends Error {}

/** Runs a program to its end; throws what it printed where it fails. @returns its standard output */
export function run(command, args, { cwd, env = {}, timeout = 300_000, status = 0 }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, timeout, killSignal: 'SIGKILL' });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === status) resolve(status === 0 ? stdout : stdout + stderr);
      else
        reject(
          new Error(`${command} ${args.join(' ')}: ${signal ?? `status ${code}`}\n${(stdout + stderr).slice(-3000)}`),
        );
    });
  });
}

const NPM = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];

/** The packages as files of `npm pack`, and a project that has the library. */
export async function makeProject({ api }) {
  const folders = await pack({ quiet: true, api });
  const native = nativePackage();
  if (native !== null) folders.native = native;
  const base = mkdtempSync(join(tmpdir(), 'unrolled-package-'));
  const tarballs = {};
  for (const [name, folder] of Object.entries(folders)) {
    const [{ filename }] = JSON.parse(
      await run('npm', ['pack', '--json', '--pack-destination', base], { cwd: folder }),
    );
    tarballs[name] = join(base, filename.replace('@', '').replace('/', '-'));
  }
  const project = { base, folders, tarballs, remove: () => rmSync(base, { recursive: true, force: true }) };
  const packages = native === null ? ['unrolled'] : ['unrolled', 'native'];
  return { ...project, native: native !== null, folder: await install(project, 'user', packages) };
}

/** The package of this machine's addon, as the build of the checkout made it; null where there is no compiler. */
function nativePackage() {
  const addon = join(ROOT, 'dist', 'kernels', 'unrolled.node');
  if (!existsSync(addon)) return null;
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const target = platformName(thisMachine());
  const folder = join(ROOT, 'build', 'packages', `native-${target}`);
  copyFileSync(addon, writePackage(target, version, folder));
  return folder;
}

/** A project of its own in which these packages are installed, with the program. @returns its folder */
export async function install({ base, tarballs }, name, packages, more = []) {
  const folder = join(base, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }));
  await run('npm', ['install', ...NPM, ...packages.map((key) => tarballs[key]), ...more], { cwd: folder });
  cpSync(PROGRAM, folder, { recursive: true });
  return folder;
}

/** Installs what tools/ names, where it is not there yet. @returns the folder of its packages */
export function installTools() {
  const folder = join(ROOT, 'build', 'package-tools');
  const lock = readFileSync(join(TOOLS, 'package-lock.json'), 'utf8');
  const stamp = join(folder, '.installed');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(TOOLS)) cpSync(join(TOOLS, name), join(folder, name));
    console.log('installing the runtimes, bundlers and type checkers …');
    // No scripts: none of them needs its own to run here.
    const { status } = spawnSync('npm', ['ci', ...NPM, '--ignore-scripts'], { cwd: folder, stdio: 'inherit' });
    if (status !== 0) throw new Error('expected npm ci to install the tools of the package test');
    writeFileSync(stamp, lock);
  }
  return join(folder, 'node_modules');
}

export function need(condition, message) {
  if (!condition) throw new Error(message);
}

/** Figures of the program that must be the same wherever it runs. */
export function checkFigures(result, backend) {
  need(result.error === undefined, `expected figures, received ${result.error}`);
  need(result.backend === backend, `expected the backend ${backend}, received ${result.backend}`);
  need(result.sum === 18, `expected the sum 18, received ${result.sum}`);
  const near = (name, value, wanted) =>
    need(Math.abs(value - wanted) < 1e-3 * Math.abs(wanted), `expected ${name} ${wanted}, received ${value}`);
  near('loss', result.loss, 1.75426);
  near('own cell', result.own[1], -2.18551);
  near('perplexity', result.perplexity, 7.70917);
  near('perplexity of another network', result.mixed[0], 8.19454);
  near('perplexity with n-grams', result.mixed[2], 1.04416);
  need(
    JSON.stringify(result.subpaths) === '[0.5,2,1,true,true]',
    `unexpected subpaths ${JSON.stringify(result.subpaths)}`,
  );
}
