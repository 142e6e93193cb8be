// Dive into Deep Learning, 9.5: a recurrent network from scratch learns characters of The Time Machine.
import { clipGradNorm, crossEntropy, noGrad, Philox, rand, randn, RNN, type Tensor } from 'unrolled';
import { sequentialBatches } from 'unrolled/data';
import { Corpus } from 'unrolled/text';
import {
  above,
  atLeast,
  atMost,
  below,
  curves,
  diverged,
  drawGraph,
  exactly,
  experiment,
  MUTED,
  near,
  Plot,
  unrolled,
} from 'unrolled/reproduce';
import { besideLayer } from '../shared/beside-layer.js';
import {
  BATCH,
  clipGradients,
  type Draw,
  oneHot,
  predict,
  read,
  scratchSettings,
  STEPS,
  train,
} from '../shared/scratch.js';
import { rnnNetwork } from './parts/rnn-network.js';
import { d2l } from '../shared/books.js';
import { LETTERS } from '../shared/notations.js';
import { scratch as exercises } from './exercises/rnn.js';
import text from './text/rnn-from-scratch.js';

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** The largest share of norms above 1 within a tenth of the training. */
function longestTenth(norms: readonly number[]): number {
  const width = Math.max(1, Math.floor(norms.length / 10));
  let count = 0;
  let most = 0;
  norms.forEach((norm, i) => {
    count += Number(norm > 1) - Number(i >= width && norms[i - width] > 1);
    if (i >= width - 1) most = Math.max(most, count / width);
  });
  return most;
}

const distance = (a: Tensor | null, b: Tensor | null): number => (a && b ? a.sub(b).abs().max().item() : NaN);

const describeGradient = ({ grad }: Tensor): string =>
  grad === null ? 'null' : `[${Array.from(grad.data(), (value) => value.toFixed(2)).join(', ')}]`;

/** Four letters of a word: each goes in, and the next one should come out. */
const UNROLLED = unrolled(
  { cell: { name: 'h' } },
  { steps: 4, labels: { inputs: ['t', 'i', 'm', 'e'], outputs: ['i', 'm', 'e', '␣'] } },
);

