import { fromData, LSTM, noGrad, Recurrent, useBackend } from 'unrolled';
import { predict, write } from 'unrolled/reproduce';

/** The memory of an LSTM whose gates and candidate are all pushed to 1, after 50 steps. */
async function memory(): Promise<number> {
  await useBackend();
  const lstm = new Recurrent(LSTM, { inputSize: 1, hiddenSize: 1, initialBias: { i: 20, f: 20, g: 20, o: 20 } });
  const { state } = noGrad(() => lstm.forward(fromData(new Float32Array(50), [50, 1, 1])));
  return state[0].c.item();
}

export default [
  predict({
    name: 'cell-range',
    question: {
      en: 'Notes say that the memory $C_t$ of an LSTM lies between −1 and 1. Let input gate, forget gate and candidate all be 1, and $C_0 = 0$. What is $C_{50}$?',
      zh: '有的笔记说 LSTM 的记忆元 $C_t$ 在 −1 与 1 之间。设输入门、遗忘门、候选记忆元都是 1，$C_0 = 0$。$C_{50}$ 是多少？',
    },
    hints: [{ en: '$C_t = f C_{t-1} + i \\tilde C_t$.', zh: '$C_t = f C_{t-1} + i \\tilde C_t$。' }],
    answer: {
      en: '50: each step adds up to 1. What is between −1 and 1 is the hidden state.',
      zh: '50：每一步最多加 1。在 −1 与 1 之间的是隐状态。',
    },
    right: memory,
    solution: 'export default 50;\n',
    tolerance: 0.01,
    mistakes: [
      { given: 1, says: { en: 'that is what the notes say: add it up', zh: '笔记就是这么说的：自己累加一下' } },
    ],
  }),
  write({
    name: 'sequential-rows',
    question: {
      en: 'Which state does a row start from in sequential sampling? Write the batches and see: `corpus` is cut into `batchSize` stretches of equal length (what is left over at the end is dropped), and row n of batch b has the `numSteps` tokens at place `b * numSteps` of stretch n. Return the list of batches, each a list of rows.',
      zh: '顺序分区时，一行从哪个状态开始？把小批量写出来就知道了：`corpus` 切成 `batchSize` 段等长的文本（末尾多余的丢弃），第 b 个小批量的第 n 行是第 n 段中从 `b * numSteps` 开始的 `numSteps` 个词元。返回小批量的列表，每个小批量是行的列表。',
    },
    hints: [
      {
        en: 'A stretch has `Math.floor(corpus.length / batchSize)` tokens.',
        zh: '一段有 `Math.floor(corpus.length / batchSize)` 个词元。',
      },
      {
        en: 'Only whole batches: `Math.floor(length / numSteps)` of them.',
        zh: '只要完整的小批量，共 `Math.floor(length / numSteps)` 个。',
      },
    ],
    answer: {
      en: 'Row n of a batch goes on where row n of the batch before ended. Notes that say “the first row starts from the last row’s state” have it wrong.',
      zh: '每个小批量的第 n 行接着上一个小批量的第 n 行。有的笔记说“第一行从上一批最后一行的状态开始”，那是错的。',
    },
    start: `export default function batches(corpus, batchSize, numSteps) {
  return [];
}
`,
    solution: `export default function batches(corpus, batchSize, numSteps) {
  const length = Math.floor(corpus.length / batchSize);
  return Array.from({ length: Math.floor(length / numSteps) }, (_, b) =>
    Array.from({ length: batchSize }, (_row, n) => {
      const from = n * length + b * numSteps;
      return corpus.slice(from, from + numSteps);
    }),
  );
}
`,
    trials: [
      {
        given: [[0, 1, 2, 3, 4, 5, 6, 7], 2, 2],
        expected: [
          [
            [0, 1],
            [4, 5],
          ],
          [
            [2, 3],
            [6, 7],
          ],
        ],
      },
      {
        given: [[0, 1, 2, 3, 4, 5, 6], 2, 2],
        expected: [
          [
            [0, 1],
            [3, 4],
          ],
        ],
      },
    ],
  }),
];
