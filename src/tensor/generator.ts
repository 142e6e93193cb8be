// The generator that is drawn from where none is given; nn/random.ts seeds it (manualSeed).
import { Philox, type PhiloxState } from './philox.js';

let generator = new Philox(0);

export function defaultRng(): Philox {
  return generator;
}

export function seedDefaultRng(seed: number): void {
  generator = new Philox(seed);
}

/** It goes on where it stood when `state` was taken. */
export function restoreDefaultRng(state: PhiloxState): void {
  generator = Philox.fromState(state);
}
