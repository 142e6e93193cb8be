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

let started = false;

async function start() {
  // In development React runs an effect twice.
  if (started) return;
  started = true;
  const page = await program('auto').catch((error) => ({ error: String(error.stack ?? error) }));
  window.result = { isolated: crossOriginIsolated, page, worker: await inWorker() };
}

export default function Page() {
  useEffect(() => void start(), []);
  return <p>Unrolled in Next.js</p>;
}
