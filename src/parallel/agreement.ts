// Ranks that train one model must be alike: version, backend, data, settings. Said before the first step, by name.
import type { Backend } from '../backend/contract.js';
import { CALLS_VERSION } from '../backend/numbers.js';
import { UnrolledError } from '../errors.js';
import { shownValue } from '../expect.js';
import type { HostArray } from '../tensor/device.js';
import type { Ranks } from './communicator.js';

/** What must be the same on all ranks, by name: plain values. */
export type Alike = Readonly<Record<string, unknown>>;

/** What decides the bits of a computation beside settings and data. Threads are not among it. */
export function alikeBackend({ name, features }: Backend): Alike {
  return {
    'version of the library': CALLS_VERSION,
    backend: `${name} (${features.filter((feature) => !/^\d+ threads?$/.test(feature)).join(', ')})`,
  };
}

/** Errors: OPTION on all ranks where one differs from rank 0, with what differs and where. */
export async function requireAlike(ranks: Ranks, own: Alike): Promise<void> {
  if (ranks.size === 1) return;
  const all = await ranks.allGather(own);
  const [first] = all;
  const differences = all.flatMap((theirs, rank) =>
    [...new Set([...Object.keys(first), ...Object.keys(theirs)])]
      .filter((name) => JSON.stringify(theirs[name]) !== JSON.stringify(first[name]))
      .map((name) => `${name} ${shown(theirs[name])} on rank ${rank} (rank 0 has ${shown(first[name])})`),
  );
  if (differences.length === 0) return;
  throw new UnrolledError(
    'OPTION',
    `expected all ranks to be alike, received ${differences.slice(0, 5).join(', ')}`,
    'start every rank with the same command, the same installation and the same data; UNROLLED_ISA names an instruction set that all processors have',
  );
}

function shown(value: unknown): string {
  if (value === undefined) return 'none';
  return typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : shownValue(value);
}

/** What is copied: a tensor. */
interface Copied {
  readonly size: number;
  data(): HostArray;
  set(values: ArrayLike<number>): void;
}

/** Gives all ranks the numbers that rank 0 has. @param tensors of the same sizes on all */
export async function copyFromFirst(ranks: Ranks, tensors: readonly Copied[]): Promise<void> {
  if (ranks.size === 1) return;
  for (const t of tensors) {
    const { buffer, byteOffset, byteLength } = t.data();
    const own = ranks.rank === 0 ? new Uint8Array(buffer, byteOffset, byteLength) : new Uint8Array(0);
    const [bytes] = await ranks.allGatherBytes(own);
    if (ranks.rank === 0) continue;
    const Numbers = bytes.length === 8 * t.size ? Float64Array : Float32Array;
    t.set(new Numbers(bytes.slice().buffer));
  }
}
