import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Forecasting a day of oil temperatures', zh: '预测变压器一天的油温' },
  question: {
    en: 'A day of temperatures ahead: hour by hour, or all at once? And how sure is it?',
    zh: '预测未来一天的温度：逐小时，还是一次给出全部？又有多大把握？',
  },
  idea: {
    en: 'Many to many: 336 hours in, 24 hours out. The oil temperature of an electric transformer (ETTh1) is a test that many papers on forecasting use. It teaches a lesson that is easily missed: look at what needs no network *first*. Repeating the last value already beats figures that were printed for recurrent networks and attention models, and a linear rule beats nearly everything.',
    zh: '多对多：读入 336 个小时，预测 24 个小时。变压器油温数据集 ETTh1 是许多预测论文使用的测试。它给出一个容易被忽略的教训：要*先*看看不用神经网络能做到什么。仅仅重复最后一个值，就已经好于论文中给循环神经网络和注意力模型印出的数字，而一条线性规则几乎胜过一切。',
  },
  data: {
    en: 'Hourly values, in the split of the papers: {train} hours to learn from ({days} days), {validation} to validate, {test} to test. Values are scaled by mean and deviation of the training part; errors (the mean square, MSE, and the mean absolute error, MAE) are in these units, and a window starts at every hour of the test part.',
    zh: '每小时一个值，按论文的划分：{train} 小时用于训练（{days} 天），{validation} 小时验证，{test} 小时测试。数值按训练部分的均值和标准差缩放，误差（均方误差 MSE 与平均绝对误差 MAE）也用这个单位；测试部分的每个小时都作为一个窗口的起点。',
  },
  baselinesHeading: { en: 'What needs no network', zh: '不用神经网络的预测' },
  baselines: {
    en: 'Three rules: the last value stays; the day before comes again; and each of the 24 hours is a linear function of the last 96 (ridge regression on differences from the last value, solved in closed form).',
    zh: '三条规则：最后一个值保持不变；前一天重演；24 个小时中的每一个都是前 96 个值的线性函数（对与最后一个值之差做岭回归，有解析解）。',
  },
  lastMse: { en: 'MSE of the last value', zh: '重复最后一个值的均方误差' },
  lastMae: { en: 'MAE of the last value', zh: '重复最后一个值的平均绝对误差' },
  dayMse: { en: 'MSE of the day before', zh: '重复前一天的均方误差' },
  ridgeMse: { en: 'MSE of the linear rule on 96 hours', zh: '96 小时线性规则的均方误差' },
  networkHeading: { en: 'An LSTM, and a linear rule beside it', zh: 'LSTM 与并列的线性规则' },
  network: {
    en: 'The network predicts how far each hour will be from the last value. It is the sum of an LSTM, which reads the window, and a linear map of it (as in LSTNet): the linear part is there from the start, and the LSTM may learn what it misses. *Direct* means that all 24 hours come out at once; *iterated* predicts one hour, reads its own prediction, and goes on.',
    zh: '网络预测每个小时与最后一个值相差多少。它是两部分之和：读取窗口的 LSTM，以及窗口的线性映射（与 LSTNet 相同）。线性部分从一开始就在，LSTM 可以学习它遗漏的东西。*直接*预测一次给出全部 24 个小时；*迭代*预测只给出下一个小时，再读入自己的预测继续下去。',
  },
  betterThanLast: { en: 'MSE of the network, against the last value', zh: '网络的均方误差，与重复最后一个值相比' },
  directMse: { en: 'MSE of the network, direct', zh: '直接预测的网络的均方误差' },
  directMae: { en: 'MAE of the network, direct', zh: '直接预测的网络的平均绝对误差' },
  degrees: { en: 'MAE in °C', zh: '平均绝对误差（°C）' },
  lastValue: { en: 'the last value', zh: '最后一个值' },
  dayBefore: { en: 'the day before', zh: '前一天' },
  ridge96: { en: 'linear, 96 hours', zh: '线性，96 小时' },
  ridge336: { en: 'linear, 336 hours', zh: '线性，336 小时' },
  aloneModel: { en: 'LSTM alone, 96 hours', zh: '仅 LSTM，96 小时' },
  iteratedModel: { en: 'LSTM + linear, iterated', zh: 'LSTM + 线性，迭代' },
  bandsModel: { en: 'LSTM + linear, median of bands', zh: 'LSTM + 线性，区间的中位数' },
  directModel: { en: 'LSTM + linear, 336 hours', zh: 'LSTM + 线性，336 小时' },
  papers: {
    en: 'Papers print an MSE of 0.114 for an LSTM with attention and 0.098 for the Informer on this task.',
    zh: '论文为这个任务印出的均方误差是：带注意力的 LSTM 0.114，Informer 0.098。',
  },
  aloneWorse: {
    en: 'An LSTM alone ({alone}) is worse here than the linear rule on as many hours ({ridge}).',
    zh: '在这里，单独的 LSTM（{alone}）不如同样长窗口的线性规则（{ridge}）。',
  },
  mostlyLinear: {
    en: 'LSTM and linear part together come to {both}, the linear rule on as many hours to {longer}: most of what can be known about the next day is linear in the last two weeks.',
    zh: 'LSTM 与线性部分合在一起是 {both}，同样长窗口的线性规则是 {longer}：关于第二天能知道的东西，大部分是最近两周数值的线性函数。',
  },
  hoursAhead: { en: 'hours ahead', zh: '提前的小时数' },
  stepCaption: {
    en: 'Mean squared error by how far ahead. At 24 hours the last value and the day before are the same forecast; the hours in between are where they differ.',
    zh: '均方误差随提前量的变化。提前 24 小时时，“最后一个值”和“前一天”是同一个预测；两者的差别在中间的那些小时。',
  },
  looksHeading: { en: 'The past that it uses', zh: '它用到了哪些过去' },
  looks: {
    en: 'The linear part can be read: for each hour ahead it has a weight for each hour of the past.',
    zh: '线性部分可以直接读出来：对每个提前量，过去的每个小时都有一个权重。',
  },
  lag: { en: 'hours before the last value', zh: '在最后一个值之前的小时数' },
  weight: { en: 'weight', zh: '权重' },
  stepsAhead: { en: '{k} h ahead', zh: '提前 {k} 小时' },
  weightsCaption: {
    en: 'Weights of the linear part for 1, 12 and 24 hours ahead. Where are the peaks?',
    zh: '线性部分对提前 1、12、24 小时的权重。峰在哪里？',
  },
  sameTime: {
    en: 'Hours of the past that are the same time of day as the one that is forecast have a mean weight of {same}, all others {other}: the peaks return every 24 hours, over a window of {days} days.',
    zh: '与要预测的小时处于一天中同一时刻的那些过去的小时，平均权重为 {same}，其余为 {other}：窗口长 {days} 天，峰每 24 小时出现一次。',
  },
  bandsHeading: { en: 'How sure it is', zh: '它有多大把握' },
  bands: {
    en: 'Trained on the quantiles 0.1, 0.5 and 0.9 (pinball loss) the same network gives a band that should hold four fifths of the future. On the test part it held {inside}.',
    zh: '用分位数 0.1、0.5、0.9（pinball 损失）训练，同一个网络会给出一个应当包含五分之四未来的区间。在测试部分，它包含了 {inside}。',
  },
  otherWeather: {
    en: 'A reason: on the test part the temperature changes by {now} °C within a day (root mean square), in the training part by {before} °C, and the band does not know.',
    zh: '一个原因：在测试部分，一天之内温度变化 {now} °C（均方根），训练部分则为 {before} °C，区间并不知道这一点。',
  },
  coverage: {
    en: 'share of the test values between the quantiles 0.1 and 0.9',
    zh: '落在分位数 0.1 与 0.9 之间的测试值比例',
  },
  hours: { en: 'hours from now', zh: '距现在的小时数' },
  temperature: { en: 'oil temperature (°C)', zh: '油温（°C）' },
  bandsCaption: {
    en: 'Three days of the test part: two days of the past and what came (the thin line), the median and the band from 0.1 to 0.9 (colour).',
    zh: '测试部分中的三天：过去两天和随后真实发生的情况（细线），预测的中位数与 0.1 到 0.9 的区间（彩色）。',
  },
  bandWidens: {
    en: 'In these three days the band is {first} °C wide after one hour and {last} °C after a day: the farther ahead, the less sure, as it should be.',
    zh: '在这三天里，区间在一小时后宽 {first} °C，一天后宽 {last} °C：越远越没有把握，理应如此。',
  },
});
