// What programs without types may call: whatever an export is given in place of an argument or an option, it works, or says in the
// library's words what was expected. No raw error of the language, no NaN in silence, no message as long as a file.
import { beforeAll, describe, expect, it } from 'vitest';
import * as unrolled from '../src/node.js';
import * as data from '../src/data/index.js';
import * as formats from '../src/formats/index.js';
import * as convert from '../src/convert/index.js';
import * as inspect from '../src/inspect/index.js';
import * as metrics from '../src/metrics/index.js';
import * as records from '../src/records/index.js';
import * as texts from '../src/text/index.js';

const { Recurrent, LSTM, GRU, tensor, Philox, UnrolledError } = unrolled;

/** A function that nothing is known of: what is called without types. */
type Untyped = (...args: unknown[]) => unknown;

/** A right call: its arguments, made anew each time, and what is done with them. */
interface Call {
  of: string;
  args: () => unknown[];
  run: Untyped;
}

const calls: Call[] = [];
const call = (of: string, run: unknown, args: () => unknown[]): void => {
  calls.push({ of, run: run as Untyped, args });
};
/** A method of what `make` makes. */
const method = (of: string, make: () => unknown, name: string, args: () => unknown[]): void => {
  call(`${of}.${name}`, (...given: unknown[]) => (make() as Record<string, Untyped>)[name](...given), args);
};
const made = (Class: unknown): Untyped => {
  const Made = Class as new (...args: unknown[]) => unknown;
  return (...args) => new Made(...args);
};

const WRONG: readonly unknown[] = [
  ...[undefined, null, true, -1, 1.5, NaN, '', 'text', 'x'.repeat(5000)],
  ...[[], ['a'], [[1, 2], [3]], [null], [{}], {}, { nosuch: 1 }, () => undefined, LSTM, LSTMLike],
  ...[new Date(0), new Map(), new Set([1]), new ArrayBuffer(3), Float32Array.of(NaN)],
];
function LSTMLike() {
  return undefined;
}

/** Where a function is right, another one is not told from it before it runs. */
const wrongFor = (right: unknown): readonly unknown[] =>
  typeof right === 'function' ? WRONG.filter((wrong) => typeof wrong !== 'function') : WRONG;

/** Names that only objects have which the library made: what is within them is not a caller's to give. */
const MADE = ['rows', 'children', 'features', 'counts'];

/** What is said of a call; null where it works. */
async function complaint({ run }: Call, args: unknown[], mayHaveNaN: boolean): Promise<string | null> {
  try {
    const result = await run(...args);
    return !mayHaveNaN && hasNaN(result) ? 'gives NaN in silence' : null;
  } catch (error) {
    if (!(error instanceof UnrolledError)) return `throws ${String(error).slice(0, 200)}`;
    if (error.code === 'INTERNAL') return `throws INTERNAL: ${error.message}`;
    if (error.message.length > 600) return `says ${error.message.length} characters: ${error.message.slice(0, 80)}…`;
    if (/\[object|=>/.test(error.message)) return `says ${error.message}`;
    if (error.help === '' || error.message.includes('received function')) return `has no help: ${error.message}`;
    return null;
  }
}

function hasNaN(value: unknown, depth = 0): boolean {
  if (typeof value === 'number') return Number.isNaN(value);
  if (depth > 4 || typeof value !== 'object' || value === null) return false;
  if (value instanceof unrolled.Tensor) return value.dtype === 'float32' && value.data().some((v) => Number.isNaN(v));
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array).some((v) => Number.isNaN(v));
  return Object.values(value).some((own) => hasNaN(own, depth + 1));
}

const isOptions = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const shown = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? `${value.constructor?.name} ${JSON.stringify(value)}`
    : String(value).slice(0, 20);

