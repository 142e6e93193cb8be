import { messages } from 'unrolled/reproduce';
import shared from './from-scratch.js';

export default messages({
  ...shared,
  title: { en: 'An LSTM from scratch', zh: '长短期记忆网络的从零开始实现' },
  question: {
    en: 'Six lines of equations are said to cure the forgetting of an RNN. What do they do, one by one?',
    zh: '据说六行公式就能治好循环神经网络的健忘。它们各自做了什么？',
  },
  idea: {
    en: 'A simple RNN has one line: the new state is a squashed sum of input and old state. An LSTM has six, and every one of them is made of what the RNN already had: matrix products, sums, a sigmoid or a tanh. Written from tensors, nothing is hidden: fourteen tensors of parameters, and a step that reads like the formulas. The gradient needs no line at all, since each operation on tensors knows its own.\n\nThe page [lstm](lstm.html) uses the library’s layer and looks at what the gates do. This one shows that the layer is exactly these lines.',
    zh: '普通循环神经网络的更新式只有一行：把输入与旧状态之和压缩成新状态。LSTM 有六行，但每一行用到的都是普通循环神经网络已有的东西：矩阵乘法、加法、sigmoid 或 tanh。只用张量来写，一切都看得见：十四个参数张量，以及与公式逐行对应的一步更新。梯度则一行也不用写，因为张量的每个运算都知道自己的梯度。\n\n[lstm](lstm.html) 一页使用库中的层，观察门在做什么；这一页说明，那个层就是这几行方程。',
  },
  model: {
    en: 'Each line is a line of the code below. The gates $I$, $F$ and $O$ go through a sigmoid $\\sigma$ and lie between 0 and 1; the candidate $\\tilde C$ goes through tanh and lies between −1 and 1. $\\odot$ multiplies number by number: a gate of 0 lets nothing through, a gate of 1 everything. The memory $C$ is what an LSTM adds to the state: it reaches the next step by one product and one sum, without a matrix in between.',
    zh: '每一行公式都对应下面代码中的一行。门 $I$、$F$、$O$ 经过 sigmoid 函数 $\\sigma$，取值在 0 与 1 之间；候选记忆元 $\\tilde C$ 经过 tanh，取值在 −1 与 1 之间。$\\odot$ 是按元素相乘：门为 0，什么也不放过；门为 1，全部放过。记忆元 $C$ 是 LSTM 在状态中新增的部分：它只经过一次乘法和一次加法就到达下一步，中间没有矩阵。',
  },
  gatesCaption: {
    en: 'How many of all values of the input gate i, the forget gate f and the output gate o are above 0.9 (open) or below 0.1 (closed) on one batch, while the network learns. They start at none. A forget gate in the middle lets a memory fade within a few characters.',
    zh: '训练过程中，在一个小批量上输入门 i、遗忘门 f 和输出门 o 的全部取值里，大于 0.9（打开）和小于 0.1（关闭）的各占多少。训练之前两者都是零。遗忘门停在中间时，记忆在几个字符之内就会消退。',
  },
});
