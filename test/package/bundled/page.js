// The program in a page, then in a worker of that page. No `await` outside of functions: not every bundler takes it.
import { program } from './program.js';

function inWorker() {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => resolve({ error: `the worker failed: ${event.message}` });
  });
}

program()
  .catch((error) => ({ error: String(error.stack ?? error) }))
  .then(async (page) => {
    window.result = { isolated: crossOriginIsolated, page, worker: await inWorker() };
  });
