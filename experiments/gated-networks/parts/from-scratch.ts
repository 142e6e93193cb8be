// What the two gated networks from tensors have in common: beside their layer, in training, and how far their gates open and close.
import { type Cell, noGrad, Philox, rand, scope, type Tensor } from 'unrolled';
import { sequentialBatches } from 'unrolled/data';
import { Corpus } from 'unrolled/text';
import {
  atMost,
  below,
  between,
  colour,
  curves,
  exactly,
  type Experimenting,
  type FigureOptions,
  MUTED,
  Plot,
  type Translate,
} from 'unrolled/reproduce';
import { besideLayer } from '../../shared/beside-layer.js';
import { BATCH, type Draw, type GatedNetwork, oneHot, predict, STEPS, train } from '../../shared/scratch.js';
import type { SharedKey } from '../text/from-scratch.js';

export interface Task {
  make(V: number, H: number, weight: Draw, bias: Draw): GatedNetwork;
  /** The library's cell with the same equations. */
  cell: Cell;
  /** How many products with input and state, each with a bias, make a step. */
  products: number;
  /** Perplexity of PyTorch after 500 epochs, and what the short version must reach. */
  pytorch: number;
  quick: number;
}

/** Weights and biases uniform in ±1/√H, as layers draw them. */
function uniform(H: number, random: Philox): Draw {
  return (...shape) =>
    rand(shape, random)
      .mul(2)
      .sub(1)
      .mul(H ** -0.5);
}

/** All values of each gate while the network reads inputs [T, N, V] from a state of zeros. */
function gateValues(network: GatedNetwork, inputs: Tensor): Record<string, number[]> {
  const [T, N, V] = inputs.shape;
  const values: Record<string, number[]> = {};
  scope(() =>
    noGrad(() => {
      let state = network.begin(N);
      for (let t = 0; t < T; t++) {
        const x = inputs.slice(0, t, t + 1).reshape([N, V]);
        for (const [name, gate] of Object.entries(network.gates(x, state.h)))
          (values[name] ??= []).push(...gate.data());
        state = network.step(x, state);
      }
    }),
  );
  return values;
}

const share = (values: readonly number[], holds: (value: number) => boolean): number =>
  values.filter(holds).length / values.length;

/** Of a model that knows how frequent each token is, and nothing else. */
function frequencyPerplexity(tokens: Int32Array): number {
  const counts = new Map<number, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  const shares = [...counts.values()].map((count) => count / tokens.length);
  return Math.exp(-shares.reduce((sum, share) => sum + share * Math.log(share), 0));
}

