// A recurrent network from tensors alone: the characters of The Time Machine, clipped gradients, no layer.
import { readFileSync } from 'node:fs';
import { argmax, concat, crossEntropy, fromData, gatherRows } from 'unrolled';
import { manualSeed, noGrad, rand, scope, type Tensor, zeros } from 'unrolled';
import { sequentialBatches } from 'unrolled/data';
import { Corpus } from 'unrolled/text';

const epochs = Number(process.argv[2] ?? 100); // node lesson.js 2: a shorter training
const [N, T, H, learningRate, theta] = [32, 35, 128, 1, 1]; // sequences in a batch, steps, hidden units

const book = readFileSync(new URL('timemachine.txt', import.meta.url), 'utf8');
const { tokens, vocabulary } = Corpus.fromText(book, { lettersOnly: true });
const [V, spread] = [vocabulary.size, 2 / Math.sqrt(H)];

// What is learned: uniform in ±1/√H, and each marked as a parameter.
manualSeed(0);
const parameters: Tensor[] = [];
function parameter(...shape: number[]): Tensor {
  const t = rand(shape).sub(0.5).mul(spread);
  t.requiresGrad = true;
  parameters.push(t);
  return t;
}
const [Wxh, Whh, bh] = [parameter(V, H), parameter(H, H), parameter(H)];
const [Whq, bq] = [parameter(H, V), parameter(V)];

const begin = (rows: number): Tensor => zeros([rows, H]);
// A one-hot vector times a matrix is one of its rows: tokens [N] pick rows of W_xh.
const step = (x: Tensor, h: Tensor): Tensor => gatherRows(Wxh, x).add(h.matmul(Whh)).add(bh).tanh();
const scores = (h: Tensor): Tensor => h.matmul(Whq).add(bq);

/** Reads a text, then goes on with its own most probable characters. */
function predict(text: string, length: number): string {
  return noGrad(() => {
    let state = begin(1);
    for (let i = 0; i < length; i++) {
      state = step(fromData(vocabulary.encodeCharacters(text[i]), [1]), state);
      if (i + 1 === text.length) text += vocabulary.token(argmax(scores(state)).item());
    }
    return text;
  });
}

for (let epoch = 0; epoch < epochs; epoch++) {
  let [sum, count, state] = [0, 0, begin(N)];
  for (const { x, y } of sequentialBatches(tokens.subarray(0, 10_000), { batchSize: N, numSteps: T, seed: 0, epoch })) {
    state = scope(() => {
      let now = state;
      const hs = Array.from({ length: T }, (_, t) => {
        now = step(x.slice(0, t, t + 1).reshape([-1]), now);
        return now;
      });
      const loss = crossEntropy(scores(concat(hs)), y.reshape([-1]));
      loss.backward();
      noGrad(() => {
        // Clipping: all gradients are one vector; where it is longer than θ it is shortened to θ.
        const gradients = parameters.map((t) => t.grad ?? zeros(t.shape));
        const norm = Math.sqrt(gradients.reduce((squares, g) => squares + g.square().sum().item(), 0));
        const rate = learningRate * Math.min(1, theta / norm);
        parameters.forEach((t, i) => t.set(t.sub(gradients[i].mul(rate)).data())); // gradient descent
        for (const t of parameters) t.grad = null;
      });
      sum += loss.item();
      count++;
      return now.detach(); // the gradient ends at the border of the batch
    });
  }
  if (epoch % 20 === 0 || epoch + 1 === epochs) {
    console.log(epoch + 1, Math.exp(sum / count).toFixed(2), predict('time traveller', 50));
  }
}
