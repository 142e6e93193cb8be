// Networks of runs before, that are compared with the one that learns: they read the same tokens.
import { LanguageModel } from 'unrolled';
import type { Compared } from '../messages.js';
import { predictions, WARM_UP } from './look.js';

export class KeptNetworks {
  readonly #models = new Map<number, LanguageModel>();

  /** As it is now: a copy. */
  keep(id: number, model: LanguageModel): void {
    this.forget(id);
    this.#models.set(id, LanguageModel.fromBytes(model.toBytes()));
  }

  forget(id: number): void {
    this.#models.get(id)?.network.dispose();
    this.#models.delete(id);
  }

  /** @param tokens of the whole text, in the vocabulary of the model */
  compare(model: LanguageModel, tokens: Int32Array, asked: { from: number; length: number }): Compared {
    const from = Math.max(0, Math.min(asked.from, tokens.length - 1));
    const to = Math.min(tokens.length, from + asked.length);
    const start = Math.max(0, from - WARM_UP);
    const networks = [...this.#models].flatMap(([id, other]) =>
      haveSameTokens(model, other) ? [{ id, ...predictions(other, tokens, { start, from, to }) }] : [],
    );
    return { from, networks };
  }
}

function haveSameTokens(one: LanguageModel, other: LanguageModel): boolean {
  const [a, b] = [one.text, other.text];
  const size = a.vocabulary.size;
  if (size !== b.vocabulary.size || a.settings.tokens !== b.settings.tokens) return false;
  for (let i = 0; i < size; i++) if (a.vocabulary.token(i) !== b.vocabulary.token(i)) return false;
  return true;
}
