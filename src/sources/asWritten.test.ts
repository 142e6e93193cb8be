// Files as spreadsheets, statistics packages and other toolkits really write them: read, or refused with the place.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readLabelled } from './labelled.js';
import { readSentencePairs } from './pairs.js';
import { readSentences } from './sentences.js';
import { readOneSeries } from './series.js';
import { inFolder, testSources } from './testing.js';

type Content = string | Uint8Array;

const utf16 = (text: string, mark = true): Uint8Array => Buffer.from((mark ? '\ufeff' : '') + text, 'utf16le');
const utf16be = (text: string): Uint8Array => Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
const latin = (text: string): Uint8Array => Buffer.from(text, 'latin1');

async function inFile<T>(name: string, content: Content, use: (cwd: string) => Promise<T>): Promise<T> {
  return inFolder(async (cwd) => {
    writeFileSync(join(cwd, name), content);
    return use(cwd);
  });
}

const labelled = (name: string, content: Content, options: Parameters<typeof readLabelled>[2] = {}) =>
  inFile(name, content, async (cwd) => {
    const { rows, report } = await readLabelled(testSources({ cwd }), [name], options);
    return { rows: rows.map(({ text, label, line }) => [text, label, line]), report };
  });

const FILMS = [
  ['fine film', 'pos'],
  ['dull plot', 'neg'],
];
/** Its lines in the file. */
const at = (...lines: number[]) => FILMS.map((row, i) => [...row, lines[i]]);

