import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnIndex, readTable, type TableOptions } from './table.js';

const read = (text: string, name = 'a.csv', options?: TableOptions) => readTable(text, name, options);
const values = (text: string, name?: string, options?: TableOptions) =>
  read(text, name, options).rows.map((row) => row.values);
const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });

describe('CSV', () => {
  it('reads quotes, line breaks within them, CRLF and a mark at the start, and knows lines', () => {
    const table = read('\ufefftext,label\r\n"He said ""no"",\r\nthen left",neg\r\n\r\n"",pos\r\nlast,"x"');
    expect(table).toMatchObject({ header: true, separator: ',', format: 'csv', columns: ['text', 'label'] });
    expect(table.rows).toEqual([
      { values: ['He said "no",\nthen left', 'neg'], line: 2 },
      { values: ['', 'pos'], line: 5 },
      { values: ['last', 'x'], line: 6 },
    ]);
    expect(table.skipped.empty).toBe(1);
  });

  it('takes quotes within a plain value as they are', () => {
    expect(values('text,label\n5" pipe "x",pos\n')).toEqual([['5" pipe "x"', 'pos']]);
  });

  it('reads back what is written by the rules, with the line of each row', () => {
    const value = fc.string({ unit: fc.constantFrom('a', 'é', ',', ';', '"', '\n', ' ', '1'), maxLength: 6 });
    const rows = fc
      .integer({ min: 1, max: 4 })
      .chain((n) => fc.array(fc.array(value, { minLength: n, maxLength: n }), { minLength: 1 }));
    fc.assert(
      fc.property(rows, fc.boolean(), (all, crlf) => {
        const filled = all.filter((row) => row.some((one) => one.trim() !== ''));
        fc.pre(filled.length > 0);
        const text = all.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(',')).join('\n');
        let line = 1;
        const wanted = all.map((row) => {
          const here = { values: row, line };
          line += 1 + row.join('').split('\n').length - 1;
          return here;
        });
        const { rows: received } = read(crlf ? text.replaceAll('\n', '\r\n') : text, 'a.csv', {
          header: false,
          separator: ',',
        });
        expect(received).toEqual(wanted.filter(({ values: row }) => filled.includes(row)));
      }),
      { seed: 3 },
    );
  });

  it('says where a quote is broken', () => {
    expect(() => read('a,b\nx,y\nz,"open\nmore,1\n')).toThrow(/closing quote for the one in line 3 of a\.csv/);
    expect(() => read('a,b\n"one\ntwo" three,y\n')).toThrow(/after the quote in line 3 of a\.csv, received "three,y/);
    expect(values('"a" ,"b"\n')).toEqual([['a', 'b']]);
  });

  it('says where columns are unequal', () => {
    expect(() => read('a,b\nx,y\n\nx,y,z\n')).toThrow(/2 columns in line 4 of a\.csv, as in line 1, received 3/);
    expect(() => read('Great, but long,pos\nBad,neg\n')).toThrow(code('FORMAT'));
  });

  it.each([
    ['a,b\n1,2\n', ','],
    ['text;label\n"Well; yes, no";1\nOne, two;0\n', ';'],
    ['x\ty, z\nx\ty\n', '\t'],
    ['a|b|c\nd|e, f|g\n', '|'],
    ['1949-01;2,5\n1949-02;12,5\n', ';'],
    ['1,5;2,5\n1,5;2,5\n', ';'],
    ['text\n"a ""b,"" c"\nplain\n', ','],
    ['text;label\n"say ""a,b"" now; then";1\n"x,y";0\n', ';'],
  ])('finds the separator of %j', (text, separator) => {
    expect(read(text).separator).toBe(separator);
  });

  it('takes a forced separator, and refuses one that is none', () => {
    expect(values('a:b\n', 'x.txt', { separator: ':' })).toEqual([['a', 'b']]);
    expect(() => read('a', 'x.csv', { separator: '::' })).toThrow(code('OPTION'));
    expect(() => read('a', 'x.csv', { separator: '' })).toThrow(code('OPTION'));
  });
});

