// Where the parts are that cut minibatches into shards and keep ranks alike: a page that cuts nothing goes without them.
import { UnrolledError, UnsupportedError } from '../errors.js';
import type { Device } from '../tensor/device.js';
import type * as Agreement from './agreement.js';
import type * as Cut from './cut.js';
import type * as Shards from './shards.js';

/** What a training needs in shards or on several ranks. */
export type Sharding = Pick<typeof Agreement, 'alikeBackend' | 'copyFromFirst' | 'requireAlike'> &
  Pick<typeof Cut, 'shardsFor'> &
  Pick<typeof Shards, 'ShardedGradients'>;

let parts: Sharding | null = null;

export function setSharding(given: Sharding): void {
  parts = given;
}

/** Errors: STATE where they are not there; UNSUPPORTED on a device whose numbers must be waited for. */
export function sharding({ answersAtOnce, name }: Pick<Device, 'answersAtOnce' | 'name'>): Sharding {
  if (!answersAtOnce) {
    throw new UnsupportedError(
      `expected a backend that answers at once for shards and ranks, received ${name}`,
      'train without them, or with native or wasm',
    );
  }
  if (parts !== null) return parts;
  throw new UnrolledError(
    'STATE',
    'expected parallel.init() before a training in shards in a page, received shards alone',
    "write import { parallel } from 'unrolled' and await parallel.init(); on Node shards go without it",
  );
}
