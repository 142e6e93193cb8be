// The frame around the experiments: expectations, messages, what a run gathers, what a page shows of it.
import { describe, expect, it } from 'vitest';
import { UnrolledError } from '../errors.js';
import { above, atLeast, atMost, below, between, diverged, exactly, holds, near, shown } from './expectation.js';
import { experiment } from './experiment.js';
import { curves, messages, Plot, predict } from './index.js';
import { fill } from './messages.js';
import { placeholders } from './testing.js';
import { experimentReport, indexReport } from './report.js';
import { passed, runExperiment, type RunOptions } from './run.js';

const OPTIONS: RunOptions = {
  quick: true,
  seed: 3,
  languages: ['en', 'zh'],
  signal: new AbortController().signal,
  progress: () => undefined,
  data: async (name) => {
    throw new UnrolledError('NOT_FOUND', `expected the data set ${name}, received none`, 'take it');
  },
  files: async () => [],
};

const TEXT = messages({
  title: { en: 'A <test>', zh: '一个测试' },
  idea: { en: 'Of $x_1 * y_1$ and *words*.', zh: '关于 $x_1 * y_1$ 和*词*。' },
  sum: { en: 'The sum of {n} numbers', zh: '{n} 个数之和' },
  caption: { en: 'See the line.', zh: '请看这条线。' },
  axis: { en: 'height', zh: '高度' },
  again: { en: 'once more', zh: '再一次' },
});

const REPORT = {
  backend: 'reference',
  code: [{ name: 'a.ts', text: 'const a = 1 < 2; // one' }],
  command: 'c',
  others: [],
  index: null,
};

describe('expectations', () => {
  it('accept what they say and nothing else', () => {
    const table: [ReturnType<typeof atMost>, (number | string | boolean)[], (number | string | boolean)[]][] = [
      [atMost(1), [1, 0.5, -Infinity], [1.0001, NaN, '1', true]],
      [atLeast(1), [1, Infinity], [0.999, NaN]],
      [below(1), [0.999], [1, NaN]],
      [above(1), [1.001], [1, NaN]],
      [between(1, 2), [1, 1.5, 2], [0.99, 2.01, NaN]],
      [near(1, 0.5), [0.5, 1.5], [0.49, NaN]],
      [diverged(), [NaN, Infinity, -Infinity, 1e7, -1e7], [0, 1e6]],
      [exactly('a'), ['a'], ['b', 1]],
      [exactly(NaN), [NaN], [0]],
      [holds, [true], [false, 1, 'true']],
    ];
    for (const [expectation, good, bad] of table) {
      for (const got of good) expect(expectation.accepts(got), `${expectation.text}: ${got}`).toBe(true);
      for (const got of bad) expect(expectation.accepts(got), `${expectation.text}: ${got}`).toBe(false);
    }
    expect(exactly(['a', 2]).accepts(['a', 2])).toBe(true);
    expect(exactly(['a', 2]).accepts(['a', 3])).toBe(false);
    expect(exactly(['a']).accepts(['a', 'b'])).toBe(false);
  });

  it('are shown for people', () => {
    expect([1234567, 0.1234567, 1e-7, NaN, Infinity, [1, 'b'], 5e21].map(shown)).toEqual([
      '1,234,567',
      '0.123457',
      '1.000e-7',
      'NaN',
      '∞',
      '1, b',
      '5.000e+21',
    ]);
  });
});

describe('messages', () => {
  it('are filled outside of formulas', () => {
    const message = { en: 'of {n}: $x_{n}$, {word}', zh: '' };
    expect(fill(message, 'en', { n: 12345, word: 'one' })).toBe('of 12,345: $x_{n}$, one');
    expect(placeholders(message.en)).toEqual(['n', 'word']);
    expect(() => fill(message, 'en', { n: 1 })).toThrow(/expected a value for \{word\}, received n/);
  });
});

