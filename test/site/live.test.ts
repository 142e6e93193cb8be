// Live figures without a browser: what they learn from, what they write, and what an address may set.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Cell, cellFromData, LSTM, Philox, useBackend } from 'unrolled';
import { CHAPTERS } from '../../experiments/index.js';
import { unpack } from '../../studio/packing.js';

const SITE = join(dirname(fileURLToPath(import.meta.url)), '../../site');
const load = (path: string): Promise<unknown> => import(/* @vite-ignore */ join(SITE, path));

interface CharacterModel {
  step(i: number): number;
}
interface Range {
  min: number;
  max: number;
  step: number;
}

const { studioLink } = (await load('content/studio.mjs')) as { studioLink: (name: string, language: string) => string };
const { LIVE } = (await load('content/live.mjs')) as { LIVE: Record<string, string> };
const { characterModel, probabilities, write } = (await load('live/shared/characters.mjs')) as {
  characterModel: (text: string, cell: Cell, options: { hiddenSize: number; learningRate: number }) => CharacterModel;
  probabilities: (scores: readonly number[], temperature: number) => number[];
  write: (model: CharacterModel, prime: string, length: number, temperature: number, random: Philox) => string;
};
const { filled, numbersOf } = (await load('live/shared/controls.mjs')) as {
  filled: (sentence: string, values: Record<string, number | string>, language: string) => string;
  numbersOf: (fields: Record<string, number>, ranges: Record<string, Range>) => Record<string, number>;
};

afterEach(() => vi.unstubAllGlobals());

it('stand in lessons that there are, and have their script', () => {
  const lessons = CHAPTERS.flatMap(({ experiments }) => experiments.map(({ name }) => name));
  for (const [lesson, script] of Object.entries(LIVE)) {
    expect(lessons).toContain(lesson);
    expect(existsSync(join(SITE, 'live', `${script}.mjs`)), script).toBe(true);
  }
});

it('a cell goes along to the studio, where it is read again', () => {
  const [, packed] = /equations=([\w-]+)/.exec(studioLink('gru', 'en')) ?? [];
  const cell = cellFromData(JSON.parse(unpack(packed) ?? ''));
  expect([cell.name, cell.linears.map(({ name }) => name)]).toEqual(['half-gru', ['z', 'n']]);
  expect(studioLink('rnn', 'en')).not.toContain('equations=');
  expect(studioLink('padding', 'en')).toBe('');
});

describe('values in the address', () => {
  const ranges = { tau: { min: 1, max: 32, step: 1 } };

  it.each([
    ['?tau=7', 7],
    ['?tau=999', 32],
    ['?tau=-4', 1],
    ['?tau=6.6', 7],
    ['?tau=x', 4],
    ['?tau=', 4],
    ['', 4],
  ])('%s', (search, tau) => {
    vi.stubGlobal('location', { search });
    expect(numbersOf({ tau: 4 }, ranges)).toEqual({ tau });
  });

  it('are written to four digits, the very small ones as powers', () => {
    expect(filled('{a}, {b}, {c}, {d}', { a: 0.123456, b: 9.1e-13, c: 'x', d: 0 }, 'en')).toBe('0.1235, 9.1e-13, x, 0');
  });
});

describe('the model of characters', () => {
  it('has the probabilities of a softmax at a temperature', () => {
    const scores = [Math.log(0.8), Math.log(0.2)];
    expect(probabilities(scores, 1)[0]).toBeCloseTo(0.8, 10);
    expect(probabilities(scores, 0.5)[0]).toBeCloseTo(0.64 / 0.68, 10);
    expect(probabilities(scores, 0)).toEqual([1, 0]);
  });

  it('learns a text, and goes on with it', async () => {
    await useBackend();
    const model = characterModel('abcd'.repeat(80), LSTM, { hiddenSize: 16, learningRate: 0.03 });
    const losses = Array.from({ length: 60 }, (_, i) => model.step(i));
    expect(losses[0]).toBeGreaterThan(1.2); // of four characters: ln 4
    expect(losses.at(-1)).toBeLessThan(0.1);
    expect(write(model, 'ab', 6, 0, new Philox(0))).toBe('cdabcd');
  });
});
