import { fromData, LSTM, noGrad, Recurrent, useBackend } from 'unrolled';
import { predict, write } from 'unrolled/reproduce';
import { parametersOf } from '../../shared/counting.js';

/** A fair coin and one that shows 1 nine times of ten, exchanged now and then. */
const TWO_COINS = {
  start: [0.5, 0.5],
  change: [
    [0.9, 0.1],
    [0.2, 0.8],
  ],
  emit: [
    [0.5, 0.5],
    [0.1, 0.9],
  ],
};

/** The most probable states of two coins, by trying all paths. */
function likeliest(observed: readonly number[]): number[] {
  const { start, change, emit } = TWO_COINS;
  let [best, found]: [number, number[]] = [-1, []];
  for (let way = 0; way < 2 ** observed.length; way++) {
    const path = observed.map((_, t) => (way >> (observed.length - 1 - t)) & 1);
    const p = path.reduce(
      (all, state, t) => all * (t === 0 ? start[state] : change[path[t - 1]][state]) * emit[state][observed[t]],
      1,
    );
    if (p > best) [best, found] = [p, path];
  }
  return found;
}

export const deep = [
  predict({
    name: 'deep-parameters',
    question: {
      en: 'Two LSTM layers of 256 units on 28 inputs, one bias for each gate: how many parameters?',
      zh: '输入 28 维，两层 LSTM，各 256 个单元，每个门一个偏置：共有多少个参数？',
    },
    hints: [{ en: 'The input of the second layer has 256 numbers.', zh: '第二层的输入是 256 维。' }],
    answer: {
      en: '$4 (28 \\cdot 256 + 256^2 + 256) + 4 (256 \\cdot 256 + 256^2 + 256) = 817{,}152$.',
      zh: '$4 (28 \\cdot 256 + 256^2 + 256) + 4 (256 \\cdot 256 + 256^2 + 256) = 817{,}152$。',
    },
    right: () => parametersOf(LSTM, { inputSize: 28, hiddenSize: 256, numLayers: 2 }),
    solution: 'export default 4 * (28 * 256 + 256 ** 2 + 256) + 4 * (256 * 256 + 256 ** 2 + 256);\n',
    mistakes: [
      {
        given: 2 * 4 * (28 * 256 + 256 ** 2 + 256),
        says: { en: 'the second layer does not read 28 numbers', zh: '第二层读的不是 28 个数' },
      },
      { given: 4 * (28 * 256 + 256 ** 2 + 256), says: { en: 'that is the first layer', zh: '那只是第一层' } },
    ],
  }),
  predict({
    name: 'deep-state',
    question: {
      en: 'The same network has read 32 sequences. How many numbers is its state, all together?',
      zh: '同一个网络读了 32 个序列。它的状态总共有多少个数？',
    },
    hints: [
      { en: 'Each layer has a state of its own, and an LSTM has two.', zh: '每层有自己的状态，而 LSTM 的状态有两个。' },
    ],
    answer: {
      en: '2 layers · 2 (h and c) · 32 · 256 = 32,768. The output has only the hidden states of the upper layer.',
      zh: '2 层 · 2（h 与 c）· 32 · 256 = 32,768。输出只含上面一层的隐状态。',
    },
    async right() {
      await useBackend();
      const rnn = new Recurrent(LSTM, { inputSize: 28, hiddenSize: 256, numLayers: 2 });
      const { state } = noGrad(() => rnn.forward(fromData(new Int32Array(32), [1, 32])));
      return state.reduce((sum, layer) => sum + layer.h.size + layer.c.size, 0);
    },
    solution: 'export default 2 * 2 * 32 * 256;\n',
    mistakes: [
      { given: 16_384, says: { en: 'h and c, or both layers? It is both', zh: 'h 与 c 都算，两层也都算' } },
      { given: 8192, says: { en: 'that is h of one layer', zh: '那只是一层的 h' } },
    ],
  }),
];

export const both = [
  predict({
    name: 'two-widths',
    question: {
      en: 'The forward direction has 32 hidden units, the backward one 48, and both are put side by side. How wide is the output?',
      zh: '前向有 32 个隐藏单元，反向有 48 个，两者拼接。输出有多宽？',
    },
    hints: [{ en: 'Side by side: widths add up.', zh: '拼接：宽度相加。' }],
    answer: { en: '80. To add them, both would need the same width.', zh: '80。如果要相加，两者的宽度必须相同。' },
    right: 32 + 48,
    mistakes: [
      { given: 64, says: { en: 'the backward one is wider', zh: '反向更宽' } },
      { given: 48, says: { en: 'both are put side by side', zh: '是把两者拼接' } },
    ],
  }),
  predict({
    name: 'cheating',
    question: {
      en: 'A bidirectional language model reaches a perplexity of 1.1 on text that it has never read. What has it learned?',
      zh: '一个双向语言模型在从未读过的文本上困惑度达到 1.1。它学会了什么？',
    },
    hints: [{ en: 'What has the backward direction read before it answers?', zh: '反向的一支在回答之前读过什么？' }],
    answer: {
      en: 'To copy: the next character is in its input. At the last place of a window, where there is nothing to copy, it is no better than others.',
      zh: '抄写：下一个字符就在它的输入里。到了窗口的最后一个位置，无处可抄，它并不比别的模型强。',
    },
    right: 'copy',
    choices: {
      copy: { en: 'to copy its input', zh: '抄写输入' },
      english: { en: 'English', zh: '英语' },
      heart: { en: 'the text by heart', zh: '背下了这段文本' },
    },
  }),
];

