// Which Chinese pages of docs/zh/ are behind the English ones that they were made from. `--write` says that all are level now.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { docFile } from '../content/docs.mjs';
import { ROOT, SITE } from '../content/place.mjs';

const TABLE = join(SITE, 'translations.json');

const hashOf = (name) =>
  createHash('sha256')
    .update(readFileSync(docFile(name, 'en')))
    .digest('hex')
    .slice(0, 16);

/** Names of the pages that there are in Chinese. */
function translated() {
  const folder = join(ROOT, 'docs', 'zh');
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.md'));
  return names.map((name) => name.slice(0, -'.md'.length)).sort();
}

/** @returns the pages whose English text has changed since, is gone, or was never noted */
export function behind(table = JSON.parse(readFileSync(TABLE, 'utf8'))) {
  return translated().filter((name) => !existsSync(docFile(name, 'en')) || table[name] !== hashOf(name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--write')) {
    const table = Object.fromEntries(translated().map((name) => [name, hashOf(name)]));
    writeFileSync(TABLE, `${JSON.stringify(table, null, 2)}\n`);
  }
  const late = behind();
  for (const name of late) console.log(`docs/zh/${name}.md is behind docs/${name}.md`);
  process.exit(late.length > 0 ? 1 : 0);
}
