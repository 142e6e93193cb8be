// Situations that people reported of other tools, through the command line; each is one of a kind, whose neighbours are tested beside
// the code that mended it. Identifiers are those of the list they came from.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { inFolder, runTest, testIo } from './testing.js';
import { run } from './main.js';

const SMALL = ['--hidden', '8', '--batch', '4', '--threads', '1', '--quiet'];

async function json(cwd: string, ...argv: string[]) {
  const { status, out, err } = await runTest([...argv, '--json'], { cwd });
  expect(`${status} ${err}`).toMatch(/^0 /);
  return JSON.parse(out);
}

/** The error of a command that is refused: `CODE: message`. */
async function refusal(cwd: string, ...argv: string[]): Promise<string> {
  const { status, err } = await runTest(argv, { cwd });
  expect(status).toBe(2);
  return err;
}

/** Runs a training that is interrupted once its first checkpoint could be written; its `.checkpoint` is left. */
async function interrupted(cwd: string, argv: string[]): Promise<void> {
  const io = testIo({ cwd });
  const { write } = io.stderr;
  io.stderr.write = (text) => {
    if (text.startsWith('validation')) io.signals.emit('SIGINT');
    return write(text);
  };
  const given = argv.filter((word) => word !== '--quiet');
  expect(await run([...given, '--checkpoint-every', '100s'], io)).toBe(130);
}

/** Each test has a folder of its own, in which these files stand. */
function files(contents: Record<string, string>, use: (cwd: string) => Promise<void>) {
  return () =>
    inFolder(async (cwd) => {
      for (const [name, text] of Object.entries(contents)) writeFileSync(join(cwd, name), text);
      await use(cwd);
    });
}

const days = (count: number, row: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => {
    const day = new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10);
    return `${day},${row(i)}`;
  }).join('\n');
const PRICES = `Date,Open,Close,Volume\n${days(90, (i) => `${50 + (i % 7)},${60 + (i % 5)},${1e6 + 1000 * i}`)}\n`;
const REVIEWS = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? ['fine film', 'pos'] : ['dull plot', 'neg']));
const TITLES = `title,body,label\n${REVIEWS.map(([text, label], i) => `${text} ${i},nothing here,${label}`).join('\n')}\n`;
const CONLL = Array.from({ length: 12 }, (_, i) => `Ann B-PER\nLee I-PER\nsaw O\nOslo${i} B-LOC\n`).join('\n');
const PAIRS = Array.from({ length: 20 }, (_, i) => `${i} ${i + 1}\t${i + 1} ${i}`).join('\n');
const BOOK = 'the cat sat on the mat and ran away. '.repeat(30);

beforeEach(() => expect.hasAssertions());

