import { GRU, GRUResetBefore, LSTM, RNN } from 'unrolled';
import { build, predict, write } from 'unrolled/reproduce';
import { halfLife, parametersOf } from '../../shared/counting.js';
import { stepFault } from '../../shared/own-cell.js';

/** Gates of four steps, after which only the input of the second one must be left. */
const keepSecond = build({
  name: 'gru-keep',
  question: {
    en: 'Only the input of step 2 is needed for the output of step 4. What should the gates of a GRU be? Give `z` and `r` of steps 1 to 4, each 0 or 1 (here $h_t = z \\odot h_{t-1} + (1 - z) \\odot n$).',
    zh: '第 4 步的输出只需要第 2 步的输入。GRU 的门应当取什么值？给出第 1 到第 4 步的 `z` 与 `r`，各取 0 或 1（这里 $h_t = z \\odot h_{t-1} + (1 - z) \\odot n$）。',
  },
  hints: [
    {
      en: 'At step 2 everything before must go, and the new must come in.',
      zh: '第 2 步要丢掉之前的一切，让新的进来。',
    },
    { en: 'Afterwards the state must be copied.', zh: '之后隐状态要原样复制。' },
  ],
  answer: {
    en: 'At step 2: $r = 0$ (the candidate sees the input alone) and $z = 0$ (the candidate becomes the state). At steps 3 and 4: $z = 1$. What the gates are at step 1 does not matter, nor $r$ where $z = 1$.',
    zh: '第 2 步：$r = 0$（候选隐状态只看输入），$z = 0$（候选隐状态成为新的隐状态）。第 3、4 步：$z = 1$。第 1 步的门取什么无所谓，$z = 1$ 时的 $r$ 也无所谓。',
  },
  start: 'export default { z: [0, 0, 0, 0], r: [1, 1, 1, 1] };\n',
  solution: 'export default { z: [0, 0, 1, 1], r: [0, 0, 0, 0] };\n',
  fault(given) {
    const { z, r } = (given ?? {}) as { z?: unknown; r?: unknown };
    if (!Array.isArray(z) || !Array.isArray(r) || z.length !== 4 || r.length !== 4) {
      return { en: 'expected { z: [4 numbers], r: [4 numbers] }', zh: '应当是 { z: [4 个数], r: [4 个数] }' };
    }
    if (z[1] !== 0) return { en: 'at step 2 the input does not come in whole', zh: '第 2 步的输入没有完整写入' };
    if (r[1] !== 0) {
      return { en: 'at step 2 the candidate still sees the past', zh: '第 2 步的候选隐状态还看得到过去' };
    }
    if (z[2] !== 1 || z[3] !== 1) return { en: 'it is overwritten later', zh: '它在后面被改写了' };
    return null;
  },
});

export const gru = [
  keepSecond,
  predict({
    name: 'gru-half-life',
    question: {
      en: 'An update gate stands at $z = 0.98$. After how many steps is half of the old state left?',
      zh: '更新门停在 $z = 0.98$。多少步之后，旧的隐状态还剩一半？',
    },
    hints: [{ en: '$0.98^k = 0.5$.', zh: '$0.98^k = 0.5$。' }],
    answer: { en: '$\\ln 0.5 / \\ln 0.98 \\approx 34$ steps.', zh: '$\\ln 0.5 / \\ln 0.98 \\approx 34$ 步。' },
    right: () => halfLife(0.98),
    solution: 'export default Math.log(0.5) / Math.log(0.98);\n',
    mistakes: [
      { given: 25, says: { en: 'it is a power, not 50 times 0.02', zh: '那是连乘，而不是 50 个 0.02 相减' } },
      {
        given: 50,
        says: {
          en: 'it is not lost evenly: each step takes a share of what is left',
          zh: '不是均匀地丢：每步丢掉的是剩下的一部分',
        },
      },
    ],
    tolerance: 2,
  }),
];

