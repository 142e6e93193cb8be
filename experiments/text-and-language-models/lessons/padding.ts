// Sentences of different lengths in one minibatch: <pad>, <bos>, <eos>, and a loss that does not count the padding.
import { crossEntropy, fromData, GRU, Linear, manualSeed, noGrad, Recurrent } from 'unrolled';

manualSeed(0);
const tokens = ['<pad>', '<bos>', '<eos>', 'the', 'cat', 'sat', 'down'];
const sentences = ['the cat sat', 'cat', 'the cat sat down'].map((text) => ['<bos>', ...text.split(' '), '<eos>']);
const lengths = sentences.map((sentence) => sentence.length);
const [T, N, V] = [Math.max(...lengths), sentences.length, tokens.length];

// [T, N]: what is missing is <pad>, the index 0.
const batch = new Int32Array(T * N);
sentences.forEach((sentence, n) => sentence.forEach((token, t) => (batch[t * N + n] = tokens.indexOf(token))));
for (let n = 0; n < N; n++) {
  console.log(Array.from({ length: T }, (_, t) => tokens[batch[t * N + n]].padEnd(6)).join(''), 'length', lengths[n]);
}

const rnn = new Recurrent(GRU, { inputSize: V, hiddenSize: 8 });
const x = fromData(batch, [T, N]);
const [padded, packed, alone] = noGrad(() => [
  rnn.forward(x).state[0].h,
  rnn.forward(x, { lengths }).state[0].h, // stops at the end of each
  rnn.forward(
    fromData(
      Int32Array.from(sentences[1], (token) => tokens.indexOf(token)),
      [lengths[1], 1],
    ),
  ).state[0].h,
]);
const difference = (row: number[]): string =>
  Math.max(...row.map((value, i) => Math.abs(value - alone.data()[i]))).toFixed(6);
const second = (h: typeof padded): number[] => Array.from(h.slice(0, 1, 2).data());
console.log(
  `the state of "cat", against the sentence alone: padded ${difference(second(padded))}, packed ${difference(second(packed))}`,
);

// The loss of each place, and its mean with and without the padding.
const output = new Linear(8, V);
const inputs = fromData(batch.slice(0, (T - 1) * N), [T - 1, N]);
const targets = fromData(batch.slice(N), [T - 1, N]);
const losses = noGrad(() =>
  crossEntropy(output.forward(rnn.forward(inputs).output), targets, { reduction: 'none' }),
).data();
const real = Array.from(losses).filter((_, i) => batch[N + i] !== 0);
const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;
console.log(
  `loss over all ${losses.length} places ${mean(losses).toFixed(4)}, over the ${real.length} that are text ${mean(real).toFixed(4)}`,
);
