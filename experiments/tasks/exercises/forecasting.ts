// Exercises of the lessons on series: oil temperature, everyday series.
import { predict, write } from 'unrolled/reproduce';

export const oilTemperature = [
  write({
    name: 'season-again',
    question: {
      en: 'Write the forecast that costs nothing: the next `horizon` values are those of one `season` ago, again and again where the horizon is longer.',
      zh: '写出不花代价的预测：接下来的 `horizon` 个值等于一个 `season` 之前的值；预测更长时就反复使用。',
    },
    hints: [
      { en: 'The last season is `series.slice(-season)`.', zh: '最后一个周期是 `series.slice(-season)`。' },
      {
        en: 'Value k of the forecast is number `k % season` of it.',
        zh: '预测的第 k 个值是其中的第 `k % season` 个。',
      },
    ],
    answer: {
      en: 'With a season of 1 it is “the last value stays”. Look at both before any network.',
      zh: '周期为 1 时就是“保持最后一个值”。训练网络之前，两者都要先看。',
    },
    start: `export default function forecast(series, season, horizon) {
  return new Array(horizon).fill(series.at(-1));
}
`,
    solution: `export default function forecast(series, season, horizon) {
  const last = series.slice(-season);
  return Array.from({ length: horizon }, (_, k) => last[k % season]);
}
`,
    trials: [
      { given: [[1, 2, 3, 4, 5], 3, 2], expected: [3, 4] },
      { given: [[1, 2, 3, 4, 5], 2, 5], expected: [4, 5, 4, 5, 4] },
      { given: [[7], 1, 2], expected: [7, 7] },
    ],
  }),
  write({
    name: 'pinball',
    question: {
      en: 'How does a network learn a band? Write the quantile loss of level `q`: `q` for each unit that the truth is above the forecast, `1 - q` for each unit below.',
      zh: '网络怎样学会预测区间？写出水平为 `q` 的分位数损失：真值高出预测的部分，每单位计 `q`；低于预测的部分，每单位计 `1 - q`。',
    },
    hints: [{ en: 'Two cases, by the sign of `truth - forecast`.', zh: '按 `truth - forecast` 的符号分两种情形。' }],
    answer: {
      en: 'At q = 0.9 it costs nine times as much to be too low, so the best forecast has a tenth of the truths above it. At q = ½ it is half the absolute error, and the median is best.',
      zh: 'q = 0.9 时，报低的代价是报高的九倍，所以最好的预测之上正好有十分之一的真值。q = ½ 时它是绝对误差的一半，最好的是中位数。',
    },
    start: `export default function loss(truth, forecast, q) {
  return Math.abs(truth - forecast);
}
`,
    solution: `export default function loss(truth, forecast, q) {
  const above = truth - forecast;
  return above > 0 ? q * above : (q - 1) * above;
}
`,
    trials: [
      { given: [5, 3, 0.9], expected: 1.8 },
      { given: [3, 5, 0.9], expected: 0.2 },
      { given: [3, 5, 0.5], expected: 1 },
      { given: [4, 4, 0.1], expected: 0 },
    ],
  }),
];

export const everydaySeries = [
  write({
    name: 'rolling-origin',
    question: {
      en: 'Write a rolling origin: of a series of `n` values the last `folds * horizon` are tested, `horizon` at a time. Return a list of `{ known, test }`: how many values are known, and the places `[from, to]` that are tested (`to` is the one after the last).',
      zh: '写出滚动起点：长为 `n` 的序列，最后 `folds * horizon` 个值用于测试，每次 `horizon` 个。返回 `{ known, test }` 的列表：已知的个数，以及测试的位置 `[from, to]`（`to` 是最后一个之后的位置）。',
    },
    hints: [
      { en: 'The first fold knows `n - folds * horizon` values.', zh: '第一折已知 `n - folds * horizon` 个值。' },
    ],
    answer: {
      en: 'Each fold knows what was tested before, as it would in use; and never anything after.',
      zh: '与实际使用时一样，每一折都知道之前测试过的值，而绝不知道之后的任何值。',
    },
    start: `export default function origins(n, horizon, folds) {
  return [];
}
`,
    solution: `export default function origins(n, horizon, folds) {
  return Array.from({ length: folds }, (_, k) => {
    const known = n - (folds - k) * horizon;
    return { known, test: [known, known + horizon] };
  });
}
`,
    trials: [
      {
        given: [144, 12, 3],
        expected: [
          { known: 108, test: [108, 120] },
          { known: 120, test: [120, 132] },
          { known: 132, test: [132, 144] },
        ],
      },
      { given: [10, 4, 1], expected: [{ known: 6, test: [6, 10] }] },
    ],
  }),
  predict({
    name: 'random-walk',
    question: {
      en: 'A price moves each day up or down by 1, like a coin. The best forecast is that it stays. What is the root mean square error 9 days ahead?',
      zh: '一个价格每天涨 1 或跌 1，像抛硬币。最好的预测是保持不变。提前 9 天预测的均方根误差是多少？',
    },
    hints: [{ en: 'Variances of independent moves add up.', zh: '独立变动的方差相加。' }],
    answer: {
      en: '$\\sqrt 9 = 3$. No network does better on such a series: where one seems to, it has seen what comes after.',
      zh: '$\\sqrt 9 = 3$。对这样的序列，没有网络能做得更好；如果看上去更好，那是它偷看了后面的值。',
    },
    right() {
      // All 2⁹ ways, each as probable as any other.
      const ends = Array.from({ length: 512 }, (_, way) =>
        Array.from({ length: 9 }, (_day, k) => ((way >> k) & 1 ? 1 : -1)).reduce((sum, move) => sum + move, 0),
      );
      return Math.sqrt(ends.reduce((sum, end) => sum + end ** 2, 0) / ends.length);
    },
    solution: 'export default Math.sqrt(9);\n',
    tolerance: 0.05,
    mistakes: [
      { given: 9, says: { en: 'that is the farthest it can go, or the variance', zh: '那是最远能到的地方，也是方差' } },
      { given: 0, says: { en: 'that is the mean error, with its sign', zh: '那是带符号的平均误差' } },
      { given: 1, says: { en: 'that is one day ahead', zh: '那是提前一天' } },
    ],
  }),
  predict({
    name: 'hindsight',
    question: {
      en: 'Somebody looks which of 1,000 shares did best in the last five years, and finds that a simple rule would have bought it in time. What has gone wrong?',
      zh: '有人查看 1,000 只股票中哪一只过去五年涨得最好，并发现用一条简单的规则本可以及时买入它。错在哪里？',
    },
    hints: [{ en: 'When did he choose the share?', zh: '他是什么时候选定这只股票的？' }],
    answer: {
      en: 'The share was chosen by knowing the end. Among a thousand random walks some rise steeply, and for each of them some rule fits afterwards.',
      zh: '他是知道结局之后才选定股票的。一千条随机游走中总有几条涨得很陡，而对每一条，事后总能找到一条合适的规则。',
    },
    right: 'future',
    choices: {
      future: { en: 'what came later was used to choose', zh: '选择时用到了后来的信息' },
      short: { en: 'five years are too short', zh: '五年太短' },
      rule: { en: 'the rule is too simple', zh: '规则太简单' },
    },
    mistakes: [
      { given: 'short', says: { en: 'with fifty years it would be the same', zh: '五十年也是一样' } },
      { given: 'rule', says: { en: 'a complicated rule fits the past even better', zh: '复杂的规则只会更贴合过去' } },
    ],
  }),
];
