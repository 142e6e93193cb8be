// The time machine of the studio: back to a step, on from there as before or with other settings, and storage that is refused.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LanguageModel, useBackend } from 'unrolled';
import { pack } from '../../studio/packing.js';
import { CHROMIUM, SKIPPED } from '../chromium.js';
import { startStudio, type Studio, type Visit } from './studio.js';

const TEXT = 'she sells sea shells by the sea shore, and the shells that she sells are sea shells. '.repeat(60);
const SMALL = { hiddenSize: '24', embeddingSize: '8', batchSize: '8', numSteps: '16', inside: pack(TEXT) };
const hash = (more: Record<string, string> = {}): string => new URLSearchParams({ ...SMALL, ...more }).toString();

describe.skipIf(CHROMIUM === undefined)(`in Chromium${SKIPPED}`, () => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await startStudio();
    await useBackend();
  });
  afterAll(() => studio.close());

  /** The weights of the network that the page shows. */
  const weights = async ({ page }: Visit): Promise<number[]> => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save the model' }).click(),
    ]);
    const model = LanguageModel.fromBytes(readFileSync(await download.path()));
    return model.network.parameters().flatMap((t) => Array.from(t.data()));
  };
  const openMachine = async ({ page }: Visit): Promise<void> => {
    await page.locator('#time').scrollIntoViewIfNeeded();
    await page.locator('#time .facts', { hasText: 'kept,' }).waitFor();
  };
  const goTo = async ({ page, until }: Visit, step: number): Promise<void> => {
    await page.locator('#time-step').fill(String(step));
    await until('step', (now) => now === step);
  };

  it('goes back, and on to the same losses and weights as without a stop', async () => {
    const visit = await studio.open(hash({ dropout: '0.2' }));
    const { page, until, pause, figure, errors } = visit;
    await until('step', (step) => step >= 40);
    const end = await pause();
    const [loss, perplexity] = [await figure('loss'), await figure('perplexity')];
    const own = await weights(visit);
    await openMachine(visit);
    await page.locator('#time canvas').waitFor();
    expect(await page.locator('#time .steps').getAttribute('aria-label')).toMatch(/^a map of \d+ steps/);
    // No network is kept of this step: the way there is trained once more.
    await goTo(visit, 23);
    expect(await figure('loss')).not.toBe(loss);
    expect(await weights(visit)).not.toEqual(own);
    await page.locator('.samples .newest', { hasText: 'step 23' }).waitFor();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await until('step', (step) => step > end);
    await pause();
    await goTo(visit, end);
    expect(await figure('loss')).toBe(loss);
    await until('perplexity', (value) => value === perplexity);
    expect(await weights(visit)).toEqual(own);
    expect(errors).toEqual([]);
    await visit.close();
    const straight = await studio.open(hash({ dropout: '0.2', until: String(end) }));
    await straight.until('step', (step) => step === end);
    expect(await straight.figure('loss')).toBe(loss);
    expect(await weights(straight)).toEqual(own);
    await straight.close();
  });

  it('begins another line from a step, beside the first one', async () => {
    const visit = await studio.open(hash());
    const { page, until, pause, figure, errors, close } = visit;
    await until('step', (step) => step >= 60);
    const end = await pause();
    const loss = await figure('loss');
    await openMachine(visit);
    await goTo(visit, 20);
    await page.locator('#fork-learningRate').fill('0.0001');
    await page.keyboard.press('Enter');
    await page.locator('#fork-dropout').fill('0.3');
    await page.getByRole('button', { name: 'Another line from here' }).click();
    await page.locator('.lines tr.own', { hasText: '0.0001' }).waitFor();
    expect(await page.locator('#learningRate').inputValue()).toBe('0.0001');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await until('step', (step) => step >= 60);
    await pause();
    expect(await figure('loss')).toBeGreaterThan(loss);
    await page.locator('svg.chart text.other', { hasText: 'A' }).waitFor();
    await page.locator('.lines').getByRole('button', { name: 'A', exact: true }).click();
    await until('step', (step) => step === end);
    expect(await figure('loss')).toBe(loss);
    expect(await page.locator('#learningRate').inputValue()).toBe('0.008');
    await page.locator('svg.chart text.other', { hasText: 'B' }).waitFor();
    // Another learning rate at a step of the past is another line, too.
    await goTo(visit, 30);
    await page.locator('#learningRate').fill('0.02');
    await page.keyboard.press('Enter');
    await page.locator('.lines tr.own', { hasText: '0.02' }).waitFor();
    expect(await page.locator('.lines tbody tr').count()).toBe(3);
    expect(errors).toEqual([]);
    await close();
  });

  it('tells of a learning rate that was changed on the way: link, command and program', async () => {
    const visit = await studio.open(hash());
    await visit.until('step', (step) => step >= 20);
    const changed = await visit.pause();
    await visit.page.locator('#learningRate').fill('0.002');
    await visit.page.keyboard.press('Enter');
    await visit.page.getByRole('button', { name: 'Train', exact: true }).click();
    await visit.until('step', (step) => step >= changed + 15);
    const step = await visit.pause();
    const loss = await visit.figure('loss');
    await visit.page.getByRole('button', { name: 'The same in TypeScript' }).click();
    const program = await visit.page.locator('pre').textContent();
    expect(program).toContain(`if (step === ${changed}) training.learningRate = 0.002;`);
    expect(program).toContain('learningRate: 0.008');
    await visit.page.waitForURL(new RegExp(`changes=${changed}%3A0.002`));
    const { hash: link } = new URL(visit.page.url());
    await visit.close();
    const again = await studio.open(`${link.slice(1)}&inside=${pack(TEXT)}`);
    await again.until('step', (now) => now === step);
    expect(await again.figure('loss')).toBe(loss);
    expect(await again.page.locator('#learningRate').inputValue()).toBe('0.002');
    await again.close();
  });

  it.each([
    ['keeps large networks in the browser’s storage', false],
    ['has memory alone where storage is refused, and says so', true],
  ])('%s', async (_, refused) => {
    const visit = await studio.open('about=blank');
    const { page, until, pause, errors, close } = visit;
    // On a machine with little memory.
    const small = `Object.defineProperty(navigator,'deviceMemory',{value:0.25});`;
    const refuse = `Object.defineProperty(self,'indexedDB',{get(){throw new DOMException('refused','SecurityError')}});`;
    await page.route('**/worker.js', async (route) => {
      const response = await route.fetch();
      const source = await response.text();
      // Imports come first, whatever stands before them: it goes by a module of its own.
      await route.fulfill({ response, body: `import './before.js';${source}` });
    });
    await page.route('**/before.js', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: small + (refused ? refuse : '') }),
    );
    await page.goto(`${studio.address}?#${hash({ hiddenSize: '128', batchSize: '2', numSteps: '4' })}`);
    await openMachine(visit);
    const facts = (): Promise<string | null> => page.locator('#time .position .facts').textContent();
    const megabytes = async (): Promise<number> => Number(/([\d.]+) MB/.exec((await facts()) ?? '')?.[1] ?? 0);
    if (refused) await page.locator('#time .facts', { hasText: 'in memory alone' }).waitFor();
    for (let i = 0; i < 300 && (await megabytes()) < 6; i++) await page.waitForTimeout(refused ? 10 : 100);
    if (refused) expect(await megabytes()).toBeLessThanOrEqual(4.5);
    else expect(await megabytes()).toBeGreaterThan(6);
    await pause();
    await goTo(visit, 10);
    await until('perplexity', (value) => value > 0);
    expect(errors).toEqual([]);
    await close();
  });
});
