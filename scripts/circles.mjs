// A lint rule: no circle among the imports of files, those of types and those made on use included.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import ts from 'typescript';

/** What each file imports, as it was when it was read. */
const known = new Map();

/** The file that an import names (`.js` is what sources become), or null where it is a package. */
function fileOf(from, name) {
  if (!name.startsWith('.')) return null;
  const path = resolve(dirname(from), name);
  return [path.replace(/\.js$/, '.ts'), path].find((candidate) => existsSync(candidate)) ?? null;
}

/** The files that a file imports. */
function importsOf(file) {
  const { mtimeMs } = statSync(file);
  const before = known.get(file);
  if (before?.mtimeMs === mtimeMs) return before.files;
  const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'), true, true);
  const files = importedFiles.map(({ fileName }) => fileOf(file, fileName)).filter((found) => found !== null);
  known.set(file, { mtimeMs, files });
  return files;
}

/** The shortest way by imports from one file to another, both named; null where there is none. */
function wayBetween(from, to) {
  const ways = new Map([[from, [from]]]);
  for (const [file, way] of ways) {
    if (file === to) return way;
    for (const next of importsOf(file)) if (!ways.has(next)) ways.set(next, [...way, next]);
  }
  return null;
}

const noCircle = {
  meta: {
    type: 'problem',
    docs: { description: 'no circle among imports, of types too' },
    messages: { circle: 'this import closes a circle: {{way}}' },
    schema: [],
  },
  create(context) {
    const file = context.filename;
    const check = (node) => {
      const name = node.source?.value;
      const target = typeof name === 'string' ? fileOf(file, name) : null;
      const way = target === null ? null : wayBetween(target, file);
      if (way === null) return;
      const names = [file, ...way].map((path) => relative(context.cwd, path)).join(' → ');
      context.report({ node, messageId: 'circle', data: { way: names } });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      TSImportType: check,
    };
  },
};

export default { rules: { 'no-circle': noCircle } };
