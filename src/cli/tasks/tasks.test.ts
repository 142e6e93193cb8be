import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inFolder, runTest } from '../testing.js';

const QUICK = ['--hidden', '8', '--quiet', '--threads', '1'];

async function json(argv: string[], cwd: string) {
  const { status, out, err } = await runTest([...argv, '--json', '--quiet'], { cwd });
  expect(`${status} ${err}`).toBe('0 ');
  return JSON.parse(out);
}

/** `count` texts whose label stands in them. */
function reviews(count: number): [text: string, label: string][] {
  return Array.from({ length: count }, (_, i) => {
    const good = i % 2 === 0;
    return [`"really", a ${good ? 'fine' : 'poor'} film, number ${i}`, good ? 'pos' : 'neg'];
  });
}

describe('train classify', () => {
  it('learns from a CSV file as people write it, saves, measures and predicts', async () => {
    await inFolder(async (folder) => {
      const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
      const lines = reviews(80).map(([text, label], i) => `${i};${label};${quoted(text)}`);
      writeFileSync(join(folder, 'films.csv.gz'), gzipSync(`﻿id;sentiment;review\r\n${lines.join('\r\n')}\r\n`));
      const argv = [
        'train',
        'classify',
        'films.csv.gz',
        ...QUICK,
        '--epochs',
        '12',
        '--lr',
        '0.02',
        '--embedding',
        '8',
      ];
      const result = await json([...argv, '--batch', '8', '--out', 'films.safetensors'], folder);
      expect(result).toMatchObject({
        task: 'classify',
        model: 'films.safetensors',
        labels: ['neg', 'pos'],
        rows: { train: 72, test: 8 },
      });
      expect(result.test.accuracy).toBe(1);
      expect(result.baselines).toEqual({ majority: 0.5, naiveBayes: 1, logisticRegression: 1 });
      expect(Object.keys(result)).toEqual(expect.arrayContaining(['train', 'validation', 'seed', 'peakMemoryMiB']));
      const page = readFileSync(join(folder, 'films.html'), 'utf8');
      expect(page).toContain('naive Bayes');
      expect(existsSync(join(folder, 'films.checkpoint'))).toBe(false);

      writeFileSync(
        join(folder, 'more.tsv'),
        'review\tsentiment\nwhat a fine film\tpos\nso poor\tneg\nfine, fine\tpos\n',
      );
      const measured = await json(['evaluate', 'films.safetensors', 'more.tsv'], folder);
      expect(measured).toMatchObject({
        task: 'classify',
        rows: 3,
        accuracy: 1,
        confusion: [
          [1, 0],
          [0, 2],
        ],
      });
      writeFileSync(join(folder, 'lines.txt'), 'a fine one\n\na poor one\n');
      const { predictions } = await json(['predict', 'films.safetensors', 'lines.txt'], folder);
      expect(predictions.map((one: { label: string }) => one.label)).toEqual(['pos', expect.any(String), 'neg']);
      const written = await runTest(['predict', 'films.safetensors', 'lines.txt', '--out', 'a.jsonl'], { cwd: folder });
      expect(written.out).toContain('3 predictions in a.jsonl');
      expect(JSON.parse(readFileSync(join(folder, 'a.jsonl'), 'utf8').split('\n')[2])).toMatchObject({
        label: 'neg',
        text: 'a poor one',
      });
      const inside = await json(['inspect', 'films.safetensors', '--text', 'so poor', '--report', 'in.html'], folder);
      expect(inside).toMatchObject({ label: 'neg', tokens: ['so', 'poor'], config: { task: 'classify' } });
      expect(inside.attributions[1]).toBeGreaterThan(Math.abs(inside.attributions[0]));
      expect(readFileSync(join(folder, 'in.html'), 'utf8')).toContain('Why neg');
      const shown = await runTest(['inspect', 'films.safetensors', '--text', 'so poor'], { cwd: folder });
      expect(shown.out).toMatch(/layer 0 f +sigmoid/);
      expect(shown.out).toMatch(/layer 0 backward f +sigmoid/);
      for (const command of ['predict', 'evaluate']) {
        const foreign = ['--source', 'review', ...(command === 'predict' ? ['--beam', '3'] : [])];
        const refused = await runTest([command, 'films.safetensors', 'more.tsv', ...foreign], { cwd: folder });
        expect(refused.status).toBe(2);
        expect(refused.err).toMatch(
          command === 'predict' ? /for a classifier, received --source, --beam/ : /received --source\n/,
        );
      }
      const swapped = await runTest(['predict', 'more.tsv', 'films.safetensors'], { cwd: folder });
      expect(swapped.err).toContain('expected a model file (safetensors), received text: more.tsv');
      const asData = await runTest(['predict', 'films.safetensors', 'films.safetensors'], { cwd: folder });
      expect(asData.err).toContain('expected text in films.safetensors, received a model (safetensors)');
      expect((await runTest(['inspect', '.'], { cwd: folder })).err).toContain('expected a file, received the folder');
      const generated = await runTest(['generate', 'films.safetensors'], { cwd: folder });
      expect(generated.err).toContain(
        'expected a language model in films.safetensors, received a model of the task classify',
      );
    });
  });

  it('tries settings first where a search is asked for', async () => {
    await inFolder(async (folder) => {
      writeFileSync(
        join(folder, 'r.tsv'),
        reviews(60)
          .map((row) => row.join('\t'))
          .join('\n'),
      );
      const argv = [
        'train',
        'classify',
        'r.tsv',
        '--search',
        '0.03',
        '--hidden',
        '8',
        '--embedding',
        '4',
        '--epochs',
        '2',
      ];
      const { search, ...rest } = await json([...argv, '--out', 's.safetensors'], folder);
      expect(search.minutes).toBe(0.03);
      expect(search.trials).toHaveLength(12);
      expect(search.trials[0]).toMatchObject({ round: 1, settings: {} });
      const names = new Set(search.trials.flatMap(({ settings }: { settings: object }) => Object.keys(settings)));
      // What was given is not tried.
      expect([...names].sort()).toEqual(['batchSize', 'dropout', 'learningRate']);
      const last = search.trials.slice(9) as { settings: object; score: number }[];
      expect(search.best).toEqual(last.reduce((a, b) => (b.score < a.score ? b : a)).settings);
      expect(rest.epochs).toBe(2);
      expect(rest.validation.accuracy).toBeGreaterThan(0);
    });
  });

  it('takes a folder with a file for each label, and one with a folder for each', async () => {
    await inFolder(async (folder) => {
      for (const label of ['up', 'down']) {
        mkdirSync(join(folder, 'deep', label), { recursive: true });
        mkdirSync(join(folder, 'flat'), { recursive: true });
        for (let i = 0; i < 20; i++) writeFileSync(join(folder, 'deep', label, `${i}.txt`), `${label}\nand ${i}`);
        writeFileSync(
          join(folder, 'flat', `${label}.txt`),
          Array.from({ length: 20 }, (_, i) => `${label} ${i}\n`).join(''),
        );
      }
      for (const name of ['deep', 'flat']) {
        const argv = ['train', 'classify', name, ...QUICK, '--epochs', '1', '--embedding', '4'];
        expect(await json(argv, folder)).toMatchObject({ labels: ['down', 'up'], rows: { train: 36, test: 4 } });
      }
    });
  });

  it('says what is wrong, with file and line', async () => {
    await inFolder(async (folder) => {
      const refuse = async (text: string, options: string[], expected: RegExp): Promise<void> => {
        writeFileSync(join(folder, 'x.csv'), text);
        const { status, err } = await runTest(['train', 'classify', 'x.csv', ...options], { cwd: folder });
        expect(err).toMatch(expected);
        expect(status).toBe(2);
      };
      await refuse('text,label\na,b\nc\n', [], /line 3 of x\.csv/);
      await refuse('text,label\na,b\nc,b\nd,b\n', [], /two labels or more, received only "b"/);
      await refuse('text,label\na,b\n', ['--label', 'lable'], /did you mean label\?/);
      await refuse('', [], /error\[EMPTY\]/);
      const rows = reviews(20)
        .map(([text, label]) => `${text.replaceAll(/[",]/g, '')},${label}`)
        .join('\n');
      writeFileSync(join(folder, 'test.csv'), 'text,label\nfine,unseen\n');
      await refuse(
        `text,label\n${rows}\n`,
        ['--test', 'test.csv', '--epochs', '1', '--quiet', ...QUICK],
        /received "unseen" in line 2 of test\.csv/,
      );
    });
  });
});

