// What the site is made of, without building it: translations, groups, terms, links.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const load = (path: string): Promise<unknown> => import(/* @vite-ignore */ join(ROOT, 'site', path));

const { behind } = (await load('check/translations.mjs')) as { behind: (table?: object) => string[] };
const { deadLinks } = (await load('check/links.mjs')) as {
  deadLinks: (out: string) => { page: string; href: string }[];
};
const { GROUPS } = (await load('content/docs.mjs')) as { GROUPS: { pages: string[] }[] };
const { TERMS } = (await load('content/terms.mjs')) as {
  TERMS: { term: Texts; means: Texts; lesson: string }[];
};
const { withAnchors } = (await load('content/headings.mjs')) as {
  withAnchors: (html: string) => { html: string; headings: { slug: string; text: string; depth: number }[] };
};
const { withErrors } = (await load('content/reference.mjs')) as { withErrors: (markdown: string) => string };
const { withLinks } = (await load('content/books.mjs')) as { withLinks: (source: string) => string };

interface Texts {
  en: string;
  zh: string;
}

const names = (folder: string): string[] =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.slice(0, -3));

describe('translations', () => {
  it('are level with the English pages: translate what changed, then `node site/check/translations.mjs --write`', () => {
    expect(behind()).toEqual([]);
  });

  it('are behind where the table has another hash, or none', () => {
    expect(behind({})).toEqual(names('docs/zh').sort());
  });

  it('have as many headings and blocks of code as the English pages', () => {
    const shape = (path: string): number[] => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      return [/^#+ /gm, /^```/gm].map((sign) => text.match(sign)?.length ?? 0);
    };
    for (const name of names('docs/zh'))
      expect([name, shape(`docs/zh/${name}.md`)]).toEqual([name, shape(`docs/${name}.md`)]);
  });

  it('have the code of the English pages, with comments of their own', () => {
    const codeOf = (path: string): string[] =>
      [...readFileSync(join(ROOT, path), 'utf8').matchAll(/^```.*\n[\s\S]*?^```/gm)].map(([code]) =>
        code.replace(/ *(?:\/\/|# ).*$/gm, ''),
      );
    for (const name of names('docs/zh'))
      expect([name, codeOf(`docs/zh/${name}.md`)]).toEqual([name, codeOf(`docs/${name}.md`)]);
  });
});

it('every page of docs/ stands at the side of the site, once', () => {
  expect(GROUPS.flatMap(({ pages }) => pages).sort()).toEqual(names('docs').sort());
});

describe('the glossary', () => {
  it('has each term once, with its meaning in both languages', () => {
    for (const language of ['en', 'zh'] as const) {
      expect(new Set(TERMS.map(({ term }) => term[language])).size).toBe(TERMS.length);
      expect(TERMS.filter(({ means }) => means[language].length < 5)).toEqual([]);
    }
    expect(TERMS.filter(({ term }) => !/[\u4e00-\u9fff]/.test(term.zh))).toEqual([]);
  });

  it('names lessons that there are', () => {
    const files = readdirSync(join(ROOT, 'experiments'), { recursive: true }).map(String);
    const lessons = new Set(files.map((file) => file.replaceAll('\\', '/').split('/').at(-1)));
    expect(TERMS.filter(({ lesson }) => !lessons.has(`${lesson}.ts`))).toEqual([]);
  });
});

it('headings get anchors that are unique, in any script', () => {
  const { html, headings } = withAnchors('<h2>One &amp; two</h2><h2>门控</h2><h3>One &amp; two</h3>');
  expect(headings.map(({ slug }) => slug)).toEqual(['one-two', '门控', 'one-two-1']);
  expect(headings[0].text).toBe('One & two');
  expect(html).toContain('<h3 id="one-two-1">');
});

it('what a function throws stands below its parameters in the reference', () => {
  const table = (last: string): string =>
    `| Parameter | Description |\n| ------ | ------ |\n| \`a\` | first |\n| \`b\` | ${last} |\n`;
  expect(withErrors(`${table('a \\| b Errors: SHAPE for others.')}\n## Returns\n`)).toBe(
    `${table('a \\| b')}\nErrors: SHAPE for others.\n\n## Returns\n`,
  );
  expect(withErrors(table('second'))).toBe(table('second'));
});

it('sections of the books and papers become links, those of the Chinese edition to that edition', () => {
  expect(withLinks('Dive into Deep Learning, 9.7; Pascanu, Mikolov and Bengio (2013)')).toBe(
    'Dive into Deep Learning, <a href="https://d2l.ai/chapter_recurrent-neural-networks/bptt.html">9.7</a>; <a href="https://arxiv.org/abs/1211.5063">Pascanu, Mikolov and Bengio (2013)</a>',
  );
  expect(withLinks('《动手学深度学习》9.1（英文版 10.2）')).toBe(
    '《动手学深度学习》<a href="https://zh.d2l.ai/chapter_recurrent-modern/gru.html">9.1</a>（英文版 <a href="https://d2l.ai/chapter_recurrent-modern/gru.html">10.2</a>）',
  );
});

it('dead links are found: a page, an anchor, a picture that is not there', () => {
  const out = mkdtempSync(join(tmpdir(), 'links-'));
  try {
    mkdirSync(join(out, 'a'));
    writeFileSync(
      join(out, 'index.html'),
      '<h1 id="top">T</h1><a href="/a/">a</a> <a href="/b/">b</a> <img src="/no.png">',
    );
    writeFileSync(
      join(out, 'a', 'index.html'),
      '<a href="/#top">t</a><a href="../#none">n</a><a href="https://x.org/">x</a>',
    );
    expect(deadLinks(out)).toEqual([
      { page: 'index.html', href: '/b/' },
      { page: 'index.html', href: '/no.png' },
      { page: 'a/index.html', href: '../#none' },
    ]);
  } finally {
    rmSync(out, { recursive: true });
  }
});
