// Exercises of the lessons with one answer for a whole sequence: digits, surnames, sentences, reviews.
import { GRU, Recurrent, useBackend } from 'unrolled';
import { build, predict, write } from 'unrolled/reproduce';

export const digits = [
  predict({
    name: 'digits-weights',
    question: {
      en: 'A GRU with 64 units reads a picture row by row, 28 pixels a step; another reads it pixel by pixel, 784 steps. How many weights more has the first one (biases left out)?',
      zh: '一个 64 个单元的 GRU 逐行读图片，每步 28 个像素；另一个逐个像素地读，共 784 步。前者比后者多多少个权重（不计偏置）？',
    },
    hints: [
      { en: 'Only the weights of the input differ: three matrices.', zh: '只有输入的权重不同：三个矩阵。' },
      { en: 'Each has 28 rows in place of 1.', zh: '每个矩阵是 28 行，而不是 1 行。' },
    ],
    answer: {
      en: '3 · 27 · 64 = 5,184. Nothing is saved that matters, and the gradient has 784 steps to go back instead of 28.',
      zh: '3 · 27 · 64 = 5,184。省不了多少，梯度却要往回走 784 步，而不是 28 步。',
    },
    async right() {
      await useBackend();
      const count = (inputSize: number): number =>
        new Recurrent(GRU, { inputSize, hiddenSize: 64, bias: false }).parameters().reduce((n, t) => n + t.size, 0);
      return count(28) - count(1);
    },
    solution: 'export default 3 * 27 * 64;\n',
    mistakes: [
      { given: 27 * 64, says: { en: 'a GRU has three matrices for the input', zh: 'GRU 有三个输入矩阵' } },
      { given: 3 * 28 * 64, says: { en: 'the second one has a row of each, too', zh: '后者的每个矩阵也有一行' } },
      {
        given: 0,
        says: { en: 'the steps do not count, but the width of the input does', zh: '步数无关，但输入的宽度有关' },
      },
    ],
  }),
  predict({
    name: 'ten-classes',
    question: {
      en: 'Before training, a network gives each of ten digits about the same probability. What is its cross-entropy, in nats?',
      zh: '训练之前，网络给十个数字的概率大致相同。交叉熵是多少（以奈特为单位）？',
    },
    hints: [{ en: '$-\\ln(1/10)$.', zh: '$-\\ln(1/10)$。' }],
    answer: {
      en: '$\\ln 10 \\approx 2.30$: the first number that a training of a classifier should print.',
      zh: '$\\ln 10 \\approx 2.30$：训练十类分类器时，打印的第一个损失就应当是它。',
    },
    right: () => -Math.log(1 / 10),
    solution: 'export default Math.log(10);\n',
    tolerance: 0.02,
    mistakes: [
      { given: Math.log2(10), says: { en: 'that is in bits', zh: '那是以比特为单位' } },
      { given: 0.9, says: { en: 'that is the share of wrong guesses', zh: '那是猜错的比例' } },
    ],
  }),
  write({
    name: 'picture-rows',
    question: {
      en: 'Write what turns a picture into a sequence: `pixels` has the rows one after the other; return a list of steps, each the `width` pixels of a row, scaled from 0–255 to 0–1.',
      zh: '写出把图片变成序列的函数：`pixels` 逐行排列；返回各时间步的列表，每步是一行的 `width` 个像素，并从 0–255 缩放到 0–1。',
    },
    hints: [{ en: '`pixels.slice(t * width, (t + 1) * width)`.', zh: '`pixels.slice(t * width, (t + 1) * width)`。' }],
    answer: {
      en: 'The network reads from top to bottom; that the picture has a left and a right is inside a step.',
      zh: '网络从上往下读；图片的左右之分在一个时间步之内。',
    },
    start: `export default function rows(pixels, width) {
  return [pixels];
}
`,
    solution: `export default function rows(pixels, width) {
  const height = pixels.length / width;
  return Array.from({ length: height }, (_, t) => pixels.slice(t * width, (t + 1) * width).map((p) => p / 255));
}
`,
    trials: [
      {
        given: [[0, 255, 51, 102, 255, 0], 2],
        expected: [
          [0, 1],
          [0.2, 0.4],
          [1, 0],
        ],
      },
      { given: [[255, 0, 0], 3], expected: [[1, 0, 0]] },
    ],
  }),
];

