// The map of the house names files that exist: a move that forgets it fails here.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const PAGES = ['architecture', 'performance', 'native'].flatMap((name) => [`docs/${name}.md`, `docs/zh/${name}.md`]);
const HOUSES = [...PAGES, 'CONTRIBUTING.md'];

it.each(HOUSES)('%s names files and folders that exist', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const named = [...text.matchAll(/`((?:\.ci|bin|docs|examples|experiments|kernels|scripts|src|test)\/[^`\s<*]*)`/g)];
  expect(named.map(([, path]) => path).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

it.each(['README.md', 'README.zh-CN.md'])('%s has every folder of the house, in its order', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const config = readFileSync(join(ROOT, 'eslint.config.js'), 'utf8');
  const [, list] = /const HOUSE = \[([^\]]*)\]/.exec(config) ?? ['', ''];
  const house = [...list.matchAll(/'(\w+)'/g)].map(([, folder]) => `src/${folder}/`);
  const rooms = [...text.matchAll(/^ {4}(src\/\w+\/)/gm)].map(([, folder]) => folder);
  expect(rooms).toEqual(house);
});
