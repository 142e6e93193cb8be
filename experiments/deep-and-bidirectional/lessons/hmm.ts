// A hidden Markov model: a fair die and a loaded one are exchanged in secret. Forward, backward and Viterbi are recurrences.
import { Philox } from 'unrolled';

const T = 90;
const change = [
  [0.95, 0.05],
  [0.1, 0.9],
]; // from fair, from loaded
const dice = [
  [1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6],
  [0.06, 0.06, 0.06, 0.06, 0.06, 0.7],
];
const start = [0.5, 0.5];

const random = new Philox(5);
const draw = (p: readonly number[]): number => {
  let left = random.uniform();
  return Math.max(
    0,
    p.findIndex((value) => (left -= value) < 0),
  );
};
const hidden: number[] = [];
for (let t = 0; t < T; t++) hidden.push(draw(t === 0 ? start : change[hidden[t - 1]]));
const thrown = hidden.map((die) => draw(dice[die]));

const scaled = (p: number[]): number[] => p.map((value) => value / p.reduce((a, b) => a + b));

// Forward: α_t(j) = P(x_t | j) Σ_i α_(t−1)(i) P(j | i). Scaled at each step, so that nothing vanishes.
const forward: number[][] = [];
for (let t = 0; t < T; t++) {
  const before = (j: number): number =>
    t === 0 ? start[j] : forward[t - 1].reduce((sum, a, i) => sum + a * change[i][j], 0);
  forward.push(scaled([0, 1].map((j) => dice[j][thrown[t]] * before(j))));
}
// Backward: β_t(i) = Σ_j P(j | i) P(x_(t+1) | j) β_(t+1)(j).
const backward = Array.from({ length: T }, () => [1, 1]);
for (let t = T - 2; t >= 0; t--) {
  backward[t] = scaled(
    [0, 1].map((i) => [0, 1].reduce((sum, j) => sum + change[i][j] * dice[j][thrown[t + 1]] * backward[t + 1][j], 0)),
  );
}
const loaded = forward.map((a, t) => scaled([a[0] * backward[t][0], a[1] * backward[t][1]])[1]);

// Viterbi: the best path to each state, by logarithms.
let best = [0, 1].map((j) => ({ score: Math.log(start[j] * dice[j][thrown[0]]), path: [j] }));
for (let t = 1; t < T; t++) {
  best = [0, 1].map((j) => {
    const from = best.map(({ score }, i) => score + Math.log(change[i][j]));
    const i = from[0] > from[1] ? 0 : 1;
    return { score: from[i] + Math.log(dice[j][thrown[t]]), path: [...best[i].path, j] };
  });
}
const path = best[0].score > best[1].score ? best[0].path : best[1].path;

const letters = (states: readonly number[]): string => states.map((state) => (state > 0.5 ? 'L' : '.')).join('');
console.log('thrown      ', thrown.map((face) => face + 1).join(''));
console.log('loaded?     ', letters(hidden));
console.log('past alone  ', letters(forward.map((a) => a[1])));
console.log('both sides  ', letters(loaded));
console.log('best path   ', letters(path));
const right = (states: readonly number[]): number =>
  states.filter((state, t) => Number(state > 0.5) === hidden[t]).length;
console.log(
  `right: past alone ${right(forward.map((a) => a[1]))}, both sides ${right(loaded)}, best path ${right(path)} of ${T}`,
);
