// `npm run pack`: the packages as they are published, in build/packages/: `unrolled`, the library; `@unrolled/cli`, the command
// line with the reports and the textbook. Both come from one dist/: what the library's entries reach is the library's, the rest
// the command line's, whose imports of the library become `unrolled/internal/…`. The addons are made by scripts/prebuild.mjs.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { TARGETS } from './prebuild.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const out = join(root, 'build', 'packages');
const readJson = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));
const manifest = readJson('package.json');
const cliManifest = readJson('packages/cli/package.json');

/** What the backend webgpu takes in Node, where somebody installs it. */
const WEBGPU = '^0.6.2';

/** Exports of the checkout that are the command line's in what is published; the library's only pass them on. */
const OF_CLI = ['./reproduce', './experiments'];
/**
 * Dependencies that come inside the library, each as one file in dist/bundled/: those of which a part (or a dependency's) is found by
 * exports alone, which Parcel does not read by itself.
 */
const BUNDLED = ['ml-matrix', '@bufbuild/protobuf'];
const ownDependencies = Object.fromEntries(
  Object.entries(manifest.dependencies).filter(([name]) => !BUNDLED.includes(name)),
);
/** The package of BUNDLED that a specifier, a subpath too, is of. */
const bundledOf = (specifier) => BUNDLED.find((name) => specifier === name || specifier.startsWith(`${name}/`));
/** What the command line starts by path. */
const CLI_ROOTS = [
  'cli/main.js',
  'cli/reproduce/child.js',
  'bench/child.js',
  'bench/ranksChild.js',
  'bench/endAtFirstStep.js',
  'reproduce/index.js',
  'experiments/index.js',
];

const IMPORT = /(\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"]+)\2/g;

/** A specifier of a file in dist/ as a path in dist/, or null where it is a package's. */
const resolved = (file, specifier) => (specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : null);

/** All files of dist/, JavaScript and declarations, that these reach. */
function closure(entries) {
  const found = new Set();
  const visit = (file) => {
    if (found.has(file) || !existsSync(join(dist, file))) return;
    found.add(file);
    for (const [, , , specifier] of readFileSync(join(dist, file), 'utf8').matchAll(IMPORT)) {
      const target = resolved(file, specifier);
      if (target === null) continue;
      visit(target);
      visit(target.replace(/\.js$/, '.d.ts'));
    }
  };
  for (const entry of entries) {
    visit(entry);
    visit(entry.replace(/\.js$/, '.d.ts'));
  }
  return found;
}

const entryOf = (target) => target.default.slice('./dist/'.length);
const subpaths = Object.entries(manifest.exports).filter(
  ([path, target]) => typeof target === 'object' && !OF_CLI.includes(path),
);
/** In Node the main entry is another file. */
const libraryEntries = subpaths.flatMap(([, target]) =>
  [target.default, target.node].filter(Boolean).map((file) => file.slice('./dist/'.length)),
);
const library = closure(libraryEntries);
const commandLine = new Set([...closure(CLI_ROOTS)].filter((file) => !library.has(file)));

function put(folder, name, content) {
  const target = join(folder, name);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
}
const putJson = (folder, name, value) => put(folder, name, `${JSON.stringify(value, null, 2)}\n`);

/** What all packages say of themselves. */
function about() {
  const { version, license, engines, keywords } = manifest;
  const remote = spawnSync('git', ['config', '--get', 'remote.origin.url'], { cwd: root, encoding: 'utf8' });
  const url = remote.stdout?.trim() ?? '';
  const repository = /^(https:\/\/|git@)/.test(url) ? { repository: { type: 'git', url } } : {};
  return { version, license, ...repository, keywords, type: 'module', engines };
}

/** Declarations for `require`, beside which a package.json says that they are CommonJS. */
const TYPES = 'dist/cjs/types';

/** One export of the library, for import and require alike. */
function exported([path, target]) {
  const name = path === '.' ? 'index' : path.slice(2);
  const entry = entryOf(target);
  const declarations = entry.replace(/\.js$/, '.d.ts');
  const commonJs = { types: `./${TYPES}/${declarations}`, default: `./dist/cjs/${name}.cjs` };
  const esm = {
    types: `./dist/${declarations}`,
    ...(target.node ? { node: target.node } : {}),
    default: `./dist/${entry}`,
  };
  return [path, { import: esm, 'module-sync': esm, require: commonJs }];
}

/**
 * The library for `require`: one file, so that all subpaths share one Tensor, and a file for each subpath that picks its part.
 * import.meta.url of each module stays what it is in dist/.
 */
async function putCommonJs(folder) {
  const names = subpaths.map(([path, target]) => ({
    name: path === '.' ? 'index' : path.slice(2),
    file: (target.node ?? target.default).slice('./dist/'.length),
  }));
  const contents = names.map(({ name, file }) => `export * as ${key(name)} from './${file}';`).join('\n');
  const metaUrl = {
    name: 'import.meta.url',
    setup(build) {
      build.onLoad({ filter: /\.js$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        if (!text.includes('import.meta.url') || !path.startsWith(dist)) return undefined;
        const place = JSON.stringify(relative(dist, path).replaceAll('\\', '/'));
        return { contents: `const __metaUrl = new URL(${place}, __dist).href;\n${text}` };
      });
    },
  };
  const { outputFiles } = await bundle({
    stdin: { contents, resolveDir: dist },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    external: Object.keys(ownDependencies),
    define: { 'import.meta.url': '__metaUrl' },
    banner: {
      js: "'use strict'; const __dist = require('node:url').pathToFileURL(require('node:path').join(__dirname, '..') + '/');",
    },
    plugins: [metaUrl],
    write: false,
    logLevel: 'error',
  });
  put(folder, 'dist/cjs/unrolled.cjs', outputFiles[0].contents);
  for (const { name } of names) {
    put(folder, `dist/cjs/${name}.cjs`, `module.exports = require('./unrolled.cjs').${key(name)};\n`);
  }
  for (const file of library) {
    if (file.endsWith('.d.ts')) put(folder, `${TYPES}/${file}`, withoutMap(readFileSync(join(dist, file), 'utf8')));
  }
  putJson(folder, 'dist/cjs/package.json', { type: 'commonjs' });
}

const key = (name) => name.replace(/\W/g, '_');
const withoutMap = (text) => text.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n');

/** For resolvers that know no exports (TypeScript's node10, Parcel): a folder for each subpath. */
function putFolders(folder) {
  for (const [path, target] of subpaths) {
    if (path === '.') continue;
    const name = path.slice(2);
    const entry = entryOf(target);
    putJson(folder, `${name}/package.json`, {
      main: `../dist/cjs/${name}.cjs`,
      module: `../dist/${entry}`,
      types: `../${TYPES}/${entry.replace(/\.js$/, '.d.ts')}`,
      sideEffects: manifest.sideEffects.includes(`./dist/${entry}`),
    });
  }
}

const bundledFile = (name) => `bundled/${name.replace(/^@/, '').replace('/', '-')}.js`;

/** Imports of what comes inside, from there. @param names what is imported of each, as name → specifier; grows */
function withBundled(file, text, names) {
  return text.replace(/import \{([^}]*)\} from '([^']+)';/g, (whole, list, specifier) => {
    const bundled = bundledOf(specifier);
    if (bundled === undefined) return whole;
    for (const name of list.split(',')) names.get(bundled).set(name.trim(), specifier);
    return `import {${list}} from '${posix.relative(posix.dirname(file), bundledFile(bundled))}';`;
  });
}

