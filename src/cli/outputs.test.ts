import { existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from './main.js';
import { inFolder, runTest, testIo } from './testing.js';

const TEXT = 'the cat sat on the mat. '.repeat(30);
const QUICK = '--hidden 4 --batch 2 --epochs 0.1 --backend reference --quiet'.split(' ');
const TINY = [...QUICK, '--embedding', '4'];

/** A folder with data of each kind, under several names. */
function inData(use: (folder: string, fails: (...argv: string[]) => Promise<string>) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const rows = Array.from({ length: 30 }, (_, i) => (i % 2 ? 'a b\tx' : 'c d\ty')).join('\n');
    writeFileSync(join(folder, 'over.txt'), TEXT);
    writeFileSync(join(folder, 'rows.tsv'), `text\tlabel\n${rows}\n`);
    writeFileSync(join(folder, 'tags.conll'), 'the DET\ncat NOUN\n\n'.repeat(20));
    writeFileSync(join(folder, 'series.csv'), `y\n${Array.from({ length: 60 }, (_, i) => i % 5).join('\n')}\n`);
    writeFileSync(join(folder, 'vectors.txt'), 'a 1 2 3 4\nb 1 2 3 4\n');
    symlinkSync('over.txt', join(folder, 'link.txt'));
    linkSync(join(folder, 'over.txt'), join(folder, 'hard.txt'));
    mkdirSync(join(folder, 'texts'));
    writeFileSync(join(folder, 'texts', 'one.txt'), TEXT);
    symlinkSync('texts', join(folder, 'also'));
    const before = (name: string) => readFileSync(join(folder, name), 'utf8');
    const names = ['over.txt', 'rows.tsv', 'tags.conll', 'series.csv', 'vectors.txt', 'texts/one.txt'];
    const contents = names.map(before);
    await use(folder, async (...argv) => {
      const { status, err } = await runTest(argv, { cwd: folder });
      expect([argv, status, names.map(before)]).toEqual([argv, 2, contents]);
      expect(err).toContain('error[OPTION]');
      expect(existsSync(join(folder, 'runs'))).toBe(false);
      return err;
    });
  });
}

describe('an output is never one of the inputs', () => {
  it.each([
    ['train', 'lm', 'over.txt', ...TINY, '--out', 'over.txt'],
    ['train', 'lm', 'over.txt', ...TINY, '--out', './texts/../over.txt'],
    ['train', 'lm', 'over.txt', ...TINY, '--out', 'link.txt'],
    ['train', 'lm', 'link.txt', ...TINY, '--out', 'over.txt'],
    ['train', 'lm', 'over.txt', ...TINY, '--out', 'hard.txt'],
    ['train', 'lm', 'vectors.txt', 'over.txt', ...TINY, '--report', 'over.txt'],
    ['train', 'lm', 'texts', ...TINY, '--out', 'texts/one.txt'],
    ['train', 'lm', 'texts', ...TINY, '--out', 'also/one.txt'],
    ['train', 'ngram', 'over.txt', '--out', 'over.txt'],
    ['train', 'classify', 'rows.tsv', ...TINY, '--out', 'rows.tsv'],
    ['train', 'classify', 'rows.tsv', ...TINY, '--vectors', 'vectors.txt', '--out', 'vectors.txt'],
    ['train', 'classify', 'rows.tsv', ...TINY, '--test', 'rows.tsv', '--report', 'rows.tsv'],
    ['train', 'tag', 'tags.conll', ...TINY, '--out', 'tags.conll'],
    ['train', 'forecast', 'series.csv', ...QUICK, '--window', '4', '--horizon', '1', '--out', 'series.csv'],
    ['train', 'translate', 'rows.tsv', ...TINY, '--report', 'rows.tsv'],
  ])('%s %s %s %j %j …', (...argv) => inData(async (_, fails) => void (await fails(...argv))));

  it('says which, and what to do', async () => {
    await inData(async (folder, fails) => {
      expect(await fails('train', 'lm', 'over.txt', ...TINY, '--out', 'hard.txt')).toBe(
        'error[OPTION]: expected a file that is not an input for --out, received hard.txt, which is the input over.txt\n' +
          'help: choose another path with --out\n',
      );
      expect(await fails('train', 'lm', 'over.txt', ...TINY, '--out', 'm.x', '--report', './m.x')).toContain(
        'another file than --out for --report',
      );
      const taken = await runTest(['train', 'lm', 'over.txt', ...TINY, '--out', 'texts'], { cwd: folder });
      expect([taken.status, taken.err]).toEqual([1, expect.stringContaining('received the folder texts')]);
    });
  });

  it('holds for predict, inspect and a resumed training too, and stops nothing else', async () => {
    await inData(async (folder, fails) => {
      const good = async (...argv: string[]) => {
        const { status, err } = await runTest(argv, { cwd: folder });
        expect([status, err]).toEqual([0, '']);
      };
      // A model beside the data, and over an older one: but its report is a text, which the folder would give the next time.
      expect(await fails('train', 'lm', 'texts', ...TINY, '--out', 'texts/m.safetensors')).toContain('for --report');
      for (let i = 0; i < 2; i++) {
        await good('train', 'lm', 'texts', ...TINY, '--out', 'texts/m.safetensors', '--report', 'm.html');
      }
      await good('train', 'classify', 'rows.tsv', ...TINY, '--out', 'c.safetensors');
      const model = readFileSync(join(folder, 'c.safetensors'));
      await fails('predict', 'c.safetensors', 'rows.tsv', '--out', 'rows.tsv');
      await fails('predict', 'c.safetensors', 'rows.tsv', '--out', 'c.safetensors');
      await fails('inspect', 'texts/m.safetensors', '--text-file', 'over.txt', '--report', 'hard.txt');
      await fails('inspect', 'c.safetensors', '--report', './c.safetensors');
      expect(readFileSync(join(folder, 'c.safetensors'))).toEqual(model);
      await good('predict', 'c.safetensors', 'rows.tsv', '--out', 'answers.jsonl');
      // What a training goes on from is no place for its model; its checkpoint may be written over.
      const io = testIo({
        cwd: folder,
        stderr: { write: (text) => text.includes('validation perplexity') && io.signals.emit('SIGINT') },
      });
      const argv = ['train', 'lm', 'over.txt', ...TINY.filter((word) => word !== '--quiet')];
      expect(await run([...argv, '--epochs', '3', '--out', 'm.safetensors'], io)).toBe(130);
      const checkpoint = readFileSync(join(folder, 'm.checkpoint'));
      await fails(...argv, '--resume', 'm.checkpoint', '--out', 'm.checkpoint');
      expect(readFileSync(join(folder, 'm.checkpoint'))).toEqual(checkpoint);
      await good(...argv, '--quiet', '--resume', 'm.checkpoint', '--out', 'm.safetensors');
    });
  });
});