describe('resuming', () => {
  const train = [
    'train',
    'lm',
    'book.txt',
    '--embedding',
    '4',
    '--steps',
    '8',
    '--epochs',
    '400',
    '--out',
    'm.safetensors',
    ...SMALL,
  ];

  it(
    'C01: a text that grew by the same symbols is told by its content',
    files({ 'book.txt': BOOK }, async (cwd) => {
      await interrupted(cwd, train);
      writeFileSync(join(cwd, 'book.txt'), `${BOOK}${[...BOOK].reverse().join('')}`);
      const told = await refusal(cwd, ...train, '--resume', 'm.checkpoint');
      expect(told).toMatch(/expected the data of the checkpoint.*training 2,1\d\d \(it has 1,0\d\d\)/);
    }),
  );

  it.each([['4'], ['100']])('C02: with patience %s ends with the bytes of the run left alone', async (patience) => {
    await inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'n.csv'), `text,label\n${REVIEWS.map(([text], i) => `${text},${i % 3}`).join('\n')}\n`);
      const argv = [
        'train',
        'classify',
        'n.csv',
        '--epochs',
        '12',
        '--patience',
        patience,
        '--schedule',
        'constant',
        '--lr',
        '0.01',
        '--embedding',
        '4',
        ...SMALL,
      ];
      await json(cwd, ...argv, '--out', 'whole.safetensors');
      await interrupted(cwd, [...argv, '--out', 'm.safetensors']);
      await json(cwd, ...argv, '--out', 'm.safetensors', '--resume', 'm.checkpoint');
      const bytes = ['whole', 'm'].map((name) => readFileSync(join(cwd, `${name}.safetensors`)));
      expect(bytes[0].equals(bytes[1])).toBe(true);
      expect(existsSync(join(cwd, 'm.checkpoint'))).toBe(false);
    });
  });

  it(
    'C24: the settings of the checkpoint hold without being given again',
    files({ 'p.csv': PRICES }, async (cwd) => {
      const own = ['--target', 'Open', '--window', '6', '--horizon', '3', '--test', '20', '--transform', 'log'];
      await interrupted(cwd, [
        'train',
        'forecast',
        'p.csv',
        ...own,
        '--epochs',
        '500',
        '--out',
        'm.safetensors',
        ...SMALL,
      ]);
      const result = await json(
        cwd,
        'train',
        'forecast',
        'p.csv',
        '--resume',
        'm.checkpoint',
        '--epochs',
        '60',
        '--out',
        'm.safetensors',
        '--quiet',
      );
      expect(result).toMatchObject({ target: 'Open', window: 6, horizon: 3, values: { test: 20 } });
    }),
  );

  it(
    'C24: and one that contradicts them is refused, all by name',
    files({ 'book.txt': BOOK }, async (cwd) => {
      await interrupted(cwd, train);
      const argv = ['train', 'lm', 'book.txt', '--resume', 'm.checkpoint', '--out', 'm.safetensors'];
      expect(await refusal(cwd, ...argv, '--hidden', '64', '--cell', 'gru', '--seed', '3', '--tokens', 'word')).toMatch(
        /seed 3 \(it has 0\).*hiddenSize 64 \(it has 8\).*tokens word \(it has char\).*cell gru \(it has lstm\)/,
      );
      expect(await refusal(cwd, 'train', 'classify', 'book.txt', '--resume', 'm.checkpoint')).toMatch(
        /checkpoint of train classify.*of train lm/,
      );
    }),
  );

  it(
    'C33: a tag that the checkpoint does not know is named, with file and line',
    files({ 't.conll': CONLL }, async (cwd) => {
      const argv = ['train', 'tag', 't.conll', '--epochs', '200', '--out', 'm.safetensors', ...SMALL];
      await interrupted(cwd, argv);
      writeFileSync(join(cwd, 't.conll'), CONLL.replaceAll('I-PER', 'I-NEW'));
      expect(await refusal(cwd, ...argv, '--resume', 'm.checkpoint')).toMatch(
        /received "I-NEW" in line \d+ of t\.conll/,
      );
    }),
  );
});

