// Draws tokens from a mixture of a language network and n-grams: token by token, outside of the kernels that draw from a network alone.
import type { SampleSpec } from '../../backend/contract.js';
import { drawIndex } from '../../backend/drawIndex.js';
import type { StateValue } from '../carriedState.js';
import type { LanguageNetwork } from './languageNetwork.js';
import type { Mixture } from './mixture.js';
import { NetworkPredictor, type PlacedPredictor, type ReadValue } from './networkPredictor.js';

/** The network must not be training. `close` gives the state back. */
export class MixturePredictor implements PlacedPredictor {
  readonly #network: NetworkPredictor;
  readonly #mixture: Mixture;
  /** The tokens that the n-grams look at. */
  #context: readonly number[] = [];

  constructor(network: LanguageNetwork, mixture: Mixture) {
    this.#network = new NetworkPredictor(network);
    this.#mixture = mixture;
  }

  value(): ReadValue {
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

  logits(): Float64Array {
    return this.#mixture.logProbabilities(this.#network.logits(), this.#context);
  }

  draw(numbers: Float32Array, spec: SampleSpec): Int32Array {
    return Int32Array.from(numbers, (number) => {
      const token = drawIndex(this.logits(), spec, number);
      this.read(Int32Array.of(token));
      return token;
    });
  }

  close(): void {
    this.#network.close();
    this.#context = [];
  }

  #follow(tokens: Iterable<number>): void {
    this.#context = [...this.#context, ...tokens].slice(-this.#mixture.ngrams.order);
  }
}

/** From the network alone, or from the mixture. */
export function predictorOf(network: LanguageNetwork, mixture: Mixture | null): PlacedPredictor {
  return mixture === null ? new NetworkPredictor(network) : new MixturePredictor(network, mixture);
}
