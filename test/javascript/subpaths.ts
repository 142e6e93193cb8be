// Right calls of the entries beside the main one.
import { zipSync } from 'fflate';
import * as unrolled from '../../src/node.js';
import * as data from '../../src/data/index.js';
import * as formats from '../../src/formats/index.js';
import * as convert from '../../src/convert/index.js';
import * as inspect from '../../src/inspect/index.js';
import * as metrics from '../../src/metrics/index.js';
import * as records from '../../src/records/index.js';
import * as texts from '../../src/text/index.js';
import { corpus, rnn, table, TABLE, TEXT, x } from './given.js';
import { call, made, method, type Untyped } from './sweep.js';

const { LSTM, tensor, Philox } = unrolled;

/** Texts, data, metrics, records, formats, inspection. */
export function subpaths(): void {
  const bytes = new TextEncoder().encode(TEXT);
  call('cleanText', texts.cleanText, () => ['A b', { lowercase: true, lineSeparator: '' }]);
  call('decodeText', texts.decodeText, () => [bytes, 'a.txt']);
  call('decodeAny', texts.decodeAny, () => [bytes, 'a.txt', { encoding: 'utf-8' }]);
  call('createTokenizer', texts.createTokenizer, () => ['word', { layout: true }]);
  for (const kind of texts.TOKENIZER_KINDS) {
    method(
      'Tokenizer',
      () => texts.createTokenizer(kind),
      'tokenize',
      () => ['a b'],
    );
    method(
      'Tokenizer',
      () => texts.createTokenizer(kind),
      'join',
      () => [[]],
    );
  }
  call('Vocabulary.fromTokens', texts.Vocabulary.fromTokens.bind(texts.Vocabulary), () => [
    ['a', 'b'],
    { minCount: 1, maxSize: 9, reserved: ['<pad>'] },
  ]);
  call('Vocabulary.fromCounts', texts.Vocabulary.fromCounts.bind(texts.Vocabulary), () => [[['a', 1]], {}]);
  call('Vocabulary.ofBytes', texts.Vocabulary.ofBytes.bind(texts.Vocabulary), () => [[1, 2]]);
  call('Vocabulary.fromJSON', texts.Vocabulary.fromJSON.bind(texts.Vocabulary), () => [corpus().vocabulary.toJSON()]);
  const vocabulary = (): unknown => corpus().vocabulary;
  method('Vocabulary', vocabulary, 'index', () => ['a']);
  method('Vocabulary', vocabulary, 'has', () => ['a']);
  method('Vocabulary', vocabulary, 'token', () => [1]);
  method('Vocabulary', vocabulary, 'encode', () => [['a']]);
  method('Vocabulary', vocabulary, 'decode', () => [[1]]);
  method('Vocabulary', vocabulary, 'encodeCharacters', () => ['a']);
  call('Corpus.fromText', texts.Corpus.fromText.bind(texts.Corpus), () => [
    TEXT,
    { tokens: 'word', validation: 0.1, lowercase: true, name: 'a text' },
  ]);
  call('Corpus.fromBytes', texts.Corpus.fromBytes.bind(texts.Corpus), () => [
    bytes,
    { tokens: 'byte', validation: 0.1 },
  ]);
  method('Corpus', corpus, 'withValidation', () => [[1, 2]]);
  call('statistics', texts.statistics, () => [corpus().tokens, 5]);
  call('baselines', texts.baselines, () => [corpus().tokens, corpus().tokens, corpus().vocabulary.size, [2]]);
  call('readVectors', texts.readVectors, () => ['a 1 2\nb 3 4', 'v.txt', () => true]);
  call('NgramModel.fit', texts.NgramModel.fit, () => [
    corpus().train,
    { order: 2, vocabularySize: 20, smoothing: 'laplace', alpha: 1 },
  ]);
  call('NgramModel.fromData', texts.NgramModel.fromData, () => [
    texts.NgramModel.fit(corpus().train, { order: 2, vocabularySize: 20 }).toData(),
  ]);
  const ngrams = (): unknown => texts.NgramModel.fit(corpus().train, { order: 2, vocabularySize: 20 });
  method('NgramModel', ngrams, 'distribution', () => [[1]]);
  method('NgramModel', ngrams, 'probability', () => [[1], 2]);
  method('NgramModel', ngrams, 'sample', () => [[1], new Philox(0)]);
  method('NgramModel', ngrams, 'generate', () => [[1], 3, new Philox(0)]);
  method('NgramModel', ngrams, 'evaluate', () => [[1, 2], [1]]);

  const batches =
    (name: 'randomBatches' | 'sequentialBatches') =>
    (...args: unknown[]): unknown => [...((data[name] as Untyped)(...args) as Iterable<unknown>)];
  const sizes = { batchSize: 2, numSteps: 3, seed: 0, offset: 0, batchFirst: false, epoch: 0 };
  call('randomBatches', batches('randomBatches'), () => [corpus(), sizes]);
  call('sequentialBatches', batches('sequentialBatches'), () => [corpus().train, sizes]);
  call('new BatchSampler', made(data.BatchSampler), () => [
    corpus().train,
    { sampling: 'random', batchSize: 2, numSteps: 3, seed: 0, offset: 0 },
  ]);
  const sampler = (): unknown =>
    new data.BatchSampler(corpus().train, { sampling: 'random', batchSize: 2, numSteps: 3 });
  method('BatchSampler', sampler, 'restore', () => [{ seed: 0, epoch: 0, index: 1 }]);
  method('BatchSampler', sampler, 'batch', () => [0, 0]);
  call('slidingWindows', data.slidingWindows, () => [[1, 2, 3, 4], 2, 1]);
  call('predictAhead', data.predictAhead, () => [
    data.slidingWindows([1, 2, 3, 4], 2),
    2,
    (_: unknown, n: number) => new Float32Array(n),
  ]);
  call('stratifiedSplit', data.stratifiedSplit, () => [[0, 1, 0, 1], 0.5, 0]);
  call('timeParts', data.timeParts, () => [20, { validation: 0.2, test: 2, train: 10 }]);
  call('fitScaling', data.fitScaling, () => [[1, 2, 3], { kind: 'minmax', transform: 'log' }]);
  call('scaleValues', data.scaleValues, () => [[1, 2], data.fitScaling([1, 2, 3])]);
  call('unscaleValues', data.unscaleValues, () => [[1, 2], data.fitScaling([1, 2, 3])]);
  call('findSeason', data.findSeason, () => [[1, 2, 1, 2, 1, 2, 1, 2]]);

  call('lossMetrics', metrics.lossMetrics, () => [3, 4]);
  call('classMetrics', metrics.classMetrics, () => [[0, 1], [1, 1], 2]);
  call('chunkMetrics', metrics.chunkMetrics, () => [[['B-X', 'O']], [['B-X', 'O']]]);
  call('chunksOf', metrics.chunksOf, () => [['B-X', 'I-X']]);
  call('tagScores', metrics.tagScores, () => [[['X']], [['X']], ['X', 'Y']]);
  call('tagSchemeOf', metrics.tagSchemeOf, () => [['B-X', 'O']]);
  call('regressionMetrics', metrics.regressionMetrics, () => [
    [1, 2],
    [1, 3],
  ]);
  call('bleu', metrics.bleu, () => [['a b c d'], ['a b c d'], { tokenize: 'none', smoothing: 'exp' }]);
  call('chrf', metrics.chrf, () => [['a b'], [['a b', 'a c']], { order: 2, beta: 1 }]);
  call('errorRate', metrics.errorRate, () => [[['a']], [['b']]]);
  call('wordErrorRate', metrics.wordErrorRate, () => [['a b'], ['a c']]);
  call('characterErrorRate', metrics.characterErrorRate, () => [['a b'], ['a c']]);
  call('levenshteinDistance', metrics.levenshteinDistance, () => ['ab', 'ac']);

  call('readTable', records.readTable, () => [
    TABLE,
    'a.csv',
    { format: 'csv', header: true, separator: ',', comment: '#', named: ['text'], keepEmpty: false },
  ]);
  call('labelledTexts', records.labelledTexts, () => [table(), { text: 'text', label: 'label', byName: true }]);
  call('readPairs', records.readPairs, () => [table(), { source: 'text', target: 'label', byName: true }]);
  call('columnIndex', records.columnIndex, () => [table(), 'text', true]);
  const series = (): unknown =>
    records.readTable('time,v,w\n2020-01-01,1,2\n2020-01-02,2,3\n2020-01-03,4,4\n', 's.csv');
  call('readSeries', records.readSeries, () => [
    series(),
    { target: 'v', inputs: ['w'], time: 'time', missing: 'error', dates: 'day-first', decimal: '.', future: false },
  ]);
  call('readTagged', records.readTagged, () => [
    'the DET\ncat NOUN\n',
    'a.conll',
    { format: 'conll', tokenColumn: 1, tagColumn: 2, untagged: false },
  ]);
  call('holdsPronunciations', records.holdsPronunciations, () => ['a']);
  call('readPronunciations', records.readPronunciations, () => ['export default {\n  "a": "AH",\n}\n', 'a.js']);
  call(
    'timesOf',
    (...args: unknown[]) => [...((records.timesOf as Untyped)(...args) as Float64Array)].length,
    () => [['2016-07-01'], 'day-first'],
  );
  const idx = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 5, 6);
  call('readIdx', records.readIdx, () => [idx, 'a.idx']);
  const empty = Uint8Array.of(0x50, 0x4b, 5, 6, ...new Array<number>(18).fill(0));
  call('zipEntries', records.zipEntries, () => [empty, 'a.zip']);
  call(
    'unzip',
    async (...args: unknown[]) => (records.unzip as Untyped)(...args),
    () => [zipSync({ 'a.txt': new TextEncoder().encode('hello') }), 'a.txt', 'a.zip'],
  );

  const tensors = (): unknown => formats.storedTensors(new unrolled.Linear(2, 3));
  call('encodeSafetensors', formats.encodeSafetensors, () => [tensors(), { a: 'b' }]);
  call('decodeSafetensors', formats.decodeSafetensors, () => [
    formats.encodeSafetensors(formats.storedTensors(new unrolled.Linear(2, 3))),
    'a',
  ]);
  call('storedTensors', formats.storedTensors, () => [new unrolled.Linear(2, 3)]);
  call('encodeLabels', formats.encodeLabels, () => [tensors()]);
  call('decodeLabels', formats.decodeLabels, () => ['{}', 'a file']);
  const array = (): unknown => ({ shape: [2], dtype: 'F32', data: Float32Array.of(1, 2) });
  call('encodeNpy', formats.encodeNpy, () => [array()]);
  call('decodeNpy', formats.decodeNpy, () => [(formats.encodeNpy as Untyped)(array()), 'a']);
  call('encodeNpz', formats.encodeNpz, () => [new Map([['a', array()]])]);
  call('encodeTorchFile', formats.encodeTorchFile, () => [new Map([['a', array()]])]);
  const exported = (): Uint8Array => convert.exportModel(new unrolled.Linear(2, 3), 'pytorch');
  call('openTensors', formats.openTensors, () => [exported(), { at: undefined }]);
  call('exportModel', convert.exportModel, () => [new unrolled.Linear(2, 3), 'pytorch']);
  call('importModel', convert.importModel, () => [exported(), { partial: false }]);
  call('loadWeights', convert.loadWeights, () => [new unrolled.Linear(2, 3), exported(), { partial: false }]);
  call('loadStored', formats.loadStored, () => {
    const bytes = formats.encodeSafetensors(formats.storedTensors(new unrolled.Linear(2, 3)));
    return [new unrolled.Linear(2, 3), formats.decodeSafetensors(bytes, 'a').tensors, undefined, 'a'];
  });

  call('eigenvalues', inspect.eigenvalues, () => [[[1, 2], [3, 4]]]); // prettier-ignore
  call('spectralRadius', inspect.spectralRadius, () => [{ size: 1, data: [2] }]);
  call('correlation', inspect.correlation, () => [
    [1, 2],
    [2, 3],
  ]);
  call('areaUnderCurve', inspect.areaUnderCurve, () => [
    [1, 2],
    [0, 1],
  ]);
  call('parameterSummary', inspect.parameterSummary, () => [rnn()]);
  call('recurrentMatrices', inspect.recurrentMatrices, () => [rnn(), 'rnn.']);
  call('textProperties', inspect.textProperties, () => [['a', ' ']]);
  call('valueKinds', inspect.valueKinds, () => [LSTM]);
  const values = (): unknown => ({ steps: 2, width: 1, data: Float32Array.of(1, 2) });
  call('toRows', inspect.toRows, () => [values()]);
  call('columnOf', inspect.columnOf, () => [values(), 0]);
  call('saturationOf', inspect.saturationOf, () => [values(), 'sigmoid']);
  call('gradientFlow', inspect.gradientFlow, () => [rnn(), x(), (output: unrolled.Tensor) => unrolled.sum(output)]);
  call('stateJacobian', inspect.stateJacobian, () => [
    rnn(),
    tensor([
      [1, 2],
      [3, 4],
    ]),
    null,
    0,
    1,
    { layer: 0, states: ['h'] },
  ]);
}
