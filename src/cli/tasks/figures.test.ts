// Every figure is one of the saved model: what a training says of its validation and test part is what the file gives on the same
// rows, to the last digit, also where the best weights were not the last.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  Captioner,
  Forecaster,
  LanguageModel,
  loadModel,
  Philox,
  TextClassifier,
  TokenTagger,
  Translator,
  useBackend,
} from '../../node.js';
import { Corpus } from '../../text/index.js';
import { inFolder, runTest } from '../testing.js';

beforeAll(() => useBackend('auto'));

const random = new Philox(3);
const WORDS = ['red', 'green', 'blue', 'round', 'square', 'small', 'large'];
const sentence = (length: number): string[] => Array.from({ length }, () => WORDS[random.integer(WORDS.length)]);
/** Labels that no text decides, so that longer training makes validation worse. */
const ROWS = Array.from({ length: 60 }, () => ({ text: sentence(4).join(' '), label: String(random.integer(3)) }));
const SENTENCES = Array.from({ length: 40 }, () => {
  const tokens = sentence(3);
  return { tokens, tags: tokens.map(() => ['B-A', 'I-A', 'O'][random.integer(3)]) };
});
const PAIRS = Array.from({ length: 40 }, () => ({ source: sentence(2).join(' '), target: sentence(2).join(' ') }));
const TEXT = Array.from({ length: 1500 }, () => 'abcdefgh'[random.integer(8)]).join('');
const SERIES = Array.from({ length: 160 }, () => random.uniform());
const PICTURES = Array.from({ length: 40 }, (_, i) => ({
  pixels: Array.from({ length: 64 }, () => random.uniform()),
  text: WORDS[i % 3],
}));

const OVER = { hiddenSize: 12, epochs: 14, learningRate: 0.05, batchSize: 8, schedule: 'constant', patience: 100 };

/** Keys of the second that the first has too. */
function common(of: object, from: object): object {
  const keys = Object.keys(from);
  return Object.fromEntries(Object.entries(of).filter(([key]) => keys.includes(key)));
}

describe('validation figures', () => {
  const corpus = Corpus.fromText(TEXT, { validation: 0.2 });
  it.each([
    [
      'lm',
      async () => {
        const model = await LanguageModel.fit(corpus, { ...OVER, numSteps: 16, embeddingSize: 4 });
        return { model, again: LanguageModel.fromBytes(model.toBytes()).evaluate(corpus.validation) };
      },
    ],
    [
      'classify',
      async () => {
        const [validation, rows] = [ROWS.slice(0, 15), ROWS.slice(15)];
        const model = await TextClassifier.fit(rows, { ...OVER, embeddingSize: 6, validation });
        return { model, again: TextClassifier.fromBytes(model.toBytes()).evaluate(validation) };
      },
    ],
    [
      'tag',
      async () => {
        const [validation, rows] = [SENTENCES.slice(0, 10), SENTENCES.slice(10)];
        const sizes = { embeddingSize: 6, characterHiddenSize: 4, featureSize: 0 };
        const model = await TokenTagger.fit(rows, { ...OVER, ...sizes, validations: 14, validation });
        return { model, again: TokenTagger.fromBytes(model.toBytes()).evaluate(validation) };
      },
    ],
    [
      'forecast',
      async () => {
        // A fitted map would be as good as the best in the end, too.
        const sizes = { window: 8, horizon: 2, validation: 40, shortcut: true };
        const model = await Forecaster.fit({ target: SERIES }, { ...OVER, ...sizes });
        const again = Forecaster.fromBytes(model.toBytes()).evaluate({ target: SERIES }, { from: 120, to: 160 });
        return { model, again };
      },
    ],
    [
      'translate',
      async () => {
        const [validation, rows] = [PAIRS.slice(0, 10), PAIRS.slice(10)];
        const sizes = { embeddingSize: 6, attentionSize: 6, dropout: 0, epochs: 30 };
        const model = await Translator.fit(rows, { ...OVER, ...sizes, validations: 14, validation });
        return { model, again: Translator.fromBytes(model.toBytes()).evaluate(validation, { beamSize: 1 }) };
      },
    ],
    [
      'caption',
      async () => {
        const [validation, rows] = [PICTURES.slice(0, 10), PICTURES.slice(10)];
        const sizes = { height: 8, width: 8, filters: 2, embeddingSize: 4, attentionSize: 4 };
        const model = await Captioner.fit(rows, { ...OVER, ...sizes, validation });
        return { model, again: Captioner.fromBytes(model.toBytes()).evaluate(validation, { beamSize: 1 }) };
      },
    ],
  ])('of %s are those of the saved model, whose weights are the best', async (task, train) => {
    const { model, again } = await train();
    const { final, validation } = model.training ?? {};
    if (final == null || validation === undefined) throw new Error('expected figures of validation');
    const worth = (one: { loss: number; f1?: number; tokenError?: number }): number => {
      if (task === 'tag') return 1 - (one.f1 ?? NaN) + 1e-7 * one.loss;
      return task === 'translate' ? (one.tokenError ?? NaN) + 0.1 * one.loss : one.loss;
    };
    const all = validation.map(worth);
    expect(worth(final)).toBe(Math.min(...all));
    expect(all.at(-1)).toBeGreaterThan(worth(final));
    expect(common(final, again)).toEqual(common(again, final));
    expect(Object.keys(common(again, final)).length).toBeGreaterThan(2);
  });
});

