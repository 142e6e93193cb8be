import { predict, write } from 'unrolled/reproduce';

export default [
  write({
    name: 'bigram-sentence',
    question: {
      en: 'Write the probability that a model which remembers one word gives to a sentence: $P(x_1) \\prod_t P(x_t \\mid x_{t-1})$, by counting in `corpus`, a list of words. The first word has the share that it has of the corpus; $P(b \\mid a)$ is how often a is followed by b, divided by how often a is followed by anything.',
      zh: '写出只记得前一个词的模型给一句话的概率：$P(x_1) \\prod_t P(x_t \\mid x_{t-1})$，在词列表 `corpus` 中计数得到。第一个词的概率是它在语料中的占比；$P(b \\mid a)$ 是 a 后面跟着 b 的次数，除以 a 后面跟着任何词的次数。',
    },
    hints: [
      {
        en: 'The last word of the corpus is followed by nothing: it does not count below the line.',
        zh: '语料的最后一个词后面什么也没有，不计入分母。',
      },
      {
        en: 'Count pairs: `corpus.slice(0, -1).filter((word, i) => word === a && corpus[i + 1] === b).length`.',
        zh: '数词对：`corpus.slice(0, -1).filter((word, i) => word === a && corpus[i + 1] === b).length`。',
      },
    ],
    answer: {
      en: 'A single pair that never occurred makes the whole product 0: that is what smoothing is for, in the next lesson.',
      zh: '只要有一个词对从未出现，整个乘积就是 0：下一课的平滑就是为此而设。',
    },
    start: `export default function probability(corpus, sentence) {
  return 1;
}
`,
    solution: `export default function probability(corpus, sentence) {
  const known = corpus.slice(0, -1);
  const after = (a, fits) => known.filter((word, i) => word === a && fits(corpus[i + 1])).length;
  let p = corpus.filter((word) => word === sentence[0]).length / corpus.length;
  for (let t = 1; t < sentence.length; t++) {
    const before = sentence[t - 1];
    p *= after(before, (next) => next === sentence[t]) / after(before, () => true);
  }
  return p;
}
`,
    trials: [
      { given: [['a', 'b', 'a', 'c'], ['a']], expected: 1 / 2 },
      {
        given: [
          ['a', 'b', 'a', 'c'],
          ['a', 'c'],
        ],
        expected: 1 / 4,
      },
      {
        given: [
          ['a', 'b', 'a', 'b', 'b'],
          ['b', 'a', 'b'],
        ],
        expected: (3 / 5) * (1 / 2) * 1,
      },
      {
        given: [
          ['a', 'b', 'a', 'c'],
          ['b', 'c'],
        ],
        expected: 0,
      },
    ],
  }),
  predict({
    name: 'table-of-fives',
    question: {
      en: 'A model by counting keeps a probability for each run of five characters out of 28. How many does its table have?',
      zh: '一个靠计数的模型，给每一种连续五个字符（共 28 种字符）保存一个概率。表里有多少个数？',
    },
    hints: [{ en: 'Each further place multiplies.', zh: '每多一个位置，就再乘一次。' }],
    answer: {
      en: '$28^5 = 17{,}210{,}368$. The Time Machine has 170,580 characters, so at least 99 of 100 entries stay empty. A network has a few thousand weights instead, whatever the length.',
      zh: '$28^5 = 17{,}210{,}368$。《时间机器》有 170,580 个字符，所以一百格中至少有 99 格是空的。网络只有几千个权重，与长度无关。',
    },
    right: () => Array.from({ length: 5 }).reduce<number>((runs) => runs * 28, 1),
    solution: 'export default 28 ** 5;\n',
    mistakes: [
      { given: 140, says: { en: 'places multiply, they do not add up', zh: '位置之间是相乘，不是相加' } },
      {
        given: 5 ** 28,
        says: { en: 'the other way round: each of five places has 28 choices', zh: '反了：五个位置，每个有 28 种选择' },
      },
    ],
  }),
  predict({
    name: 'two-directions',
    question: {
      en: 'A text can be factorized from the first word on or from the last one back. Both products are …',
      zh: '一段文本的概率可以从第一个词开始分解，也可以从最后一个词往回分解。两个乘积……',
    },
    hints: [
      {
        en: '$P(a)\\,P(b \\mid a)$ and $P(b)\\,P(a \\mid b)$.',
        zh: '$P(a)\\,P(b \\mid a)$ 与 $P(b)\\,P(a \\mid b)$。',
      },
    ],
    answer: {
      en: 'Equal, by the definition of a conditional probability. What differs is how hard the conditionals are to learn; and a model that writes must begin at the front.',
      zh: '相等，这由条件概率的定义得出。不同的是各个条件概率有多难学；而要写文本的模型只能从前面开始。',
    },
    right: 'equal',
    choices: {
      equal: { en: 'equal', zh: '相等' },
      forward: { en: 'different: the one from the front is larger', zh: '不相等：从前往后的更大' },
      unknown: { en: 'sometimes equal, it depends on the text', zh: '有时相等，取决于文本' },
    },
    mistakes: [
      {
        given: 'forward',
        says: { en: 'write both out for two words', zh: '把两个词的情形都写出来看看' },
      },
      {
        given: 'unknown',
        says: { en: 'nothing of the text was needed for the product rule', zh: '乘法公式没有用到文本的任何性质' },
      },
    ],
  }),
];
