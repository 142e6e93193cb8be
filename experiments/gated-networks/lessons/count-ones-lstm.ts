// An LSTM learns to count the ones in sequences of 20 zeros and ones, and is then asked about longer ones.
import { Adam, fromData, LSTM, Linear, manualSeed, mse, noGrad, Philox, Recurrent, scope, type Tensor } from 'unrolled';

const epochs = Number(process.argv[2] ?? 6); // node lesson.js 1: a shorter training
const [count, H, batch] = [10_000, 20, 16];

manualSeed(0);
const random = new Philox(0);
const rnn = new Recurrent(LSTM, { inputSize: 1, hiddenSize: H });
const output = new Linear(H, 1);
const optimizer = new Adam([...rnn.parameters(), ...output.parameters()], 0.001);

/** `n` sequences [T, n, 1], and how many ones each has [n, 1]. */
function sequences(n: number, T: number): { x: Tensor; y: Tensor } {
  const x = Float32Array.from({ length: T * n }, () => Math.round(random.uniform()));
  const y = Float32Array.from({ length: n }, (_, i) => {
    let ones = 0;
    for (let t = 0; t < T; t++) ones += x[t * n + i];
    return ones;
  });
  return { x: fromData(x, [T, n, 1]), y: fromData(y, [n, 1]) };
}
const read = (x: Tensor): Tensor => output.forward(rnn.forward(x).state[0].h); // the state after the last step

/** The share of sequences whose count is right when it is rounded. */
function accuracy(T: number): number {
  const { x, y } = sequences(1000, T);
  const [said, right] = [noGrad(() => read(x)).data(), y.data()];
  return Array.from(right).filter((ones, i) => Math.round(said[i]) === ones).length / right.length;
}

for (let epoch = 1; epoch <= epochs; epoch++) {
  let sum = 0;
  for (let step = 0; step < count / batch; step++) {
    sum += scope(() => {
      const { x, y } = sequences(batch, 20);
      const loss = mse(read(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss.item();
    });
  }
  console.log(`epoch ${epoch}: loss ${((sum * batch) / count).toFixed(4)}, ${(100 * accuracy(20)).toFixed(1)} % right`);
}
for (const T of [10, 20, 30, 40, 100]) console.log(`sequences of ${T}: ${(100 * accuracy(T)).toFixed(1)} % right`);
