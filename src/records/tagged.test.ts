import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { readTagged, type TaggedOptions } from './tagged.js';

const DATA = resolve(process.env.UNROLLED_DATA ?? '../shared/data');
const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });
const read = (text: string, name = 'a.txt', options?: TaggedOptions) => readTagged(text, name, options);

it('reads columns with blanks, and empty lines between sentences', () => {
  const text =
    '\ufeff-DOCSTART- -X- O\r\n\r\nThe DT  B-NP\r\ncat NN I-NP \r\n \r\n\r\n-DOCSTART- O\r\n# a comment of more columns\r\n# SYM O\r\n! . O';
  const tagged = read(text);
  expect(tagged.sentences).toEqual([
    { tokens: ['The', 'cat'], tags: ['B-NP', 'I-NP'], line: 3, lines: [3, 4], file: 'a.txt' },
    { tokens: ['#', '!'], tags: ['O', 'O'], line: 9, lines: [9, 10], file: 'a.txt' },
  ]);
  expect(tagged).toMatchObject({
    format: 'conll',
    columns: 3,
    skipped: { comments: 1, documents: 2, ranges: 0, emptyNodes: 0 },
  });
  expect(read(text, 'a', { tagColumn: 2 }).sentences[0].tags).toEqual(['DT', 'NN']);
  expect(read(text, 'a', { tagColumn: '-2', tokenColumn: '3' }).sentences[0]).toMatchObject({
    tokens: ['B-NP', 'I-NP'],
    tags: ['DT', 'NN'],
  });
});

it('keeps blanks within columns that tabs separate, and hash tags', () => {
  expect(read('New York\tLOC\n#now\tO\nno\u00a0break\tO\n').sentences[0].tokens).toEqual([
    'New York',
    '#now',
    'no\u00a0break',
  ]);
});

const CONLLU = `# sent_id = 1
1-2\tdon't\t_\t_\t_\t_\t_\t_\t_\t_
1\tdo\tdo\tAUX\tVB\tMood=Imp\t0\troot\t_\t_
2\tn't\tnot\tPART\tRB\t_\t1\tadvmod\t_\t_
2.1\tgo\tgo\tVERB\tVB\t_\t_\t_\t_\t_

# sent_id = 2
1\t#\t#\tSYM\t#\t_\t0\troot\t_\t_
`;

it('reads CoNLL-U', () => {
  const tagged = read(CONLLU);
  expect(tagged.format).toBe('conllu');
  expect(tagged.sentences).toEqual([
    { tokens: ['do', "n't"], tags: ['AUX', 'PART'], line: 3, lines: [3, 4], file: 'a.txt' },
    { tokens: ['#'], tags: ['SYM'], line: 8, lines: [8], file: 'a.txt' },
  ]);
  expect(tagged.skipped).toEqual({ comments: 2, documents: 0, ranges: 1, emptyNodes: 1 });
  expect(read(CONLLU, 'a', { tagColumn: 'XPOS' }).sentences[0].tags).toEqual(['VB', 'RB']);
  expect(read(CONLLU, 'a', { tagColumn: 6, tokenColumn: 'lemma' }).sentences[0]).toMatchObject({
    tokens: ['do', 'not'],
    tags: ['Mood=Imp', '_'],
  });
});

it.each([
  ['a b\nc\n', {}, /2 columns in line 2 of a\.txt, received 1/],
  ['a\tO\nb\t\n', {}, /a tag in line 2/],
  ['a\tO\n\tO\n', {}, /a token in line 2/],
  ['a\nb\n', {}, /received one column/],
  ['', {}, /received no token/],
  ['-DOCSTART- O\n\n', {}, /received no token/],
  ['a b\n', { tagColumn: 3 }, /from 1 to 2, .* received 3/],
  ['a b\n', { tagColumn: 0 }, /received 0/],
  ['a b\n', { tagColumn: -3 }, /received -3/],
  ['a b\n', { tagColumn: 'upos' }, /received "upos"/],
  [CONLLU, { tagColumn: 'upso' }, /received "upso"/],
  [CONLLU, { tagColumn: 'misc' }, /the column misc of a\.txt, received only _/],
  [CONLLU.replace('2\tn', 'x\tn'), {}, /line 4 of a\.txt, received "x"/],
  ['1\ta\ta\tX\n', { format: 'conllu' as const }, /10 columns in line 1 of a\.txt, received 4/],
])('says what is wrong with %j %j', (text, options, message) => {
  expect(() => read(text, 'a.txt', options)).toThrow(message);
});

