// Other data is read as the training data was: whatever its name, its columns by name, and what differs is said or refused.
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readProse } from './corpus.js';
import { type LabelledOptions, readLabelled } from './labelled.js';
import { type PairOptions, readSentencePairs } from './pairs.js';
import { type Reading, readingFrom } from './reading.js';
import { readSentences, readTokens, requireTags, type SentenceOptions } from './sentences.js';
import { readOneSeries, type SeriesValues } from './series.js';
import { inFolder, testSources } from './testing.js';
import { readTexts, type TextsOptions } from './texts.js';

type Files = Record<string, string | Uint8Array>;

/** Reads files of a folder; `-` is standard input. */
async function using<T>(files: Files, use: (sources: ReturnType<typeof testSources>) => Promise<T>): Promise<T> {
  return inFolder(async (cwd) => {
    const { '-': stdin = '', ...rest } = files;
    for (const [name, content] of Object.entries(rest)) writeFileSync(join(cwd, name), content);
    return use(testSources({ cwd, stdin: [stdin] }));
  });
}

/** As a model file has it. */
const kept = (reading: Reading): Reading | null => readingFrom(JSON.parse(JSON.stringify(reading)), 'm.safetensors');

const train = {
  labelled: (text: string, options: LabelledOptions = {}, name = 'train.csv') =>
    using({ [name]: text }, async (sources) => kept((await readLabelled(sources, [name], options)).reading)),
  pairs: (text: string, options: PairOptions = {}, name = 'train.tsv') =>
    using({ [name]: text }, async (sources) => kept((await readSentencePairs(sources, [name], options)).reading)),
  tagged: (text: string, options: SentenceOptions = {}, name = 'train.conll') =>
    using({ [name]: text }, async (sources) => kept((await readSentences(sources, [name], options)).reading)),
  series: (text: string, options: SeriesValues = {}, name = 'train.csv') =>
    using({ [name]: text }, async (sources) => kept((await readOneSeries(sources, [name], options)).reading)),
};

const one = (files: Files): string => Object.keys(files)[0];
const texts = (files: Files, reading: Reading | null, options: TextsOptions = {}) =>
  using(files, async (sources) => {
    const { rows, report } = await readTexts(sources, [one(files)], options, reading);
    return { texts: rows.map(({ text }) => text), report };
  });
const labelled = (files: Files, reading: Reading | null, options: LabelledOptions = {}) =>
  using(files, async (sources) => {
    const { rows, report } = await readLabelled(sources, [one(files)], options, reading);
    return { rows: rows.map(({ text, label }) => [text, label]), report };
  });

const FILMS = 'title,body,label\ndull plot,neutral words there,neg\nfine film,neutral words here,pos\n';

