// One LSTM unit with weights set by hand: it stores 3, keeps it, adds 4, puts 7 out, and forgets.
const inputs = [
  [3, 1, 0], // store 3
  [2, 0, 0],
  [5, 0, 0],
  [1, 0, 1], // put out
  [4, 1, 0], // add 4
  [2, 0, 0],
  [3, 0, 1], // put out
  [6, -1, 0], // forget
  [1, 0, 1], // put out
];
const size = 100; // of the weights: the larger, the harder the gates switch
const weights = {
  g: [1, 0, 0, 0], // candidate: the number itself
  i: [0, size, 0, -size / 2], // input gate: open where x₂ = 1
  f: [0, size, 0, size / 2], // forget gate: closed, and so forgetting, where x₂ = −1
  o: [0, 0, size, -size / 2], // output gate: open where x₃ = 1
};

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const linear = ([w1, w2, w3, b]: number[], [x1, x2, x3]: number[]): number => w1 * x1 + w2 * x2 + w3 * x3 + b;

let c = 0;
console.log(' x1  x2  x3 |    i     f     o |  memory  output');
for (const x of inputs) {
  const i = sigmoid(linear(weights.i, x));
  const f = sigmoid(linear(weights.f, x));
  const o = sigmoid(linear(weights.o, x));
  c = f * c + i * linear(weights.g, x);
  const numbers = x.map((value) => String(value).padStart(3)).join(' ');
  const gates = [i, f, o].map((gate) => gate.toFixed(2).padStart(5)).join(' ');
  console.log(`${numbers} | ${gates} | ${c.toFixed(3).padStart(7)} ${(o * c).toFixed(3).padStart(7)}`);
}
