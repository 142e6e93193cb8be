// Which neurons follow which properties of a text: correlations, ranked.
import { UnrolledError } from '../errors.js';
import { requireNumber } from '../range.js';
import { expectTrace } from './saturation.js';
import { expectNumbers, expectTexts, optionsOf } from '../expect.js';
import type { TracedLayer } from './gateTrace.js';
import { type TextProperty, textProperties } from './properties.js';
import { columnOf } from './values.js';

/** A neuron by its place in the network. */
export interface NeuronRef {
  /** Which layer, from 0. */
  layer: number;
  /** In which direction that layer reads. */
  direction: 'forward' | 'backward';
  /** Which state of the cell: h, c. */
  state: string;
  /** From 0. */
  neuron: number;
}

/** How closely a neuron follows a property of the text. */
export interface NeuronScore extends NeuronRef {
  /** The property’s name: `inside quotes`. */
  property: string;
  /** Pearson's, from −1 to 1. */
  correlation: number;
  /** For binary properties: the chance that a step with the property has a higher value than one without (0.5: none). */
  auc: number | null;
}

/** A property of the text, and the neurons that follow it. */
export interface PropertyRanking {
  /** Its name. */
  property: string;
  /** Present or absent at each step (`binary`), or a number. */
  kind: TextProperty['kind'];
  /** Steps with it, for binary ones; else steps where it is not 0. */
  count: number;
  /** The neurons that follow it best, by the absolute value of the correlation. */
  best: NeuronScore[];
}

/** What the neurons of a network follow in one text. */
export interface NeuronRanking {
  /** For each neuron the property that it follows best; the best neuron first. */
  neurons: NeuronScore[];
  /** Each property that occurs, with its best neurons. */
  properties: PropertyRanking[];
  /** Properties that this text says nothing about: they never occur, always, or fewer than three times. */
  absent: string[];
}

/** How much of the ranking is kept. */
export interface RankOptions {
  /** Neurons in the list of each property; 10. */
  top?: number;
}

/** Below this a property's best neuron is chance. */
const RARE = 3;

/**
 * Ranks all states of all layers. A text of a few hundred characters and many neurons gives correlations of about 0.2 by chance.
 * @param tokens [T] of the trace
 * @param states names of the cell's states
 */
export function rankNeurons(
  tokens: readonly string[],
  layers: readonly TracedLayer[],
  states: readonly string[],
  options: RankOptions = {},
): NeuronRanking {
  const { top = 10 } = optionsOf(options, { top: true }, 'rankNeurons');
  requireNumber('top', top, { min: 0, whole: true }, '10 is usual');
  expectTrace(layers);
  expectTexts(states, 'states', 'give the states of the cell: rnn.cell.states');
  const properties = textProperties(tokens);
  const present = properties.filter(isPresent);
  const scores: NeuronScore[][] = present.map(() => []);
  const neurons: NeuronScore[] = [];
  for (const { layer, direction, values } of layers) {
    for (const state of states) {
      const value = values[state];
      if (value === undefined) continue;
      for (let neuron = 0; neuron < value.width; neuron++) {
        const column = columnOf(value, neuron);
        const ranks = ranksOf(column);
        const own = present.map((property) => ({
          ...{ layer, direction, state, neuron, property: property.name },
          correlation: correlation(column, property.values),
          auc: property.kind === 'binary' ? aucOfRanks(ranks, property.values) : null,
        }));
        own.forEach((score, p) => scores[p].push(score));
        if (own.length > 0) neurons.push(own.reduce((best, score) => (size(score) > size(best) ? score : best)));
      }
    }
  }
  const byRank = (a: NeuronScore, b: NeuronScore): number => size(b) - size(a);
  return {
    neurons: neurons.sort(byRank),
    properties: present
      .map(({ name, kind, values }, p) => ({
        property: name,
        kind,
        count: values.reduce((count, v) => count + Number(v !== 0), 0),
        best: scores[p].sort(byRank).slice(0, top),
      }))
      .sort((a, b) => (b.best[0] ? size(b.best[0]) : 0) - (a.best[0] ? size(a.best[0]) : 0)),
    absent: properties.filter((p) => !isPresent(p)).map(({ name }) => name),
  };
}

function size({ correlation: r }: NeuronScore): number {
  return Math.abs(r);
}

/** Positions in lines and paragraphs say something only where there is more than one. */
function isPresent({ name, kind, values }: TextProperty): boolean {
  if (kind === 'number') {
    const starts = values.reduce((count, v, t) => count + Number(t > 0 && v < values[t - 1]), 0);
    return name === 'position in the word' ? starts >= RARE : starts >= 1;
  }
  const count = values.reduce((sum, v) => sum + v, 0);
  return count >= RARE && values.length - count >= RARE;
}

/** Errors: OPTION for what are no numbers, SHAPE for unequal lengths. */
function expectBoth(a: ArrayLike<number>, b: ArrayLike<number>): void {
  expectNumbers(a, 'the first list');
  expectNumbers(b, 'the second list');
  if (a.length === b.length) return;
  throw new UnrolledError(
    'SHAPE',
    `expected two lists of one length, received ${a.length} and ${b.length} numbers`,
    'give a number of each for every row',
  );
}

/** Pearson's correlation; 0 where one of both is constant. Errors: OPTION, SHAPE. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expectBoth(a, b);
  const n = a.length;
  if (n === 0) return 0;
  let [sumA, sumB] = [0, 0];
  for (let i = 0; i < n; i++) {
    sumA += a[i];
    sumB += b[i];
  }
  const [meanA, meanB] = [sumA / n, sumB / n];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [da, db] = [a[i] - meanA, b[i] - meanB];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  // A constant leaves rounding alone.
  const constant = aa <= 1e-14 * n * meanA * meanA || bb <= 1e-14 * n * meanB * meanB;
  return constant || aa === 0 || bb === 0 ? 0 : Math.max(-1, Math.min(1, ab / Math.sqrt(aa * bb)));
}

/** Ranks from 1; equal values share the mean of theirs. */
function ranksOf(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a] - values[b]);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let k = from; k < to; k++) ranks[order[k]] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

function aucOfRanks(ranks: Float64Array, labels: ArrayLike<number>): number {
  let [positive, sum] = [0, 0];
  for (let i = 0; i < ranks.length; i++) {
    if (labels[i] === 0) continue;
    positive++;
    sum += ranks[i];
  }
  const negative = ranks.length - positive;
  return positive === 0 || negative === 0 ? 0.5 : (sum - (positive * (positive + 1)) / 2) / (positive * negative);
}

/** The area under the ROC curve of `scores` for labels 0 and 1 (Mann–Whitney); 0.5 where one of both never occurs. */
export function areaUnderCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  expectBoth(scores, labels);
  return aucOfRanks(ranksOf(Float64Array.from(scores)), labels);
}
