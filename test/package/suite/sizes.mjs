// How large a page is that uses a part of the library: bundled and minified by esbuild, compressed by gzip, without the kernels and
// without what is loaded later. Aims and sizes stand in sizes/sizes.json: a page may not grow
// unnoticed; `--update` writes what is there now.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { need } from './project.mjs';

const SIZES = fileURLToPath(new URL('../sizes/sizes.json', import.meta.url));
/** By how much a size may grow before the file has to be changed, which a reader of the change sees. */
const TOLERANCE = 1.01;

/** What a page loads at once: its entry and what that imports, compressed. */
async function kilobytes(project, source) {
  const folder = mkdtempSync(join(project.folder, 'size-'));
  writeFileSync(join(folder, 'entry.js'), source);
  const { metafile, outputFiles } = await esbuild.build({
    ...{ entryPoints: [join(folder, 'entry.js')], outdir: join(folder, 'out'), absWorkingDir: folder },
    ...{ bundle: true, minify: true, splitting: true, format: 'esm', target: 'es2022' },
    ...{ metafile: true, write: false, logLevel: 'error' },
  });
  rmSync(folder, { recursive: true });
  const now = new Set();
  const visit = (name) => {
    if (now.has(name)) return;
    now.add(name);
    for (const { path, kind } of metafile.outputs[name].imports) if (kind === 'import-statement') visit(path);
  };
  visit('out/entry.js');
  const bytes = outputFiles
    .filter(({ path }) => [...now].some((name) => path.endsWith(name.slice('out'.length))))
    .reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
  return Math.round(bytes / 102.4) / 10;
}

export function sizeRows({ project, update }) {
  const sizes = JSON.parse(readFileSync(SIZES, 'utf8'));
  return Object.entries(sizes).map(([name, entry]) => ({
    name: `size of ${name}`,
    async run() {
      const size = await kilobytes(project, entry.program);
      if (update) {
        entry.kilobytes = size;
        writeFileSync(SIZES, `${JSON.stringify(sizes, null, 2)}\n`);
      }
      need(
        size <= entry.kilobytes * TOLERANCE,
        `expected ${entry.kilobytes} KB as before, received ${size}; --update if it is worth it`,
      );
      return `${size} KB, aim ${entry.aim}`;
    },
  }));
}