describe('train tag', () => {
  const sentence = (i: number): string =>
    [`the_DET`, i % 3 === 0 ? 'cat_NOUN' : 'dog_NOUN', i % 2 === 0 ? 'runs_VERB' : 'sleeps_VERB']
      .map((token) => token.replace('_', ' '))
      .join('\n');

  it('learns CoNLL columns, measures and tags', async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 'train.txt'), Array.from({ length: 60 }, (_, i) => sentence(i)).join('\n\n'));
      const argv = [
        'train',
        'tag',
        'train.txt',
        ...QUICK,
        '--epochs',
        '8',
        '--embedding',
        '8',
        '--characters',
        '4',
        '--batch',
        '8',
      ];
      const result = await json([...argv, '--lr', '0.02', '--out', 'm.safetensors'], folder);
      expect(result).toMatchObject({
        task: 'tag',
        tags: ['DET', 'NOUN', 'VERB'],
        head: 'softmax',
        sentences: { train: 54, test: 6 },
      });
      expect(result.test.accuracy).toBe(1);
      expect(result.baselines.mostFrequentTag.accuracy).toBe(1);
      expect(await json(['evaluate', 'm.safetensors', 'train.txt'], folder)).toMatchObject({
        tokens: 180,
        accuracy: 1,
      });
      writeFileSync(join(folder, 'new.txt'), 'the dog runs\n');
      const { predictions } = await json(['predict', 'm.safetensors', 'new.txt', '--format', 'lines'], folder);
      expect(predictions[0]).toMatchObject({ tokens: ['the', 'dog', 'runs'], tags: ['DET', 'NOUN', 'VERB'] });
      const shown = await runTest(['predict', 'm.safetensors', 'new.txt', '--format', 'lines'], { cwd: folder });
      expect(shown.out).toBe('the\tDET\ndog\tNOUN\nruns\tVERB\n');
      writeFileSync(join(folder, 'bad.txt'), 'the DET\ncat\n');
      const bad = await runTest(['train', 'tag', 'bad.txt'], { cwd: folder });
      expect([bad.status, bad.err]).toEqual([2, expect.stringMatching(/line 2 of bad\.txt/)]);
    });
  });
});

