import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UnrolledError } from '../errors.js';
import { defineCommand } from './command.js';
import { table } from './output.js';
import { createProgress } from './progress.js';
import { inline, jsonLine, printable, shielded } from './terminal.js';
import { inFolder, runTest, testIo } from './testing.js';

/** ESC, BEL, C1's CSI, a carriage return, what turns text around. */
const HOSTILE = '\u001b[31m\u0007\u009b2J\u202e\u2066';
const STEERS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe('printable', () => {
  it('shows what would steer a terminal, and leaves all else', () => {
    expect(printable(HOSTILE)).toBe('�[31m��2J��');
    expect(printable('a\rb\u007f')).toBe('a�b�');
    const plain = 'tab\tline\nزبان‌ها 👩‍👩‍👧 é̂ 诗 \u200f\u200e';
    expect(printable(plain)).toBe(plain);
    expect(inline('a\r\n\tb\u2028c')).toBe('a b c');
  });

  it('as JSON is exact', () => {
    const value = { [HOSTILE]: [HOSTILE, 'a\n\t"\\é诗'] };
    expect(JSON.parse(jsonLine(value))).toEqual(value);
    expect(jsonLine(value)).not.toMatch(STEERS);
    expect(jsonLine(value)).toContain('诗');
  });
});

describe('what a command writes', () => {
  const hostile = [
    defineCommand({
      name: 'try',
      summary: 'tries',
      arguments: [{ name: '[name]', description: 'what' }],
      options: {},
      examples: ['unrolled try'],
      async run({ io, globals }, [name]) {
        io.stdout.write(`on the way ${HOSTILE}\n`);
        const progress = createProgress(io, globals);
        progress.update(0.5, HOSTILE);
        progress.log(`a note ${HOSTILE}`);
        progress.stop();
        if (name === 'error')
          throw new UnrolledError('FORMAT', `expected x, received ${HOSTILE}`, HOSTILE, { cause: new Error(HOSTILE) });
        return { json: { HOSTILE }, text: table([{ heading: HOSTILE }], [[HOSTILE], ['a\nb']]) };
      },
    }),
  ];

  it.each([
    ['try'],
    ['try', '--json'],
    ['try', 'error'],
    ['try', 'error', '--json', '--debug'],
    [HOSTILE],
    ['try', `--${HOSTILE}`],
  ])('is shown: %j', async (...argv) => {
    const { out, err } = await runTest(argv, {}, hostile);
    expect(out + err).not.toMatch(STEERS);
    expect(out + err).toMatch(/\ufffd|u001b|31m/);
  });

  it('has the sequences of its own bar, and none of the text beside it', () => {
    let written = '';
    const stderr = { isTTY: true, columns: 80, write: (text: string) => (written += text) };
    const progress = createProgress(shielded(testIo({ stderr })), { quiet: false });
    progress.update(0.1, `loss ${HOSTILE}`);
    progress.log(HOSTILE);
    progress.stop();
    expect(written).toContain('\u001b[K');
    expect(written).not.toContain('\u001b[31m');
    expect(written).not.toMatch(/[\u0007\u009b\u202e\u2066]/);
  });

  it('keeps its columns, and lines, whatever stands in a cell', () => {
    const lines = table(
      [{ heading: 'a' }, { heading: 'b' }],
      [
        ['x\ny', '1'],
        ['\u001b', '2'],
      ],
    ).split('\n');
    expect(lines).toEqual(['a    b', 'x y  1', '�    2']);
    const wide = table([{ heading: 'a' }], [['x'.repeat(1e6)]]);
    expect(wide.length).toBeLessThan(400);
    expect(table([{ heading: 'a' }], new Array<string[]>(200_000).fill(['1'])).length).toBe(400_001);
  });
});

