'use client';
import { useEffect } from 'react';
import { program } from './program.js';

function inWorker() {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => resolve({ error: `the worker failed: ${event.message}` });
  });
}

export default function Page() {
  useEffect(() => {
    const failed = (error) => ({ error: String(error.stack ?? error) });
    program('auto')
      .catch(failed)
      .then(async (page) => {
        window.result = { isolated: crossOriginIsolated, page, worker: await inWorker() };
      });
  }, []);
  return <p>Unrolled in Next.js</p>;
}
