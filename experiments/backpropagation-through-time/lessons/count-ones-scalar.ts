// Counting ones with two numbers: s_t = s_(t−1) W + x_t U; both should become 1. Forward and backward by hand.
import { Philox } from 'unrolled';

const epochs = Number(process.argv[2] ?? 150); // node lesson.js 20: a shorter training
const random = new Philox(0);

function train(steps: number, rate: number, clip = Infinity): void {
  const x = Array.from({ length: 100 }, () => Array.from({ length: steps }, () => Math.round(random.uniform())));
  const y = x.map((row) => row.reduce((a, b) => a + b));
  let [U, W] = [-2, 0];
  for (let epoch = 0; epoch <= epochs; epoch++) {
    let [gradU, gradW, loss] = [0, 0, 0];
    x.forEach((row, n) => {
      const s = [0];
      for (const value of row) s.push(s[s.length - 1] * W + value * U);
      const error = s[steps] - y[n];
      loss += error ** 2 / x.length;
      let back = (2 * error) / x.length; // ∂loss/∂s_T
      for (let t = steps; t >= 1; t--) {
        gradU += back * row[t - 1];
        gradW += back * s[t - 1];
        back *= W; // ∂s_t/∂s_(t−1)
      }
    });
    const scale = Math.min(1, clip / Math.hypot(gradU, gradW));
    if (epoch % 30 === 0 || !Number.isFinite(loss)) {
      console.log(
        `  epoch ${epoch}: U ${U.toFixed(4)}, W ${W.toFixed(4)}, loss ${loss.toPrecision(4)}, gradients ${gradU.toExponential(1)}, ${gradW.toExponential(1)}`,
      );
    }
    if (!Number.isFinite(loss)) return;
    U -= rate * scale * gradU;
    W -= rate * scale * gradW;
  }
}

console.log('sequences of 10:');
train(10, 0.0005);
console.log('sequences of 40:');
train(40, 0.0005);
console.log('sequences of 40, gradients clipped to a length of 10:');
train(40, 0.0005, 10);
