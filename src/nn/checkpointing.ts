// Gradient checkpointing over time (Chen et al. 2016): forward keeps only the state before each segment; backward runs the
// segment again. With segments of √T steps what is kept grows with √T; the numbers are the same.
import { add, clone, mul, sum } from '../autograd/ops.js';
import { alias, backward, isRecording, noGrad, record } from '../autograd/tape.js';
import type { ScanResult } from '../cell/run/scan.js';
import { keep, scope } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';

type Named = Readonly<Record<string, Tensor>>;

/** `run` on a segment as one operation of the tape that keeps its inputs only. */
export function checkpointed(
  x: Tensor,
  weights: Named,
  state: Named,
  run: (x: Tensor, weights: Named, state: Named) => ScanResult,
): ScanResult {
  const result = noGrad(() => withOwnStates(run(x, weights, state)));
  const names = { weights: Object.keys(weights), state: Object.keys(state) };
  const inputs = [x, ...Object.values(weights), ...Object.values(state)];
  if (!isRecording(inputs)) return result;
  const finals = Object.keys(result.state);
  const kept = inputs.map((t) => keep(t.detach()));
  const release = (): void => kept.forEach((t) => t.dispose());
  record({
    op: 'checkpointed scan',
    inputs,
    outputs: [result.output, ...finals.map((s) => result.state[s])],
    release,
    backward(gradients, needed) {
      // What the segment makes again goes back with it; only the gradients stay.
      return scope(() => {
        const leaves = kept.map((t, i) => {
          const leaf = t.detach();
          leaf.requiresGrad = needed[i] && t.dtype !== 'int32';
          return leaf;
        });
        const [again, ...rest] = leaves;
        const w = Object.fromEntries(names.weights.map((name, i) => [name, rest[i]]));
        const s = Object.fromEntries(names.state.map((name, i) => [name, rest[names.weights.length + i]]));
        const { output, state: last } = recording(() => run(again, w, s));
        const parts = [output, ...finals.map((name) => last[name])];
        const losses = parts.flatMap((part, i) => {
          const g = gradients[i];
          return g === null || g === undefined ? [] : [recording(() => sum(mul(part, g)))];
        });
        if (losses.length === 0) return inputs.map(() => null);
        backward(losses.reduce((a, b) => recording(() => add(a, b))));
        return leaves.map(({ grad }) => {
          if (grad === null) return null;
          const own = alias(grad);
          grad.dispose();
          return own;
        });
      });
    },
  });
  return result;
}

/** The last states in memory of their own: as they come they share that of all steps, which would stay with them. */
function withOwnStates(result: ScanResult): ScanResult {
  const state: Record<string, Tensor> = {};
  for (const [name, t] of Object.entries(result.state)) {
    state[name] = clone(t);
    t.dispose();
  }
  return { ...result, state };
}

/** backward() runs outside of the tape; the segment is recorded anew. */
function recording<T>(body: () => T): T {
  return noGrad(body, false);
}
