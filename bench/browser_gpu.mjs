// Small cells in a page: a training step of a character model on WebGPU, beside WebAssembly and beside TensorFlow.js on WebGPU. From a built
// clone: node bench/browser_gpu.mjs [--tiny] [--software]. TensorFlow.js comes from the folder that UNROLLED_TFJS names:
//
//   npm install --prefix TFJS --ignore-scripts @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-webgpu@4.22.0
//
// CHROMIUM is the browser, CHROMIUM_FLAGS what it wants for this machine's card. --software takes its own software device.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values } = parseArgs({
  options: { tiny: { type: 'boolean', default: false }, software: { type: 'boolean', default: false } },
});
const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const TFJS = process.env.UNROLLED_TFJS;
const TFJS_FILES = {
  '/tf.js': '@tensorflow/tfjs/dist/tf.min.js',
  '/tf-webgpu.js': '@tensorflow/tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js',
};
/** [H, N]; a vocabulary of 28, 35 steps, one layer. */
const SIZES = values.tiny
  ? [[8, 2]]
  : [
      [32, 16],
      [64, 32],
      [128, 32],
      [256, 32],
    ];
const [V, T, SECONDS] = values.tiny ? [28, 3, 0.2] : [28, 35, 2];

const PAGE = `<!doctype html><meta charset="utf-8"><title>small cells</title>
${
  TFJS === undefined
    ? ''
    : Object.keys(TFJS_FILES)
        .map((path) => `<script src="${path}"></script>`)
        .join('')
}
<script type="module">
import * as u from '/index.js';
import { lateRate, trainLate } from '/bench/gpuTasks.js';

const V = ${V}, T = ${T};
/** Tokens a second of the library on a backend. */
window.ours = async (name, H, N) => {
  const backend = await u.useBackend(name);
  const value = await lateRate(trainLate(u, { cell: u.LSTM, V, H, L: 1, N, T }), ${SECONDS});
  return { value, features: [...backend.features] };
};
/** The same of TensorFlow.js, a layers model as its manual writes it. */
window.theirs = async (H, N) => {
  await tf.setBackend('webgpu');
  await tf.ready();
  const model = tf.sequential({
    layers: [
      tf.layers.lstm({ units: H, inputShape: [T, V], returnSequences: true, recurrentInitializer: 'glorotUniform' }),
      tf.layers.dense({ units: V, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy' });
  const tokens = () => tf.oneHot(tf.randomUniform([N, T], 0, V, 'int32'), V).toFloat();
  const [x, y] = [tokens(), tokens()];
  const run = async () => void (await model.trainOnBatch(x, y));
  return { value: await lateRate({ run, done: () => Promise.resolve(), units: N * T }, ${SECONDS}), version: tf.version.tfjs };
};
window.ready = true;
</script>`;

const HEADERS = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm' };
const server = createServer((request, response) => {
  const path = (request.url ?? '/').split('?')[0];
  if (path === '/') {
    response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/html' }).end(PAGE);
    return;
  }
  const file =
    path in TFJS_FILES ? join(TFJS ?? '', 'node_modules', TFJS_FILES[path]) : join(DIST, decodeURIComponent(path));
  readFile(file).then(
    (bytes) => response.writeHead(200, { ...HEADERS, 'Content-Type': TYPES[extname(file)] ?? 'text/plain' }).end(bytes),
    () => response.writeHead(404).end(),
  );
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));

const flags = [
  ...['--no-sandbox', '--enable-unsafe-webgpu', '--enable-features=Vulkan', '--ignore-gpu-blocklist'],
  ...(values.software ? ['--use-webgpu-adapter=swiftshader'] : []),
  ...(process.env.CHROMIUM_FLAGS ?? '').split(' ').filter((flag) => flag !== ''),
];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
const figures = [];
try {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(String(error)));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => window.ready === true);
  /** A figure, or why there is none. */
  const measured = (run) => run.catch((error) => ({ error: String(error.message ?? error).split('\n')[0] }));
  for (const [H, N] of SIZES) {
    const row = { H, N };
    for (const name of ['wasm', 'webgpu']) {
      row[name] = await measured(page.evaluate(([name, H, N]) => window.ours(name, H, N), [name, H, N]));
    }
    if (TFJS !== undefined) row.tfjs = await measured(page.evaluate(([H, N]) => window.theirs(H, N), [H, N]));
    figures.push(row);
  }
} finally {
  await browser.close();
  server.close();
}

const shown = (found) => (found === undefined ? '–' : (found.error ?? Math.round(found.value).toLocaleString('en')));
const ratio = ({ webgpu, tfjs }) =>
  webgpu.value > 0 && tfjs?.value > 0 ? `${(webgpu.value / tfjs.value).toFixed(1)} ×` : '–';
console.log('| tokens/s | WebAssembly | WebGPU | TensorFlow.js WebGPU | WebGPU / TensorFlow.js |');
console.log('| --- | --- | --- | --- | --- |');
for (const row of figures) {
  console.log(
    `| LSTM H ${row.H}, N ${row.N} | ${shown(row.wasm)} | ${shown(row.webgpu)} | ${shown(row.tfjs)} | ${ratio(row)} |`,
  );
}
for (const name of ['wasm', 'webgpu'])
  console.log(`${name}: ${figures[0][name].features?.join(', ') ?? figures[0][name].error}`);
if (TFJS === undefined) console.log('TensorFlow.js left out: UNROLLED_TFJS names no folder that has it');
