// The studio as one uses it: it learns, waits, steps, is shared, gives its model away and takes one back; files and links that are no
// good do no harm. Everything goes through the page itself.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CELLS, LanguageModel, useBackend } from 'unrolled';
import { runTest } from '../../src/cli/testing.js';
import { CELL_NAMES } from '../../studio/cellNames.js';
import { LESSONS } from '../../studio/lessons.js';
import { LESSON_TITLES } from '../../studio/lessonTitles.js';
import { pack, unpack } from '../../studio/packing.js';
import { CHROMIUM, SKIPPED } from '../chromium.js';
import { servePlain, startStudio, STUDIO, type Studio, type Visit } from './studio.js';

/** Small enough to be at its end soon, long enough to have a part for validation. */
const TEXT = 'she sells sea shells by the sea shore, and the shells that she sells are sea shells. '.repeat(60);
const SMALL = { hiddenSize: '24', embeddingSize: '8', batchSize: '8', numSteps: '16' };
const hash = (more: Record<string, string> = {}): string => new URLSearchParams({ ...SMALL, ...more }).toString();
const withText = (more: Record<string, string> = {}): string => hash({ inside: pack(TEXT), ...more });

it('knows the cells of the library', () => {
  expect([...CELL_NAMES].sort()).toEqual(Object.keys(CELLS).sort());
});

it('packs a text into an address and out of it; what is no such text, or too long, is none', () => {
  for (const text of ['', 'a', 'σ 夏 🌊', TEXT]) expect(unpack(pack(text))).toBe(text);
  expect(unpack('%%%')).toBeNull();
  expect(unpack('AAAA')).toBeNull();
  const bomb = pack('a'.repeat(50_000_000));
  expect(bomb.length).toBeLessThan(100_000);
  expect(unpack(bomb)).toBeNull();
});

it('is 250 KB at most at first, packed', () => {
  const size = (name: string): number => readFileSync(join(STUDIO, `${name}.gz`)).length;
  const first = new Set(['index.html', 'page.css', 'kernels/relaxed-threads.wasm', 'texts/book.txt']);
  /** A script, and what it imports at once. */
  const load = (name: string): void => {
    if (first.has(name)) return;
    first.add(name);
    const script = readFileSync(join(STUDIO, name), 'utf8');
    for (const [, path] of script.matchAll(/(?:from|import)\s*"(\.{1,2}\/[^"]+\.js)"/g))
      load(join(dirname(name), path));
  };
  load('page.js');
  load('worker.js');
  expect([...first].filter((name) => name.startsWith('parts/')).length).toBeGreaterThan(1);
  const all = [...first].reduce((sum, name) => sum + size(name), 0);
  expect(all).toBeLessThan(250_000);
  for (const name of readdirSync(STUDIO, { recursive: true }).map(String)) {
    if (/\.(?:js|css|html|txt|wasm)$/.test(name)) expect(existsSync(join(STUDIO, `${name}.br`)), name).toBe(true);
  }
});

