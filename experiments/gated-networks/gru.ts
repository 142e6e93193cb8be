// Dive into Deep Learning, 10.2: gated recurrent units.
import { GRU, GRUResetBefore, manualSeed, noGrad, Philox, randn, Recurrent, RNN, toLatex, type Tensor } from 'unrolled';
import { below, experiment, holds } from 'unrolled/reproduce';
import { bookSettings, learnBook } from '../shared/characters.js';
import { gateMeans, gateTable, heatMaps, leftFigure, spreadUnits, traceText } from '../shared/gates.js';
import { d2l } from '../shared/books.js';
import { LETTERS } from '../shared/notations.js';
import { gru as exercises } from './exercises/gates.js';
import text from './text/gru.js';

/** The largest difference between two tensors. */
const distance = (a: Tensor, b: Tensor): number => a.sub(b).abs().max().item();

export default experiment({
  name: 'gru',
  source: d2l('10.2', '9.1'),
  needs: ['gru-from-scratch'],
  text,
  exercises,
  settings: bookSettings('gru'),
  notations: [LETTERS.X, LETTERS.R, LETTERS.Z, LETTERS.Hcandidate, LETTERS.H, LETTERS.gate, LETTERS.sigma],
  code: ['gru.ts', '../shared/characters.ts', '../shared/gates.ts'],
  datasets: ['timemachine'],
  minutes: 1,
  async run(context) {
    const { quick, seed, say, heading, formula, cell, plot, table, check, data } = context;
    const own = cell('diagram', {
      name: 'GRU',
      state: ['h'],
      step({ x, h, linear, sigmoid, tanh }) {
        const r = sigmoid(linear('r', x, h)); // reset gate
        const z = sigmoid(linear('z', x, h)); // update gate
        const n = tanh(linear('nx', x).add(r.mul(linear('nh', h)))).named('n'); // candidate
        return { h: n.add(z.mul(h.sub(n))) };
      },
    });
    check('sameCell', holds, JSON.stringify(own.toData()) === JSON.stringify(GRU.toData()));
    say('notations');
    say('resetBefore');
    formula(toLatex(GRUResetBefore));

    heading('limitsHeading');
    say('limits');
    manualSeed(seed);
    const [D, H] = [8, 16];
    const x = randn([100, 4, D], new Philox(seed));
    const h = randn([4, H], new Philox(seed + 1));
    // z = 1: the state is copied, step after step.
    const copies = new Recurrent(GRU, { inputSize: D, hiddenSize: H, initialBias: { z: 50 } });
    check('copies', below(1e-5), distance(noGrad(() => copies.forward(x, { state: [{ h }] })).state[0].h, h));
    // r = 1 and z = 0: what is left is the candidate, a simple RNN. Its weights are those of the GRU's candidate.
    const open = new Recurrent(GRU, { inputSize: D, hiddenSize: H, initialBias: { r: 50, z: -50 } });
    const simple = new Recurrent(RNN, { inputSize: D, hiddenSize: H });
    const { weight_x, weight_h, bias } = simple.gate('h');
    const [ofInput, ofState] = [open.gate('nx'), open.gate('nh')];
    noGrad(() => {
      weight_x.set(ofInput.weight_x.tensor());
      weight_h.set(ofState.weight_h.tensor());
      bias.set(ofInput.bias.tensor().add(ofState.bias.tensor()));
      check('isRnn', below(1e-5), distance(open.forward(x).output, simple.forward(x).output));
    });

    // r = 0 and z = 0: the candidate sees the input alone, and nothing else is shown: a perceptron at each step.
    const forgetful = new Recurrent(GRU, { inputSize: D, hiddenSize: H, initialBias: { r: -50, z: -50 } });
    const one = noGrad(() => forgetful.forward(x).output);
    const perceptron = noGrad(() =>
      x.matmul(forgetful.gate('nx').weight_x.tensor()).add(forgetful.gate('nx').bias.tensor()).tanh(),
    );
    check('isMlp', below(1e-5), distance(one, perceptron));

    heading('trainHeading');
    const task = { pytorch: 1.04, most: 1.1, quick: 15, byHeart: 0.7 };
    const { network, vocabulary, text: book } = learnBook(context, await data('timemachine'), task);
    if (context.word('cell') !== 'gru') return; // what follows is about the gates of this one
    const ratio =
      network.rnn.parameterCount() /
      new Recurrent(RNN, { inputSize: vocabulary.size, hiddenSize: network.rnn.hiddenSize }).parameterCount();
    say('size', { ratio: ratio.toFixed(2) });

    heading('gatesHeading');
    const from = book.indexOf('time traveller');
    const read = book.slice(from, from + 40);
    const [traced] = traceText(network.rnn, read, ['r', 'z', 'h'], vocabulary);
    const units = spreadUnits(traced.z, 14);
    plot('gatesCaption', (t) => heatMaps(traced, ['r', 'z'], units, read, t('unit'), null));
    plot('stateCaption', (t) => heatMaps(traced, ['h'], units, read, t('unit'), 1));

    say('means');
    const long = book.slice(from, from + 1000);
    const [over] = traceText(network.rnn, long, ['r', 'z'], vocabulary);
    const means = gateMeans(over, ['r', 'z'], long);
    table((t) => gateTable(means, [t('gate'), t('atSpace'), t('atStart'), t('inside')]));
    const [space, start, inside] = means.z;
    if (!quick && start < Math.min(space, inside)) {
      say('leastAtStart', { space: space.toFixed(3), start: start.toFixed(3), inside: inside.toFixed(3) });
    }
    plot('leftCaption', (t) => leftFigure([{ name: 'z', gate: over.z }], t('later'), t('left')));
  },
});