/** All that is wrong with one call. */
async function sweep(one: Call): Promise<string[]> {
  const found: string[] = [];
  const right = one.args();
  const base = await complaint(one, one.args(), true);
  if (base !== null) return [`${one.of}: the right call ${base}`];
  const mayHaveNaN = hasNaN(await one.run(...one.args()));
  const attempt = async (what: string, args: unknown[]): Promise<void> => {
    const said = await complaint(one, args, mayHaveNaN || hasNaN(args));
    if (said !== null) found.push(`${one.of}: ${what} ${said}`);
  };
  for (let i = 0; i < right.length; i++) {
    for (const wrong of wrongFor(right[i])) {
      const args = one.args();
      args[i] = wrong;
      await attempt(`${shown(wrong)} as argument ${i}`, args);
    }
    const options = right[i];
    if (!isOptions(options) || MADE.some((name) => name in options)) continue;
    for (const [name, value] of Object.entries(options)) {
      for (const wrong of wrongFor(value)) {
        const args = one.args();
        args[i] = { ...(args[i] as object), [name]: wrong };
        await attempt(`${name}: ${shown(wrong)}`, args);
      }
    }
  }
  await attempt('no arguments', []);
  return found;
}

const x = (): unknown => tensor([[[0.1, 0.2]], [[0.3, 0.4]], [[0.5, 0.6]]]); // [3, 1, 2]
const rnn = (): unrolled.Recurrent => new Recurrent(GRU, { inputSize: 2, hiddenSize: 3 });
const pair = (): unknown => tensor([[0.1, 0.2], [0.3, 0.4]]); // prettier-ignore
const TEXT = 'the cat sat on the mat. '.repeat(8);
const corpus = (): texts.Corpus => texts.Corpus.fromText(TEXT);
const TABLE = 'text,label\ngood film,good\nbad film,bad\n';
const table = (): records.Table => records.readTable(TABLE, 'rows.csv');

