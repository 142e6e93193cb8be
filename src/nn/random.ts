// Where modules draw from: initial values from a host generator, dropout masks from numbered kernel calls.
import { defaultRng, seedDefaultRng } from '../tensor/generator.js';
import { type RandomKey, seedKey } from '../tensor/philox.js';

/** Numbers the kernel calls that draw, so that a checkpoint stores two numbers: the seed and the next call. */
export class RandomCalls {
  /** What the masks are drawn with. */
  readonly seed: number;
  /** Calls so far. */
  calls: number;

  constructor(seed: number, calls = 0) {
    this.seed = seed;
    this.calls = calls;
  }

  /** The key of the next draw: the same seed and call give the same mask on every backend. */
  next(): RandomKey {
    const [key0, key1] = seedKey(this.seed);
    return { key0, key1, call: this.calls++ >>> 0 };
  }
}

let calls = new RandomCalls(0);

/** Seeds what modules use that are not given a generator. */
export function manualSeed(seed: number): void {
  seedDefaultRng(seed);
  calls = new RandomCalls(seed);
}

export { defaultRng };

export function defaultCalls(): RandomCalls {
  return calls;
}
