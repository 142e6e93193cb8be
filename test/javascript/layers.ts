// Right calls of layers, losses and cells.
import * as unrolled from '../../src/node.js';
import { pair, rnn, x } from './given.js';
import { call, made, method } from './sweep.js';

const { Recurrent, LSTM, GRU, tensor } = unrolled;

/** Layers, losses, cells. */
export function layers(): void {
  const { Linear, Embedding, LayerNorm, Dropout, Conv2d, Sequential, DotAttention, AdditiveAttention } = unrolled;
  call('new Linear', made(Linear), () => [2, 3, { bias: true, init: unrolled.uniformInit(0.1) }]);
  call('new Embedding', made(Embedding), () => [
    5,
    3,
    { frozen: false, paddingIndex: 0, init: unrolled.normalInit(1) },
  ]);
  call('Embedding.fromVectors', Embedding.fromVectors, () => [
    [
      [1, 2],
      [3, 4],
    ],
    { frozen: true, paddingIndex: 1 },
  ]);
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
  call('maskedSoftmax', unrolled.maskedSoftmax, () => [
    pair(),
    tensor([
      [1, 0],
      [1, 1],
    ]),
  ]);
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
    call(name, unrolled[name], () => [
      pair(),
      tensor([
        [0, 1],
        [1, 0],
      ]),
      { reduction: 'sum' },
    ]);
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
  call('explainCell', unrolled.explainCell, () => [
    LSTM,
    { inputSize: 2, hiddenSize: 3, batchSize: 1, numHeads: 1, numSteps: 2, tokens: false },
  ]);
  call('cellFromData', unrolled.cellFromData, () => [GRU.toData()]);
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
