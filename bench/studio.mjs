// Measures the studio's page in a headless Chromium: the first learning, the longest task and the frames while it trains, its speed
// beside Node on WebAssembly, large texts, heaps of page and worker over some minutes. From a built clone: node bench/studio.mjs [minutes], which
// takes four minutes more than those.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { serveFolder } from '../dist/cli/studio/server.js';
import { LanguageModel, useBackend } from '../dist/node.js';

const minutes = Number(process.argv[2] ?? 1);
const folder = mkdtempSync(join(tmpdir(), 'studio-bench-'));
const server = await serveFolder(new URL('../dist/studio/', import.meta.url).pathname, 0);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--enable-precise-memory-info', '--js-flags=--expose-gc'],
});
const say = (what, value) => console.log(`${what.padEnd(44)} ${value}`);
const figure = async (page, id) => Number(await page.locator(`#figure-${id}`).getAttribute('value'));

async function open(hash = '') {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  const began = performance.now();
  await page.goto(server.address + (hash && `#${hash}`));
  await page.locator('.curve .train[d*="L"]').waitFor({ state: 'attached' });
  return { page, seconds: (performance.now() - began) / 1000 };
}

/** What talks to a worker of a page: a method of the protocol for developers, to its answer. */
async function workerOf(page, script) {
  const session = await page.context().newCDPSession(page);
  const attached = new Promise((resolve) =>
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.url.endsWith(script)) resolve(sessionId);
    }),
  );
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  const sessionId = await attached;
  let asked = 0;
  return (method) =>
    new Promise((resolve) => {
      const id = ++asked;
      const hear = ({ message }) => {
        const answer = JSON.parse(message);
        if (answer.id !== id) return;
        session.off('Target.receivedMessageFromTarget', hear);
        resolve(answer.result);
      };
      session.on('Target.receivedMessageFromTarget', hear);
      void session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) });
    });
}

const { page, seconds } = await open('unit=3');
say('first learning is seen after', `${seconds.toFixed(2)} s`);
await page.evaluate(() => {
  window.seen = { tasks: [], frames: 0 };
  new PerformanceObserver((list) => window.seen.tasks.push(...list.getEntries().map((e) => e.duration))).observe({
    entryTypes: ['longtask'],
  });
  const frame = () => {
    window.seen.frames++;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
});
await page.waitForTimeout(10_000);
const seen = await page.evaluate(() => window.seen);
say('tasks over 50 ms in 10 s of training', seen.tasks.length === 0 ? 'none' : seen.tasks.map(Math.round).join(', '));
say('frames a second', (seen.frames / 10).toFixed(1));
await page.context().close();

// What is left after collection, of a small network that makes many steps: an hour is that many times as long.
const { page: small } = await open('hiddenSize=24&embeddingSize=8&batchSize=8&numSteps=16&unit=3');
const ask = await workerOf(small, 'worker.js');
const heaps = async () => {
  const page = await small.evaluate(() => {
    globalThis.gc();
    return performance.memory.usedJSHeapSize;
  });
  await ask('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize = 0 } = await ask('Runtime.getHeapUsage');
  return { page, worker: usedSize, 'arrays of the worker': backingStorageSize };
};
await small.waitForTimeout(60_000);
const [before, stepsBefore] = [await heaps(), await figure(small, 'step')];
await small.waitForTimeout(minutes * 60_000);
const [after, steps] = [await heaps(), (await figure(small, 'step')) - stepsBefore];
const mib = (bytes) => (bytes / 2 ** 20).toFixed(1);
say('heaps after collection', `${minutes} min and ${steps} steps apart`);
for (const [what, bytes] of Object.entries(before)) {
  const hour = ((after[what] - bytes) * 60) / minutes;
  say(`  ${what}`, `${mib(bytes)} → ${mib(after[what])} MiB; in an hour, by that, ${mib(hour)} more`);
}
await small.context().close();

for (const [name, size] of [
  ['5 MB', 5e6],
  ['100 MB', 1e8],
]) {
  const file = join(folder, 'large.txt');
  const line = 'It was the best of times, it was the worst of times, it was the age of wisdom …\n';
  writeFileSync(file, line.repeat(Math.ceil(size / Buffer.byteLength(line))));
  const { page: other } = await open('hiddenSize=16');
  await other.locator('input[type=file]').setInputFiles(file);
  const began = performance.now();
  await other.locator('#training .facts', { hasText: /[\d,]{9,} \+/ }).waitFor({ timeout: 120_000 });
  say(`a text of ${name} is open after`, `${((performance.now() - began) / 1000).toFixed(2)} s`);
  await other.context().close();
}

const sizes = { hiddenSize: 256, embeddingSize: 64, batchSize: 32, numSteps: 64, cell: 'lstm' };
const { page: large } = await open(new URLSearchParams(sizes).toString());
await large.waitForTimeout(20_000);
const inPage = await figure(large, 'speed');
await large.context().close();
await browser.close();
await useBackend('wasm');
const text = await (await fetch(`${server.address}texts/book.txt`)).text();
const settings = { ...sizes, tied: false, schedule: 'constant', restoreBest: false, collapseWhitespace: true };
const { training } = await LanguageModel.fit(text, { ...settings, minutes: 0.3 });
say('LSTM-256, tokens a second in the page', Math.round(inPage));
say('the same in Node on WebAssembly', Math.round(training.tokensPerSecond));
say('ratio', (inPage / training.tokensPerSecond).toFixed(2));
await server.close();
rmSync(folder, { recursive: true });
