// Every panel in use, on a wide page and a phone, light and dark, in both languages: axe has no finding, nothing is wider than the page, and no
// word of the other language stands in it. PICTURES=folder keeps what was seen.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pack } from '../../studio/packing.js';
import { LATE_WORDS } from '../../studio/lateWords.js';
import { WORDS as FIRST_WORDS } from '../../studio/words.js';
import { CHROMIUM, SKIPPED } from '../chromium.js';
import { startStudio, type Studio, type Visit } from './studio.js';

const TEXT =
  '“Is it you?” she said. He sells sea shells by the sea shore, and the shells (all of them) are sea shells.\n'.repeat(
    60,
  );
const SMALL = { hiddenSize: '48', numLayers: '2', embeddingSize: '8', batchSize: '8', numSteps: '16', pace: '16' };
const WORDS = { ...FIRST_WORDS, ...LATE_WORDS };
const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

interface Finding {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

describe.skipIf(CHROMIUM === undefined)(`in Chromium${SKIPPED}`, () => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await startStudio();
  });
  afterAll(() => studio.close());

  it.each([
    ['en', 'light', 1280],
    ['zh', 'dark', 1280],
    ['zh', 'light', 390],
    ['en', 'dark', 390],
  ] as const)(
    'in %s, %s, at %i px',
    async (language, colorScheme, width) => {
      const link = new URLSearchParams({ ...SMALL, language, inside: pack(TEXT), until: '200', pace: '0' });
      const visit: Visit = await studio.open(link.toString(), {
        ...{ colorScheme, viewport: { width, height: 844 }, hasTouch: width < 500 },
      });
      const { page, until, errors } = visit;
      const word = (name: keyof typeof WORDS): string => WORDS[name][language];
      const button = (name: keyof typeof WORDS, inside = 'body') =>
        page.locator(inside).getByRole('button', { name: word(name), exact: true });
      /** Of one state: findings, what overflows, words of the other language. */
      const look = async (state: string, panel: string): Promise<void> => {
        await page.locator(panel).scrollIntoViewIfNeeded();
        await page.waitForTimeout(200);
        const pictures = process.env.PICTURES;
        if (pictures !== undefined) {
          const file = join(pictures, `${state}-${language}-${colorScheme}-${width}.png`);
          await page.locator(panel).screenshot({ path: file });
        }
        const findings = await page.evaluate(async (selector) => {
          const { axe } = window as unknown as { axe: { run(at: string): Promise<{ violations: Finding[] }> } };
          const { violations } = await axe.run(selector);
          return violations.map(({ id, nodes }) =>
            [id, ...nodes.map((n) => `${n.html} ${n.failureSummary}`)].join('\n'),
          );
        }, panel);
        expect.soft(findings, state).toEqual([]);
        const wide = await page.evaluate((selector) => {
          const overflowing = document.documentElement.scrollWidth - innerWidth;
          const scrolls = (element: Element): boolean =>
            element.closest(
              'pre, .cell-diagram, .cell-formula, .cm-editor, .place, .tokens, .guesses, .step-letters',
            ) !== null;
          const out = Array.from(document.querySelectorAll(`${selector} *`)).filter((element) => {
            const { right, left, width: w } = element.getBoundingClientRect();
            return w > 1 && (right > innerWidth + 1 || left < -1) && !scrolls(element);
          });
          return [
            ...(overflowing > 0 ? [`the page is ${overflowing} px too wide`] : []),
            ...out.map((e) => e.outerHTML.slice(0, 160)),
          ];
        }, panel);
        expect.soft(wide, state).toEqual([]);
        const own = await page.locator(panel).evaluate((element) => {
          const copy = element.cloneNode(true) as Element;
          for (const text of copy.querySelectorAll(
            '[lang=""], [lang="en"], .token, .places, .written, .context, pre, code, math, .cm-editor, .cell-diagram, .effect-token, textarea',
          ))
            text.remove();
          return copy.textContent ?? '';
        });
        const other = language === 'zh' ? /[A-Za-z]{4,}(?: [a-z]+)+/ : /[\u4e00-\u9fff]/;
        expect.soft(other.exec(own)?.[0] ?? null, state).toBe(null);
      };
      await page.evaluate(AXE);
      await until('step', (step) => step === 200);
      await look('training', '#training');
      await look('samples', '#samples');
      await page.locator('.tokens .token').nth(5).click();
      await page.locator('.heat').click({ position: { x: 70, y: 100 } });
      await page.locator('#unit .places li').first().waitFor();
      await look('unit', '#unit');
      await page.locator('.threshold select').selectOption('below');
      await page.locator('#threshold').fill('0');
      await page.locator('#unit .guess').first().waitFor();
      await look('threshold', '#unit');
      await look('strip', '#strip');

      await page.locator('#time').scrollIntoViewIfNeeded();
      await page.locator('#time canvas').waitFor();
      await page.locator('#time-step').fill('90');
      await until('step', (step) => step === 90);
      await page.locator('#fork-learningRate').fill('0.002');
      await page.keyboard.press('Enter');
      await button('fork', '#time').click();
      await page.locator('.lines tr.own', { hasText: '0.002' }).waitFor();
      await page.locator('.steps').hover();
      await look('time', '#time');
      await button('play', '#training').click();
      await until('step', (step) => step >= 220);
      await button('pause', '#training').click();
      await button('play', '#training').waitFor();
      await button('keep', '#training').click();
      await look('training-lines', '#training');

      await page.locator('#search').scrollIntoViewIfNeeded();
      await page.locator('#search input').fill('sea');
      await button('seek', '#search').click();
      await page.locator('#search .places li').first().waitFor();
      await look('search', '#search');

      await page.locator('#poke').scrollIntoViewIfNeeded();
      await button('holdAnother', '#poke').click();
      await page.locator('#poke .hold').nth(1).locator('input').nth(1).fill('-0.8');
      await page.locator('#poke .buttons:last-child input').fill('e');
      await button('doIt', '#poke').click();
      await page.locator('.poke-result tbody tr').first().waitFor();
      await look('poke', '#poke');

      await page.locator('#river').scrollIntoViewIfNeeded();
      await button('flow', '#river').click();
      await page.locator('svg.river').waitFor();
      await page.locator('.same-loss input').fill('2.6');
      await button('doIt', '#river').click();
      await page.locator('.river-band').nth(3).waitFor({ timeout: 60_000 });
      await look('river', '#river');

      await page.locator('#editor').scrollIntoViewIfNeeded();
      await button('editorOpen', '#editor').click();
      await page.locator('.cell-diagram svg').waitFor();
      await look('editor', '#editor');
      await page.locator('.cm-content').fill("cell Mine\nstate h\nh' = tnh(linear(x, h))");
      await page.locator('.cell-mark').waitFor();
      await look('editor-error', '#editor');

      await button('typescript').click();
      await button('paste').click();
      await look('setup', '#setup');

      await page.getByRole('button', { name: 'GRU', exact: true }).click();
      for (const n of [1, 2]) {
        await look(`lesson-${n}`, '#lessons');
        await button('next', '#lessons').click();
      }
      await look('lesson-3', '#lessons');
      await button('end', '#lessons').click();
      await look('lessons', '#lessons');
      // The text of one's own is there again, with another network than the one that was kept.
      await page.locator('#compare .compared').nth(1).locator('.token').nth(4).hover();
      await look('compare', '#compare');

      const golden = new URL('../golden/languageModels/char-gru.keras', import.meta.url);
      await page.locator('input[type=file]').setInputFiles(fileURLToPath(golden));
      await page.locator('.asks').waitFor();
      await look('asks', '#asks');
      await button('openIt').waitFor();
      await page.locator('.asks textarea').fill(' aehlorsty.');
      await page.locator('.asks textarea').fill(' aehlorsty');
      await page.locator('input[type=file]').setInputFiles({ name: 'no.pt', mimeType: '', buffer: Buffer.from('no') });
      await page.locator('.failure').waitFor();
      await look('failure', '.messages');
      expect(errors).toEqual([]);
      await visit.close();
    },
    240_000,
  );
});
