import { predict, write } from 'unrolled/reproduce';

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
    right: 117.39,
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
    right: -4.44,
    tolerance: 0.6,
  }),
];
