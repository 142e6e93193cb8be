import { messages } from 'unrolled/reproduce';
import { shared } from '../../shared/text/count-ones.js';

export default messages({
  ...shared,
  title: { en: 'Counting ones with a GRU', zh: '用 GRU 数 1 的个数' },
  question: {
    en: 'Does a GRU, with fewer gates than an LSTM, learn to count as well?',
    zh: 'GRU 的门比 LSTM 少，也能学会数数吗？',
  },
  idea: {
    en: 'The same task for a gated recurrent unit: 20 random bits, and after the last the number of ones. It is the GRU of the original paper, where the reset gate acts on the state *before* the product with $\\mathbf{W}_{hn}$; the variant of the common libraries resets after it, and cannot take over these weights.\n\nA GRU has no cell state. Its state $\\mathbf{h}_t$ is a mean of the old state and the candidate, weighted by the update gate, and so it stays between −1 and 1: no unit can grow without bound. It learns the task all the same. How does it count?',
    zh: '同样的任务交给门控循环单元：20 个随机比特，读完后说出 1 的个数。这里用的是原论文中的 GRU：重置门在与 $\\mathbf{W}_{hn}$ 相乘*之前*作用于隐状态；常见的库采用的变体则在相乘之后才重置，两者的权重不能互换。\n\nGRU 没有记忆元。隐状态 $\\mathbf{h}_t$ 是旧状态与候选隐状态按更新门加权的平均，因此始终在 −1 与 1 之间：没有哪个单元能无限增长。但它同样学得会。它是怎么计数的呢？',
  },
  insideOne: {
    en: 'Largest absolute value of a state over 40 ones: a GRU’s state is bounded by 1',
    zh: '连续读入 40 个 1 时隐状态绝对值的最大值：GRU 的隐状态不超过 1',
  },
  shared: {
    en: 'Different counts at which some unit is halfway: the units share the range among them',
    zh: '各单元走到一半时的计数有多少种不同取值：各单元分担了整个范围',
  },
  thermometer: {
    en: 'Its units divide the work, a little like the marks of a thermometer. Some move at the first ones, others only after several; then each comes to rest, and the output adds them up. Between the 20th one and the 40th no state moves by more than {change}.',
    zh: '各单元分工合作，有点像温度计上的刻度：有的一读到 1 就开始变化，有的要等好几个之后；随后各自停住，由输出层把它们加起来。从第 20 个 1 到第 40 个 1，没有哪个单元的状态变化超过 {change}。',
  },
  unitsCaption: {
    en: 'States of the 20 units of the network trained on lengths 1 to 20 while it reads 40 ones, sorted by when they are halfway: blue is −1, no colour 0, orange 1. Where the colour of a row changes, that unit tells something about the count.',
    zh: '用长度 1 到 20 训练的网络连续读入 40 个 1 时 20 个隐藏单元的状态，按各自走到一半的时刻排序：蓝色为 −1，无色为 0，橙色为 1。一行中颜色发生变化的那一段，就是该单元所报告的计数范围。',
  },
  saturationCaption: {
    en: 'Forty ones in a row. The count is right up to {right} and never goes above {most}: of the random sequences of the training hardly any had more than 16 ones. Dashed: the true count; dotted: the longest sequence of the training.',
    zh: '连续 40 个 1。数到 {right} 都正确，此后停住，不超过 {most}：训练用的随机序列里，1 的个数几乎没有超过 16 的。虚线是真实计数，点线是训练中最长的序列长度。',
  },
});
