// A handwritten digit, read row by row: 28 steps of 28 pixels, and the state after the last row is the answer.
import { readFileSync } from 'node:fs';
import {
  Adam,
  crossEntropy,
  fromData,
  GRU,
  Linear,
  manualSeed,
  noGrad,
  Philox,
  Recurrent,
  scope,
  type Tensor,
} from 'unrolled';
import { readIdx } from 'unrolled/records';

const epochs = Number(process.argv[2] ?? 3); // node lesson.js 0.2: a shorter training
const open = (name: string) => readIdx(readFileSync(new URL(name, import.meta.url)), name);
const [pixels, labels] = [open('t10k-images-idx3-ubyte').data, open('t10k-labels-idx1-ubyte').data];
const train = 8000; // of 10,000; the others are the test

manualSeed(0);
const rnn = new Recurrent(GRU, { inputSize: 28, hiddenSize: 64 });
const output = new Linear(64, 10);
const optimizer = new Adam([...rnn.parameters(), ...output.parameters()], 2e-3);

/** Scores [N, 10] of some pictures. */
function read(pictures: Int32Array): Tensor {
  const N = pictures.length;
  const rows = Float32Array.from({ length: 28 * N * 28 }, (_, i) => {
    const [t, n, column] = [Math.floor(i / 28 / N), Math.floor(i / 28) % N, i % 28];
    return pixels[(pictures[n] * 28 + t) * 28 + column] / 255;
  });
  return output.forward(rnn.forward(fromData(rows, [28, N, 28])).state[0].h);
}

const random = new Philox(0);
const batches = Math.ceil((epochs * train) / 64);
for (let step = 1; step <= batches; step++) {
  const picked = Int32Array.from({ length: 64 }, () => random.integer(train));
  const loss = scope(() => {
    const loss = crossEntropy(
      read(picked),
      fromData(
        Int32Array.from(picked, (n) => labels[n]),
        [64],
      ),
    );
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss.item();
  });
  if (step % 100 === 0) console.log(`step ${step}, loss ${loss.toFixed(3)}`);
}
const test = Int32Array.from({ length: 2000 }, (_, i) => train + i);
const scores = noGrad(() => read(test)).data();
const right = Array.from(test).filter((picture, n) => {
  const own = Array.from(scores.slice(10 * n, 10 * n + 10));
  return own.indexOf(Math.max(...own)) === labels[picture];
});
console.log(`${((100 * right.length) / test.length).toFixed(1)} % of the test digits are right`);
