import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Errata', zh: '勘误' },
  question: {
    en: 'Books and notes get things wrong, too. How does one find out?',
    zh: '书和笔记也会出错。怎样才能发现？',
  },
  idea: {
    en: 'Books and notes on recurrent networks are copied from each other, mistakes included. The course was made beside five such texts; what follows is what they say wrong or so that it is read wrong, each with the few lines that show it. None of it is a reason not to read them.',
    zh: '关于循环神经网络的书和笔记互相传抄，错误也一并传了下去。编写本课程时对照了五篇这样的文字；下面列出其中说错或容易读错的地方，每一处都附上几行验证的计算。这并不妨碍它们值得一读。',
  },
  how: {
    en: 'Each section gives what is printed, what is right, and where the course has it.',
    zh: '每一节给出印出的说法、正确的说法，以及本课程中对应的页面。',
  },
  powersHeading: { en: '“0.6²⁰ = 0.00097”', zh: '“0.6²⁰ = 0.00097”' },
  powers: {
    en: 'Printed: over 10 steps a weight of 0.6 leaves “20 = 0.00097” of a gradient. But $0.5^{10}$ = {half} is that number; $0.6^{10}$ = {ten} and $0.6^{20}$ = {twenty}. The other power on that page, $1.5^{50} \\approx 637621500$, is right. See [exploding-vanishing](exploding-vanishing.html).',
    zh: '书中说：权重为 0.6 时，10 步之后梯度只剩“20 = 0.00097”。其实 $0.5^{10}$ = {half} 才是这个数；$0.6^{10}$ = {ten}，$0.6^{20}$ = {twenty}。同一页上的另一个幂 $1.5^{50} \\approx 637621500$ 是对的。见 [exploding-vanishing](exploding-vanishing.html)。',
  },
  half: { en: '0.5¹⁰ (printed as the power of 0.6)', zh: '0.5¹⁰（被印成 0.6 的幂）' },
  six: { en: '0.6²⁰', zh: '0.6²⁰' },
  fifty: { en: '1.5⁵⁰ without its fraction (published: 637,621,500)', zh: '1.5⁵⁰ 的整数部分（书中为 637,621,500）' },
  cellHeading: { en: '“The memory cell lies between −1 and 1”', zh: '“记忆元 cₜ 的范围是 −1 到 1”' },
  cell: {
    en: 'The hidden state does, since it goes through tanh; the memory cell does not. Each step may add up to 1 to it, and with an open forget gate nothing is taken away: that is how an LSTM counts ([count-ones-lstm](count-ones-lstm.html)).',
    zh: '隐状态确实如此，因为它经过 tanh；记忆元则不然。每一步最多给它加 1，而遗忘门打开时什么也不会减去：LSTM 正是这样计数的（[count-ones-lstm](count-ones-lstm.html)）。',
  },
  cellGrows: { en: 'An LSTM with all gates open, after 40 steps: c', zh: '所有门都打开的 LSTM，40 步之后的 c' },
  stateBounded: { en: 'Its hidden state h', zh: '它的隐状态 h' },
  samplingHeading: {
    en: '“The state of the last sample of the batch before”',
    zh: '“用上个批量最后 1 个样本的隐状态初始化”',
  },
  sampling: {
    en: 'Notes say that in sequential sampling the first example of a batch starts from the state of the *last example* of the batch before. It is the same *row*: row n goes on where row n ended. With the tokens numbered one can see it ([sampling](sampling.html)).',
    zh: '有笔记说，顺序分区时，一个批量的第 1 个样本用上个批量*最后 1 个样本*的隐状态初始化。其实是同一*行*：第 n 行接着上一个批量的第 n 行。给词元编上号就能看出来（[sampling](sampling.html)）。',
  },
  sameRow: {
    en: 'Sequential: share of windows that begin where the same row ended',
    zh: '顺序分区：从同一行上次结尾处开始的窗口比例',
  },
  lastRow: {
    en: 'Share that begin where the last row ended: that of the last row itself, one of four',
    zh: '从最后一行结尾处开始的比例：只有最后一行自己，四分之一',
  },
  shuffledRow: { en: 'Random: share that go on from the same row', zh: '随机采样：接着同一行继续的比例' },
  samplingRandom: {
    en: 'The same notes have random sampling set the state back once *per epoch*. Since no window goes on from the one before, it must start from zero in *every batch*.',
    zh: '同一份笔记说，随机采样*每个 epoch* 重新初始化隐状态。既然任何窗口都不接着前一个，*每个小批量*都必须从零开始。',
  },
  endHeading: { en: '“U = W = 1”', zh: '“U = W = 1”' },
  end: {
    en: 'A book trains two numbers to count ones, and names $U = W = 1$ as the solution. It is one; the book’s own training does not end there. One sequence is one equation, and there is a whole curve of solutions ([count-ones-scalar](count-ones-scalar.html)).',
    zh: '有一本书训练两个数来数 1 的个数，并称 $U = W = 1$ 为解。它确实是一个解，但书中自己的训练并不停在那里。一个序列只是一个方程，解有整整一条曲线（[count-ones-scalar](count-ones-scalar.html)）。',
  },
  endsAt: { en: 'U after the 150 epochs of the book', zh: '按书中训练 150 轮后的 U' },
  endsAtW: { en: 'W after them', zh: '此时的 W' },
  solves: { en: 'The loss there: it is a solution too', zh: '此处的损失：这也是一个解' },
  epochHeading: { en: '“NaN at about epoch 23”', zh: '“约在 epoch 23 变为 NaN”' },
  epoch: {
    en: 'With four times the sequence, that training leaves the range of floating point. Counted from 0, the weight is thrown out in epoch {jump}, and both weights are NaN after epoch {lost}. The book adds that the exact epoch does not matter, and it does not.',
    zh: '序列长到四倍时，训练会超出浮点数的范围。从 0 数起，权重在第 {jump} 轮被抛出去，第 {lost} 轮之后两个权重都是 NaN。书中补充说确切的轮数并不重要，这倒是对的。',
  },
  jumpAt: { en: 'Epoch whose update throws |W| above 2', zh: '把 |W| 抛到 2 以上的那一轮' },
  lostAt: { en: 'Epoch after which both are NaN', zh: '此轮之后两者都是 NaN' },
  meanHeading: { en: '“The harmonic mean of the number of choices”', zh: '“实际选择数的调和平均数”' },
  mean: {
    en: 'Perplexity is said to be the harmonic mean of the number of choices at each token. It is the *geometric* mean. Two tokens, one chosen among 2 and one among 8 ([perplexity](perplexity.html)):',
    zh: '有书说困惑度是各词元处实际选择数的调和平均数。其实是*几何*平均数。两个词元，一个从 2 个中选，一个从 8 个中选（[perplexity](perplexity.html)）：',
  },
  meanOf: { en: 'of 2 and 8', zh: '2 与 8 的' },
  harmonic: { en: 'harmonic mean', zh: '调和平均数' },
  geometric: { en: 'geometric mean', zh: '几何平均数' },
  arithmetic: { en: 'arithmetic mean', zh: '算术平均数' },
  isGeometric: { en: 'Perplexity of the two tokens: the geometric mean', zh: '两个词元的困惑度：几何平均数' },
  notHarmonic: { en: 'Perplexity less the harmonic mean', zh: '困惑度与调和平均数之差' },
  resetHeading: { en: '“Reset gate 0: an MLP”', zh: '“重置门为 0：类似 MLP”' },
  reset: {
    en: 'With $r = 0$ the *candidate* sees nothing but the input, as in a perceptron. The GRU still remembers, by $z$: only with $z = 0$ as well does its output forget the past ([gru](gru.html)). Two runs over the same ten inputs, from different states:',
    zh: '$r = 0$ 时，*候选隐状态*只看输入，如同感知机。但 GRU 仍然通过 $z$ 记得过去：只有 $z$ 也为 0 时，输出才忘掉过去（[gru](gru.html)）。用同样的十个输入，从不同的隐状态出发运行两次：',
  },
  resetAlone: { en: 'r = 0 alone: how far the two still differ at the end', zh: '只有 r = 0：结束时两者仍有的差' },
  resetAndUpdate: { en: 'r = 0 and z = 0: how far they differ', zh: 'r = 0 且 z = 0：两者的差' },
  reluHeading: { en: '“Replace tanh by ReLU”', zh: '“将 tanh 换为 ReLU”' },
  relu: {
    en: 'Named as a remedy beside clipping. Its derivative is 1 where the unit is active, so nothing fades there for want of slope; but nothing is held back either. With a matrix that doubles a vector at each step, fifty steps multiply by $2^{50}$ ([exploding-vanishing](exploding-vanishing.html) measures it in networks).',
    zh: '书中把它与裁剪并列为解决办法。单元激活时 ReLU 的导数为 1，不会因斜率不足而衰减；但也什么都拦不住。如果矩阵每一步都把向量放大一倍，五十步就乘上 $2^{50}$（[exploding-vanishing](exploding-vanishing.html) 在网络中测量了它）。',
  },
  reluGrows: { en: '2⁵⁰', zh: '2⁵⁰' },
  reluPasses: { en: 'What ReLU leaves of an active unit', zh: 'ReLU 让激活的单元剩下多少' },
});