export const surnames = [
  write({
    name: 'macro-f1',
    question: {
      en: 'Nearly half of the names are Russian: accuracy hides the small languages. Write macro F1: for each label in `right` the harmonic mean of precision and recall, $\\dfrac{2 \\cdot \\text{hits}}{\\text{said} + \\text{true}}$, and the mean over labels.',
      zh: '将近一半的姓氏是俄语的：正确率看不出小语种。写出宏平均 F1：对 `right` 中的每个标签，求精确率与召回率的调和平均 $\\dfrac{2 \\cdot \\text{答对}}{\\text{答出} + \\text{实有}}$，再对标签取平均。',
    },
    hints: [
      { en: '`[...new Set(right)]` are the labels.', zh: '`[...new Set(right)]` 就是各个标签。' },
      {
        en: 'For each label count hits, how often it was said, and how often it is true.',
        zh: '对每个标签，数出答对的次数、答出的次数、实有的次数。',
      },
    ],
    answer: {
      en: 'Whoever always says “Russian” gets nearly half of the accuracy, and almost nothing here: each language counts the same.',
      zh: '总是回答“俄语”，正确率近一半，在这里却几乎得零分：每种语言的分量相同。',
    },
    start: `export default function macroF1(said, right) {
  return said.filter((label, i) => label === right[i]).length / right.length;
}
`,
    solution: `export default function macroF1(said, right) {
  const labels = [...new Set(right)];
  const scores = labels.map((label) => {
    const hits = said.filter((one, i) => one === label && right[i] === label).length;
    const count = (list) => list.filter((one) => one === label).length;
    return (2 * hits) / (count(said) + count(right));
  });
  return scores.reduce((a, b) => a + b, 0) / labels.length;
}
`,
    trials: [
      {
        given: [
          ['ru', 'ru', 'ru', 'ru'],
          ['ru', 'ru', 'ru', 'fr'],
        ],
        expected: 3 / 7,
      },
      {
        given: [
          ['a', 'b'],
          ['a', 'b'],
        ],
        expected: 1,
      },
      {
        given: [
          ['a', 'a', 'b'],
          ['a', 'b', 'b'],
        ],
        expected: 2 / 3,
      },
    ],
  }),
  write({
    name: 'letter-runs',
    question: {
      en: 'Counting does well here, on runs of letters. Write a function that returns all runs of `n` letters of a name, with `<` in front of it and `>` behind.',
      zh: '在这里，对连续字母计数就很有效。写一个函数，返回姓氏中所有长为 `n` 的连续字母；开头加 `<`，结尾加 `>`。',
    },
    hints: [
      {
        en: 'Put the marks on first, then count the places where a run can begin: `<Ito>` has four pairs.',
        zh: '先加上标记，再数可以从哪些位置开始：`<Ito>` 里长为 2 的有四个。',
      },
    ],
    answer: {
      en: 'The marks matter: that a name *ends* with “ov” says more than that it has “ov” in it.',
      zh: '标记很重要：以“ov”*结尾*，比含有“ov”更说明问题。',
    },
    start: `export default function runs(name, n) {
  return [];
}
`,
    solution: `export default function runs(name, n) {
  const marked = \`<\${name}>\`;
  return Array.from({ length: marked.length - n + 1 }, (_, i) => marked.slice(i, i + n));
}
`,
    trials: [
      { given: ['Ito', 2], expected: ['<I', 'It', 'to', 'o>'] },
      { given: ['Ito', 4], expected: ['<Ito', 'Ito>'] },
    ],
  }),
];

