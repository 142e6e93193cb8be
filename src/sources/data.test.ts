import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bytesOf, readData, textOf } from './data.js';
import { inFolder, testSources } from './testing.js';

const code = (name: string) => expect.objectContaining({ code: name });

describe('readData', () => {
  it('reads a file, a gzipped one, several, and standard input', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'a.txt'), 'eins');
      writeFileSync(join(cwd, 'b.txt.gz'), gzipSync('zwei\n'));
      const io = testSources({
        cwd,
        // 诗, cut between two chunks
        stdin: [new Uint8Array([0xe8, 0xaf]), new Uint8Array([0x97])],
      });
      const data = await readData(io, ['a.txt', 'b.txt.gz', '-']);
      expect(textOf(data)).toBe('eins\nzwei\n诗');
      expect(new TextDecoder().decode(bytesOf(data))).toBe('einszwei\n诗');
      expect(data.name).toBe('a-and-2-more');
    }));

  it('reads a folder in the order of its paths, without hidden, binary and licence files', () =>
    inFolder(async (cwd) => {
      mkdirSync(join(cwd, 'poems', 'b'), { recursive: true });
      mkdirSync(join(cwd, 'poems', '.git'));
      const write = (path: string, content: string | Uint8Array): void =>
        writeFileSync(join(cwd, 'poems', path), content);
      write('c.txt', 'three');
      write('a.txt', 'one');
      write('b/z.txt.gz', gzipSync('two'));
      write('.git/config', 'no');
      write('LICENSE', 'no');
      write('SOURCE.txt', 'no');
      write('picture', Uint8Array.of(1, 0, 2));
      write('empty.txt', '');
      const data = await readData(testSources({ cwd }), ['poems/']);
      expect(textOf(data)).toBe('one\ntwo\nthree');
      expect(data.name).toBe('poems');
    }));

  it('refuses what is not there, with the nearest names', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'melville.txt'), 'x');
      mkdirSync(join(cwd, 'none'));
      writeFileSync(join(cwd, 'none', 'x.bin'), Uint8Array.of(0));
      writeFileSync(join(cwd, 'cut.txt.gz'), gzipSync('some text').subarray(0, 15));
      const io = testSources({ cwd });
      await expect(readData(io, ['mellville.txt'])).rejects.toMatchObject({
        code: 'NOT_FOUND',
        help: expect.stringContaining('melville.txt'),
      });
      await expect(readData(io, ['moby-dik'])).rejects.toMatchObject({ help: expect.stringContaining('moby-dick') });
      await expect(readData(io, [''])).rejects.toThrow(code('NOT_FOUND'));
      await expect(readData(io, ['none'])).rejects.toThrow(code('EMPTY'));
      await expect(readData(io, ['cut.txt.gz'])).rejects.toThrow(code('FORMAT'));
    }));

  it('says what a known data set is for, where it is no text, even if it is not here', async () => {
    const io = testSources({ cwd: '/', env: {} });
    await expect(readData(io, ['imdb'])).rejects.toThrow(/expected text, .* data set imdb, which is texts with labels/);
    for (const name of ['sentence-polarity', 'conll2000', 'ett', 'fra-eng', 'cmudict', 'glove-50d', 'mnist-t10k']) {
      await expect(readData(io, [name]), name).rejects.toThrow(code('USAGE'));
    }
    await expect(readData(io, ['ett'], 'labelled')).rejects.toThrow(/expected texts with labels, .* forecasting/);
  });

  it('says where a text is not UTF-8, and takes any bytes as bytes', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'latin.txt'), Uint8Array.of(97, 0xe9, 98));
      const data = await readData(testSources({ cwd }), ['latin.txt']);
      expect(() => textOf(data)).toThrow(/latin\.txt.*offset 1/);
      expect([...bytesOf(data)]).toEqual([97, 0xe9, 98]);
    }));

  const real = resolve(process.env.UNROLLED_DATA ?? '../shared/data');
  it.skipIf(!existsSync(join(real, 'chinese-classics')))(
    'reads Chinese poems out of JSON, as a file and by name (skipped without the data folder)',
    async () => {
      const io = testSources({ env: { UNROLLED_DATA: real } });
      const text = textOf(await readData(io, [join(real, 'chinese-classics', 'tang300.json.gz')]));
      expect(text).not.toMatch(/[{}"]/);
      expect((text.match(/\p{Script=Han}/gu) ?? []).length).toBeGreaterThan(10_000);
      expect(textOf(await readData(io, ['names-18-languages']))).toContain('\nVuu\n');
      const machine = textOf(await readData(io, ['timemachine']));
      expect(machine).toContain('The Time Traveller');
    },
  );
});
