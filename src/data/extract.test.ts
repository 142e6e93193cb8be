import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Corpus } from '../text/corpus.js';
import { extractText, isDataFile } from './extract.js';

const extract = (data: unknown, name = 'a.json') =>
  extractText(new TextEncoder().encode(typeof data === 'string' ? data : JSON.stringify(data)), name);

const CLASSICS = join(process.env.UNROLLED_DATA ?? '../shared/data', 'chinese-classics');

describe('isDataFile', () => {
  it.each([
    'a.txt',
    'dir/b.TXT',
    'c.json.gz',
    'd.jsonl',
    'e.md',
    'kernel.c',
    'source.txt',
    'about-time.txt',
    'a\\b.txt',
  ])('takes %s', (name) => expect(isDataFile(name)).toBe(true));
  it.each([
    ...['LICENSE', 'LICENSE.gz', 'LICENCE.txt', 'SOURCE.txt', 'README.md', 'readme', 'dir/README.txt', '_about.txt'],
    ...['.hidden.txt', '.txt', 'picture.png', 'noextension', 'archive.zip', 'package.json', 'weights.safetensors'],
  ])('passes over %s', (name) => expect(isDataFile(name)).toBe(false));
});

describe('extractText', () => {
  it('gives plain text as it is', () => {
    expect(extract('  a\r\n{"text": 1}\n', 'a.txt')).toBe('  a\r\n{"text": 1}\n');
    expect(extract('', 'a.txt')).toBe('');
  });

  it('takes the text fields of records, a line each, a blank line between records', () => {
    const poems = [
      { author: '李白', title: '静夜思', paragraphs: ['床前明月光，', '疑是地上霜。'], id: 'x1' },
      { title: 'no text here', paragraphs: [] },
      { title: '关雎', content: ['关关雎鸠，'], tags: ['国风'] },
    ];
    expect(extract(poems)).toBe('床前明月光，\n疑是地上霜。\n\n关关雎鸠，\n');
    expect(extract({ info: 'set', data: poems })).toBe('床前明月光，\n疑是地上霜。\n\n关关雎鸠，\n');
    expect(extract({ Text: 'one', meta: { note: 'two' } })).toBe('one\n');
  });

  it('goes into text fields that hold records', () => {
    const book = {
      title: 'T',
      content: ['preface', { chapter: 'I', paragraphs: ['a', 'b'] }, { chapter: 'II', paragraphs: ['c'] }],
    };
    expect(extract(book)).toBe('preface\n\na\nb\n\nc\n');
    expect(extract({ lines: [['a', 'b'], { who: 'X', says: 'c' }] })).toBe('a\nb\nX\nc\n');
  });

  it('takes all strings but identifiers where there is no text field', () => {
    const records = [
      { id: 'A7', question: 'why?', answer: 'because', url: 'http://x', key: 'c65539db-4e2b-4ce4-a22b-563b6ef3f4f1' },
      { question: 'how?', n: 3 },
    ];
    expect(extract(records)).toBe('why?\nbecause\n\nhow?\n');
    expect(extract(['one', 'two'])).toBe('one\ntwo\n');
    expect(extract('"alone"')).toBe('alone\n');
  });

  it('reads JSON lines', () => {
    expect(extract('{"text":"a"}\n\n{"text":"b","id":"7"}\r\n', 'x.jsonl')).toBe('a\n\nb\n');
    expect(() => extract('{"text":"a"}\n{"text":', 'x.jsonl')).toThrow(/line 2 of x\.jsonl/);
  });

  it('refuses damaged JSON, JSON without text, and nesting without end', () => {
    expect(() => extract('{"text": ')).toThrow(expect.objectContaining({ code: 'FORMAT' }));
    expect(() => extract([{ id: 'x' }, 3, null])).toThrow(expect.objectContaining({ code: 'EMPTY' }));
    expect(() => extract('')).toThrow(expect.objectContaining({ code: 'FORMAT' }));
    const deep = `[{"text":"a"},${'['.repeat(100_000)}${']'.repeat(100_000)}]`;
    expect(() => extract(deep)).toThrow(expect.objectContaining({ code: 'FORMAT' }));
    expect(() => extractText(Uint8Array.of(0xff, 0xfe, 0x7b, 0), 'wide.json')).toThrow(/wide\.json/);
  });

  // Without the data folder (UNROLLED_DATA) this is reported as skipped.
  it.skipIf(!existsSync(CLASSICS))('reads a folder of Chinese classics as it is', () => {
    const names = readdirSync(CLASSICS).filter(isDataFile);
    expect(names).toHaveLength(15);
    const texts = names.map((name) => {
      const plain = name.replace(/\.gz$/, '');
      return extractText(gunzipSync(readFileSync(join(CLASSICS, name))), plain);
    });
    const tang = texts[names.indexOf('tang300.json.gz')];
    expect(tang.startsWith('西陸蟬聲唱，南冠客思侵。\n那堪玄鬢影')).toBe(true);
    expect(tang.replace(/\n/g, '')).toHaveLength(25_239);
    const corpus = Corpus.fromText(texts.join('\n'), { validation: 0.05 });
    expect(corpus.tokens.length).toBeGreaterThan(700_000);
    expect(corpus.vocabulary.has('a')).toBe(false);
    expect(corpus.validation.includes(0)).toBe(true);
  });
});
