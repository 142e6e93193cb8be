// Dive into Deep Learning, 10.1: long short-term memory.
import { LSTM, manualSeed, noGrad, Philox, randn, Recurrent, RNN } from 'unrolled';
import { exactly, experiment, holds } from 'unrolled/reproduce';
import { bookSettings, learnBook } from '../shared/characters.js';
import { gateMeans, gateTable, heatMaps, leftFigure, spreadUnits, traceText } from '../shared/gates.js';
import { d2l } from '../shared/books.js';
import { LETTERS } from '../shared/notations.js';
import { lstm as exercises } from './exercises/gates.js';
import text from './text/lstm.js';

export default experiment({
  name: 'lstm',
  source: d2l('10.1', '9.2'),
  needs: ['lstm-from-scratch'],
  text,
  exercises,
  settings: bookSettings('lstm'),
  notations: [
    LETTERS.X,
    LETTERS.I,
    LETTERS.F,
    LETTERS.Ogate,
    LETTERS.Ccandidate,
    LETTERS.C,
    LETTERS.H,
    LETTERS.gate,
    LETTERS.sigma,
  ],
  code: ['lstm.ts', '../shared/characters.ts', '../shared/gates.ts'],
  datasets: ['timemachine'],
  minutes: 2,
  async run(context) {
    const { quick, seed, say, heading, cell, plot, table, check, data } = context;
    const own = cell('diagram', {
      name: 'LSTM',
      state: ['h', 'c'],
      step({ x, h, c, linear, sigmoid, tanh }) {
        const i = sigmoid(linear('i', x, h)); // input gate
        const f = sigmoid(linear('f', x, h)); // forget gate
        const g = tanh(linear('g', x, h)); // candidate
        const o = sigmoid(linear('o', x, h)); // output gate
        const cNext = f.mul(c).add(i.mul(g));
        return { h: o.mul(tanh(cNext)), c: cNext };
      },
    });
    check('sameCell', holds, JSON.stringify(own.toData()) === JSON.stringify(LSTM.toData()));
    say('notations');

    heading('keepHeading');
    say('keep');
    manualSeed(seed);
    const [D, H] = [8, 16];
    const c = randn([4, H], new Philox(seed));
    const closed = new Recurrent(LSTM, { inputSize: D, hiddenSize: H, initialBias: { f: 50, i: -50 } });
    const x = randn([100, 4, D], new Philox(seed + 1));
    const { state } = noGrad(() => closed.forward(x, { state: [{ h: randn([4, H]), c }] }));
    check('kept', exactly(0), state[0].c.sub(c).abs().max().item());

    heading('trainHeading');
    const task = { pytorch: 1.04, most: 1.1, quick: 17, byHeart: 0.7 };
    const { network, vocabulary, text: book } = learnBook(context, await data('timemachine'), task);
    if (context.word('cell') !== 'lstm') return; // what follows is about the gates of this one
    const { hiddenSize } = network.rnn;
    const simple = new Recurrent(RNN, { inputSize: vocabulary.size, hiddenSize });
    check('size', exactly(4), network.rnn.parameterCount() / simple.parameterCount());

    heading('gatesHeading');
    const from = book.indexOf('time traveller');
    const read = book.slice(from, from + 40);
    const [traced] = traceText(network.rnn, read, ['i', 'f', 'o', 'c', 'h'], vocabulary);
    const units = spreadUnits(traced.f, 12);
    plot('gatesCaption', (t) => heatMaps(traced, ['i', 'f', 'o'], units, read, t('unit'), null));
    plot('memoryCaption', (t) => heatMaps(traced, ['c', 'h'], units, read, t('unit'), 2));

    say('means');
    const long = book.slice(from, from + 1000);
    const [over] = traceText(network.rnn, long, ['i', 'f', 'o'], vocabulary);
    const means = gateMeans(over, ['i', 'f', 'o'], long);
    table((t) => gateTable(means, [t('gate'), t('atSpace'), t('atStart'), t('inside')]));
    const [space, start, inside] = means.f;
    if (!quick && start < Math.min(space, inside)) {
      say('leastAtStart', { space: space.toFixed(3), start: start.toFixed(3), inside: inside.toFixed(3) });
    }
    plot('leftCaption', (t) => leftFigure([{ name: 'f', gate: over.f }], t('later'), t('left')));
  },
});
