// Runs side by side in the studio, settings that change on the way, and pictures of all that is drawn.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normChart } from '../../studio/draw/normChart.js';
import { riverBand } from '../../studio/draw/riverBand.js';
import { pack } from '../../studio/packing.js';
import { CHROMIUM, SKIPPED } from '../chromium.js';
import { startStudio, type Studio } from './studio.js';

const TEXT = 'she sells sea shells by the sea shore, and the shells that she sells are sea shells. '.repeat(200);
const SMALL = { hiddenSize: '24', embeddingSize: '8', batchSize: '8', numSteps: '16' };
const hash = (more: Record<string, string> = {}): string =>
  new URLSearchParams({ ...SMALL, inside: pack(TEXT), ...more }).toString();

const count = (svg: string, what: RegExp): number => svg.match(what)?.length ?? 0;

it('draws a river under its letters, with what each state lets pass', () => {
  const lags = Array.from({ length: 3 }, () => ({ low: 0.1, median: 0.2, high: 0.3 }));
  const given = { shares: [0.01, 0.1, 1], lags, width: 300, title: 'a < b' };
  const gates = [{ label: 'c', factors: [0.9, 0.5, 1.7] }];
  const letters = riverBand({ ...given, gates, tokens: ['a', '<', '夏'] });
  expect(count(letters, /class="letter"/g)).toBe(3);
  expect(letters).toContain('&lt;');
  expect([...letters.matchAll(/fill-opacity="([\d.]+)" x=/g)].map(([, share]) => Number(share))).toEqual([0.9, 0.5, 1]);
  const words = riverBand({ ...given, gates: [], tokens: ['the', 'extraordinarily', 'a'] });
  expect(words).toContain('>extraordi…<');
  const poem = riverBand({ ...given, gates: [], tokens: Array.from({ length: 48 }, () => '夏'), width: 360 });
  expect(count(poem, /class="letter small"/g)).toBe(24);
  expect(count(words, /rotate\(-90\)/g)).toBe(3);
});

it('draws the norm at which each line is clipped over its own steps', () => {
  const points = Array.from({ length: 20 }, (_, i) => ({ step: i + 1, gradientNorm: 3 }));
  const clips = [
    { from: 0, clipNorm: 1 },
    { from: 10, clipNorm: 2 },
  ];
  const given = { points, width: 400, height: 110, title: 'norms', labels: { clip: 'clipped at 2' } };
  const svg = normChart({ ...given, clips });
  expect(count(svg, /<path class="valid"/g)).toBe(2);
  expect(count(svg, /class="cut"/g)).toBe(2);
  expect(normChart({ ...given, clips: [{ from: 0, clipNorm: 0 }] })).not.toContain('class="valid"');
});