/** Layers, losses, cells. */
function layers(): void {
  const { Linear, Embedding, LayerNorm, Dropout, Conv2d, Sequential, DotAttention, AdditiveAttention } = unrolled;
  call('new Linear', made(Linear), () => [2, 3, { bias: true, init: unrolled.uniformInit(0.1) }]);
  call('new Embedding', made(Embedding), () => [
    5,
    3,
    { frozen: false, paddingIndex: 0, init: unrolled.normalInit(1) },
  ]);
  call('Embedding.fromVectors', Embedding.fromVectors, () => [[[1, 2], [3, 4]], { frozen: true, paddingIndex: 1 }]); // prettier-ignore
  call('new LayerNorm', made(LayerNorm), () => [3, { epsilon: 1e-5, elementwiseAffine: true, bias: true }]);
  call('new Dropout', made(Dropout), () => [0.2]);
  call('new Conv2d', made(Conv2d), () => [1, 2, 2, { stride: 1, padding: 0 }]);
  call('new Sequential', made(Sequential), () => [new Linear(2, 3), unrolled.relu]);
  call('new DotAttention', made(DotAttention), () => [{ scale: 1 }]);
  call('new AdditiveAttention', made(AdditiveAttention), () => [2, 3, 4]);
  call('new LinearChainCRF', made(unrolled.LinearChainCRF), () => [3]);
  call('new RandomCalls', made(unrolled.RandomCalls), () => [0, 1]);
  call('new Recurrent', made(Recurrent), () => [
    LSTM,
    {
      ...{ inputSize: 2, hiddenSize: 4, numLayers: 2, projSize: 3, numHeads: 2, bias: true, bidirectional: true },
      ...{ merge: 'concat', backwardCell: GRU, residual: false, skip: false, dropout: 0.1, variational: false },
      ...{
        inputDropout: 0,
        stateDropout: 0,
        zoneout: 0,
        weightDropout: 0,
        learnInitialState: false,
        batchFirst: false,
      },
      ...{ init: unrolled.uniformInit(0.1), recurrentInit: unrolled.orthogonal, initialBias: {} },
    },
  ]);
  method(
    'Linear',
    () => new Linear(2, 3),
    'forward',
    () => [pair()],
  );
  method(
    'Embedding',
    () => new Embedding(5, 3),
    'forward',
    () => [tensor([1, 2], { dtype: 'int32' })],
  );
  method(
    'LayerNorm',
    () => new LayerNorm(2),
    'forward',
    () => [pair()],
  );
  method(
    'Dropout',
    () => new Dropout(0.5),
    'forward',
    () => [pair()],
  );
  method(
    'Conv2d',
    () => new Conv2d(1, 2, 2),
    'forward',
    () => [
      tensor([
        [
          [[1], [2]],
          [[3], [4]],
        ],
      ]),
    ],
  );
  method(
    'Sequential',
    () => new Sequential(new Linear(2, 3), unrolled.relu),
    'forward',
    () => [pair()],
  );
  const attention = (): unknown[] => [x(), x(), x(), { lengths: [1, 1, 1] }];
  method('DotAttention', () => new DotAttention(), 'forward', attention);
  method('AdditiveAttention', () => new AdditiveAttention(2, 2, 3), 'forward', attention);
  call('dotProductAttention', unrolled.dotProductAttention, () => [x(), x(), x(), { scale: 1 }]);
  call('maskedSoftmax', unrolled.maskedSoftmax, () => [pair(), tensor([[1, 0], [1, 1]])]); // prettier-ignore
  method('Recurrent', rnn, 'forward', () => [
    x(),
    { lengths: [2], trace: ['h'], checkpoint: 2, gradientScale: [1, 1, 1], state: null },
  ]);
  method('Recurrent', rnn, 'step', () => [pair(), null]);
  method('Recurrent', rnn, 'gate', () => ['r', { layer: 0, direction: 'forward' }]);
  method(
    'GateBlock',
    () => rnn().gate('r').bias,
    'set',
    () => [1],
  );
  method(
    'Gate',
    () => rnn().gate('r'),
    'block',
    () => ['bias'],
  );
  call('lengthMask', unrolled.lengthMask, () => [[1, 2], 3]);
  for (const name of ['mse', 'mae', 'huber', 'bceWithLogits'] as const)
    call(name, unrolled[name], () => [pair(), tensor([[0, 1], [1, 0]]), { reduction: 'sum' }]); // prettier-ignore
  call('gaussianNLL', unrolled.gaussianNLL, () => [
    pair(),
    pair(),
    { variance: pair() },
    { full: true, epsilon: 1e-3 },
  ]);
  const scores = (): unknown => unrolled.logSoftmax(x() as unrolled.Tensor);
  call('ctcLoss', unrolled.ctcLoss, () => [
    scores(),
    tensor([[1]], { dtype: 'int32' }),
    { inputLengths: [3], targetLengths: [1], blank: 0 },
  ]);
  call('activationPenalty', unrolled.activationPenalty, () => [x(), { ar: 1, tar: 1, batchFirst: false }]);
  call('detach', unrolled.detach, () => [pair()]);
  const crf = (): unknown => new unrolled.LinearChainCRF(2);
  method('LinearChainCRF', crf, 'loss', () => [x(), tensor([[0], [1], [0]], { dtype: 'int32' }), [3]]);
  method('LinearChainCRF', crf, 'decode', () => [x(), [3]]);
  method('LinearChainCRF', crf, 'marginals', () => [x(), [3]]);
  for (const name of ['constantInit', 'uniformInit', 'normalInit'] as const) call(name, unrolled[name], () => [0.1]);
  call('manualSeed', unrolled.manualSeed, () => [1]);
  call('cellByName', unrolled.cellByName, () => ['lstm']);
  call('toLatex', unrolled.toLatex, () => [LSTM, { asComputed: true }]);
  call('toDiagram', unrolled.toDiagram, () => [GRU, { asComputed: false }]);
  method(
    'Cell',
    () => LSTM,
    'explain',
    () => [{ inputSize: 2, hiddenSize: 3, batchSize: 1, numHeads: 1, numSteps: 2, tokens: false }],
  );
  call('Cell.fromData', unrolled.Cell.fromData, () => [GRU.toData()]);
  call('defineCell', unrolled.defineCell, () => [
    {
      name: 'Mine',
      state: ['h'],
      step: ({ x, h, linear, tanh }: unrolled.StepArguments<'h'>) => ({ h: tanh(linear('n', x, h)) }),
    },
  ]);
  call('useBackend', unrolled.useBackend, () => ['reference', { threads: 1, precision: 'float32' }]);
  call('listBackends', unrolled.listBackends, () => [{ threads: 1 }]);
  call('backendOf', unrolled.backendOf, () => [pair()]);
}

