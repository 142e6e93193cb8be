// Right arguments that several calls share.
import * as unrolled from '../../src/node.js';
import * as records from '../../src/records/index.js';
import * as texts from '../../src/text/index.js';

const { Recurrent, GRU, tensor } = unrolled;

export const x = (): unknown => tensor([[[0.1, 0.2]], [[0.3, 0.4]], [[0.5, 0.6]]]); // [3, 1, 2]
export const rnn = (): unrolled.Recurrent => new Recurrent(GRU, { inputSize: 2, hiddenSize: 3 });
export const pair = (): unknown =>
  tensor([
    [0.1, 0.2],
    [0.3, 0.4],
  ]);
export const TEXT = 'the cat sat on the mat. '.repeat(8);
export const corpus = (): texts.Corpus => texts.Corpus.fromText(TEXT);
export const TABLE = 'text,label\ngood film,good\nbad film,bad\n';
export const table = (): records.Table => records.readTable(TABLE, 'rows.csv');
