// What `npm start`, `npm test` and `npm run bench` need first: the packages, then the build. Does nothing when all is there.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Installs the packages of the lock file, where they are not those already. */
function install() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.unrolled-install');
  const have = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  // A linked folder belongs to another checkout, which installs it.
  if (have === wanted || lstatSync(dirname(stamp), { throwIfNoEntry: false })?.isSymbolicLink()) return;
  console.error('installing packages …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const result = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    console.error('error[INSTALL]: expected `npm ci` to install the packages, it failed');
    console.error('help: check the network and the message above, then try again');
    process.exit(1);
  }
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(stamp, wanted);
}

/** Packages and build, as far as they are missing. */
export async function setup() {
  install();
  const { build } = await import('./build.mjs');
  await build();
}

/** Runs node on a file of the project with these arguments, this process's terminal and signals. */
export async function runNode(args) {
  const { spawn } = await import('node:child_process');
  const child = spawn(process.execPath, args, { stdio: 'inherit', cwd: process.cwd() });
  // A terminal sends Ctrl-C to both; the child decides what it means. A kill of this process is passed on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}
