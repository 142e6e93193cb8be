// Why gradients explode or vanish: powers of a number, powers of a matrix, and what reaches the first state of three cells.
import { type Cell, clipGradNorm, GRU, LSTM, manualSeed, randn, Recurrent, RNN, tensor } from 'unrolled';

for (const w of [1.5, 1, 0.6]) console.log(`${w}^10 = ${w ** 10}, ${w}^20 = ${w ** 20}, ${w}^50 = ${w ** 50}`);

// A matrix: what counts is its spectral radius, the largest absolute eigenvalue.
manualSeed(0);
const n = 32;
const random = randn([n, n]).mul(n ** -0.5);
for (const scale of [0.7, 1, 1.3]) {
  let v = randn([1, n]);
  const first = v.square().sum().item();
  for (let t = 0; t < 50; t++) v = v.matmul(random.mul(scale));
  const growth = (v.square().sum().item() / first) ** 0.5;
  console.log(`times ${scale}: after 50 steps a vector is ${growth.toExponential(1)} times as long`);
}

// The gradient of the last state with respect to the first, through T steps of a cell with weights as layers draw them.
function reaches(cell: Cell, T: number, options = {}): number {
  manualSeed(1);
  const rnn = new Recurrent(cell, { inputSize: 8, hiddenSize: 64, ...options });
  const state = Object.fromEntries(cell.states.map((name) => [name, randn([1, 64])]));
  for (const value of Object.values(state)) value.requiresGrad = true;
  const result = rnn.forward(randn([T, 1, 8]), { state: [state] });
  result.state[0].h.square().sum().backward();
  const norms = Object.values(state).map(({ grad }) => grad?.square().sum().item() ?? 0);
  return Math.sqrt(norms.reduce((a, b) => a + b));
}
for (const T of [1, 10, 50]) {
  const [rnn, gru, lstm] = [RNN, GRU, LSTM].map((cell) => reaches(cell, T).toExponential(1));
  const open = reaches(LSTM, T, { initialBias: { f: 4 } }).toExponential(1);
  console.log(
    `${T} ${T === 1 ? 'step' : 'steps'} back: RNN ${rnn}, GRU ${gru}, LSTM ${lstm}, LSTM with forget bias 4 ${open}`,
  );
}

// Clipping keeps the direction and shortens the length.
const p = tensor([0, 0]);
p.requiresGrad = true;
p.mul(tensor([30, 40]))
  .sum()
  .backward();
const before = clipGradNorm([p], 1);
console.log(
  `a gradient of length ${before} becomes (${Array.from(p.grad?.data() ?? [], (value) => value.toFixed(2)).join(', ')})`,
);