/** Texts, data, metrics, records, formats, inspection. */
function subpaths(): void {
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

  const batches = (name: 'randomBatches' | 'sequentialBatches') => (...args: unknown[]): unknown =>
    [...(data[name] as Untyped)(...args) as Iterable<unknown>]; // prettier-ignore
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
  call('timesOf', (...args: unknown[]) => [...(records.timesOf as Untyped)(...args) as Float64Array].length, () => [['2016-07-01'], 'day-first']); // prettier-ignore
  const idx = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 5, 6);
  call('readIdx', records.readIdx, () => [idx, 'a.idx']);
  const empty = Uint8Array.of(0x50, 0x4b, 5, 6, ...new Array<number>(18).fill(0));
  call('zipEntries', records.zipEntries, () => [empty, 'a.zip']);
  call(
    'unzip',
    async (...args: unknown[]) => (records.unzip as Untyped)(...args),
    () => [zipped(), 'a.txt', 'a.zip'],
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
  call('stateJacobian', inspect.stateJacobian, () => [rnn(), tensor([[1, 2], [3, 4]]), null, 0, 1, { layer: 0, states: ['h'] }]); // prettier-ignore
}

const PAIRS = [
  { source: 'a b', target: 'x y' },
  { source: 'b c', target: 'y z' },
  { source: 'c a', target: 'z x' },
];
const ROWS = [
  { text: 'a good film', label: 'good' },
  { text: 'a bad film', label: 'bad' },
  { text: 'so good', label: 'good' },
  { text: 'so bad', label: 'bad' },
];
const SENTENCES = [
  { tokens: ['the', 'cat'], tags: ['DET', 'NOUN'] },
  { tokens: ['a', 'dog'], tags: ['DET', 'NOUN'] },
];
const WAVE = Array.from({ length: 40 }, (_, i) => Math.sin(i));
const PICTURES = [
  { pixels: new Float32Array(64), text: 'nothing' },
  { pixels: new Float32Array(64).fill(1), text: 'all of it' },
];
const TINY = {
  hiddenSize: 3,
  numLayers: 1,
  dropout: 0,
  batchSize: 2,
  epochs: 1,
  seed: 0,
  learningRate: 0.01,
  validations: 1,
};
const MORE = {
  cell: 'gru',
  optimizer: 'adam',
  schedule: 'constant',
  clipNorm: 1,
  onProgress: () => undefined,
  reading: {},
};

interface Models {
  lm: unrolled.LanguageModel;
  ngram: unrolled.NgramLanguageModel;
  classifier: unrolled.TextClassifier;
  tagger: unrolled.TokenTagger;
  forecaster: unrolled.Forecaster;
  translator: unrolled.Translator;
  captioner: unrolled.Captioner;
}
let models: Models;

async function trainModels(): Promise<void> {
  const { LanguageModel, TextClassifier, TokenTagger, Forecaster, Translator, Captioner } = unrolled;
  models = {
    lm: await LanguageModel.fit(TEXT, { ...TINY, numSteps: 4, embeddingSize: 2 }),
    ngram: unrolled.NgramLanguageModel.fit(TEXT),
    classifier: await TextClassifier.fit(ROWS, { ...TINY, embeddingSize: 2, validation: 0 }),
    tagger: await TokenTagger.fit(SENTENCES, {
      ...{ ...TINY, embeddingSize: 2, validation: 0, bidirectional: false, head: 'softmax' },
    }),
    forecaster: await Forecaster.fit(WAVE, { ...TINY, window: 6, horizon: 2 }),
    translator: await Translator.fit(PAIRS, { ...TINY, embeddingSize: 2, attentionSize: 2, validation: 0 }),
    captioner: await Captioner.fit(PICTURES, { ...TINY, height: 8, width: 8, filters: 2, embeddingSize: 2 }),
  };
}

/** What is always refused: models are made by training. */
function refused(run: () => unknown): null {
  expect(run).toThrow(expect.objectContaining({ code: 'USAGE' }));
  return null;
}

