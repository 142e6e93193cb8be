import { predict, write } from 'unrolled/reproduce';

export default [
  predict({
    name: 'sine-past',
    question: {
      en: 'Take the noise away: $x_t = \\sin(0.01\\,t)$. How many past values must a *linear* model see to predict the next one without any error?',
      zh: '去掉噪声：$x_t = \\sin(0.01\\,t)$。*线性*模型至少要看几个过去的值，才能毫无误差地预测下一个？',
    },
    hints: [
      {
        en: 'Write $\\sin(a + b) + \\sin(a - b)$ as a product.',
        zh: '把 $\\sin(a + b) + \\sin(a - b)$ 写成乘积。',
      },
    ],
    answer: {
      en: '$\\sin(t + d) = 2 \\cos(d) \\sin(t) - \\sin(t - d)$: two values are enough. With noise more help, since a mean over many values is quieter than any of them.',
      zh: '$\\sin(t + d) = 2 \\cos(d) \\sin(t) - \\sin(t - d)$：两个值就够了。有噪声时多看几个会更好，因为许多值的平均比单个值更平稳。',
    },
    right: 2,
  }),
  predict({
    name: 'sine-floor',
    question: {
      en: 'The noise has a standard deviation of 0.2. Below which mean squared error can no model stay on new data, however large it is?',
      zh: '噪声的标准差是 0.2。在新数据上，无论模型多大，均方误差都不可能长期低于多少？',
    },
    hints: [
      {
        en: 'Even one who knows the sine exactly does not know the noise.',
        zh: '即使完全知道正弦曲线，也不知道噪声。',
      },
    ],
    answer: {
      en: 'The variance of the noise, $0.2^2 = 0.04$. The training loss can be lower, when a model learns the noise by heart.',
      zh: '噪声的方差，$0.2^2 = 0.04$。如果模型把噪声也背下来，训练损失可以更低。',
    },
    right: 0.2 ** 2,
    mistakes: [
      {
        given: 0.2,
        says: { en: 'that is the standard deviation: the error is squared', zh: '那是标准差：误差要平方' },
      },
      { given: 0, says: { en: 'the next noise is not known', zh: '下一个噪声是未知的' } },
    ],
    tolerance: 0.002,
  }),
  write({
    name: 'sine-windows',
    question: {
      en: 'Write a function that makes examples of a series: `features`, a list of all windows of `tau` values, and `labels`, the value after each.',
      zh: '写一个函数，把序列变成样本：`features` 是所有长为 `tau` 的窗口的列表，`labels` 是每个窗口之后的值。',
    },
    hints: [
      { en: 'There are `series.length - tau` examples.', zh: '样本一共有 `series.length - tau` 个。' },
      { en: 'Window i is `series.slice(i, i + tau)`.', zh: '第 i 个窗口是 `series.slice(i, i + tau)`。' },
    ],
    answer: {
      en: 'The last value is a label, and never a feature.',
      zh: '最后一个值只作标签，不作特征。',
    },
    start: 'export default function windows(series, tau) {\n  return { features: [], labels: [] };\n}\n',
    solution:
      'export default function windows(series, tau) {\n  const count = series.length - tau;\n  const features = Array.from({ length: count }, (_, i) => series.slice(i, i + tau));\n  return { features, labels: series.slice(tau) };\n}\n',
    trials: [
      {
        given: [[1, 2, 3, 4, 5], 2],
        expected: {
          features: [
            [1, 2],
            [2, 3],
            [3, 4],
          ],
          labels: [3, 4, 5],
        },
      },
      { given: [[1, 2, 3, 4, 5], 4], expected: { features: [[1, 2, 3, 4]], labels: [5] } },
    ],
  }),
];
