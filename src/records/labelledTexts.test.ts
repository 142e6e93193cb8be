import { expect, it } from 'vitest';
import { labelledTexts } from './labelledTexts.js';
import { readPairs } from './pairs.js';
import { readTable } from './table.js';

const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });
const labelled = (text: string, named?: { text?: string; label?: string }, name = 'a.csv') =>
  labelledTexts(readTable(text, name), named);

it.each([
  ['usual names in any order and case', 'id,Sentiment,Review\n1,pos,Good\n', {}, 'Review', 'Sentiment'],
  ['the first of several usual names', 'title,rating,label,text\na,5,pos,Good\n', {}, 'text', 'label'],
  ['the other of two columns', 'surname,x\nAdam,de\nEva,en\n', {}, 'surname', 'x'],
  ['fewer values without a header', 'Good,pos\nBad,neg\nFine,pos\n', {}, '1', '2'],
  ['fewer values, the label first', 'pos,Good\nneg,Bad\npos,Fine\n', {}, '2', '1'],
  ['named columns', '1,7,a,Good\n0,2,b,Bad\n', { text: '4', label: '1' }, '4', '1'],
  ['one named, the other of two', 'Good,a\nBad,b\n', { label: '2' }, '1', '2'],
])('finds %s', (_, text, named, textColumn, labelColumn) => {
  expect(labelled(text, named)).toMatchObject({ text: textColumn, label: labelColumn });
});

it('leaves out and counts what lacks a text or a label', () => {
  const result = labelled('text,label\n" Good ", pos \n,neg\n  ,\nBad, \nFine,neg\n');
  expect(result.rows).toEqual([
    { text: ' Good ', label: 'pos', line: 2 },
    { text: 'Fine', label: 'neg', line: 6 },
  ]);
  expect(result.leftOut).toEqual({ text: 1, label: 1 });
});

it('says where columns cannot be told', () => {
  expect(() => labelled('1,7,a,Good\n0,2,b,Bad\n')).toThrow(
    /columns for a text and a label in a\.csv, received 1 \("1"\), 2 \("7"\)/,
  );
  expect(() => labelled('Good,pos\nBad,neg\n')).toThrow(code('NOT_FOUND'));
  expect(() => labelled('text,a,b\nx,1,2\n')).toThrow(/columns for a label in/);
  expect(() => labelled('text,label\nx,y\n', { text: 'label' })).toThrow(/label for both/);
  expect(() => labelled('text,label\nx,y\n', { label: 'labels' })).toThrow(/a column of a\.csv, received "labels"/);
  expect(() => labelled('text,label\nx,\n')).toThrow(code('EMPTY'));
});

it('reads pairs: the first two columns, or those that are named', () => {
  const text = 'Go.\tVa !\tCC-BY 1\nHi.\t \tCC-BY 2\n';
  expect(readPairs(readTable(text, 'fra.txt'))).toEqual({
    pairs: [{ source: 'Go.', target: 'Va !', line: 1 }],
    source: '1',
    target: '2',
    leftOut: 1,
  });
  const pairs = (named: { source?: string; target?: string }) => readPairs(readTable(text, 'fra.txt'), named);
  expect(pairs({ source: '2' }).pairs[0]).toMatchObject({ source: 'Va !', target: 'Go.' });
  expect(pairs({ target: '1' }).pairs[0]).toMatchObject({ source: 'Va !', target: 'Go.' });
  expect(pairs({ target: '3' }).pairs[1]).toMatchObject({ source: 'Hi.', target: 'CC-BY 2', line: 2 });
  expect(() => pairs({ source: '2', target: '2' })).toThrow(code('OPTION'));
  expect(() => readPairs(readTable('Go.\nHi.\n', 'x.tsv'))).toThrow(/two columns or more in x\.tsv/);
  expect(() => readPairs(readTable('a\t\n', 'x.tsv'))).toThrow(code('EMPTY'));
});
