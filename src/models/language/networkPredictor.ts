// Draws tokens from a language network, one sequence at a time. Its state stays in place in memory, so that the backend repeats
// a step by itself: one call for many tokens, sampling included.
import type { SampleSpec } from '../../backend/contract.js';
import { backendOf } from '../../backend/registry.js';
import { noGrad } from '../../autograd/tape.js';
import type { RecurrentState } from '../../nn/recurrent.js';
import { empty, fromData } from '../../tensor/create.js';
import { keep, scope } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { LanguageNetwork } from './languageNetwork.js';
import type { Predictor } from './textGenerator.js';

/** The network must not be training. `close` gives the state back. */
export function networkPredictor(network: LanguageNetwork): Predictor {
  let state: RecurrentState | null = null;
  /** The token that comes next into the network: [1, 1]. */
  let token: Tensor | null = null;

  const forward = (tokens: Tensor): { logits: Tensor; state: RecurrentState } =>
    noGrad(() => network.forward(tokens, state));
  const adopt = (next: RecurrentState): void => {
    for (const layer of next) for (const t of Object.values(layer)) keep(t);
    disposeState(state);
    state = next;
  };
  /** Writes a step's state over the one before it. */
  const replace = (next: RecurrentState): void =>
    next.forEach((layer, l) =>
      Object.entries(layer).forEach(([name, t]) => {
        const old = state?.[l]?.[name];
        if (old !== undefined) backendOf(t).copy({ shape: [t.size], inStrides: [1], outStrides: [1] }, t, old);
      }),
    );

  return {
    read(tokens) {
      scope(() => {
        const before = token === null ? [] : Array.from(token.data());
        const all = Int32Array.from([...before, ...tokens]);
        const last = all.length - 1;
        if (last > 0) adopt(forward(fromData(all.subarray(0, last), [last, 1])).state);
        if (token === null) token = keep(fromData(all.subarray(last), [1, 1]));
        else token.set(all.subarray(last));
      });
    },
    draw: (numbers, spec) => scope(() => draw(numbers, spec)),
    close() {
      disposeState(state);
      token?.dispose();
    },
  };

  function draw(numbers: Float32Array, spec: SampleSpec): ArrayLike<number> {
    const current = token ?? fromData(Int32Array.of(spec.from), [1, 1]);
    const { device } = current;
    const backend = backendOf(current);
    const list = empty([numbers.length], { device, dtype: 'int32' });
    const position = fromData(Int32Array.of(0), [1], { device });
    const places = {
      draws: fromData(numbers, [numbers.length], { device }),
      list,
      count: numbers.length,
      position,
      token: current,
    };
    const step = (store: (next: RecurrentState) => void): void =>
      scope(() => {
        const result = forward(current);
        store(result.state);
        backend.sample(spec, result.logits, places);
      });
    // The first step ever makes the state that the others write over.
    const first = state === null && numbers.length > 0;
    if (first) step(adopt);
    backend.repeat(numbers.length - (first ? 1 : 0), () => step(replace));
    return list.data();
  }
}

function disposeState(state: RecurrentState | null): void {
  state?.forEach((layer) => Object.values(layer).forEach((t) => t.dispose()));
}