describe.skipIf(CHROMIUM === undefined)(`in Chromium${SKIPPED}`, () => {
  let studio: Studio;
  let folder: string;
  beforeAll(async () => {
    studio = await startStudio();
    folder = mkdtempSync(join(tmpdir(), 'studio-'));
  });
  afterAll(async () => {
    await studio.close();
    rmSync(folder, { recursive: true });
  });

  const visiting = async (address: string, use: (visit: Visit) => Promise<void>): Promise<void> => {
    const visit = await studio.open(address);
    try {
      await use(visit);
      expect(visit.errors).toEqual([]);
    } finally {
      await visit.close();
    }
  };

  it('learns the book when it is opened, waits and goes on, one step at a time, and from the beginning', () =>
    visiting('', async ({ page, until, pause, figure }) => {
      const began = await until('loss', (loss) => loss > 0);
      await until('loss', (loss) => loss < began - 0.5);
      await page.locator('.samples li').first().waitFor();
      await until('perplexity', (perplexity) => perplexity < 60);
      const stopped = await pause();
      expect(await figure('step')).toBe(stopped);
      await page.getByRole('button', { name: 'One step', exact: true }).click();
      await until('step', (step) => step === stopped + 1);
      await page.waitForTimeout(300);
      expect(await figure('step')).toBe(stopped + 1);
      await page.getByRole('button', { name: 'Train', exact: true }).click();
      await until('step', (step) => step > stopped + 3);
      await page.getByRole('button', { name: 'From the beginning' }).click();
      await until('step', (step) => step < stopped);
    }));

  it('has the numbers of the command line, to the bit', () =>
    visiting(withText(), async ({ page, until, pause, figure }) => {
      await until('step', (step) => step >= 5);
      const step = await pause();
      const loss = await figure('loss');
      await page.getByRole('button', { name: 'The same in a shell' }).click();
      const command = await page.locator('pre').textContent();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Save the text' }).click(),
      ]);
      await download.saveAs(join(folder, download.suggestedFilename()));
      expect(readFileSync(join(folder, 'link.txt'), 'utf8')).toBe(TEXT);
      const [, ...words] = (command ?? '').split(' ');
      const { out } = await runTest([...words, '--json', '--out', 'a.safetensors', '--report', 'a.html'], {
        cwd: folder,
      });
      const { steps, train, validation } = JSON.parse(out) as {
        steps: number;
        train: { loss: number };
        validation: { perplexity: number };
      };
      expect({ steps, loss: train.loss }).toEqual({ steps: step, loss });
      // Measured after the step is told, which takes a moment.
      await until('perplexity', (perplexity) => Math.abs(perplexity - validation.perplexity) < 5e-7);
    }));

  it('goes along the text by keyboard, reads one number, and follows a unit', () =>
    visiting(withText(), async ({ page, until, pause }) => {
      await until('step', (step) => step >= 20);
      await pause();
      const heat = page.locator('.heat');
      await heat.focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      expect(await page.locator('.readout').textContent()).toMatch(/^e token 2 .*Unit \d+: h = -?[01]\.\d{3}$/);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.locator('#unit .places li').first().waitFor();
      expect(await page.locator('#unit .places li').count()).toBeGreaterThan(3);
      await page.locator('#unit .place').nth(1).click();
      await page.keyboard.press('PageDown');
      await page.waitForURL(/cursor=\d+/);
      await page.getByRole('button', { name: 'c', exact: true }).click();
      await page.waitForURL(/value=c/);
    }));

  it('is shared by a link: a fresh profile shows the same', async () => {
    const address = withText({ cell: 'gru', seed: '7', cursor: '30', unit: '3', temperature: '0.5', numLayers: '2' });
    const seen: {
      hash: string;
      step: number;
      loss: number;
      tokens: string | null;
      title: string | null;
      pixels: string;
    }[] = [];
    let link = '';
    for (const one of [address, '']) {
      const visit = await studio.open(one === '' ? link : one, { permissions: ['clipboard-read', 'clipboard-write'] });
      const { page } = visit;
      await visit.until('step', (step) => step >= 8);
      if (one !== '') await visit.pause();
      await page.getByRole('button', { name: 'Train', exact: true }).waitFor();
      await page.locator('#unit .places').waitFor();
      await page.waitForTimeout(1000);
      await page.getByRole('button', { name: 'Copy link' }).click();
      await page.getByText('Link copied', { exact: true }).waitFor();
      link = new URL(await page.evaluate(() => navigator.clipboard.readText())).hash.slice(1);
      seen.push({
        hash: link,
        ...{ step: await visit.figure('step'), loss: await visit.figure('loss') },
        tokens: await page.locator('.tokens').textContent(),
        title: await page.locator('#unit h2').textContent(),
        pixels: await page.locator('.heat canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL()),
      });
      expect(visit.errors).toEqual([]);
      await visit.close();
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[0].title).toBe('Unit 3, h, layer 1');
  });

  it('gives its model away, which the library opens; and shows one that is dropped', async () => {
    await useBackend();
    const file = join(folder, 'mine.safetensors');
    await visiting(withText(), async ({ page, until, pause }) => {
      await until('step', (step) => step >= 30);
      await pause();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Save the model' }).click(),
      ]);
      await download.saveAs(file);
      const model = LanguageModel.fromBytes(readFileSync(file));
      expect(model.config.hiddenSize).toBe(24);
      expect(model.evaluate(TEXT.slice(-500)).perplexity).toBeLessThan(15);
    });
    await visiting(withText(), async ({ page, until }) => {
      await until('step', (step) => step >= 1);
      await page.locator('input[type=file]').setInputFiles(file);
      await page.getByText('a model from a file').waitFor();
      await page.locator('.heat canvas').waitFor();
      await page.locator('.samples li').first().waitFor();
      // It learns on from its own weights.
      const before = await page.locator('.samples .newest .written').textContent();
      expect(before).toMatch(/s[eh]/);
      await page.getByRole('button', { name: 'Train', exact: true }).click();
      await until('step', (step) => step >= 3);
      await until('perplexity', (perplexity) => perplexity < 15);
      // With another text and another seed it is still that model.
      await page.locator('#text-name').selectOption('book');
      const facts = page.locator('#training .facts', { hasText: /6\d,\d{3} \+ .*a model from a file/ });
      await facts.waitFor();
      await page.locator('#seed').fill('3');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Train', exact: true }).click();
      await until('step', (step) => step >= 3);
      await facts.waitFor();
      await page.getByRole('button', { name: 'From the beginning' }).click();
      await facts.waitFor({ state: 'detached' });
      await until('step', (step) => step >= 3);
    });
  });

  it('says what is wrong with a broken model, and with a text that is too short, and goes on', () =>
    visiting(withText(), async ({ page, until }) => {
      await until('step', (step) => step >= 1);
      const input = page.locator('input[type=file]');
      await input.setInputFiles({ name: 'broken.safetensors', mimeType: '', buffer: Buffer.from('no model at all') });
      await page.locator('.failure', { hasText: 'FORMAT' }).waitFor();
      await input.setInputFiles({ name: 'short.txt', mimeType: '', buffer: Buffer.from('ab') });
      await page.locator('.failure', { hasText: 'TOO_SHORT' }).waitFor();
      await input.setInputFiles({ name: 'text.txt', mimeType: '', buffer: Buffer.from(TEXT) });
      await until('step', (step) => step >= 3);
      expect(await page.locator('.failure').count()).toBe(0);
      // There is room for fewer sequences of 16 steps than the 8 of the settings.
      await input.setInputFiles({ name: 'few.txt', mimeType: '', buffer: Buffer.from(TEXT.slice(0, 100)) });
      await page.locator('#training .facts', { hasText: /a short text: [1-7] × 16 tokens/ }).waitFor();
      await until('step', (step) => step >= 3);
      // 论语, in the encoding of older Chinese files; a program that is no text in any.
      const chinese = Buffer.from('c2dbd3efa3a1'.repeat(400), 'hex');
      await input.setInputFiles({ name: 'gb.txt', mimeType: '', buffer: chinese });
      await page.locator('.tokens', { hasText: '论语！论语！' }).waitFor();
      await page.locator('#training .facts', { hasText: 'read as GB18030' }).waitFor();
      await input.setInputFiles({ name: 'a.exe', mimeType: '', buffer: Buffer.from([77, 90, 144, 0, 3]) });
      await page.locator('.failure', { hasText: 'choose a text' }).waitFor();
    }));

  it('learns a text that is pasted, Chinese and words too', () =>
    visiting(hash(), async ({ page, until }) => {
      await until('step', (step) => step >= 1);
      await page.getByRole('button', { name: 'Paste a text' }).click();
      await page
        .getByRole('textbox', { name: 'Paste a text' })
        .fill('西陸蟬聲唱，南冠客思侵。那堪玄鬢影，來對白頭吟。'.repeat(40));
      await page.getByRole('button', { name: 'Learn this' }).click();
      await until('step', (step) => step >= 3);
      await page.locator('.tokens', { hasText: '西陸蟬聲唱' }).waitFor();
      const before = await until('step', (step) => step >= 100);
      await page.locator('#tokens').selectOption('word');
      // Looked at in every frame: a step on so few words takes a millisecond.
      await page.waitForFunction((least) => {
        const shown = document.querySelector('#figure-step')?.getAttribute('value') ?? '';
        return shown !== '' && Number(shown) < least;
      }, before);
      // Beyond any number of epochs that a training has where nothing is said.
      await until('epoch', (epoch) => epoch > 41);
    }));

  it.each([
    ['huge sizes', 'hiddenSize=999999999&numLayers=1e9&batchSize=-1&cursor=1e308&unit=zz', /hiddenSize=999999999/],
    ['HTML in names', 'cell=<img src=x onerror=alert(1)>&text=<script>alert(1)</script>', /cell=<img/],
    ['a text that is none', 'inside=%25%25', /cannot be read/],
    ['equations that are none', `equations=${pack('{"format":1,"nodes":')}`, /cannot be read/],
    ['fields of a prototype', '__proto__=1&constructor=2&hiddenSize=constructor', /hiddenSize=constructor/],
  ])('is not harmed by a link with %s', (_, address, said) =>
    visiting(address, async ({ page, until }) => {
      let alerted = false;
      page.on('dialog', (dialog) => {
        alerted = true;
        void dialog.dismiss();
      });
      await until('step', (step) => step >= 1);
      expect(await page.locator('.messages').textContent()).toMatch(said);
      expect(await page.locator('#app img, #app script').count()).toBe(0);
      expect(alerted).toBe(false);
    }),
  );

  it('refuses a cell of a link that is too deep, and takes a good one', async () => {
    const good = CELLS.mgu.toData();
    const deep = {
      ...good,
      nodes: [...good.nodes, ...Array.from({ length: 19_000 }, (_, i) => ['tanh', good.nodes.length + i - 1])],
    };
    await visiting(withText({ cell: 'mine', equations: pack(JSON.stringify(deep)) }), async ({ page, until }) => {
      await page.locator('.messages', { hasText: /FORMAT|cannot be read/ }).waitFor();
      await page.locator('#cell').selectOption('gru');
      await until('step', (step) => step >= 1);
    });
    await visiting(withText({ cell: 'mine', equations: pack(JSON.stringify(good)) }), async ({ page, until }) => {
      await until('step', (step) => step >= 3);
      expect(await page.locator('#training .facts').textContent()).toMatch(/^MGU, /);
    });
  });

  it(
    'has lessons that act on the page, to their ends, in both languages',
    () =>
      visiting('', async ({ page, until }) => {
        const tops = await page
          .locator('.lessons button')
          .evaluateAll((all) => all.map((one) => (one as HTMLElement).offsetTop));
        expect(new Set(tops).size).toBe(1);
        for (const [lesson, { id, pages }] of LESSONS.entries()) {
          const { short } = LESSON_TITLES[lesson];
          expect(LESSON_TITLES[lesson].id).toBe(id);
          await page.getByRole('button', { name: short.en, exact: true }).click();
          for (const [at, { text }] of pages.entries()) {
            await page.getByText(text.en).waitFor();
            await page
              .locator('#lessons')
              .getByText(`${at + 1} of ${pages.length}`)
              .waitFor();
            await until('step', (step) => step >= 1);
            if (at === 1) {
              await page.getByRole('button', { name: '中文' }).click();
              await page.getByText(text.zh).waitFor();
              await page.getByRole('button', { name: 'English' }).click();
            }
            if (at + 1 < pages.length) await page.getByRole('button', { name: 'Next' }).click();
          }
          await page.waitForURL(new RegExp(`lesson=${LESSONS[lesson].id}\\.${pages.length - 1}`));
          await page.getByRole('button', { name: 'End the lesson' }).click();
        }
        expect(await page.locator('.kept tbody tr').count()).toBe(4);
      }),
    240_000,
  );

  it('has threads where the host sends no headers, and works where storage is refused', async () => {
    const plain = await servePlain();
    const browser = await studio.browser.newContext();
    const page = await browser.newPage();
    await page.goto(plain.address);
    await page.locator('.samples li').first().waitFor();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    const bare = await browser.newPage();
    await bare.addInitScript(() => {
      for (const name of ['localStorage', 'sessionStorage', 'serviceWorker']) {
        const refuse = (): never => {
          throw new DOMException('refused', 'SecurityError');
        };
        Object.defineProperty(name === 'serviceWorker' ? Navigator.prototype : window, name, { get: refuse });
      }
    });
    await bare.goto(plain.address);
    await bare.locator('.samples li').first().waitFor();
    await bare.getByRole('button', { name: 'Dark' }).click();
    expect(await bare.locator('html').getAttribute('data-theme')).toBe('dark');
    await browser.close();
    await plain.close();
  });

  it('can be used by everybody, on a phone too', async () => {
    const axe = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
    for (const [address, colorScheme, width] of [
      ['unit=2', 'light', 1280],
      ['unit=2&language=zh', 'dark', 1280],
      ['unit=2', 'dark', 390],
    ] as const) {
      const visit = await studio.open(address, { colorScheme, viewport: { width, height: 844 } });
      await visit.page.locator('#unit .places li').first().waitFor();
      await visit.page.evaluate(axe);
      const found = await visit.page.evaluate(async () => {
        const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Finding[] }> } };
        interface Finding {
          id: string;
          nodes: { html: string; failureSummary: string }[];
        }
        const { violations } = await axe.run();
        return violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map((n) => `${n.html} ${n.failureSummary}`).join('\n')}`,
        );
      });
      expect(found).toEqual([]);
      const overflow = await visit.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      expect(visit.errors).toEqual([]);
      await visit.close();
    }
  });
});
