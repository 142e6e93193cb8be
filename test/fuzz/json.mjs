// JSON with what JSON.stringify cannot write: a key twice, numbers as they stand, an end that is missing. A document is a tree of
// { list }, { object: [key, value][] } and { raw }.
import { BAD_NUMBERS } from './draw.mjs';

export function jsonTree(value) {
  if (Array.isArray(value)) return { list: value.map(jsonTree) };
  if (typeof value !== 'object' || value === null) return { raw: JSON.stringify(value) };
  return { object: Object.entries(value).map(([key, own]) => [key, jsonTree(own)]) };
}

export function jsonText(tree) {
  if (tree.raw !== undefined) return tree.raw;
  if (tree.list !== undefined) return `[${tree.list.map(jsonText).join(',')}]`;
  return `{${tree.object.map(([key, value]) => `${JSON.stringify(key)}:${jsonText(value)}`).join(',')}}`;
}

/** Places of the tree, each with how to replace what is there. Of a long list or object a few, so that texts are reached as often as tokens. */
function places(draw, tree, found = [], replace = null) {
  if (replace !== null) found.push({ tree, replace });
  const inner = tree.list ?? tree.object ?? [];
  const own = inner.length <= 12 ? inner.keys() : Array.from({ length: 12 }, () => draw.int(inner.length));
  for (const i of own) {
    if (tree.list !== undefined) places(draw, inner[i], found, (value) => void (inner[i] = value));
    else places(draw, inner[i][1], found, (value) => void (inner[i][1] = value));
  }
  return found;
}

/** Characters that a repeated value may add. */
const MOST_ADDED = 300_000;

const scalar = (draw) => ({
  raw: draw.chance(0.6)
    ? draw.pick(BAD_NUMBERS)
    : draw.pick(['null', 'true', '""', '"x"', '"0"', '"-1"', 'NaN', JSON.stringify(draw.name())]),
});

function deep(draw) {
  const depth = draw.chance(0.1) ? 20_000 : draw.pick([2, 5, 70, 1000]);
  const [open, close] = draw.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ]);
  return { raw: open.repeat(depth) + (draw.chance(0.5) ? `1${close.repeat(depth)}` : '') };
}

/** One change somewhere in the tree: a number, a type, a key, an order, a depth. */
export function mutateJson(draw, tree) {
  const all = places(draw, tree);
  if (all.length === 0) return;
  const { tree: at, replace } = draw.pick(all);
  const inner = at.list ?? at.object;
  switch (inner === undefined ? draw.int(4) : draw.int(10)) {
    case 0:
    case 1:
      return replace(scalar(draw));
    case 2:
      return replace(
        draw.pick([
          { list: [] },
          { object: [] },
          { list: [{ raw: 'null' }] },
          { object: [['__proto__', { object: [] }]] },
        ]),
      );
    case 3:
      return replace(draw.chance(0.3) ? deep(draw) : { list: [at, at] });
    case 4:
      return void inner.splice(draw.int(inner.length + 1), 1);
    case 5:
      return void (inner.length > 0 && inner.push(draw.pick(inner)));
    case 6:
      return void inner.push(at.list !== undefined ? scalar(draw) : [draw.name(), scalar(draw)]);
    case 7:
      if (at.object === undefined || inner.length === 0) return void inner.reverse();
      return void (inner[draw.int(inner.length)] = [draw.name(), draw.pick(inner)[1]]);
    case 8: {
      // Once a document: what is repeated twice is a file of gigabytes.
      if (inner.length === 0 || draw.hasRepeated) return;
      draw.hasRepeated = true;
      const one = draw.pick(inner);
      const raw = jsonText(at.list === undefined ? one[1] : one);
      const most = Math.ceil(MOST_ADDED / (raw.length + (at.list === undefined ? one[0].length : 0) + 1));
      const copies = Array.from({ length: Math.min(draw.pick([10, 1000, 20_000]), most) }, () => ({ raw }));
      return void inner.push(...(at.list === undefined ? copies.map((copy) => [one[0], copy]) : copies));
    }
    default: {
      // Two of the same tree change places.
      const other = draw.pick(all);
      replace(other.tree === at || contains(other.tree, at) ? scalar(draw) : other.tree);
    }
  }
}

function contains(tree, wanted) {
  if (tree === wanted) return true;
  return (tree.list ?? tree.object?.map(([, value]) => value) ?? []).some((inner) => contains(inner, wanted));
}

export const copyTree = (tree) =>
  tree.raw !== undefined
    ? { raw: tree.raw }
    : tree.list !== undefined
      ? { list: tree.list.map(copyTree) }
      : { object: tree.object.map(([key, value]) => [key, copyTree(value)]) };

/** The text of a tree after so many changes; now and then cut or changed as text. */
export function mutatedJson(draw, tree, changes = draw.chance(0.7) ? 1 : 1 + draw.int(4)) {
  const own = copyTree(tree);
  for (let i = 0; i < changes; i++) mutateJson(draw, own);
  const text = jsonText(own);
  if (draw.chance(0.9)) return text;
  const at = draw.int(text.length + 1);
  return draw.chance(0.5)
    ? text.slice(0, at)
    : text.slice(0, at) + draw.pick(['}', ']', ',', '"', '\\', '\u0000', '{', '/*']) + text.slice(at);
}
