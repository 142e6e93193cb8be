// Dive into Deep Learning, 10.3: layers of LSTMs, each reading the states of the one below.
import { fromData, LSTM, noGrad, Recurrent } from 'unrolled';
import { below, drawGraph, experiment, unrolled } from 'unrolled/reproduce';
import { bookSettings, learnBook } from '../shared/characters.js';
import { heatMaps, leftAfter, leftFigure, spreadUnits, traceText } from '../shared/gates.js';
import { d2l } from '../shared/books.js';
import { LETTERS } from '../shared/notations.js';
import { deep as exercises } from './exercises/deep.js';
import text from './text/deep-lstm.js';

/** The mean of some shares, for people. */
function percentOf(shares: readonly number[]): string {
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  return `${Number((100 * mean).toPrecision(2))} %`;
}

export default experiment({
  name: 'deep-lstm',
  source: d2l('10.3', '9.3'),
  needs: ['lstm'],
  text,
  exercises,
  settings: bookSettings('lstm', { layers: 2, rate: 2 }),
  notations: [LETTERS.layer, LETTERS.X],
  code: ['deep-lstm.ts', '../shared/characters.ts', '../shared/gates.ts'],
  datasets: ['timemachine'],
  minutes: 4,
  async run(context) {
    const { heading, formula, picture, plot, say, check, data } = context;
    formula(
      String.raw`H^{(l)}_t = \phi_l\big(H^{(l-1)}_t W^{(l)}_{xh} + H^{(l)}_{t-1} W^{(l)}_{hh} + b^{(l)}_h\big), \qquad H^{(0)}_t = X_t, \qquad O_t = H^{(L)}_t W_{hq} + b_q`,
    );
    say('layers');
    picture('stackCaption', drawGraph(unrolled({ cell: LSTM, numLayers: 2 }, { steps: 4 })));

    heading('trainHeading');
    const task = { pytorch: 1.02, most: 1.1, quick: 18, byHeart: 0.7 };
    const { network, vocabulary, text: book } = learnBook(context, await data('timemachine'), task);
    if (context.word('cell') !== 'lstm' || network.rnn.numLayers !== 2) return; // what follows is about the gates of this one

    heading('stackHeading');
    say('stack');
    const from = book.indexOf('time traveller');
    const read = book.slice(from, from + 40);
    const tokens = fromData(vocabulary.encodeCharacters(read), [read.length, 1]);
    const { hiddenSize } = network.rnn;
    const lower = new Recurrent(LSTM, { inputSize: vocabulary.size, hiddenSize });
    const upper = new Recurrent(LSTM, { inputSize: hiddenSize, hiddenSize });
    const weights = network.rnn.parameters();
    [...lower.parameters(), ...upper.parameters()].forEach((parameter, i) => parameter.set(weights[i].data()));
    const difference = noGrad(() => {
      const inTwo = upper.forward(lower.forward(tokens).output).output;
      return network.rnn.forward(tokens).output.sub(inTwo).abs().max().item();
    });
    check('sameStack', below(1e-5), difference);

    heading('gatesHeading');
    const [first, second] = traceText(network.rnn, read, ['f'], vocabulary);
    plot('gatesCaption', (t) => heatMaps(first, ['f'], spreadUnits(first.f, 14), read, t('unit'), null));
    plot('gatesUpperCaption', (t) => heatMaps(second, ['f'], spreadUnits(second.f, 14), read, t('unit'), null));
    const over = traceText(network.rnn, book.slice(from, from + 1000), ['f'], vocabulary);
    const layers = over.map((layer, l) => ({ name: `f${'¹²'[l]}`, gate: layer.f }));
    const [leftBelow, leftAbove] = layers.map(({ gate }) => {
      const left = leftAfter(gate, 10).map((unit) => unit[10]);
      const best = [...left].sort((a, b) => b - a).slice(0, Math.ceil(left.length / 10));
      return [left, best].map(percentOf);
    });
    plot('leftCaption', (t) => leftFigure(layers, t('later'), t('left')));
    say('leftAfterTen', { lower: leftBelow[0], upper: leftAbove[0], lowerBest: leftBelow[1], upperBest: leftAbove[1] });
  },
});
