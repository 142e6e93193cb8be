// Generation with weights of float32 and of int8, lstm-h512-l2, one thread, beside ONNX Runtime in the same run:
//
//   node bench/int8.mjs [ROUNDS]
//
// UNROLLED_ONNX_PYTHON names a Python with onnx and onnxruntime, which also writes the models for ONNX Runtime Web;
// UNROLLED_JS_PEERS a folder with onnxruntime-web. What is not named is left out. The best of the rounds is printed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from '../dist/bench/work.js';
import * as u from '../dist/node.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const rounds = Number(process.argv[2] ?? 3);
const { UNROLLED_ONNX_PYTHON: python, UNROLLED_JS_PEERS: peers } = process.env;
const best = new Map();
const note = (name, value) => best.set(name, Math.max(best.get(name) ?? 0, value));

async function ours(backend) {
  await u.useBackend(backend, { threads: 1 });
  const work = new Map(['f32', 'int8'].map((weights) => [weights, generate(u, 'lstm', 512, 2, weights)]));
  for (let i = 0; i < 6; i++) {
    for (const [weights, { run, units }] of work) {
      const start = performance.now();
      run();
      note(`unrolled ${backend} ${weights}`, units / ((performance.now() - start) / 1000));
    }
  }
}

/** Runs a script that prints a JSON object a line; the values, in their order. */
function values(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stderr}`);
  return stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line).value] : []));
}

const folder = mkdtempSync(join(tmpdir(), 'unrolled-int8-'));
try {
  for (let round = 0; round < rounds; round++) {
    await ours('native');
    await ours('wasm');
    if (!python) continue;
    const [f32, int8] = values(python, [join(here, 'onnx_int8.py'), '512', '2', '65', folder], here);
    note('onnxruntime native f32', f32);
    note('onnxruntime native int8', int8);
    if (!peers) continue;
    const files = ['', '-int8'].map((end) => join(folder, `lstm-512-2-65${end}.onnx`));
    const script = join(here, '..', '..', 'shared', 'peers', 'ort_web_bench.mjs');
    const [web, webInt8] = values(process.execPath, [process.env.UNROLLED_ORT_WEB ?? script, ...files], peers);
    note('onnxruntime-web wasm f32', web);
    note('onnxruntime-web wasm int8', webInt8);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const [name, value] of best) console.log(`${name.padEnd(26)} ${value.toFixed(0).padStart(6)} tokens/s`);
for (const backend of ['native', 'wasm']) {
  const ratio = best.get(`unrolled ${backend} int8`) / best.get(`unrolled ${backend} f32`);
  console.log(`int8 against float32, ${backend}: ${ratio.toFixed(2)}`);
}
