import { fromData, noGrad, Recurrent, RNN, useBackend } from 'unrolled';
import { build, predict } from 'unrolled/reproduce';
import { stepFault } from '../../shared/own-cell.js';

/** How many numbers the state of 256 units has after 32 sequences of 35 characters. */
async function stateSize(): Promise<number> {
  await useBackend();
  const rnn = new Recurrent(RNN, { inputSize: 28, hiddenSize: 256 });
  const { state } = noGrad(() => rnn.forward(fromData(new Int32Array(35 * 32), [35, 32])));
  return state.reduce((count, { h }) => count + h.size, 0);
}

export default [
  build({
    name: 'rnn-cell',
    question: {
      en: "The library's RNN is a cell of one line. Write it: `step` receives `x`, `h`, `linear` and `tanh`, where `linear('h', x, h)` is $X W_{xh} + H W_{hh} + b_h$, and returns the next state as `{ h }`.",
      zh: "库里的循环神经网络是一个一行的单元。请写出来：`step` 接收 `x`、`h`、`linear` 和 `tanh`，其中 `linear('h', x, h)` 就是 $X W_{xh} + H W_{hh} + b_h$；以 `{ h }` 返回下一个状态。",
    },
    hints: [
      { en: 'One linear of both, and the activation around it.', zh: '对两者做一个线性变换，外面套激活函数。' },
      { en: "`tanh(linear('h', x, h))`", zh: "写成 `tanh(linear('h', x, h))`" },
    ],
    answer: {
      en: 'This goes into `defineCell({ name, state: ["h"], step })`, and runs, trains and draws itself as every cell does.',
      zh: '把它交给 `defineCell({ name, state: ["h"], step })`，就能像其他单元一样运行、训练、画出自己。',
    },
    start: `export default function step({ x, h, linear, tanh }) {
  return { h: linear('h', x, h) };
}
`,
    solution: `export default function step({ x, h, linear, tanh }) {
  return { h: tanh(linear('h', x, h)) };
}
`,
    fault: (given) => stepFault(given, RNN),
  }),
  predict({
    name: 'rnn-state-size',
    question: {
      en: 'A layer of 256 units has read 32 sequences of 35 characters. How many numbers does it hand on to the next batch as its state?',
      zh: '一个 256 个单元的循环层读了 32 个长为 35 的序列。它作为状态交给下一个小批量的有多少个数？',
    },
    hints: [
      {
        en: 'The state is what is left after the last step; what came before is in the output.',
        zh: '状态是最后一步之后留下的；之前各步的值在输出里。',
      },
    ],
    answer: {
      en: '32 · 256 = 8,192, for each sequence one vector. The output has 35 times as many: the state after every step.',
      zh: '32 · 256 = 8,192，每个序列一个向量。输出是它的 35 倍：每一步之后的状态。',
    },
    right: stateSize,
    solution: 'export default 32 * 256;\n',
    mistakes: [
      {
        given: 35 * 32 * 256,
        says: { en: 'that is the output, of all steps', zh: '那是输出，包含所有时间步' },
      },
      { given: 256, says: { en: 'that is one sequence of the batch', zh: '那只是小批量中的一个序列' } },
    ],
  }),
];
