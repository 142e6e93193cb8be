// The program in a page, then in a worker of that page.
import { program } from './program.js';

function inWorker() {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => resolve({ error: `the worker failed: ${event.message}` });
  });
}

window.result = {
  isolated: crossOriginIsolated,
  page: await program().catch((error) => ({ error: String(error.stack ?? error) })),
  worker: await inWorker(),
};
