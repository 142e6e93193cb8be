import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Backpropagation through time, by hand', zh: '手工推导通过时间反向传播' },
  question: {
    en: 'A weight is used at every step. What is its gradient?',
    zh: '同一个权重在每个时间步都用到。它的梯度是什么？',
  },
  idea: {
    en: 'Where does the gradient of a recurrent network come from? From the chain rule and nothing else, once one has seen the one thing that is new: the same matrix is used at every step, so its gradient is a *sum over the steps*. Here it is written out with plain loops and compared, number for number, with what the library derives. Then two things follow that every later page needs: how large such a gradient can become at most, and what is lost when it is cut short.',
    zh: '循环神经网络的梯度从哪里来？只用链式法则，再看清唯一的新东西：同一个矩阵在每个时间步都用到，所以它的梯度是*对时间步的求和*。这里用最普通的循环把它写出来，并与本库自动导出的结果逐个数对照。由此得到后面各页都要用的两件事：这样的梯度最多能有多大，以及把它截断会失去什么。',
  },
  graphHeading: { en: 'What depends on what', zh: '计算图：谁依赖谁' },
  graph: {
    en: 'Each state depends on the input, on the state before and on the weights; each output on its state; the loss on all outputs. The gradient runs along the same arrows, backwards.',
    zh: '每个隐状态依赖于当前输入、前一个隐状态和权重；每个输出依赖于自己的隐状态；损失依赖于全部输出。梯度沿同样的箭头反向传播。',
  },
  graphCaption: {
    en: 'The computation graph of three steps. Orange: the gradient, from the loss to the outputs, and from each state to the one before. $W_{hh}$ acts at every step, and so it collects from every step.',
    zh: '三个时间步的计算图。橙色是梯度：从损失到各个输出，再从每个隐状态到前一个。$W_{hh}$ 在每一步都起作用，所以每一步都有它的一份梯度。',
  },
  sumHeading: { en: 'A sum over the steps', zh: '对时间步求和' },
  sum: {
    en: 'Let $\\delta_t$ be the derivative of the loss with respect to what stands inside the tanh at step $t$. It has two parts: what comes from the output of this step, and what comes back from the next one. Each step then adds the product of the old state and $\\delta_t$:',
    zh: '记 $\\delta_t$ 为损失对第 $t$ 步 tanh 括号内的导数。它由两部分组成：来自这一步的输出，以及从下一步传回来的。每一步再把旧的隐状态与 $\\delta_t$ 的乘积累加上去：',
  },
  sameLoss: { en: 'The loss by hand against the library’s: relative difference', zh: '手工算出的损失与本库的相对误差' },
  sameGradient: {
    en: '∂L/∂W_hh by hand against the library’s: largest difference',
    zh: '手工算出的 ∂L/∂W_hh 与本库的最大差',
  },
  term: { en: 'size of its term of ∂L/∂W_hh', zh: '这一步在 ∂L/∂W_hh 中的一份的大小' },
  whole: { en: 'sum', zh: '总和' },
  firstIsZero: {
    en: 'The first term is 0: before the first step the state is 0, and nothing passes $W_{hh}$. The sizes do not add up to that of the sum, since the terms are matrices and point in different directions.',
    zh: '第一项为 0：第一步之前隐状态为 0，没有东西经过 $W_{hh}$。各项大小之和不等于总和的大小，因为各项是矩阵，方向并不相同。',
  },
  boundHeading: { en: 'How large can it be?', zh: '梯度最多能有多大？' },
  bound: {
    en: 'From step $T$ back to step $k$ the gradient passes one Jacobian for each step. The norm of a product is at most the product of the norms, $\\lVert XY \\rVert \\le \\lVert X \\rVert \\lVert Y \\rVert$. So two numbers bound all of it: $\\beta_W$ for the matrix and $\\beta_h$ for the activation function.',
    zh: '从第 $T$ 步回到第 $k$ 步，梯度每一步都要经过一个雅可比矩阵。乘积的范数不超过范数的乘积，$\\lVert XY \\rVert \\le \\lVert X \\rVert \\lVert Y \\rVert$。于是两个数就能界定全部：矩阵的 $\\beta_W$ 和激活函数的 $\\beta_h$。',
  },
  boundHolds: {
    en: 'Largest ‖∂h_T/∂h_k‖ over its bound (β_W β_h)^(T−k), two networks, 30 lags',
    zh: '两个网络、30 种间隔中，‖∂h_T/∂h_k‖ 与界 (β_W β_h)^(T−k) 之比的最大值',
  },
  oneBelow: {
    en: 'One of the two networks has β below 1, the other above',
    zh: '两个网络的 β 一个小于 1，另一个大于 1',
  },
  stepsBack: { en: 'steps back T − k', zh: '回溯步数 T − k' },
  boundName: { en: 'bound', zh: '界' },
  boundCaption: {
    en: 'The norm of the Jacobian over more and more steps for two networks (solid), and its bound (dashed): one network whose $\\beta_W \\beta_h$ is below 1, one whose is above.',
    zh: '两个网络的雅可比矩阵的范数随步数的变化（实线），以及它的界（虚线）：一个网络的 $\\beta_W \\beta_h$ 小于 1，另一个大于 1。',
  },
  oneSided: {
    en: 'The bound is one-sided. Where $\\beta_W \\beta_h < 1$ the gradient *must* vanish; where it is larger it *may* explode, and need not: tanh is flat where its unit is saturated.',
    zh: '这个界是单侧的。$\\beta_W \\beta_h < 1$ 时，梯度*必然*消失；大于 1 时，梯度*可能*爆炸，但不一定：tanh 在单元饱和处是平的。',
  },
  truncatedHeading: { en: 'Cut short: a mild regularization', zh: '截断：轻度正则化' },
  truncated: {
    en: 'Truncated backpropagation goes on for a few steps only. What does a network learn from such a gradient? The task: bits go in, and the output should be $y_t = x_{t-1} + x_{t-8} - 1$, one part near and one far. The same network is trained with gradients that go back two steps at most, and all thirty-two.',
    zh: '截断的反向传播只往回走几步。网络能从这样的梯度中学到什么？任务是：输入一串比特，输出 $y_t = x_{t-1} + x_{t-8} - 1$，一部分来自近处，一部分来自远处。同一个网络分别用至多回溯两步的梯度和回溯全部三十二步的梯度训练。',
  },
  truncatedCaption: {
    en: 'Truncated backpropagation: the state goes on (solid arrows), the gradient (orange, dashed) ends at the bar.',
    zh: '截断的通过时间反向传播：隐状态继续向前（实线箭头），梯度（橙色虚线）到横杠为止。',
  },
  gradientGoes: { en: 'the gradient goes back', zh: '梯度回溯' },
  backSteps: { en: '{k} steps', zh: '{k} 步' },
  followsNear: { en: 'follows x one step ago', zh: '对一步之前的 x 的响应' },
  followsFar: { en: 'follows x eight steps ago', zh: '对八步之前的 x 的响应' },
  nearLearned: {
    en: 'How much of the bit one step ago the output follows (1 is right): least of both trainings, {seeds} seeds',
    zh: '输出对一步之前的比特的响应（1 为正确）：两种训练中的最小值，{seeds} 个种子',
  },
  farCut: {
    en: 'The bit eight steps ago, gradients of two steps: mean of {seeds} seeds',
    zh: '八步之前的比特，梯度回溯两步：{seeds} 个种子的平均',
  },
  farWhole: {
    en: 'The bit eight steps ago, gradients of thirty-two steps: mean of {seeds} seeds',
    zh: '八步之前的比特，梯度回溯三十二步：{seeds} 个种子的平均',
  },
  regularization: {
    en: 'The truncated gradient favours what is near, and learns what is far only in part. That is a bias, and often a welcome one: d2l speaks of a slight regularization, towards a simpler and more stable model that looks at short-term influence. Where the far part matters, it is a fault. What full, truncated and randomized gradients cost and get wrong is measured on [the next page](bptt.html).',
    zh: '截断的梯度偏向近处，远处只学到一部分。这是一种偏差，往往还是受欢迎的偏差：《动手学深度学习》称之为轻度正则化，模型因而更简单、更稳定，侧重短期影响。远处的部分重要时，它就是缺陷。完整、截断与随机截断的梯度各自的代价和误差，见[下一页](bptt.html)。',
  },
});
