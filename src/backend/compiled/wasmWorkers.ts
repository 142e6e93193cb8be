// Workers that help the WebAssembly engine: each runs an instance of the kernels over the same memory, on a stack of its own,
// and waits there for its part of a kernel (kernels/wasm.cpp). They start when first wanted, and whoever is not there yet, or
// never comes, is not waited for.
import type { Platform } from '../../platform/platform.js';
import type { WorkerThread } from '../../platform/workerThread.js';

/** What a worker is sent. */
interface WorkerTask {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  /** Where its stack ends: it grows down from there. */
  stack: number;
}

/** Plain text, so that it needs no file beside the library, wherever that is bundled or served from. */
const SCRIPT = `
unrolledMessage(({ module, memory, stack }) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory, now: () => performance.now() } });
  exports.__stack_pointer.value = stack;
  try {
    exports.serve();
  } catch (error) {
    exports.giveUp();
    throw error;
  }
});`;

export class WasmWorkers {
  readonly #module: WebAssembly.Module;
  readonly #memory: WebAssembly.Memory;
  readonly #stacks: number;
  readonly #stackBytes: number;
  readonly #startWorker: Platform['startWorker'];
  readonly #workers: WorkerThread[] = [];
  /** Whether one did not start, or ended by an error. */
  failed = false;
  #most: number;
  /** Of those that were started. */
  #failures = 0;

  /** At most `most` workers; their stacks of `stackBytes` each begin at the address `stacks`. @param startWorker the platform's */
  constructor(
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    most: number,
    stacks: number,
    stackBytes: number,
    startWorker: Platform['startWorker'],
  ) {
    this.#module = module;
    this.#memory = memory;
    this.#most = most;
    this.#stacks = stacks;
    this.#stackBytes = stackBytes;
    this.#startWorker = startWorker;
  }

  /** Whether more could be started. */
  get missing(): boolean {
    return this.#workers.length < this.#most;
  }

  /** Workers that run, or would where they were wanted. */
  get count(): number {
    return Math.max(0, this.#most - this.#failures);
  }

  /** Starts what is missing of so many workers; does not wait for them. */
  startUpTo(count: number): void {
    while (this.missing && this.#workers.length < count) {
      try {
        this.#start();
      } catch {
        // Not here: a policy, or no more threads. Those that run are enough.
        this.#most = this.#workers.length;
        this.failed = true;
      }
    }
  }

  /** Ends them at once, whatever they do. */
  terminate(): void {
    this.#most = 0;
    for (const worker of this.#workers) worker.terminate();
    this.#workers.length = 0;
  }

  #start(): void {
    const worker = this.#startWorker?.(SCRIPT, () => {
      this.#failures++;
      this.failed = true;
    });
    if (worker === undefined) throw new Error('expected a platform with workers');
    this.#workers.push(worker);
    const stack = this.#stacks + this.#workers.length * this.#stackBytes;
    const task: WorkerTask = { module: this.#module, memory: this.#memory, stack };
    worker.postMessage(task);
  }
}
