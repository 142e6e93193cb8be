// `npm run prebuild`: the addon for every target, cross-compiled with zig, each as a package that is ready to publish:
// build/prebuilds/<target>/, named @unrolled/native-<target>. `--only <target>` makes one. What is fresh is skipped.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addonHash, compileAddon, isFresh, root, run, setStamp } from './build.mjs';

/** Where a package runs, in npm's words, and what zig calls that. */
export const TARGETS = {
  'linux-x64-gnu': { zig: 'x86_64-linux-gnu.2.17', os: 'linux', cpu: 'x64', libc: 'glibc' },
  'linux-arm64-gnu': { zig: 'aarch64-linux-gnu.2.17', os: 'linux', cpu: 'arm64', libc: 'glibc' },
  'linux-x64-musl': { zig: 'x86_64-linux-musl', os: 'linux', cpu: 'x64', libc: 'musl' },
  'linux-arm64-musl': { zig: 'aarch64-linux-musl', os: 'linux', cpu: 'arm64', libc: 'musl' },
  'darwin-arm64': { zig: 'aarch64-macos.11.0', os: 'darwin', cpu: 'arm64' },
  'darwin-x64': { zig: 'x86_64-macos.11.0', os: 'darwin', cpu: 'x64' },
  'win32-x64': { zig: 'x86_64-windows-gnu', os: 'win32', cpu: 'x64' },
};

/** Where the package of a target stands. */
export const prebuildFolder = (target) => join(root, 'build', 'prebuilds', target);

const ZIG_HELP = `install zig 0.17: for example \`python3 -m venv ~/zig && ~/zig/bin/pip install ziglang==0.17.*\`,
and UNROLLED_ZIG="$HOME/zig/bin/python -m ziglang"`;

/** The command of zig: UNROLLED_ZIG (a path, or a command with arguments), else `zig`, else Python's package. */
async function findZig() {
  const named = process.env.UNROLLED_ZIG;
  const candidates = named
    ? [existsSync(named) ? [named] : named.split(' ')]
    : [['zig'], ['python3', '-m', 'ziglang'], ['python', '-m', 'ziglang']];
  for (const [command, ...args] of candidates) {
    const { ok, output } = await run(command, [...args, 'version']);
    if (ok) return { command: [command, ...args], version: output.trim() };
  }
  const tried = candidates.map((candidate) => candidate.join(' ')).join(', ');
  throw new Error(`expected zig, found none (tried ${tried}): ${ZIG_HELP}`);
}

/** Windows has libraries that say what is to be found in node.exe. */
const IMPORTS = ['node_api', 'js_native_api'];
const importFolder = join(root, 'build', 'zig', 'import');

const LINK = {
  linux: ['-s', '-lpthread'],
  darwin: ['-s', '-Wl,-undefined,dynamic_lookup'],
  win32: ['-s', ...IMPORTS.map((name) => join(importFolder, `${name}.lib`))],
};

async function makeImportLibraries([command, ...args]) {
  mkdirSync(importFolder, { recursive: true });
  for (const name of IMPORTS) {
    const definition = join(root, 'node_modules', 'node-api-headers', 'def', `${name}.def`);
    const options = ['-d', definition, '-l', join(importFolder, `${name}.lib`), '-m', 'i386:x86-64', '-D', 'node.exe'];
    const { ok, output } = await run(command, [...args, 'dlltool', ...options]);
    if (!ok) throw new Error(`zig dlltool failed: ${output}`);
  }
}

