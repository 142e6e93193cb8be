import { predict, write } from 'unrolled/reproduce';

export default [
  write({
    name: 'softmax-gradient',
    question: {
      en: 'Write the first line of the backward pass: the gradient of $-\\log p_k$ with respect to the scores, where $p$ is the softmax of `scores` and $k$ is `target`.',
      zh: '写出反向传播的第一行：$-\\log p_k$ 对各个分数的梯度，其中 $p$ 是 `scores` 的 softmax，$k$ 是 `target`。',
    },
    hints: [
      {
        en: 'Karpathy: `dy = np.copy(ps[t]); dy[targets[t]] -= 1`.',
        zh: 'Karpathy 的写法：`dy = np.copy(ps[t]); dy[targets[t]] -= 1`。',
      },
      {
        en: 'Take the largest score off all of them before `Math.exp`: large scores must not overflow.',
        zh: '取 `Math.exp` 之前，先把每个分数减去最大的那个，免得溢出。',
      },
    ],
    answer: {
      en: '$p - \\mathrm{onehot}(k)$: what was said, less what came. It sums to 0.',
      zh: '$p - \\mathrm{onehot}(k)$：预测减去实际。各项之和为 0。',
    },
    start: `export default function gradient(scores, target) {
  return scores.map(() => 0);
}
`,
    solution: `export default function gradient(scores, target) {
  const largest = Math.max(...scores);
  const e = scores.map((score) => Math.exp(score - largest));
  const sum = e.reduce((a, b) => a + b);
  return e.map((value, i) => value / sum - (i === target ? 1 : 0));
}
`,
    trials: [
      { given: [[0, 0], 0], expected: [-0.5, 0.5] },
      { given: [[Math.log(1), Math.log(2), Math.log(5)], 2], expected: [1 / 8, 2 / 8, 5 / 8 - 1] },
      { given: [[1000, 1000], 1], expected: [0.5, -0.5] },
    ],
  }),
  write({
    name: 'adagrad',
    question: {
      en: 'Write one step of Adagrad, as min-char-rnn takes it, for one number: the squares of all gradients so far are summed in `memory`, and the step is divided by the root of it (plus $10^{-8}$ under the root). Return `{ value, memory }`.',
      zh: '写出 min-char-rnn 所用的 Adagrad 对一个数走的一步：到目前为止所有梯度的平方累加在 `memory` 中，步长除以它的平方根（根号内加 $10^{-8}$）。返回 `{ value, memory }`。',
    },
    hints: [
      { en: 'The memory takes the new gradient in before it is used.', zh: '先把新的梯度累加进去，再使用。' },
      { en: 'value − rate · gradient / √(memory + 1e-8)', zh: '新的值是 value − rate · gradient / √(memory + 1e-8)' },
    ],
    answer: {
      en: 'The first step is always as long as the rate, however large the gradient was. As the memory only grows, steps only become shorter.',
      zh: '无论梯度多大，第一步的长度总等于学习率。累加值只增不减，所以步子只会越来越短。',
    },
    start: `export default function step(value, gradient, memory, rate) {
  return { value: value - rate * gradient, memory };
}
`,
    solution: `export default function step(value, gradient, memory, rate) {
  const sum = memory + gradient ** 2;
  return { value: value - (rate * gradient) / Math.sqrt(sum + 1e-8), memory: sum };
}
`,
    trials: [
      { given: [1, 4, 0, 0.1], expected: { value: 0.9, memory: 16 } },
      { given: [1, -3, 16, 0.5], expected: { value: 1.3, memory: 25 } },
      { given: [2, 0, 9, 0.5], expected: { value: 2, memory: 9 } },
    ],
  }),
  predict({
    name: 'first-loss',
    question: {
      en: 'Before any training every character of 65 is about as probable as any other. What does the program print as the loss of a chunk of 25 characters? (It sums over the chunk, in nats.)',
      zh: '训练之前，65 个字符的概率几乎相同。程序对一段 25 个字符打印的损失是多少？（对整段求和，以奈特为单位。）',
    },
    hints: [{ en: 'One character costs $-\\ln(1/65)$.', zh: '一个字符的损失是 $-\\ln(1/65)$。' }],
    answer: {
      en: '$25 \\ln 65 \\approx 104.4$. A program whose first loss is another has a mistake in it, before it has learned anything: a check that costs nothing.',
      zh: '$25 \\ln 65 \\approx 104.4$。如果程序的第一个损失不是这个数，那么它还没开始学就已经有错：这是不花代价的检查。',
    },
    right: () => -Array.from({ length: 25 }, () => Math.log(1 / 65)).reduce((a, b) => a + b),
    solution: 'export default 25 * Math.log(65);\n',
    tolerance: 0.5,
    mistakes: [
      { given: Math.log(65), says: { en: 'that is the loss of one character', zh: '那是一个字符的损失' } },
      {
        given: 25 * Math.log2(65),
        says: {
          en: 'that is in bits; the program takes the natural logarithm',
          zh: '那是以比特为单位；程序用的是自然对数',
        },
      },
      { given: 65, says: { en: 'that is the perplexity', zh: '那是困惑度' } },
    ],
  }),
];
