import { predict, write } from 'unrolled/reproduce';

/** How probable each number of ones is in `length` bits, by adding one bit after the other. */
function chances(length: number): number[] {
  let p = [1];
  for (let t = 0; t < length; t++) {
    p = Array.from({ length: p.length + 1 }, (_, k) => 0.5 * (p[k] ?? 0) + 0.5 * (p[k - 1] ?? 0));
  }
  return p;
}

export const countOnesLstm = [
  predict({
    name: 'count-guess',
    question: {
      en: 'Sequences of 20 zeros and ones, all equally probable. A model that reads nothing and always says 10: in which percentage of the sequences is it right?',
      zh: '长为 20 的 0、1 序列，各种序列概率相同。一个什么也不读、总是回答 10 的模型，答对百分之几？',
    },
    hints: [{ en: '$\\binom{20}{10} / 2^{20}$.', zh: '$\\binom{20}{10} / 2^{20}$。' }],
    answer: {
      en: '17.6 %. An accuracy of a fifth after the first epoch is no sign that it counts.',
      zh: '17.6 %。第一轮之后有五分之一的正确率，并不说明它会数数。',
    },
    right: () => 100 * chances(20)[10],
    solution: `let chance = 1;
for (let k = 1; k <= 10; k++) chance *= (10 + k) / k / 4;
export default 100 * chance;
`,
    tolerance: 1,
    mistakes: [
      { given: 100 / 21, says: { en: 'the 21 counts are not equally probable', zh: '21 种个数的概率并不相同' } },
      {
        given: 50,
        says: {
          en: 'half of the bits are ones, on average; the count still scatters',
          zh: '平均有一半是 1，但个数仍有起伏',
        },
      },
    ],
  }),
  predict({
    name: 'count-loss',
    question: {
      en: 'The same model that always says 10: what is its mean squared error?',
      zh: '还是那个总回答 10 的模型：它的均方误差是多少？',
    },
    hints: [
      {
        en: 'The variance of one bit is ¼; variances of independent bits add up.',
        zh: '一位的方差是 ¼；相互独立时方差相加。',
      },
    ],
    answer: {
      en: '20 · ¼ = 5. A loss that starts above 100 and stays at 5 has learned the mean, and nothing else.',
      zh: '20 · ¼ = 5。损失从一百多降到 5 就停住，说明只学到了平均值。',
    },
    right: () => chances(20).reduce((sum, p, k) => sum + p * (k - 10) ** 2, 0),
    solution: 'export default 20 / 4;\n',
    tolerance: 0.05,
    mistakes: [
      { given: 0, says: { en: 'it is right on average only', zh: '它只是平均正确' } },
      { given: Math.sqrt(5), says: { en: 'that is the root of it', zh: '那是它的平方根' } },
    ],
  }),
  predict({
    name: 'count-unbounded',
    question: {
      en: 'Counting needs a number inside that can grow as long as ones come. Which value of an LSTM can?',
      zh: '要数数，内部就要有一个能随着 1 的到来不断增大的数。LSTM 的哪个值可以？',
    },
    hints: [{ en: 'Which of them goes through a σ or a tanh?', zh: '哪些要经过 σ 或 tanh？' }],
    answer: {
      en: 'The memory cell: with $f = i = 1$ it adds the candidate up. The hidden state is read from it through a tanh, and flattens: that is why long sequences are counted too low.',
      zh: '记忆元：$f = i = 1$ 时它把候选值累加起来。隐状态要经过 tanh 才读出，会趋于平缓，所以长序列总是数少了。',
    },
    right: 'c',
    choices: {
      c: { en: 'the memory cell', zh: '记忆元' },
      h: { en: 'the hidden state', zh: '隐状态' },
      f: { en: 'the forget gate', zh: '遗忘门' },
    },
    mistakes: [
      {
        given: 'h',
        says: { en: 'a tanh and a gate keep it between −1 and 1', zh: 'tanh 和门把它限制在 −1 与 1 之间' },
      },
      { given: 'f', says: { en: 'a gate is between 0 and 1', zh: '门在 0 与 1 之间' } },
    ],
  }),
];

export const countOnesGru = [
  predict({
    name: 'gru-room',
    question: {
      en: 'The state of a GRU lies between −1 and 1. One unit should tell the counts 0, 1, …, 100 apart, evenly spread. How far apart are two neighbouring counts?',
      zh: 'GRU 的隐状态在 −1 与 1 之间。用一个单元均匀地区分 0、1、……、100 这些个数，相邻两个相差多少？',
    },
    hints: [{ en: '101 values have 100 gaps between them.', zh: '101 个值之间有 100 个间隔。' }],
    answer: {
      en: '0.02: an error of 0.01 at the end is a miscount, and every step may add one. The memory cell of an LSTM has no such ceiling.',
      zh: '0.02：最后只要差 0.01 就数错了，而每一步都可能带来误差。LSTM 的记忆元没有这个上限。',
    },
    right: () => (1 - -1) / (Array.from({ length: 101 }).length - 1),
    solution: 'export default 2 / 100;\n',
    tolerance: 0.0001,
    mistakes: [
      { given: 0.01, says: { en: 'from −1 to 1 the way is 2', zh: '从 −1 到 1 的距离是 2' } },
      { given: 2 / 101, says: { en: 'count the gaps, not the values', zh: '要数间隔，而不是数值的个数' } },
    ],
  }),
  write({
    name: 'rounded-accuracy',
    question: {
      en: 'Write what the lesson measures: the share of sequences whose count is right once the number that the network says is rounded.',
      zh: '写出本课的度量：把网络输出的数四舍五入之后，个数正确的序列所占的比例。',
    },
    hints: [{ en: '`Math.round`.', zh: '用 `Math.round`。' }],
    answer: {
      en: 'A mean error of 0.4 may still be 100 %, and one of 0.6 may be 0 %: look at both.',
      zh: '平均误差 0.4 时可能仍是 100 %，0.6 时可能是 0 %：两者都要看。',
    },
    start: `export default function accuracy(said, right) {
  return said.filter((value, i) => value === right[i]).length / right.length;
}
`,
    solution: `export default function accuracy(said, right) {
  return said.filter((value, i) => Math.round(value) === right[i]).length / right.length;
}
`,
    trials: [
      {
        given: [
          [9.6, 3.4, 7.9],
          [10, 3, 8],
        ],
        expected: 1,
      },
      {
        given: [
          [9.4, 3],
          [10, 3],
        ],
        expected: 0.5,
      },
    ],
  }),
];
