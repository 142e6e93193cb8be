// Comments of the chapter's programs in Chinese, by what they say in English.
export default {
  'A GRU learns to count the ones in sequences of 20 zeros and ones, and is then asked about longer ones.':
    'GRU 学习数出由 20 个 0 和 1 组成的序列中 1 的个数，再用更长的序列考它。',
  'node lesson.js 1: a shorter training': 'node lesson.js 1：训练得短一些',
  '`n` sequences [T, n, 1], and how many ones each has [n, 1].':
    '`n` 个序列 [T, n, 1]，以及各自含有的 1 的个数 [n, 1]。',
  'the state after the last step': '最后一步之后的隐状态',
  'The share of sequences whose count is right when it is rounded.': '四舍五入后计数正确的序列所占的比例。',
  'An LSTM learns to count the ones in sequences of 20 zeros and ones, and is then asked about longer ones.':
    'LSTM 学习数出由 20 个 0 和 1 组成的序列中 1 的个数，再用更长的序列考它。',
  'A GRU from tensors alone: the characters of The Time Machine, clipped gradients, no layer.':
    '只用张量写出的 GRU：《时间机器》的字符，带梯度裁剪，不用循环层。',
  'node lesson.js 2: a shorter training': 'node lesson.js 2：训练得短一些',
  'sequences in a batch, steps, hidden units': '小批量中的序列数、时间步数、隐藏单元数',
  'What is learned: uniform in ±1/√H, and each marked as a parameter.':
    '要学习的量：初始值在 ±1/√H 之间均匀分布，逐个标记为参数。',
  'reset, update, candidate': '重置门、更新门、候选隐状态',
  'A one-hot vector times a matrix is one of its rows: tokens [N] pick rows of the weights.':
    '独热向量乘以矩阵就是矩阵的一行：词元 [N] 直接取出权重的各行。',
  'z ⊙ h + (1 − z) ⊙ n': '即 z ⊙ h + (1 − z) ⊙ n',
  'Reads a text, then goes on with its own most probable characters.':
    '先读一段文本，再用自己认为概率最大的字符接着写。',
  'Clipping: all gradients are one vector; where it is longer than θ it is shortened to θ.':
    '梯度裁剪：全部梯度合成一个向量，长于 θ 时缩短到 θ。',
  'gradient descent': '梯度下降',
  'the gradient ends at the border of the batch': '梯度到小批量的边界为止',
  'A GRU: the characters of The Time Machine with a layer of the library.':
    'GRU：用库中的循环层学习《时间机器》的字符。',
  'The most probable character, again and again.': '反复取概率最大的字符。',
  'output [T, N, H], state of each layer [N, H]': '输出 [T, N, H]，每层的状态 [N, H]',
  'An LSTM from tensors alone: the characters of The Time Machine, clipped gradients, no layer.':
    '只用张量写出的 LSTM：《时间机器》的字符，带梯度裁剪，不用循环层。',
  'input, forget, output, candidate': '输入门、遗忘门、输出门、候选记忆元',
  'One LSTM unit with weights set by hand: it stores 3, keeps it, adds 4, puts 7 out, and forgets.':
    '一个权重由手工设定的 LSTM 单元：存入 3，保持，加上 4，输出 7，然后忘掉。',
  'store 3': '存入 3',
  'put out': '输出',
  'add 4': '加上 4',
  forget: '遗忘',
  'of the weights: the larger, the harder the gates switch': '权重的大小：越大，门的开关越干脆',
  'candidate: the number itself': '候选记忆元：数本身',
  'input gate: open where x₂ = 1': '输入门：x₂ = 1 时打开',
  'forget gate: closed, and so forgetting, where x₂ = −1': '遗忘门：x₂ = −1 时关闭，也就是遗忘',
  'output gate: open where x₃ = 1': '输出门：x₃ = 1 时打开',
  'An LSTM: the characters of The Time Machine with a layer of the library.':
    'LSTM：用库中的循环层学习《时间机器》的字符。',
};
