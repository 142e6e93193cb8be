// What a link says, and what the same is elsewhere: a line that parted from another one with settings of its own, open panels with their
// answers, a cell that is being edited; the program of each line is run.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readChanges, writeChanges } from '../../studio/changes.js';
import { readHolds, writeHolds } from '../../studio/holds.js';
import { pack } from '../../studio/packing.js';
import { stretchesOf, readThreshold, tokensAt } from '../../studio/threshold.js';
import { CHROMIUM, SKIPPED } from '../chromium.js';
import { startStudio, type Studio, type Visit } from './studio.js';

const TEXT = 'she sells sea shells by the sea shore, and the shells that she sells are sea shells. '.repeat(60);
const SMALL = { hiddenSize: '24', embeddingSize: '8', batchSize: '8', numSteps: '16', inside: pack(TEXT) };
const hash = (more: Record<string, string> = {}): string => new URLSearchParams({ ...SMALL, ...more }).toString();

it('writes changes on the way, and reads none that are no good', () => {
  const first = { from: 0, learningRate: 0.008, line: { dropout: 0, clipNorm: 1 } };
  const changes = [
    { from: 120, learningRate: 0.004, line: null },
    { from: 300, learningRate: 1e-7, line: { dropout: 0.2, clipNorm: 0 } },
  ];
  expect(writeChanges([first, ...changes])).toBe('120:0.004,300:1e-7:0.2:0');
  expect(readChanges('120:0.004,300:1e-7:0.2:0')).toEqual(changes);
  const wrong = ['', '0:1', '5', '5:1:2', '5:1:0.2:1:9', '5:x', '5:-1', '5:1:2:1', '9:1,9:1', '9:1,5:1', '1.5:1'];
  for (const said of [...wrong, Array.from({ length: 51 }, (_, i) => `${i + 1}:1`).join()])
    expect(readChanges(said), said).toBeNull();
});

it('writes what a poke holds, and reads none that is no good', () => {
  const holds = [
    { layer: 0, value: 'f', units: [0, 1, 2, 7], to: 1, isLasting: false },
    { layer: 2, value: 'h~', units: null, to: -0.5, isLasting: true },
  ];
  expect(writeHolds(holds)).toBe('f:0,1,2,7=1;2/h~=-0.5+');
  expect(readHolds(writeHolds(holds))).toEqual(holds);
  expect(readHolds('')).toEqual([]);
  for (const said of ['f', 'f=', 'f=x', 'f:=1', 'f:9-1=1', '=1', 'f=1;', Array(9).fill('f=1').join(';')])
    expect(readHolds(said), said).toBeNull();
});

it('knows where values are above or below a number', () => {
  const values = [0.6, 0.7, 0.1, 0.9, 0.5];
  const above = readThreshold('>0.5') ?? { isAbove: false, at: 0 };
  expect(stretchesOf(above, values)).toEqual([
    { from: 0, to: 2 },
    { from: 3, to: 4 },
  ]);
  expect(stretchesOf({ isAbove: false, at: 0.55 }, values)).toEqual([
    { from: 2, to: 3 },
    { from: 4, to: 5 },
  ]);
  expect(tokensAt(above, values, ['a', 'a', 'b', 'b', 'b'], { seldom: 2 })).toEqual([
    { token: 'a', share: 1, of: 2 },
    { token: 'b', share: 1 / 3, of: 3 },
  ]);
  expect(readThreshold('<-.5')).toEqual({ isAbove: false, at: -0.5 });
  for (const said of ['', '0.5', '>', '>x', '>1e999', '>=1']) expect(readThreshold(said), said).toBeNull();
});

