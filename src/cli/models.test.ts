// The commands with real small models: what they print, write and refuse.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '../formats/safetensors.js';
import type { Io } from './io.js';
import { inFolder, runTest, testIo } from './testing.js';
import { run } from './main.js';

const TEXT = Array.from({ length: 300 }, (_, i) => `line ${i % 7} says hello to ${'abcdefg'[(i * 3) % 7]};\n`).join('');
const TINY = '--hidden 16 --embedding 8 --batch 4 --steps 10 --seed 3 --backend wasm'.split(' ');
const MAIN = fileURLToPath(new URL('../../bin/unrolled.js', import.meta.url));
const BUILT = existsSync(fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url)));
const DATA = resolve(process.env.UNROLLED_DATA ?? '../shared/data');

let cwd = '';
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'unrolled-models-'));
  writeFileSync(join(cwd, 'lines.txt'), TEXT);
  const { status, err } = await cli('train', 'lm', 'lines.txt', ...TINY, '--epochs', '2', '--out', 'lines.safetensors');
  expect(err).not.toContain('error');
  expect(status).toBe(0);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

async function cli(...argv: string[]) {
  return runTest(argv, { cwd, env: { UNROLLED_DATA: DATA } });
}

/** The object that a command prints. */
async function json(...argv: string[]) {
  const { status, out, err } = await cli(...argv, '--json');
  expect(err.match(/error\[.*/)?.[0] ?? '').toBe('');
  expect(status).toBe(0);
  expect(out.trimEnd()).not.toContain('\n');
  return JSON.parse(out);
}

/** The error that a command prints, with its status. */
async function failure(argv: string[], over: Partial<Io> = {}) {
  const { status, out, err } = await runTest([...argv, '--json'], { cwd, ...over });
  const { error } = JSON.parse(out);
  expect(err).toContain(`error[${error.code}]: ${error.message}\nhelp: ${error.help}\n`);
  expect(error.help.length).toBeGreaterThan(3);
  return { status, code: error.code, message: error.message as string };
}

describe('a trained model', () => {
  it('train lm prints the keys of the contract and leaves model and report, no checkpoint', async () => {
    const argv = [
      'train',
      'lm',
      'lines.txt',
      ...TINY,
      '--epochs',
      '1',
      '--validation',
      '0.1',
      '--out',
      'keys/m.safetensors',
      '--threads',
      '2',
    ];
    const result = await json(...argv);
    expect(Object.keys(result)).toEqual(
      expect.arrayContaining(
        (
          'task model backend threads seed cell parameters vocabulary tokens epochs seconds tokensPerSecond train ' +
          'validation baselines peakMemoryMiB'
        ).split(' '),
      ),
    );
    expect(result).toMatchObject({
      task: 'lm',
      model: 'keys/m.safetensors',
      backend: 'wasm',
      threads: 2,
      seed: 3,
      cell: 'lstm',
    });
    expect(result.tokens.train + result.tokens.validation).toBe(TEXT.length);
    expect(result.tokens.validation).toBe(TEXT.length - Math.floor(TEXT.length * 0.9));
    expect(result.epochs).toBeCloseTo(1, 5);
    expect(Math.exp(result.validation.loss)).toBeCloseTo(result.validation.perplexity, 8);
    expect(result.validation.bitsPerToken).toBeCloseTo(result.validation.loss / Math.LN2, 8);
    expect(result.baselines.uniform).toBe(result.vocabulary);
    expect(result.baselines.unigram).toBeLessThan(result.baselines.uniform);
    expect(result.baselines.ngram).toBeLessThan(result.baselines.unigram);
    expect(result.validation.perplexity).toBeLessThan(result.baselines.unigram);
    expect(readdirSync(join(cwd, 'keys')).sort()).toEqual(['m.html', 'm.safetensors']);
    expect(readFileSync(join(cwd, 'keys', 'm.html'), 'utf8')).toContain('<svg');
  });

  it('generates: the prime first, the length asked for, the same for one seed', async () => {
    const argv = ['generate', 'lines.safetensors', '--prime', 'line ', '--length', '30', '--count', '2', '--seed', '7'];
    const [one, two] = [await json(...argv), await json(...argv)];
    expect(one.texts).toEqual(two.texts);
    expect(one.texts).toHaveLength(2);
    for (const text of one.texts) expect(text).toMatch(/^line .{30}$/s);
    expect(one.texts[0]).not.toBe(one.texts[1]);
    // Side by side, what each seed gives alone; and where somebody looks on, one by one.
    const alone = await Promise.all(['7', '8'].map((seed) => json(...argv.slice(0, 6), '--seed', seed)));
    expect(one.texts).toEqual(alone.flatMap(({ texts }) => texts));
    const written = `${one.texts.join('\n---\n')}\n`;
    expect((await cli(...argv)).out).toBe(written);
    let seen = '';
    await runTest(argv, { cwd, stdout: { isTTY: true, write: (text) => (seen += text) } });
    expect(seen).toBe(written);
    expect(one.tokens).toBe(60);
    expect(one.tokensPerSecond === null || one.tokensPerSecond > 0).toBe(true);
    const people = await cli('generate', 'lines.safetensors', '--length', '5', '--prime', '漢 ☃', '--backend', 'wasm');
    expect([people.status, [...people.out].length]).toEqual([0, 3 + 5 + 1]);
  });

  it('is evaluated and inspected', async () => {
    const metrics = await json('evaluate', 'lines.safetensors', 'lines.txt', '--backend', 'wasm');
    expect(metrics).toMatchObject({ task: 'lm', tokens: TEXT.length - 1 });
    expect(metrics.perplexity).toBeGreaterThan(1);
    expect(metrics.perplexity).toBeLessThan(15);
    const { config, parameters } = await json('inspect', 'lines.safetensors', '--backend', 'wasm');
    expect(config).toMatchObject({ cell: 'lstm', hiddenSize: 16, embeddingSize: 8, tokens: 'char' });
    const shapes = Object.fromEntries(parameters.map((p: { name: string; shape: number[] }) => [p.name, p.shape]));
    expect(shapes['embedding.weight']).toEqual([config.vocabulary, 8]);
    expect(shapes['rnn.0.weight_h']).toEqual([16, 64]);
    for (const { mean, std } of parameters) expect(Number.isFinite(mean) && std >= 0).toBe(true);
  });

  it('n-grams, words and bytes go the same way', async () => {
    const counted = await json('train', 'ngram', 'lines.txt', '--order', '3', '--out', 'n.safetensors');
    expect(counted).toMatchObject({ task: 'ngram', order: 3, model: 'n.safetensors' });
    expect(counted.validation.perplexity).toBeLessThan(5);
    const sample = await json('generate', 'n.safetensors', '--length', '10', '--seed', '1');
    expect(sample.texts[0]).toHaveLength(10);
    const words = await json(
      'train',
      'lm',
      'lines.txt',
      ...TINY,
      '--tokens',
      'word',
      '--epochs',
      '1',
      '--out',
      'w.safetensors',
    );
    expect(words.vocabulary).toBeLessThan(30);
    writeFileSync(
      join(cwd, 'any.bin'),
      Uint8Array.from({ length: 3000 }, (_, i) => (i * 7) % 256),
    );
    const bytes = await json(
      'train',
      'lm',
      'any.bin',
      ...TINY,
      '--tokens',
      'byte',
      '--epochs',
      '1',
      '--out',
      'b.safetensors',
    );
    expect(bytes.vocabulary).toBe(256);
    expect((await json('evaluate', 'b.safetensors', 'any.bin', '--backend', 'wasm')).tokens).toBe(2999);
    // Bytes that are no UTF-8 become one sign or none, and blanks between words no token: neither changes what is counted.
    for (const model of ['b', 'w', 'n', 'lines']) {
      const argv = ['generate', `${model}.safetensors`, '--length', '60', '--count', '2', '--seed', '4'];
      expect((await json(...argv, '--backend', 'wasm')).tokens).toBe(120);
    }
  });
});

describe('an interrupt', () => {
  const argv = ['train', 'lm', 'lines.txt', ...TINY, '--epochs', '2', '--dropout', '0.1'];

  it.each(['SIGINT', 'SIGTERM'])(
    '%s saves a checkpoint; --resume ends where an uninterrupted run does',
    async (signal) => {
      const whole = await cli(...argv, '--out', `${signal}-whole.safetensors`);
      expect(whole.status).toBe(0);
      let sent = false;
      const io = testIo({
        cwd,
        stderr: {
          write(text) {
            if (sent || !text.includes('validation perplexity')) return;
            sent = true;
            io.signals.emit(signal);
          },
        },
      });
      let out = '';
      io.stdout = { write: (text) => (out += text) };
      expect(await run([...argv, '--out', `${signal}.safetensors`, '--json'], io)).toBe(130);
      const { error } = JSON.parse(out);
      expect(error.code).toBe('INTERRUPTED');
      expect(existsSync(join(cwd, `${signal}.safetensors`))).toBe(false);
      // The help is the command that goes on.
      const [, command] = /^resume with: unrolled (.*)$/.exec(error.help) ?? [];
      expect(command).toContain(`--resume ${signal}.checkpoint`);
      const resumed = await cli(...command.split(' '));
      expect(resumed.err.match(/error\[.*/)?.[0] ?? '').toBe('');
      expect(resumed.status).toBe(0);
      expect(
        readFileSync(join(cwd, `${signal}.safetensors`)).equals(readFileSync(join(cwd, `${signal}-whole.safetensors`))),
      ).toBe(true);
      // Done, so nothing is left to go on from.
      expect(existsSync(join(cwd, `${signal}.checkpoint`))).toBe(false);
    },
  );
});

describe('bad input has its code and status', () => {
  const train = (file: string, ...more: string[]) => [
    'train',
    'lm',
    file,
    ...TINY,
    '--epochs',
    '1',
    '--out',
    'bad.safetensors',
    ...more,
  ];

  beforeAll(() => {
    mkdirSync(join(cwd, 'folder'));
    const files: Record<string, Uint8Array | string> = {
      'empty.txt': '',
      'one.txt': 'a',
      'short.txt': 'too short for that',
      'utf16.txt': Buffer.from('\ufeffa text in UTF-16', 'utf16le'),
      'latin1.txt': Uint8Array.of(97, 98, 0xe9, 99),
      'cut.safetensors': readFileSync(join(cwd, 'lines.safetensors')).subarray(0, 1000),
      'noise.safetensors': Uint8Array.from({ length: 500 }, (_, i) => (i * 131) % 256),
      'foreign.safetensors': encodeSafetensors(
        [{ name: 'w', shape: [2], dtype: 'F32', data: Float32Array.of(1, 2) }],
        {},
      ),
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
    const { tensors, metadata } = decodeSafetensors(readFileSync(join(cwd, 'lines.safetensors')), 'lines');
    const lost = [...tensors].slice(1).map(([name, tensor]) => ({ name, ...tensor }));
    writeFileSync(join(cwd, 'lost.safetensors'), encodeSafetensors(lost, metadata));
  });

  it.each([
    ['a missing file', train('lines.tx'), 'NOT_FOUND', 2],
    ['a folder without text', train('folder'), 'EMPTY', 2],
    ['an empty file', train('empty.txt'), 'EMPTY', 2],
    ['one character', train('one.txt'), 'TOO_SHORT', 2],
    ['less than batch × steps', train('short.txt'), 'TOO_SHORT', 2],
    ['UTF-16, which is read, of few tokens', train('utf16.txt'), 'TOO_SHORT', 2],
    ['invalid UTF-8', train('latin1.txt'), 'ENCODING', 2],
    ['an option out of range', train('lines.txt', '--dropout', '1.5'), 'OPTION', 2],
    ['an unknown cell', train('lines.txt', '--cell', 'lstn'), 'OPTION', 2],
    ['a checkpoint that is a model', train('lines.txt', '--resume', 'lines.safetensors'), 'FORMAT', 2],
    ['a missing model', ['generate', 'line.safetensors'], 'NOT_FOUND', 2],
    ['a truncated model', ['generate', 'cut.safetensors'], 'FORMAT', 2],
    ['a damaged model', ['inspect', 'noise.safetensors'], 'FORMAT', 2],
    ['a model of another program', ['evaluate', 'foreign.safetensors', 'lines.txt'], 'FORMAT', 2],
    ['a model without one of its tensors', ['generate', 'lost.safetensors'], 'FORMAT', 2],
    ['a text as a model', ['generate', 'lines.txt'], 'FORMAT', 2],
    ['a temperature below 0', ['generate', 'lines.safetensors', '--temperature', '-1'], 'OPTION', 2],
    [
      'numbers that overflow',
      train('lines.txt', '--optimizer', 'sgd', '--lr', '1e38', '--clip-norm', '0'),
      'NON_FINITE',
      1,
    ],
  ])('%s', async (_, argv, code, status) => {
    const failed = await failure(argv);
    expect({ code: failed.code, status: failed.status }, failed.message).toEqual({ code, status });
    expect(failed.message).toMatch(/expected .*(received|found|not)/);
    expect(existsSync(join(cwd, 'bad.safetensors'))).toBe(false);
  });
});

describe('what cannot be written', () => {
  it('leaves what was there, and no half a file', () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'lines.txt'), TEXT);
      writeFileSync(join(folder, 'file'), 'kept');
      mkdirSync(join(folder, 'taken.safetensors'));
      const argv = ['train', 'lm', 'lines.txt', ...TINY, '--epochs', '1', '--out'];
      for (const out of ['file/m.safetensors', 'taken.safetensors']) {
        expect(await failure([...argv, out], { cwd: folder }), out).toMatchObject({ code: 'IO', status: 1 });
      }
      expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('kept');
      expect(readdirSync(folder).sort()).toEqual(['file', 'lines.txt', 'taken.safetensors']);
    }));

  it.skipIf(!BUILT || process.platform === 'win32')(
    'a write that ends half-way, as on a full disk: the old model stays (skipped without dist/)',
    () =>
      inFolder(async (folder) => {
        writeFileSync(join(folder, 'lines.txt'), TEXT);
        const argv = [
          MAIN,
          'train',
          'lm',
          'lines.txt',
          ...TINY,
          '--epochs',
          '1',
          '--out',
          'm.safetensors',
          '--json',
          '--quiet',
        ];
        execFileSync(process.execPath, argv, { cwd: folder });
        const before = readFileSync(join(folder, 'm.safetensors'));
        const limited = spawnSync('bash', ['-c', 'ulimit -f 8 && exec "$@"', 'bash', process.execPath, ...argv], {
          cwd: folder,
          encoding: 'utf8',
        });
        expect(limited.status).toBe(1);
        expect(JSON.parse(limited.stdout).error).toMatchObject({ code: 'IO' });
        expect(readFileSync(join(folder, 'm.safetensors')).equals(before)).toBe(true);
        expect(readdirSync(folder).filter((name) => name.includes('.tmp'))).toEqual([]);
      }),
  );
});

