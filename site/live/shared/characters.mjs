// A language model of characters, small enough to be trained in the page: a cell, a linear layer, Adam.
import {
  Adam,
  clipGradNorm,
  crossEntropy,
  detach,
  fromData,
  Linear,
  manualSeed,
  noGrad,
  Recurrent,
  scope,
} from 'unrolled';

const [ROWS, STEPS] = [8, 32];

/** @returns the model over `text`: `step(i)` trains it once and returns the loss; `after(characters)` is what it expects next */
export function characterModel(text, cell, { hiddenSize, learningRate = 0.01, seed = 0 }) {
  const characters = [...new Set(text)].sort();
  const tokens = Int32Array.from(text, (character) => characters.indexOf(character));
  manualSeed(seed);
  const rnn = new Recurrent(cell, { inputSize: characters.length, hiddenSize });
  const output = new Linear(hiddenSize, characters.length);
  const parameters = [...rnn.parameters(), ...output.parameters()];
  const optimizer = new Adam(parameters, learningRate);

  // Row n reads a stretch of its own, window after window; its state goes along.
  const stretch = Math.floor((tokens.length - 1) / ROWS);
  const windows = Math.floor(stretch / STEPS);
  let state = null;
  function step(i) {
    const from = (i % windows) * STEPS;
    if (from === 0) state = null;
    const at = (shift) =>
      Int32Array.from(
        { length: STEPS * ROWS },
        (_, j) => tokens[(j % ROWS) * stretch + from + Math.floor(j / ROWS) + shift],
      );
    let lost = 0;
    state = scope(() => {
      const result = rnn.forward(fromData(at(0), [STEPS, ROWS]), { state });
      const loss = crossEntropy(output.forward(result.output), fromData(at(1), [STEPS, ROWS]));
      optimizer.zeroGrad();
      loss.backward();
      clipGradNorm(parameters, 1);
      optimizer.step();
      lost = loss.item();
      return detach(result.state);
    });
    return lost;
  }

  /** Scores of the character after these, and the state to go on from. */
  function after(given, from = null) {
    const read = Int32Array.from(given, (character) => characters.indexOf(character));
    return scope(() =>
      noGrad(() => {
        const result = rnn.forward(fromData(read, [read.length, 1]), { state: from });
        const scores = output.forward(result.output.slice(0, read.length - 1, read.length)).data();
        return { scores: Array.from(scores), state: result.state };
      }),
    );
  }
  const count = parameters.reduce((sum, { size }) => sum + size, 0);
  return { characters, parameters: count, windows, step, after };
}

/** Probabilities of scores at a temperature; 0 is the most probable one alone. */
export function probabilities(scores, temperature) {
  const most = Math.max(...scores);
  if (temperature === 0) return scores.map((score, i) => Number(i === scores.indexOf(most)));
  const e = scores.map((score) => Math.exp((score - most) / temperature));
  const sum = e.reduce((a, b) => a + b);
  return e.map((value) => value / sum);
}

/** Goes on from some characters, drawn with `random`. */
export function write(model, prime, length, temperature, random) {
  let [text, { scores, state }] = ['', model.after(prime)];
  while (text.length < length) {
    let left = random.uniform();
    const p = probabilities(scores, temperature);
    const found = p.findIndex((share) => (left -= share) < 0);
    const drawn = model.characters[found < 0 ? p.indexOf(Math.max(...p)) : found];
    text += drawn;
    ({ scores, state } = model.after(drawn, state));
  }
  return text;
}
