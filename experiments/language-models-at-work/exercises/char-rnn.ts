import { predict, write } from 'unrolled/reproduce';

export default [
  predict({
    name: 'temperature',
    question: {
      en: 'A model gives two characters the probabilities 0.8 and 0.2. What is the first one at a temperature of 0.5?',
      zh: '模型给两个字符的概率是 0.8 与 0.2。温度为 0.5 时，第一个字符的概率是多少？',
    },
    hints: [
      {
        en: 'Dividing the scores by 0.5 squares the probabilities, before they are made to sum to 1.',
        zh: '把分数除以 0.5，相当于把概率平方，然后再归一化。',
      },
    ],
    answer: { en: '$0.64 / (0.64 + 0.04) \\approx 0.94$.', zh: '$0.64 / (0.64 + 0.04) \\approx 0.94$。' },
    right() {
      const [a, b] = [0.8, 0.2].map((p) => Math.exp(Math.log(p) / 0.5));
      return a / (a + b);
    },
    solution: 'export default 0.8 ** 2 / (0.8 ** 2 + 0.2 ** 2);\n',
    mistakes: [
      { given: 0.64, says: { en: 'the probabilities must sum to 1 again', zh: '概率之和要重新变为 1' } },
      {
        given: 0.667,
        says: { en: 'that is a temperature of 2: low ones sharpen', zh: '那是温度为 2：温度低会更集中' },
      },
    ],
    tolerance: 0.01,
  }),
  write({
    name: 'draw',
    question: {
      en: 'Write the draw of a token: `probabilities` sum to 1, `u` is uniform between 0 and 1. Return the index of the first token at which the running sum exceeds `u`.',
      zh: '写出抽取一个词元：`probabilities` 之和为 1，`u` 在 0 与 1 之间均匀分布。返回累计和首次超过 `u` 的词元的索引。',
    },
    hints: [
      {
        en: 'Go on subtracting from u until it is below the next probability.',
        zh: '从 u 中逐个减去概率，直到小于下一个概率。',
      },
      {
        en: 'Rounding may leave the sum below u at the end: then it is the last token.',
        zh: '由于舍入误差，最后累计和可能仍小于 u：这时取最后一个词元。',
      },
    ],
    answer: {
      en: 'Token i is drawn with its probability, since that is the width of its interval.',
      zh: '词元 i 占的区间宽度就是它的概率，因此按这个概率被抽到。',
    },
    start: `export default function draw(probabilities, u) {
  return 0;
}
`,
    solution: `export default function draw(probabilities, u) {
  let sum = 0;
  const found = probabilities.findIndex((p) => (sum += p) > u);
  return found < 0 ? probabilities.length - 1 : found;
}
`,
    trials: [
      { given: [[0.5, 0.25, 0.25], 0.1], expected: 0 },
      { given: [[0.5, 0.25, 0.25], 0.5], expected: 1 },
      { given: [[0.5, 0.25, 0.25], 0.9], expected: 2 },
      { given: [[0, 1], 0], expected: 1 },
      { given: [[0.3, 0.3, 0.3], 0.95], expected: 2 },
    ],
  }),
  predict({
    name: 'temperature-zero',
    question: {
      en: 'The temperature goes to 0. What does the model write?',
      zh: '温度趋于 0。模型会写出什么？',
    },
    hints: [
      {
        en: 'Dividing scores by a tiny number: how far does the largest stand out?',
        zh: '分数除以一个极小的数：最大的那个会突出多少？',
      },
    ],
    answer: {
      en: 'Always the most probable character: no dice are left, the text repeats itself soon. At a large temperature all characters become equally probable.',
      zh: '永远取最可能的字符：没有随机性，很快就会重复。温度很高时，所有字符的概率趋于相等。',
    },
    right: 'greedy',
    choices: {
      greedy: { en: 'always the most probable character', zh: '总是最可能的字符' },
      uniform: { en: 'any character, equally often', zh: '任意字符，机会均等' },
      learned: { en: 'characters with the probabilities that it learned', zh: '按学到的概率取字符' },
    },
    mistakes: [
      { given: 'uniform', says: { en: 'that is the other end', zh: '那是另一头' } },
      { given: 'learned', says: { en: 'that is a temperature of 1', zh: '那是温度为 1 的情形' } },
    ],
  }),
];