it('reads tokens alone where only those are wanted, with or without columns beside them', () => {
  const tokens = (text: string, options: TaggedOptions) => read(text, 'a', options).sentences.map((one) => one.tokens);
  expect(tokens('The\ncat\n\nsat\n', { untagged: true })).toEqual([['The', 'cat'], ['sat']]);
  expect(tokens('The DT\ncat NN\n', { untagged: true })).toEqual([['The', 'cat']]);
  expect(read('a O\n', 'a', { untagged: true })).toMatchObject({ token: '1', tag: null, sentences: [{ tags: [''] }] });
  expect(() => read('He saw Ann\nin Oslo\n', 'a', { untagged: true })).toThrow(
    expect.objectContaining({ help: expect.stringContaining('--format lines') as string }),
  );
});

it('reads plain sentences, one a line, where they are called so, empty ones too', () => {
  const { sentences, format } = read('He saw  Ann .\n\n \nOslo\tis', 'a.txt', { format: 'lines' });
  expect(format).toBe('lines');
  expect(sentences.map(({ tokens, line }) => [line, ...tokens])).toEqual([
    [1, 'He', 'saw', 'Ann', '.'],
    [2],
    [3],
    [4, 'Oslo', 'is'],
  ]);
});

it('reads CoNLL-U Plus by the columns that it names', () => {
  const text = '# global.columns = ID FORM UPOS MISC\n1\tThe\tDET\t_\n2\tcat\tNOUN\t_\n';
  expect(read(text)).toMatchObject({ format: 'conllu', columns: 4, token: 'form', tag: 'upos' });
  expect(read(text).sentences[0]).toMatchObject({ tokens: ['The', 'cat'], tags: ['DET', 'NOUN'], lines: [2, 3] });
});

it('does not take the numbers of tokens for tokens', () => {
  const text = '1 The DET\n2 cat NOUN\n3 sat VERB\n';
  expect(() => read(text)).toThrow(/tokens in the first column of a\.txt, received their numbers from line 1/);
  expect(read(text, 'a', { tokenColumn: 2 }).sentences[0].tokens).toEqual(['The', 'cat', 'sat']);
});

it('reads a line of many blanks at once', () => {
  const line = `a${' '.repeat(60_000)}b${' '.repeat(60_000)}\n`;
  expect(read(line.repeat(20)).sentences[0].tags).toHaveLength(20);
});

it('has codes for its errors', () => {
  expect(() => read('')).toThrow(code('EMPTY'));
  expect(() => read('a b\nc\n')).toThrow(code('FORMAT'));
});

const count = (path: string): [sentences: number, tokens: number, tags: number] => {
  const { sentences } = read(gunzipSync(readFileSync(resolve(DATA, path))).toString(), path);
  const tags = sentences.flatMap((sentence) => sentence.tags);
  return [sentences.length, tags.length, new Set(tags).size];
};

it.skipIf(!existsSync(resolve(DATA, 'conll2000')))('reads all of CoNLL-2000', () => {
  expect(count('conll2000/train.txt.gz')).toEqual([8936, 211727, 22]);
  expect(count('conll2000/test.txt.gz')).toEqual([2012, 47377, 19]);
});

it.skipIf(!existsSync(resolve(DATA, 'ud-ewt')))('reads all of English EWT', () => {
  expect(count('ud-ewt/en_ewt-ud-train.conllu.gz')).toEqual([12544, 204577, 17]);
  expect(count('ud-ewt/en_ewt-ud-dev.conllu.gz')).toEqual([2001, 25147, 17]);
  expect(count('ud-ewt/en_ewt-ud-test.conllu.gz')).toEqual([2077, 25094, 17]);
});
