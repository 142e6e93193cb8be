// The public API as TypeScript sees it: `node scripts/publicApi.mjs` lists the names of every entry of the package.
// `--undocumented` lists, as `file:line name`, what is public and has no docstring; `--hidden` the types of ours that a public
// signature mentions and no entry exports. Either ends with 1 where there is any.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../', import.meta.url));

/** The entries of package.json that export names, with the sources that they are built from. */
function entries() {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([path, { types }]) => types !== undefined && path !== './inline')
    .map(([path, { types }]) => {
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
  return isOpen(member);
}

/** Neither private nor marked `@internal`: what our own folders share through a public class. */
function isOpen(member) {
  if (ts.getJSDocTags(member).some(({ tagName }) => tagName.text === 'internal')) return false;
  return !(ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private);
}

/** Public declarations without a docstring, of their own or of what they implement: `file:line name`. */
function undocumented(program, files) {
  const checker = program.getTypeChecker();
  const found = new Map();
  const look = (symbol, name) => {
    const declaration = symbol?.declarations?.find(isOurs);
    // A whole module under a name (`export * as`) has its comment where it is exported.
    if (!declaration || ts.isSourceFile(declaration) || symbol.getDocumentationComment(checker).length > 0) return;
    if (symbol.getJsDocTags(checker).length > 0) return;
    const source = declaration.getSourceFile();
    const path = relative(root, source.fileName);
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

/**
 * Our own types that a public signature mentions, and that no entry exports: `file:line name, in the signature`. Members of a
 * base without a name of its own show in whatever extends it: they are looked at there.
 */
function hidden(program, files) {
  const checker = program.getTypeChecker();
  const exported = files.flatMap((file) => exportsOf(program, file));
  const known = new Set(exported.map(({ symbol }) => symbol));
  const found = new Map();
  const symbolOf = (node) => {
    // What the compiler inferred has no place in a file; its names know their symbols.
    const symbol = node.symbol ?? checker.getSymbolAtLocation(node);
    return symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  };
  const mention = (symbol, where) => {
    const declaration = symbol?.declarations?.find(isOurs);
    if (!declaration || known.has(symbol) || found.has(symbol) || !isNamedType(declaration)) return;
    const source = declaration.getSourceFile();
    const { line } = source.getLineAndCharacterOfPosition(declaration.getStart());
    found.set(symbol, `${relative(root, source.fileName)}:${line + 1} ${symbol.name}, in ${where}`);
  };
  const visit = (node, where) => {
    if (ts.isIdentifier(node)) mention(symbolOf(node), where);
    ts.forEachChild(node, (child) => visit(child, where));
  };
  const look = (symbol, name) => {
    for (const declaration of symbol?.declarations?.filter(isOurs) ?? []) {
      for (const { type, where } of signatureOf(checker, declaration, name)) visit(type, where);
      for (const { expression, typeArguments = [] } of basesOf(declaration)) {
        const base = symbolOf(expression);
        if (!known.has(base)) look(base, name);
        for (const type of typeArguments) visit(type, name);
      }
    }
  };
  for (const { name, symbol } of exported) look(symbol, name);
  return [...found.values()];
}

const isNamedType = (node) =>
  ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);

const basesOf = ({ heritageClauses = [] }) => heritageClauses.flatMap(({ types }) => [...types]);

/** The types that a declaration shows, each with the name to show it by: written ones, and those that are inferred. */
function signatureOf(checker, declaration, name) {
  const shown = (node, where) => {
    if (ts.isFunctionLike(node)) {
      const own = [...(node.typeParameters ?? []), ...node.parameters.map((one) => one.type)];
      const returned = node.type ?? inferred(checker, node, checker.getSignatureFromDeclaration(node)?.getReturnType());
      return [...own, returned].filter((type) => type !== undefined).map((type) => ({ type, where }));
    }
    const type = node.type ?? inferred(checker, node, checker.getTypeAtLocation(node));
    return type ? [{ type, where }] : [];
  };
  if (ts.isClassDeclaration(declaration) || ts.isInterfaceDeclaration(declaration)) {
    const members = declaration.members.filter((member) => (member.name ? isVisible(member) : isOpen(member)));
    const outside = members.filter((one) => !(ts.getCombinedModifierFlags(one) & ts.ModifierFlags.Protected));
    return [
      ...(declaration.typeParameters ?? []).map((type) => ({ type, where: name })),
      ...outside.flatMap((member) => shown(member, member.name ? `${name}.${member.name.getText()}` : name)),
    ];
  }
  if (ts.isTypeAliasDeclaration(declaration)) {
    return [...(declaration.typeParameters ?? []), declaration.type].map((type) => ({ type, where: name }));
  }
  return ts.isFunctionLike(declaration) || ts.isVariableDeclaration(declaration) ? shown(declaration, name) : [];
}

function inferred(checker, node, type) {
  return type && checker.typeToTypeNode(type, node, ts.NodeBuilderFlags.NoTruncation);
}

/** The checks, by the option that asks for each, with what is wrong with what they list. */
const CHECKS = {
  '--undocumented': {
    look: undocumented,
    verdict: 'public declarations have no docstring: say what they are, with shapes, units and errors',
  },
  '--hidden': {
    look: hidden,
    verdict: 'types stand in public signatures and no entry exports them: export them, or keep them out',
  },
};

const all = entries();
const files = all.map(({ file }) => file);
const program = readProgram(files);
const asked = Object.keys(CHECKS).filter((option) => process.argv.includes(option));
if (asked.length > 0) {
  for (const { look, verdict } of asked.map((option) => CHECKS[option])) {
    const lines = look(program, files);
    for (const line of lines) console.log(line);
    if (lines.length === 0) continue;
    console.error(`\n${lines.length} ${verdict}`);
    process.exitCode = 1;
  }
} else {
  for (const { name, file } of all) {
    const names = exportsOf(program, file).map(({ name, symbol }) => `  ${kindOf(symbol)} ${name}`);
    console.log([name, ...names.sort((a, b) => (a.split(' ').at(-1) < b.split(' ').at(-1) ? -1 : 1))].join('\n'));
  }
}