describe('how data was read', () => {
  it(
    'C04: a forecaster knows its columns by name, and refuses a table without them',
    files(
      {
        'p.csv': PRICES,
        'turned.csv': PRICES.replace(/^(.*),(.*),(.*),(.*)$/gm, '$4,$3,$1,$2'),
        'other.csv': 'a,b\n1,2\n2,3\n',
      },
      async (cwd) => {
        const argv = [
          'train',
          'forecast',
          'p.csv',
          '--target',
          'Close',
          '--inputs',
          'Open',
          '--window',
          '6',
          '--horizon',
          '2',
          '--epochs',
          '1',
        ];
        await json(cwd, ...argv, '--out', 'm.safetensors', ...SMALL);
        const answer = await json(cwd, 'predict', 'm.safetensors', 'p.csv');
        expect(answer.data.columns).toEqual({ target: 'Close', inputs: ['Open'], time: 'Date' });
        expect(answer.predictions[0].value).toBeLessThan(100);
        expect((await json(cwd, 'predict', 'm.safetensors', 'turned.csv')).predictions).toEqual(answer.predictions);
        expect((await json(cwd, 'evaluate', 'm.safetensors', 'p.csv')).data.columns.target).toBe('Close');
        expect(await refusal(cwd, 'predict', 'm.safetensors', 'other.csv')).toMatch(
          /expected the column \w+ in other\.csv/,
        );
      },
    ),
  );

  it(
    'C05: a classifier reads the column that it was trained on',
    files({ 't.csv': TITLES }, async (cwd) => {
      await json(
        cwd,
        'train',
        'classify',
        't.csv',
        '--text',
        'title',
        '--epochs',
        '1',
        '--out',
        'm.safetensors',
        ...SMALL,
      );
      const { predictions, data } = await json(cwd, 'predict', 'm.safetensors', 't.csv');
      expect(predictions[0].text).toBe('fine film 0');
      expect(data.columns.text).toBe('title');
      expect((await json(cwd, 'evaluate', 'm.safetensors', 't.csv')).data.columns).toEqual({
        text: 'title',
        label: 'label',
      });
      const other = await json(cwd, 'predict', 'm.safetensors', 't.csv', '--text', 'body');
      expect(other.data.notes.join()).toMatch(/text column is body; the model was trained on title/);
    }),
  );

  it(
    'C08, C21: a tagger reads columns whatever the name, and BIOES has an F1',
    files(
      {
        't.conll': CONLL.replaceAll('I-PER', 'E-PER').replaceAll('B-LOC', 'S-LOC'),
        'named.txt': 'Ann B-PER\nLee E-PER\n\nsaw O\n',
      },
      async (cwd) => {
        const trained = await json(cwd, 'train', 'tag', 't.conll', '--epochs', '1', '--out', 'm.safetensors', ...SMALL);
        expect(trained).toMatchObject({ head: 'crf', scheme: 'BIOES', test: { f1: expect.any(Number) } });
        const { predictions } = await json(cwd, 'predict', 'm.safetensors', 'named.txt');
        expect(predictions.map((one: { tokens: string[] }) => one.tokens)).toEqual([['Ann', 'Lee'], ['saw']]);
        const stdin = (async function* () {
          yield readFileSync(join(cwd, 'named.txt'));
        })();
        const piped = await runTest(['predict', 'm.safetensors', '-', '--json'], { cwd, stdin });
        expect(JSON.parse(piped.out).predictions).toEqual(predictions);
      },
    ),
  );

  it(
    'C10: one answer a row, empty rows among them',
    files(
      {
        't.csv': TITLES,
        'rows.csv': 'title\nfine film\n\n"  "\n""\ndull plot\n',
        'rows.txt': 'fine film\n\n  \ndull plot\n',
        'p.tsv': PAIRS,
      },
      async (cwd) => {
        await json(
          cwd,
          'train',
          'classify',
          't.csv',
          '--text',
          'title',
          '--epochs',
          '1',
          '--out',
          'm.safetensors',
          ...SMALL,
        );
        expect((await json(cwd, 'predict', 'm.safetensors', 'rows.txt')).predictions).toHaveLength(4);
        expect((await json(cwd, 'predict', 'm.safetensors', 'rows.csv')).predictions).toHaveLength(5);
        await json(
          cwd,
          'train',
          'translate',
          'p.tsv',
          '--epochs',
          '1',
          '--embedding',
          '8',
          '--out',
          'x.safetensors',
          ...SMALL,
        );
        const { predictions } = await json(cwd, 'predict', 'x.safetensors', 'rows.txt');
        expect(predictions.map((one: { source: string }) => one.source)).toEqual(['fine film', '', '  ', 'dull plot']);
      },
    ),
  );

  it(
    'C11: the word of a vector may hold blanks',
    files({ 't.csv': TITLES, 'v.txt': 'fine 0.1 0.2\n. . . 0.3 0.4\nat name@domain.com 0.5 0.6\n' }, async (cwd) => {
      const argv = ['train', 'classify', 't.csv', '--text', 'title', '--vectors', 'v.txt', '--epochs', '1'];
      expect((await json(cwd, ...argv, '--out', 'm.safetensors', ...SMALL)).task).toBe('classify');
    }),
  );

  it(
    'C30: a first row that looks like data is data, and what was assumed is said',
    files(
      { 'n.tsv': Array.from({ length: 24 }, (_, i) => `word${i} of ${i}\t${['x', 'y'][i % 2]}`).join('\n') },
      async (cwd) => {
        const result = await json(
          cwd,
          'train',
          'classify',
          'n.tsv',
          '--epochs',
          '1',
          '--out',
          'm.safetensors',
          ...SMALL,
        );
        expect(result.rows.train + result.rows.test).toBe(24);
        expect(result.data.notes.join('\n')).toMatch(/no header, the first row is data/);
      },
    ),
  );
});

