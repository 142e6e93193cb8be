// Full, truncated and randomized backpropagation through time for h_t = w h_(t−1) + x_t, L = h_T: the gradient and its error.
import { Philox } from 'unrolled';

const draws = Number(process.argv[2] ?? 20000);
const [w, T] = [0.9, 60];
const random = new Philox(0);
const x = Array.from({ length: T }, () => random.normal());
const h = [0];
for (const value of x) h.push(w * h[h.length - 1] + value);

/** ∂L/∂w = Σ_t h_(t−1) · ∏ over the steps after t of `scale(s)` · w. */
function gradient(scale: (step: number) => number): number {
  let [sum, chain] = [0, 1];
  for (let t = T; t >= 1 && chain !== 0; t--) {
    sum += chain * h[t - 1];
    chain *= w * scale(t);
  }
  return sum;
}

const full = gradient(() => 1);
console.log(`full: ${full.toFixed(4)}`);
for (const k of [5, 10, 20, 40]) {
  const truncated = gradient((t) => (t > T - k + 1 ? 1 : 0));
  console.log(`truncated after ${k} steps: ${truncated.toFixed(4)}, error ${(truncated - full).toFixed(4)}`);
}
// Randomized: each step back is taken with probability p, and counts 1 / p. Right on average, but it scatters.
for (const p of [0.99, 0.95, 0.9]) {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < draws; i++) {
    const g = gradient(() => (random.uniform() < p ? 1 / p : 0));
    sum += g;
    squares += (g - full) ** 2;
  }
  console.log(
    `randomized, p = ${p}: mean ${(sum / draws).toFixed(4)}, standard deviation ${Math.sqrt(squares / draws).toFixed(4)}`,
  );
}
