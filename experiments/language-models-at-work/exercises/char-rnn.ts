import { predict } from 'unrolled/reproduce';

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
    right: 0.941,
    tolerance: 0.01,
  }),
];