describe('a run', () => {
  const good = experiment({
    name: 'good',
    source: 'A book, 1',
    text: TEXT,
    run({ check, plot, table, lines, say }) {
      say('idea');
      check('sum', near(6, 0.1), 6, { n: 3 });
      plot('caption', (t) => ({
        y: { label: t('axis'), type: 'log' },
        marks: [Plot.ruleY([1]), curves([{ name: t('axis'), y: [1, 2, 0.05] }])],
      }));
      table((t) => ({ columns: [{ heading: t('axis'), number: true }], rows: [[12345.6], ['<b>']] }));
      lines('axis', '[2, 3] <');
    },
  });

  it('gathers blocks and checks in each language', async () => {
    const result = await runExperiment(good, OPTIONS);
    expect(result.error).toBeNull();
    expect(passed(result)).toBe(true);
    expect(result.checks).toEqual([
      { what: { en: 'The sum of 3 numbers', zh: '3 个数之和' }, expected: '6 ± 0.1', got: '6', ok: true },
    ]);
    const [said, folded, figure, table, lines] = result.blocks;
    expect(folded.en).toMatch(/<details class="checks"><summary class="ok">✓ a check of what is said above<\/summary>/);
    expect(folded.zh).toContain('3 个数之和');
    expect(said.en).toMatch(/<em>words<\/em>/);
    expect(said.en).toMatch(/<math/); // and its underscores and stars are no emphasis
    expect(said.en.match(/<em>/g)).toHaveLength(1);
    // The picture's text is its data: the caption under it is read as well.
    expect(figure.en).toMatch(
      /<figure><div class="wide"><svg role="img" aria-label="height; height: 1 at 0, 0.05 at 2, lowest 0.05, highest 2"/,
    );
    // Once as wide as a page, once as a telephone, with letters of the same size.
    expect(
      [...figure.en.matchAll(/class="(wide|narrow)"><svg[^>]*?viewBox="0 0 (\d+)/g)].map(([, ...at]) => at),
    ).toEqual([
      ['wide', '760'],
      ['narrow', '350'],
    ]);
    expect(figure.zh).toMatch(/aria-label="高度；高度：0 处为 1，2 处为 0.05，最低 0.05，最高 2"/);
    expect(figure.en).not.toMatch(/<g [^>]*aria-label/);
    expect(figure.en).toContain('>↑ height<');
    expect(figure.zh).toContain('>↑ 高度<');
    expect(figure.zh).not.toContain('>x →<'); // an axis without a label has none
    expect(figure.en).toMatch(/>0\.2</); // a tick of a log axis is no "200m"
    expect(table.en).toContain('12,346');
    expect(table.en).toContain('&lt;b&gt;');
    expect(lines.zh).toContain('[2, 3] &lt;');
  });

  it('has drawings in a part of their own that scrolls, in their size', async () => {
    const drawn = experiment({
      name: 'drawn',
      source: 'A book, 1',
      text: TEXT,
      run({ svg, picture }) {
        svg('caption', '<svg class="plot"></svg>');
        picture('caption', '<svg class="plot"></svg>');
      },
    });
    const result = await runExperiment(drawn, OPTIONS);
    for (const html of [result.blocks[0].en, result.picture?.en])
      expect(html).toMatch(
        /^<figure><div class="scroll drawing" tabindex="0"><svg class="plot"><\/svg><\/div><figcaption>/,
      );
  });

  it('says a finding only where it is true, and counts on it in the full run', async () => {
    const found = experiment({
      name: 'found',
      source: 'A book, 1',
      text: TEXT,
      run({ finding }) {
        expect(finding('sum', above(5), 6, { n: 3 })).toBe(true);
        expect(finding('again', above(7), 6)).toBe(false);
      },
    });
    const short = await runExperiment(found, OPTIONS);
    expect(short.findings.map(({ en }) => en)).toEqual(['The sum of 3 numbers']);
    expect(short.blocks.map(({ en }) => en)).toEqual(['<div class="finding"><p>The sum of 3 numbers</p>\n</div>']);
    expect(short.checks).toEqual([]);
    const full = await runExperiment(found, { ...OPTIONS, quick: false });
    expect(full.checks.map(({ ok, got }) => [ok, got])).toEqual([
      [true, '6'],
      [false, '6'],
    ]);
  });

  it('has the letters under the first formula, the code before what was run, and checks where they are made', async () => {
    const lesson = experiment({
      name: 'lesson',
      source: 'A book, 1',
      text: { ...TEXT, question: { en: 'Why one?', zh: '为什么？' } },
      notations: [{ book: 'H_t', code: 'h', meaning: { en: 'the state', zh: '隐状态' } }],
      exercises: [
        predict({
          name: 'one',
          question: { en: 'How many?', zh: '多少？' },
          hints: [{ en: 'Count.', zh: '数一数。' }],
          answer: { en: 'Three, since…', zh: '三个，因为…' },
          right: 3,
        }),
      ],
      run({ heading, formula, picture, check, say }) {
        picture('caption', '<svg id="first"></svg>');
        heading('axis');
        formula('H_t');
        formula('H_t + 1');
        heading('again');
        check('again', exactly(1), 1);
        check('again', exactly(1), 2);
        say('caption');
        check('again', exactly(1), 1);
      },
    });
    const result = await runExperiment(lesson, OPTIONS);
    expect(result.codeAt).toBe(4); // a heading, a formula, its letters, a formula
    expect(result.blocks.filter(({ en }) => en.includes('notations'))).toEqual([result.blocks[2]]);
    const checks = result.blocks.filter(({ en }) => en.startsWith('<details'));
    expect(checks.map(({ en }) => /<summary[^>]*>(.*?)</.exec(en)?.[1])).toEqual([
      '✗ 1 of 2 checks failed',
      '✓ a check of what is said above',
    ]);
    const code = { text: 'const lesson = 1;', prints: 'one\n' };
    const closing = '<p>Goes on there.</p>';
    const page = experimentReport(result, { ...REPORT, language: 'en', lesson: code, closing });
    const places = [
      'Why one?',
      'id="first"',
      'Of ',
      '<code>h</code>',
      'It prints',
      'checks failed',
      'All checks',
      'Three, since',
      'Goes on there.',
      'The command, to do it again',
      'The code of the experiment',
    ];
    const found = places.map((text) => page.indexOf(text));
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(found[0]).toBeGreaterThan(0);
  });

  it('shows a cell as code, formula and diagram', async () => {
    const cells = experiment({
      name: 'cells',
      source: 'A book, 1',
      text: TEXT,
      run({ cell, check }) {
        const made = cell('caption', {
          name: 'Halving',
          state: ['h'],
          step: ({ x, h, linear, tanh }) => ({ h: tanh(linear('n', x, h)) }),
        });
        check('again', exactly('Halving'), made.name);
      },
    });
    const result = await runExperiment(cells, OPTIONS);
    expect(result.error).toBeNull();
    const [{ en }] = result.blocks;
    expect(en.replace(/<[^>]*>/g, '')).toContain('tanh(linear(');
    expect(en).toContain('<math');
    expect(en).toContain('class="cell-diagram"');
  });

  it('is drawn as the same page twice', async () => {
    const [a, b] = await Promise.all([runExperiment(good, OPTIONS), runExperiment(good, OPTIONS)]);
    expect(a.blocks).toEqual(b.blocks);
  });

  it('makes a page without scripts or addresses elsewhere, with its code', async () => {
    const result = await runExperiment(good, OPTIONS);
    const page = experimentReport(result, { ...REPORT, language: 'zh' });
    expect(page).toContain('<html lang="zh-Hans">');
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
    expect(page).toContain('全部通过');
    expect(page).toContain('再次运行的命令'); // the frame's word, not the experiment's of the same key
    expect(page.replace(/<[^>]*>/g, '')).toContain('const a = 1 &lt; 2; // one');
    expect(experimentReport(result, { ...REPORT, language: 'en' })).toContain('<h1>A &lt;test&gt;</h1>');
  });

  it('shows a check that fails, and an error, in red', async () => {
    const bad = experiment({
      name: 'bad',
      source: '',
      text: TEXT,
      async run({ check, data }) {
        expect(check('sum', atMost(1), 2, { n: 3 })).toBe(false);
        await data('nowhere');
      },
    });
    const result = await runExperiment(bad, OPTIONS);
    expect(passed(result)).toBe(false);
    expect(result.error?.code).toBe('NOT_FOUND');
    const page = experimentReport(result, { ...REPORT, language: 'en' });
    expect(page).toMatch(/<tr class="bad"><td class="bad">✗/);
    expect(page).toContain('error[NOT_FOUND]: expected the data set nowhere, received none');
    const chapters = [{ folder: 'one', title: { en: 'One', zh: '一' }, experiments: [good, bad] }];
    const results = [await runExperiment(good, OPTIONS), result];
    const index = indexReport(chapters, results, { ...REPORT, language: 'en', href: (name) => `${name}.html` });
    expect(index).toMatch(/class="verdict bad">1 failed/);
    expect(index).toContain('✓ 1 / 1');
    expect(index).toContain('✗ 0 / 1');
  });

  it('without a check proves nothing', async () => {
    const empty = experiment({ name: 'empty', source: '', text: TEXT, run: () => undefined });
    expect(passed(await runExperiment(empty, OPTIONS))).toBe(false);
  });

  it('ends when it is interrupted', async () => {
    const stop = new AbortController();
    stop.abort();
    const long = experiment({ name: 'long', source: '', text: TEXT, run: ({ progress }) => progress(0.5) });
    await expect(runExperiment(long, { ...OPTIONS, signal: stop.signal })).rejects.toThrow(/interrupt/);
  });
});