export const sentencePolarity = [
  build({
    name: 'same-words',
    question: {
      en: 'Counting words does not see their order. Give two different sentences, as a list of two texts, that have the same words equally often; and let one praise, the other blame.',
      zh: '对词计数看不见词序。用英语给出两个不同的句子（两个字符串的列表），所用的词及次数完全相同，但一句是褒，一句是贬。',
    },
    hints: [
      { en: 'Where does “not” stand?', zh: '“not”放在哪里？' },
      { en: '“not good, just bad” is one of a pair.', zh: '“not good, just bad”可以是其中一句。' },
    ],
    answer: {
      en: 'For naive Bayes and logistic regression on single words both are one and the same point. A network that reads in order can tell them apart, if the training sentences show it what “not” does. Whether yours praise and blame only a reader can say.',
      zh: '对以单个词为特征的朴素贝叶斯和逻辑回归来说，两句是同一个点。按次序阅读的网络有可能区分它们，前提是训练句子让它看到“not”的作用。至于你的句子是不是一褒一贬，只有读者能判断。',
    },
    start: "export default ['it is good', 'it is bad'];\n",
    solution: "export default ['not good, just bad', 'not bad, just good'];\n",
    fault(given) {
      if (!Array.isArray(given) || given.length !== 2 || !given.every((text) => typeof text === 'string')) {
        return { en: 'expected a list of two texts', zh: '应当是两个字符串的列表' };
      }
      const [a, b] = given.map((text: string) => text.toLowerCase().match(/[a-z']+/g) ?? []);
      if (a.length < 3) return { en: 'a sentence has at least three words', zh: '一句至少要有三个词' };
      if (a.join(' ') === b.join(' ')) return { en: 'both are the same sentence', zh: '两句完全相同' };
      const left = [...b];
      for (const word of a) {
        if (!left.includes(word)) return { en: `the second has fewer of “${word}”`, zh: `第二句缺少“${word}”` };
        left.splice(left.indexOf(word), 1);
      }
      const [more] = left;
      return more === undefined ? null : { en: `the second has more of “${more}”`, zh: `第二句多出了“${more}”` };
    },
  }),
  write({
    name: 'word-evidence',
    question: {
      en: 'Write what one word adds to the score of naive Bayes: $\\ln \\dfrac{(n_+ + 1) / (N_+ + m)}{(n_- + 1) / (N_- + m)}$, from its counts in praise and blame, the numbers of all words there, and the number $m$ of different words.',
      zh: '写出一个词给朴素贝叶斯的分数增加多少：$\\ln \\dfrac{(n_+ + 1) / (N_+ + m)}{(n_- + 1) / (N_- + m)}$，输入为它在褒、贬句中的次数，两边的总词数，以及不同的词数 $m$。',
    },
    hints: [
      {
        en: 'The ones are Laplace smoothing: a word never seen must not decide alone.',
        zh: '加一是拉普拉斯平滑：没见过的词不能独自决定一切。',
      },
    ],
    answer: {
      en: 'A word never seen says nothing where both sides have equally many words: ln 1 = 0. The network has the same trouble with rare words, and no formula for it: it reads other reviews first.',
      zh: '如果两边的总词数相同，没见过的词什么也不说明：ln 1 = 0。网络同样为生僻词所困，却没有现成的公式，只能先多读些别的影评。',
    },
    start: `export default function evidence({ plus, minus, allPlus, allMinus, m }) {
  return Math.log(plus / minus);
}
`,
    solution: `export default function evidence({ plus, minus, allPlus, allMinus, m }) {
  return Math.log((plus + 1) / (allPlus + m)) - Math.log((minus + 1) / (allMinus + m));
}
`,
    trials: [
      { given: [{ plus: 0, minus: 0, allPlus: 100, allMinus: 100, m: 50 }], expected: 0 },
      { given: [{ plus: 3, minus: 0, allPlus: 100, allMinus: 100, m: 50 }], expected: Math.log(4) },
      { given: [{ plus: 1, minus: 1, allPlus: 150, allMinus: 50, m: 50 }], expected: -Math.log(2) },
    ],
  }),
];

/** Words of four reviews in one batch. */
const LENGTHS = [50, 60, 70, 820];

export const sentiment = [
  predict({
    name: 'padding-waste',
    question: {
      en: `Reviews of ${LENGTHS.join(', ')} words stand in one batch, padded to the longest. Which percentage of its places is padding?`,
      zh: `长为 ${LENGTHS.join('、')} 个词的影评放在一个小批量里，都补到最长的长度。填充占百分之几？`,
    },
    hints: [{ en: 'Places: 4 · 820. Words: their sum.', zh: '位置共 4 · 820 个；词数是它们的和。' }],
    answer: {
      en: '69.5 %: so reviews of about the same length are put side by side, and packing leaves the rest out.',
      zh: '69.5 %：所以把长度相近的影评放在一起，剩下的再用打包省去。',
    },
    right: () => 100 * (1 - LENGTHS.reduce((a, b) => a + b) / (LENGTHS.length * Math.max(...LENGTHS))),
    solution: 'export default 100 * (1 - (50 + 60 + 70 + 820) / (4 * 820));\n',
    tolerance: 1,
    mistakes: [
      { given: (100 * 1000) / (4 * 820), says: { en: 'that is the share of words', zh: '那是词所占的比例' } },
      { given: 75, says: { en: 'the short reviews are not empty', zh: '短影评并不是空的' } },
    ],
  }),
  write({
    name: 'masked-mean',
    question: {
      en: 'Write the mean of the states of one review over time: `states` is a list of vectors, one for each place, of which only the first `length` are words.',
      zh: '写出一条影评的隐状态对时间的平均：`states` 是各个位置的向量的列表，其中只有前 `length` 个是词。',
    },
    hints: [{ en: 'Cut the padding off first, then divide by `length`.', zh: '先去掉填充，再除以 `length`。' }],
    answer: {
      en: 'With the padding in it, short reviews would look alike whatever they say.',
      zh: '如果把填充也算进去，短影评无论说什么都会显得差不多。',
    },
    start: `export default function mean(states, length) {
  return states[0].map((_, j) => states.reduce((sum, h) => sum + h[j], 0) / states.length);
}
`,
    solution: `export default function mean(states, length) {
  const real = states.slice(0, length);
  return real[0].map((_, j) => real.reduce((sum, h) => sum + h[j], 0) / length);
}
`,
    trials: [
      {
        given: [
          [
            [1, 2],
            [3, 4],
            [9, 9],
          ],
          2,
        ],
        expected: [2, 3],
      },
      { given: [[[5], [0], [0]], 1], expected: [5] },
    ],
  }),
];
