import { fromData, noGrad, Recurrent, RNNIdentity, useBackend } from 'unrolled';
import { build, predict, write } from 'unrolled/reproduce';

const TRIALS: [w: number, u: number, x: number[], y: number][] = [
  [0.9, 0.7, [0.5, -1, 0.8], 0.5],
  [0.5, 1, [1, 1, 0, -1], 0],
];

export const byHand = [
  write({
    name: 'bptt-gradient',
    question: {
      en: 'A network with one unit: $h_t = \\tanh(w h_{t-1} + u x_t)$, $h_0 = 0$, loss $\\tfrac12 (h_T - y)^2$. Write its gradient with respect to $w$.',
      zh: '只有一个单元的网络：$h_t = \\tanh(w h_{t-1} + u x_t)$，$h_0 = 0$，损失为 $\\tfrac12 (h_T - y)^2$。写出损失对 $w$ 的梯度。',
    },
    hints: [
      { en: 'Go forward first and keep all states.', zh: '先向前计算，并保留所有状态。' },
      {
        en: '$\\delta_T = (h_T - y)(1 - h_T^2)$ and $\\delta_t = \\delta_{t+1} w (1 - h_t^2)$; the gradient is the sum of $\\delta_t h_{t-1}$.',
        zh: '$\\delta_T = (h_T - y)(1 - h_T^2)$，$\\delta_t = \\delta_{t+1} w (1 - h_t^2)$；梯度是 $\\delta_t h_{t-1}$ 之和。',
      },
    ],
    answer: { en: 'One term for each step at which the weight was used.', zh: '权重每用一次，就有一项。' },
    start: 'export default function gradient(w, u, x, y) {\n  return 0;\n}\n',
    solution:
      'export default function gradient(w, u, x, y) {\n  const h = [0];\n  for (const value of x) h.push(Math.tanh(w * h[h.length - 1] + u * value));\n  let delta = (h[x.length] - y) * (1 - h[x.length] ** 2);\n  let sum = 0;\n  for (let t = x.length; t >= 1; t--) {\n    sum += delta * h[t - 1];\n    delta *= w * (1 - h[t - 1] ** 2);\n  }\n  return sum;\n}\n',
    trials: TRIALS.map((given) => ({ given, expected: gradientOf(...given) })),
  }),
  predict({
    name: 'gradient-bound',
    question: {
      en: 'The recurrent weights stretch no vector by more than $\\beta_W = 0.9$, and the derivative of tanh is at most $\\beta_h = 1$. At most what share of a gradient reaches the state 30 steps earlier?',
      zh: '循环权重对任何向量的拉伸不超过 $\\beta_W = 0.9$，tanh 的导数不超过 $\\beta_h = 1$。梯度传到 30 步之前的状态时，最多还剩多少？',
    },
    hints: [{ en: 'Each step multiplies by $\\beta_W \\beta_h$ at most.', zh: '每一步最多乘以 $\\beta_W \\beta_h$。' }],
    answer: {
      en: '$0.9^{30} \\approx 0.042$. It is a bound: where units are saturated, much less arrives.',
      zh: '$0.9^{30} \\approx 0.042$。这是上界：单元饱和时传到的少得多。',
    },
    right: () => Array.from({ length: 30 }).reduce<number>((share) => share * 0.9, 1),
    solution: 'export default 0.9 ** 30;\n',
    tolerance: 0.005,
    mistakes: [
      { given: 0.9, says: { en: 'that is one step', zh: '那是一步' } },
      {
        given: 0.9 / 30,
        says: { en: 'steps multiply, they do not divide', zh: '各步是连乘，而不是除以步数' },
      },
    ],
  }),
];

/** By differences, so that the trial knows nothing of the chain rule. */
function gradientOf(w: number, u: number, x: readonly number[], y: number): number {
  const loss = (v: number): number => 0.5 * (x.reduce((h, value) => Math.tanh(v * h + u * value), 0) - y) ** 2;
  const d = 1e-3;
  // Four points: the error falls with the fourth power of d.
  return (8 * (loss(w + d) - loss(w - d)) - (loss(w + 2 * d) - loss(w - 2 * d))) / (12 * d);
}