export const gruScratch = [
  predict({
    name: 'gru-parameters',
    question: {
      en: 'How many times the parameters of a simple RNN of the same size has a GRU (one bias for each product)?',
      zh: '同样大小时，GRU 的参数是普通循环神经网络的几倍（每个线性变换一个偏置）？',
    },
    hints: [{ en: 'Count the products with the input.', zh: '数一数与输入相乘的矩阵有几个。' }],
    answer: { en: 'Three times: two gates and the candidate.', zh: '三倍：两个门加一个候选隐状态。' },
    async right() {
      const sizes = { inputSize: 28, hiddenSize: 256 };
      return (await parametersOf(GRUResetBefore, sizes)) / (await parametersOf(RNN, sizes));
    },
    solution: 'export default 3;\n',
    tolerance: 0.001,
    mistakes: [
      {
        given: 2,
        says: {
          en: 'two gates, and what else is computed from input and state?',
          zh: '两个门，此外还有什么由输入和状态算出？',
        },
      },
      { given: 4, says: { en: 'that is the LSTM', zh: '那是 LSTM' } },
    ],
  }),
  build({
    name: 'gru-cell',
    question: {
      en: "Write the GRU as a cell of the library: linears named `r`, `z` and `n`, each of $X$ and a state with a bias of its own; the reset gate is multiplied into the state *before* the candidate's product. The start is an RNN with an update gate: half a GRU.",
      zh: '把 GRU 写成库的一个单元：线性变换名为 `r`、`z`、`n`，各作用于 $X$ 与状态，各有自己的偏置；重置门在候选隐状态的矩阵乘法*之前*乘到状态上。给出的开头是只有更新门的循环网络，也就是半个 GRU。',
    },
    hints: [
      { en: "`const r = sigmoid(linear('r', x, h));`", zh: "重置门：`const r = sigmoid(linear('r', x, h));`" },
      { en: 'The candidate reads `r.mul(h)` in place of `h`.', zh: '候选隐状态读的是 `r.mul(h)`，而不是 `h`。' },
    ],
    answer: {
      en: 'With $r = 0$ the candidate sees the input alone; with $r = 1$ the start is what is left: a state that is copied or overwritten, but never partly forgotten.',
      zh: '$r = 0$ 时候选隐状态只看输入；$r = 1$ 时就是开头给出的半个 GRU：状态只能复制或改写，算候选时不能先忘掉一部分。',
    },
    start: `export default function step({ x, h, linear, sigmoid, tanh }) {
  const z = sigmoid(linear('z', x, h));
  const n = tanh(linear('n', x, h));
  return { h: n.add(z.mul(h.sub(n))) }; // z ⊙ h + (1 − z) ⊙ n
}
`,
    solution: `export default function step({ x, h, linear, sigmoid, tanh }) {
  const r = sigmoid(linear('r', x, h));
  const z = sigmoid(linear('z', x, h));
  const n = tanh(linear('n', x, r.mul(h)));
  return { h: n.add(z.mul(h.sub(n))) }; // z ⊙ h + (1 − z) ⊙ n
}
`,
    fault: (given) => stepFault(given, GRUResetBefore),
  }),
];

