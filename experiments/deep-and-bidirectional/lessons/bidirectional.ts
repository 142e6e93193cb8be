// A bidirectional language model cheats: the character that it should predict is in its input. Only at the last place it must predict.
import { readFileSync } from 'node:fs';
import { Adam, crossEntropy, LSTM, Linear, manualSeed, noGrad, Recurrent, scope } from 'unrolled';
import { randomBatches } from 'unrolled/data';
import { Corpus } from 'unrolled/text';

const epochs = Number(process.argv[2] ?? 30); // node lesson.js 2: a shorter training
const T = 35;
const book = readFileSync(new URL('timemachine.txt', import.meta.url), 'utf8');
const { tokens, vocabulary } = Corpus.fromText(book, { lettersOnly: true });
const [known, unread] = [tokens.subarray(0, 10_000), tokens.subarray(10_000, 20_000)];

for (const bidirectional of [false, true]) {
  manualSeed(0);
  const rnn = new Recurrent(LSTM, { inputSize: vocabulary.size, hiddenSize: 64, bidirectional });
  const output = new Linear(rnn.outputSize, vocabulary.size);
  const optimizer = new Adam([...rnn.parameters(), ...output.parameters()], 0.005);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const { x, y } of randomBatches(known, { batchSize: 32, numSteps: T, seed: 0, epoch })) {
      scope(() => {
        optimizer.zeroGrad();
        crossEntropy(output.forward(rnn.forward(x).output), y).backward();
        optimizer.step();
      });
    }
  }
  // The loss at each place of the windows, on text that was never read.
  const sums = new Float64Array(T);
  let count = 0;
  for (const { x, y } of randomBatches(unread, { batchSize: 32, numSteps: T, seed: 0, epoch: 0 })) {
    const losses = noGrad(() => crossEntropy(output.forward(rnn.forward(x).output), y, { reduction: 'none' }));
    losses
      .mean({ axis: 1 })
      .data()
      .forEach((loss, t) => (sums[t] += loss));
    count++;
  }
  const inside = Math.exp(sums.subarray(0, T - 1).reduce((a, b) => a + b) / count / (T - 1));
  const last = Math.exp(sums[T - 1] / count);
  console.log(
    `${bidirectional ? 'two directions' : 'one direction '}: perplexity ${inside.toFixed(2)} at the first ${T - 1} places, ${last.toFixed(2)} at the last`,
  );
}