export const truncated = [
  predict({
    name: 'bptt-truncated',
    question: {
      en: 'The gradient is cut after 10 steps of 100. What is it, compared with the full one?',
      zh: '100 步的梯度在 10 步之后截断。与完整的梯度相比，它怎样？',
    },
    hints: [{ en: 'Does chance play a part?', zh: '这里有随机性吗？' }],
    answer: {
      en: 'Biased: it leaves out the same terms every time. Randomized truncation is right on average, but scatters.',
      zh: '有偏：每次漏掉的都是同样的项。随机截断平均起来是对的，但方差大。',
    },
    right: 'biased',
    choices: {
      biased: { en: 'wrong in the same way each time', zh: '每次都以同样的方式偏离' },
      noisy: { en: 'right on average, but scattering', zh: '平均正确，但有方差' },
      same: { en: 'the same', zh: '相同' },
    },
    mistakes: [
      {
        given: 'noisy',
        says: {
          en: 'nothing is drawn here: run twice, it gives the same number',
          zh: '这里没有随机抽取：跑两遍得到同一个数',
        },
      },
      { given: 'same', says: { en: 'which terms of the sum are left out?', zh: '求和中漏掉了哪些项？' } },
    ],
  }),
  write({
    name: 'bptt-truncate',
    question: {
      en: 'For $h_t = w h_{t-1} + x_t$ with $h_0 = 0$ and the loss $L = h_T$, write the gradient with respect to $w$, truncated: only the last `k` steps are followed back. With `k` the number of steps it is the whole gradient.',
      zh: '设 $h_t = w h_{t-1} + x_t$，$h_0 = 0$，损失 $L = h_T$。写出对 $w$ 的截断梯度：只沿最后 `k` 步往回传。`k` 等于步数时就是完整的梯度。',
    },
    hints: [
      { en: 'Step t adds $w^{T-t} h_{t-1}$.', zh: '第 t 步贡献 $w^{T-t} h_{t-1}$。' },
      {
        en: 'Keep all states on the way forward, and stop the way back after k of them.',
        zh: '前向时保留所有状态，回传 k 步后停止。',
      },
    ],
    answer: {
      en: 'The states themselves still come from the whole sequence; what is cut is how far the gradient asks back.',
      zh: '状态仍来自整个序列，截断的只是梯度往回追溯的距离。',
    },
    start: `export default function gradient(w, x, k) {
  return 0;
}
`,
    solution: `export default function gradient(w, x, k) {
  const h = [0];
  for (const value of x) h.push(w * h[h.length - 1] + value);
  let [sum, chain] = [0, 1];
  for (let t = x.length; t > Math.max(0, x.length - k); t--) {
    sum += chain * h[t - 1];
    chain *= w;
  }
  return sum;
}
`,
    // h = 1, 2.5, 4.25 by hand: h₂ + w h₁ = 2.5 + 0.5.
    trials: [
      { given: [0.5, [1, 2, 3], 1], expected: 2.5 },
      { given: [0.5, [1, 2, 3], 2], expected: 3 },
      { given: [0.5, [1, 2, 3], 3], expected: 3 },
      { given: [2, [1, 1, 1, 1], 10], expected: 7 + 2 * 3 + 4 * 1 },
    ],
  }),
  predict({
    name: 'randomized-weight',
    question: {
      en: 'Randomized truncation takes each step back with probability 0.9, and multiplies by 1/0.9 when it does. A term that comes from 20 steps back has survived. By what is it multiplied?',
      zh: '随机截断以 0.9 的概率继续往回走一步，走时乘以 1/0.9。来自 20 步之前的一项保留了下来，它被乘以多少？',
    },
    hints: [{ en: 'Twenty factors.', zh: '二十个因子。' }],
    answer: {
      en: '$0.9^{-20} \\approx 8.2$, and it survives with probability $0.9^{20} \\approx 0.12$: right on average, but either nothing or eight times as much. That is the variance.',
      zh: '$0.9^{-20} \\approx 8.2$，而它以 $0.9^{20} \\approx 0.12$ 的概率保留：平均是对的，但每次不是零就是八倍。方差由此而来。',
    },
    right: () => 1 / Array.from({ length: 20 }).reduce<number>((p) => p * 0.9, 1),
    solution: 'export default 0.9 ** -20;\n',
    tolerance: 0.1,
    mistakes: [
      { given: 0.9 ** 20, says: { en: 'that is how often it survives', zh: '那是它保留下来的概率' } },
      { given: 20 / 0.9, says: { en: 'the factors multiply', zh: '因子是连乘的' } },
    ],
  }),
];

export const exploding = [
  predict({
    name: 'eigenvalue',
    question: {
      en: 'A symmetric matrix has the largest eigenvalue 1.1. By what factor does its 50th power stretch the eigenvector of it?',
      zh: '一个对称矩阵的最大特征值是 1.1。它的 50 次幂把对应的特征向量拉长多少倍？',
    },
    hints: [{ en: 'The eigenvalues of $M^k$ are $\\lambda^k$.', zh: '$M^k$ 的特征值是 $\\lambda^k$。' }],
    answer: {
      en: '$1.1^{50} \\approx 117$: a tenth more at each step is enough to explode.',
      zh: '$1.1^{50} \\approx 117$：每步多十分之一就足以爆炸。',
    },
    right: () => Array.from({ length: 50 }).reduce<number>((length) => 1.1 * length, 1),
    solution: 'export default 1.1 ** 50;\n',
    mistakes: [{ given: 1.1 * 50, says: { en: 'factors multiply: it is a power', zh: '因子是连乘：这是一个幂' } }],
    tolerance: 3,
  }),
  predict({
    name: 'vanishing',
    question: {
      en: 'What is the power of ten of $0.6^{20}$? Answer with the exponent, such as −3.',
      zh: '$0.6^{20}$ 大约是 10 的几次方？回答指数，例如 −3。',
    },
    hints: [{ en: '$\\log_{10} 0.6 \\approx -0.22$.', zh: '$\\log_{10} 0.6 \\approx -0.22$。' }],
    answer: {
      en: '$0.6^{20} = 3.7 \\cdot 10^{-5}$, so −4.4. A widely read book prints 0.00097 there, which is $0.5^{10}$.',
      zh: '$0.6^{20} = 3.7 \\cdot 10^{-5}$，即 −4.4。一本流传很广的书印成了 0.00097，那是 $0.5^{10}$。',
    },
    right: () => Math.log10(0.6 ** 20),
    solution: 'export default 20 * Math.log10(0.6);\n',
    mistakes: [
      { given: -3, says: { en: 'that is what the book prints', zh: '那是书上印的' } },
      { given: 4.44, says: { en: 'the number is below 1', zh: '这个数小于 1' } },
    ],
    tolerance: 0.6,
  }),
];