describe('a classifier', () => {
  it('reads the column that it was trained on, which other data must have', async () => {
    const reading = await train.labelled(FILMS, { text: 'title' });
    expect(reading).toMatchObject({ kind: 'labelled', format: 'csv', columns: { text: 'title', label: 'label' } });
    const { texts: read, report } = await texts({ 'new.csv': FILMS }, reading);
    expect(read).toEqual(['dull plot', 'fine film']);
    expect(report).toMatchObject({ columns: { text: 'title' }, format: 'csv', rows: 2 });
    expect((await labelled({ 'new.csv': FILMS }, reading)).rows[0]).toEqual(['dull plot', 'neg']);
    // In another order, without the label, under another name, packed, from standard input.
    const swapped = 'body,title\nneutral,fine film\n';
    for (const name of ['new.csv', 'new.txt', 'new', '-']) {
      expect((await texts({ [name]: swapped }, reading)).texts, name).toEqual(['fine film']);
    }
    expect((await texts({ 'new.csv.gz': gzipSync(swapped) }, reading)).texts).toEqual(['fine film']);
    for (const read_ of [texts, labelled]) {
      await expect(read_({ 'new.csv': 'text,body,label\na,b,pos\n' }, reading)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringMatching(/the column title in new\.csv, which the model was trained on/) as string,
        help: expect.stringContaining('it has the columns text, body, label') as string,
      });
    }
    await expect(labelled({ 'new.csv': 'title,body\na,b\n' }, reading)).rejects.toMatchObject({
      message: expect.stringContaining('the column label') as string,
    });
  });

  it('says where it reads another one, as it was asked to', async () => {
    const reading = await train.labelled(FILMS, { text: 'title' });
    const { texts: read, report } = await texts({ 'new.csv': FILMS }, reading, { column: 'body' });
    expect(read[0]).toBe('neutral words there');
    expect(report.columns).toEqual({ text: 'body' });
    expect(report.notes).toEqual(['new.csv: text column is body; the model was trained on title']);
    const measured = await labelled({ 'new.csv': FILMS }, reading, { label: 'body' });
    expect(measured.report.notes).toEqual(['new.csv: label column is body; the model was trained on label']);
    await expect(texts({ 'new.csv': FILMS }, reading, { column: 'bodi' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('takes another separator or format, if the columns are there, and says so', async () => {
    const reading = await train.labelled(FILMS, { text: 'title' });
    const tsv = await labelled({ 'new.tsv': FILMS.replaceAll(',', '\t') }, reading);
    expect(tsv.rows[1]).toEqual(['fine film', 'pos']);
    expect(tsv.report.format).toBe('tsv');
    expect(tsv.report.notes[0]).toMatch(/new\.tsv: read as TSV with tabs .*, unlike the training data/);
    const lines = await labelled({ '-': '{"label":"pos","title":"fine film"}\n' }, reading);
    expect(lines.rows).toEqual([['fine film', 'pos']]);
    const said = await labelled({ 'new.csv': FILMS.replaceAll(',', ':') }, reading, { separator: ':' });
    expect(said.rows).toHaveLength(2);
  });

  it('refuses a table without names where it was trained on one with names, and the other way round', async () => {
    const named = await train.labelled(FILMS, { text: 'title' });
    await expect(labelled({ 'new.csv': 'fine film,x,pos\ndull,x,neg\n' }, named)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    const told = await labelled({ 'new.csv': 'fine film,x,pos\n' }, named, { header: 'no', text: '1', label: '3' });
    expect(told.rows).toEqual([['fine film', 'pos']]);
    const rows = Array.from({ length: 30 }, (_, i) => `fine film ${i}\t${i % 2 ? 'pos' : 'neg'}\n`).join('');
    const plain = await train.labelled(rows, {}, 'train.tsv');
    expect(plain).toMatchObject({ header: false, columns: { text: '1', label: '2' }, width: 2 });
    await expect(labelled({ 'new.tsv': `text\tlabel\n${rows}` }, plain)).rejects.toMatchObject({
      code: 'FORMAT',
      message: expect.stringContaining('received the header text, label') as string,
    });
    expect((await labelled({ 'new.tsv': 'stop this\tpos\n' }, plain)).rows).toEqual([['stop this', 'pos']]);
    const said = await labelled({ 'new.tsv': 'label\ttext\npos\tfine\n' }, plain, {
      header: 'yes',
      text: 'text',
      label: 'label',
    });
    expect(said.rows).toEqual([['fine', 'pos']]);
  });

  it('answers each row once, empty ones too, in every format', async () => {
    const reading = await train.labelled('text,label\nfine film,pos\ndull plot,neg\n');
    const blank = ['fine film', '', '   ', 'dull plot'];
    const lines = 'fine film\n\n   \ndull plot\n';
    const asCsv = 'text\nfine film\n""\n"   "\ndull plot\n';
    const wide = 'text,label\nfine film,pos\n,\n   ,neg\ndull plot,\n';
    const json = blank.map((text) => `${JSON.stringify({ text })}\n`).join('');
    for (const [name, content] of [
      ['x.txt', lines],
      ['-', lines],
      ['x.csv', asCsv],
      ['-', asCsv],
      ['x.csv', wide],
      ['x.csv', lines.replace('fine', 'text\nfine')],
      ['x.tsv', wide.replaceAll(',', '\t')],
      ['x.jsonl', json],
      ['-', json],
      ['x.json', `[${json.trim().replaceAll('\n', ',')}]`],
      ['x.txt', lines.replaceAll('\n', '\r\n')],
      ['x.txt', lines.slice(0, -1)],
    ] as const) {
      const { texts: read, report } = await texts({ [name]: content }, reading);
      expect(read, `${name} ${content}`).toEqual(blank);
      expect(report.rows).toBe(4);
      expect(report.notes.join('\n')).toMatch(/2 rows are empty; each still gets an answer/);
    }
    expect((await texts({ 'x.jsonl': '{"text":null}\n{}\n{"text":"a"}\n' }, reading)).texts).toEqual(['', '', 'a']);
    expect((await texts({ 'x.txt': '\n\n' }, reading)).texts).toEqual(['', '']);
    await expect(texts({ 'x.txt': '' }, reading)).rejects.toMatchObject({ code: 'EMPTY' });
  });

  it('takes plain lines where they are no table, and says so', async () => {
    const reading = await train.labelled('text,label\nfine film,pos\ndull plot,neg\n');
    const { texts: read, report } = await texts({ '-': 'Well, this is fine\nand this, too, is\n' }, reading);
    expect(read).toEqual(['Well, this is fine', 'and this, too, is']);
    expect(report).toMatchObject({ format: 'lines', columns: { text: null } });
    expect(report.notes[0]).toMatch(/standard input: each line is one text/);
    // Of another table on standard input, the first line is no text.
    await expect(texts({ '-': 'body,label\na,pos\nb,neg\n' }, reading)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      help: expect.stringContaining('--format lines') as string,
    });
    const said = await texts({ 'x.csv': 'body,label\na,pos\n' }, reading, { format: 'lines' });
    expect(said.texts).toEqual(['body,label', 'a,pos']);
    const files = await using(
      { 'pos.txt': 'a\nb\n', 'neg.txt': 'c\n' },
      async (sources) => (await readLabelled(sources, ['pos.txt', 'neg.txt'], {})).reading,
    );
    expect(files).toMatchObject({ format: 'lines', columns: { text: null, label: null } });
    expect((await texts({ '-': 'a,b\nc\n' }, kept(files))).texts).toEqual(['a,b', 'c']);
    expect((await labelled({ 'pos.txt': 'a\nb\n' }, kept(files))).rows).toEqual([
      ['a', 'pos'],
      ['b', 'pos'],
    ]);
  });

  it('reads several files by the first, and leaves out what has no label, counted', async () => {
    const { rows, report } = await using(
      { 'a.csv': 'review,sentiment\nfine,pos\n,neg\nso so,\n', 'b.tsv': 'sentiment\treview\nneg\tdull\n' },
      async (sources) => readLabelled(sources, ['a.csv', 'b.tsv'], {}),
    );
    expect(rows.map(({ text, label, file, line }) => [text, label, file, line])).toEqual([
      ['fine', 'pos', 'a.csv', 2],
      ['dull', 'neg', 'b.tsv', 2],
    ]);
    expect(report.skipped).toEqual({ withoutText: 1, withoutLabel: 1 });
    await expect(
      using({ 'a.csv': 'text,label\nfine,pos\n', 'b.csv': 'title,label\ndull,neg\n' }, async (sources) =>
        readLabelled(sources, ['a.csv', 'b.csv'], {}),
      ),
    ).rejects.toThrow(/the column text in b\.csv, as the data before it has/);
  });
});

describe('a translator', () => {
  it('reads its source by name or number, with or without a target', async () => {
    const reading = await train.pairs('0 1 2\tzero one two\n1 4 4\tone four four\n', {}, 'pairs.tsv');
    expect(reading).toMatchObject({ header: false, columns: { source: '1', target: '2' } });
    const lines = await texts({ 'src.txt': '1 2 3\n\n4 0 1\n   \n2 2 2\n' }, reading);
    expect(lines.texts).toEqual(['1 2 3', '', '4 0 1', '   ', '2 2 2']);
    expect((await texts({ '-': 'I love you.\n' }, reading)).texts).toEqual(['I love you.']);
    expect((await texts({ '-': 'a\tb\nc\td\n' }, reading)).texts).toEqual(['a', 'c']);
    const named = await train.pairs(
      'id,french,english\n1,Va,Go\n2,Salut,Hi\n',
      { source: 'english', target: 'french' },
      'p.csv',
    );
    expect((await texts({ 'new.csv': 'english,other\nGo,1\n' }, named)).texts).toEqual(['Go']);
    await expect(texts({ 'new.csv': 'french\nVa\n' }, named)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const swapped = await using({ 'p.csv': 'french,english\nVa,Go\n' }, async (sources) =>
      readSentencePairs(sources, ['p.csv'], { source: 'french', target: 'english' }, named),
    );
    expect(swapped.rows[0]).toMatchObject({ source: 'Va', target: 'Go', file: 'p.csv' });
    expect(swapped.report.notes).toEqual(
      expect.arrayContaining(['p.csv: source column is french; the model was trained on english']),
    );
  });
});

describe('a tagger', () => {
  const BIO = 'Ann B-PER\nLee I-PER\nsaw O\n\nOslo B-LOC\n';
  const tokens = (files: Files, reading: Reading | null, options: SentenceOptions & { tags?: string[] } = {}) =>
    using(files, async (sources) => {
      const { rows, report } = await readTokens(sources, [one(files)], options, reading);
      return { tokens: rows.map((row) => row.tokens), report };
    });

  it('reads columns as its training data had them, whatever the name', async () => {
    const reading = await train.tagged(BIO);
    expect(reading).toMatchObject({ kind: 'tagged', format: 'conll', columns: { token: '1', tag: '-1' }, width: 2 });
    for (const name of ['new.txt', 'new.conll', 'new', '-']) {
      const { tokens: read, report } = await tokens({ [name]: BIO }, reading);
      expect(read, name).toEqual([['Ann', 'Lee', 'saw'], ['Oslo']]);
      expect(report.columns).toEqual({ token: '1', tag: null });
    }
    // Words alone, one a line; sentences as lines only where that is said.
    expect((await tokens({ 'w.txt': 'Ann\nsaw\n\nOslo\n' }, reading)).tokens).toEqual([['Ann', 'saw'], ['Oslo']]);
    const plain = 'Ann Lee saw Oslo\nwell\n\nYes .\n';
    await expect(tokens({ 'new.txt': plain }, reading)).rejects.toMatchObject({
      code: 'FORMAT',
      message: expect.stringContaining('expected 2 columns in new.txt, as in the training data, received 4') as string,
      help: expect.stringContaining('--format lines') as string,
    });
    const lines = await tokens({ 'new.txt': plain }, reading, { format: 'lines' });
    expect(lines.tokens).toEqual([['Ann', 'Lee', 'saw', 'Oslo'], ['well'], [], ['Yes', '.']]);
    expect(lines.report.notes).toEqual(['new.txt: each line is one sentence, its tokens separated by spaces']);
    await using({ 'empty.conll': '\n\n' }, async (sources) => {
      await expect(readSentences(sources, ['empty.conll'], {}, reading)).rejects.toMatchObject({ code: 'EMPTY' });
    });
    // Two words a line look like a word and its tag, but for what the tags are.
    const tags = ['B-PER', 'I-PER', 'B-LOC', 'O'];
    await expect(tokens({ '-': 'Hello Ann\n' }, reading, { tags })).rejects.toMatchObject({
      message: expect.stringContaining('received "Ann" and no tag of the model') as string,
    });
    expect((await tokens({ '-': BIO }, reading, { tags })).tokens).toHaveLength(2);
  });

  it('reads the column that it was trained on', async () => {
    const wide = 'Ann NNP B-PER\nsaw VBD O\n';
    const pos = await train.tagged(wide, { tagColumn: '2' });
    const measured = await using({ 'x.txt': wide }, async (sources) => readSentences(sources, ['x.txt'], {}, pos));
    expect(measured.rows[0].tags).toEqual(['NNP', 'VBD']);
    expect(measured.report.columns).toEqual({ token: '1', tag: '2' });
    const last = await train.tagged(wide);
    const two = 'Ann NNP\nsaw VBD\n';
    expect((await tokens({ 'x.txt': two }, last)).report.notes[0]).toMatch(/2 columns, the training data had 3/);
    await expect(
      using({ 'x.txt': two }, async (sources) => readSentences(sources, ['x.txt'], {}, last)),
    ).rejects.toMatchObject({ code: 'FORMAT' });
    const named = await using({ 'x.txt': two }, async (sources) =>
      readSentences(sources, ['x.txt'], { tagColumn: '2' }, last),
    );
    expect(named.rows[0].tags).toEqual(['NNP', 'VBD']);
  });

  it('says where data is CoNLL-U, and the training data was not', async () => {
    const conllu = '1\tAnn\t_\tPROPN\t_\t_\t_\t_\t_\t_\n2\tsaw\t_\tVERB\t_\t_\t_\t_\t_\t_\n';
    const reading = await train.tagged(conllu, { tagColumn: 'upos' }, 'train.conllu');
    expect((await tokens({ '-': conllu }, reading)).tokens).toEqual([['Ann', 'saw']]);
    const { tokens: read, report } = await tokens({ 'new.txt': BIO }, reading);
    expect(read[0]).toEqual(['Ann', 'Lee', 'saw']);
    expect(report.notes).toEqual([
      'new.txt: columns as in CoNLL, unlike the training data (CoNLL-U): token in column 1',
    ]);
  });

  it('knows file and line of a tag', async () => {
    const { rows } = await using(
      { 'a.conll': '# sent_id = 1\nAnn B-PER\n\n# sent_id = 2\nsaw O\nOslo B-CITY\n' },
      async (sources) => readSentences(sources, ['a.conll'], {}),
    );
    expect(() => requireTags(rows, ['B-PER', 'O'])).toThrow(/received "B-CITY" in line 6 of a\.conll/);
    expect(() => requireTags(rows, ['B-PER', 'O', 'B-CITY'])).not.toThrow();
  });
});

describe('a forecaster', () => {
  const dated = (rows: string[]): string => rows.map((row, i) => `2021-01-0${i + 1},${row}\n`).join('');
  const series = (files: Files, reading: Reading | null, options: SeriesValues = {}) =>
    using(files, async (sources) => {
      const { series: read, report } = await readOneSeries(sources, [one(files)], options, reading);
      return { target: read.target, inputs: read.inputs, time: read.time, report };
    });

  it('reads target and inputs as it was trained, and names them', async () => {
    const prices = `Date,Open,Close,Volume\n${dated(['1,2,300', '2,3,200', '3,5,100'])}`;
    const reading = await train.series(prices, { target: 'Close', inputs: 'Open' });
    expect(reading?.columns).toEqual({ target: 'Close', inputs: ['Open'], time: 'Date' });
    for (const name of ['new.csv', 'new.txt', '-']) {
      const { target, inputs, report } = await series({ [name]: prices }, reading);
      expect([target.name, ...target.values], name).toEqual(['Close', 2, 3, 5]);
      expect(inputs.map((input) => [input.name, ...input.values])).toEqual([['Open', 1, 2, 3]]);
      expect(report.columns).toEqual({ target: 'Close', inputs: ['Open'], time: 'Date' });
    }
    await expect(series({ 'new.csv': `Date,Open,Last\n${dated(['1,2', '2,3'])}` }, reading)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('the column Close in new.csv') as string,
    });
    await expect(series({ 'new.csv': `Date,Close\n${dated(['1', '2'])}` }, reading)).rejects.toThrow(/the column Open/);
  });

  it('takes columns under other names as those of the model, and says so', async () => {
    const reading = await train.series(`date,units,price\n${dated(['5,9', '6,8'])}`, {
      target: 'units',
      inputs: 'price',
    });
    const other = `date,stück,preis\n${dated(['7,3', '8,4'])}`;
    const { target, inputs, report } = await series({ 'new.csv': other }, reading, {
      target: 'stück',
      inputs: 'preis',
    });
    expect([target.name, target.column, inputs[0].name, inputs[0].column]).toEqual([
      'units',
      'stück',
      'price',
      'preis',
    ]);
    expect(report.notes).toEqual([
      'new.csv: target column is stück; the model was trained on units',
      'new.csv: input column is preis; the model was trained on price',
    ]);
    await expect(series({ 'new.csv': other }, reading, { inputs: 'preis,stück' })).rejects.toMatchObject({
      code: 'OPTION',
      message: expect.stringContaining('expected the 1 inputs') as string,
    });
  });

  it('fills what is missing as in training, and can be told that there is no time', async () => {
    const reading = await train.series(`date,v\n${dated(['1', '', '3'])}`, { missing: 'interpolate' });
    const gap = 'date,v\n2021-01-01,1\n2021-01-02,2\n2021-01-03,3\n2021-01-04,4\n2021-01-05,5\n2021-01-07,7\n';
    const { target, report } = await series({ 'x.csv': gap }, reading);
    expect([...target.values]).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect([...target.invented]).toEqual([0, 0, 0, 0, 0, 1, 0]);
    expect(report.notes.join('\n')).toMatch(/1 row is missing, interpolated/);
    const strict = await series({ 'x.csv': gap }, reading, { missing: 'error' });
    expect(strict.target.values).toHaveLength(6);
    expect(strict.report).toMatchObject({ skipped: { absentRows: 1 } });
    const local = 'date,v\n2021-10-31 02:00,1\n2021-07-01 02:00,2\n2021-08-31 02:00,3\n';
    await expect(series({ 'x.csv': local }, reading)).rejects.toThrow(/times that rise/);
    const without = await series({ 'x.csv': local }, reading, { time: 'none' });
    expect(without.time).toBeNull();
    expect([...without.target.values]).toEqual([1, 2, 3]);
  });

  it('leaves out rows at the end that have no target yet', async () => {
    const reading = await train.series(`date,units,price\n${dated(['5,9', '6,8'])}`, {
      target: 'units',
      inputs: 'price',
    });
    const { target, report } = await series({ 'x.csv': `date,units,price\n${dated(['5,9', '6,8', ',7'])}` }, reading, {
      future: true,
    });
    expect([...target.values]).toEqual([5, 6]);
    expect(report.skipped).toEqual({ rowsAhead: 1 });
  });
});

describe('a language model', () => {
  it('reads text out of JSON where it was trained on such, by the extension or from standard input', async () => {
    const reading: Reading = {
      kind: 'text',
      format: 'jsonl',
      columns: {},
      separator: null,
      header: null,
      width: null,
      comment: null,
      encoding: 'utf-8',
      decimal: null,
      dates: null,
      missing: null,
    };
    const json = '{"text":"床前明月光"}\n{"text":"疑是地上霜"}\n';
    const read = (files: Files, stored: Reading | null, format?: string) =>
      using(
        files,
        async (sources) =>
          (await readProse(sources, [one(files)], { settings: { tokens: 'char' }, format }, stored)).text,
      );
    expect(await read({ 'x.jsonl': json }, null)).toBe('床前明月光\n\n疑是地上霜\n');
    expect(await read({ '-': json }, reading)).toBe('床前明月光\n\n疑是地上霜\n');
    expect(await read({ '-': 'plain\n' }, reading)).toBe('plain\n');
    expect(await read({ '-': json }, null)).toBe(json);
    expect(await read({ '-': json }, null, 'jsonl')).toBe('床前明月光\n\n疑是地上霜\n');
    expect(await read({ 'x.txt': Buffer.from('\ufeffwide', 'utf16le') }, null)).toBe('wide');
    await expect(read({ 'x.pdf': '%PDF-1.7' }, null)).rejects.toThrow(/a PDF document/);
  });
});

describe('readingFrom', () => {
  const good = {
    kind: 'labelled',
    format: 'csv',
    columns: { text: 'a', label: null },
    separator: ',',
    header: true,
    width: 2,
    comment: null,
    encoding: 'utf-8',
    decimal: null,
    dates: null,
    missing: null,
  };

  it('takes what was written, and nothing for a model of before', () => {
    expect(readingFrom(good, 'm')).toEqual(good);
    expect(
      readingFrom({ ...good, more: 1, columns: { text: 'a', label: null, __proto__: 'x', other: 'y' } }, 'm'),
    ).toEqual(good);
    expect(readingFrom(null, 'm')).toBeNull();
    expect(readingFrom(undefined, 'm')).toBeNull();
  });

  it('refuses what is damaged', () => {
    for (const [key, value] of Object.entries({
      ...{ kind: 'other', format: 'xlsx', columns: null, separator: 7, header: 'yes', width: 0, comment: 3 },
      ...{ encoding: null, decimal: ';', dates: 'year-first', missing: 'zero' },
    })) {
      expect(() => readingFrom({ ...good, [key]: value }, 'm'), key).toThrow(
        expect.objectContaining({ code: 'FORMAT' }),
      );
    }
    for (const value of [7, [], 'csv', { ...good, columns: { text: 7 } }, { ...good, columns: { inputs: [1] } }, {}]) {
      expect(() => readingFrom(value, 'm')).toThrow(expect.objectContaining({ code: 'FORMAT' }));
    }
  });
});

const DATA = resolve(process.env.UNROLLED_DATA ?? '../shared/data');
describe.skipIf(!existsSync(join(DATA, 'fra-eng')))('a known data set (skipped without the data folder)', () => {
  it('says itself how it is written, and is read as before where it was trained on', async () => {
    const sources = testSources({ env: { UNROLLED_DATA: DATA } });
    const other = await train.pairs('french,english\nVa,Go\nSalut,Hi\n', { source: 'english' }, 'p.csv');
    const own = await readSentencePairs(sources, ['fra-eng'], {}, other);
    expect([own.rows[0].source, own.report.columns]).toEqual(['Go.', { source: '1', target: '2' }]);
    const { reading } = await readSentencePairs(sources, ['fra-eng'], { source: '2' });
    const again = await readSentencePairs(sources, ['fra-eng'], {}, kept(reading));
    expect(again.report.columns).toEqual({ source: '2', target: '1' });
  });
});
