// Which units follow a pattern of the text, or are on in a marked part of it; and where else they are on together.
import type { LanguageModel } from 'unrolled';
import { gateTrace } from 'unrolled/inspect';
import type { SearchAsked, SearchResult, UnitRef } from '../messages.js';
import { WARM_UP } from './look.js';
import { matchesOf } from './matching.js';

const PIECE = 1000;
/** Numbers of a trace, at most, as `gateTrace` has them; and values of a cell, at most. */
const TRACED = 2 ** 24;
const VALUES = 12;
const UNITS = 12;
/** Units that say where else. */
const TOGETHER = 6;
const PLACES = 12;
/** Around a mark, for what units do outside of it. */
const AROUND = 60;
const CONTEXT = { before: 28, after: 12 };

/** Correlations of all units of a value with what is sought, as sums over the tokens. */
interface Sums {
  layer: number;
  value: string;
  x: Float64Array;
  xx: Float64Array;
  xy: Float64Array;
}

/** @param most tokens that are read @returns null where nobody waits for it any more. Errors: OPTION for a pattern. */
export async function searchText(
  model: LanguageModel,
  all: Int32Array,
  { asked, most }: { asked: SearchAsked; most: number },
  isOver: () => boolean,
): Promise<SearchResult | null> {
  const { vocabulary, settings } = model.text;
  const between = settings.tokens === 'word' ? ' ' : '';
  const mark = 'mark' in asked ? asked.mark : null;
  const first = mark === null ? 0 : Math.max(0, mark.from - AROUND);
  const last = mark === null ? Math.min(most, all.length) : Math.min(all.length, mark.to + AROUND);
  const texts = Array.from(all.subarray(0, Math.max(last, Math.min(most, all.length))), (t) => vocabulary.token(t));
  const matches =
    mark === null ? await matchesOf(texts.slice(0, last), 'pattern' in asked ? asked.pattern : '', between) : [mark];
  const labels = new Float64Array(last);
  for (const { from, to } of matches) labels.fill(1, from, to);
  const sums = new Map<string, Sums>();
  let [n, y] = [0, 0];
  for await (const piece of pieces(model, all, first, last)) {
    if (isOver()) return null;
    for (const { layer, values } of piece.layers) {
      for (const [value, { width, data }] of Object.entries(values)) {
        const key = `${layer}/${value}`;
        const own = sums.get(key) ?? { layer, value, x: zeros(width), xx: zeros(width), xy: zeros(width) };
        sums.set(key, own);
        for (let t = piece.from; t < piece.to; t++) {
          const row = (t - piece.start) * width;
          for (let u = 0; u < width; u++) {
            const v = data[row + u];
            own.x[u] += v;
            own.xx[u] += v * v;
            if (labels[t] !== 0) own.xy[u] += v;
          }
        }
      }
    }
    for (let t = piece.from; t < piece.to; t++) y += labels[t];
    n += piece.to - piece.from;
  }
  const units = bestOf([...sums.values()], n, y);
  const places =
    mark === null
      ? matches.slice(0, PLACES).map(({ from, to }) => placeOf(texts, from, to, between))
      : await elsewhere(model, all, { mark, units, sums, n, texts, between }, isOver);
  if (places === null) return null;
  return { asked, matches: matches.length, tokens: n, units, places };
}

const zeros = (width: number): Float64Array => new Float64Array(width);

/** Values of the network over a part of the text, a piece at a time, so that a training goes on in between. */
async function* pieces(model: LanguageModel, tokens: Int32Array, first: number, last: number) {
  const { hiddenSize, numLayers } = model.network.recurrent;
  const size = Math.max(20, Math.min(PIECE, Math.floor(TRACED / (VALUES * hiddenSize * numLayers)) - WARM_UP));
  for (let from = first; from < last; from += size) {
    const start = Math.max(0, from - WARM_UP);
    const to = Math.min(last, from + size);
    yield { start, from, to, layers: gateTrace(model, tokens.subarray(start, to)).layers };
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** Pearson's correlation from sums; the label is 0 or 1, so that its squares are itself. */
function bestOf(sums: readonly Sums[], n: number, y: number): SearchResult['units'] {
  const yy = y - (y * y) / n;
  return sums
    .flatMap(({ layer, value, x, xx, xy }) =>
      Array.from(x, (sum, unit) => {
        const spread = xx[unit] - (sum * sum) / n;
        const isConstant = spread <= 1e-9 * n || yy <= 0;
        const correlation = isConstant ? 0 : (xy[unit] - (sum * y) / n) / Math.sqrt(spread * yy);
        return { layer, value, unit, correlation };
      }),
    )
    .sort((a, b) => Math.abs(b.correlation) - Math.abs(a.correlation))
    .slice(0, UNITS);
}

interface Elsewhere {
  mark: { from: number; to: number };
  units: readonly (UnitRef & { correlation: number })[];
  sums: ReadonlyMap<string, Sums>;
  n: number;
  texts: readonly string[];
  between: string;
}

/** Where the units that are on in the mark are on together as well: their mean over as many tokens, each in its own deviations. */
async function elsewhere(
  model: LanguageModel,
  all: Int32Array,
  { mark, units, sums, n, texts, between }: Elsewhere,
  isOver: () => boolean,
): Promise<SearchResult['places'] | null> {
  const length = mark.to - mark.from;
  const chosen = units.slice(0, TOGETHER).map(({ layer, value, unit, correlation }) => {
    const own = sums.get(`${layer}/${value}`);
    const mean = (own?.x[unit] ?? 0) / n;
    const deviation = Math.sqrt(Math.max(1e-9, (own?.xx[unit] ?? 0) / n - mean * mean));
    return { layer, value, unit, mean, weight: Math.sign(correlation) / deviation };
  });
  const together = new Float64Array(texts.length);
  for await (const { start, from, to, layers } of pieces(model, all, 0, texts.length)) {
    if (isOver()) return null;
    for (const { layer, value, unit, mean, weight } of chosen) {
      const values = layers[layer]?.values[value];
      if (values === undefined) continue;
      for (let t = from; t < to; t++)
        together[t] += ((values.data[(t - start) * values.width + unit] - mean) * weight) / chosen.length;
    }
  }
  let running = 0;
  const scores = Array.from(together, (v, t) => {
    running += v - (t >= length ? together[t - length] : 0);
    return { from: t - length + 1, score: running / length };
  }).filter(({ from }) => from >= 0 && (from >= mark.to || from + length <= mark.from));
  scores.sort((a, b) => b.score - a.score);
  const places: { from: number; score: number }[] = [];
  for (const one of scores) {
    if (places.length === PLACES) break;
    if (places.every(({ from }) => Math.abs(from - one.from) >= length)) places.push(one);
  }
  return places.map(({ from, score }) => ({ ...placeOf(texts, from, from + length, between), score }));
}

function placeOf(texts: readonly string[], from: number, to: number, between: string): SearchResult['places'][number] {
  return {
    ...{ at: from, score: null, token: texts.slice(from, to).join(between) },
    before: texts.slice(Math.max(0, from - CONTEXT.before), from).join(between),
    after: texts.slice(to, to + CONTEXT.after).join(between),
  };
}
