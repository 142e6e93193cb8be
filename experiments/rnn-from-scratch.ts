// Dive into Deep Learning, 9.5: a recurrent network from tensors only, on the characters of The Time Machine.
import { clipGradNorm, concat, Corpus, crossEntropy, fromData, gatherRows, noGrad, Philox, randn, randomBatches, Recurrent, RNN, scope, sequentialBatches, SGD, type Tensor, zeros } from 'unrolled'; // prettier-ignore
import { above, atMost, below, curves, diverged, exactly, experiment, MUTED, near, Plot } from 'unrolled/reproduce';
import text from './text/rnn-from-scratch.js';

const BATCH = 32; // N
const STEPS = 35; // T

/** W_xh [V, H], W_hh [H, H], b_h [H], W_hq [H, V], b_q [V]: normal with deviation 0.01, biases 0. */
function makeParameters(V: number, H: number, random: Philox) {
  const normal = (rows: number, columns: number): Tensor => randn([rows, columns], random).mul(0.01);
  const p = { wxh: normal(V, H), whh: normal(H, H), bh: zeros([H]), whq: normal(H, V), bq: zeros([V]) };
  for (const parameter of Object.values(p)) parameter.requiresGrad = true;
  return p;
}
type Parameters = ReturnType<typeof makeParameters>;

/** The same numbers once more, for another training. */
function copyOf(p: Parameters): Parameters {
  const copy = makeParameters(p.bq.size, p.bh.size, new Philox(0));
  const values = Object.values(p);
  Object.values(copy).forEach((parameter, i) => parameter.set(values[i].data()));
  return copy;
}

/** A token is a row of the identity matrix: tokens [T, N] become vectors [T, N, V]. */
function oneHot(tokens: Tensor, V: number): Tensor {
  const identity = Float32Array.from({ length: V * V }, (_, i) => (i % (V + 1) === 0 ? 1 : 0));
  return gatherRows(fromData(identity, [V, V]), tokens);
}

const initialState = (N: number, H: number): Tensor => zeros([N, H]);

/** The network: for each step its input x [N, V] and the state h [N, H] give the next state, and that gives the scores [N, V]. */
function rnn(tokens: Tensor, h: Tensor, p: Parameters): { scores: Tensor; h: Tensor } {
  const [T, N] = tokens.shape;
  const V = p.bq.size;
  const inputs = oneHot(tokens, V);
  const scores: Tensor[] = [];
  for (let t = 0; t < T; t++) {
    const x = inputs.slice(0, t, t + 1).reshape([N, V]);
    h = x.matmul(p.wxh).add(h.matmul(p.whh)).add(p.bh).tanh();
    scores.push(h.matmul(p.whq).add(p.bq));
  }
  return { scores: concat(scores), h }; // [T · N, V]
}

/** Reads the prefix (the warm-up: only the state counts), then goes on with its own most probable characters. */
function predict(prefix: string, length: number, p: Parameters, corpus: Corpus): string {
  const V = p.bq.size;
  let token = 0;
  let h = initialState(1, p.bh.size);
  const read = (next: number): void => {
    const out = scope(() => noGrad(() => rnn(fromData(Int32Array.of(next), [1, 1]), h, p)));
    const scores = out.scores.data();
    token = 0;
    for (let v = 1; v < V; v++) if (scores[v] > scores[token]) token = v;
    h.dispose();
    h = out.h;
  };
  for (const character of prefix) read(corpus.vocabulary.index(character));
  let result = prefix;
  for (let i = 0; i < length; i++) {
    result += corpus.vocabulary.token(token);
    read(token);
  }
  return result;
}

interface Training {
  sampling: 'sequential' | 'random';
  epochs: number;
  /** How many of them have gone before. */
  from?: number;
  /** θ; Infinity does not clip. */
  clip: number;
  seed: number;
  afterEpoch(epoch: number, perplexity: number, norm: number): void;
}

/** Perplexity and the largest norm of the gradient in each epoch; it ends early where it diverges. */
function train(p: Parameters, tokens: Int32Array, { sampling, epochs, from = 0, clip, seed, afterEpoch }: Training) {
  const parameters = Object.values(p);
  const optimizer = new SGD(parameters, 1);
  const batches = sampling === 'random' ? randomBatches : sequentialBatches;
  const perplexities: number[] = [];
  const norms: number[] = [];
  for (let epoch = from; epoch < epochs; epoch++) {
    let [loss, count, norm] = [0, 0, 0];
    scope(() => {
      let h = initialState(BATCH, p.bh.size);
      for (const { x, y } of batches(tokens, { batchSize: BATCH, numSteps: STEPS, seed, epoch })) {
        // The next batch goes on in the text only where the sampling is sequential.
        if (sampling === 'random') h = initialState(BATCH, p.bh.size);
        const step = scope(() => {
          const out = rnn(x, h, p);
          const mean = crossEntropy(out.scores, y.reshape([-1]));
          optimizer.zeroGrad();
          mean.backward();
          const size = clipGradNorm(parameters, clip);
          optimizer.step();
          return { loss: mean.item(), norm: size, h: out.h.detach() }; // without its history
        });
        h.dispose();
        h = step.h;
        loss += step.loss;
        norm = Math.max(norm, step.norm);
        count++;
      }
    });
    const perplexity = Math.exp(loss / count);
    perplexities.push(perplexity);
    norms.push(norm);
    afterEpoch(epoch + 1, perplexity, norm);
    if (!(perplexity <= 1e6)) break;
  }
  return { perplexities, norms };
}

/** Perplexity at each place of a window, with the state that the sampling gives it. */
function byPlace(p: Parameters, tokens: Int32Array, sampling: 'sequential' | 'random', seed: number): number[] {
  const sums = new Float64Array(STEPS);
  let count = 0;
  let h = initialState(BATCH, p.bh.size);
  const batches = sampling === 'random' ? randomBatches : sequentialBatches;
  for (const { x, y } of batches(tokens, { batchSize: BATCH, numSteps: STEPS, seed })) {
    const out = noGrad(() => rnn(x, h, p));
    const losses = crossEntropy(out.scores, y.reshape([-1]), { reduction: 'none' }).data();
    losses.forEach((loss, i) => (sums[Math.floor(i / BATCH)] += loss));
    count += BATCH;
    h = sampling === 'random' ? initialState(BATCH, p.bh.size) : out.h;
  }
  return Array.from(sums, (sum) => Math.exp(sum / count));
}

export default experiment({
  name: 'rnn-from-scratch',
  source: 'Dive into Deep Learning, 9.5',
  text,
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
    const last = (values: readonly number[]): number => values[values.length - 1];
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

    const epochsOf = (values: readonly number[]): number[] => values.map((_, i) => i + 1);
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
    const places = {
      sequential: byPlace(p, tokens, 'sequential', seed),
      random: byPlace(q, tokens, 'random', seed),
    };
    if (!quick) check('placeCheck', above(2), places.random[0] / last(places.random));
    plot('placeCaption', (t) => ({
      x: { label: t('place') },
      y: { label: t('perplexity'), type: 'log', grid: true },
      marks: [
        curves([
          { name: t('sequential'), x: epochsOf(places.sequential), y: places.sequential },
          { name: t('random'), x: epochsOf(places.random), y: places.random },
        ]),
      ],
    }));
  },
});
