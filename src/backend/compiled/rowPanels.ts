// Copies of weights as a single row reads them fastest, from the first number to the last: for a step that is recorded and repeated,
// as in generation. They stay beside the storage until something may change it.
import type { MatrixRef } from '../contract.js';
import { KERNEL } from '../numbers.js';
import type { Arguments } from './arguments.js';
import type { Memory } from './storage.js';

/** Below so many bytes weights are read where they stand, since a cache close by holds them. */
const LEAST_BYTES = 64 * 1024;

export interface PanelTools {
  args: Arguments;
  memory: Memory;
  /** Columns of a panel. */
  rowPanel: number;
}

/** The address of the panels of B [k, n] (or [n, k] where transB); 0 where B is to be read in place. It begins a call of its own. */
export function rowPanels(
  { args, memory, rowPanel }: PanelTools,
  b: MatrixRef,
  { n, k, transB = false }: { n: number; k: number; transB?: boolean },
): number {
  const storage = args.own(b.storage);
  if (n * k * 4 < LEAST_BYTES || (storage.panels === null && !memory.pinned)) return 0;
  const key = `${b.offset} ${b.stride} ${n} ${k} ${transB}`;
  const made = memory.panelsOf(storage, key, Math.ceil(n / rowPanel) * rowPanel * k * 4, (address) => {
    args.begin();
    args.put(transB ? args.matrix(b, n, k, 'float32', true) : args.matrix(b, k, n, 'float32', true));
    args.put(b.stride);
    args.putFlag(transB);
    args.put(n);
    args.put(k);
    args.put(address);
    args.invokeOnce(KERNEL.PACK);
  });
  return made ?? 0;
}
