import { messages } from 'unrolled/reproduce';
import shared from './from-scratch.js';

export default messages({
  ...shared,
  title: { en: 'A GRU from scratch', zh: '门控循环单元的从零开始实现' },
  question: {
    en: 'A GRU has one state where the LSTM has two. What was left out, and does it still learn the book?',
    zh: 'LSTM 有两个状态，GRU 只有一个。省掉了什么？还学得会同一本书吗？',
  },
  idea: {
    en: 'A gated recurrent unit does with two gates and no separate memory what an LSTM does with three: the *update gate* $Z$ mixes the old state with a candidate, the *reset gate* $R$ decides how much of the old state the candidate may see. Written from tensors it is eleven tensors of parameters and four lines.\n\nThe page [gru](gru.html) uses the library’s layer and looks at what the gates do. This one shows that the layer is exactly these lines.',
    zh: 'LSTM 用三个门做的事，门控循环单元只用两个门就能做到，而且不需要单独的记忆元：*更新门* $Z$ 把旧状态与候选状态混合，*重置门* $R$ 决定候选状态能看到多少旧状态。只用张量来写，它有十一个参数张量、四行方程。\n\n[gru](gru.html) 一页使用库中的层，观察门在做什么；这一页说明，那个层就是这几行方程。',
  },
  model: {
    en: 'Each line is a line of the code below. The reset gate acts on the state *before* the product with $W_{hn}$, as in the paper and the book, so the candidate has to wait for it: two products with the state, one after the other. (PyTorch resets after the product; the layer beside it here is therefore `GRUResetBefore`.) The last line is a weighted mean: where $Z$ is 1 the old state stays, where it is 0 the candidate takes its place.',
    zh: '每一行公式都对应下面代码中的一行。与论文和书中一样，重置门在与 $W_{hn}$ 相乘*之前*作用于状态，所以候选状态要等它算完：与状态的乘法要先后做两次。（PyTorch 在乘法之后才重置，因此这里对照的层是 `GRUResetBefore`。）最后一行是加权平均：$Z$ 为 1 时保留旧状态，为 0 时由候选状态取而代之。',
  },
  gatesCaption: {
    en: 'How many of all values of the update gate z and the reset gate r are above 0.9 (open) or below 0.1 (closed) on one batch, while the network learns. They start at none. Where z is closed, the unit takes the candidate and forgets what it held.',
    zh: '训练过程中，在一个小批量上更新门 z 和重置门 r 的全部取值里，大于 0.9（打开）和小于 0.1（关闭）的各占多少。训练之前两者都是零。z 关闭时，单元换上候选状态，忘掉原来的内容。',
  },
});
