// Links of the built site: every address within it is a file, and every anchor an id in that file.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BASE } from '../content/place.mjs';

const decode = (text) => text.replaceAll('&amp;', '&').replaceAll('&#38;', '&');

/** Pages that have a state after #, not an anchor. */
const WITH_STATE = /^(?:zh\/)?studio\//;

/** @param out the folder of the site @returns the pages and the links of them that lead nowhere */
export function deadLinks(out) {
  const pages = readdirSync(out, { recursive: true })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.html') && !WITH_STATE.test(name));
  const texts = new Map(pages.map((page) => [page, readFileSync(join(out, page), 'utf8')]));
  const ids = new Map();
  const idsOf = (page) => {
    if (!ids.has(page))
      ids.set(page, new Set([...texts.get(page).matchAll(/\sid="([^"]*)"/g)].map(([, id]) => decode(id))));
    return ids.get(page);
  };
  const dead = [];
  for (const [page, text] of texts) {
    const links = new Set([...text.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, href]) => decode(href)));
    for (const href of links) {
      if (/^(?:https?:|mailto:|data:)/.test(href)) continue;
      if (!leads(href, page)) dead.push({ page, href });
    }
  }
  return dead;

  function leads(href, page) {
    const at = new URL(href, `http://site${BASE}${page.replace(/index\.html$/, '')}`);
    if (!at.pathname.startsWith(BASE)) return false;
    const path = decodeURIComponent(at.pathname.slice(BASE.length));
    const file = path === '' || path.endsWith('/') ? `${path}index.html` : path;
    if (!existsSync(join(out, file)) || !statSync(join(out, file)).isFile()) return false;
    const anchor = decodeURIComponent(at.hash.slice(1));
    return anchor === '' || anchor === '_top' || WITH_STATE.test(file) || !texts.has(file) || idsOf(file).has(anchor);
  }
}
