// What is in the packages, and what is not.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { need, ROOT, Skipped } from './project.mjs';

const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));

/** But for those of `unrolled/experiments`, which is the textbook and no library. */
const publicNames = () =>
  readFileSync(join(ROOT, 'test', 'publicApi.txt'), 'utf8').replace(/^unrolled\/experiments\n( .*\n)*/m, '');

/** The declarations that a program sees: those of the entries, and what they import. */
function declarationsOf(folder) {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const found = new Set();
  const visit = (file) => {
    if (found.has(file) || !existsSync(file)) return;
    found.add(file);
    for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:\bfrom|\bimport\(?)\s*['"](\.[^'"]+)\.js['"]/g)) {
      visit(join(dirname(file), `${path}.d.ts`));
    }
  };
  for (const target of Object.values(exports)) if (target.import?.types) visit(join(folder, target.import.types));
  return [...found];
}

export const contentRows = ({ project }) => [
  {
    name: 'content: no stamps, build information, tests or tools',
    run() {
      for (const folder of Object.values(project.folders)) {
        const odd = filesIn(folder).filter((file) => /\.stamps|tsbuildinfo|\.test\.|\.tmp$|node_modules/.test(file));
        need(odd.length === 0, `expected none of ${odd.join(', ')}`);
      }
    },
  },
  {
    name: 'content: documents, examples, licence and sources are there',
    run() {
      const names = [
        'README.md',
        'CHANGELOG.md',
        'LICENSE',
        'docs',
        'examples',
        'src/index.ts',
        'dist/kernels/simd.wasm',
      ];
      const missing = names.filter((name) => !existsSync(join(project.folders.unrolled, name)));
      need(missing.length === 0, `expected ${missing.join(', ')}`);
    },
  },
  {
    name: 'content: maps name files that are shipped',
    run() {
      const maps = filesIn(join(project.folders.unrolled, 'dist')).filter((file) => file.endsWith('.map'));
      need(
        maps.some((file) => file.endsWith('.d.ts.map')),
        'expected maps of declarations',
      );
      for (const map of maps) {
        const { sources, sourceRoot } = JSON.parse(readFileSync(map, 'utf8'));
        for (const source of sources) {
          need(existsSync(join(dirname(map), sourceRoot ?? '', source)), `expected ${source}, which ${map} names`);
        }
      }
    },
  },
  {
    name: 'content: declarations have no arrays that TypeScript before 5.7 does not know',
    run() {
      const generic = /\b(?:Float|Int|Uint)\d+(?:Clamped)?Array</;
      const odd = declarationsOf(project.folders.unrolled).filter((file) => generic.test(readFileSync(file, 'utf8')));
      need(
        odd.length === 0,
        `expected Uint8Array for Uint8Array<ArrayBuffer>, received the latter in ${odd.join(', ')}`,
      );
    },
  },
  {
    name: 'content: the reference has every public name',
    run() {
      const folder = join(project.folders.unrolled, 'docs', 'api');
      if (!existsSync(folder)) throw new Skipped('the reference is written with --all');
      const reference = filesIn(folder)
        .map((file) => readFileSync(file, 'utf8'))
        .join('\n')
        .replaceAll('\\_', '_')
        .replaceAll('`', '');
      const names = publicNames().match(/(?<=^  (?:class|function|type|value) )\w+/gm) ?? [];
      need(names.length > 100, `expected the list of public names, received ${names.length}`);
      const missing = names.filter((name) => !new RegExp(`^#+ (abstract )?${name}\\b`, 'm').test(reference));
      need(missing.length === 0, `expected ${missing.join(', ')}`);
      return `${names.length} names`;
    },
  },
  {
    name: 'content: the library brings few packages',
    run() {
      const lock = JSON.parse(readFileSync(join(project.folder, 'node_modules', '.package-lock.json'), 'utf8'));
      const names = Object.keys(lock.packages).filter((name) => !name.includes('@unrolled/native-'));
      need(names.length <= 4, `expected at most 4 packages, received ${names.join(', ')}`);
      return `${names.length} packages`;
    },
  },
];
