// Dive into Deep Learning, 9.5: a recurrent network from scratch learns characters of The Time Machine.
import { Corpus, crossEntropy, noGrad, Philox, Recurrent, RNN, sequentialBatches, type Tensor } from 'unrolled';
import { above, atMost, below, curves, diverged, exactly, experiment, MUTED, near, Plot } from 'unrolled/reproduce';
import { BATCH, copyOf, initialState, makeParameters, oneHot, predict, rnn, STEPS, train } from './scratch.js';
import text from './text/rnn-from-scratch.js';

export default experiment({
  name: 'rnn-from-scratch',
  source: 'Dive into Deep Learning, 9.5',
  text,
  code: ['scratch.ts', 'rnn-from-scratch.ts'],
  datasets: ['timemachine'],
  async run({ quick, seed, say, heading, formula, plot, lines, check, progress, data }) {
    const H = quick ? 64 : 512;
    const epochs = quick ? 15 : 500;
    const corpus = Corpus.fromText(await data('timemachine'), { lettersOnly: true });
    const tokens = corpus.tokens.subarray(0, 10_000);
    const V = corpus.vocabulary.size;
    check('vocabulary', exactly(28), V);

    heading('modelHeading');
    formula(
      String.raw`\begin{aligned} H_t &= \tanh(X_t W_{xh} + H_{t-1} W_{hh} + b_h) \\ O_t &= H_t W_{hq} + b_q \qquad \hat y_t = \operatorname{softmax}(O_t) \end{aligned}`,
    );
    say('oneHot');
    const p = makeParameters(V, H, new Philox(seed));
    const [first] = sequentialBatches(tokens, { batchSize: BATCH, numSteps: STEPS, seed });
    const start = noGrad(() => rnn(first.x, initialState(BATCH, H), p));
    const shape = (t: Tensor): string => `[${t.shape.join(', ')}]`;
    const shapes: Record<string, string> = {
      'tokens                 [T, N]': shape(first.x),
      'one-hot             [T, N, V]': shape(oneHot(first.x, V)),
      'W_xh                   [V, H]': shape(p.wxh),
      'W_hh                   [H, H]': shape(p.whh),
      'b_h                       [H]': shape(p.bh),
      'state before           [N, H]': shape(initialState(BATCH, H)),
      'state after            [N, H]': shape(start.h),
      'W_hq                   [H, V]': shape(p.whq),
      'b_q                       [V]': shape(p.bq),
      'scores of all steps [T·N, V]': shape(start.scores),
    };
    lines('shapes', Object.entries(shapes).map(([name, value]) => `${name.padEnd(32)}${value}`).join('\n')); // prettier-ignore
    check('scoresShape', exactly([STEPS * BATCH, V]), start.scores.shape);
    say('perplexityIs');
    formula(String.raw`\exp\Big(-\frac{1}{n} \sum_{t=1}^{n} \log P(x_t \mid x_{t-1}, \ldots, x_1)\Big)`);
    const targets = first.y.reshape([-1]);
    const untrained = crossEntropy(start.scores, targets).item();
    check('untrained', near(V, 0.5), Math.exp(untrained));
    const library = new Recurrent(RNN, { inputSize: V, hiddenSize: H });
    const [weightX, weightH, bias] = library.parameters();
    [weightX, weightH, bias].forEach((own, i) => own.set([p.wxh, p.whh, p.bh][i].data()));
    const same = noGrad(() => crossEntropy(library.forward(first.x).output.matmul(p.whq).add(p.bq), first.y).item());
    check('sameAsLibrary', below(1e-5), Math.abs(same - untrained));

    heading('trainHeading');
    say('clipping');
    formula(
      String.raw`\mathbf g \leftarrow \min\Big(1, \frac{\theta}{\lVert \mathbf g \rVert}\Big)\, \mathbf g, \qquad \theta = 1`,
    );
    const said: string[] = [];
    const show = (epoch: number, perplexity: number): void => {
      for (const prefix of ['time traveller', 'traveller']) {
        said.push(
          `${String(epoch).padStart(5)}${perplexity.toFixed(2).padStart(8)}  ${predict(prefix, 50, p, corpus)}`,
        );
      }
    };
    show(0, Math.exp(untrained));
    const shown = quick ? [5, epochs] : [10, 50, 100, 200, 300, 400, epochs];
    // Until the first gradient longer than 1, clipping changes nothing: the training without it goes on from here.
    const calm = { epochs: 0, parameters: copyOf(p) };
    const sequential = train(p, tokens, {
      sampling: 'sequential',
      epochs,
      clip: 1,
      seed,
      afterEpoch(epoch, perplexity, norm) {
        progress(0.4 * (epoch / epochs), `perplexity ${perplexity.toFixed(3)}`);
        if (shown.includes(epoch)) show(epoch, perplexity);
        if (norm > 1 || calm.epochs !== epoch - 1) return;
        calm.epochs = epoch;
        calm.parameters = copyOf(p);
      },
    });
    const last = (values: ArrayLike<number>): number => values[values.length - 1];
    check('sequentialCheck', atMost(quick ? 17 : 1.1), last(sequential.perplexities));

    const q = makeParameters(V, H, new Philox(seed));
    const random = train(q, tokens, {
      sampling: 'random',
      epochs,
      clip: 1,
      seed,
      afterEpoch: (epoch, perplexity) => progress(0.4 + 0.4 * (epoch / epochs), `perplexity ${perplexity.toFixed(3)}`),
    });
    check('randomCheck', atMost(quick ? 17 : 1.7), last(random.perplexities));

    const free = quick
      ? null
      : train(calm.parameters, tokens, {
          sampling: 'sequential',
          epochs,
          from: calm.epochs,
          clip: Infinity,
          seed,
          afterEpoch: (epoch, perplexity) =>
            progress(0.8 + 0.2 * (epoch / epochs), `perplexity ${perplexity.toFixed(3)}`),
        });
    if (free) {
      check('freeCheck', diverged(), last(free.perplexities), { epoch: calm.epochs + free.perplexities.length });
    }

    const epochsOf = (values: ArrayLike<number>): number[] => Array.from(values, (_, i) => i + 1);
    const onwards = (values: readonly number[], most: number) => ({
      x: values.map((_, i) => calm.epochs + i + 1),
      y: values.map((value) => Math.min(value, most)),
      colour: 2,
    });
    plot('perplexityCaption', (t) => ({
      x: { label: t('epoch') },
      y: { label: t('perplexity'), type: 'log', grid: true, domain: [1, 200], clamp: true },
      marks: [
        Plot.ruleY([V], { stroke: MUTED, strokeDasharray: '2 3' }),
        Plot.text([[epochs, V]], { text: () => t('uniform'), textAnchor: 'end', dy: -8, fill: MUTED }),
        curves([
          { name: t('sequential'), x: epochsOf(sequential.perplexities), y: sequential.perplexities },
          { name: t('random'), x: epochsOf(random.perplexities), y: random.perplexities },
          ...(free ? [{ name: t('unclipped'), ...onwards(free.perplexities, 200) }] : []),
        ]),
      ],
    }));
    say('said');
    lines('saidLabel', said.join('\n'));
    plot('normCaption', (t) => ({
      x: { label: t('epoch') },
      y: { label: t('gradientNorm'), type: 'log', grid: true },
      marks: [
        Plot.ruleY([1], { stroke: MUTED, strokeDasharray: '2 3' }),
        Plot.text([[epochs, 1]], { text: () => 'θ = 1', textAnchor: 'end', dy: -8, fill: MUTED }),
        curves([
          { name: t('clipped'), x: epochsOf(sequential.norms), y: sequential.norms },
          ...(free ? [{ name: t('unclipped'), ...onwards(free.norms, 1000) }] : []),
        ]),
      ],
    })); // prettier-ignore

    heading('placeHeading');
    if (!quick) check('placeCheck', above(2), Math.exp(random.places[0] - last(random.places)));
    plot('placeCaption', (t) => ({
      x: { label: t('place') },
      y: { label: t('perplexity'), type: 'log', grid: true },
      marks: [
        curves([
          { name: t('sequential'), x: epochsOf(sequential.places), y: sequential.places.map(Math.exp) },
          { name: t('random'), x: epochsOf(random.places), y: random.places.map(Math.exp) },
        ]),
      ],
    }));
  },
});
