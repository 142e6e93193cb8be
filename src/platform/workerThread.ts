// A worker as the library sees it, of a page or of Node.

/** A worker on a thread of its own. */
export interface WorkerThread {
  /** May be called before the worker runs. */
  postMessage(message: unknown): void;
  terminate(): void;
}