/** Models, their baselines, and what looks into them. */
function ofModels(): void {
  const fit = (
    name: 'LanguageModel' | 'TextClassifier' | 'TokenTagger' | 'Forecaster' | 'Translator' | 'Captioner',
    args: () => unknown[],
  ): void => {
    const Class = unrolled[name] as unknown as { fit: Untyped };
    call(`${name}.fit`, async (...given: unknown[]) => {
      await Class.fit(...given);
    }, args); // prettier-ignore
    call(
      `new ${name}`,
      (...given: unknown[]) => refused(() => made(Class)(...given)),
      () => [{ hiddenSize: 8 }],
    );
  };
  const parts = { bidirectional: false, embeddingSize: 2, validation: 0 };
  fit('LanguageModel', () => [
    TEXT,
    {
      ...TINY,
      ...MORE,
      numSteps: 4,
      embeddingSize: 2,
      sampling: 'random',
      validation: 0.1,
      tokens: 'char',
      recurrent: { zoneout: 0 },
    },
  ]);
  fit('TextClassifier', () => [
    ROWS,
    { ...TINY, ...parts, pooling: 'max', wordDropout: 0, minCount: 1, tokens: 'word' },
  ]);
  fit('TokenTagger', () => [
    SENTENCES,
    { ...TINY, ...parts, head: 'crf', lowercase: true, zeroDigits: true, unknownRate: 0.5, neighbourWeight: 0 },
  ]);
  fit('Forecaster', () => [
    { target: WAVE, inputs: { w: WAVE } },
    {
      ...TINY,
      window: 6,
      horizon: 2,
      mode: 'direct',
      quantiles: [0.5],
      reads: 'level',
      relativeTo: 'last',
      scaling: 'minmax',
      transform: 'none',
      shortcut: true,
      validation: 0.2,
    },
  ]);
  fit('Translator', () => [
    PAIRS,
    { ...TINY, ...parts, attentionSize: 2, tied: false, labelSmoothing: 0, maxLength: 9, tokens: 'word' },
  ]);
  fit('Captioner', () => [
    PICTURES,
    { ...TINY, height: 8, width: 8, filters: 2, embeddingSize: 2, attentionSize: 2, tokens: 'word' },
  ]);
  call('NgramLanguageModel.fit', unrolled.NgramLanguageModel.fit, () => [
    TEXT,
    { order: 2, smoothing: 'laplace', alpha: 1, tokens: 'char' },
  ]);

  const writing = {
    prime: 'the ',
    length: 3,
    temperature: 0.5,
    topK: 3,
    topP: 0.9,
    seed: 1,
    stop: '.',
    onToken: () => undefined,
  };
  method(
    'LanguageModel',
    () => models.lm,
    'generate',
    () => [writing],
  );
  method(
    'NgramLanguageModel',
    () => models.ngram,
    'generate',
    () => [writing],
  );
  method(
    'LanguageModel',
    () => models.lm,
    'evaluate',
    () => [TEXT],
  );
  method(
    'NgramLanguageModel',
    () => models.ngram,
    'evaluate',
    () => [TEXT, []],
  );
  method(
    'LanguageModel',
    () => models.lm,
    'predict',
    () => [['the ']],
  );
  method(
    'LanguageModel',
    () => models.lm,
    'session',
    () => [models.lm.session().read('the ').state()],
  );
  method(
    'LanguageSession',
    () => models.lm.session(),
    'read',
    () => ['the '],
  );
  method(
    'LanguageSession',
    () => models.lm.session(),
    'probability',
    () => ['t'],
  );
  method(
    'LanguageSession',
    () => models.lm.session(),
    'sample',
    () => [{ temperature: 0.5, seed: 1 }],
  );
  method(
    'LanguageSession',
    () => models.lm.session(),
    'generate',
    () => [{ length: 3, seed: 1 }],
  );
  method(
    'LanguageSession',
    () => models.lm.session(),
    'restore',
    () => [models.lm.session().read('the ').toBytes()],
  );
  method(
    'TextClassifier',
    () => models.classifier,
    'predict',
    () => [['a film']],
  );
  method(
    'TextClassifier',
    () => models.classifier,
    'evaluate',
    () => [ROWS],
  );
  method(
    'TokenTagger',
    () => models.tagger,
    'predict',
    () => [[['the', 'dog']]],
  );
  method(
    'TokenTagger',
    () => models.tagger,
    'evaluate',
    () => [SENTENCES],
  );
  method(
    'TagStream',
    () => models.tagger.stream(),
    'next',
    () => ['the'],
  );
  method(
    'Forecaster',
    () => models.forecaster,
    'predict',
    () => [WAVE, { steps: 2, past: 'all' }],
  );
  method(
    'Forecaster',
    () => models.forecaster,
    'evaluate',
    () => [WAVE, { from: 10, to: 30 }],
  );
  method(
    'ForecastStream',
    () => models.forecaster.stream(),
    'push',
    () => [1, {}],
  );
  method(
    'Translator',
    () => models.translator,
    'translate',
    () => ['a b', { beamSize: 2, lengthPenalty: 1, replaceUnknown: true }],
  );
  method(
    'Translator',
    () => models.translator,
    'evaluate',
    () => [PAIRS, { beamSize: 1 }],
  );
  method(
    'Captioner',
    () => models.captioner,
    'caption',
    () => [new Float32Array(64), { beamSize: 1 }],
  );
  method(
    'Captioner',
    () => models.captioner,
    'evaluate',
    () => [PICTURES, { beamSize: 1 }],
  );
  call('LanguageModel.fromBytes', (...args: unknown[]) => (unrolled.LanguageModel as unknown as { fromBytes: Untyped }).fromBytes(...args) && null, () => [models.lm.toBytes(), 'a model']); // prettier-ignore
  call('LanguageModel.load', async (...args: unknown[]) => void (await (unrolled.LanguageModel as unknown as { load: Untyped }).load(...args)), () => [models.lm.toBytes()]); // prettier-ignore
  call('loadModel', async (...args: unknown[]) => void (await (unrolled.loadModel as Untyped)(...args)), () => [models.lm.toBytes(), 'a model']); // prettier-ignore
  call('loadLanguageModel', async (...args: unknown[]) => void (await (unrolled.loadLanguageModel as Untyped)(...args)), () => [models.ngram.toBytes(), 'a model']); // prettier-ignore
  call('sampleLogits', unrolled.sampleLogits, () => [[0.1, 0.2], { temperature: 1, topK: 1, topP: 0.5 }, 0.5]);

  const tokens = [['a', 'b'], ['b', 'c'], ['c']]; // prettier-ignore
  call('new NaiveBayes', made(unrolled.NaiveBayes), () => [tokens, [0, 1, 1], 2, { order: 1, binary: true, alpha: 1 }]);
  call('new LogisticRegression', made(unrolled.LogisticRegression), () => [
    tokens,
    [0, 1, 1],
    2,
    { order: 1, C: 1, seed: 0 },
  ]);
  method(
    'NaiveBayes',
    () => new unrolled.NaiveBayes(tokens, [0, 1, 1], 2),
    'predict',
    () => [['a']],
  );
  method(
    'LogisticRegression',
    () => new unrolled.LogisticRegression(tokens, [0, 1, 1], 2),
    'predict',
    () => [['a']],
  );
  call('MostFrequentTag.fit', unrolled.MostFrequentTag.fit, () => [SENTENCES]);
  method(
    'MostFrequentTag',
    () => unrolled.MostFrequentTag.fit(SENTENCES),
    'predict',
    () => [[['the']]],
  );
  method(
    'MostFrequentTag',
    () => unrolled.MostFrequentTag.fit(SENTENCES),
    'evaluate',
    () => [SENTENCES],
  );
  call('new TranslationMemory', made(unrolled.TranslationMemory), () => [[{ source: ['a'], target: 'x' }], 1]);
  method(
    'TranslationMemory',
    () => new unrolled.TranslationMemory([{ source: ['a'], target: 'x' }]),
    'translate',
    () => [['a']],
  );
  call('bySource', unrolled.bySource, () => [PAIRS]);
  call('splitPairs', unrolled.splitPairs, () => [PAIRS, 0.4, 0]);
  const hidden = { initial: [0.5, 0.5], transition: [[0.5, 0.5], [0.5, 0.5]], emission: [[1, 0], [0, 1]] }; // prettier-ignore
  call('new HiddenMarkovModel', made(unrolled.HiddenMarkovModel), () => [hidden]);
  call('HiddenMarkovModel.fit', unrolled.HiddenMarkovModel.fit, () => [
    [[0, 1, 1, 0]],
    { states: 2, symbols: 2, restarts: 1, seed: 0, iterations: 2, tolerance: 0, onIteration: () => undefined },
  ]);
  for (const name of ['forward', 'viterbi', 'posterior', 'logLikelihood'])
    method(
      'HiddenMarkovModel',
      () => new unrolled.HiddenMarkovModel(hidden),
      name,
      () => [[0, 1]],
    );
  call('forecastBaselines', unrolled.forecastBaselines, () => [
    WAVE,
    { window: 4, horizon: 2, season: 3, ridge: 1, train: 20, from: 20, to: 40 },
  ]);
  call('backtest', unrolled.backtest, () => [
    WAVE,
    { ...TINY, window: 6, horizon: 2, folds: 1, refitEvery: 1, season: 3 },
  ]);

  call('gateTrace', inspect.gateTrace, () => [models.lm, 'the cat', { layer: 0 }]);
  call('inputTrace', inspect.inputTrace, () => [models.classifier, 'a film', { layer: 0 }]);
  call('inspectModel', inspect.inspectModel, () => [models.lm, { input: 'the cat', layer: 0 }]);
  call('textGradientFlow', inspect.textGradientFlow, () => [models.lm, 'the cat']);
  call('integratedGradients', inspect.integratedGradients, () => [
    models.classifier,
    'a film',
    { label: 'good', steps: 2 },
  ]);
  call('pastInfluence', inspect.pastInfluence, () => [models.forecaster, WAVE]);
  call('saturation', inspect.saturation, () => [inspect.gateTrace(models.lm, 'the cat').layers]);
  call('rankNeurons', inspect.rankNeurons, () => {
    const { tokens, layers } = inspect.gateTrace(models.lm, 'the cat sat');
    return [tokens, layers, ['h'], { top: 2 }];
  });
}

