// Draws tokens from a language network, one sequence at a time, or many that go on from one text. Its state stays in place in memory, so
// that the backend repeats a step by itself: one call for many tokens, sampling included.
import '../../backend/compiled/calls/sample.js';
import type { SampleSpec } from '../../backend/contract.js';
import { backendOf } from '../../backend/registry.js';
import { expand } from '../../autograd/movement.js';
import { noGrad } from '../../autograd/tape.js';
import type { RecurrentState } from '../../nn/recurrent.js';
import { empty, fromData } from '../../tensor/create.js';
import { readAndDispose, type Reading } from '../../tensor/readAll.js';
import { keep, scope } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { CarriedState, type StateValue } from '../carriedState.js';
import type { LanguageNetwork } from './languageNetwork.js';
import type { Predictor } from './textGenerator.js';

/** A predictor that stands somewhere in a text, and can be put elsewhere. */
export interface PlacedPredictor extends Predictor {
  /** What was read so far. */
  value(): Reading<ReadValue>;
  /** Goes back to what `value` gave. @param recent the last tokens that were read, the very last among them */
  restore(state: StateValue | null, recent: readonly number[]): void;
  /** Logits of the token that comes next [V], from all that was read. */
  logits(): Reading<ArrayLike<number>>;
  close(): void;
}

/** What was read: the state before the last token, and that token; plain data. */
export interface ReadValue {
  state: StateValue | null;
  /** null before anything was read. */
  token: number | null;
}

/** The network must not be training. `close` gives the state back. */
export class NetworkPredictor implements PlacedPredictor {
  readonly #network: LanguageNetwork;
  readonly #state = new CarriedState();
  /** The token that comes next into the network: [1, 1], and its index. */
  #token: Tensor | null = null;
  #last: number | null = null;

  constructor(network: LanguageNetwork) {
    this.#network = network;
  }

  *value(): Reading<ReadValue> {
    return { state: yield* this.#state.value(), token: this.#last };
  }

  restore(state: StateValue | null, recent: readonly number[]): void {
    const token = recent.at(-1);
    this.#state.restore(state);
    this.#token?.dispose();
    this.#token = token === undefined ? null : keep(fromData(Int32Array.of(token), [1, 1]));
    this.#last = token ?? null;
  }

  read(tokens: Int32Array): void {
    if (tokens.length === 0) return;
    scope(() => {
      const before = this.#last === null ? [] : [this.#last];
      const all = Int32Array.from([...before, ...tokens]);
      const last = all.length - 1;
      if (last > 0) this.#state.replace(this.#forward(fromData(all.subarray(0, last), [last, 1])).state);
      if (this.#token === null) this.#token = keep(fromData(all.subarray(last), [1, 1]));
      else this.#token.set(all.subarray(last));
      this.#last = all[last];
    });
  }

  *logits(): Reading<ArrayLike<number>> {
    const token = this.#token;
    if (token === null) throw new Error('nothing was read');
    return yield* readAndDispose(scope(() => keep(this.#forward(token).logits)));
  }

  /** What was read so far goes on in so many rows, each with draws of its own. Nothing is read or drawn one by one after that. */
  spread(rows: number): void {
    const token = this.#token;
    scope(() =>
      noGrad(() => {
        const repeated = ([name, t]: [string, Tensor]): [string, Tensor] => [
          name,
          expand(t, [rows, ...t.shape.slice(1)]),
        ];
        const state = this.#state.current?.map((layer) => Object.fromEntries(Object.entries(layer).map(repeated)));
        this.#state.replace(state ?? null);
        if (token !== null) this.#token = keep(expand(token, [1, rows]));
      }),
    );
    token?.dispose();
  }

  /** All steps run before anything is read. @param numbers [rows, count], tokens too */
  *draw(numbers: Float32Array, spec: SampleSpec): Reading<ArrayLike<number>> {
    const list = yield* readAndDispose(scope(() => keep(this.#draw(numbers, spec))));
    if (list.length > 0) this.#last = list[list.length - 1];
    return list;
  }

  close(): void {
    this.#state.replace(null);
    this.#token?.dispose();
    this.#token = null;
    this.#last = null;
  }

  #forward(tokens: Tensor): { logits: Tensor; state: RecurrentState } {
    return noGrad(() => this.#network.forward(tokens, this.#state.current));
  }

  /** Writes a step's state over the one before it. */
  #overwrite(next: RecurrentState): void {
    next.forEach((layer, l) =>
      Object.entries(layer).forEach(([name, t]) => {
        const old = this.#state.current?.[l]?.[name];
        if (old !== undefined) backendOf(t).copy({ shape: [t.size], inStrides: [1], outStrides: [1] }, t, old);
      }),
    );
  }

  /** The tokens that are drawn, as they come: [rows, count]. */
  #draw(numbers: Float32Array, spec: SampleSpec): Tensor {
    const current = (this.#token ??= keep(fromData(Int32Array.of(spec.from), [1, 1])));
    this.#last ??= spec.from;
    const { device } = current;
    const backend = backendOf(current);
    const rows = current.size;
    const count = numbers.length / rows;
    const list = empty([rows, count], { device, dtype: 'int32' });
    const position = fromData(new Int32Array(rows), [rows], { device });
    const draws = fromData(numbers, [rows, count], { device });
    const places = { rows, draws, list, count, position, token: current };
    const step = (store: (next: RecurrentState) => void): void =>
      scope(() => {
        const result = this.#forward(current);
        store(result.state);
        backend.sample(spec, result.logits, places);
      });
    // The first step ever makes the state that the others write over.
    const first = this.#state.current === null && count > 0;
    if (first) {
      step((next) => {
        this.#state.replace(next);
      });
    }
    backend.repeat(count - (first ? 1 : 0), () =>
      step((next) => {
        this.#overwrite(next);
      }),
    );
    return list;
  }
}