/** The ten numbers of the lesson, three of them ones. */
const SEQUENCE = [0, 0, 0, 0, 1, 0, 1, 0, 1, 0];

/** What the library's layer with these two weights says at the end of a sequence. */
async function counted(U: number, W: number, x: readonly number[]): Promise<number> {
  await useBackend();
  const rnn = new Recurrent(RNNIdentity, { inputSize: 1, hiddenSize: 1, bias: false });
  rnn.gate('h').weight_x.set(U);
  rnn.gate('h').weight_h.set(W);
  return noGrad(() => rnn.forward(fromData(x, [x.length, 1, 1])).state[0].h.item());
}

export const scalar = [
  build({
    name: 'another-counter',
    question: {
      en: '$U = W = 1$ counts the ones of every sequence. On the one sequence of the lesson (0 0 0 0 1 0 1 0 1 0) the loss is zero on a whole curve of weights. Give another point of it, as `{ U, W }`, with $W$ at least 0.2 away from 1.',
      zh: '$U = W = 1$ 能数出任何序列中 1 的个数。而只对本课的那个序列（0 0 0 0 1 0 1 0 1 0）来说，整条曲线上的权重损失都是零。给出曲线上的另一点 `{ U, W }`，$W$ 与 1 至少相差 0.2。',
    },
    hints: [
      {
        en: 'Ones at steps 5, 7 and 9: what are they multiplied by until the end, after step 10?',
        zh: '1 出现在第 5、7、9 步：到第 10 步结束时，它们各被乘以什么？',
      },
      { en: '$U (W^5 + W^3 + W) = 3$: choose W.', zh: '$U (W^5 + W^3 + W) = 3$：先选定 W。' },
    ],
    answer: {
      en: 'For $W = 2$ it is $U = 3/42$. Such a network is right here and wrong on every other sequence: one example does not say what was meant.',
      zh: '取 $W = 2$，则 $U = 3/42$。这样的网络在这里正确，换个序列就错：一个样本说明不了题意。',
    },
    start: 'export default { U: 1, W: 1 };\n',
    solution: 'export default { U: 3 / 42, W: 2 };\n',
    async fault(given) {
      const { U, W } = (given ?? {}) as { U?: unknown; W?: unknown };
      if (typeof U !== 'number' || typeof W !== 'number') {
        return { en: 'expected { U, W } with two numbers', zh: '应当是含两个数的 { U, W }' };
      }
      if (Math.abs(W - 1) < 0.2) return { en: 'W is too near to 1', zh: 'W 离 1 太近' };
      const said = await counted(U, W, SEQUENCE);
      if (Math.abs(said - 3) < 1e-3) return null;
      const shown = said.toPrecision(4);
      return { en: `with these weights it says ${shown}, not 3`, zh: `取这组权重时输出 ${shown}，而不是 3` };
    },
  }),
  predict({
    name: 'scalar-growth',
    question: {
      en: 'In training, $W$ has come to 1.2. By what factor is the gradient multiplied on its way from step 40 back to the state before step 1?',
      zh: '训练中 $W$ 到了 1.2。梯度从第 40 步传回第 1 步之前的状态，被乘以多少？',
    },
    hints: [{ en: 'Forty times by $W$.', zh: '乘以 $W$ 四十次。' }],
    answer: {
      en: '$1.2^{40} \\approx 1{,}470$: the next step of gradient descent throws the weights far away, and the one after farther still.',
      zh: '$1.2^{40} \\approx 1{,}470$：下一步梯度下降就把权重甩得很远，再下一步更远。',
    },
    // The state is linear in its first value: two runs differ by what the first ones were worth at the end.
    right: async () => {
      const zeros = new Array<number>(40).fill(0);
      return (await counted(1, 1.2, [1, ...zeros])) - (await counted(1, 1.2, [0, ...zeros]));
    },
    solution: 'export default 1.2 ** 40;\n',
    tolerance: 20,
    mistakes: [{ given: 48, says: { en: 'factors multiply: it is a power', zh: '因子是连乘：这是一个幂' } }],
  }),
];