describe('series', () => {
  const train = (file: string, ...more: string[]): string[] => [
    'train',
    'forecast',
    file,
    '--window',
    '6',
    '--horizon',
    '2',
    '--epochs',
    '1',
    '--out',
    'm.safetensors',
    ...SMALL,
    ...more,
  ];

  it(
    'C07: a column that is constant in the training part has scale 1',
    files(
      { 'c.csv': `y\n${Array.from({ length: 100 }, (_, i) => (i < 80 ? 19.99 : 21 + (i % 3))).join('\n')}\n` },
      async (cwd) => {
        const { test } = await json(cwd, ...train('c.csv'));
        expect(test.mse).toBeLessThan(10);
      },
    ),
  );

  it(
    'C13: local hours over the change of clocks are read, with a note; and without a time column',
    files(
      {
        'h.csv': `time,load\n${Array.from({ length: 80 }, (_, i) => (i < 27 ? i : i - 1))
          .map((h) => `2021-10-${30 + Math.floor(h / 24)} ${String(h % 24).padStart(2, '0')}:00,${h % 5}`)
          .filter((row) => !row.includes('-32') && !row.includes('-33'))
          .join('\n')}\n`,
      },
      async (cwd) => {
        const { data } = await json(cwd, ...train('h.csv'));
        expect(data.notes.join('\n')).toMatch(/an hour occurs twice/);
        expect((await json(cwd, ...train('h.csv', '--time', 'none'))).data.columns.time).toBeNull();
      },
    ),
  );

  it(
    'C14, C16: absent rows are told, filled where asked, and never scored',
    files(
      {
        'd.csv': `date,y\n${days(90, (i) => String(i % 7))
          .split('\n')
          .filter((_, i) => i < 75 || i > 80)
          .join('\n')}\n`,
      },
      async (cwd) => {
        const told = await json(cwd, ...train('d.csv'));
        expect(told.data.notes.join('\n')).toMatch(/6 rows are missing/);
        const filled = await json(cwd, ...train('d.csv', '--missing', 'interpolate'));
        expect(filled.data.rows).toBe(90);
        const evaluated = await json(cwd, 'evaluate', 'm.safetensors', 'd.csv');
        // 83 windows of 2 values, of which the 6 that were filled in stand in two each.
        expect(evaluated).toMatchObject({ windows: 83, values: 2 * 83 - 12 });
      },
    ),
  );
});

describe('all else', () => {
  it(
    'C22, C23: generate counts tokens, and text comes back from words of any script',
    files({ 'fa.txt': 'می‌خواهم ❤️ را ببینم 🇮🇷 و 👩‍👩‍👧 را. '.repeat(30) }, async (cwd) => {
      const train = ['train', 'lm', 'fa.txt', '--epochs', '3', '--steps', '8', '--embedding', '4', ...SMALL];
      await json(cwd, ...train, '--tokens', 'byte', '--out', 'b.safetensors');
      expect((await json(cwd, 'generate', 'b.safetensors', '--length', '60', '--seed', '1')).tokens).toBe(60);
      await json(cwd, ...train, '--tokens', 'word', '--out', 'w.safetensors', '--lr', '0.05', '--epochs', '30');
      const { texts } = await json(
        cwd,
        'generate',
        'w.safetensors',
        '--prime',
        'می‌خواهم',
        '--length',
        '12',
        '--temperature',
        '0',
      );
      expect(texts[0]).toContain('می‌خواهم ❤️ را ببینم 🇮🇷 و');
    }),
  );

  it(
    'C25: a warm-up fits a short training',
    files({ 't.csv': TITLES }, async (cwd) => {
      const argv = [
        'train',
        'classify',
        't.csv',
        '--text',
        'title',
        '--schedule',
        'warmup-cosine',
        '--epochs',
        '12',
        '--lr',
        '0.02',
      ];
      const { test } = await json(cwd, ...argv, '--embedding', '8', '--out', 'm.safetensors', ...SMALL);
      expect(test.accuracy).toBe(1);
    }),
  );

  it.each([
    ['classify', 'a.csv', 'text,label\na b,x\nc d,y\n', /expected more rows/],
    ['tag', 'a.conll', 'Ann B-PER\nran O\n', /expected more sentences/],
    ['translate', 'a.tsv', 'a b\tc d\n', /expected more pairs/],
    ['forecast', 'a.csv', 'y\n1\n2\n3\n', /expected .* of at least/],
    ['lm', 'a.txt', 'ab', /expected/],
  ])('C29: %s of too little data is refused before it trains', async (task, name, text, expected) => {
    await inFolder(async (cwd) => {
      writeFileSync(join(cwd, name), text);
      expect(await refusal(cwd, 'train', task, name, '--out', 'm.safetensors')).toMatch(expected);
      expect(existsSync(join(cwd, 'm.safetensors'))).toBe(false);
    });
  });

  it(
    'C34: an output is never an input',
    files({ 'over.txt': BOOK }, async (cwd) => {
      expect(await refusal(cwd, 'train', 'lm', 'over.txt', '--out', 'over.txt')).toMatch(/error\[OPTION\].*over\.txt/);
      expect(readFileSync(join(cwd, 'over.txt'), 'utf8')).toBe(BOOK);
    }),
  );
});
