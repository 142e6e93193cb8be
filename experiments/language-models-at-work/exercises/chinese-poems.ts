import { predict, write } from 'unrolled/reproduce';

/** 王之渙《登鸛雀樓》, as the lesson's data has it. */
const POEM = '白日依山盡，黃河入海流。欲窮千里目，更上一層樓。';

export default [
  predict({
    name: 'quatrain-tokens',
    question: {
      en: 'A quatrain with lines of five characters, commas and full stops included: how many tokens has it for a model that reads characters?',
      zh: '一首五言绝句，逗号和句号也算在内：对逐字阅读的模型来说有多少个词元？',
    },
    hints: [{ en: 'Four lines of five, and what stands at their ends.', zh: '四句，每句五字，外加句末标点。' }],
    answer: {
      en: '24. The model must learn that every sixth is a mark: it must count.',
      zh: '24，例如“白日依山盡，黃河入海流。欲窮千里目，更上一層樓。”模型必须学会每第六个是标点，也就是要会数数。',
    },
    right: () => Array.from(POEM).length,
    solution: 'export default 4 * (5 + 1);\n',
    mistakes: [{ given: 20, says: { en: 'commas and full stops are tokens, too', zh: '逗号和句号也是词元' } }],
  }),
  write({
    name: 'allow',
    question: {
      en: 'Write what makes an acrostic possible: only the tokens in `allowed` may be drawn. The others get probability 0, and what is left is scaled to sum to 1. Where nothing allowed has any probability, all allowed ones are equally probable.',
      zh: '写出藏头诗所用的约束：只允许抽取 `allowed` 中的词元。其余概率设为 0，剩下的重新归一化；如果允许的词元概率全为 0，就让它们机会均等。',
    },
    hints: [
      { en: 'First the sum over what is allowed.', zh: '先求允许的词元的概率之和。' },
      { en: 'A sum of 0 needs a branch of its own.', zh: '和为 0 时要单独处理。' },
    ],
    answer: {
      en: 'Among what is allowed the model keeps its preferences: a rule from outside and a learned taste work together.',
      zh: '在允许的范围内，模型仍保持自己的偏好：外加的规则与学到的习惯并行不悖。',
    },
    start: `export default function allow(probabilities, allowed) {
  return probabilities;
}
`,
    solution: `export default function allow(probabilities, allowed) {
  const left = probabilities.map((p, i) => (allowed.includes(i) ? p : 0));
  const sum = left.reduce((a, b) => a + b, 0);
  if (sum > 0) return left.map((p) => p / sum);
  return left.map((_, i) => (allowed.includes(i) ? 1 / allowed.length : 0));
}
`,
    trials: [
      {
        given: [
          [0.5, 0.3, 0.2],
          [1, 2],
        ],
        expected: [0, 0.6, 0.4],
      },
      { given: [[0.5, 0.3, 0.2], [0]], expected: [1, 0, 0] },
      {
        given: [
          [1, 0, 0],
          [1, 2],
        ],
        expected: [0, 0.5, 0.5],
      },
    ],
  }),
];
