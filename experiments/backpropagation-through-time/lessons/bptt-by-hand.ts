// The gradient of a weight that is used at every step, as a sum over the steps: h_t = tanh(w h_(t−1) + u x_t), loss ½ (h_T − y)².
import { tensor, type Tensor } from 'unrolled';

const x = [0.5, -1, 0.8, 0.3, -0.6, 1, 0.2, -0.4];
const [w, u, y] = [0.9, 0.7, 0.5];
const T = x.length;

// Forward.
const h = [0];
for (let t = 1; t <= T; t++) h.push(Math.tanh(w * h[t - 1] + u * x[t - 1]));
const error = h[T] - y;

// Backward: δ_T = error · (1 − h_T²), δ_t = δ_(t+1) · w · (1 − h_t²); ∂L/∂w = Σ δ_t h_(t−1).
const delta = new Array<number>(T + 1).fill(0);
delta[T] = error * (1 - h[T] ** 2);
for (let t = T - 1; t >= 1; t--) delta[t] = delta[t + 1] * w * (1 - h[t] ** 2);
let sum = 0;
for (let t = T; t >= 1; t--) {
  sum += delta[t] * h[t - 1];
  console.log(
    `step ${t}: δ ${delta[t].toFixed(5).padStart(8)}, term ${(delta[t] * h[t - 1]).toFixed(5).padStart(8)}, sum so far ${sum.toFixed(5)}`,
  );
}

// The same by the tape.
const weight = tensor(w);
weight.requiresGrad = true;
let state: Tensor = tensor(0);
for (const value of x)
  state = weight
    .mul(state)
    .add(u * value)
    .tanh();
state.sub(y).square().mul(0.5).backward();
console.log(`∂L/∂w by hand ${sum.toFixed(6)}, by the tape ${weight.grad?.item().toFixed(6)}`);

// And by two losses, which needs no calculus at all.
const loss = (v: number): number => 0.5 * (x.reduce((state, value) => Math.tanh(v * state + u * value), 0) - y) ** 2;
console.log(`by differences ${((loss(w + 1e-5) - loss(w - 1e-5)) / 2e-5).toFixed(6)}`);
