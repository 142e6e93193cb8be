import { fromData, GRU, Linear, noGrad, Recurrent, useBackend } from 'unrolled';
import { build, predict } from 'unrolled/reproduce';

const SHAPES = ['one-to-one', 'one-to-many', 'many-to-one', 'in-step', 'not-in-step'];
const TASKS: Record<string, string> = {
  'a photo, and a sentence that describes it': 'one-to-many',
  'a film review, and whether it praises': 'many-to-one',
  'a sentence, and a part of speech for each word': 'in-step',
  'a sentence, and its translation': 'not-in-step',
  'a photo, and which digit it shows': 'one-to-one',
};

export default [
  build({
    name: 'shapes-of-tasks',
    question: {
      en: `Which shape has each of these five tasks? Put one of ${SHAPES.join(', ')} in place of the question marks.`,
      zh: `下面五个任务（图片配描述、影评判褒贬、逐词标词性、翻译、图片认数字）各是哪种形状？把问号换成 ${SHAPES.join('、')} 之一。`,
    },
    hints: [
      {
        en: 'Is what goes in one thing, or many in a row? And what comes out?',
        zh: '输入是一个东西，还是排成一列的许多个？输出呢？',
      },
      {
        en: 'In step: each input has an output of its own. A translation may be longer or shorter than the sentence.',
        zh: '同步：每个输入都有自己的输出。译文则可能比原句长，也可能更短。',
      },
    ],
    answer: {
      en: 'The network is the same; what differs is at which steps something is read, and at which something is asked.',
      zh: '网络是同一种，差别只在于哪些时间步有输入、哪些时间步要输出。',
    },
    start: lines(() => '?'),
    solution: lines((task) => TASKS[task]),
    fault(given) {
      const said = (given ?? {}) as Record<string, unknown>;
      for (const [task, shape] of Object.entries(TASKS)) {
        if (said[task] === shape) continue;
        const word = String(said[task]);
        return SHAPES.includes(word)
          ? { en: `“${task}” is not ${word}`, zh: `“${task}”不是 ${word}` }
          : {
              en: `expected one of ${SHAPES.join(', ')} for “${task}”`,
              zh: `“${task}”应当是 ${SHAPES.join('、')} 之一`,
            };
      }
      return null;
    },
  }),
  predict({
    name: 'shapes-numbers',
    question: {
      en: 'A GRU with 8 units reads 2 sequences of 7 steps, and a linear layer with 4 outputs is put on the output of *every* step. How many numbers come out?',
      zh: '一个 8 个单元的 GRU 读 2 个长为 7 的序列，*每个*时间步的输出上接一个 4 输出的线性层。总共输出多少个数？',
    },
    hints: [{ en: 'The output of the layer is [T, N, H].', zh: '循环层的输出形状是 [T, N, H]。' }],
    answer: {
      en: '7 · 2 · 4 = 56. Only the linear layer decides how many there are for a step; the 8 units are inside.',
      zh: '7 · 2 · 4 = 56。每一步输出几个数只由线性层决定，8 个单元是内部的事。',
    },
    async right() {
      await useBackend();
      const rnn = new Recurrent(GRU, { inputSize: 3, hiddenSize: 8 });
      const head = new Linear(8, 4);
      return noGrad(() => head.forward(rnn.forward(fromData(new Float32Array(42), [7, 2, 3])).output)).size;
    },
    solution: 'export default 7 * 2 * 4;\n',
    mistakes: [
      {
        given: 8,
        says: { en: 'that is for the last step alone: many to one', zh: '那只是最后一步的输出：多对一' },
      },
      {
        given: 112,
        says: { en: 'that is the output of the GRU, before the linear layer', zh: '那是 GRU 的输出，还没有经过线性层' },
      },
    ],
  }),
];

function lines(of: (task: string) => string): string {
  const rows = Object.keys(TASKS).map((task) => `  '${task}': '${of(task)}',`);
  return `export default {\n${rows.join('\n')}\n};\n`;
}
