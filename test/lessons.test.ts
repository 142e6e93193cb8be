// The programs of the lessons: each is short, and what `eject` writes runs by itself.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHAPTERS } from '../experiments/index.js';
import { inFolder, runTest } from '../src/cli/testing.js';
import { commentsOf, withComments } from '../src/reproduce/comments.js';
import { KnownData } from '../src/sources/knownData.js';

const DATA = resolve(process.env.UNROLLED_DATA ?? '../shared/data');
const present = new Set(
  new KnownData({ cwd: process.cwd(), env: {}, dataDir: DATA })
    .list()
    .filter((dataset) => dataset.present)
    .map(({ name }) => name),
);
const LESSONS = CHAPTERS.flatMap(({ folder, experiments }) =>
  experiments.map(({ name, datasets }) => {
    const path = join('experiments', folder, 'lessons', `${name}.ts`);
    const prints = join('experiments', folder, 'lessons', 'prints', `${name}.txt`);
    const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
    return { name, datasets, text: read(path), prints: read(prints) };
  }),
);
/** Too large to copy for a test: 66 MB of reviews. */
const LARGE = new Set(['sentiment']);

/** Words in backticks and letters with a subscript, as `h_t` and `x₂`. */
const namesIn = (comment: string): string[] => (comment.match(/`[^`]+`|[\p{L}]_\w+|\p{L}[₀-₉]/gu) ?? []).sort();
/** A program without what its comments say. */
const codeOf = (program: string): string => program.replaceAll(/(^|\s)(\/\/|\/\*\*) .*$/gm, '$1$2');

describe('the program of a lesson', () => {
  it.each(LESSONS.map((lesson) => [lesson.name, lesson] as const))('%s has at most 80 lines', (_, { text }) => {
    expect(text).not.toBe('');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(80);
    expect(text).not.toMatch(/Plot|check\(/);
    expect(text).toMatch(/console\.log/);
  });

  it.for(LESSONS.map((lesson) => [lesson.name, lesson] as const))(
    '%s runs by itself when it is ejected, with a short budget',
    { timeout: 120_000 },
    async ([name, { datasets, text, prints }], { skip }) => {
      const reads = text.includes('readFileSync');
      const missing = reads ? datasets.filter((dataset) => !present.has(dataset)) : [];
      if (missing.length > 0 || LARGE.has(name)) return skip(`its data are not here, or too large`);
      await inFolder(async (folder) => {
        const argv = ['eject', name, '--out', 'out', '--json', '--data-dir', DATA];
        const { status, out, err } = await runTest(argv, { cwd: folder });
        expect(status, err).toBe(0);
        const { files } = JSON.parse(out) as { files: string[] };
        expect(files).toEqual(expect.arrayContaining(['README.md', 'lesson.js', 'lesson.ts', 'package.json']));
        const [, short] = /node lesson\.js ([\d.]+)/.exec(text) ?? [];
        // Numbers of the library differ in their last digits from machine to machine: only plain programs print what the page shows.
        const isPlain = prints !== '' && !text.includes("from 'unrolled") && !text.includes('Math.random');
        const argument = isPlain || short === undefined ? [] : [short];
        const ran = spawnSync(process.execPath, ['lesson.js', ...argument], {
          cwd: join(folder, 'out'),
          encoding: 'utf8',
        });
        expect(ran.stderr, ran.stderr).not.toMatch(/Error/);
        expect(ran.status, ran.stderr).toBe(0);
        expect(ran.stdout.trim()).not.toBe('');
        expect(ran.stdout).not.toMatch(/undefined|NaN %/);
        if (isPlain) expect(ran.stdout.trimEnd()).toBe(prints.trimEnd());
      });
    },
  );

  it.each(CHAPTERS.map((chapter) => [chapter.folder, chapter] as const))(
    'of %s has its comments in Chinese, and nothing is translated that no program says',
    (_, { experiments, comments = {} }) => {
      const texts = LESSONS.filter(({ name }) => experiments.some((one) => one.name === name)).map(({ text }) => text);
      const said = new Set(texts.flatMap(commentsOf));
      expect([...said].sort()).toEqual(Object.keys(comments).sort());
      for (const [english, chinese] of Object.entries(comments)) {
        expect(chinese, english).toMatch(/\p{Script=Han}/u);
        // What is set as code, and formulas with a subscript, are the same in both.
        expect(namesIn(chinese)).toEqual(namesIn(english));
      }
      for (const text of texts) {
        expect(text).not.toMatch(/\/\*(?!\* .+ \*\/$)/m); // of several lines: they would be passed over
        expect(codeOf(withComments(text, comments))).toBe(codeOf(text));
      }
    },
  );

  it('is ejected with comments in Chinese', async () => {
    await inFolder(async (cwd) => {
      expect((await runTest(['eject', 'lstm-memory', '--lang', 'zh'], { cwd })).status).toBe(0);
      for (const name of ['lesson.ts', 'lesson.js']) {
        const text = readFileSync(join(cwd, 'lstm-memory', name), 'utf8');
        for (const comment of commentsOf(text)) expect(comment).toMatch(/\p{Script=Han}/u);
      }
    });
  });

  it('is not written over a lesson that is there, and a name that is none is told', async () => {
    await inFolder(async (folder) => {
      expect((await runTest(['eject', 'lstm-memory'], { cwd: folder })).status).toBe(0);
      const manifest = JSON.parse(readFileSync(join(folder, 'lstm-memory', 'package.json'), 'utf8'));
      expect(Object.keys(manifest.dependencies)).toEqual(['unrolled']);
      const again = await runTest(['eject', 'lstm-memory'], { cwd: folder });
      expect([again.status, again.err]).toEqual([2, expect.stringContaining('which has lesson.js')]);
      expect((await runTest(['eject', 'lstm-memry'], { cwd: folder })).err).toContain('did you mean lstm-memory?');
    });
  });
});
