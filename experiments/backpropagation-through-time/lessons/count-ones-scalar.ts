// Counting ones with two numbers: s_t = U x_t + W s_(t−1). U = W = 1 counts in every sequence; one sequence alone leaves a choice.
const epochs = Number(process.argv[2] ?? 150); // node lesson.js 20: a shorter training
const short = [0, 0, 0, 0, 1, 0, 1, 0, 1, 0];
const long = [...short, ...short, ...short, ...short]; // 40 steps, twelve ones
const rate = 0.0005;

function train(x: readonly number[], limit = Infinity): void {
  const y = x.reduce((sum, value) => sum + value);
  let [U, W] = [-2, 0];
  for (let epoch = 0; epoch <= epochs; epoch++) {
    // Forward: all states.
    const s = [0];
    for (const [t, value] of x.entries()) s.push(U * value + W * s[t]);
    const error = s[x.length] - y;
    // Backward: ∂L/∂s is multiplied by W at each step back.
    let [gradU, gradW, back] = [0, 0, 2 * error];
    for (let t = x.length; t > 0; t--) {
      gradU += back * x[t - 1];
      gradW += back * s[t - 1];
      back *= W;
    }
    const lost = !(error ** 2 < 1e9);
    if (epoch % 30 === 0 || epoch === epochs || lost) {
      const at = `U ${U.toFixed(4)}, W ${W.toFixed(4)}`;
      console.log(
        `  epoch ${epoch}: ${at}, loss ${(error ** 2).toPrecision(3)}, gradients ${gradU.toPrecision(3)}, ${gradW.toPrecision(3)}`,
      );
    }
    if (lost) return;
    // Clipping: the pair of gradients keeps its direction.
    const scale = Math.min(1, limit / Math.hypot(gradU, gradW));
    U -= rate * scale * gradU;
    W -= rate * scale * gradW;
  }
}

console.log(`a sequence of ${short.length}:`);
train(short);
console.log(`a sequence of ${long.length}: it explodes`);
train(long);
console.log(`a sequence of ${long.length}, gradients clipped to a length of 100: it does not`);
train(long, 100);