describe('names out of data', () => {
  const QUICK = ['--hidden', '4', '--batch', '4', '--epochs', '1', '--backend', 'reference', '--seed', '1'];
  let folder = '';
  const run = async (...argv: string[]) => {
    const { status, out, err } = await runTest(argv, { cwd: folder });
    expect(err).not.toMatch(/error\[/);
    expect(status).toBe(0);
    expect(out + err).not.toMatch(STEERS);
    return out;
  };
  const inside = (test: () => Promise<void>) => () => inFolder((own) => ((folder = own), test()));

  it(
    'of a classifier reach no terminal raw, and JSON exact',
    inside(async () => {
      const label = `red${HOSTILE}`;
      const rows = Array.from({ length: 24 }, (_, i) => (i % 2 ? `${HOSTILE} a b\t${label}` : `c d ${HOSTILE}\tblue`));
      writeFileSync(join(folder, 'd.tsv'), `text${HOSTILE}\tlabel${HOSTILE}\n${rows.join('\n')}\n`);
      const columns = ['--text', '1', '--label', '2'];
      const more = ['--embedding', '4', '--out', 'm.safetensors', ...columns];
      await run('train', 'classify', 'd.tsv', ...QUICK, ...more);
      const json = await run('train', 'classify', 'd.tsv', ...QUICK, ...more, '--json');
      expect(JSON.parse(json).labels).toEqual(['blue', label]);
      await run('predict', 'm.safetensors', 'd.tsv');
      await run('evaluate', 'm.safetensors', 'd.tsv');
      await run('inspect', 'm.safetensors', '--text', `a ${HOSTILE} b`);
      await run('inspect', 'm.safetensors', '--text', `a ${HOSTILE} b`, '--json');
    }),
  );

  it(
    'of a tagger',
    inside(async () => {
      const sentence = `the\tDET${HOSTILE}\n${HOSTILE}cat\tNOUN\n`;
      writeFileSync(join(folder, 'd.conll'), Array.from({ length: 20 }, () => sentence).join('\n'));
      await run('train', 'tag', 'd.conll', ...QUICK, '--embedding', '4', '--out', 'm.safetensors');
      const json = await run('predict', 'm.safetensors', 'd.conll', '--json');
      expect(JSON.parse(json).predictions[0].tokens[1]).toBe(`${HOSTILE}cat`);
      await run('predict', 'm.safetensors', 'd.conll');
      await run('evaluate', 'm.safetensors', 'd.conll');
      const bad = await runTest(['evaluate', 'm.safetensors', 'd.conll', '--tag-column', `9${HOSTILE}`], {
        cwd: folder,
      });
      expect(bad.status).toBe(2);
      expect(bad.err).not.toMatch(STEERS);
    }),
  );

  it(
    'of a forecaster',
    inside(async () => {
      const rows = Array.from({ length: 80 }, (_, i) => `${i % 7},${i % 5}`);
      writeFileSync(join(folder, 'd.csv'), `a${HOSTILE},b${HOSTILE}\n${rows.join('\n')}\n`);
      const argv = ['--window', '8', '--horizon', '2', '--inputs', `b${HOSTILE}`, '--target', `a${HOSTILE}`];
      await run('train', 'forecast', 'd.csv', ...QUICK, ...argv, '--out', 'm.safetensors');
      await run('predict', 'm.safetensors', 'd.csv', ...argv.slice(4));
      await run('evaluate', 'm.safetensors', 'd.csv', ...argv.slice(4));
      const bad = await runTest(['predict', 'm.safetensors', 'd.csv', '--target', `x${HOSTILE}`], { cwd: folder });
      expect(bad.status).toBe(2);
      expect(bad.err).not.toMatch(STEERS);
    }),
  );

  it(
    'of files',
    inside(async () => {
      const name = 'd\u001b[31m\u0007.txt';
      writeFileSync(join(folder, name), 'abcabcabd'.repeat(20));
      const more = ['--embedding', '4', '--steps', '4', '--out', `m${name}.safetensors`];
      await run('train', 'lm', name, ...QUICK, ...more);
      await run('evaluate', `m${name}.safetensors`, name, '--backend', 'reference');
      const { err } = await runTest(['generate', `n${name}`], { cwd: folder });
      expect(err).toContain('NOT_FOUND');
      expect(err).not.toMatch(STEERS);
    }),
  );

  it(
    'are cut in messages, however long they are',
    inside(async () => {
      const long = 'n'.repeat(1e6);
      writeFileSync(join(folder, 'wide.csv'), `${Array.from({ length: 20_000 }, (_, i) => `column${i}`).join(',')}\n`);
      writeFileSync(join(folder, 'name.csv'), `${long}\n1\n${long}\n`);
      writeFileSync(join(folder, 'tag.conll'), `a ${long} b\nc\n`);
      for (const argv of [
        ['train', 'lm', long],
        ['train', 'lm', 'x', '--hidden', '9'.repeat(1e6)],
        ['train', 'lm', 'x', '--cell', long],
        ['train', 'lm', 'x', `--${long}`],
        [long],
        ['train', 'forecast', 'wide.csv', '--target', 'y'],
        ['train', 'forecast', 'name.csv'],
        ['train', 'classify', 'name.csv', '--text', long],
        ['train', 'tag', 'tag.conll', '--tag-column', long],
      ]) {
        const { status, err } = await runTest(argv, { cwd: folder });
        expect([argv[1], status]).toEqual([argv[1], 2]);
        expect(err.length).toBeLessThan(10_000);
      }
    }),
  );
});
