// The public API as TypeScript sees it: `node scripts/publicApi.mjs` lists the names of every entry of the package, and
// `--undocumented` lists, as `file:line name`, what is public and has no docstring; it ends with 1 where there is any.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Folders whose docstrings are still being written. */
const LATER = ['src/models', 'src/train'];

/** The entries of package.json, with the sources that they are built from. */
function entries() {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.entries(exports).map(([path, { types }]) => {
    const built = types.replace('./dist/', '').replace('.d.ts', '.ts');
    return { name: join(name, path), file: join(root, built.startsWith('experiments/') ? '' : 'src', built) };
  });
}

function readProgram(files) {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  return ts.createProgram(files, options);
}

const isOurs = (declaration) => !declaration.getSourceFile().fileName.includes('/node_modules/');

function kindOf({ flags }) {
  if (flags & ts.SymbolFlags.Class) return 'class';
  if (flags & ts.SymbolFlags.Function) return 'function';
  if (flags & ts.SymbolFlags.Value) return flags & ts.SymbolFlags.Module ? 'namespace' : 'value';
  return 'type';
}

/** What an entry exports: the name, and the symbol behind it. */
function exportsOf(program, file) {
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file));
  return checker.getExportsOfModule(module).map((symbol) => ({
    name: symbol.name,
    symbol: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
  }));
}

/** Members of classes, interfaces and object types that a user can reach; what is private is none. */
function membersOf(symbol) {
  const members = [];
  const visit = (node) => {
    if (ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeLiteralNode(node)) {
      members.push(...node.members.filter(isVisible));
    } else if (ts.isTypeAliasDeclaration(node)) visit(node.type);
    else if (ts.isUnionTypeNode(node) || ts.isIntersectionTypeNode(node)) node.types.forEach(visit);
    else if (ts.isTypeReferenceNode(node)) node.typeArguments?.forEach(visit);
  };
  symbol.declarations?.filter(isOurs).forEach(visit);
  return members;
}

function isVisible(member) {
  if (!member.name || ts.isPrivateIdentifier(member.name) || ts.isComputedPropertyName(member.name)) return false;
  return !(ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private);
}

/** Public declarations without a docstring, of their own or of what they implement: `file:line name`. */
function undocumented(program, files) {
  const checker = program.getTypeChecker();
  const found = new Map();
  const look = (symbol, name) => {
    const declaration = symbol?.declarations?.find(isOurs);
    if (!declaration || symbol.getDocumentationComment(checker).length > 0) return;
    if (symbol.getJsDocTags(checker).length > 0) return;
    const source = declaration.getSourceFile();
    const path = relative(root, source.fileName);
    if (LATER.some((folder) => path.startsWith(`${folder}/`))) return;
    const { line } = source.getLineAndCharacterOfPosition(declaration.getStart());
    found.set(declaration, `${path}:${line + 1} ${name}`);
  };
  for (const file of files) {
    for (const { name, symbol } of exportsOf(program, file)) {
      look(symbol, name);
      for (const member of membersOf(symbol)) {
        look(checker.getSymbolAtLocation(member.name), `${name}.${member.name.getText()}`);
      }
    }
  }
  return [...found.values()];
}

const all = entries();
const program = readProgram(all.map(({ file }) => file));
if (process.argv.includes('--undocumented')) {
  const missing = undocumented(
    program,
    all.map(({ file }) => file),
  );
  for (const line of missing) console.log(line);
  if (missing.length > 0) {
    console.error(
      `\n${missing.length} public declarations have no docstring: say what they are, with shapes, units and errors`,
    );
    process.exitCode = 1;
  }
} else {
  for (const { name, file } of all) {
    const names = exportsOf(program, file).map(({ name, symbol }) => `  ${kindOf(symbol)} ${name}`);
    console.log([name, ...names.sort((a, b) => (a.split(' ').at(-1) < b.split(' ').at(-1) ? -1 : 1))].join('\n'));
  }
}