describe('train forecast', () => {
  it('learns a series, beside its baselines, and predicts what follows', async () => {
    await inFolder(async (folder) => {
      const rows = Array.from({ length: 240 }, (_, i) => {
        const month = `${1990 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, '0')}`;
        return `"${month}",${(50 + 10 * Math.sin((2 * Math.PI * i) / 12) + 0.1 * i).toFixed(4)}`;
      });
      writeFileSync(join(folder, 's.csv'), `"Month","Sales"\n${rows.join('\n')}\n`);
      const argv = [
        'train',
        'forecast',
        's.csv',
        ...QUICK,
        '--window',
        '24',
        '--horizon',
        '6',
        '--epochs',
        '30',
        '--batch',
        '16',
      ];
      const result = await json([...argv, '--quantiles', '0.1,0.9', '--out', 's.safetensors'], folder);
      expect(result).toMatchObject({
        task: 'forecast',
        target: 'Sales',
        window: 24,
        horizon: 6,
        values: { train: 144, validation: 48, test: 48 },
      });
      expect(result.test.byStep).toHaveLength(6);
      expect(result.baselines).toMatchObject({ season: 12 });
      expect(result.test.mse).toBeLessThan(result.baselines.last.mse / 2);
      expect(readFileSync(join(folder, 's.html'), 'utf8')).toContain('Error by step');
      const { predictions } = await json(['predict', 's.safetensors', 's.csv'], folder);
      expect(predictions).toHaveLength(6);
      expect(Object.keys(predictions[0].quantiles)).toEqual(['0.1', '0.5', '0.9']);
      expect(await json(['evaluate', 's.safetensors', 's.csv'], folder)).toMatchObject({ windows: 240 - 24 - 6 + 1 });

      const inside = await json(['inspect', 's.safetensors', '--series', 's.csv', '--report', 'in.html'], folder);
      expect(inside.influence.map((row: number[]) => row.length)).toEqual(Array(6).fill(24));
      expect(readFileSync(join(folder, 'in.html'), 'utf8')).toContain('Influence of past values');
      const bad = async (text: string, expected: RegExp, ...options: string[]): Promise<void> => {
        writeFileSync(join(folder, 'bad.csv'), text);
        const { status, err } = await runTest(['train', 'forecast', 'bad.csv', ...options], { cwd: folder });
        expect([status, err]).toEqual([2, expect.stringMatching(expected)]);
      };
      await bad(`Month,Sales\n${rows.join('\n')}\n2010-01,many\n`, /line 242/, '--target', 'Sales');
      await bad('Month,Sales\n1990-02,1\n1990-01,2\n1990-03,2\n', /line 3/);
      await bad('Month,Sales\n1990-01,1\n1990-02,2\n1990-03,3\n', /TOO_SHORT/);
      await bad('Month,Sales\n1990-01,1\n1990-02,\n1990-03,3\n', /line 3/);
    });
  });
});

