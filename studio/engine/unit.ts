// One unit over the whole text: its values, where it is highest and lowest, which property of the text it follows, and which other
// units do alike. Read in pieces, so that a training goes on in between.
import type { LanguageModel } from 'unrolled';
import { correlation, gateTrace, rankNeurons } from 'unrolled/inspect';
import type { UnitRef, UnitView } from '../messages.js';
import { WARM_UP } from './look.js';

const PIECE = 1000;
const PLACES = 12;
/** Tokens between two places. */
const APART = 30;
const CONTEXT = { before: 28, after: 12 };
const ALIKE = 6;
const FOLLOWS = 4;

/**
 * @param most tokens that are read
 * @param isOver whether nobody waits for the answer any more
 * @returns null then
 */
export async function unitOver(
  model: LanguageModel,
  tokens: Int32Array,
  { ref, step, most }: { ref: UnitRef; step: number; most: number },
  isOver: () => boolean,
): Promise<UnitView | null> {
  const total = Math.min(most, tokens.length);
  const values = new Float32Array(total);
  const texts: string[] = [];
  /** Of the last piece: all units of the same value. */
  let all: { width: number; data: Float32Array; steps: number } | null = null;
  for (let from = 0; from < total; from += PIECE) {
    const start = Math.max(0, from - WARM_UP);
    const to = Math.min(total, from + PIECE);
    const trace = gateTrace(model, tokens.subarray(start, to), { layer: ref.layer });
    const value = trace.layers[0]?.values[ref.value];
    if (value === undefined || ref.unit >= value.width) return null;
    const { width, data } = value;
    for (let t = from; t < to; t++) values[t] = data[(t - start) * width + ref.unit];
    texts.push(...trace.tokens.slice(from - start));
    all = { width, data, steps: to - start };
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (isOver()) return null;
  }
  return {
    ...{ ref, step, from: 0, totalTokens: tokens.length, values, tokens: texts },
    places: strongest(values, texts, model.text.settings.tokens === 'word' ? ' ' : ''),
    follows: followed(values, texts, ref),
    alike: all === null ? [] : similar(all, ref.unit),
  };
}

/** Where the value is farthest from its mean, each place far enough from the others. */
function strongest(values: Float32Array, texts: readonly string[], between: string): UnitView['places'] {
  const mean = values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
  const order = Array.from(values.keys()).sort((a, b) => Math.abs(values[b] - mean) - Math.abs(values[a] - mean));
  const places: number[] = [];
  for (const at of order) {
    if (places.length === PLACES) break;
    if (places.every((other) => Math.abs(other - at) >= APART)) places.push(at);
  }
  return places.map((at) => ({
    ...{ at, value: values[at], token: texts[at] },
    before: texts.slice(Math.max(0, at - CONTEXT.before), at).join(between),
    after: texts.slice(at + 1, at + 1 + CONTEXT.after).join(between),
  }));
}

function followed(values: Float32Array, texts: readonly string[], { layer, value }: UnitRef): UnitView['follows'] {
  const own = { steps: values.length, width: 1, data: values, kind: 'free' } as const;
  const ranking = rankNeurons(texts, [{ layer, direction: 'forward', values: { [value]: own } }], [value], { top: 1 });
  return ranking.properties
    .flatMap(({ best }) => best.map(({ property, correlation: r }) => ({ property, correlation: r })))
    .slice(0, FOLLOWS);
}

function similar(
  { width, data, steps }: { width: number; data: Float32Array; steps: number },
  unit: number,
): UnitView['alike'] {
  const column = (u: number): Float32Array => Float32Array.from({ length: steps }, (_, t) => data[t * width + u]);
  const own = column(unit);
  return Array.from({ length: width }, (_, u) => ({
    unit: u,
    correlation: u === unit ? 0 : correlation(own, column(u)),
  }))
    .sort((a, b) => Math.abs(b.correlation) - Math.abs(a.correlation))
    .slice(0, ALIKE);
}
