// The reference of all public names, from their docstrings: what TypeDoc wrote into build/site-api/, a page for each entry and,
// where an entry has classes, for each class.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { address, ROOT } from './place.mjs';

const FOLDER = join(ROOT, 'build', 'site-api');

/** From the names of TypeDoc's modules to those that programs import. */
const ENTRIES = {
  unrolled: 'unrolled',
  parallel: 'parallel of unrolled',
  ...Object.fromEntries(
    ['convert', 'data', 'formats', 'inspect', 'metrics', 'records', 'reproduce', 'text'].map((n) => [
      n,
      `unrolled/${n}`,
    ]),
  ),
};

/** `unrolled/README.md` and `text.md` are those entries, `unrolled/namespaces/parallel.md` is what unrolled has under that name. */
const moduleOf = (file) =>
  file
    .replace(/\/?README\.md$|\.md$/, '')
    .split('/')
    .at(-1);

/** The anchor that Markdown gives to a heading. */
const anchorOf = (heading) =>
  heading
    .replace(/\\/g, '')
    .replaceAll(/[`~*]/g, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

/** Pieces of a module: those of its sections that have classes a page a class, the others a page each. */
function split(file) {
  const text = readFileSync(join(FOLDER, file), 'utf8');
  const module = moduleOf(file);
  const parts = [];
  for (const [i, piece] of text.split(/^## /m).entries()) {
    if (i === 0) continue;
    const end = piece.indexOf('\n');
    const [section, body] = [piece.slice(0, end).trim(), piece.slice(end)];
    if (section === 'Namespaces') continue;
    if (section === 'Classes') {
      for (const one of body.split(/^### /m).slice(1)) {
        const end = one.indexOf('\n');
        // Its name is the title of its page.
        parts.push({ file, module, section, name: one.slice(0, end).trim(), body: raise(raise(one.slice(end))) });
      }
    } else parts.push({ file, module, section, name: null, body: raise(body) });
  }
  return parts;
}

/** A path that a file names, from the folder of all. */
const beside = (file, path) => posix.join(posix.dirname(file), path);

/** Headings one level up, outside of code. */
function raise(markdown) {
  return markdown.replace(/^(#{3,6}) /gm, (_, signs) => `${signs.slice(1)} `);
}

/** What a function throws stands below the table of its parameters, not in the cell of the last one, where docstrings have it. */
export function withErrors(markdown) {
  return markdown.replace(/^\| Parameter \|.*\n(?:\|.*\n)+/gm, (table) => {
    const errors = [];
    const rows = table.replace(/ Errors: ((?:\\\||[^|\n])*) \|$/gm, (_, text) => {
      errors.push(text);
      return ' |';
    });
    return errors.length === 0 ? table : `${rows}\nErrors: ${errors.join(' ')}\n`;
  });
}

const plainName = (heading) =>
  heading
    .replaceAll('`', '')
    .replace(/\\?<.*$/, '')
    .replaceAll('\\', '')
    .trim();

export function readReference() {
  const parts = readdirSync(FOLDER, { recursive: true })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.md') && moduleOf(file) in ENTRIES)
    .sort()
    .flatMap(split);
  return parts.map((part) => ({
    ...part,
    path: `api/${part.module}/${anchorOf(part.name === null ? part.section : plainName(part.name))}`,
    title: part.name === null ? `${part.section} · ${ENTRIES[part.module]}` : plainName(part.name),
  }));
}

/** For the side: entries with their pages. */
export function referenceGroups(parts) {
  return Object.entries(ENTRIES).flatMap(([module, label]) => {
    const own = parts.filter((part) => part.module === module);
    return own.length === 0 ? [] : [{ label, pages: own }];
  });
}

/** Where each heading of each module went. */
function anchors(parts) {
  const where = new Map();
  for (const part of parts) {
    const seen = where.get(part.module) ?? new Map();
    where.set(part.module, seen);
    const own = new Map();
    if (part.name !== null) seen.set(anchorOf(part.name), [...(seen.get(anchorOf(part.name)) ?? []), part.path]);
    for (const [, , heading] of outsideCode(part.body).matchAll(/^(#{2,6}) (.*)$/gm)) {
      const base = anchorOf(heading);
      const [here, all] = [own.get(base) ?? 0, seen.get(base)?.length ?? 0];
      own.set(base, here + 1);
      const places = seen.get(base) ?? [];
      places[all] = `${part.path}#${here === 0 ? base : `${base}-${here}`}`;
      seen.set(base, places);
    }
  }
  return (module, anchor) => {
    const seen = where.get(module);
    const direct = seen?.get(anchor)?.[0];
    if (direct !== undefined) return direct;
    const numbered = /^(.*)-(\d+)$/.exec(anchor);
    return numbered === null ? undefined : seen?.get(numbered[1])?.[Number(numbered[2])];
  };
}

const outsideCode = (markdown) => markdown.replace(/^```[\s\S]*?^```/gm, '');

export function referencePages() {
  const parts = readReference();
  const find = anchors(parts);
  return parts.map((part) => ({
    path: part.path,
    language: 'en',
    title: part.title,
    markdown: withErrors(part.body).replace(/\]\(([\w./-]+\.md)?(?:#([^)\s]*))?\)/g, (whole, file, anchor = '') => {
      const to = find(file === undefined ? part.module : moduleOf(beside(part.file, file)), anchor);
      return to === undefined ? ']' : `](${address(to, 'en')})`;
    }),
  }));
}