describe('texts with labels', () => {
  it.each<[what: string, name: string, content: Content, lines: number[], said?: RegExp]>([
    ['Excel with sep=', 'x.csv', 'sep=;\r\ntext;label\r\nfine film;pos\r\ndull plot;neg\r\n', [3, 4], /separator ";"/],
    ['Excel with "sep=,"', 'x.csv', '"sep=,"\ntext,label\nfine film,pos\ndull plot,neg\n', [3, 4]],
    ["Excel's Unicode text", 'x.txt', utf16('text\tlabel\r\nfine film\tpos\r\ndull plot\tneg\r\n'), [2, 3], /utf-16le/],
    [
      'UTF-16 without a mark',
      'x.tsv',
      utf16('text\tlabel\nfine film\tpos\ndull plot\tneg\n', false),
      [2, 3],
      /utf-16le/,
    ],
    ['big-endian UTF-16', 'x.csv', utf16be('text,label\nfine film,pos\ndull plot,neg\n'), [2, 3], /utf-16be/],
    ['a byte order mark', 'x.csv', '\ufefftext,label\nfine film,pos\ndull plot,neg\n', [2, 3]],
    ['old line ends', 'x.csv', 'text,label\rfine film,pos\rdull plot,neg\r', [2, 3]],
    ['mixed line ends', 'x.csv', 'text,label\r\nfine film,pos\ndull plot,neg\r\n', [2, 3]],
    ['separators at the ends', 'x.csv', 'text,label,,\nfine film,pos,,\ndull plot,neg,,\n', [2, 3]],
    [
      'separators at the ends of some',
      'x.csv',
      'text,label\nfine film,pos,\ndull plot,neg\n',
      [2, 3],
      /empty columns at the end of 1 row/,
    ],
    ['rows of nothing but separators', 'x.csv', 'text,label\nfine film,pos\n,\ndull plot,neg\n,\n,\n', [2, 4]],
    ['row names of R', 'x.csv', '"text","label"\n"1","fine film","pos"\n"2","dull plot","neg"\n', [2, 3], /row names/],
    [
      'write.csv of R',
      'x.csv',
      '"","text","label"\n"1","fine film","pos"\n"2","dull plot","neg"\n',
      [2, 3],
      /row numbers/,
    ],
    ['write.table of R', 'x.txt', '"text" "label"\n"1" "fine film" "pos"\n"2" "dull plot" "neg"\n', [2, 3]],
    ['to_csv of pandas', 'x.csv', ',text,label\n0,fine film,pos\n1,dull plot,neg\n', [2, 3], /row numbers/],
    ['an index read and written twice', 'x.csv', 'Unnamed: 0,text,label\n0,fine film,pos\n1,dull plot,neg\n', [2, 3]],
    ['names in quotes', 'x.csv', '"Text","Label"\n"fine film","pos"\n"dull plot","neg"\n', [2, 3]],
    [
      'quotes and tabs',
      'x.tsv',
      'text\tlabel\n"fine film"\tpos\n"dull plot"\tneg\n"a ""b"""\tpos\n'.replace('"a ""b"""\tpos\n', ''),
      [2, 3],
    ],
    [
      'comments at the top',
      'x.csv',
      '# made by us\n# in May\ntext,label\nfine film,pos\ndull plot,neg\n',
      [4, 5],
      /skipped 2 comment lines/,
    ],
    ['bars', 'x.psv', 'text|label\nfine film|pos\ndull plot|neg\n', [2, 3], /bars/],
    [
      'JSON lines with more in them',
      'x.jsonl',
      '{"id":1,"text":"fine film","label":"pos","meta":{"a":1}}\n{"id":2,"text":"dull plot","label":"neg"}\n',
      [1, 2],
    ],
    [
      'JSON with the rows in a field',
      'x.json',
      '{"version": 1,\n "data": [{"text":"fine film","label":"pos"},\n{"text":"dull plot","label":"neg"}]}',
      [1, 1],
      /rows are the objects in "data"/,
    ],
    [
      'to_json of pandas, by columns',
      'x.json',
      '{"text":{"0":"fine film","1":"dull plot"},"label":{"0":"pos","1":"neg"}}',
      [1, 1],
    ],
    [
      'to_json of pandas, split',
      'x.json',
      '{"columns":["text","label"],"index":[0,1],"data":[["fine film","pos"],["dull plot","neg"]]}',
      [1, 1],
    ],
    [
      'NaN as Python writes it',
      'x.jsonl',
      '{"text":"fine film","label":"pos","score":NaN}\n{"text":"dull plot","label":"neg","score":-Infinity}\n',
      [1, 2],
    ],
    [
      'a list in a file of JSON lines',
      'x.jsonl',
      '[{"text":"fine film","label":"pos"},\n{"text":"dull plot","label":"neg"}]',
      [1, 2],
    ],
    ['gzip whatever the name', 'x.csv', gzipSync('text,label\nfine film,pos\ndull plot,neg\n'), [2, 3]],
  ])('%s', async (_, name, content, lines, said) => {
    const { rows, report } = await labelled(name, content);
    const texts = rows.map(([text, label]) => [String(text).replace(/^"|"$/g, ''), label]);
    expect(texts).toEqual(FILMS);
    expect(rows.map(([, , line]) => line)).toEqual(lines);
    if (said) expect(report.notes.join('\n')).toMatch(said);
  });

  it('unquotes tabs as spreadsheets write them, and leaves quotes of text alone', async () => {
    const excel = 'text\tlabel\n"he said ""no"", then left"\tneg\n"two\nlines"\tpos\n';
    expect((await labelled('x.txt', excel)).rows).toEqual([
      ['he said "no", then left', 'neg', 2],
      ['two\nlines', 'pos', 3],
    ]);
    const plain = 'text\tlabel\n"no", he said\tneg\n"yes" "maybe"\tpos\n';
    expect((await labelled('x.tsv', plain)).rows[0][0]).toBe('"no", he said');
  });

  it('keeps hash tags, whatever comments there are', async () => {
    const tweets = '# collected in May\ntext,label\n#nice day,pos\n#sad day,neg\n';
    expect((await labelled('x.csv', tweets)).rows).toEqual([
      ['#nice day', 'pos', 3],
      ['#sad day', 'neg', 4],
    ]);
    const first = '#text,label\nfine film,pos\ndull plot,neg\n';
    expect((await labelled('x.csv', first, { header: 'yes', text: '#text' })).rows).toEqual(at(2, 3));
    const said = '// one\ntext,label\nfine film,pos\n// two\ndull plot,neg\n';
    expect((await labelled('x.csv', said, { comment: '//' })).rows).toEqual(at(3, 5));
    await expect(labelled('x.csv', said)).rejects.toThrow(/line 1 of x\.csv/);
  });

  it('reads other encodings where they are said, and says where they are not', async () => {
    const content = latin('text,label\nun café,pos\nl’été,neg\n'.replace('’', "'"));
    await expect(labelled('x.csv', content)).rejects.toMatchObject({
      code: 'ENCODING',
      message: expect.stringMatching(/x\.csv.*at offset 18/) as string,
      help: expect.stringContaining('--encoding windows-1252') as string,
    });
    const { rows, report } = await labelled('x.csv', content, { encoding: 'latin1' });
    expect(rows[0][0]).toBe('un café');
    expect(report.notes[0]).toBe('x.csv: encoding windows-1252');
    await expect(labelled('x.csv', content, { encoding: 'klingon' })).rejects.toMatchObject({ code: 'OPTION' });
    await expect(labelled('x.csv', Uint8Array.of(0xff, 0x41), { encoding: 'shift_jis' })).rejects.toMatchObject({
      code: 'ENCODING',
    });
  });

  it.each<[what: string, content: Content, place: RegExp]>([
    [
      'a title above the table',
      'Film reviews of May\ntext,label\nfine film,pos\ndull plot,neg\n',
      /2 columns in line 1 of x\.csv/,
    ],
    [
      'a source below the table',
      'text,label\nfine film,pos\ndull plot,neg\nSource: us\n',
      /2 columns in line 4 of x\.csv/,
    ],
    ['ARFF', '% films\n@relation films\n@attribute text string\n@data\n"fine film"\n', /ARFF/],
    ['LIBSVM', '+1 1:0.5 3:1.2\n-1 2:1\n', /LIBSVM/],
    ['a page', '<!DOCTYPE html>\n<table><tr><td>fine film</td></tr></table>\n', /HTML/],
    ['XML', '<?xml version="1.0"?>\n<films/>\n', /XML/],
    ['an export of a database', 'INSERT INTO films VALUES (1);\n', /SQL/],
    ['a PDF', '%PDF-1.7\n', /a PDF document/],
    ['an old workbook', Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1), /workbook/],
    ['Parquet', 'PAR1\u0015', /Parquet/],
    ['bzip2', 'BZh91AY', /bzip2/],
    ['a NumPy array', Uint8Array.of(0x93, ...Buffer.from('NUMPY')), /NumPy/],
    ['a quote left open', 'text,label\n"fine film,pos\ndull plot,neg\n', /line 2 of x\.csv/],
    [
      'the same name twice',
      'text,text\nfine film,pos\n'.replace('text,text', 'text,label,label').replace('pos', 'pos,pos'),
      /"label" twice/,
    ],
    [
      'records without a key in common',
      Array.from({ length: 3000 }, (_, i) => `{"k${i}":1}`).join('\n'),
      /same keys in x\.csv, received \d+ different/,
    ],
  ])('are refused with the place: %s', async (_, content, place) => {
    await expect(
      labelled('x.csv', content, content.toString().startsWith('{') ? { format: 'jsonl' } : {}),
    ).rejects.toThrow(place);
  });

  it('take no longer for 100,000 columns, or 20,000 records with a key each', async () => {
    const wide = Array.from({ length: 100_000 }, (_, i) => `c${i}`).join(',');
    const { rows } = await labelled('x.csv', `text,label,${wide}\nfine film,pos,${wide.replaceAll('c', '')}\n`);
    expect(rows).toEqual([['fine film', 'pos', 2]]);
    const keys = Array.from({ length: 20_000 }, (_, i) => `{"text":"a","label":"b","k${i}":1}`).join('\n');
    await expect(labelled('x.jsonl', keys)).rejects.toThrow(/expected records with the same keys/);
  });
});

