// What a model does while it reads a text, as sections of a report: neurons, gates, saturation, the gradient's way back.
import type { GateTrace, TracedLayer } from '../../inspect/gateTrace.js';
import type { LayerGradients } from '../../inspect/gradientFlow.js';
import type { Inspection } from '../../inspect/inspectModel.js';
import type { NeuronScore, PropertyRanking } from '../../inspect/neurons.js';
import { columnOf } from '../../inspect/values.js';
import { type ColourScale, robustLimit } from '../colourScale.js';
import { COLOURED_TEXT_STYLE, colouredText } from '../pages/colouredText.js';
import { heatMap } from '../charts/heatMap.js';
import { htmlTable, type Section } from '../pages/htmlPage.js';
import { lineChart } from '../charts/lineChart.js';
import { saturationPlot } from '../charts/saturationPlot.js';
import { escapeXml, formatNumber } from '../svg.js';

type TextInspection = NonNullable<Inspection['text']>;

const WIDTH = 848;
/** Characters, or words, that are drawn; figures are of all tokens. */
const DRAWN = { characters: 240, words: 80 };
const COLOURED = 1500;
/** Steps before a prediction through which its gradient is drawn. */
const REACH = 100;
/** Neurons of a heat map. */
const ROWS = 16;
/** Neurons whose text is shown, each of another property. */
const SHOWN = 6;

/** All sections about a text, in the order of a report. */
export function traceSections(text: TextInspection): Section[] {
  return [...neurons(text), ...gates(text), saturated(text), ...flow(text)];
}

/** Bytes have names of several characters too. */
function areWords(tokens: readonly string[]): boolean {
  return tokens.some((token) => Array.from(token).length > 1 && !token.startsWith('<'));
}

const tidy = (r: number): string => r.toFixed(2).replace('-', '−');

function neuronName(
  { layer, direction, state, neuron }: Omit<NeuronScore, 'correlation' | 'auc' | 'property'>,
  several: boolean,
): string {
  const where = several ? `, layer ${layer}${direction === 'backward' ? ' backward' : ''}` : '';
  return `${state}[${neuron}]${where}`;
}

function scaleOf(values: ArrayLike<number>, kind: 'sigmoid' | 'tanh' | 'free'): { scale: ColourScale; limit: number } {
  if (kind === 'sigmoid') return { scale: 'sequential', limit: 1 };
  if (kind === 'tanh') return { scale: 'diverging', limit: 1 };
  return { scale: 'diverging', limit: Number(robustLimit(values).toPrecision(2)) };
}