/** What keeps an addon from loading on machines that it is meant for; '' where nothing does. */
export function checkAddon(bytes, { os, cpu, libc }) {
  const text = bytes.toString('latin1');
  const found = (pattern) => [...new Set(text.match(pattern) ?? [])];
  if (os === 'linux') {
    const cxx = found(/lib(?:std)?c\+\+\.so|GLIBCXX_[\d.]+|libgcc_s\.so/g);
    if (cxx.length > 0) return `it wants a C++ library of the machine: ${cxx.join(', ')}`;
    const glibc = found(/GLIBC_2\.\d+/g);
    if (libc === 'musl' && glibc.length > 0) return `it wants glibc: ${glibc.join(', ')}`;
    const late = glibc.filter((version) => Number(version.slice('GLIBC_2.'.length)) > 17);
    if (late.length > 0) return `it wants a newer glibc than 2.17: ${late.join(', ')}`;
  }
  if (os === 'win32') {
    const others = found(/[\w-]+\.(?:dll|exe)/gi).filter(
      (name) => !/^(?:node\.exe|kernel32\.dll|ntdll\.dll|api-ms-win-crt-.*)$/i.test(name),
    );
    if (others.length > 0) return `it wants libraries beside those of the system: ${others.join(', ')}`;
  }
  // macOS runs nothing on arm64 that has no signature, be it one without a name.
  if (os === 'darwin' && cpu === 'arm64' && !bytes.includes(Buffer.from([0xfa, 0xde, 0x0c, 0xc0]))) {
    return 'it has no signature';
  }
  return '';
}

function packageOf(target, { os, cpu, libc }, version) {
  return {
    name: `@unrolled/native-${target}`,
    version,
    description: `The native kernels of unrolled for ${target}.`,
    license: 'MIT',
    main: 'unrolled.node',
    files: ['unrolled.node'],
    engines: { node: '>=20' },
    os: [os],
    cpu: [cpu],
    ...(libc === undefined ? {} : { libc: [libc] }),
  };
}

/** Writes what a package has beside its addon. @returns where the addon is to be */
export function writePackage(target, version, folder = prebuildFolder(target)) {
  mkdirSync(folder, { recursive: true });
  const description = packageOf(target, TARGETS[target], version);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(description, null, 2)}\n`);
  const readme = `# ${description.name}\n\n${description.description} It is installed with \`unrolled\` and used by itself.\n`;
  writeFileSync(join(folder, 'README.md'), readme);
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  return join(folder, 'unrolled.node');
}

/** Makes the package of a target, and says so. Errors: what the compiler says, or why the addon would not load everywhere. */
async function prebuild(target, zig, version) {
  const { zig: triple, os, cpu } = TARGETS[target];
  const start = Date.now();
  const addon = writePackage(target, version);
  const hash = addonHash(TARGETS[target], LINK[os], zig.version);
  const fresh = isFresh(`prebuild-${target}`, hash, [addon]);
  if (!fresh) {
    if (os === 'win32') await makeImportLibraries(zig.command);
    const work = join(root, 'build', 'zig', target);
    const failure = await compileAddon([...zig.command, 'c++', '-target', triple], cpu, LINK[os], work);
    if (failure) throw new Error(`${target}: ${failure}`);
    copyFileSync(join(work, 'unrolled.node'), addon);
  }
  const bytes = readFileSync(addon);
  const complaint = checkAddon(bytes, TARGETS[target]);
  if (complaint) throw new Error(`${target}: the addon would not load everywhere: ${complaint}`);
  setStamp(`prebuild-${target}`, hash);
  const how = fresh ? 'fresh' : `built in ${((Date.now() - start) / 1000).toFixed(0)} s`;
  return `${how}, ${bytes.length.toLocaleString('en')} bytes`;
}

/** Errors: for an unknown target. */
export function targetsOf(args) {
  const at = args.findIndex((arg) => arg === '--only' || arg.startsWith('--only='));
  if (at < 0) return Object.keys(TARGETS);
  const only = args[at].startsWith('--only=') ? args[at].slice('--only='.length) : args[at + 1];
  if (only in TARGETS) return [only];
  throw new Error(`expected --only ${Object.keys(TARGETS).join('|')}, received ${only}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const targets = targetsOf(process.argv.slice(2));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const zig = await findZig();
    for (const target of targets) process.stdout.write(`${target}: ${await prebuild(target, zig, version)}\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