/** An archive of one file, stored. */
function zipped(): Uint8Array {
  const name = [0x61, 0x2e, 0x74, 0x78, 0x74];
  const local = [
    0x50,
    0x4b,
    3,
    4,
    20,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    5,
    0,
    0,
    0,
    ...name,
  ];
  const entry = [0x50, 0x4b, 1, 2, 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0];
  const central = [...entry, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...name];
  const end = [0x50, 0x4b, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0, central.length, 0, 0, 0, local.length, 0, 0, 0, 0, 0];
  return Uint8Array.from([...local, ...central, ...end]);
}

beforeAll(async () => {
  await unrolled.useBackend('reference');
  await trainModels();
});

describe('whatever is given, a call works or says what was expected', () => {
  layers();
  subpaths();
  ofModels();
  it.each(calls.map((one) => [one.of, one] as const))(
    '%s',
    async (_, one) => {
      await unrolled.useBackend('reference');
      expect(await sweep(one)).toEqual([]);
    },
    120_000,
  );
});

describe('what people write', () => {
  const { LanguageModel, TextClassifier, Forecaster, Linear, Tensor } = unrolled;
  const own = (value: unknown): never => value as never;
  const said = (code: string, message: RegExp, help: RegExp): unknown =>
    expect.objectContaining({
      code,
      message: expect.stringMatching(message),
      help: expect.stringMatching(help),
    });

  it('a cell that is called as a layer says how a network of it is made', () => {
    const Layer = own(LSTM) as new (...sizes: number[]) => unknown;
    const help = /new Recurrent\(LSTM, \{ inputSize: 2, hiddenSize: 8 \}\)/;
    expect(() => new Layer(2, 8)).toThrow(said('USAGE', /the cell LSTM, received a call of the cell/, help) as Error);
    expect(() => (own(GRU) as Untyped)()).toThrow(said('USAGE', /GRU/, /new Recurrent\(GRU, /) as Error);
    expect(unrolled.Cell.fromData(LSTM.toData()).states).toEqual(['h', 'c']);
  });

  it('a cell goes by its name', () => {
    expect(new Recurrent('lstm', { inputSize: 2, hiddenSize: 3 }).cell).toBe(LSTM);
    expect(() => new Recurrent('lsmt', { inputSize: 2, hiddenSize: 3 })).toThrow(
      said('OPTION', /received "lsmt"/, /did you mean lstm/) as Error,
    );
  });

  it('a missing size and a misspelt option are named', () => {
    expect(() => new Recurrent(LSTM, own({ inputSize: 2 }))).toThrow(
      said('OPTION', /a hiddenSize, received undefined/, /hiddenSize: 256/) as Error,
    );
    expect(() => new Recurrent(LSTM, own({ inputSize: 2, hiddensize: 3 }))).toThrow(
      said('OPTION', /options of Recurrent, received "hiddensize"/, /did you mean hiddenSize\?/) as Error,
    );
    expect(() => new Linear(2, 3, own({ biass: true }))).toThrow(said('OPTION', /biass/, /bias\?/) as Error);
  });

  it('null and undefined are absent options', () => {
    const absent = own({ bias: null, init: undefined, rng: null });
    expect(new Linear(2, 3, absent).bias).toBeInstanceOf(Tensor);
    expect(new Recurrent(LSTM, own({ inputSize: 2, hiddenSize: 3, numLayers: null, merge: null })).numLayers).toBe(1);
  });

  it('arrays are tensors', () => {
    expect(new Linear(2, 3).forward([1, 2]).shape).toEqual([3]);
    expect(rnn().forward([[[0.1, 0.2]], [[0.3, 0.4]]]).output.shape).toEqual([2, 1, 3]); // prettier-ignore
    expect(unrolled.crossEntropy(tensor([[1, 2], [2, 1]]), [0, 1]).item()).toBeGreaterThan(0); // prettier-ignore
    expect(() => new Linear(2, 3).forward(own(['a', 'b']))).toThrow(
      said('DTYPE', /the input at \[0\]/, /Number/) as Error,
    );
  });

  it('values alone are a series, one text is a list of one', async () => {
    const model = await Forecaster.fit(WAVE, { ...TINY, window: 6, horizon: 2 });
    expect(model.predict(WAVE)).toEqual(model.predict({ target: WAVE }));
    expect(model.evaluate(WAVE)).toEqual(model.evaluate({ target: WAVE }));
    expect(models.classifier.predict('a film')).toEqual(models.classifier.predict(['a film']));
    const { config } = await LanguageModel.train(own([TEXT]), { ...TINY, numSteps: 4 });
    expect(config).toEqual((await LanguageModel.train(TEXT, { ...TINY, numSteps: 4 })).config);
    await expect(LanguageModel.train(own(['a', 'b']))).rejects.toEqual(said('OPTION', /one text/, /join/));
    await expect(LanguageModel.fit('./moby-dick.txt')).rejects.toEqual(
      said('TOO_SHORT', /tokens/, /readFile\("\.\/moby/),
    );
    await expect(LanguageModel.fit('too short')).rejects.toEqual(said('TOO_SHORT', /tokens/, /^use fewer/));
    const rows = own([{ date: '2024-01', value: 3 }]);
    await expect(Forecaster.fit(rows)).rejects.toEqual(
      said('OPTION', /object with date, value/, /\(\{ value \}\) => value/),
    );
    await expect(TextClassifier.fit(own(['a']))).rejects.toEqual(said('OPTION', /row 1, received "a"/, /label/));
    await expect(LanguageModel.fit(TEXT, own({ hidden: 3 }))).rejects.toEqual(said('OPTION', /"hidden"/, /hiddenSize/));
  });

  it('whatever holds bytes is bytes, and no message holds them', async () => {
    const bytes = models.lm.toBytes();
    const buffer = bytes.slice().buffer;
    const kinds = [
      buffer,
      Buffer.from(bytes),
      new DataView(buffer),
      new Uint32Array(buffer.slice(0, buffer.byteLength & ~3)),
    ];
    for (const held of kinds.slice(0, 3)) {
      expect(LanguageModel.fromBytes(held).config).toEqual(models.lm.config);
      expect((await LanguageModel.load(held)).config).toEqual(models.lm.config);
      expect(unrolled.loadModel(held).task).toBe('lm');
    }
    await expect(LanguageModel.load(own([...bytes]))).rejects.toEqual(
      said('OPTION', /^.{0,80}an array of \d+$/, /bytes/),
    );
    expect(() => LanguageModel.fromBytes(own('model.safetensors'))).toThrow(said('OPTION', /bytes/, /load/) as Error);
    const state = new Linear(2, 3).stateDict();
    expect(() => formats.encodeSafetensors(own(state))).toThrow(said('OPTION', /an array/, /storedTensors/) as Error);
  });
});
