// Dive into Deep Learning, 9.6: the recurrent network with a library's layer.
import { fromData, manualSeed, noGrad, Recurrent, RNN, stack } from 'unrolled';
import { below, exactly, experiment, holds } from 'unrolled/reproduce';
import { bookSettings, learnBook } from '../shared/characters.js';
import { heatMaps, spreadUnits, traceText } from '../shared/gates.js';
import { d2l } from '../shared/books.js';
import { LETTERS } from '../shared/notations.js';
import exercises from './exercises/layer.js';
import text from './text/rnn.js';

/** The share of the units that change their sign from one step to the next, over all steps. */
function signChanges(states: readonly number[][]): number {
  const changes = states.slice(1).flatMap((h, t) => h.map((value, unit) => Number(value * states[t][unit] < 0)));
  return changes.reduce((sum, change) => sum + change, 0) / changes.length;
}

export default experiment({
  name: 'rnn',
  source: d2l('9.6', '8.6'),
  needs: ['rnn-from-scratch'],
  text,
  exercises,
  settings: bookSettings('rnn'),
  notations: [
    LETTERS.X,
    LETTERS.H,
    {
      ...LETTERS.gate,
      meaning: {
        en: 'what stands inside the tanh: one weight for each argument, and a bias',
        zh: 'tanh 括号内的量：每个参数各有一个权重，再加偏置',
      },
    },
  ],
  code: ['rnn.ts', '../shared/characters.ts', '../shared/gates.ts'],
  datasets: ['timemachine'],
  async run(context) {
    const { seed, say, heading, cell, plot, lines, check, data } = context;
    const own = cell('diagram', {
      name: 'RNN',
      state: ['h'],
      step({ x, h, linear, tanh }) {
        return { h: tanh(linear('h', x, h)) };
      },
    });
    check('sameCell', holds, JSON.stringify(own.toData()) === JSON.stringify(RNN.toData()));
    say('notations');

    heading('tokensHeading');
    say('tokens');
    manualSeed(seed);
    const [T, N, V, H] = [35, 32, 28, 256];
    const rnn = new Recurrent(RNN, { inputSize: V, hiddenSize: H });
    const tokens = Int32Array.from({ length: T * N }, (_, i) => (7 * i) % V);
    const oneHot = Float32Array.from({ length: T * N * V }, (_, i) => Number(tokens[Math.floor(i / V)] === i % V));
    const { output, state } = noGrad(() => rnn.forward(fromData(tokens, [T, N])));
    const dense = noGrad(() => rnn.forward(fromData(oneHot, [T, N, V])));
    const difference = output.sub(dense.output).abs().max().item();
    check('sameAsOneHot', below(1e-5), difference);
    const weights = [...rnn.namedParameters()].map(([name, t]) => `${name.padEnd(12)}[${t.shape.join(', ')}]`);
    const results = [`output      [${output.shape.join(', ')}]`, `state h     [${state[0].h.shape.join(', ')}]`];
    lines('shapes', [...weights, ...results].join('\n'));
    say('stateShape');
    const deep = new Recurrent(RNN, { inputSize: V, hiddenSize: H, numLayers: 2 });
    const stacked = noGrad(() => deep.forward(fromData(tokens, [T, N])));
    const all = noGrad(() => stack(stacked.state.map(({ h }) => h)));
    const top = stacked.output.slice(0, T - 1, T).reshape([N, H]);
    lines(
      'stateShapes',
      [
        ...stacked.state.map(({ h }, l) => `state[${l}].h           [N, H]      [${h.shape.join(', ')}]`),
        `stack of all layers  [L, N, H]   [${all.shape.join(', ')}]`,
        `output               [T, N, H]   [${stacked.output.shape.join(', ')}]`,
      ].join('\n'),
    );
    check('stackedShape', exactly([2, N, H]), all.shape);
    check(
      'lastStep',
      exactly(0),
      noGrad(() => top.sub(stacked.state[1].h).abs().max().item()),
    );

    heading('trainHeading');
    const task = { pytorch: 1.26, most: 1.4, quick: 14, byHeart: 0.7 };
    const { network, vocabulary, text: book } = learnBook(context, await data('timemachine'), task);

    heading('stateHeading');
    say('state');
    const read = book.slice(book.indexOf('time traveller'), book.indexOf('time traveller') + 40);
    const [traced] = traceText(network.rnn, read, ['h'], vocabulary);
    const turned = `${(100 * signChanges(traced.h)).toFixed(0)} %`;
    plot('stateCaption', (t) => heatMaps(traced, ['h'], spreadUnits(traced.h, 20), read, t('unit'), 1), { turned });
  },
});