describe('sentences with tags', () => {
  const tagged = (name: string, content: Content) =>
    inFile(name, content, async (cwd) => {
      const { rows, report } = await readSentences(testSources({ cwd }), [name], {});
      return {
        rows: rows.map(({ tokens, tags }) => tokens.map((token, i) => `${token}/${tags[i]}`).join(' ')),
        report,
      };
    });

  it.each<[what: string, content: string, sentences: string[], said: RegExp]>([
    [
      'CoNLL-2003',
      '-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\n\nPeter NNP B-NP B-PER\n',
      ['EU/B-ORG rejects/O', 'Peter/B-PER'],
      /skipped 1 document mark$/m,
    ],
    [
      'CoNLL-U',
      '# text = It is\n1-2\tIt’s\t_\t_\t_\t_\t_\t_\t_\t_\n1\tIt\tit\tPRON\t_\t_\t0\troot\t_\t_\n2\tis\tbe\tAUX\t_\t_\t1\tcop\t_\t_\n',
      ['It/PRON is/AUX'],
      /skipped 1 range of words/,
    ],
    [
      'columns with tabs, and Windows’ lines',
      'EU\tB-ORG\r\nrejects\tO\r\n\r\nPeter\tB-PER\r\n',
      ['EU/B-ORG rejects/O', 'Peter/B-PER'],
      /2 columns: token in column 1, tag in column 2/,
    ],
    ['a line of blanks between sentences', 'EU B-ORG\n  \nPeter B-PER\n', ['EU/B-ORG', 'Peter/B-PER'], /2 columns/],
    ['UTF-8 with a mark', '\ufeffEU B-ORG\n', ['EU/B-ORG'], /2 columns/],
  ])('%s', async (_, content, sentences, said) => {
    const { rows, report } = await tagged('x.txt', content);
    expect(rows).toEqual(sentences);
    expect(report.notes.join('\n')).toMatch(said);
  });

  it('are refused with the place', async () => {
    await expect(tagged('x.conll', 'EU B-ORG\nrejects the O\n')).rejects.toThrow(/2 columns in line 2 of x\.conll/);
    await expect(tagged('x.conll', '1 EU B-ORG\n2 rejects O\n')).rejects.toThrow(/numbers from line 1/);
  });
});

