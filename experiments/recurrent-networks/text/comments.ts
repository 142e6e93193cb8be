// Comments of the chapter's programs in Chinese, by what they say in English.
export default {
  'Without a hidden state and with one. Letters: N batch, D input, H hidden.':
    '无隐状态与有隐状态。字母：N 为批量，D 为输入维数，H 为隐藏单元数。',
  '[X, H] · [W_xh; W_hh] is X W_xh + H W_hh.': '[X, H] · [W_xh; W_hh] 就是 X W_xh + H W_hh。',
  'A state is memory: two units with weights set by hand know whether the number of ones so far is odd.':
    '状态就是记忆：两个单元，权重由手工设定，就能知道到目前为止 1 的个数是不是奇数。',
  "Karpathy's min-char-rnn: forward, backward, Adagrad and sampling by hand, on plain arrays, without any library.":
    'Karpathy 的 min-char-rnn：在普通数组上手写前向计算、反向传播、Adagrad 与采样，不用任何库。',
  'node lesson.js 100: a shorter training': 'node lesson.js 100：训练得短一些',
  'Forward.': '前向计算。',
  'Backward.': '反向传播。',
  'through tanh': '穿过 tanh',
  'Clip each number to ±5, then Adagrad.': '每个数裁剪到 ±5 之内，再做 Adagrad。',
  'A recurrent network from tensors alone: the characters of The Time Machine, clipped gradients, no layer.':
    '只用张量写出的循环神经网络：《时间机器》的字符，带梯度裁剪，不用循环层。',
  'node lesson.js 2: a shorter training': 'node lesson.js 2：训练得短一些',
  'sequences in a batch, steps, hidden units': '小批量中的序列数、时间步数、隐藏单元数',
  'What is learned: uniform in ±1/√H, and each marked as a parameter.':
    '要学习的量：初始值在 ±1/√H 之间均匀分布，逐个标记为参数。',
  'A one-hot vector times a matrix is one of its rows: tokens [N] pick rows of W_xh.':
    '独热向量乘以矩阵就是矩阵的一行：词元 [N] 直接取出 W_xh 的各行。',
  'Reads a text, then goes on with its own most probable characters.':
    '先读一段文本，再用自己认为概率最大的字符接着写。',
  'Clipping: all gradients are one vector; where it is longer than θ it is shortened to θ.':
    '梯度裁剪：全部梯度合成一个向量，长于 θ 时缩短到 θ。',
  'gradient descent': '梯度下降',
  'the gradient ends at the border of the batch': '梯度到小批量的边界为止',
  'A recurrent network: the characters of The Time Machine with a layer of the library.':
    '循环神经网络：用库中的循环层学习《时间机器》的字符。',
  'The most probable character, again and again.': '反复取概率最大的字符。',
  'output [T, N, H], state of each layer [N, H]': '输出 [T, N, H]，每层的状态 [N, H]',
};