describe.skipIf(CHROMIUM === undefined)(`in Chromium${SKIPPED}`, () => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await startStudio();
  });
  afterAll(() => studio.close());

  it('shows runs side by side on the same letters, and goes back to one of them', async () => {
    const { page, until, pause, figure, errors, close } = await studio.open(hash());
    await until('step', (step) => step >= 30);
    const step = await pause();
    const loss = await figure('loss');
    await page.locator('.heat').click({ position: { x: 40, y: 40 } });
    // Nothing waits for it: all of the text.
    await page.locator('#unit .facts', { hasText: /Over (16,\d{3}|17,000) of \1 tokens/ }).waitFor();
    await page.getByRole('button', { name: 'Keep to compare' }).click();
    await page.locator('#compare').getByText('Choose another cell').waitFor();
    await page.locator('#cell').selectOption('gru');
    await page.locator('#seed').fill('5');
    await page.keyboard.press('Enter');
    await until('step', (now) => now >= 1 && now < step);
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await until('step', (now) => now >= 20);
    await pause();
    const rows = page.locator('#compare .compared');
    expect(await rows.count()).toBe(2);
    await rows.first().locator('.token').nth(9).hover();
    await page
      .locator('#compare .readout', { hasText: /1 LSTM 24, 0.008, #0: [\d.]+ %.*GRU 24 \(the one shown\): [\d.]+ %/ })
      .waitFor();
    // The row of the network that is shown is what the strip has.
    const colours = (at: string): Promise<string[]> =>
      page.locator(at).evaluateAll((all) => all.map((one) => /\bs\d\b/.exec(one.className)?.[0] ?? ''));
    await page.waitForTimeout(500);
    expect(await colours('#compare .compared:nth-of-type(3) .token')).toEqual(await colours('#strip .tokens .token'));
    expect(await page.locator('#compare .written').count()).toBe(2);
    await page.getByRole('button', { name: `Back to it, at step ${step.toLocaleString('en-GB')}` }).click();
    await until('step', (now) => now === step);
    expect(await figure('loss')).toBe(loss);
    expect(await page.locator('#seed').inputValue()).toBe('0');
    await page.locator('#tokens').selectOption('byte');
    await page.locator('#compare').getByText('its tokens are others').waitFor();
    await page.getByRole('button', { name: 'Forget run 1, LSTM 24, 0.008, #0' }).click();
    await page.locator('#compare').waitFor({ state: 'detached' });
    expect(errors).toEqual([]);
    await close();
  });

  it('goes on with another dropout and another clipping, and says so in its link', async () => {
    const { page, until, pause, errors, close } = await studio.open(hash());
    const before = await until('step', (step) => step >= 30);
    await page.locator('#dropout').fill('0.3');
    await page.keyboard.press('Enter');
    await until('step', (step) => step >= before + 10);
    await page.locator('#clipNorm').fill('0.25');
    await page.keyboard.press('Enter');
    await until('step', (step) => step >= before + 40);
    const step = await pause();
    expect(await page.locator('#dropout').inputValue()).toBe('0.3');
    await page.waitForURL(/changes=\d+%3A0.008%3A0.3%3A1%2C\d+%3A0.008%3A0.3%3A0.25/);
    const loss = await page.locator('#figure-loss').getAttribute('value');
    const { hash: link } = new URL(page.url());
    expect(errors).toEqual([]);
    await close();
    const again = await studio.open(`${link.slice(1)}&inside=${pack(TEXT)}`);
    await again.until('step', (now) => now === step);
    expect(await again.page.locator('#figure-loss').getAttribute('value')).toBe(loss);
    await again.close();
  });

  it('reads a text as lines where they are questions, and as pages again afterwards', async () => {
    const { page, errors, close } = await studio.open(new URLSearchParams(SMALL).toString());
    await page.locator('#text-name').selectOption('dyck');
    expect(await page.locator('#collapse').isChecked()).toBe(false);
    await page.locator('#text-name').selectOption('book');
    expect(await page.locator('#collapse').isChecked()).toBe(true);
    expect(errors).toEqual([]);
    await close();
  });

  it('gives every picture away, as SVG that stands alone and as PNG', async () => {
    const { page, until, errors, close } = await studio.open(hash({ until: '40', unit: '3', at: '8', flowAt: '30' }));
    await until('step', (step) => step === 40);
    await page.locator('#poke').scrollIntoViewIfNeeded();
    await page.locator('#poke').getByRole('button', { name: 'Do it' }).click();
    await page.locator('svg.effects').waitFor();
    await page.locator('#river').scrollIntoViewIfNeeded();
    await page.locator('svg.river').waitFor();
    await page.locator('#editor').scrollIntoViewIfNeeded();
    await page.getByRole('button', { name: 'Edit the equations' }).click();
    await page.locator('.cell-diagram svg').waitFor();
    await page.locator('#time').scrollIntoViewIfNeeded();
    await page.locator('#time canvas').waitFor();
    const buttons = page.getByRole('button', { name: /^Picture (?:SVG|PNG): / });
    expect(await buttons.count()).toBe(16);
    for (const button of await buttons.all()) {
      const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
      const bytes = readFileSync(await download.path());
      const name = download.suggestedFilename();
      if (name.endsWith('.png')) {
        expect(bytes.toString('latin1', 1, 4), name).toBe('PNG');
        expect(bytes.readUInt32BE(16), name).toBeGreaterThan(300);
        continue;
      }
      const faults = await page.evaluate((svg) => {
        const { documentElement: root } = new DOMParser().parseFromString(svg, 'image/svg+xml');
        return [...root.querySelectorAll('parsererror'), ...(root.namespaceURI?.endsWith('svg') === true ? [] : [root])]
          .length;
      }, bytes.toString());
      expect(faults, name).toBe(0);
      // Its own colours: no rule of the page is needed.
      expect(/(?:fill|stroke)="(?:rgb|#)/.test(bytes.toString()) || bytes.includes('<style>'), name).toBe(true);
    }
    expect(errors).toEqual([]);
    await close();
  });
});
