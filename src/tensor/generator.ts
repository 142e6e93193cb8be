// The generator that is drawn from where none is given; nn/random.ts seeds it (manualSeed).
import { Philox } from './philox.js';

let generator = new Philox(0);

export function defaultRng(): Philox {
  return generator;
}

export function seedDefaultRng(seed: number): void {
  generator = new Philox(seed);
}
