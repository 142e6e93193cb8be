// The laboratory of the studio: a cell is typed and trained, a gate is held, a gradient flows.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pack } from '../../studio/packing.js';
import { CHROMIUM, SKIPPED } from '../chromium.js';
import { startStudio, type Studio } from './studio.js';

const TEXT = 'she sells sea shells by the sea shore, and the shells that she sells are sea shells. '.repeat(60);
const SMALL = { hiddenSize: '24', embeddingSize: '8', batchSize: '8', numSteps: '16', inside: pack(TEXT) };

describe.skipIf(CHROMIUM === undefined)(`in Chromium${SKIPPED}`, () => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await startStudio();
  });
  afterAll(() => studio.close());

  it('finds units that follow a pattern or a mark, and ends a pattern that never ends', async () => {
    const { page, until, pause, errors, close } = await studio.open(new URLSearchParams(SMALL).toString());
    await until('step', (step) => step >= 60);
    await pause();
    const letters = page.locator('.tokens .token');
    await letters.nth(4).hover();
    await page.mouse.down();
    await letters.nth(8).hover();
    await page.mouse.up();
    expect(await page.locator('.tokens .marked').count()).toBe(5);
    await page.waitForURL(/mark=4-8/);
    await page.locator('#search').scrollIntoViewIfNeeded();
    const search = page.locator('#search');
    await search.getByRole('button', { name: 'the marked tokens, 4 to 8' }).click();
    await search.locator('.places li').first().waitFor();
    const found = await search.locator('.places .token').allTextContents();
    expect(found.length).toBeGreaterThan(3);
    expect(found.every((text) => text.length === 5)).toBe(true);
    await search.getByLabel('Regular expression').fill('sea');
    await search.getByRole('button', { name: 'Find' }).click();
    await search.getByText(/^\d+ times in/).waitFor();
    expect(new Set(await search.locator('.places .token').allTextContents())).toEqual(new Set(['sea']));
    const [best] = await search.locator('.units td:last-child').allTextContents();
    expect(Math.abs(Number(best))).toBeGreaterThan(0.4);
    await search.locator('.units button').first().click();
    await page.locator('#unit .places li').first().waitFor();
    await search.getByLabel('Regular expression').fill('(.+)+\\bzzq$');
    await search.getByRole('button', { name: 'Find' }).click();
    await page.locator('.failure', { hasText: 'took more than 2 s' }).waitFor();
    await search.getByLabel('Regular expression').fill('sea');
    await page.locator('#poke').scrollIntoViewIfNeeded();
    await page.locator('#poke').getByLabel('units').fill('0-5, 7');
    await page.locator('#poke').getByLabel('effect').selectOption('pattern');
    await page.locator('#poke').getByRole('button', { name: 'Do it' }).click();
    await page.locator('svg.effects .spread').first().waitFor({ state: 'attached' });
    expect(errors).toEqual([]);
    await close();
  });

  it('compares RNN, GRU and LSTM at the same loss', async () => {
    const { page, until, pause, errors, close } = await studio.open(new URLSearchParams(SMALL).toString());
    await until('step', (step) => step >= 5);
    await pause();
    await page.locator('#river').scrollIntoViewIfNeeded();
    await page.locator('.same-loss input').fill('2.6');
    await page.locator('.same-loss').getByRole('button', { name: 'Do it' }).click();
    await page.locator('.river-band').nth(2).waitFor();
    expect(await page.locator('.river-band h3 b').allTextContents()).toEqual(['RNN', 'GRU', 'LSTM']);
    for (const text of await page.locator('.river-band .facts').allTextContents()) {
      const [, loss] = /loss ([\d.]+)/.exec(text) ?? [];
      if (loss !== undefined) expect(Number(loss)).toBeLessThanOrEqual(2.6);
    }
    await page.locator('svg.norms .valid').first().waitFor({ state: 'attached' });
    expect(errors).toEqual([]);
    await close();
  });

  it('pokes, lets a gradient flow, and trains a cell that was typed', async () => {
    const { page, until, pause, errors, close } = await studio.open(new URLSearchParams(SMALL).toString());
    await until('step', (step) => step >= 20);
    await pause();
    await page.locator('#poke').scrollIntoViewIfNeeded();
    await page.locator('#poke .hold select').first().selectOption('0/f');
    await page.locator('#poke').getByRole('button', { name: 'Do it' }).click();
    await page.locator('.poke-result tbody tr').first().waitFor();
    expect(await page.locator('.poke-result').textContent()).toContain('±');
    // A blank as the strip shows it.
    await page.locator('#poke').getByLabel('Read').fill('·');
    await page.locator('#poke').getByRole('button', { name: 'Do it' }).click();
    await page.locator('.poked-text b', { hasText: '·' }).waitFor();
    await page.locator('#river').scrollIntoViewIfNeeded();
    await page.getByRole('button', { name: 'Let it flow' }).click();
    await page.locator('svg.river').waitFor();
    expect(await page.locator('#river').textContent()).toContain('c of layer 1 passes 0.');
    await page.locator('#editor').scrollIntoViewIfNeeded();
    await page.getByRole('button', { name: 'Edit the equations' }).click();
    const text = page.locator('.cm-content');
    await page.locator('.cell-diagram svg').waitFor();
    expect(await text.textContent()).toContain("h' = o * tanh(c')");
    await text.fill("cell Mine\nstate h\nh' = tnh(linear(x, h))");
    await page.locator('.cell-mark').waitFor();
    expect(await page.locator('.cell-error').textContent()).toContain('did you mean tanh');
    await text.fill("cell Mine\nstate h\nh' = tanh(linear(x, h))");
    await page.getByRole('button', { name: 'Train this cell' }).click();
    await page.locator('#training').getByText('Mine,').waitFor();
    if (process.env.PICTURES !== undefined) await page.screenshot({ path: process.env.PICTURES, fullPage: true });
    expect(errors).toEqual([]);
    await close();
  });
});
