// Checking what is printed: four statements of the sources, each with the computation that decides it.
import { fromData, LSTM, manualSeed, noGrad, Recurrent } from 'unrolled';
import { sequentialBatches } from 'unrolled/data';

// "0.6 to the power of 20 is 0.00097."
console.log(`0.6^20 = ${(0.6 ** 20).toPrecision(6)}, 0.5^10 = ${(0.5 ** 10).toPrecision(6)}`);

// "The cell state of an LSTM is between −1 and 1."
manualSeed(0);
const rnn = new Recurrent(LSTM, { inputSize: 1, hiddenSize: 1, initialBias: { i: 9, f: 9, g: 9 } });
const { state } = noGrad(() => rnn.forward(fromData(new Float32Array(50), [50, 1, 1])));
console.log(`after 50 steps c = ${state[0].c.item().toFixed(2)}, h = ${state[0].h.item().toFixed(2)}`);

// "In sequential sampling the first row of a batch begins where the last row of the batch before ended."
const corpus = Int32Array.from({ length: 43 }, (_, i) => i);
const [first, second] = [...sequentialBatches(corpus, { batchSize: 2, numSteps: 5, seed: 0, epoch: 0 })].map(({ x }) =>
  [0, 1].map((n) => Array.from({ length: 5 }, (_, t) => x.data()[t * 2 + n])),
);
first.forEach((row, n) =>
  console.log(`row ${n} ends with ${row.at(-1)}; in the next batch it begins with ${second[n][0]}`),
);

// "Perplexity is the harmonic mean of the number of choices."
const choices = [2, 8];
const harmonic = 2 / (1 / choices[0] + 1 / choices[1]);
const perplexity = Math.exp((Math.log(choices[0]) + Math.log(choices[1])) / 2);
console.log(
  `2 choices, then 8: perplexity ${perplexity.toFixed(2)}, geometric mean ${Math.sqrt(choices[0] * choices[1])}, harmonic mean ${harmonic}`,
);