/** None for steps that are no text: numbers have no quotes or words. */
function neurons({ trace, neurons: ranking }: TextInspection): Section[] {
  if (ranking.properties.length + ranking.absent.length === 0) return [];
  const several = trace.layers.length > 1;
  const rows = ranking.properties.flatMap(({ property, count, best: [first] }) =>
    first === undefined
      ? []
      : [
          [
            property,
            formatNumber(count),
            neuronName(first, several),
            tidy(first.correlation),
            first.auc === null ? '' : tidy(first.auc),
          ],
        ],
  );
  const table = htmlTable(
    [
      { heading: 'property of the text' },
      { heading: 'steps', number: true },
      { heading: 'neuron' },
      { heading: 'correlation', number: true },
      { heading: 'AUC', number: true },
    ],
    rows,
  );
  const used = new Set<string>();
  const shown: { score: NeuronScore; html: string }[] = [];
  const joiner = areWords(trace.tokens) ? ' ' : '';
  for (const { best } of [...ranking.properties].sort((a, b) => Number(needsMemory(b)) - Number(needsMemory(a)))) {
    // A neuron that was shown already says nothing new: the next best one of this property.
    const score = best.find((candidate) => !used.has(neuronName(candidate, true)));
    if (score === undefined || shown.length === SHOWN) continue;
    used.add(neuronName(score, true));
    const value = layerOf(trace, score)?.values[score.state];
    if (value === undefined) continue;
    const values = columnOf(value, score.neuron);
    const tokens = trace.tokens.slice(0, COLOURED);
    const html = colouredText({
      tokens,
      values: values.subarray(0, tokens.length),
      scale: 'diverging',
      limit: robustLimit(values),
      joiner,
    });
    shown.push({ score, html });
  }
  const texts = shown.map(
    ({ score, html }) =>
      `<p class="when"><b>${escapeXml(neuronName(score, several))}</b> · ${escapeXml(score.property)} · correlation ${tidy(score.correlation)}${score.auc === null ? '' : ` · AUC ${tidy(score.auc)}`}</p>\n${html}`,
  );
  const chance = 2.5 / Math.sqrt(trace.tokens.length);
  const tokens = `${formatNumber(trace.tokens.length)} token${trace.tokens.length === 1 ? '' : 's'}`;
  const byChance =
    chance < 1
      ? `By chance alone the best of many neurons reaches at least about ${tidy(chance)} on a text of ${tokens}.`
      : `On a text of ${tokens} any correlation comes about by chance.`;
  const notes = [
    `For each property the neuron whose value after every token is most correlated with it, of all states. ${byChance}`,
    ...(trace.unknown > 0
      ? [
          `${formatNumber(trace.unknown)} of the tokens are not in the model's vocabulary: it reads them all as one unknown token.`,
        ]
      : []),
    ...(ranking.absent.length > 0 ? [`The text says nothing about: ${ranking.absent.join(', ')}.`] : []),
  ];
  const section: Section = {
    heading: 'Neurons that follow the text',
    html: [
      ...notes.map((note) => `<p class="muted">${escapeXml(note)}</p>`),
      rows.length > 0 ? table : '<p>A longer text shows more.</p>',
      ...(texts.length > 0
        ? [
            COLOURED_TEXT_STYLE,
            '<p class="muted">The text coloured by the value of a neuron after each token: orange above 0, blue below.</p>',
            ...texts,
          ]
        : []),
    ].join('\n'),
  };
  return [section];
}

/** What the present character does not say is the more telling to see: it comes first. */
function needsMemory({ property, kind }: PropertyRanking): boolean {
  return kind === 'number' || property.startsWith('inside');
}

function layerOf(
  trace: GateTrace,
  { layer, direction }: Pick<NeuronScore, 'layer' | 'direction'>,
): TracedLayer | undefined {
  return trace.layers.find((l) => l.layer === layer && l.direction === direction);
}

/** The same neurons in all values of a layer, so that gates and states can be read together. */
function chosenNeurons(layer: TracedLayer, ranking: readonly NeuronScore[], width: number): number[] {
  const all = Array.from({ length: width }, (_, n) => n);
  if (width <= 1.5 * ROWS) return all;
  const best = ranking
    .filter((score) => score.layer === layer.layer && score.direction === layer.direction && score.neuron < width)
    .map(({ neuron }) => neuron);
  const widest = Object.values(layer.values)
    .filter((value) => value.width === width)
    .at(-1);
  const spread = (n: number): number => {
    if (widest === undefined) return 0;
    const column = columnOf(widest, n);
    const mean = column.reduce((sum, v) => sum + v, 0) / column.length;
    return column.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  };
  const lively = [...all].map((n) => ({ n, spread: spread(n) })).sort((a, b) => b.spread - a.spread);
  return [
    ...new Set([...best.slice(0, ROWS), ...lively.map(({ n }) => n)].filter((n, i, list) => list.indexOf(n) === i)),
  ]
    .slice(0, ROWS)
    .sort((a, b) => a - b);
}

