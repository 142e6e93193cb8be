// Training speed of d2l-lstm-h256 (V 28, H 256, N 32, T 35, SGD, norm clipping), beside a peer's in the same run. The two take
// turns; best of several. Native: PyTorch, where UNROLLED_TORCH_PYTHON names a Python that has it, with the same model, step and
// thread count. wasm: TensorFlow.js on WebAssembly, where UNROLLED_JS_PEERS names a folder that has it installed, by the script
// ../shared/peers/js_bench.mjs (or UNROLLED_JS_BENCH).
//   npm run bench [-- --backend native|wasm] [--threads N]
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as u from '../dist/node.js';

const option = (name, value) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? value : process.argv[at + 1];
};
const backendName = option('backend', 'native');
const threads = Number(option('threads', backendName === 'wasm' ? '1' : '2'));
const backend = await u.useBackend(backendName, { threads });
const [V, H, N, T] = [28, 256, 32, 35];
u.manualSeed(0);
const rnn = new u.Recurrent(u.LSTM, { inputSize: V, hiddenSize: H });
const decoder = new u.Linear(H, V);
const parameters = [...rnn.parameters(), ...decoder.parameters()];
const optimizer = new u.SGD(parameters, 1);
const rng = new u.Philox(1);
const tokens = Int32Array.from({ length: (T + 1) * N }, () => rng.integer(V));
let state = null;
function step() {
  const next = u.scope(() => {
    const x = u.fromData(tokens.subarray(0, T * N), [T, N]);
    const y = u.fromData(tokens.subarray(N), [T, N]);
    const result = rnn.forward(x, { state: u.detach(state) });
    const loss = u.crossEntropy(decoder.forward(result.output), y);
    optimizer.zeroGrad();
    loss.backward();
    u.clipGradNorm(parameters, 1);
    optimizer.step();
    return u.detach(result.state);
  });
  for (const layer of next) for (const t of Object.values(layer)) u.keep(t);
  state?.forEach((layer) => Object.values(layer).forEach((t) => t.dispose()));
  state = next;
}
function measure(seconds) {
  step();
  let best = 0;
  for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
    const start = performance.now();
    for (let i = 0; i < 20; i++) step();
    best = Math.max(best, (20 * N * T) / ((performance.now() - start) / 1000));
  }
  return best;
}
const run = (command, args, options) => {
  const result = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (result.error) throw result.error;
  return result.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
};
const { UNROLLED_TORCH_PYTHON: python, UNROLLED_JS_PEERS: jsPeers, UNROLLED_JS_BENCH } = process.env;
/** One reading of the peer, in tokens a second. */
const peers = {
  native: python && {
    name: 'PyTorch',
    read: () =>
      run(python, [fileURLToPath(new URL('torch_train.py', import.meta.url)), '--threads', String(threads)])[0]?.value,
  },
  wasm: jsPeers && {
    name: 'TensorFlow.js wasm',
    read() {
      const script = resolve(UNROLLED_JS_BENCH ?? '../shared/peers/js_bench.mjs');
      const rows = run(process.execPath, [script, 'train/d2l-lstm-h256'], { cwd: jsPeers });
      return rows.find((row) => /wasm/.test(row.peer) && row.value)?.value;
    },
  },
};
const peer = peers[backend.name] || null;
let [ours, theirs] = [0, 0];
for (let round = 0; round < 3; round++) {
  ours = Math.max(ours, measure(3));
  if (peer === null) continue;
  const value = peer.read();
  if (!value) throw new Error(`expected a figure of ${peer.name}, received none`);
  theirs = Math.max(theirs, value);
}
console.log(JSON.stringify({
  name: 'train/d2l-lstm-h256', unit: 'tokens/s', backend: backend.name, features: backend.features, threads: backend.threads,
  value: Math.round(ours), peer: peer?.name ?? null, peerValue: peer === null ? null : Math.round(theirs),
  ratio: peer === null ? null : Number((ours / theirs).toFixed(3)),
})); // prettier-ignore
if (peer === null)
  console.error(`no peer for ${backend.name}: name it by UNROLLED_TORCH_PYTHON (native) or UNROLLED_JS_PEERS (wasm)`);
