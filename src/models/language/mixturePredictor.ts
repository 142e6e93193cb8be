// Draws tokens from a mixture of a language network and n-grams: token by token, outside of the kernels that draw from a network alone.
import type { SampleSpec } from '../../backend/contract.js';
import { drawIndex } from '../../backend/drawIndex.js';
import type { Reading } from '../../tensor/readAll.js';
import type { StateValue } from '../carriedState.js';
import type { Mixture } from './mixture.js';
import type { PlacedPredictor, ReadValue } from './networkPredictor.js';

/** `close` gives the state of the network back. */
export class MixturePredictor implements PlacedPredictor {
  readonly #network: PlacedPredictor;
  readonly #mixture: Mixture;
  /** The tokens that the n-grams look at. */
  #context: readonly number[] = [];

  constructor(network: PlacedPredictor, mixture: Mixture) {
    this.#network = network;
    this.#mixture = mixture;
  }

  value(): Reading<ReadValue> {
    return this.#network.value();
  }

  restore(state: StateValue | null, recent: readonly number[]): void {
    this.#network.restore(state, recent);
    this.#context = [];
    this.#follow(recent);
  }

  read(tokens: Int32Array): void {
    this.#network.read(tokens);
    this.#follow(tokens);
  }

  *logits(): Reading<Float64Array> {
    return this.#mixture.logProbabilities(yield* this.#network.logits(), this.#context);
  }

  *draw(numbers: Float32Array, spec: SampleSpec): Reading<Int32Array> {
    const tokens = new Int32Array(numbers.length);
    for (const [i, number] of numbers.entries()) {
      tokens[i] = drawIndex(yield* this.logits(), spec, number);
      this.read(tokens.subarray(i, i + 1));
    }
    return tokens;
  }

  close(): void {
    this.#network.close();
    this.#context = [];
  }

  #follow(tokens: Iterable<number>): void {
    this.#context = [...this.#context, ...tokens].slice(-this.#mixture.ngrams.order);
  }
}
