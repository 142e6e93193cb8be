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

  it('pokes, lets a gradient flow, and trains a cell that was typed', async () => {
    const { page, until, pause, errors, close } = await studio.open(new URLSearchParams(SMALL).toString());
    await until('step', (step) => step >= 20);
    await pause();
    await page.locator('#poke').scrollIntoViewIfNeeded();
    await page.locator('#poke').getByLabel('Hold').selectOption('f');
    await page.locator('#poke').getByRole('button', { name: 'Do it' }).click();
    await page.locator('.poke-result tbody tr').first().waitFor();
    expect(await page.locator('.poke-result').textContent()).toContain('±');
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