export const lstm = [
  predict({
    name: 'lstm-forget-bias',
    question: {
      en: 'All weights of a forget gate are 0, its bias is 4. After how many steps is half of the memory left?',
      zh: '遗忘门的权重全为 0，偏置为 4。多少步之后，记忆元还剩一半？',
    },
    hints: [{ en: '$f = \\sigma(4) \\approx 0.982$.', zh: '$f = \\sigma(4) \\approx 0.982$。' }],
    answer: {
      en: '$\\ln 0.5 / \\ln \\sigma(4) \\approx 38$. With a bias of 0 it is one step.',
      zh: '$\\ln 0.5 / \\ln \\sigma(4) \\approx 38$ 步。偏置为 0 时只有一步。',
    },
    right: () => halfLife(1 / (1 + Math.exp(-4))),
    solution: 'export default Math.log(0.5) / Math.log(1 / (1 + Math.exp(-4)));\n',
    mistakes: [{ given: 1, says: { en: 'that is a bias of 0', zh: '那是偏置为 0 的情形' } }],
    tolerance: 3,
  }),
  predict({
    name: 'lstm-second-tanh',
    question: {
      en: 'The candidate has gone through a tanh already, and is between −1 and 1. Why does the output take $\\tanh(C_t)$ again?',
      zh: '候选记忆元已经过 tanh，值在 −1 与 1 之间。为什么输出时还要再取 $\\tanh(C_t)$？',
    },
    hints: [
      { en: 'What is $C_t$ after fifty steps with $f = i = 1$?', zh: '$f = i = 1$ 时，五十步之后的 $C_t$ 是多少？' },
    ],
    answer: {
      en: 'Memory adds up: with open gates it grows by up to 1 at each step. The hidden state must stay between −1 and 1.',
      zh: '记忆元会累加：门全开时每一步最多增加 1。而隐状态要保持在 −1 与 1 之间。',
    },
    right: 'unbounded',
    choices: {
      unbounded: { en: 'C is a sum over steps, and is not bounded', zh: 'C 是各步之和，没有界' },
      habit: { en: 'for no reason', zh: '没有理由' },
      gradient: { en: 'so that the gradient grows', zh: '为了让梯度变大' },
    },
  }),
];

export const lstmScratch = [
  predict({
    name: 'lstm-cost',
    question: {
      en: 'An LSTM and a GRU of the same size: how many times the multiplications of the GRU does a step of the LSTM take?',
      zh: '同样大小的 LSTM 与 GRU：LSTM 一步的乘法是 GRU 的多少倍？',
    },
    hints: [{ en: 'Matrices: four against three.', zh: '矩阵：四组对三组。' }],
    answer: {
      en: '4/3: three gates and a candidate against two gates and a candidate.',
      zh: '4/3：三个门加候选记忆元，对两个门加候选隐状态。',
    },
    async right() {
      const sizes = { inputSize: 64, hiddenSize: 64, bias: false };
      return (await parametersOf(LSTM, sizes)) / (await parametersOf(GRU, sizes));
    },
    solution: 'export default 4 / 3;\n',
    tolerance: 0.02,
    mistakes: [
      { given: 3 / 4, says: { en: 'the other way round', zh: '反了' } },
      { given: 1, says: { en: 'count the matrices', zh: '数一数矩阵的个数' } },
    ],
  }),
  write({
    name: 'lstm-step',
    question: {
      en: 'Write one step of an LSTM unit with plain numbers. `a` has what goes into the four: `a.i`, `a.f`, `a.o` before their sigmoid, `a.g` before its tanh. Return `{ h, c }`.',
      zh: '用普通的数写出一个 LSTM 单元的一步。`a` 中是四个输入：`a.i`、`a.f`、`a.o`（sigmoid 之前）和 `a.g`（tanh 之前）。返回 `{ h, c }`。',
    },
    hints: [{ en: "$c' = f c + i g$, $h = o \\tanh(c')$.", zh: "$c' = f c + i g$，$h = o \\tanh(c')$。" }],
    answer: { en: 'The old hidden state occurs in `a` alone.', zh: '旧的隐状态只出现在 `a` 里。' },
    start: 'export default function step(a, c) {\n  return { h: 0, c };\n}\n',
    solution:
      'const sigmoid = (z) => 1 / (1 + Math.exp(-z));\n\nexport default function step(a, c) {\n  const next = sigmoid(a.f) * c + sigmoid(a.i) * Math.tanh(a.g);\n  return { h: sigmoid(a.o) * Math.tanh(next), c: next };\n}\n',
    trials: [
      { given: [{ i: 0, f: 0, o: 0, g: 0 }, 2], expected: { h: 0.5 * Math.tanh(1), c: 1 } },
      { given: [{ i: 100, f: -100, o: 100, g: 1 }, 5], expected: { h: Math.tanh(Math.tanh(1)), c: Math.tanh(1) } },
    ],
  }),
];
