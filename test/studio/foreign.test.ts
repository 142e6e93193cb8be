// Models from elsewhere in the studio, as their own tools wrote them: seen, asked what their tokens are, trained on; and files that are none.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Forecaster,
  loadModel,
  type TextClassifier,
  type TokenTagger,
  type Translator,
  useBackend,
} from 'unrolled';
import { pack } from '../../studio/packing.js';
import { CHROMIUM, SKIPPED } from '../chromium.js';
import { startStudio, type Studio, type Visit } from './studio.js';

const TEXT = 'she sells sea shells by the sea shore, and the shells that she sells are sea shells. '.repeat(60);
const SMALL = { hiddenSize: '24', embeddingSize: '8', batchSize: '8', numSteps: '16', inside: pack(TEXT) };
const golden = (name: string): string => fileURLToPath(new URL(`../golden/${name}`, import.meta.url));

describe.skipIf(CHROMIUM === undefined)(`in Chromium${SKIPPED}`, () => {
  let studio: Studio;
  let visit: Visit;
  beforeAll(async () => {
    studio = await startStudio();
    await useBackend();
    visit = await studio.open(new URLSearchParams(SMALL).toString());
    await visit.until('step', (step) => step >= 1);
  });
  afterAll(async () => {
    expect(visit.errors).toEqual([]);
    await studio.close();
  });
  type File = string | { name: string; content: string | Uint8Array };
  const drop = (file: File): Promise<void> =>
    visit.page
      .locator('input[type=file]')
      .setInputFiles(
        typeof file === 'string' ? file : { name: file.name, mimeType: '', buffer: Buffer.from(file.content) },
      );
  /** It is shown, gate by gate, writes, and learns on. */
  const isSeen = async (value: string): Promise<void> => {
    const { page, until } = visit;
    await page.getByText('a model from a file').waitFor();
    await page.locator('.heat canvas').waitFor();
    await page.locator('#strip').getByRole('button', { name: value, exact: true }).click();
    await page.locator('.samples li').first().waitFor();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await until('step', (step) => step >= 3);
  };

  it.each(['char-lstm.t7', 'char-gru.t7'])('%s says what its tokens are', async (name) => {
    await drop(golden(`torch7/${name}`));
    await isSeen(name.includes('lstm') ? 'f' : 'z');
  });

  it('a network of brain.js is known by its content', async () => {
    await drop(golden('brainjs/RNN-2.json'));
    await isSeen('h');
  });

  it.each([
    ['char-lstm.pt', 'torch', 'f'],
    ['char-lstm.onnx', 'torch', 'f'],
    ['char-gru.keras', 'keras', 'z'],
    ['char-gru.h5', 'keras', 'z'],
  ])('%s has its tokens asked for, and predicts what it did there', async (name, kind, gate) => {
    const { page } = visit;
    const { characters, probabilities } = JSON.parse(readFileSync(golden(`languageModels/${kind}.json`), 'utf8')) as {
      characters: string;
      probabilities: number[][];
    };
    await drop(golden(`languageModels/${name}`));
    await page.getByText(`${name} does not say what its ${characters.length} tokens are`).waitFor();
    await page.locator('.asks textarea').fill('abc');
    expect(await page.getByRole('button', { name: 'Open it' }).isDisabled()).toBe(true);
    await page.locator('.asks textarea').fill(characters);
    await page.getByRole('button', { name: 'Open it' }).click();
    await page.getByText('a model from a file').waitFor();
    // The text begins with “she sells”, as those that were recorded there.
    await page.locator('.tokens .token').nth(1).hover();
    const [best] = probabilities[1].map((p, k) => ({ p, k })).sort((a, b) => b.p - a.p);
    const sign = characters[best.k] === ' ' ? '·' : characters[best.k];
    await page.locator('.readout .guess', { hasText: `${sign} ${(100 * best.p).toFixed(0)}%` }).waitFor();
    await isSeen(gate);
  });

  it.each(['classify', 'tag', 'translate', 'forecast'])(
    'a model of ours for another task (%s) shows its gates while it reads',
    async (task) => {
      const { page, figure, until } = visit;
      const step = await figure('step');
      const file = fileURLToPath(new URL(`../files/0.1/${task}.safetensors`, import.meta.url));
      await drop(file);
      const panel = page.locator('#guest');
      await panel.locator('canvas').waitFor();
      const model = loadModel(readFileSync(file)) as TextClassifier | TokenTagger | Translator | Forecaster;
      const typed = await panel.getByLabel('What it reads').inputValue();
      const said = await panel.locator('b.written').textContent();
      if (model.task === 'classify') expect(said).toContain(model.predict([typed])[0].label);
      if (model.task === 'tag') {
        const words = typed.split(' ');
        const [{ tags }] = model.predict([words]);
        expect(said).toBe(words.map((word, i) => `${word}/${tags[i]}`).join(' '));
      }
      if (model.task === 'translate') expect(said).toBe(model.predict([typed])[0].text);
      if (model.task === 'forecast') {
        const { values } = model.predict(typed.split(' ').map(Number));
        expect(said?.split('  ').map(Number)[0]).toBeCloseTo(values[0], 3);
      }
      await panel.locator('.heat').focus();
      await page.keyboard.press('ArrowRight');
      expect(await panel.locator('.readout').textContent()).toMatch(/Unit \d+: h = -?\d\.\d{3}$/);
      await panel.getByLabel('What it reads').fill(task === 'forecast' ? 'no numbers' : `${typed} ${typed}`);
      await panel.getByRole('button', { name: 'Read' }).click();
      if (task === 'forecast') await panel.locator('.failure').waitFor();
      else await panel.locator('.tokens .token').nth(typed.split(' ').length).waitFor();
      // The training beside it is as it was.
      expect(await figure('step')).toBeGreaterThanOrEqual(step);
      await panel.getByRole('button', { name: 'Close' }).click();
      await panel.waitFor({ state: 'detached' });
      await until('step', (now) => now >= step);
    },
  );

  it.each<[string, File, RegExp]>([
    ['a classifier of Keras', golden('keras/gru-after.keras'), /UNSUPPORTED.*7 tokens in and 4 out/],
    ['layers that nobody reads step by step', golden('formats/lstm-both.pt'), /UNSUPPORTED/],
    ['a layer that is not known', golden('keras/convolution.keras'), /FORMAT.*Conv/],
    ['a part of a model', golden('formats/model-00001-of-00002.safetensors'), /FORMAT|UNSUPPORTED/],
    ['an ONNX file that is none', { name: 'broken.onnx', content: 'no model' }, /FORMAT/],
    ['an empty file', { name: 'empty.pt', content: '' }, /FORMAT/],
    ['a cut one', { name: 'cut.keras', content: readFileSync(golden('keras/rnn.keras')).subarray(0, 900) }, /FORMAT/],
    [
      'a picture',
      { name: 'cat.png', content: readFileSync(golden('../../docs/pictures/digits.png')) },
      /ENCODING|FORMAT/,
    ],
    ['an archive', { name: 'book.zip', content: readFileSync(golden('keras/rnn.keras')) }, /ENCODING|FORMAT/],
  ])('%s: says what is wrong', async (_, file, said) => {
    await drop(file);
    await visit.page.locator('.failure', { hasText: said }).waitFor();
    expect(await visit.page.locator('.asks').count()).toBe(0);
    await drop({ name: 'text.txt', content: TEXT });
    await visit.until('step', (step) => step >= 1);
    expect(await visit.page.locator('.failure').count()).toBe(0);
  });
});