/** What is used of a dependency, as one module, with its licence. */
async function putBundled(folder, name, used) {
  const contents = [...used].map(([item, specifier]) => `export { ${item} } from '${specifier}';`).join('\n');
  const { outputFiles } = await bundle({
    ...{ stdin: { contents, resolveDir: root } },
    ...{ bundle: true, format: 'esm', target: 'es2022', legalComments: 'inline', write: false, logLevel: 'error' },
  });
  const file = join('dist', bundledFile(name));
  put(folder, file, outputFiles[0].contents);
  const licence = join(root, 'node_modules', name, 'LICENSE');
  if (existsSync(licence)) cpSync(licence, join(folder, file.replace(/js$/, 'LICENSE')));
}

/** The reference of all public names, from their docstrings, by TypeDoc. */
async function putReference(folder) {
  const typedoc = join(root, 'node_modules', 'typedoc', 'bin', 'typedoc');
  const args = [typedoc, '--out', join(folder, 'docs', 'api'), '--logLevel', 'Warn', '--treatWarningsAsErrors'];
  const { status, stderr, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`expected TypeDoc to write the reference\n${stdout}${stderr}`);
}

async function packLibrary({ api }) {
  const folder = join(out, 'unrolled');
  const names = new Map(BUNDLED.map((name) => [name, new Map()]));
  for (const file of library) {
    put(folder, join('dist', file), withBundled(file, readFileSync(join(dist, file), 'utf8'), names));
    const map = join(dist, `${file}.map`);
    if (existsSync(map)) cpSync(map, join(folder, 'dist', `${file}.map`));
    const source = file.replace(/(\.d\.ts|\.js)$/, '.ts');
    if (existsSync(join(root, 'src', source))) cpSync(join(root, 'src', source), join(folder, 'src', source));
  }
  for (const name of readdirSync(join(dist, 'kernels'))) {
    if (name.endsWith('.wasm')) cpSync(join(dist, 'kernels', name), join(folder, 'dist', 'kernels', name));
  }
  // The addon for MPI is compiled where it is used (src/platform/node/mpiAddon.ts).
  const ranks = join(folder, 'dist', 'kernels', 'ranks');
  for (const name of ['mpi.cpp', 'link.h']) cpSync(join(root, 'kernels', 'ranks', name), join(ranks, name));
  cpSync(join(root, 'node_modules', 'node-api-headers', 'include'), join(ranks, 'include'), { recursive: true });
  for (const [name, used] of names) await putBundled(folder, name, used);
  await putCommonJs(folder);
  putFolders(folder);
  for (const path of OF_CLI) {
    for (const ending of ['.js', '.d.ts'])
      put(folder, `dist/cli/${path}${ending}`, `export * from '@unrolled/cli/${path.slice(2)}';\n`);
  }
  for (const name of ['docs', 'examples', 'README.md', 'README.zh-CN.md', 'CHANGELOG.md', 'LICENSE']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  if (api) await putReference(folder);
  cpSync(join(root, 'packages', 'unrolled', 'bin'), join(folder, 'bin'), { recursive: true });
  const others = Object.entries(manifest.exports).filter(([, target]) => typeof target === 'string');
  const main = exported(['.', manifest.exports['.']])[1];
  putJson(folder, 'package.json', {
    name: manifest.name,
    description: manifest.description,
    ...about(),
    bin: manifest.bin,
    main: main.require.default,
    module: main.import.default,
    types: main.require.types,
    exports: {
      ...Object.fromEntries(subpaths.map(exported)),
      ...Object.fromEntries(others),
      ...Object.fromEntries(
        OF_CLI.map((path) => {
          const file = `./dist/cli/${path.slice(2)}`;
          return [path, { types: `${file}.d.ts`, default: `${file}.js` }];
        }),
      ),
      // For @unrolled/cli alone, of the same version.
      './internal/*': './dist/*',
      './package.json': './package.json',
    },
    sideEffects: [...manifest.sideEffects, './dist/cjs/*'],
    dependencies: ownDependencies,
    peerDependencies: { [cliManifest.name]: manifest.version, webgpu: WEBGPU },
    peerDependenciesMeta: { [cliManifest.name]: { optional: true }, webgpu: { optional: true } },
    // Not in the checkout, where npm would want them before they are published.
    optionalDependencies: Object.fromEntries(
      Object.keys(TARGETS).map((target) => [`@unrolled/native-${target}`, manifest.version]),
    ),
  });
  return folder;
}

/** Imports of the library by its internal paths, and of the checkout's exports by what they are called in a package. */
function forCommandLine(file, text) {
  return withoutMap(text)
    .replace(IMPORT, (whole, before, quote, specifier) => {
      const target = resolved(file, specifier);
      return target !== null && library.has(target) ? `${before}${quote}unrolled/internal/${target}${quote}` : whole;
    })
    .replace(/(['"])unrolled\/(reproduce|experiments)\1/g, '$1@unrolled/cli/$2$1');
}

function packCommandLine() {
  const folder = join(out, 'cli');
  const declared = closure(['reproduce/index.d.ts', 'experiments/index.d.ts']);
  for (const file of commandLine) {
    if (file.endsWith('.d.ts') && !declared.has(file)) continue;
    put(folder, `dist/${file}`, forCommandLine(file, readFileSync(join(dist, file), 'utf8')));
  }
  // The reports show the experiments as they are written.
  cpSync(join(root, 'experiments'), join(folder, 'experiments'), {
    recursive: true,
    filter: (name) => !name.endsWith('.test.ts'),
  });
  cpSync(join(root, 'bench'), join(folder, 'bench'), { recursive: true });
  cpSync(join(dist, 'lessons'), join(folder, 'dist', 'lessons'), { recursive: true });
  // Packed files are for hosts, which make their own: on one machine they save nothing.
  cpSync(join(dist, 'studio'), join(folder, 'dist', 'studio'), {
    recursive: true,
    filter: (name) => !/\.(?:gz|br)$/.test(name),
  });
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  for (const name of ['bin', 'README.md']) {
    cpSync(join(root, 'packages', 'cli', name), join(folder, name), { recursive: true });
  }
  const { name, description, bin, exports, dependencies } = cliManifest;
  putJson(folder, 'package.json', {
    ...{ name, description, ...about(), bin, exports, dependencies },
    peerDependencies: { [manifest.name]: manifest.version },
  });
  return folder;
}

/** A package's files and bytes, as people are told them. */
function sizeOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0);
  return `${files.length} files, ${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/**
 * Makes the packages.
 * @param api with the reference, which takes half a minute
 * @returns their folders
 */
export async function pack({ quiet = false, api = true } = {}) {
  const { build } = await import('./build.mjs');
  await build({ quiet: true });
  rmSync(out, { recursive: true, force: true });
  const folders = { unrolled: await packLibrary({ api }), cli: packCommandLine() };
  if (!quiet)
    for (const folder of Object.values(folders)) console.error(`${relative(root, folder)}: ${sizeOf(folder)}`);
  return folders;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await pack();
