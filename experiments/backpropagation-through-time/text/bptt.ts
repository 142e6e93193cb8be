import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Backpropagation through time, and its shortcuts', zh: '通过时间反向传播及其截断' },
  question: {
    en: 'The gradient over a thousand steps is dear. What is lost if one stops early?',
    zh: '一千步的梯度代价高昂。提前停下来，会损失什么？',
  },
  idea: {
    en: 'Unroll a recurrent network over its time steps and it becomes a deep network with one layer for each step, all with the same weights. Backpropagation then needs nothing new: it runs from the last step to the first and adds up what each step contributes. But it must keep all steps in memory and walk back through all of them. Two shortcuts exist. *Truncation* stops after $k$ steps: cheap, deterministic, and wrong by whatever lies further back. *Randomized truncation* stops at a random step and makes up for it by larger weights: right on average, but each individual gradient is noisy. Here all three are computed on a small network, and what each of them costs and gets wrong is measured.',
    zh: '把循环神经网络按时间步展开，就得到一个深层网络：每个时间步一层，各层共用同一组权重。反向传播无需任何新东西：从最后一步走到第一步，把每一步的贡献加起来。代价是必须保存所有时间步，并逐一走完。有两条捷径。*截断*：回溯 $k$ 步就停，便宜、结果确定，但少了更早的部分，因此有偏。*随机截断*：在随机的一步停下，并放大权重来补偿，平均而言是对的，但每一次的梯度都带有噪声。这里在一个小网络上把三者都算出来，量一量各自的代价和误差。',
  },
  cutCaption: {
    en: 'A gradient truncated after three steps: the state goes on from the first step to the last (solid arrows); the gradient (orange, dashed) comes back to the bar, and no further.',
    zh: '在三步之后截断的梯度：隐状态从第一步一直传到最后一步（实线箭头）；梯度（橙色虚线）往回走到横杠为止。',
  },
  sum: {
    en: 'The gradient is a sum over the past: the term $j$ says how the weights acted $j$ steps ago, carried to the end by a product of $j$ Jacobians. How large are these terms? The network has 2 inputs, 8 tanh units and 64 steps; its recurrent matrix is 0.95 times an orthogonal one, and the loss is $\\frac{1}{2}\\lVert h_{64} \\rVert^2$.',
    zh: '梯度是对过去求和：第 $j$ 项是权重在 $j$ 步之前的作用，经由 $j$ 个雅可比矩阵的乘积传到末尾。这些项有多大？网络有 2 个输入、8 个 tanh 单元、64 个时间步；循环权重矩阵是正交矩阵的 0.95 倍，损失为 $\\frac{1}{2}\\lVert h_{64} \\rVert^2$。',
  },
  stepsAgo: { en: 'steps ago, j', zh: '距末尾的步数 j' },
  termSize: { en: 'size of the term, relative to the gradient', zh: '该项的大小（相对于完整梯度）' },
  network: { en: 'network {seed}', zh: '网络 {seed}' },
  termsCaption: {
    en: 'What a step contributes to the gradient fades with its distance, by a nearly constant factor each step. Most of the gradient is in the last dozen steps: without the rest it is off by {rest} at most, and that is why truncation works at all.',
    zh: '一个时间步对梯度的贡献随距离衰减，每一步的衰减因子几乎不变。梯度的大部分来自最近的十二步：去掉更早的部分，误差至多为 {rest}。截断之所以可行，原因就在这里。',
  },
  lastDozen: {
    en: 'Without what lies more than twelve steps back: distance from the full gradient, relative to it (largest of the networks)',
    zh: '去掉十二步以前的部分：与完整梯度的相对距离（各网络中的最大值）',
  },
  truncatedHeading: { en: 'Truncated at k', zh: '在 k 步处截断' },
  truncated: {
    en: 'Truncation drops all terms from $j = k$ on. In code, the state of step $T - k$ is detached from the tape. The error is not noise: it is the same each time, and always leans towards the recent past.',
    zh: '截断丢掉从 $j = k$ 起的所有项。在代码中，就是把第 $T - k$ 步的状态从计算图中分离。这种误差不是噪声：每次都一样，而且总是偏向最近的过去。',
  },
  truncatedBias: {
    en: 'Truncated at k = {k} is biased: distance from the full gradient, relative to it (network {seed})',
    zh: '在 k = {k} 处截断是有偏的：与完整梯度的相对距离（网络 {seed}）',
  },
  truncatedAll: {
    en: 'Truncated at k = {k}, the whole sequence, nothing is left out (network {seed})',
    zh: '在 k = {k}（整个序列）处截断，什么也没有丢掉（网络 {seed}）',
  },
  stream: {
    en: 'TruncatedBackpropagation of the library, step by step with 8 steps back, against k = 8 by hand: relative difference',
    zh: '本库的 TruncatedBackpropagation（逐步输入，回溯 8 步）与手工截断 k = 8 的相对误差',
  },
  randomHeading: { en: 'Truncated at random', zh: '随机截断' },
  random: {
    en: 'Each time the gradient is about to pass to the step before, it is stopped with probability $1 - p$; if it may pass, it is divided by $p$. The term $j$ survives with probability $p^j$ and then counts $p^{-j}$ times: its expectation is what it should be. On average it goes about $1/(1-p)$ steps back.',
    zh: '每当梯度要传到前一步时，以概率 $1 - p$ 停下；若放行，则除以 $p$。第 $j$ 项以概率 $p^j$ 保留下来，并放大 $p^{-j}$ 倍，因此期望恰好不变。平均回溯约 $1/(1-p)$ 步。',
  },
  randomized: { en: 'randomized', zh: '随机截断' },
  regular: { en: 'truncated, k = 8', zh: '常规截断，k = 8' },
  full: { en: 'full', zh: '完整' },
  truncated2: { en: 'truncated', zh: '截断' },
  cutsCaption: {
    en: 'Where gradients flow in a sequence of 32 steps with a loss at each: from right to left up to the next cut. Randomized truncation (p = 7/8) cuts at random places, sometimes late, sometimes early; regular truncation every 8 steps; the full gradient nowhere.',
    zh: '在每步都有损失的 32 步序列中，梯度从右向左流动，直到遇到断点。随机截断（p = 7/8）的断点位置随机，有早有晚；常规截断每 8 步断一次；完整梯度没有断点。',
  },
  unbiased: {
    en: 'Randomized, p = {p}, is unbiased: mean of {draws} draws along the full gradient is 1 within 3.3 standard errors (network {seed})',
    zh: '随机截断 p = {p} 是无偏的：{draws} 次抽样在完整梯度方向上的均值与 1 之差在 3.3 倍标准误之内（网络 {seed}）',
  },
  variance: {
    en: 'Randomized, p = {p}, has more variance than truncated, which has none: standard deviation relative to the gradient ({draws} draws)',
    zh: '随机截断 p = {p} 的方差大于常规截断（后者为零）：相对于梯度的标准差（{draws} 次抽样）',
  },
  cost: {
    en: 'Backward steps of p = {p}: mean of {draws} draws; theory (1 − p⁶⁴) / (1 − p)',
    zh: 'p = {p} 时的反向步数：{draws} 次抽样的均值；理论值 (1 − p⁶⁴) / (1 − p)',
  },
  draws: { en: 'draws', zh: '抽样次数' },
  share: { en: 'share of the full gradient', zh: '占完整梯度的比例' },
  meanCaption: {
    en: 'The mean of more and more randomized gradients (p = 7/8), with two standard errors to each side, along the direction of the full gradient. It settles at 1, the full gradient. The truncated one costs as many steps and stays where it is.',
    zh: '随机截断梯度（p = 7/8）的累积均值在完整梯度方向上的分量，阴影为上下各两倍标准误。它趋于 1，即完整梯度；常规截断花费同样的步数，却始终停在原处。',
  },
  truncatedAt: { en: 'truncated, k = {k}', zh: '截断，k = {k}' },
  randomizedAt: { en: 'randomized, p = {p}', zh: '随机截断，p = {p}' },
  stepsBack: { en: 'steps that this draw goes back', zh: '这次抽样回溯的步数' },
  drawsCaption: {
    en: 'The same draws one by one; a dot’s area is how many of them stopped there. Most stop early and are too small; those that get far are too large. Only the mean is right.',
    zh: '同一批抽样逐个来看，圆点的面积表示停在该处的次数。多数停得早，数值偏小；走得远的则偏大。只有平均值是对的。',
  },
  compareHeading: { en: 'Bias, variance, cost', zh: '偏差、方差与代价' },
  meanSteps: { en: 'steps of backward work (mean)', zh: '反向传播的步数（均值）' },
  relative: { en: 'relative to the full gradient', zh: '相对于完整梯度' },
  biasOf: { en: 'bias, {name}', zh: '{name}的偏差' },
  spreadOf: { en: 'deviation, {name}', zh: '{name}的标准差' },
  compareCaption: {
    en: 'At equal cost, the standard deviation of a randomized gradient is larger than the bias of the truncated one. What is left of its own bias (dashed) is the noise of a finite number of draws.',
    zh: '在相同代价下，随机截断梯度的标准差大于常规截断的偏差。它自身剩下的偏差（虚线）只是抽样次数有限带来的噪声。',
  },
  compare: {
    en: 'So which one? Randomized truncation buys the absence of bias with noise, and noise must be averaged away with more steps, or smaller ones. In practice plain truncation is what everybody uses: it is simple, it is predictable, and the terms that it drops are small, unless what must be learned lies further back than $k$ steps.',
    zh: '该选哪一个？随机截断用噪声换来无偏，而噪声要靠更多或更小的更新步来平均掉。实践中几乎人人都用常规截断：简单、稳定，丢掉的项也很小；除非要学的依赖关系比 $k$ 步更远。',
  },
  method: { en: 'gradient', zh: '梯度' },
  work: { en: 'backward steps', zh: '反向步数' },
  biasColumn: { en: 'bias', zh: '偏差' },
  spreadColumn: { en: 'standard deviation', zh: '标准差' },
  noise: { en: '0 (measured {value})', zh: '0（实测 {value}）' },
  totalError: {
    en: 'Deviation of randomized truncation over the bias of truncation, both at {k} steps: the noise outweighs the bias',
    zh: '同为 {k} 步时，随机截断的标准差与常规截断的偏差之比：噪声大于偏差',
  },
  fullCost: { en: 'Backward steps of the full gradient', zh: '完整梯度的反向步数' },
});