const QUICK = ['--hidden', '8', '--epochs', '3', '--batch', '8', '--quiet'];

async function json(argv: string[], cwd: string) {
  const { status, out, err } = await runTest([...argv, '--json', '--quiet'], { cwd });
  expect(`${status} ${err}`).toBe('0 ');
  return JSON.parse(out);
}

describe('test figures of the command line', () => {
  it.each([
    [
      'classify',
      (rows: typeof ROWS) => ['text,label', ...rows.map(({ text, label }) => `${text},c${label}`)].join('\n'),
      'csv',
    ],
    [
      'tag',
      () => SENTENCES.map(({ tokens, tags }) => tokens.map((t, i) => `${t} ${tags[i]}\n`).join('')).join('\n'),
      'conll',
    ],
    ['translate', () => PAIRS.map(({ source, target }) => `${source}\t${target}`).join('\n'), 'tsv'],
  ])('%s: train prints, writes and draws what evaluate says of the same file', async (task, content, extension) => {
    await inFolder(async (folder) => {
      const [data, test] = [`all.${extension}`, `test.${extension}`];
      writeFileSync(join(folder, data), `${content(ROWS)}\n`);
      writeFileSync(join(folder, test), `${content(ROWS.slice(0, 12))}\n`);
      const trained = await json(['train', task, data, '--test', test, '--out', 'm.safetensors', ...QUICK], folder);
      const measured = await json(['evaluate', 'm.safetensors', test], folder);
      const { test: figures } = trained;
      expect(figures).toEqual(common(measured, figures));
      expect(Object.keys(figures).length).toBeGreaterThan(2);
      const shown = task === 'translate' ? figures.bleu.toFixed(2) : `${(100 * figures.accuracy).toFixed(2)} %`;
      expect(readFileSync(join(folder, 'm.html'), 'utf8')).toContain(shown);
    });
  });

  it('forecast: those of the last part, whose windows may look back', async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 's.csv'), `y\n${SERIES.join('\n')}\n`);
      const argv = [
        'train',
        'forecast',
        's.csv',
        '--window',
        '8',
        '--horizon',
        '2',
        '--test',
        '40',
        '--out',
        'm.safetensors',
      ];
      const { test } = await json([...argv, ...QUICK, '--patience', '1'], folder);
      const model = loadModel(readFileSync(join(folder, 'm.safetensors')), 'm');
      if (model.task !== 'forecast') throw new Error('expected a forecaster');
      const { mse, mae, byStep, original } = model.evaluate({ target: SERIES }, { from: 120 });
      expect(test).toMatchObject({ mse, mae, byStep });
      expect(test.original.rmse).toBe(original.rmse);
    });
  });

  it('lm: the validation part at the end of the file, with the weights that were best (C03)', async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 't.txt'), TEXT);
      const sizes = [
        '--steps',
        '16',
        '--embedding',
        '4',
        '--lr',
        '0.05',
        '--schedule',
        'constant',
        '--patience',
        '100',
      ];
      const argv = ['train', 'lm', 't.txt', '--validation', '0.2', '--out', 'm.safetensors', ...QUICK, ...sizes];
      const { validation } = await json([...argv, '--epochs', '14'], folder);
      const { validation: end } = Corpus.fromText(TEXT, { validation: 0.2 });
      const model = LanguageModel.fromBytes(readFileSync(join(folder, 'm.safetensors')));
      expect(validation).toEqual(common(model.evaluate(end), validation));
      expect(Object.keys(validation)).toEqual(['loss', 'perplexity', 'bitsPerToken']);
    });
  });
});
