import { RNN } from 'unrolled';
import { predict, write } from 'unrolled/reproduce';
import { parametersOf } from '../../shared/counting.js';

export const hiddenState = [
  predict({
    name: 'rnn-output',
    question: {
      en: 'An RNN predicts the next character of a text with a vocabulary of 28. How many numbers does its output layer give at each step?',
      zh: '循环神经网络预测文本的下一个字符，词表大小为 28。输出层在每个时间步给出多少个数？',
    },
    hints: [{ en: 'One score for each possible answer.', zh: '每个可能的答案一个分数。' }],
    answer: {
      en: '28: a score for each token, whatever the number of hidden units.',
      zh: '28：每个词元一个分数，与隐藏单元数无关。',
    },
    right: 28,
  }),
  predict({
    name: 'rnn-parameters',
    question: {
      en: 'How many parameters has $\\tanh(X W_{xh} + H W_{hh} + b_h)$ with 28 inputs and 256 hidden units?',
      zh: '输入 28 维、隐藏单元 256 个时，$\\tanh(X W_{xh} + H W_{hh} + b_h)$ 有多少个参数？',
    },
    hints: [
      {
        en: 'Two matrices and a bias; the length of the sequence does not occur.',
        zh: '两个矩阵加一个偏置，与序列长度无关。',
      },
    ],
    answer: {
      en: '$28 \\cdot 256 + 256 \\cdot 256 + 256 = 72{,}960$.',
      zh: '$28 \\cdot 256 + 256 \\cdot 256 + 256 = 72{,}960$。',
    },
    right: () => parametersOf(RNN, { inputSize: 28, hiddenSize: 256 }),
    solution: 'export default 28 * 256 + 256 * 256 + 256;\n',
    mistakes: [
      { given: 28 * 256 + 256, says: { en: 'the state has weights, too', zh: '隐状态也有权重' } },
      { given: 28 * 256 + 256 * 256, says: { en: 'the bias is missing', zh: '漏了偏置' } },
    ],
  }),
  predict({
    name: 'rnn-longer',
    question: {
      en: 'The sequences become ten times as long. What becomes of the number of parameters?',
      zh: '序列变成原来的十倍长。参数的个数会怎样？',
    },
    hints: [{ en: 'Which weights does step 11 use?', zh: '第 11 步用的是哪些权重？' }],
    answer: { en: 'It stays: all steps share their weights.', zh: '不变：所有时间步共享权重。' },
    right: 'same',
    choices: {
      same: { en: 'it stays the same', zh: '不变' },
      tenfold: { en: 'it is ten times as large', zh: '变成十倍' },
      more: { en: 'it grows, but less than that', zh: '增加，但不到十倍' },
    },
  }),
];

export const scratch = [
  predict({
    name: 'one-hot',
    question: {
      en: 'One-hot vectors times $W_{xh}$ give the same numbers as …',
      zh: '独热向量乘以 $W_{xh}$，与下面哪种做法得到的数相同？',
    },
    hints: [{ en: 'A row vector with a single 1 picks a row.', zh: '只有一个 1 的行向量会取出一行。' }],
    answer: {
      en: 'Picking rows of $W_{xh}$: an embedding whose width is the hidden size. So the layer of the library takes the tokens themselves.',
      zh: '取出 $W_{xh}$ 的行：也就是一个维数等于隐藏单元数的嵌入。因此库中的循环层直接接收词元。',
    },
    right: 'rows',
    choices: {
      rows: { en: 'picking the rows of W_xh by the tokens', zh: '按词元取出 W_xh 的行' },
      columns: { en: 'picking its columns', zh: '取出它的列' },
      sum: { en: 'summing its rows', zh: '把它的行相加' },
    },
  }),
  write({
    name: 'rnn-step',
    question: {
      en: "Write one step of an RNN with plain numbers: $h' = \\tanh(x W_{xh} + h W_{hh} + b_h)$; `x` and `h` are lists, the weights lists of rows.",
      zh: "用普通的数写出循环神经网络的一步：$h' = \\tanh(x W_{xh} + h W_{hh} + b_h)$；`x` 与 `h` 是列表，权重是行的列表。",
    },
    hints: [
      {
        en: 'Number j of the result: the sum over i of `x[i] * Wxh[i][j]`, and the same for h.',
        zh: '结果的第 j 个数：对 i 求 `x[i] * Wxh[i][j]` 之和，h 同理。',
      },
    ],
    answer: {
      en: 'Nothing here depends on the step: that is the recurrence.',
      zh: '式子里没有任何东西依赖于时间步，这就是“循环”。',
    },
    start: 'export default function step(x, h, { Wxh, Whh, bh }) {\n  return h;\n}\n',
    solution:
      'export default function step(x, h, { Wxh, Whh, bh }) {\n  return bh.map((b, j) => {\n    const input = x.reduce((sum, value, i) => sum + value * Wxh[i][j], 0);\n    const state = h.reduce((sum, value, i) => sum + value * Whh[i][j], 0);\n    return Math.tanh(input + state + b);\n  });\n}\n',
    trials: [
      {
        given: [[1, 2], [0.5], { Wxh: [[0.1], [0.2]], Whh: [[0.4]], bh: [0.3] }],
        expected: [Math.tanh(0.1 + 0.4 + 0.2 + 0.3)],
      },
      {
        given: [
          [1],
          [1, -1],
          {
            Wxh: [[1, 2]],
            Whh: [
              [0.5, 0],
              [0.25, 1],
            ],
            bh: [0, 0],
          },
        ],
        expected: [Math.tanh(1.25), Math.tanh(1)],
      },
    ],
  }),
  write({
    name: 'clip',
    question: {
      en: 'Write gradient clipping: `gradients` is a list of lists, one for each parameter. Return them scaled so that the norm of all together is `theta` at most.',
      zh: '写出梯度裁剪：`gradients` 是列表的列表，每个参数一项。返回缩放后的梯度，使全部合在一起的范数不超过 `theta`。',
    },
    hints: [
      { en: 'One norm for all parameters, not one for each.', zh: '所有参数合起来只有一个范数，而不是每个参数一个。' },
      {
        en: 'Short gradients stay as they are: the factor is min(1, θ / norm).',
        zh: '短的梯度保持不变：系数是 min(1, θ / 范数)。',
      },
    ],
    answer: {
      en: 'The direction stays. Clipped one parameter at a time, it would turn.',
      zh: '方向不变。如果每个参数各自裁剪，方向就会改变。',
    },
    start: 'export default function clip(gradients, theta) {\n  return gradients;\n}\n',
    solution:
      'export default function clip(gradients, theta) {\n  const norm = Math.hypot(...gradients.flat());\n  const scale = Math.min(1, theta / norm);\n  return gradients.map((gradient) => gradient.map((value) => value * scale));\n}\n',
    trials: [
      { given: [[[3], [4]], 1], expected: [[0.6], [0.8]] },
      { given: [[[0.3], [0.4]], 1], expected: [[0.3], [0.4]] },
    ],
  }),
];
