// What all networks that are kept of a training say of the same tokens: letters in one direction, training steps in the other.
import type { LanguageModel } from 'unrolled';
import { gateTrace } from 'unrolled/inspect';
import type { StepMap, UnitRef } from '../messages.js';
import { WARM_UP } from './look.js';

interface Asked {
  from: number;
  length: number;
  /** null for how surprising each token was. */
  unit: UnitRef | null;
}

/** Milliseconds between two answers: rows come as they are read. */
const TELL = 150;

export async function* mapSteps(
  kept: AsyncIterable<{ step: number; model: LanguageModel }>,
  tokens: Int32Array,
  asked: Asked,
  isOver: () => boolean,
): AsyncGenerator<StepMap> {
  const { unit } = asked;
  const from = Math.max(0, Math.min(asked.from, tokens.length - 1));
  const to = Math.min(tokens.length, from + asked.length);
  const map: StepMap = { from, tokens: [], unit, kind: unit === null ? 'free' : 'tanh', rows: [], isWhole: false };
  let told = performance.now();
  for await (const { step, model } of kept) {
    const row = rowOf(model, tokens, { from, to }, unit);
    if (map.tokens.length === 0)
      map.tokens = Array.from(tokens.subarray(from, to), (token) => model.text.vocabulary.token(token));
    model.network.dispose();
    if (row.kind !== null) map.kind = row.kind;
    map.rows.push({ step, values: row.values });
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (isOver()) return;
    if (performance.now() - told < TELL) continue;
    told = performance.now();
    yield map;
  }
  yield { ...map, isWhole: true };
}

function rowOf(
  model: LanguageModel,
  tokens: Int32Array,
  { from, to }: { from: number; to: number },
  unit: UnitRef | null,
): { values: Float32Array; kind: StepMap['kind'] | null } {
  const start = Math.max(0, from - WARM_UP);
  const values = new Float32Array(to - from).fill(NaN);
  if (unit !== null) {
    const value = gateTrace(model, tokens.subarray(start, to), { layer: unit.layer }).layers[0]?.values[unit.value];
    if (value === undefined || unit.unit >= value.width) return { values, kind: null };
    for (let t = from; t < to; t++) values[t - from] = value.data[(t - start) * value.width + unit.unit];
    return { values, kind: value.kind === 'sigmoid' ? 'gate' : value.kind };
  }
  const session = model.session();
  session.read(tokens.subarray(start, Math.max(start + 1, from)));
  for (let t = Math.max(start + 1, from); t < to; t++) {
    values[t - from] = -Math.log2(Math.max(session.probabilities()[tokens[t]], 1e-12));
    session.read([tokens[t]]);
  }
  session.close();
  return { values, kind: null };
}