describe.skipIf(!existsSync(join(DATA, 'chinese-classics')))(
  `known data sets${existsSync(DATA) ? '' : ' (skipped without the data folder)'}`,
  () => {
    it('Chinese poems train and come back by code point', async () => {
      const small = [...TINY, '--max-tokens', '4000', '--min-count', '2', '--epochs', '1', '--out', 'zh.safetensors'];
      const result = await json('train', 'lm', 'tang300', ...small);
      expect(result.tokens.train + result.tokens.validation).toBe(4000);
      expect(result.vocabulary).toBeGreaterThan(300);
      const { texts } = await json('generate', 'zh.safetensors', '--prime', '春眠', '--length', '40', '--seed', '2');
      expect([...texts[0]]).toHaveLength(42);
      expect(texts[0]).toMatch(/\p{Script=Han}/u);
      expect(texts[0].isWellFormed?.() ?? true).toBe(true);
    });

    it.skipIf(!existsSync(join(DATA, 'ptb')))('a set in parts is validated and tested with its own', async () => {
      const result = await json(
        'train',
        'ngram',
        'ptb',
        '--tokens',
        'word',
        '--order',
        '2',
        '--out',
        'ptb.safetensors',
      );
      const { config } = await json('inspect', 'ptb.safetensors');
      expect(config.tokens).toBe('split');
      // Mikolov's counts: each line ends with one token more.
      expect(result.tokens).toEqual({ train: 929_589, validation: 73_760 });
      expect(result.test.perplexity).toBeLessThan(result.validation.perplexity);
      expect(result.test.perplexity).toBeGreaterThan(100);
    });
  },
);
