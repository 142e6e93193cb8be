// A GRU: the characters of The Time Machine with a layer of the library.
import { readFileSync } from 'node:fs';
import {
  clipGradNorm,
  crossEntropy,
  detach,
  fromData,
  GRU,
  Linear,
  manualSeed,
  noGrad,
  Recurrent,
  type RecurrentResult,
  type RecurrentState,
  scope,
  SGD,
} from 'unrolled';
import { sequentialBatches } from 'unrolled/data';
import { Corpus } from 'unrolled/text';

const epochs = Number(process.argv[2] ?? 200); // node lesson.js 2: a shorter training
const book = readFileSync(new URL('timemachine.txt', import.meta.url), 'utf8');
const { tokens, vocabulary } = Corpus.fromText(book, { lettersOnly: true });

manualSeed(0);
const rnn = new Recurrent(GRU, { inputSize: vocabulary.size, hiddenSize: 256 });
const output = new Linear(256, vocabulary.size);
const parameters = [...rnn.parameters(), ...output.parameters()];
const optimizer = new SGD(parameters, 1);

/** The most probable character, again and again. */
function predict(prefix: string, length: number): string {
  let [text, state, last]: [string, RecurrentState | null, string] = [prefix, null, prefix];
  for (let i = 0; i < length; i++) {
    const before = state;
    const given: Int32Array = vocabulary.encodeCharacters(last);
    const result: RecurrentResult = noGrad(() => rnn.forward(fromData(given, [given.length, 1]), { state: before }));
    state = result.state;
    const scores = Array.from(noGrad(() => output.forward(result.output)).data()).slice(-vocabulary.size);
    last = vocabulary.token(scores.indexOf(Math.max(...scores)));
    text += last;
  }
  return text;
}

for (let epoch = 0; epoch < epochs; epoch++) {
  let [sum, count]: [number, number] = [0, 0];
  let state: RecurrentState | null = null;
  for (const { x, y } of sequentialBatches(tokens.subarray(0, 10_000), {
    batchSize: 32,
    numSteps: 35,
    seed: 0,
    epoch,
  })) {
    const before: RecurrentState | null = state;
    state = scope(() => {
      const result = rnn.forward(x, { state: before }); // output [T, N, H], state of each layer [N, H]
      const loss = crossEntropy(output.forward(result.output), y);
      optimizer.zeroGrad();
      loss.backward();
      clipGradNorm(parameters, 1);
      optimizer.step();
      sum += loss.item();
      count++;
      return detach(result.state);
    });
  }
  if (epoch === 0 || (epoch + 1) % 50 === 0 || epoch + 1 === epochs) {
    console.log(`epoch ${epoch + 1}, perplexity ${Math.exp(sum / count).toFixed(2)}: ${predict('time traveller', 40)}`);
  }
}