describe('train translate', () => {
  it('learns pairs, and translates lines', async () => {
    await inFolder(async (folder) => {
      // Digits to words, in the other order.
      const names = ['zero', 'one', 'two', 'three'];
      const pairs = Array.from({ length: 64 }, (_, i) => [Math.floor(i / 16), Math.floor(i / 4) % 4, i % 4]).map(
        (digits) => {
          const said = digits.toReversed().map((d) => names[d]);
          return `${digits.join(' ')}\t${said.join(' ')}\tCC-BY`;
        },
      );
      writeFileSync(join(folder, 'p.tsv'), pairs.join('\n'));
      const argv = [
        'train',
        'translate',
        'p.tsv',
        '--hidden',
        '32',
        '--embedding',
        '16',
        '--attention',
        '16',
        '--quiet',
        '--threads',
        '1',
      ];
      const result = await json(
        [...argv, '--epochs', '40', '--lr', '0.01', '--batch', '8', '--dropout', '0', '--out', 't.safetensors'],
        folder,
      );
      expect(result).toMatchObject({ task: 'translate', pairs: { train: 52, test: 6, leftOut: 0 } });
      expect(result.test.exact).toBeGreaterThan(0.6);
      expect(Object.keys(result.test)).toEqual(expect.arrayContaining(['bleu', 'chrf', 'exact', 'loss']));
      // No source is twice there, so what a memory answers is another's translation.
      expect(result.baselines.nearest).toMatchObject({ exact: 0, lowercase: false });
      expect(result.baselines.nearest.chrf).toBeGreaterThan(0);
      writeFileSync(join(folder, 'in.txt'), '3 2 1\n');
      const { predictions } = await json(['predict', 't.safetensors', 'in.txt'], folder);
      expect(predictions[0]).toMatchObject({ source: '3 2 1', text: 'one two three' });
      expect((await runTest(['predict', 't.safetensors', 'in.txt'], { cwd: folder })).out).toBe('one two three\n');
      const inside = await json(['inspect', 't.safetensors', '--text', '3 2 1', '--report', 'in.html'], folder);
      expect(inside).toMatchObject({ translation: 'one two three', sourceTokens: ['3', '2', '1', '<eos>'] });
      for (const row of inside.attention) expect(row.reduce((a: number, b: number) => a + b, 0)).toBeCloseTo(1, 4);
      expect(readFileSync(join(folder, 'in.html'), 'utf8')).toContain('Attention for each word');
      expect((await json(['evaluate', 't.safetensors', 'p.tsv'], folder)).exact).toBeGreaterThan(0.8);
      writeFileSync(join(folder, 'one.tsv'), 'only\none\n');
      const bad = await runTest(['train', 'translate', 'one.tsv'], { cwd: folder });
      expect([bad.status, bad.err]).toEqual([2, expect.stringMatching(/two columns or more/)]);
    });
  });
});