describe.skipIf(CHROMIUM === undefined)(`in Chromium${SKIPPED}`, () => {
  let studio: Studio;
  let folder: string;
  beforeAll(async () => {
    studio = await startStudio();
    folder = mkdtempSync(join(tmpdir(), 'studio-links-'));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(fileURLToPath(new URL('../../', import.meta.url)), join(folder, 'node_modules/unrolled'));
    writeFileSync(join(folder, 'link.txt'), TEXT);
  });
  afterAll(async () => {
    await studio.close();
    rmSync(folder, { recursive: true });
  });

  /** Another line from a step, with settings of its own, trained some steps on. @returns where it stands */
  const parted = async (visit: Visit): Promise<{ step: number; loss: number; from: number }> => {
    const { page, until, pause, figure } = visit;
    await until('step', (step) => step >= 30);
    await pause();
    await page.locator('#time').scrollIntoViewIfNeeded();
    await page.locator('#time .facts', { hasText: 'kept,' }).waitFor();
    const from = 20;
    await page.locator('#time-step').fill(String(from));
    await until('step', (step) => step === from);
    for (const [name, value] of Object.entries({ learningRate: '0.004', dropout: '0.3', clipNorm: '0.2' })) {
      await page.locator(`#fork-${name}`).fill(value);
      await page.keyboard.press('Enter');
    }
    await page.getByRole('button', { name: 'Another line from here' }).click();
    await page.locator('.lines tr.own', { hasText: '0.004' }).waitFor();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await until('step', (step) => step >= from + 15);
    const step = await pause();
    return { step, loss: await figure('loss'), from };
  };

  /** What the program prints that the page shows, with the loss of its training. */
  const lossOf = async ({ page }: Visit): Promise<number> => {
    await page.getByRole('button', { name: 'The same in TypeScript' }).click();
    await page.locator('#setup pre', { hasText: 'LanguageModel.fit' }).waitFor();
    const program = (await page.locator('#setup pre').textContent()) ?? '';
    const { code } = transformSync(program, { loader: 'ts', format: 'esm' });
    const file = join(folder, `program-${Math.random().toString(36).slice(2)}.mjs`);
    writeFileSync(file, `${code}\nconsole.log('\\n' + JSON.stringify(model.training.loss));`);
    const out = execFileSync(process.execPath, [file], { cwd: folder, encoding: 'utf8' });
    return Number(out.trim().split('\n').at(-1));
  };

  it('opens in a fresh profile as it was: another line, a poke, a river, a search, a threshold, a cell that is edited', async () => {
    const seen: Record<string, unknown>[] = [];
    let link = hash({ cell: 'lstm', seed: '5' });
    for (const isFirst of [true, false]) {
      const visit = await studio.open(link, { permissions: ['clipboard-read', 'clipboard-write'] });
      const { page, until, figure } = visit;
      if (isFirst) {
        await parted(visit);
        const heat = page.locator('.heat');
        await heat.focus();
        for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowDown', 't', 'h'])
          await page.keyboard.press(key);
        await page.waitForURL(/threshold=.*at=|at=.*threshold=/);
        await page.locator('#poke').scrollIntoViewIfNeeded();
        const poke = page.locator('#poke');
        await poke.getByRole('button', { name: 'Hold another' }).click();
        const second = poke.locator('.hold').nth(1);
        await second.locator('select').first().selectOption('0/f');
        await second.getByLabel('at', { exact: true }).fill('0.25');
        await second.locator('select').nth(1).selectOption('all');
        await poke.getByLabel('Read').fill('a');
        await page.locator('#search').getByLabel('Regular expression').fill('sea');
        await page.locator('#search').getByRole('button', { name: 'Find' }).click();
        await poke.getByLabel('effect').selectOption('pattern');
        await poke.getByRole('button', { name: 'Do it' }).click();
        await page.locator('#river').scrollIntoViewIfNeeded();
        await page.getByRole('button', { name: 'Let it flow' }).click();
        await page.locator('#editor').scrollIntoViewIfNeeded();
        await page.getByRole('button', { name: 'Edit the equations' }).click();
        await page.locator('.cell-diagram svg').waitFor();
        await page.locator('.cm-content').fill("cell Mine\nstate h\nh' = tanh(linear(x, h)) * 0.5");
        await page.locator('.cell-formula', { hasText: '0.5' }).waitFor();
        await page.getByRole('button', { name: '16/s' }).click();
      }
      const step = isFirst ? await figure('step') : Number(new URLSearchParams(link).get('until'));
      await until('step', (now) => now === step);
      for (const id of ['unit', 'poke', 'river', 'search', 'editor'])
        await page.locator(`#${id}`).scrollIntoViewIfNeeded();
      await page.locator('.poke-result tbody tr').first().waitFor();
      await page.locator('svg.river').waitFor();
      await page.locator('#search .places li').first().waitFor();
      await page.locator('.cell-formula', { hasText: '0.5' }).waitFor();
      await page.locator('.tokens .past').first().waitFor();
      await page.waitForTimeout(1500);
      await page.getByRole('button', { name: 'Copy link' }).click();
      await page.getByText('Link copied', { exact: true }).waitFor();
      link = new URL(await page.evaluate(() => navigator.clipboard.readText())).hash.slice(1);
      const text = (place: string) => page.locator(place).allTextContents();
      seen.push({
        ...{ link, step, loss: await figure('loss') },
        settings: await Promise.all(
          ['learningRate', 'dropout', 'clipNorm'].map((name) => page.locator(`#${name}`).inputValue()),
        ),
        ...{ unit: await text('#unit'), poke: await text('.poke-result'), river: await text('.river-band') },
        ...{ search: await text('#search .unit-parts'), line: await text('.lines tr.own th') },
        ...{
          equations: await text('.cm-line'),
          tokens: await text('.tokens'),
          marks: await page.locator('.past').count(),
        },
        pixels: await page.locator('.heat canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL()),
      });
      expect(visit.errors).toEqual([]);
      await visit.close();
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[0].settings).toEqual(['0.004', '0.3', '0.2']);
    expect(link).toContain('changes=20%3A0.004%3A0.3%3A0.2');
    expect((seen[0].equations as string[]).join('\n')).toContain('* 0.5');
  });

  it('says in a shell and in TypeScript what reproduces a line, or that nothing does', async () => {
    const visit = await studio.open(hash());
    const { page, until, pause, figure } = visit;
    await until('step', (step) => step >= 12);
    await pause();
    expect(await lossOf(visit)).toBe(await figure('loss'));
    await page.locator('#learningRate').fill('0.002');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    const { loss, from } = await parted(visit);
    await page.locator('#learningRate').fill('0.02');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await until('step', (step) => step >= 45);
    await pause();
    const now = await figure('loss');
    expect(now).not.toBe(loss);
    if ((await page.locator('#setup pre').count()) > 0)
      await page.getByRole('button', { name: 'The same in TypeScript' }).click();
    expect(await lossOf(visit)).toBe(now);
    await page.getByRole('button', { name: 'The same in a shell' }).click();
    expect(await page.locator('#setup pre').textContent()).toMatch(
      new RegExp(
        `--lr 0.008 .*\\n# another network: .*learning rate 0.004, dropout 0.3, clipping at 0.2 after step ${from}`,
      ),
    );
    expect(visit.errors).toEqual([]);
    await visit.close();
  });

  it('says which text is missing where it is too long for a link, or the page was loaded again', async () => {
    const { page, until, errors, close } = await studio.open(new URLSearchParams({ hiddenSize: '16' }).toString());
    await until('step', (step) => step >= 1);
    const long = Array.from({ length: 30_000 }, (_, i) => String((i * 7919) % 30_011)).join(' ');
    const name = 'my <b>log</b>.txt';
    await page.locator('input[type=file]').setInputFiles({ name, mimeType: '', buffer: Buffer.from(long) });
    await page.waitForURL(/file=my/);
    await page.reload();
    await page.getByText(`The text “${name}” is not in the address`).waitFor();
    await until('step', (step) => step >= 1);
    expect(await page.locator('.messages b').count()).toBe(0);
    expect(errors).toEqual([]);
    await close();
  });

  it('says a cell of its own whole', async () => {
    const visit = await studio.open(hash());
    const { page, until, pause, figure } = visit;
    await until('step', (step) => step >= 2);
    await page.locator('#editor').scrollIntoViewIfNeeded();
    await page.getByRole('button', { name: 'Edit the equations' }).click();
    await page.locator('.cell-diagram svg').waitFor();
    await page.locator('.cm-content').fill("cell Mine\nstate h\nh' = tanh(linear(x, h)) * 0.5");
    await page.locator('.cell-formula', { hasText: '0.5' }).waitFor();
    await page.getByRole('button', { name: 'Train this cell' }).click();
    await page.locator('#training').getByText('Mine,').waitFor();
    await until('step', (step) => step >= 6);
    const step = await pause();
    expect(await lossOf(visit)).toBe(await figure('loss'));
    await page.getByRole('button', { name: 'The same in a shell' }).click();
    await page.locator('#setup pre', { hasText: 'unrolled train' }).waitFor();
    const script = (await page.locator('#setup pre').textContent()) ?? '';
    const bin = fileURLToPath(new URL('../../bin/unrolled.js', import.meta.url));
    const run = `unrolled() { ${JSON.stringify(process.execPath)} ${JSON.stringify(bin)} "$@"; }\n${script} --json --out a.safetensors`;
    const out = execFileSync('bash', ['-c', run], { cwd: folder, encoding: 'utf8' });
    const { steps, train } = JSON.parse(out) as { steps: number; train: { loss: number } };
    expect({ steps, loss: train.loss }).toEqual({ steps: step, loss: await figure('loss') });
    expect(visit.errors).toEqual([]);
    await visit.close();
  });

  it('says that a cell in the editor was too long for a link', async () => {
    const { page, until, errors, close } = await studio.open(hash(), {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await until('step', (step) => step >= 2);
    await page.locator('#editor').scrollIntoViewIfNeeded();
    await page.getByRole('button', { name: 'Edit the equations' }).click();
    await page.locator('.cell-diagram svg').waitFor();
    const cellOf = (count: number): string => {
      // Numbers that do not shrink.
      const numbers = (k: number): string[] =>
        Array.from({ length: 14 }, (_, i) => String(Math.sin(14 * k + i) / 9 + 0.2));
      const lines = Array.from(
        { length: count },
        (_, k) => `a${k} = tanh(linear(x, h)) * ${numbers(k).join(' * h + ')}`,
      );
      return ['cell Long', 'state h', ...lines, `h' = ${lines.map((_, k) => `a${k}`).join(' + ')}`].join('\n');
    };
    await page.locator('.cm-content').fill(cellOf(70));
    await page.locator('.cell-error', { hasText: 'expected at most 64 values alive at once' }).waitFor();
    await page.locator('.cm-content').fill(cellOf(20));
    // It is a cell, with a formula and without a diagram.
    await page.locator('.cell-diagram svg').waitFor({ state: 'detached' });
    await page.locator('.main-button', { hasText: 'Train this cell' }).and(page.locator(':enabled')).waitFor();
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText('Link copied, without the cell in the editor: it is too long for an address').waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toMatch(/editor=/);
    expect(link).not.toMatch(/draft=/);
    expect(errors).toEqual([]);
    await close();
  });
});