describe('pairs and series', () => {
  const stored = (path: string, content: string): Uint8Array => {
    const [name, packed] = [Buffer.from(path), deflateRawSync(content)];
    const u16 = (n: number): number[] => [n & 255, n >>> 8];
    const u32 = (n: number): number[] => [...u16(n & 0xffff), ...u16(n >>> 16)];
    const about = [
      20,
      0,
      0,
      0,
      8,
      0,
      0,
      0,
      33,
      0,
      ...u32(crc32(content)),
      ...u32(packed.length),
      ...u32(content.length),
      ...u16(name.length),
      0,
      0,
    ];
    const local = [0x50, 0x4b, 3, 4, ...about, ...name, ...packed];
    const entry = [0x50, 0x4b, 1, 2, 20, 0, ...about, ...new Array<number>(10).fill(0), ...u32(0), ...name];
    return Uint8Array.from([
      ...local,
      ...entry,
      0x50,
      0x4b,
      5,
      6,
      0,
      0,
      0,
      0,
      1,
      0,
      1,
      0,
      ...u32(entry.length),
      ...u32(local.length),
      0,
      0,
    ]);
  };
  const crc32 = (text: string): number => {
    let crc = 0xffffffff;
    for (const byte of Buffer.from(text)) {
      crc ^= byte;
      for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
    return (crc ^ 0xffffffff) >>> 0;
  };
  const pairs = (name: string, content: Content) =>
    inFile(name, content, async (cwd) => {
      const { rows } = await readSentencePairs(testSources({ cwd }), [name], {});
      return rows.map(({ source, target }) => `${source}=${target}`);
    });

  it('come out of an archive, and row numbers are no sentences', async () => {
    expect(await pairs('x.zip', stored('folder/fra.txt', 'Go.\tVa !\nHi.\tSalut !\n'))).toEqual([
      'Go.=Va !',
      'Hi.=Salut !',
    ]);
    expect(await pairs('x.csv', ',en,fr\n0,Go.,Va !\n1,Hi.,Salut !\n')).toEqual(['Go.=Va !', 'Hi.=Salut !']);
    expect(await pairs('x.tsv', 'time\tZeit\nhouse\tHaus\n')).toEqual(['time=Zeit', 'house=Haus']);
    await expect(pairs('x.zip', stored('xl/workbook.xml', '<workbook/>'))).rejects.toThrow(/an Excel workbook/);
    await expect(pairs('x.zip', stored('picture.png', 'x'))).rejects.toThrow(/an archive without one/);
  });

  const series = (name: string, content: Content, options: Parameters<typeof readOneSeries>[2] = {}) =>
    inFile(name, content, async (cwd) => {
      const { series: read, report, reading } = await readOneSeries(testSources({ cwd }), [name], options);
      return { values: [...read.target.values], report, reading };
    });

  it.each<[what: string, content: string, values: number[], said: RegExp]>([
    [
      'decimal commas',
      'Datum;Wert\n01.02.2016;1,5\n02.02.2016;-2,25\n03.02.2016;3\n',
      [1.5, -2.25, 3],
      /decimal commas/,
    ],
    [
      'thousands',
      'date,value\n2016-02-01,"1,500"\n2016-02-02,"12,000.5"\n',
      [1500, 12000.5],
      /commas as thousands separators/,
    ],
    ['percent signs', 'date,rate\n2016-02-01,12%\n2016-02-02,7.5%\n', [12, 7.5], /percent signs/],
    ['British dates', 'date,value\n28/02/2016,1\n29/02/2016,2\n01/03/2016,3\n', [1, 2, 3], /have the day first/],
    ['American dates', 'date,value\n2/28/2016,1\n2/29/2016,2\n3/1/2016,3\n', [1, 2, 3], /have the month first/],
    [
      'columns of blanks',
      'year  value\n1749   96.7\n1750  104.3\n1751   88\n',
      [96.7, 104.3, 88],
      /blanks between values/,
    ],
    ['the newest row first', 'Date,Close\n2021-01-06,3\n2021-01-05,2\n2021-01-04,1\n', [1, 2, 3], /newest row first/],
    ['pandas with dates as the index', ',value\n2016-02-01,1\n2016-02-02,2\n', [1, 2], /time column 1/],
    [
      'a statistical office',
      'TIME_PERIOD,OBS_VALUE\n2016M01,1\n2016M02,2\n2016M03,4\n',
      [1, 2, 4],
      /time column TIME_PERIOD/,
    ],
  ])('%s', async (_, content, values, said) => {
    const read = await series('x.csv', content);
    expect(read.values).toEqual(values);
    expect(read.report.notes.join('\n')).toMatch(said);
  });

  it('say what they are not', async () => {
    await expect(series('x.csv', 'date,value\n2016-01-01,1\nTotal,3\n')).rejects.toThrow(/a time in line 3 .*"Total"/);
    await expect(series('x.csv', 'date,value\n2016-01-01,1\n2016-01-02,1.2.3\n2016-01-03,1\n')).rejects.toThrow(
      /number in line 3/,
    );
  });
});
