// Training speed of d2l-lstm-h256 (V 28, H 256, N 32, T 35, SGD, norm clipping), beside PyTorch's in the same run where
// UNROLLED_TORCH_PYTHON names a Python that has it, with the same model, step and thread count. The two take turns; best of several.
//   npm run bench [-- --backend native|wasm] [--threads N]
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as u from '../dist/node.js';

const option = (name, value) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? value : process.argv[at + 1];
};
const backendName = option('backend', 'native');
const threads = Number(option('threads', '2'));
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
const python = process.env.UNROLLED_TORCH_PYTHON;
const script = fileURLToPath(new URL('torch_train.py', import.meta.url));
let [ours, torch] = [0, 0];
for (let round = 0; round < 3; round++) {
  ours = Math.max(ours, measure(3));
  if (python === undefined) continue;
  const result = spawnSync(python, [script, '--threads', String(threads)], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
  torch = Math.max(torch, JSON.parse(result.stdout).value);
}
console.log(JSON.stringify({
  name: 'train/d2l-lstm-h256', unit: 'tokens/s', backend: backend.name, features: backend.features, threads: backend.threads,
  value: Math.round(ours), torch: torch > 0 ? Math.round(torch) : null, ratio: torch > 0 ? Number((ours / torch).toFixed(3)) : null,
})); // prettier-ignore
if (python === undefined) console.error('UNROLLED_TORCH_PYTHON names no Python: measured without a peer');
