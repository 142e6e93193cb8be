// Karpathy's min-char-rnn.py (2015) line by line: forward, backward, Adagrad and sampling by hand, on plain arrays.
import type { Philox } from 'unrolled';

export const HIDDEN = 100; // size of the hidden layer
export const STEPS = 25; // characters of a chunk
export const RATE = 0.1;

type Vector = Float64Array;
type Matrix = Vector[]; // rows

/** Input to hidden [H, V], hidden to hidden [H, H], hidden to output [V, H]. Biases start at 0. */
export interface InitialWeights {
  Wxh: Matrix;
  Whh: Matrix;
  Why: Matrix;
}

export function initialWeights(V: number, number: () => number): InitialWeights {
  const matrix = (rows: number, columns: number): Matrix =>
    Array.from({ length: rows }, () => Float64Array.from({ length: columns }, number));
  return { Wxh: matrix(HIDDEN, V), Whh: matrix(HIDDEN, HIDDEN), Why: matrix(V, HIDDEN) };
}

/** What the program does; in this file by hand, in min-char-rnn.ts with a layer of the library. */
export interface Program {
  /** Forgets what it read. */
  reset(): void;
  /** Reads a chunk, learns from it, and returns its loss before that: −log p summed over its characters. */
  learn(inputs: Int32Array, targets: Int32Array): number;
  /** `length` characters that follow `first`. */
  sample(first: number, length: number, random: Philox): number[];
}

/** One character by its probability. */
export function draw(p: ArrayLike<number>, random: Philox): number {
  let left = random.uniform();
  let i = 0;
  while (i < p.length - 1 && left >= p[i]) left -= p[i++];
  return i;
}

const dot = (a: Vector, b: Vector): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};
/** W·x */
const times = (W: Matrix, x: Vector): Vector => Float64Array.from(W, (row) => dot(row, x));
/** x ← x + s·y */
const addTo = (x: Vector, y: Vector, s = 1): void => {
  for (let i = 0; i < x.length; i++) x[i] += s * y[i];
};
/** x ← x + Wᵀ·y */
const addTransposed = (x: Vector, W: Matrix, y: Vector): void => W.forEach((row, i) => addTo(x, row, y[i]));
/** W ← W + y·xᵀ */
const addOuter = (W: Matrix, y: Vector, x: Vector): void => W.forEach((row, i) => addTo(row, x, y[i]));
const zerosLike = (W: Matrix): Matrix => W.map((row) => new Float64Array(row.length));

export function programByHand(V: number, { Wxh, Whh, Why }: InitialWeights): Program {
  const bh = new Float64Array(HIDDEN);
  const by = new Float64Array(V);
  const parameters: Matrix[] = [Wxh, Whh, Why, [bh], [by]];
  const memory = parameters.map(zerosLike); // of Adagrad
  let hPrevious: Vector = new Float64Array(HIDDEN);

  /** h = tanh(Wxh·x + Whh·h + bh), where x is 1 at one character: a column of Wxh. */
  const nextState = (x: number, h: Vector): Vector => times(Whh, h).map((sum, i) => Math.tanh(Wxh[i][x] + sum + bh[i]));
  /** p = softmax(Why·h + by) */
  function probabilities(h: Vector): Vector {
    const e = times(Why, h).map((y, k) => Math.exp(y + by[k]));
    const sum = e.reduce((a, b) => a + b);
    return e.map((value) => value / sum);
  }

  function lossAndGradients(inputs: Int32Array, targets: Int32Array) {
    // Forward.
    const hs: Vector[] = [];
    const ps: Vector[] = [];
    const before = (t: number): Vector => (t === 0 ? hPrevious : hs[t - 1]);
    let loss = 0;
    inputs.forEach((x, t) => {
      hs[t] = nextState(x, before(t));
      ps[t] = probabilities(hs[t]);
      loss -= Math.log(ps[t][targets[t]]);
    });
    // Backward.
    const gradients = parameters.map(zerosLike);
    const [dWxh, dWhh, dWhy, [dbh], [dby]] = gradients;
    let dhNext: Vector = new Float64Array(HIDDEN);
    for (let t = inputs.length - 1; t >= 0; t--) {
      const dy = ps[t];
      dy[targets[t]] -= 1; // softmax and cross-entropy together: p − 1 at the target
      addOuter(dWhy, dy, hs[t]);
      addTo(dby, dy);
      const dh = dhNext; // from the next step …
      addTransposed(dh, Why, dy); // … and from the output
      const dRaw = dh.map((d, i) => (1 - hs[t][i] ** 2) * d); // through tanh
      addTo(dbh, dRaw);
      dRaw.forEach((d, i) => (dWxh[i][inputs[t]] += d));
      addOuter(dWhh, dRaw, before(t));
      dhNext = new Float64Array(HIDDEN);
      addTransposed(dhNext, Whh, dRaw);
    }
    return { loss, gradients, hLast: hs[hs.length - 1] };
  }

  return {
    reset: () => void hPrevious.fill(0),
    learn(inputs, targets) {
      const { loss, gradients, hLast } = lossAndGradients(inputs, targets);
      parameters.forEach((W, k) =>
        W.forEach((row, i) =>
          row.forEach((_, j) => {
            const g = Math.max(-5, Math.min(5, gradients[k][i][j])); // against exploding gradients
            const m = (memory[k][i][j] += g * g);
            row[j] -= (RATE * g) / Math.sqrt(m + 1e-8); // Adagrad
          }),
        ),
      );
      hPrevious = hLast;
      return loss;
    },
    sample(first, length, random) {
      let h: Vector = hPrevious;
      let last = first;
      return Array.from({ length }, () => {
        h = nextState(last, h);
        last = draw(probabilities(h), random);
        return last;
      });
    },
  };
}
