// What may go wrong: a text of 100 MB, links that an enemy made, a browser without threads or SIMD. The page works, or says what is missing.
import { mkdtempSync, openSync, closeSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CELLS } from 'unrolled';
import { pack } from '../../studio/packing.js';
import { CHROMIUM, SKIPPED } from '../chromium.js';
import { servePlain, startStudio, type Studio } from './studio.js';

const TEXT = 'she sells sea shells by the sea shore, and the shells that she sells are sea shells. '.repeat(60);
const SMALL = { hiddenSize: '16', embeddingSize: '8', batchSize: '8', numSteps: '16' };
const withText = (more: Record<string, string> = {}): string =>
  new URLSearchParams({ ...SMALL, inside: pack(TEXT), ...more }).toString();

describe.skipIf(CHROMIUM === undefined)(`in Chromium${SKIPPED}`, () => {
  let studio: Studio;
  let folder: string;
  beforeAll(async () => {
    studio = await startStudio();
    folder = mkdtempSync(join(tmpdir(), 'studio-robust-'));
  });
  afterAll(async () => {
    await studio.close();
    rmSync(folder, { recursive: true });
  });

  it('reads the beginning of a text of 100 MB, cut within a character, and says so', async () => {
    const file = join(folder, 'large.txt');
    const out = openSync(file, 'w');
    // Three bytes a character: 20,000,000 bytes end within one. Its eight characters and the sign for unknown ones are all that is read.
    const piece = Buffer.from('夏日海边的贝壳，'.repeat(50_000));
    for (let i = 0; i < 84; i++) writeSync(out, piece);
    closeSync(out);
    const { page, until, errors, close } = await studio.open(withText());
    await until('step', (step) => step >= 1);
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByText('only the first 20,000,000 bytes of the text are read').waitFor();
    await until('step', (step) => step >= 2);
    expect(await page.locator('.tokens').textContent()).toContain('夏日海边的贝壳，');
    expect(await page.locator('#training .facts').textContent()).toContain(', 9 different ·');
    expect(errors).toEqual([]);
    await close();
  });

  it('stands at the last good step where numbers burst; from an earlier one it goes on with another learning rate', async () => {
    const wild = { cell: 'rnn-relu', optimizer: 'sgd', learningRate: '0.1', clipNorm: '0' };
    const { page, until, figure, errors, close } = await studio.open(withText(wild));
    await until('step', (step) => step >= 20);
    const rate = async (value: string): Promise<void> => {
      await page.locator('#learningRate').fill(value);
      await page.keyboard.press('Enter');
    };
    await rate('100');
    await page.locator('.failure', { hasText: 'NON_FINITE' }).waitFor();
    await page.getByRole('button', { name: 'Train', exact: true }).waitFor();
    await page.waitForTimeout(1000);
    const burst = await figure('step');
    expect(burst).toBeGreaterThanOrEqual(20);
    await page.waitForTimeout(500);
    expect(await figure('step')).toBe(burst);
    await page.locator('#time').scrollIntoViewIfNeeded();
    await page.locator('#time-step').fill('5');
    await until('step', (step) => step === 5);
    await rate('0.05');
    await page.locator('.lines tr.own', { hasText: '0.05' }).waitFor();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await until('step', (step) => step >= 10);
    expect(errors).toEqual([]);
    await close();
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['changes that are none', { changes: '0:1,<b>:2', until: '3' }, /changes on the way/],
    ['too many changes', { changes: Array.from({ length: 999 }, (_, i) => `${i + 1}:1`).join() }, /changes on the way/],
    ['a draft that is none', { editor: '1', draft: pack('[[[') }, /cannot be read.*: Cell/],
    ['a text that says huge numbers', { at: '1e300', pokedAt: '-7', flowAt: 'NaN', pace: '1e9' }, /at=1e300/],
    [
      'HTML in what is sought',
      { pattern: '<img src=x onerror=alert(1)>', read: '<script>1</script>'.repeat(9) },
      /read=/,
    ],
  ])('is not harmed by a link with %s', async (_, more, said) => {
    const { page, until, errors, close } = await studio.open(withText({ pace: '4', ...more }));
    await until('step', (step) => step >= 3);
    expect(await page.locator('.messages').textContent()).toMatch(said);
    for (const id of ['search', 'poke', 'editor']) await page.locator(`#${id}`).scrollIntoViewIfNeeded();
    await page.waitForTimeout(300);
    expect(await page.locator('#app img, #app script').count()).toBe(0);
    expect(errors).toEqual([]);
    await close();
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['a pattern that never ends', { pattern: '(.+)+\\bzzq$', sought: 'pattern' }, /OPTION.*took more than 2 s/],
    ['a poke of units that are not there', { poke: 'h:900=1;9/q=1', pokedAt: '4' }, /RANGE|OPTION|CELL/],
    [
      'places beyond the text',
      { cursor: '900000', at: '900000', flowAt: '900000', pokedAt: '900000', poke: 'h=1' },
      /^$/,
    ],
    [
      'a river and a search of nothing',
      { flowAt: '0', sought: 'mark', mark: '9999990-9999999' },
      /^$|OPTION|RANGE|EMPTY/,
    ],
  ])('answers a link with %s', async (_, more, said) => {
    const { page, until, figure, errors, close } = await studio.open(withText({ ...more, until: '5' }));
    await until('step', (step) => step === 5);
    await page.locator('.heat canvas').waitFor();
    await expect.poll(() => page.locator('.messages').textContent(), { timeout: 10_000 }).toMatch(said);
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await until('step', (step) => step > 5);
    expect(await figure('loss')).toBeGreaterThan(0);
    expect(errors).toEqual([]);
    await close();
  });

  it('refuses a draft that is too deep, and goes on', async () => {
    const good = CELLS.mgu.toData();
    const nodes = [...good.nodes, ...Array.from({ length: 19_000 }, (_, i) => ['tanh', good.nodes.length + i - 1])];
    const { page, until, errors, close } = await studio.open(
      withText({ editor: '1', draft: pack(JSON.stringify({ ...good, nodes })) }),
    );
    await until('step', (step) => step >= 3);
    await page.locator('#editor').scrollIntoViewIfNeeded();
    await page.locator('.messages', { hasText: /FORMAT|cannot be read/ }).waitFor();
    await until('step', (step) => step >= 6);
    expect(errors).toEqual([]);
    await close();
  });

  it('computes with one thread where there is no isolation, and says it', async () => {
    const plain = await servePlain();
    const context = await studio.browser.newContext();
    const page = await context.newPage();
    await page.addInitScript(() => {
      Object.defineProperty(Navigator.prototype, 'serviceWorker', {
        get(): never {
          throw new DOMException('refused', 'SecurityError');
        },
      });
    });
    await page.goto(`${plain.address}#${withText()}`);
    await page.locator('.samples li').first().waitFor();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    expect(await page.locator('#training .facts').textContent()).toMatch(/1 thread · missing here: no more threads/);
    await context.close();
    await plain.close();
  });

  it('computes without SIMD, slowly, and says it', async () => {
    const visit = await studio.open('about=blank');
    const { page, until, errors, close } = visit;
    await page.route('**/worker.js', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `import './before.js';${await response.text()}` });
    });
    // Probes are small; kernels are not.
    await page.route('**/before.js', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: 'WebAssembly.validate = () => false;' }),
    );
    await page.goto(`${studio.address}?#${withText()}`);
    await until('step', (step) => step >= 3);
    expect(await page.locator('#training .facts').textContent()).toContain('missing here: WebAssembly with SIMD');
    await page.locator('.heat canvas').waitFor();
    expect(errors).toEqual([]);
    await close();
  });
});