export default experiment({
  name: 'rnn-from-scratch',
  source: d2l('9.5', '8.5'),
  needs: ['hidden-state', 'sampling', 'perplexity'],
  text,
  exercises,
  settings: scratchSettings({ hidden: [512, 64], epochs: [500, 12] }),
  notations: [LETTERS.X, LETTERS.H, LETTERS.Wxh, LETTERS.O, LETTERS.theta],
  code: ['parts/rnn-network.ts', '../shared/scratch.ts', 'rnn-from-scratch.ts', '../shared/beside-layer.ts'],
  datasets: ['timemachine'],
  minutes: 6,
  async run({ quick, seed, number, say, heading, formula, picture, plot, lines, check, finding, progress, data }) {
    const [H, epochs] = [number('hidden'), number('epochs')];
    const corpus = Corpus.fromText(await data('timemachine'), { lettersOnly: true });
    const tokens = corpus.tokens.subarray(0, 10_000);
    const V = corpus.vocabulary.size;
    check('vocabulary', exactly(28), V);

    picture('unrolledCaption', drawGraph(UNROLLED));
    heading('modelHeading');
    formula(
      String.raw`\begin{aligned} H_t &= \tanh(X_t W_{xh} + H_{t-1} W_{hh} + b_h) \\ O_t &= H_t W_{hq} + b_q \qquad \hat y_t = \operatorname{softmax}(O_t) \end{aligned}`,
    );
    say('oneHot');
    const random = new Philox(seed);
    const normal: Draw = (...shape) => randn(shape, random).mul(0.01);
    const network = rnnNetwork(V, H, normal);
    const [first] = sequentialBatches(tokens, { batchSize: BATCH, numSteps: STEPS, seed });
    const start = network.begin(BATCH);
    const { scores, state } = noGrad(() => read(network, first.x, start));
    const shape = (t: Tensor): string => `[${t.shape.join(', ')}]`;
    const shapes: Record<string, string> = {
      'tokens                 [T, N]': shape(first.x),
      'one-hot             [T, N, V]': shape(oneHot(first.x, V)),
      'W_xh                   [V, H]': shape(network.Wxh),
      'W_hh                   [H, H]': shape(network.Whh),
      'b_h                       [H]': shape(network.bh),
      'state before           [N, H]': shape(start.h),
      'state after            [N, H]': shape(state.h),
      'W_hq                   [H, V]': shape(network.Whq),
      'b_q                       [V]': shape(network.bq),
      'scores of all steps [T·N, V]': shape(scores),
    };
    lines(
      'shapes',
      Object.entries(shapes)
        .map(([name, value]) => `${name.padEnd(32)}${value}`)
        .join('\n'),
    );
    check('scoresShape', exactly([STEPS * BATCH, V]), scores.shape);
    say('perplexityIs');
    formula(String.raw`\exp\Big(-\frac{1}{n} \sum_{t=1}^{n} \log P(x_t \mid x_{t-1}, \ldots, x_1)\Big)`);
    const targets = first.y.reshape([-1]);
    const untrained = crossEntropy(scores, targets).item();
    check('untrained', near(V, 0.5), Math.exp(untrained));
    const beside = besideLayer(network, RNN, oneHot(first.x, V), targets, new Philox(seed + 1));
    check('sameStates', below(1e-5), beside.hidden);
    check('sameGradients', below(1e-5), Math.max(...Object.values(beside.gradients)));

    heading('requiresGradHeading');
    say('requiresGrad');
    const [constant, parameter] = [randn([2, 2], random), randn([2, 2], random)];
    parameter.requiresGrad = true;
    constant.mul(parameter).sum().backward();
    lines(
      'requiresGradShown',
      `constant.grad    ${describeGradient(constant)}\nparameter.grad   ${describeGradient(parameter)}`,
    );
    check(
      'onlyParameters',
      exactly([false, true].map(String)),
      [constant, parameter].map((t) => String(t.grad !== null)),
    );

    heading('trainHeading');
    say('clipping');
    formula(
      String.raw`\mathbf g \leftarrow \min\Big(1, \frac{\theta}{\lVert \mathbf g \rVert}\Big)\, \mathbf g, \qquad \theta = 1`,
    );
    say('clippingCode');
    const copies = network.parameters.map((t) => t.clone());
    const gradients = network.parameters.map((t) => randn(t.shape, random));
    const norms = [network.parameters, copies].map((list, i) => {
      list.forEach((t, k) => (t.grad = gradients[k].clone()));
      return (i === 0 ? clipGradients : clipGradNorm)(list, 1);
    });
    check('sameNorm', near(1, 1e-5), norms[0] / norms[1]);
    const clippedApart = network.parameters.map((t, k) => noGrad(() => distance(t.grad, copies[k].grad)));
    check('sameClipping', below(1e-6), Math.max(...clippedApart));
    for (const t of network.parameters) t.grad = null;
    const last = (values: ArrayLike<number>): number => values[values.length - 1];
    const said: string[] = [];
    const show = (epoch: number, perplexity: number): void => {
      for (const prefix of ['time traveller', 'traveller']) {
        said.push(
          `${String(epoch).padStart(5)}${perplexity.toFixed(2).padStart(8)}  ${predict(prefix, 50, network, corpus)}`,
        );
      }
    };
    show(0, Math.exp(untrained));
    const shown = quick ? [5, epochs] : [10, 50, 100, 200, 300, 400, epochs];
    const run = { epochs, clip: 1, seed };
    const sequential = train(network, tokens, {
      ...run,
      sampling: 'sequential',
      afterEpoch(epoch, perplexity) {
        progress(0.5 * (epoch / epochs), `perplexity ${perplexity.toFixed(3)}`);
        if (shown.includes(epoch)) show(epoch, perplexity);
      },
    });
    const shuffled = train(rnnNetwork(V, H, normal), tokens, {
      ...run,
      sampling: 'random',
      afterEpoch: (epoch, perplexity) => progress(0.5 + 0.45 * (epoch / epochs), `perplexity ${perplexity.toFixed(3)}`),
    });
    // The last epoch alone may be one in which a large step went wrong.
    const ending = { last: quick ? 3 : 100 };
    const end = ({ perplexities }: { perplexities: number[] }): number => median(perplexities.slice(-ending.last));
    check('sequentialCheck', atMost(quick ? 17 : 1.1), end(sequential), ending);
    check('randomCheck', atMost(quick ? 17 : 1.7), end(shuffled), ending);

    const epochsOf = (values: ArrayLike<number>): number[] => Array.from(values, (_, i) => i + 1);
    plot('perplexityCaption', (t) => ({
      x: { label: t('epoch') },
      y: { label: t('perplexity'), type: 'log', grid: true, domain: [1, 35] },
      marks: [
        Plot.ruleY([V], { stroke: MUTED, strokeDasharray: '2 3' }),
        Plot.text([[epochs, V]], { text: () => t('uniform'), textAnchor: 'end', dy: -8, fill: MUTED }),
        curves([
          { name: t('sequential'), x: epochsOf(sequential.perplexities), y: sequential.perplexities },
          { name: t('random'), x: epochsOf(shuffled.perplexities), y: shuffled.perplexities },
        ]),
      ],
    }));
    finding('byHeart', atMost(1.1), end(sequential), { end: end(sequential).toFixed(2) });
    finding('randomHigher', above(end(sequential)), end(shuffled), { end: end(shuffled).toFixed(2) });
    say('said');
    lines('saidLabel', said.join('\n'));
    plot('normCaption', (t) => ({
      x: { label: t('iteration') },
      y: { label: t('gradientNorm'), type: 'log', grid: true },
      marks: [
        Plot.ruleY([1], { stroke: MUTED, strokeDasharray: '2 3' }),
        Plot.text([[0, 1]], { text: () => 'θ = 1', textAnchor: 'start', dx: 4, dy: -8, fill: MUTED }),
        curves([{ x: epochsOf(sequential.norms), y: sequential.norms }]),
      ],
    }));

    const long = longestTenth(sequential.norms);
    finding('longSteps', atLeast(0.9), long, { share: `${(100 * long).toFixed(0)} %` });

    heading('freeHeading');
    // As layers draw them: weights and biases uniform in ±1/√H; of these widths in the short version too.
    const startAgain = (i: number, clip: number, width = 512) => {
      const numbers = new Philox(seed + i);
      const uniform: Draw = (...shape) =>
        rand(shape, numbers)
          .mul(2)
          .sub(1)
          .mul(width ** -0.5);
      return train(rnnNetwork(V, width, uniform, uniform), tokens, {
        sampling: 'sequential',
        epochs: quick ? 2 : 5,
        clip,
        seed: seed + i,
      });
    };
    const starts = quick ? [0, 1] : [0, 1, 2, 3, 4];
    const free = starts.map((i) => startAgain(i, Infinity));
    const ends = free.map(({ perplexities }) => last(perplexities));
    const narrow = starts.map((i) => last(startAgain(i, Infinity, 256).perplexities));
    const lost = (perplexities: readonly number[]): number => perplexities.filter((p) => !(p < 1e6)).length;
    say('free', { starts: starts.length, epochs: quick ? 2 : 5, wide: lost(ends), narrow: lost(narrow) });
    check('freeCheck', diverged(), Math.max(...ends));
    check('freeCount', atLeast(quick ? 1 : 3), lost(ends), { starts: ends.length });
    const tamed = startAgain(0, 1);
    check('tamedCheck', below(V), last(tamed.perplexities), { epochs: tamed.perplexities.length });
    plot('freeCaption', (t) => ({
      x: { label: t('iteration') },
      y: { label: t('lossNats'), type: 'log', grid: true },
      marks: [
        curves([
          { name: t('clipped'), x: epochsOf(tamed.losses), y: tamed.losses },
          { name: t('unclipped'), x: epochsOf(free[0].losses), y: free[0].losses },
        ]),
      ],
    }));

    heading('placeHeading');
    plot('placeCaption', (t) => ({
      x: { label: t('place') },
      y: { label: t('perplexity'), type: 'log', grid: true },
      marks: [
        curves([
          { name: t('sequential'), x: epochsOf(sequential.places), y: sequential.places.map(Math.exp) },
          { name: t('random'), x: epochsOf(shuffled.places), y: shuffled.places.map(Math.exp) },
        ]),
      ],
    }));
    const [atFirst, atTenth] = [0, 10].map((i) => Math.exp(shuffled.places[i] - last(shuffled.places)));
    // The place is found where the tenth character is much nearer to the last than the first is.
    finding('placeFound', above(2), (atFirst - 1) / Math.max(atTenth - 1, 0.01), {
      first: atFirst.toFixed(1),
      tenth: atTenth.toFixed(1),
    });
  },
});