export const hmm = [
  write({
    name: 'forward-recursion',
    question: {
      en: 'Write the forward recursion of a hidden Markov model: `start[i]`, `change[i][j]` from state i to j, `emit[j][x]`, and the observations. Return their probability.',
      zh: '写出隐马尔可夫模型的前向递归：`start[i]`、从状态 i 到 j 的 `change[i][j]`、`emit[j][x]`，以及观测序列。返回观测序列的概率。',
    },
    hints: [
      { en: '$\\alpha_1(j) = \\pi_j P(x_1 \\mid j)$.', zh: '$\\alpha_1(j) = \\pi_j P(x_1 \\mid j)$。' },
      {
        en: '$\\alpha_t(j) = P(x_t \\mid j) \\sum_i \\alpha_{t-1}(i) P(j \\mid i)$; the answer is the sum of the last ones.',
        zh: '$\\alpha_t(j) = P(x_t \\mid j) \\sum_i \\alpha_{t-1}(i) P(j \\mid i)$；答案是最后一步各项之和。',
      },
    ],
    answer: {
      en: 'T steps in place of all paths, of which there are $2^T$ for two states: a recurrence, as an RNN is one.',
      zh: '只需 T 步，而不必枚举所有路径（两个状态时有 $2^T$ 条）：它与循环神经网络一样是递推。',
    },
    start: 'export default function probability({ start, change, emit }, observed) {\n  return 1;\n}\n',
    solution:
      'export default function probability({ start, change, emit }, observed) {\n  let alpha = start.map((p, j) => p * emit[j][observed[0]]);\n  for (const x of observed.slice(1)) {\n    alpha = emit.map((row, j) => row[x] * alpha.reduce((sum, a, i) => sum + a * change[i][j], 0));\n  }\n  return alpha.reduce((a, b) => a + b);\n}\n',
    trials: [
      {
        given: [TWO_COINS, [0, 1]],
        expected: 0.25 * (0.9 * 0.5 + 0.1 * 0.9) + 0.05 * (0.2 * 0.5 + 0.8 * 0.9),
      },
      {
        given: [
          {
            start: [1, 0],
            change: [
              [0, 1],
              [1, 0],
            ],
            emit: [
              [1, 0],
              [0, 1],
            ],
          },
          [0, 1, 0],
        ],
        expected: 1,
      },
    ],
  }),
  write({
    name: 'viterbi',
    question: {
      en: 'Write Viterbi: the most probable sequence of states, with the same arguments as `forward-recursion`. Where two are equally probable, the smaller number wins.',
      zh: '写出维特比算法：最可能的状态序列，参数与 `forward-recursion` 相同。概率相等时取编号小的。',
    },
    hints: [
      { en: 'The forward recursion with the maximum in place of the sum.', zh: '把前向递归中的求和换成取最大。' },
      {
        en: 'Remember for each state and step from where the maximum came, and walk back from the best last state.',
        zh: '记下每一步每个状态的最大值从哪里来，再从最好的末状态往回走。',
      },
    ],
    answer: {
      en: 'It need not be the sequence of the states that are most probable each by itself: that one may even be impossible.',
      zh: '它不一定等于各步分别最可能的状态连成的序列：后者甚至可能根本走不通。',
    },
    start: `export default function path({ start, change, emit }, observed) {
  return observed.map(() => 0);
}
`,
    solution: `export default function path({ start, change, emit }, observed) {
  const best = (values) => values.indexOf(Math.max(...values));
  let score = start.map((p, j) => p * emit[j][observed[0]]);
  const from = [];
  for (const x of observed.slice(1)) {
    const before = score;
    const back = emit.map((_, j) => best(before.map((p, i) => p * change[i][j])));
    score = emit.map((row, j) => row[x] * before[back[j]] * change[back[j]][j]);
    from.push(back);
  }
  const states = [best(score)];
  for (const back of from.reverse()) states.unshift(back[states[0]]);
  return states;
}
`,
    trials: [
      ...[[1], [1, 1, 0], [1, 1, 1, 0, 1], [1, 0, 1, 1]].map((observed) => ({
        given: [TWO_COINS, observed],
        expected: likeliest(observed),
      })),
    ],
  }),
];
