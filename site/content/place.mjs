// Where everything lies: this checkout, its built library, and the addresses of the site.
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** This folder. */
export const SITE = join(ROOT, 'site');

/** Where the site is mounted, with a slash at both ends. */
export const BASE = `/${process.env.SITE_BASE ?? ''}/`.replace(/\/{2,}/g, '/');

export const LANGUAGES = ['en', 'zh'];

/** The id of a page in Starlight's collection: English at the root, Chinese in zh/. */
export const idOf = (path, language) => [...(language === 'en' ? [] : [language]), path].filter((p) => p).join('/');

/** The address of a page. @param path `lessons/gru`, `docs/cells#gates`; '' is the front page */
export function address(path, language) {
  const [page, anchor] = path.split('#');
  const id = idOf(page, language);
  return `${BASE}${id}${id === '' ? '' : '/'}${anchor === undefined ? '' : `#${anchor}`}`;
}

/** A module of the built library. */
export const built = (path) => import(/* @vite-ignore */ pathToFileURL(join(ROOT, 'dist', path)).href);