/** The network's shapes, the layer beside it, the training on the first 10,000 characters, and its gates meanwhile. */
export function learnFromScratch(context: Experimenting<SharedKey | 'gatesCaption'>, book: string, task: Task): void {
  const { quick, seed, say, heading, plot, table, lines, check, progress } = context;
  const [H, epochs] = [context.number('hidden'), context.number('epochs')];
  const corpus = Corpus.fromText(book, { lettersOnly: true });
  const tokens = corpus.tokens.subarray(0, 10_000);
  const V = corpus.vocabulary.size;
  const network = task.make(V, H, uniform(H, new Philox(seed)), uniform(H, new Philox(seed + 1)));
  const count = network.parameters.reduce((sum, parameter) => sum + parameter.size, 0);
  check('parameterCount', exactly(task.products * (V * H + H * H + H) + H * V + V), count, { tokens: V, hidden: H });

  heading('layerHeading');
  say('layer');
  const [first] = sequentialBatches(tokens, { batchSize: BATCH, numSteps: STEPS, seed });
  const inputs = oneHot(first.x, V);
  const beside = besideLayer(network, task.cell, inputs, first.y.reshape([-1]), new Philox(seed + 2));
  table((t) => ({
    columns: [{ heading: t('compared') }, { heading: t('difference'), number: true }],
    rows: [
      [t('hiddenStates'), beside.hidden.toExponential(1)],
      ...Object.entries(beside.gradients).map(([name, value]) => [
        t('gradientOf', { name: name.replace(/^0\./, '') }),
        value.toExponential(1),
      ]),
    ],
  }));
  check('sameStates', below(1e-5), beside.hidden);
  check('sameGradients', below(1e-5), Math.max(...Object.values(beside.gradients)));

  heading('trainHeading');
  say('train', { hidden: H, epochs });
  const gatesAt = [0];
  const gates = [gateValues(network, inputs)];
  const means = Object.values(gates[0]).map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
  const said: string[] = [];
  const show = (epoch: number, perplexity: number): void => {
    const text = predict('time traveller', 50, network, corpus);
    said.push(`${String(epoch).padStart(5)}${perplexity.toFixed(2).padStart(8)}  ${text}`);
  };
  const shown = quick ? [5, epochs] : [20, 50, 100, 200, 300, epochs];
  const { perplexities } = train(network, tokens, {
    ...{ sampling: 'sequential', epochs, clip: 1, seed },
    afterEpoch(epoch, perplexity) {
      progress(epoch / epochs, `perplexity ${perplexity.toFixed(3)}`);
      if (shown.includes(epoch)) show(epoch, perplexity);
      if (epoch % (epochs / 20) > 0) return;
      gatesAt.push(epoch);
      gates.push(gateValues(network, inputs));
    },
  });
  // The median: the last epoch alone may be one in which a large step went wrong.
  const last = quick ? 3 : 100;
  const end = perplexities.slice(-last).sort((a, b) => a - b)[Math.floor(last / 2)];
  check('perplexityCheck', atMost(quick ? task.quick : 1.1), end, { last, pytorch: task.pytorch.toFixed(2), epochs });
  const frequencies = frequencyPerplexity(tokens);
  const figure = (t: Translate<SharedKey>): FigureOptions => ({
    x: { label: t('epoch') },
    y: { label: t('perplexity'), type: 'log', grid: true, domain: [1, 35] },
    marks: [
      Plot.ruleY([V], { stroke: MUTED, strokeDasharray: '2 3' }),
      Plot.text([[epochs, V]], { text: () => t('uniform'), textAnchor: 'end', dy: -8, fill: MUTED }),
      Plot.ruleY([frequencies], { stroke: MUTED, strokeDasharray: '2 3' }),
      Plot.text([[epochs, frequencies]], { text: () => t('frequencies'), textAnchor: 'end', dy: -8, fill: MUTED }),
      curves([{ x: perplexities.map((_, i) => i + 1), y: perplexities }]),
    ],
  });
  plot('curveCaption', figure, { frequencies: frequencies.toFixed(1) });
  lines('saidLabel', said.join('\n'));

  heading('gatesHeading');
  say('gates');
  check('halfOpen', between(0.45, 0.55), means.reduce((sum, mean) => sum + mean, 0) / means.length);
  const decided = (value: number): boolean => value > 0.9 || value < 0.1;
  check('noneDecided', exactly(0), share(Object.values(gates[0]).flat(), decided));
  const sides = [
    { key: 'open', within: (value: number) => value > 0.9 },
    { key: 'closed', within: (value: number) => value < 0.1 },
  ] as const;
  const names = Object.keys(gates[0]);
  const rows = sides.map(({ within }) =>
    gates.flatMap((values, at) => names.map((of) => ({ of, epoch: gatesAt[at], share: share(values[of], within) }))),
  );
  const most = Math.max(0.1, ...rows.flat().map((row) => row.share));
  plot('gatesCaption', (t) => ({
    height: 260,
    marginTop: 40,
    x: { label: t('epoch'), ticks: 5 },
    y: { label: t('share'), grid: true, tickFormat: '.0%', domain: [0, most] },
    fx: { label: null, padding: 0.08, domain: names },
    marks: [
      ...rows.map((side, i) =>
        Plot.line(side, { x: 'epoch', y: 'share', fx: 'of', stroke: colour(i), strokeWidth: 1.8 }),
      ),
      ...sides.map(({ key }, i) =>
        Plot.text([names[0]], {
          ...{ fx: (name: string) => name, text: () => t(key), fill: colour(i) },
          ...{ frameAnchor: 'top-left', dx: 6, dy: 4 + 16 * i },
        }),
      ),
    ],
  }));
  const percent = (value: number): string => `${(100 * value).toFixed(0)} %`;
  const atEnd = gates[gates.length - 1];
  const shares = names.map((of) => `${of} ${sides.map(({ within }) => percent(share(atEnd[of], within))).join(' / ')}`);
  say('gatesEnd', { epochs, shares: shares.join(' · ') });
}