describe('TSV', () => {
  it('has no quotes', () => {
    expect(values('pos\t"open\nneg\ta "b" \\t c\r\n', 'x.tsv.gz')).toEqual([
      ['pos', '"open'],
      ['neg', 'a "b" \\t c'],
    ]);
  });

  it('skips rows without a value, keeps empty values, and knows lines', () => {
    const table = read('a\tb\n\n\t\nc\t\n', 'x.tsv');
    expect(table.rows).toEqual([
      { values: ['a', 'b'], line: 1 },
      { values: ['c', ''], line: 4 },
    ]);
    expect(table.skipped.empty).toBe(2);
    expect(values('a\tb\rc\td\r', 'x.tsv')).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('says where columns are unequal', () => {
    expect(() => read('a\tb\nc d\n', 'x.tsv')).toThrow(/2 columns in line 2 of x\.tsv, as in line 1, received 1/);
  });
});

describe('JSON', () => {
  it('reads objects of lines, whatever keys they have', () => {
    const table = read('{"text": "a\\tb", "n": 1}\r\n\n{"label": null, "text": "c", "x": {"y": [true]}}\n', 'x.jsonl');
    expect(table.columns).toEqual(['text', 'n', 'label', 'x.y']);
    expect(table.rows).toEqual([
      { values: ['a\tb', '1', '', ''], line: 1 },
      { values: ['c', '', '', '[true]'], line: 3 },
    ]);
    expect(read('{"a": 1}\n{"a": 2}', 'x.json').format).toBe('jsonl');
    expect(read('{"__proto__": 1, "toString": 2}', 'x.jsonl').rows[0].values).toEqual(['1', '2']);
    expect(read('{"toString": 1}\n{"b": 2}', 'x.jsonl').rows[1].values).toEqual(['', '2']);
  });

  it('reads an array and knows the lines of its entries', () => {
    const table = read('[\n  {"text": "a ] , \\" }",\n   "l": [1, 2]},\n\n  {"text": "b"}\n]\n', 'x.json');
    expect(table.rows.map(({ line }) => line)).toEqual([2, 5]);
    expect(table.rows[0].values).toEqual(['a ] , " }', '[1,2]']);
  });

  it.each([
    ['{"a": 1}\n{"a": }\n', 'x.jsonl', /line 2 of x\.jsonl, received broken JSON/],
    ['{"a": 1}\n[1]\n', 'x.jsonl', /line 2 of x\.jsonl, received an array/],
    ['[{"a": 1},\n{"a": 1\n"b": 2}]', 'x.json', /line 3 of x\.json, received broken JSON/],
    ['[{"a": 1},\n"b"]', 'x.json', /line 2 of x\.json, received a string/],
    ['[{"a": 1},\n{"a": 2}', 'x.json', /line 2 .*without a closing bracket/],
    ['[{"a": 1}]\n\n]', 'x.json', /line 3 more after its end/],
    ['[{"a": 1},,\n{"a": 1}]', 'x.json', /line 1 a comma/],
    ['"text"', 'x.json', /in line 1 "\\"" where it begins/],
  ])('says where %j is broken', (text, name, message) => {
    expect(() => read(text, name)).toThrow(message);
    expect(() => read(text, name)).toThrow(code('FORMAT'));
  });
});

describe('what is found by looking', () => {
  it.each([
    ['{"a": 1}', 'data', 'jsonl'],
    [' [ {"a": 1}]', 'data.txt', 'json'],
    ['a\tb', 'data.txt', 'tsv'],
    ['[sic] a,b', 'data.txt', 'csv'],
    ['a,b', '-', 'csv'],
    ['a,b', 'x.tsv', 'tsv'],
  ])('%j in %s is %3$s', (text, name, format) => {
    expect(read(text, name).format).toBe(format);
  });

  const twenty = (row: (i: number) => string): string => Array.from({ length: 20 }, (_, i) => row(i)).join('\n');
  it.each([
    ['usual names', 'review,sentiment\nGood,pos\n', true],
    ['a column that pandas left without a name', ',text,label\n0,Good,pos\n', true],
    ['numbers below', 'phrase neuve,note\nBon,1\nMal,0\n', true],
    ['dates below', 'a;b\nx;2016-01-31\ny;2016-02-01\n', true],
    [
      'few values below, and columns without names',
      `v1,v2,,\n${twenty((i) => `${i % 2 ? 'ham' : 'spam'},call ${i} now,,`)}`,
      true,
    ],
    ['a label that comes again', `pos,it is good\nneg,bad\n${twenty((i) => `pos,t${i}a`)}`, false],
    ['a usual word with a label that comes again', 'time,NOUN\ncat,NOUN\n', false],
    ['numbers from the start', '1\t7\ta.txt\tGood\n0\t2\tb.txt\tBad\n', false],
    ['sentences', 'Go.\tVa !\nHi.\tSalut !\n', false],
    ['the same name twice', 'text,text\nGood,pos\n', false],
    ['a date', '2016-01-01,text\n2016-01-02,x\n', false],
    [
      'a text with a label of its own',
      `stop this now please\turgent\n${twenty((i) => `fine film ${i}\t${i % 2 ? 'pos' : 'neg'}`)}`,
      false,
    ],
    ['a word that is usual as a name', 'time\tZeit\nhouse\tHaus\n', false],
    ['two usual names', 'word\tlanguage\nhouse\ten\n', true],
  ])('a header: %s', (_, text, header) => {
    expect(read(text, text.includes('\t') ? 'a.tsv' : 'a.csv').header).toBe(header);
  });

  it('is a row that has the name of a column that is asked for', () => {
    const pairs = 'french,english\nVa,Go\n';
    expect(read(pairs).header).toBe(false);
    expect(read(pairs, 'a.csv', { named: ['English'] }).columns).toEqual(['french', 'english']);
    expect(read('1,2\n3,4\n', 'a.csv', { named: ['1'] }).header).toBe(false);
    expect(read(pairs, 'a.csv', { named: ['english'], header: false }).header).toBe(false);
  });

  it('can be forced', () => {
    expect(read('a,b\nc,d', 'x.csv', { header: true })).toMatchObject({ columns: ['a', 'b'], rows: [{ line: 2 }] });
    expect(read('text,label\nc,d', 'x.csv', { header: false })).toMatchObject({
      columns: ['1', '2'],
      rows: [{ line: 1 }, {}],
    });
    expect(() => read('a,a\nc,d', 'x.csv', { header: true })).toThrow(/"a" twice/);
  });
});

it.each(['', '\ufeff', '\n\n \n', 'text,label\n', '[]', ',,\n,,\n'])('refuses %j, which has no rows', (text) => {
  expect(() => read(text, text === '[]' ? 'a.json' : 'a.csv')).toThrow(code('EMPTY'));
});

it('finds columns by name, by name in other case, by number', () => {
  const table = read('Text,Label,1\nx,y,z', 'a.csv', { header: true });
  expect(['Text', 'label', '1', '2'].map((name) => columnIndex(table, name))).toEqual([0, 1, 2, 1]);
  expect(() => columnIndex(table, 'lable')).toThrow(
    expect.objectContaining({ code: 'NOT_FOUND', help: expect.stringContaining('did you mean Label') as string }),
  );
  expect(() => columnIndex(table, '4')).toThrow(code('NOT_FOUND'));
  expect(() => columnIndex(table, '0')).toThrow(code('NOT_FOUND'));
});
