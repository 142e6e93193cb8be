// Drawing an index from logits, in plain loops: temperature, the k most likely, the nucleus (Holtzman et al. 2020).
import type { SampleSpec } from './contract.js';

/** Draws from what `spec` leaves of softmax(logits / temperature); `draw` is uniform in [0, 1). −∞ is never drawn. */
export function drawIndex(logits: ArrayLike<number>, spec: Omit<SampleSpec, 'cols'>, draw: number): number {
  const { from, temperature, topK, topP } = spec;
  let best = from;
  for (let i = from + 1; i < logits.length; i++) if (logits[i] > logits[best]) best = i;
  if (temperature === 0) return best;
  const weights = new Float64Array(logits.length);
  for (let i = from; i < weights.length; i++) weights[i] = Math.exp((logits[i] - logits[best]) / temperature);
  // In the order of indices where all may be drawn: sorting would take most of the time.
  const limited = topK < logits.length - from || topP < 1;
  const candidates = limited ? mostLikely(weights, spec) : null;
  const count = candidates?.length ?? weights.length - from;
  const candidate = (i: number): number => candidates?.[i] ?? from + i;
  let total = 0;
  for (let i = 0; i < count; i++) total += weights[candidate(i)];
  let left = draw * total;
  for (let i = 0; i < count; i++) {
    left -= weights[candidate(i)];
    if (left < 0) return candidate(i);
  }
  return best;
}

/** The indices that topK and topP leave, most likely first. */
function mostLikely(weights: Float64Array, { from, topK, topP }: Omit<SampleSpec, 'cols'>): number[] {
  const sorted = Array.from({ length: weights.length - from }, (_, i) => from + i)
    .sort((a, b) => weights[b] - weights[a])
    .slice(0, topK);
  const total = sorted.reduce((sum, i) => sum + weights[i], 0);
  let mass = 0;
  const enough = sorted.findIndex((i) => (mass += weights[i]) >= topP * total);
  return enough >= 0 ? sorted.slice(0, enough + 1) : sorted;
}
