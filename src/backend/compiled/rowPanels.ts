// Copies of weights as a single row reads them fastest, from the first number to the last: for a step that is recorded and repeated,
// as in generation. They stay beside the storage until something may change it.
import type { MatrixRef } from '../contract.js';
import * as KERNEL from '../numbers/kernel.js';
import type { Arguments } from './arguments.js';
import type { CompiledStorage, Memory, WeightCopies } from './storage.js';

/** Below so many bytes weights are read where they stand, since a cache close by holds them. */
const LEAST_BYTES = 64 * 1024;

export interface PanelTools {
  args: Arguments;
  memory: Memory;
  /** Columns of a panel. */
  rowPanel: number;
}

export class RowPanels implements WeightCopies {
  dropped = 0;
  readonly #tools: PanelTools;

  constructor(tools: PanelTools) {
    this.#tools = tools;
  }

  /**
   * The address of the panels of B [k, n] (or [n, k] where transB); 0 where B is to be read in place: copies are for what is read
   * again and again, while calls are recorded and none of them changes the storage. It begins a call of its own.
   */
  of(b: MatrixRef, { n, k, transB = false }: { n: number; k: number; transB?: boolean }): number {
    const { args, memory, rowPanel } = this.#tools;
    if (n * k * 4 < LEAST_BYTES) return 0;
    const storage = args.own(b.storage);
    const key = `${b.offset} ${b.stride} ${n} ${k} ${transB}`;
    const found = storage.panels?.get(key);
    if (found !== undefined) return found.address;
    if (!memory.pinned || storage.changed > memory.pinnedAt) return 0;
    const made = memory.tryBlock(Math.ceil(n / rowPanel) * rowPanel * k * 4);
    if (made === null) return 0;
    args.begin();
    args.put(transB ? args.matrix(b, n, k, 'float32', true) : args.matrix(b, k, n, 'float32', true));
    args.put(b.stride);
    args.putFlag(transB);
    args.put(n);
    args.put(k);
    args.put(made.address);
    args.invokeOnce(KERNEL.PACK);
    (storage.panels ??= new Map()).set(key, made);
    return made.address;
  }

  drop(storage: CompiledStorage): void {
    if (storage.panels === null) return;
    for (const block of storage.panels.values()) this.#tools.memory.freeBlock(block);
    storage.panels = null;
    this.dropped++;
  }
}
