import { messages } from 'unrolled/reproduce';
import { shared } from '../../shared/text/count-ones.js';

export default messages({
  ...shared,
  title: { en: 'Counting ones with an LSTM', zh: '用 LSTM 数 1 的个数' },
  question: {
    en: 'A network learns to count ones in sequences of twenty. Can it count in longer ones?',
    zh: '网络学会了在长度为二十的序列里数 1。更长的序列它还数得对吗？',
  },
  idea: {
    en: 'A sequence of 20 random bits goes in, one at a time; after the last the network says how many were ones. The answer is a number, the loss its squared error. An LSTM of 20 units with one linear output learns this from 10,000 sequences. Counting is what its cell state is made for: $\\mathbf{c}_t = \\mathbf{f}_t \\odot \\mathbf{c}_{t-1} + \\mathbf{i}_t \\odot \\mathbf{g}_t$ with an open forget gate is a sum that grows by a step for every one.\n\nInitial weights are uniform in $\\pm\\sqrt{3/H}$ (Xavier), for every gate. The question that the usual test set cannot ask is what the network has learned: to count ones, or something that equals it at length 20?',
    zh: '20 个随机比特逐个输入，读完最后一个，网络说出其中有多少个 1。答案是一个数，损失是平方误差。一个有 20 个隐藏单元、一个线性输出的 LSTM 用 10000 个序列就能学会。计数正是记忆元的本职：遗忘门打开时，$\\mathbf{c}_t = \\mathbf{f}_t \\odot \\mathbf{c}_{t-1} + \\mathbf{i}_t \\odot \\mathbf{g}_t$ 就是一个求和，每读到一个 1 便增加一格。\n\n所有门的初始权重都在 $\\pm\\sqrt{3/H}$ 内均匀分布（Xavier）。普通的测试集无法回答的问题是：网络学到的究竟是数 1，还是某种在长度 20 时恰好与之相等的东西？',
  },
  cellFound: {
    en: 'Is there a counter among the cells? In the network trained on lengths 1 to 20, cell {unit} has a correlation of {r} with the number of ones read so far.',
    zh: '记忆元中有计数器吗？在用长度 1 到 20 训练的网络里，记忆元 {unit} 与已读入的 1 的个数的相关系数为 {r}。',
  },
  isCounter: {
    en: 'Largest correlation, in absolute value, of a cell state with the running count over 20 steps',
    zh: '20 步内，记忆元与累计个数的最大相关系数（绝对值）',
  },
  cellCaption: {
    en: 'Cell states of the three units that follow the count best, over 40 bits; a grey line stands where the bit is 1. Over the first 20 they make a step at each one and stay nearly level at zeros. A counter may count down as well: the output layer turns it round.',
    zh: '最贴近计数的三个记忆元在 40 个比特上的值；灰色竖线表示该位为 1。在前 20 位，每读到 1 就走一格，读到 0 则几乎不动。计数器也可以倒着数：输出层会把符号翻过来。',
  },
  leaks: {
    en: 'Further on, where training never went, they leak: at the end each holds {kept} % of its largest value or less. A forget gate a little below 1 is a counter that forgets.',
    zh: '再往后是训练从未到达的地方，计数开始流失：到最后，每个记忆元至多剩下自己最大值的 {kept} %。遗忘门略小于 1，计数器就会遗忘。',
  },
  cellName: { en: 'cell {unit}, r = {r}', zh: '记忆元 {unit}，r = {r}' },
  beyondOne: {
    en: 'Largest absolute value of a cell state over 40 ones: a cell state is not bounded by 1',
    zh: '连续读入 40 个 1 时记忆元绝对值的最大值：记忆元不受 1 的限制',
  },
  countsFar: {
    en: 'Largest count that the network trained on lengths 1 to 20 can name, over 40 ones',
    zh: '用长度 1 到 20 训练的网络连续读入 40 个 1 时，能数到的最大值',
  },
  whyFails: {
    en: 'Why does it stop? The cell states grow on, up to {largest} here, but the output reads them through $\\mathbf{h}_t = \\mathbf{o}_t \\odot \\tanh(\\mathbf{c}_t)$, and tanh is flat where training never went. Of the random sequences that it was trained on, hardly any had more than 16 ones. It can name no count above {most}.',
    zh: '为什么最终数不下去？记忆元还在增长（这里达到 {largest}），但输出层只能透过 $\\mathbf{h}_t = \\mathbf{o}_t \\odot \\tanh(\\mathbf{c}_t)$ 读取它，而在训练从未到达的地方，tanh 已经变平。用于训练的随机序列里，1 的个数几乎没有超过 16 的，所以它能数到的最大值是 {most}。',
  },
  saturationCaption: {
    en: 'Forty ones in a row. The count is right up to {right} and never goes above {most}. Dashed: the true count; dotted: the longest sequence of the training.',
    zh: '连续 40 个 1。数到 {right} 都正确，此后不超过 {most}。虚线是真实计数，点线是训练中最长的序列长度。',
  },
});
