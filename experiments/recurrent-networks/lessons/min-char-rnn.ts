// Karpathy's min-char-rnn: forward, backward, Adagrad and sampling by hand, on plain arrays, without any library.
import { readFileSync } from 'node:fs';

const chunks = Number(process.argv[2] ?? 3000); // node lesson.js 100: a shorter training
const data = readFileSync(new URL('input.txt', import.meta.url), 'utf8');
const characters = [...new Set(data)];
const index = new Map(characters.map((c, i) => [c, i]));
const [V, H, T, rate] = [characters.length, 100, 25, 0.1];

const normal = (): number => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
const matrix = (rows: number, columns: number, fill = (): number => 0): Float64Array[] =>
  Array.from({ length: rows }, () => Float64Array.from({ length: columns }, fill));
const small = (): number => 0.01 * normal();
const [Wxh, Whh, Why] = [matrix(H, V, small), matrix(H, H, small), matrix(V, H, small)];
const [[bh], [by]] = [matrix(1, H), matrix(1, V)];
const parameters = [Wxh, Whh, Why, [bh], [by]];
const memory = parameters.map((m) => matrix(m.length, m[0].length));

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);
const next = (x: number, h: Float64Array): Float64Array => bh.map((b, i) => Math.tanh(Wxh[i][x] + dot(Whh[i], h) + b));
function softmax(h: Float64Array): Float64Array {
  const e = by.map((b, k) => Math.exp(dot(Why[k], h) + b));
  const sum = e.reduce((a, b) => a + b);
  return e.map((value) => value / sum);
}

function sample(h: Float64Array, x: number, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) {
    h = next(x, h);
    let left = Math.random();
    x = softmax(h).findIndex((p) => (left -= p) < 0);
    text += characters[x < 0 ? (x = 0) : x];
  }
  return text;
}

let [at, smooth] = [0, Math.log(V) * T];
let h0: Float64Array = new Float64Array(H);
for (let n = 0; n <= chunks; n++) {
  if (at + T + 1 >= data.length || n === 0) [at, h0] = [0, new Float64Array(H)];
  const [inputs, targets] = [0, 1].map((k) => Array.from(data.slice(at + k, at + k + T), (c) => index.get(c) ?? 0));
  if (n % 1000 === 0) console.log(`--- chunk ${n}, loss ${smooth.toFixed(2)}\n${sample(h0, inputs[0], 120)}`);
  // Forward.
  const hs: Float64Array[] = [];
  inputs.forEach((x, t) => hs.push(next(x, t === 0 ? h0 : hs[t - 1])));
  const ps = hs.map(softmax);
  smooth = 0.999 * smooth - 0.001 * ps.reduce((sum, p, t) => sum + Math.log(p[targets[t]]), 0);
  // Backward.
  const gradients = parameters.map((m) => matrix(m.length, m[0].length));
  const [dWxh, dWhh, dWhy, [dbh], [dby]] = gradients;
  let dhNext: Float64Array = new Float64Array(H);
  for (let t = T - 1; t >= 0; t--) {
    const before = t === 0 ? h0 : hs[t - 1];
    const dy = ps[t].map((p, k) => (k === targets[t] ? p - 1 : p));
    const dh = hs[t].map((_, i) => dy.reduce((sum, d, k) => sum + Why[k][i] * d, dhNext[i]));
    const draw = dh.map((d, i) => (1 - hs[t][i] ** 2) * d); // through tanh
    dy.forEach((d, k) => ((dby[k] += d), hs[t].forEach((h, i) => (dWhy[k][i] += d * h))));
    draw.forEach((d, i) => ((dbh[i] += d), (dWxh[i][inputs[t]] += d), before.forEach((h, j) => (dWhh[i][j] += d * h))));
    dhNext = dhNext.map((_, j) => draw.reduce((sum, d, i) => sum + Whh[i][j] * d, 0));
  }
  // Clip each number to ±5, then Adagrad.
  parameters.forEach((m, k) =>
    m.forEach((row, i) =>
      row.forEach((_, j) => {
        const g = Math.max(-5, Math.min(5, gradients[k][i][j]));
        memory[k][i][j] += g * g;
        row[j] -= (rate * g) / Math.sqrt(memory[k][i][j] + 1e-8);
      }),
    ),
  );
  [at, h0] = [at + T, hs[T - 1]];
}
