// Exercises: each accepts its own solution and nothing that it begins with, in both languages; the command sets up, hints and checks.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHAPTERS } from '../experiments/index.js';
import { inFolder, runTest } from '../src/cli/testing.js';
import { plainText } from '../src/drawing/pages/plainText.js';
import { LANGUAGES } from '../src/reproduce/messages.js';

const EXERCISES = CHAPTERS.flatMap(({ experiments }) => experiments.flatMap(({ exercises = [] }) => exercises));

async function exported(text: string): Promise<unknown> {
  const { default: value } = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(text)}`)) as {
    default: unknown;
  };
  return value;
}

describe('the exercises', () => {
  it('have names of their own, none of which is a lesson', () => {
    const names = EXERCISES.map(({ name }) => name);
    const lessons = CHAPTERS.flatMap(({ experiments }) => experiments.map(({ name }) => name));
    expect(new Set([...names, ...lessons]).size).toBe(names.length + lessons.length);
  });

  it.each(EXERCISES.map((exercise) => [exercise.name, exercise] as const))('%s', async (_, exercise) => {
    expect((await exercise.check(await exported(exercise.solution))).ok).toBe(true);
    for (const wrong of [await exported(exercise.start), undefined, 'nonsense', NaN, () => null]) {
      const { ok, says } = await exercise.check(wrong);
      expect(ok, String(wrong)).toBe(false);
      for (const language of LANGUAGES) expect(says[language]).not.toBe('');
    }
    for (const message of [exercise.question, exercise.answer, ...exercise.hints]) {
      expect(message.zh).toMatch(/[\u4e00-\u9fff\d$]/);
      expect(message.en).not.toMatch(/[\u4e00-\u9fff]/);
    }
    // As a terminal shows them: no LaTeX is left.
    const mistakes = (exercise.mistakes ?? []).map(({ says }) => says);
    for (const message of [exercise.question, exercise.answer, ...exercise.hints, ...mistakes]) {
      for (const language of LANGUAGES) expect(plainText(message[language])).not.toMatch(/[$\\]|[_^][{]/);
    }
    expect(exercise.hints.length).toBeGreaterThan(0);
    for (const { given, says } of exercise.mistakes ?? []) {
      expect(await exercise.check(given)).toEqual({ ok: false, says });
    }
  });

  it('are two at least for each lesson', () => {
    const counts = CHAPTERS.flatMap(({ experiments }) => experiments.map((e) => [e.name, e.exercises?.length ?? 0]));
    expect(counts.filter(([, count]) => Number(count) < 2)).toEqual([]);
  });
});

/** Answers that a reader may well give, and what must be said of them. */
const PLAUSIBLE: [name: string, lines: string, says: RegExp][] = [
  [
    'shapes-of-tasks',
    solved('shapes-of-tasks').replace("'in-step'", "'many-to-one'"),
    /part of speech.*is not many-to-one/,
  ],
  ['bigram-sentence', solved('bigram-sentence').replace('corpus.slice(0, -1)', 'corpus'), /should return/],
  [
    'rnn-cell',
    'export default ({ x, h, linear, tanh }) => ({ h: tanh(linear("a", x, h)) });',
    /expected the linears h, found a/,
  ],
  ['rnn-cell', 'export default ({ x, linear, tanh }) => ({ h: tanh(linear("h", x)) });', /not multiplied with h/],
  ['rnn-cell', 'export default ({ x, h, linear, relu }) => ({ h: relu(linear("h", x, h)) });', /differs at step 1/],
  ['gru-cell', solved('gru-cell').replace('r.mul(h)', 'h'), /it threw: cell own: expected a use of/],
  ['gru-cell', solved('gru-cell').replace('n.add(z.mul(h.sub(n)))', 'h.add(z.mul(n.sub(h)))'), /differs at step 1/],
  ['softmax-gradient', solved('softmax-gradient').replace(' - largest', ''), /should return \[0.5,-0.5\]/],
  ['another-counter', 'export default { U: 1, W: 0 };', /it says 0\.000, not 3/],
  ['another-counter', 'export default { U: 1, W: 1.1 };', /too near/],
  ['bptt-truncate', solved('bptt-truncate').replace('h[t - 1]', 'h[t]'), /should return 2.5/],
  ['memory-gates', solved('memory-gates').replace('f: [0', 'f: [1'), /the memory ends as 16/],
  ['forget-weights', 'export default { w: 20, b: 0 };', /for x = 0 the gate is 0.5000/],
  ['viterbi', solved('viterbi').replace(' * change[i][j]', ''), /should return/],
  ['same-words', "export default ['not good', 'good not'];", /at least three words/],
  [
    'sequential-rows',
    solved('sequential-rows').replace('n * length + b * numSteps', '(b * batchSize + n) * numSteps'),
    /should return/,
  ],
  ['edit-distance', 'export default (a, b) => Math.abs(a.length - b.length);', /should return 2, it returned 1/],
];

function solved(name: string): string {
  const found = EXERCISES.find((exercise) => exercise.name === name);
  if (!found) throw new Error(`no exercise ${name}`);
  return found.solution;
}

describe('answers that are nearly right', () => {
  it.each(PLAUSIBLE)('%s', async (name, lines, says) => {
    const exercise = EXERCISES.find((one) => one.name === name);
    expect(lines).not.toBe(exercise?.solution);
    const verdict = await exercise?.check(await exported(lines));
    expect(verdict?.ok).toBe(false);
    expect(verdict?.says.en).toMatch(says);
  });
});

describe('unrolled exercise', () => {
  it('lists, sets up, hints, checks, and remembers what was solved', async () => {
    await inFolder(async (folder) => {
      const run = (...argv: string[]) => runTest(['exercise', ...argv], { cwd: folder });
      const { exercises } = JSON.parse((await run('--json')).out);
      expect(exercises.length).toBe(EXERCISES.length);
      expect(exercises[0]).toEqual({ name: 'sine-past', lesson: 'autoregressive-sine', solved: false });
      expect((await run('lstm')).out).toContain('lstm-forget-bias');

      const set = await run('gru-keep', '--lang', 'zh');
      expect(set.out).toContain('第 4 步的输出只需要第 2 步的输入');
      expect(set.out).toContain('--check exercises/gru-keep.mjs --lang zh');
      const file = join(folder, 'exercises', 'gru-keep.mjs');
      expect(readFileSync(file, 'utf8')).toMatch(/^\/\/ 第 4 步[^]*export default \{ z:/);
      const wrong = await run('gru-keep', '--check', 'exercises/gru-keep.mjs');
      expect([wrong.status, wrong.out]).toEqual([
        1,
        expect.stringContaining('✗ at step 2 the candidate still sees the past'),
      ]);
      expect((await run('gru-keep', '--hint')).out).toContain('1. At step 2');
      expect((await run('gru-keep', '--hint')).out).toContain('2. Afterwards');
      writeFileSync(join(folder, 'right.mjs'), 'export default { z: [0, 0, 1, 1], r: [1, 0, 1, 1] };');
      const right = await run('gru-keep', '--check', 'right.mjs', '--json');
      expect(JSON.parse(right.out)).toMatchObject({ ok: true, exercises: [{ name: 'gru-keep', solved: true }] });
      const again = JSON.parse((await run('gru', '--json')).out);
      expect(again.exercises[0]).toEqual({ name: 'gru-keep', lesson: 'gru', solved: true });
      writeFileSync(file, 'export default 1;');
      expect((await run('gru-keep')).out).toContain('Your file is there already'); // what was written stays
      expect(readFileSync(file, 'utf8')).toBe('export default 1;');
    });
  });

  it('writes formulas as text, and says in its language where a prediction goes', async () => {
    await inFolder(async (cwd) => {
      const english = await runTest(['exercise', 'eigenvalue'], { cwd });
      expect(english.out).toContain('The answer goes in place of NaN.');
      expect((await runTest(['exercise', 'eigenvalue', '--hint'], { cwd })).out).toContain('M^k are λ^k');
      expect((await runTest(['exercise', 'one-hot', '--lang', 'zh'], { cwd })).out).toContain('独热向量乘以 W_xh');
      expect(readFileSync(join(cwd, 'exercises', 'one-hot.mjs'), 'utf8')).toMatch(
        /^\/\/ 独热[^]*\/\/ 把 \? 换成你的答案。\nexport default '\?';\n$/,
      );
    });
  });

  it('tells an unknown name the nearest, and a file that is none', async () => {
    await inFolder(async (folder) => {
      const { status, err } = await runTest(['exercise', 'gru-kep'], { cwd: folder });
      expect([status, err]).toEqual([2, expect.stringContaining('did you mean gru-keep?')]);
      const none = await runTest(['exercise', 'gru-keep', '--check', './none.js'], { cwd: folder });
      expect([none.status, none.err]).toEqual([2, expect.stringContaining('error[NOT_FOUND]')]);
      expect(existsSync(join(folder, 'exercises'))).toBe(false);
    });
  });
});
