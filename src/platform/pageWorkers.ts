// Workers of a page. Only pages that may share memory with them load this file.
import type { WorkerThread } from './workerThread.js';

/** From a Blob: no file that bundlers must know, and a library from another origin may start it too. */
function blobWorker(script: string, failed?: () => void): { worker: Worker; end: () => void } {
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const worker = new Worker(address);
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    failed?.();
  });
  return {
    worker,
    end() {
      worker.terminate();
      URL.revokeObjectURL(address);
    },
  };
}

/** Runs a script in a worker, as `Platform` says. Errors: whatever the engine throws. */
export function startWorker(script: string, failed?: () => void): WorkerThread {
  const prelude = 'const unrolledMessage = (handler) => addEventListener("message", ({ data }) => handler(data));';
  const { worker, end } = blobWorker(`${prelude}\n${script}`, failed);
  return {
    postMessage: (message) => {
      worker.postMessage(message);
    },
    terminate: end,
  };
}

/** How long a first worker may take to start or to fail, in milliseconds. */
const WORKER_START = 10_000;

/** Whether workers start: asked once, since a policy that forbids them shows only when one is started. */
let tried: Promise<boolean> | undefined;

/** Whether workers start here. */
export function workersStart(): Promise<boolean> {
  tried ??= tryWorker();
  return tried;
}

function tryWorker(): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const settle = (starts: boolean): void => {
        clearTimeout(timer);
        end();
        resolve(starts);
      };
      const { worker, end } = blobWorker('postMessage(0);', () => {
        settle(false);
      });
      const timer = setTimeout(settle, WORKER_START, false);
      worker.addEventListener('message', () => {
        settle(true);
      });
    } catch {
      // Some engines throw where others send an error.
      resolve(false);
    }
  });
}
