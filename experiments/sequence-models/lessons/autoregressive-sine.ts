// A noisy sine: an MLP sees four values and predicts the next; then it must live on its own predictions.
import { Adam, fromData, gatherRows, Linear, mse, noGrad, Philox, scope, stack, type Tensor } from 'unrolled';

const epochs = Number(process.argv[2] ?? 5); // node lesson.js 2: a shorter training
const [T, tau, train] = [1000, 4, 600];

// The data: x_t = sin(0.01 t) + noise.
const random = new Philox(0);
const values = Float32Array.from({ length: T }, (_, i) => Math.sin(0.01 * (i + 1)) + 0.2 * random.normal());

// Features and labels: column i is the series from its i-th value on, the label is what follows the last column.
const x = fromData(values, [T]);
const n = T - tau;
const features = stack(
  Array.from({ length: tau }, (_, i) => x.slice(0, i, i + n)),
  1,
); // [n, tau]
const labels = x.slice(0, tau, T).reshape([n, 1]);

// The model: τ values, ten hidden units, one value.
const hidden = new Linear(tau, 10);
const output = new Linear(10, 1);
const predict = (rows: Tensor): Tensor => output.forward(hidden.forward(rows).relu());
const optimizer = new Adam([...hidden.parameters(), ...output.parameters()], 0.01);

for (let epoch = 1; epoch <= epochs; epoch++) {
  const order = Int32Array.from({ length: train }, (_, i) => i);
  random.shuffle(order);
  for (let at = 0; at < train; at += 16) {
    scope(() => {
      const picked = order.subarray(at, Math.min(at + 16, train));
      const rows = fromData(picked, [picked.length]);
      const loss = mse(predict(gatherRows(features, rows)), gatherRows(labels, rows));
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    });
  }
  const loss = noGrad(() => mse(predict(features.slice(0, 0, train)), labels.slice(0, 0, train)).item());
  console.log(`epoch ${epoch}, loss ${loss.toFixed(4)}`);
}

// From t = 604 on only predictions go in.
const own = [...values.subarray(0, 604)];
while (own.length < T) own.push(noGrad(() => predict(fromData(own.slice(-tau), [1, tau])).item()));
for (const t of [605, 620, 700, 1000]) {
  const oneStep = noGrad(() => predict(fromData(values.subarray(t - 1 - tau, t - 1), [1, tau])).item());
  const [sine, many] = [Math.sin(0.01 * t), own[t - 1]];
  console.log(
    `t = ${t}: sine ${sine.toFixed(2)}, one step ahead ${oneStep.toFixed(2)}, from itself ${many.toFixed(2)}`,
  );
}