function gates({ trace, neurons: ranking }: TextInspection): Section[] {
  const tokens = trace.tokens.slice(0, areWords(trace.tokens) ? DRAWN.words : DRAWN.characters);
  return trace.layers.map((layer) => {
    const several = trace.layers.length > 1;
    const chosen = new Map<number, number[]>();
    const maps = Object.entries(layer.values).map(([name, value]) => {
      const picked = chosen.get(value.width) ?? chosenNeurons(layer, ranking.neurons, value.width);
      chosen.set(value.width, picked);
      return heatMap({
        title: value.kind === 'sigmoid' ? `${name}, a gate` : name,
        tokens,
        rows: picked.map((n) => ({ label: String(n), values: columnOf(value, n).subarray(0, tokens.length) })),
        ...scaleOf(value.data, value.kind),
        width: WIDTH,
      });
    });
    const part =
      trace.tokens.length > tokens.length
        ? `the first ${tokens.length} of ${formatNumber(trace.tokens.length)} steps`
        : 'the input';
    const [[width, picked]] = chosen;
    const which =
      picked.length < width
        ? ` Drawn are ${picked.length} of ${formatNumber(width)} neurons, those that ${ranking.neurons.length > 0 ? 'follow properties of the text best' : 'change most'}.`
        : '';
    const note = `Every row is a neuron, every column a step of ${part}: the value after it was read.${which}`;
    return {
      heading: several
        ? `Gates and states of layer ${layer.layer}${layer.direction === 'backward' ? ', backward' : ''}`
        : 'Gates and states',
      html: `<p class="muted">${escapeXml(note)}</p>\n${maps.join('\n')}`,
    };
  });
}

function saturated({ saturation, trace }: TextInspection): Section {
  if (saturation.length === 0)
    return { heading: 'Saturation', html: '<p>The cell has no value that a sigmoid or a tanh makes.</p>' };
  const several = trace.layers.length > 1;
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const title = (layer: number, name: string): string => (several ? `${name}, layer ${layer}` : name);
  const plots = saturation
    .filter(({ kind }) => kind === 'sigmoid')
    .map(({ layer, name, neurons: { left, right } }, i) =>
      saturationPlot({ title: title(layer, name), left, right, colour: i }),
    );
  const table = htmlTable(
    [
      { heading: 'value' },
      { heading: 'made by' },
      { heading: 'left', number: true },
      { heading: 'right', number: true },
    ],
    saturation.map(({ layer, name, kind, left, right }) => [title(layer, name), kind, percent(left), percent(right)]),
  );
  return {
    heading: 'Saturation',
    html: [
      '<p class="muted">A gate is shut (left) below 0.1 and open (right) above 0.9; a tanh is at its end below −0.9 and above 0.9. There hardly any gradient reaches what the value is computed from. Each dot is a neuron, placed by its share of the steps.</p>',
      table,
      `<div class="row">${plots.join('\n')}</div>`,
    ].join('\n'),
  };
}

function flow({ gradientFlow }: TextInspection): Section[] {
  if (gradientFlow === null) return [];
  const { steps, all, last } = gradientFlow;
  const chart = (title: string, layers: readonly LayerGradients[], first: number): string => {
    const x = Array.from({ length: steps - first }, (_, t) => first + t + 1);
    const several = layers.length > 1;
    return lineChart({
      title,
      width: WIDTH,
      height: 280,
      xLabel: 'step',
      yLabel: 'norm of the gradient',
      yScale: 'log',
      series: layers.flatMap(({ layer, states }) =>
        Object.entries(states).map(([state, y]) => ({
          name: several ? `${state}, layer ${layer}` : state,
          x,
          y: y.slice(first),
        })),
      ),
    });
  };
  const note = `The norm of dL/ds for each state s after every step, over the first ${formatNumber(steps)} predictions. The second picture is of one prediction alone: how steeply the curve falls to the left is how fast the network forgets, as its gradients see it.`;
  return [
    {
      heading: 'The gradient on its way back',
      html: [
        `<p class="muted">${escapeXml(note)}</p>`,
        chart('From the losses of all predictions', all, 0),
        chart(`From the loss of prediction ${formatNumber(steps)} alone`, last, Math.max(0, steps - REACH)),
      ].join('\n'),
    },
  ];
}
