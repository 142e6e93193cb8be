// Comments of the chapter's programs in Chinese, by what they say in English.
export default {
  'A bidirectional language model cheats: the character that it should predict is in its input. Only at the last place it must predict.':
    '双向语言模型会作弊：要预测的字符就在它的输入里。只有在最后一个位置，它才必须预测。',
  'node lesson.js 2: a shorter training': 'node lesson.js 2：训练得短一些',
  'The loss at each place of the windows, on text that was never read.':
    '窗口中每个位置上的损失，用从未读过的文本计算。',
  'Two LSTM layers, one above the other: the characters of The Time Machine with a layer of the library.':
    '两层 LSTM 上下堆叠：用库中的循环层学习《时间机器》的字符。',
  'The most probable character, again and again.': '反复取概率最大的字符。',
  'output [T, N, H], state of each layer [N, H]': '输出 [T, N, H]，每层的状态 [N, H]',
  'A hidden Markov model: a fair die and a loaded one are exchanged in secret. Forward, backward and Viterbi are recurrences.':
    '隐马尔可夫模型：一枚公平的骰子和一枚作弊的骰子被暗中调换。前向、后向与维特比算法都是递推。',
  'from fair, from loaded': '从公平骰子出发，从作弊骰子出发',
  'Forward: α_t(j) = P(x_t | j) Σ_i α_(t−1)(i) P(j | i). Scaled at each step, so that nothing vanishes.':
    '前向：α_t(j) = P(x_t | j) Σ_i α_(t−1)(i) P(j | i)。每一步都重新缩放，以免下溢。',
  'Backward: β_t(i) = Σ_j P(j | i) P(x_(t+1) | j) β_(t+1)(j).':
    '后向：β_t(i) = Σ_j P(j | i) P(x_(t+1) | j) β_(t+1)(j)。',
  'Viterbi: the best path to each state, by logarithms.': '维特比：到每个状态的最佳路径，用对数计算。',
};
