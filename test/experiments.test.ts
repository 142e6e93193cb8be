// The textbook, in its short version: each experiment runs, its checks hold, and its report is whole in both languages.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHAPTERS } from '../experiments/index.js';
import { KnownData } from '../src/sources/knownData.js';
import { inFolder, runTest } from '../src/cli/testing.js';
import { LANGUAGES } from '../src/reproduce/messages.js';
import { placeholders } from '../src/reproduce/testing.js';
import { WORDS } from '../src/reproduce/words.js';

const DATA = resolve(process.env.UNROLLED_DATA ?? '../shared/data');
const EXPERIMENTS = CHAPTERS.flatMap(({ folder, experiments }) =>
  experiments.map((experiment) => [experiment.name, { ...experiment, chapter: folder }] as const),
);
const present = new Set(
  new KnownData({ cwd: process.cwd(), env: {}, dataDir: DATA })
    .list()
    .filter((dataset) => dataset.present)
    .map(({ name }) => name),
);

/** What short pages once said and did not show. */
const UNTRUE: Readonly<Record<string, readonly RegExp[]>> = {
  'rnn-from-scratch': [/Random sampling ends higher/, /text by heart/, /found its place/, /nearly always/],
  'autoregressive-sine': [/five seeds/, /hardly of use/, /finds out by itself/],
  'min-char-rnn': [/hundred thousand chunks/i, /[Ff]our seeds/],
  'deep-lstm': [/256 hidden units in each|\b256 numbers/, /whole sentences by heart/],
  hmm: [/20,000/, /five seeds/, /0\.05\b.{0,20}tolerance|tolerance of 0\.05/],
  'char-rnn': [/1 × 512/, /512 units/, /A name brings/, /\b[58] epochs/, /page of 400/],
  'chinese-poems': [/the first of each form/, /64 poems/],
  'exploding-vanishing': [/no longer fades/, /rounded or counted/],
  bidirectional: [/close to 1 after a few/],
  digits: [/\b10,000 pictures/, /[Rr]ow 20/],
  surnames: [/84\.9/, /\b4 networks/, /hardly be told/],
  sentiment: [/is what brings it level/, /training \(s\)/],
  'sentence-polarity': [/0\.774/, /no better than counting/],
  'parts-of-speech': [/far above the most frequent/, /five epochs/, /most of all/],
  chunking: [/94\.4/, /likes best/],
  'oil-temperature': [/two weeks/, /twelve months/, /only a little better/],
  'everyday-series': [/last twenty years/, /leaves the noise alone/],
  translation: [/Three sentences/, /The longer it is/],
  pronounce: [/256 units/, /nearly along a diagonal/],
  execute: [/ten million|six million|five million/, /nesting 7/, /behind all others/],
};
/** A size of the run that is written out in a text: true only where both versions are that large, or it is said of another program. */
const SIZE =
  /\b(?:two|three|four|five|six|eight|ten|twenty|hundred|thousand|\d[\d,]*) (?:random )?(?:seeds|epochs|rolls|poems|restarts|trainings)\b/gi;
/** Of those, what is true of the short version as well. */
const TRUE_IN_BOTH: readonly RegExp[] = [
  /PyTorch|NumPy|Karpathy|published|book/, // of other programs
  /\{\w+\}/, // the number beside it is filled in
];
const FIXED = new Set([
  'count-ones-scalar', // by hand, whole in both versions
  'sampling', // shows two epochs in both
  'hmm', // 300 rolls of the picture, in both
]);

describe('the experiments', () => {
  it('have names of their own', () => {
    expect(new Set(EXPERIMENTS.map(([name]) => name)).size).toBe(EXPERIMENTS.length);
  });

  it('need only what there is, and nothing in a circle', () => {
    const needs = new Map(EXPERIMENTS.map(([name, experiment]) => [name, experiment.needs ?? []]));
    const read = (name: string, before: readonly string[]): void => {
      expect(before, `${name} needs itself`).not.toContain(name);
      const own = needs.get(name);
      expect(own, `${before.at(-1)} needs ${name}`).toBeDefined();
      for (const other of own ?? []) read(other, [...before, name]);
    };
    for (const name of needs.keys()) read(name, []);
  });

  it.each(CHAPTERS.map((chapter) => [chapter.folder, chapter] as const))(
    '%s has a file for each of them',
    (folder, { experiments }) => {
      const files = readdirSync(join('experiments', folder)).filter(
        (file) => file.endsWith('.ts') && file !== 'index.ts',
      );
      expect(experiments.map(({ name }) => `${name}.ts`).sort()).toEqual(files.sort());
    },
  );

  it.each(EXPERIMENTS)('%s says the same in both languages', (_, { text }) => {
    for (const [key, message] of Object.entries({ ...WORDS, ...text })) {
      for (const language of LANGUAGES) expect(message[language].trim(), `${key}, ${language}`).not.toBe('');
      expect(new Set(placeholders(message.zh)), key).toEqual(new Set(placeholders(message.en)));
    }
    expect(text.title.zh + text.idea.zh).toMatch(/[\u4e00-\u9fff]/);
  });

  it.each(EXPERIMENTS)('%s fills in the sizes of its run', (name, { text }) => {
    if (FIXED.has(name)) return;
    for (const [key, { en }] of Object.entries(text)) {
      for (const sentence of en.split(/(?<=[.:;]) /)) {
        const sizes = TRUE_IN_BOTH.some((other) => other.test(sentence)) ? [] : (sentence.match(SIZE) ?? []);
        expect(sizes, `${key}: ${sentence}`).toEqual([]);
      }
    }
  });

  it.for(EXPERIMENTS)(
    '%s holds what it promises, in its short version',
    { timeout: 120_000 },
    async ([name, { datasets, text, chapter }], { skip }) => {
      const missing = datasets.filter((dataset) => !present.has(dataset));
      if (missing.length > 0) return skip(`the data ${missing.join(', ')} is not here`);
      await inFolder(async (folder) => {
        const argv = ['reproduce', name, '--quick', '--json', '--quiet', '--data-dir', DATA, '--lang', 'all'];
        const { status, out, err } = await runTest([...argv, '--report', folder]);
        const { experiments } = JSON.parse(out);
        expect(experiments[0].error, err).toBeNull();
        expect(experiments[0].checks.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([]);
        expect(experiments[0].checks.length).toBeGreaterThan(0);
        expect(status).toBe(0);
        for (const [language, place] of [
          ['en', ''],
          ['zh', 'zh'],
        ] as const) {
          const page = readFileSync(join(folder, place, `${name}.html`), 'utf8');
          const body = page.slice(0, page.lastIndexOf('<section>')); // the code, which comes last, has braces of its own
          expect(
            body.replace(/<style>.*?<\/style>|<annotation.*?<\/annotation>|<pre class="code".*?<\/pre>/gs, ''),
          ).not.toMatch(/{[a-z]\w*}|undefined/i);
          expect(body, 'a coordinate that is no number').not.toMatch(/\b(?:d|x|y|cx|cy|x1|y1|transform)="[^"]*NaN/);
          expect(page).toContain(`<p class="when">${chapter}/${name}.ts</p>`);
          const words = body.replace(/<style>.*?<\/style>|<[^>]*>/gs, '');
          if (language === 'en') for (const untrue of UNTRUE[name] ?? []) expect(words).not.toMatch(untrue);
          expect(body).toContain(text.title[language].replaceAll("'", '&#39;'));
        }
      });
    },
  );
});
