import { messages } from 'unrolled/reproduce';
import shared from '../../shared/text/characters.js';

export default messages({
  ...shared,
  title: { en: 'A recurrent network with a layer of the library', zh: '循环神经网络的简洁实现' },
  question: {
    en: 'The loop over time is written and understood. What does a layer of a library do for you, and what are the shapes that it gives back?',
    zh: '时间上的循环已经写过、也懂了。库里的一个循环层替你做了什么，它返回的形状又是什么？',
  },
  idea: {
    en: 'Written by hand, a recurrent network is a loop over time: a product, a sum and a tanh for each step, and as many entries on the tape. A layer does all its steps in one call, forward and backward, and is what one uses once the idea is understood. The model is the same as [from scratch](rnn-from-scratch.html): `Recurrent(RNN)` computes the states, `Linear` turns them into scores.',
    zh: '手写的循环神经网络是沿时间的循环：每一步做矩阵乘法、加法和 tanh，并在计算图上留下同样多的记录。而一个循环层在一次调用中完成全部时间步的前向与反向计算；理解原理之后，平时用的就是它。模型与[从零开始实现](rnn-from-scratch.html)相同：`Recurrent(RNN)` 计算隐状态，`Linear` 由隐状态得到输出。',
  },
  sameCell: {
    en: 'These equations give the library’s RNN: the graph of its step',
    zh: '这些方程就是库中的 RNN：一步的计算图',
  },
  notations: {
    en: "`linear('h', x, h)` is $\\mathbf X \\mathbf W_{xh} + \\mathbf H \\mathbf W_{hh} + \\mathbf b_h$ of the book: one weight for each of what it is given, and a bias.",
    zh: "`linear('h', x, h)` 即书中的 $\\mathbf X \\mathbf W_{xh} + \\mathbf H \\mathbf W_{hh} + \\mathbf b_h$：每个输入各有一个权重，再加一个偏置。",
  },
  diagram: {
    en: 'One step: what is read (x and the state h before), what is computed, and the new state. The next step begins where this one ends.',
    zh: '一个时间步：读入的量（输入 x 与上一步的隐状态 h）、所做的计算，以及新的隐状态。下一步从这一步结束的地方开始。',
  },
  tokensHeading: { en: 'Tokens in, states out', zh: '输入词元，输出隐状态' },
  tokens: {
    en: 'Multiplying a one-hot vector by a matrix picks one of its rows. So the layer takes the tokens themselves, int32 $[T, N]$, and picks the rows: the same numbers without the 28-fold input. It returns the state of the last layer at every step (the output) and all states after the last step, which start the next batch.',
    zh: '独热向量乘以矩阵，就是取出矩阵的一行。因此循环层可以直接接收词元（int32，形状 $[T, N]$）并取出对应的行：结果相同，却不需要 28 倍大的输入。它返回最后一层在每个时间步的隐状态（输出），以及最后一步之后的全部隐状态，作为下一个小批量的起点。',
  },
  sameAsOneHot: {
    en: 'Tokens against their one-hot vectors: largest difference of the output',
    zh: '词元与对应的独热向量：输出的最大差别',
  },
  shapes: {
    en: 'Parameters, and what comes out for 35 steps of 32 sequences',
    zh: '参数的形状，以及 32 个序列、35 个时间步的输出',
  },
  stateShape: {
    en: 'The state has an axis that the output lacks. The output has the hidden state of the *last* layer at *every* step: $[T, N, H]$. The state has the hidden states of *every* layer after the *last* step: $[L, N, H]$, where $L$ counts the layers (twice as many with two directions). So `rnn.forward` can go on from where it stopped, which takes what each layer remembers. Here it is a list with one entry for each layer, each $[N, H]$; PyTorch stacks them into one tensor. With one layer, $L = 1$ is still there: the book’s state of shape (1, 32, 256) is the list of one state [32, 256]. Where both overlap, in the last layer at the last step, they are the same numbers.',
    zh: '隐状态比输出多一个轴。输出是*最后一层*在*每个*时间步的隐状态：$[T, N, H]$。状态则是*每一层*在*最后一个*时间步之后的隐状态：$[L, N, H]$，其中 $L$ 是隐藏层数（双向时再乘以 2）。要从停下的地方继续，就需要每一层记住的东西。这里它是一个列表，每层一项，每项形状为 $[N, H]$；PyTorch 把它们叠成一个张量。只有一层时，$L = 1$ 这个轴仍然存在：书中形状为 (1, 32, 256) 的隐状态，就是只有一项 [32, 256] 的列表。两者重叠之处，即最后一层的最后一个时间步，是同样的数。',
  },
  stateShapes: { en: 'Two layers, 35 steps of 32 sequences', zh: '两层，32 个序列、35 个时间步' },
  stackedShape: {
    en: 'Shape of all states of two layers, stacked: (L, N, H)',
    zh: '两层的全部隐状态叠在一起的形状：(L, N, H)',
  },
  lastStep: {
    en: 'The last step of the output against the state of the last layer: largest difference',
    zh: '输出的最后一个时间步与最后一层的隐状态：最大差别',
  },
  trainHeading: { en: 'Training', zh: '训练' },
  stateHeading: { en: 'What the state looks like', zh: '隐状态的样子' },
  state: {
    en: 'A simple RNN has no gates: every step multiplies the whole state by $W_{hh}$ and squeezes it through tanh, so nothing is kept unless the weights happen to bring it back.',
    zh: '简单的循环神经网络没有门：每一步都把整个隐状态乘以 $W_{hh}$ 再经过 tanh 压缩，除非权重恰好把某个值带回来，否则什么都留不住。',
  },
  stateCaption: {
    en: 'The trained state while it reads the book from “time traveller” on: 20 of its units, from the lowest mean (top) to the highest; blue below zero, orange above. From one character to the next {turned} of all units change their sign: the same letter meets different states, and this is how the network can tell where in the text it is.',
    zh: '训练好的网络从“time traveller”开始阅读原文时的隐状态：其中 20 个单元，按平均值从低（上）到高（下）排列；蓝色为负，橙色为正。从一个字符到下一个字符，全部单元中有 {turned} 改变符号：同一个字母遇到的隐状态各不相同，网络正是由此分辨自己读到了哪里。',
  },
});
