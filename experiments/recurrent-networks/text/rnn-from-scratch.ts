import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'A recurrent network from scratch', zh: '循环神经网络的从零开始实现' },
  question: {
    en: 'How much code does it take for a network to learn to write by reading, letter after letter?',
    zh: '让网络一个字母一个字母地读，直到学会写，需要多少代码？',
  },
  idea: {
    en: 'A language model should use everything that it has read, not only the last few tokens. A recurrent network keeps a *hidden state* $H_t$: at each step it mixes the new character into the state of the step before, with the same weights at every step, and predicts the next character from the result. However long the text, the number of parameters stays the same.\n\nHere it is written from tensors alone, as in the book: vectors for characters, five parameters, one line for the step. It learns the first 10,000 characters of The Time Machine, reading them in order (*sequential* sampling, where the state goes on from batch to batch) or in shuffled pieces (*random* sampling, where it starts from zero each time).',
    zh: '语言模型应当利用读过的全部内容，而不仅仅是最近的几个词元。循环神经网络保存一个*隐状态* $H_t$：在每个时间步，它把新字符与上一步的隐状态混合，各时间步使用同一组权重，再由结果预测下一个字符。无论文本多长，参数的个数都不变。\n\n这里与书中一样只用张量来写：字符的向量、五个参数、一行更新公式。它学习《时间机器》的前 10,000 个字符，读法有两种：*顺序分区*，隐状态从一个小批量延续到下一个；*随机采样*，文本片段被打乱，每次都从零状态开始。',
  },
  unrolledCaption: {
    en: 'The network unrolled over “time”: each letter goes in together with the state that the letters before it left, and what should come out is the next letter. All boxes are the same network, with the same weights.',
    zh: '在“time”这个词上按时间步展开的网络：每个字母与之前的字母留下的隐状态一起输入，应当输出的是下一个字母。所有方框是同一个网络，权重相同。',
  },
  vocabulary: {
    en: 'Tokens: 26 letters, the space, and the unknown token (published: 28)',
    zh: '词元：26 个字母、空格和未知词元（书中为 28）',
  },
  modelHeading: { en: 'The model', zh: '模型' },
  oneHot: {
    en: 'A token is a number, but its size means nothing: it becomes a vector with a single one (*one-hot*), so that $X_t W_{xh}$ picks one row of the weights. A batch of $N$ sequences of $T$ characters is a tensor $[T, N, V]$, so that the loop runs over its first axis.',
    zh: '词元是一个编号，但编号的大小没有意义，所以用只有一个 1 的向量表示它（*独热编码*），于是 $X_t W_{xh}$ 就是取出权重的一行。$N$ 个长度为 $T$ 的序列组成形状为 $[T, N, V]$ 的张量，循环沿第一个轴进行。',
  },
  shapes: {
    en: 'Shapes: T = 35 steps, N = 32 sequences, V tokens, H hidden units',
    zh: '形状：时间步数 T = 35，批量 N = 32，词元数 V，隐藏单元数 H',
  },
  scoresShape: { en: 'Shape of the scores of one batch', zh: '一个小批量的输出形状' },
  perplexityIs: {
    en: '*Perplexity* measures the model: the exponential of the mean cross-entropy, that is, the number of characters between which it still hesitates, on average. Before training all are nearly equally likely, so it is the size of the vocabulary.',
    zh: '用*困惑度*来衡量：平均交叉熵的指数，也就是模型平均还在多少个字符之间犹豫。训练之前各字符的概率几乎相等，因此困惑度就是词表的大小。',
  },
  untrained: { en: 'Perplexity before training (uniform: 28)', zh: '训练前的困惑度（均匀分布为 28）' },
  sameStates: {
    en: 'The library’s `Recurrent(RNN)` with the same weights: largest relative difference of the hidden states',
    zh: '库中的 `Recurrent(RNN)` 使用同样的权重：隐状态的最大相对误差',
  },
  sameGradients: {
    en: 'The same, for the gradients of all weights and of the initial state',
    zh: '同上：全部权重与初始隐状态的梯度的最大相对误差',
  },
  requiresGradHeading: { en: 'What is to be learned', zh: '哪些张量需要学习' },
  requiresGrad: {
    en: 'A tensor is a constant by default: what is computed with it leaves no trace, and there is no gradient for it. `requiresGrad = true` (in PyTorch `requires_grad_(True)`) says that this one is a *parameter*. From then on every operation it takes part in is noted down on a tape, and `loss.backward()` walks that tape back and leaves in `parameter.grad` how much the loss changes with each of its numbers. Forget the line, and the training runs without an error and learns nothing.',
    zh: '张量默认是常量：用它做的计算不留痕迹，也没有它的梯度。`requiresGrad = true`（PyTorch 中是 `requires_grad_(True)`）声明它是一个*参数*。从此它参与的每个运算都会记在“磁带”（计算图）上，`loss.backward()` 沿着记录往回走，把损失对它每个数的变化率留在 `parameter.grad` 里。忘了这一行，训练照样运行，不报任何错误，却什么也学不到。',
  },
  requiresGradShown: {
    en: 'A product of a constant and a parameter, summed and followed back',
    zh: '常量与参数相乘、求和，再反向传播之后',
  },
  onlyParameters: {
    en: 'Is there a gradient? Of the constant, of the parameter',
    zh: '有没有梯度？常量，参数',
  },
  clippingCode: {
    en: 'In code this is two functions of a few lines, `clipGradients` and `sgd`: all gradients are one long vector, so their squares are summed over *all* parameters before the root is taken, and all are multiplied by the same number.',
    zh: '写成代码是两个只有几行的函数 `clipGradients` 和 `sgd`：全部梯度合起来看作一个长向量，所以要先把*所有*参数的梯度平方加在一起再开方，然后全都乘以同一个数。',
  },
  sameNorm: {
    en: 'The norm of random gradients, over that of the library’s `clipGradNorm`',
    zh: '随机梯度的范数，与库中 `clipGradNorm` 的结果之比',
  },
  sameClipping: {
    en: 'The clipped gradients, against the library’s: largest difference',
    zh: '裁剪后的梯度与库的结果：最大差别',
  },
  trainHeading: { en: 'Training, with clipped gradients', zh: '训练与梯度裁剪' },
  clipping: {
    en: 'A gradient that comes back through 35 steps is a product of 35 matrices, and can be huge. One such step with learning rate 1 can throw the weights far away. *Clipping* scales the whole gradient down to norm $\\theta$ where its norm is larger; its direction stays the same. Between batches the state is detached: the gradient ends at the border of the batch.',
    zh: '穿过 35 个时间步传回来的梯度是 35 个矩阵的乘积，可能非常大。在学习率为 1 时，这样的一步就可能毁掉全部权重。*梯度裁剪*在梯度过长时把它整体缩短到长度 $\\theta$，方向不变。相邻小批量之间要把隐状态从计算图中分离：梯度在小批量的边界处截断。',
  },
  sequentialCheck: {
    en: 'Sequential sampling: perplexity, median of the last {last} epochs (PyTorch: 1.03)',
    zh: '顺序分区：最后 {last} 轮困惑度的中位数（PyTorch 为 1.03）',
  },
  randomCheck: {
    en: 'Random sampling: perplexity, median of the last {last} epochs (PyTorch: 1.51)',
    zh: '随机采样：最后 {last} 轮困惑度的中位数（PyTorch 为 1.51）',
  },
  freeHeading: { en: 'Without clipping', zh: '不裁剪会怎样' },
  free: {
    en: 'The weights of the book start small (deviation 0.01), and a gradient with a norm above 1 comes late; whether the training then survives without clipping is luck. Layers of libraries usually start larger, weights and biases uniform in $\\pm 1/\\sqrt{H}$. From such starts, with learning rate 1 and without clipping, it depends on the width of the network how many of {starts} trainings diverge within {epochs} epochs: {wide} with 512 hidden units, {narrow} with the 256 of the other pages. Clipped, the training goes on from the same weights.',
    zh: '书中的初始权重很小（标准差 0.01），范数超过 1 的梯度出现得很晚；那时不做裁剪，训练能否继续全凭运气。各种库的循环层通常用更大的初始值，在 $\\pm 1/\\sqrt{H}$ 之间均匀分布。这时取学习率 1、不做裁剪，{starts} 次训练中有多少次在 {epochs} 轮之内发散，取决于网络的宽度：512 个隐藏单元时 {wide} 次，其他各页所用的 256 个单元时 {narrow} 次。加上裁剪，从同样的初始值出发，训练就能继续下去。',
  },
  freeCheck: {
    en: 'Not clipped: the highest perplexity of them all, where it was given up (PyTorch after 100 epochs: 5e21)',
    zh: '不裁剪：其中最高的困惑度，到此停止（PyTorch 在 100 轮后为 5e21）',
  },
  freeCount: {
    en: 'Not clipped, 512 hidden units: how many of {starts} trainings, each from other weights, diverge within a few epochs',
    zh: '不裁剪，512 个隐藏单元：从不同的初始权重出发的 {starts} 次训练中，几轮之内发散的次数',
  },
  tamedCheck: {
    en: 'Clipped, from the first of these starts: perplexity after {epochs} epochs (uniform: 28)',
    zh: '裁剪，使用其中第一组初始值：{epochs} 轮之后的困惑度（均匀分布为 28）',
  },
  freeCaption: {
    en: 'The loss of each batch, from initial weights uniform in ±1/√H. A training ends where its loss is more than ten times that of guessing.',
    zh: '每个小批量的损失，初始权重在 ±1/√H 之间均匀分布。损失超过瞎猜的十倍时，训练到此停止。',
  },
  perplexityCaption: {
    en: 'Perplexity in each epoch of the training, on a log axis. Dotted: guessing evenly among all characters. A peak is a step that went wrong.',
    zh: '训练中每一轮的困惑度（对数坐标）。点线：在全部字符中均匀地猜。尖峰是走错的一步。',
  },
  byHeart: {
    en: 'What it says, below, shows how it learns: first the most frequent words, again and again, then spelling, at last the text by heart. Sequential sampling ends at a perplexity of {end}.',
    zh: '从下面它说的话可以看出学习的过程：先是反复出现的常见词，再是拼写，最后把这段文字背了下来。顺序分区最终的困惑度为 {end}。',
  },
  randomHigher: {
    en: 'Random sampling ends higher than sequential, at {end}: each piece starts without a past.',
    zh: '随机采样的结果比顺序分区高，为 {end}：每个片段都没有上文。',
  },
  uniform: { en: 'uniform', zh: '均匀分布' },
  sequential: { en: 'sequential', zh: '顺序分区' },
  random: { en: 'random', zh: '随机采样' },
  unclipped: { en: 'not clipped', zh: '不裁剪' },
  clipped: { en: 'clipped', zh: '裁剪' },
  said: {
    en: 'To predict, the network first reads a prefix without being asked anything (the *warm-up*: only the state changes). Then its most probable character becomes its next input, fifty times.',
    zh: '预测时，网络先读完前缀，不输出任何内容（*预热期*：只更新隐状态）；之后把概率最大的字符作为下一个输入，如此重复五十次。',
  },
  saidLabel: {
    en: 'Epoch, perplexity, and what it says after “time traveller” and “traveller” (sequential sampling)',
    zh: '轮数、困惑度，以及在前缀“time traveller”和“traveller”之后的输出（顺序分区）',
  },
  normCaption: {
    en: 'The norm of the gradient of each batch before it is clipped (sequential sampling). Above the dotted line it is scaled down to θ.',
    zh: '每个小批量裁剪之前的梯度范数（顺序分区）。超过点线的都被缩短到 θ。',
  },
  longSteps: {
    en: 'In the tenth of the training with the longest gradients {share} of them have a norm above 1.',
    zh: '在梯度最长的那十分之一训练过程中，{share} 的梯度范数超过 1。',
  },
  placeHeading: { en: 'What the state is worth', zh: '隐状态有多大用处' },
  placeCaption: {
    en: 'Perplexity of the trained networks at each place of a window of 35 characters. In random sampling the first characters have to be guessed without a past; in sequential sampling the state comes from the batch before.',
    zh: '训练好的网络在 35 个字符的窗口中各个位置上的困惑度。随机采样时，开头的几个字符没有上文可依；顺序分区时，隐状态来自前一个小批量。',
  },
  placeFound: {
    en: 'After random sampling the perplexity at the first place of a window is {first} times that at the last, at the eleventh only {tenth} times: ten characters on, the state has found its place in the text.',
    zh: '随机采样之后，窗口第一个位置的困惑度是最后一个位置的 {first} 倍，第十一个位置只有 {tenth} 倍：十个字符之后，隐状态就找到了自己在文中的位置。',
  },
  place: { en: 'place in the window', zh: '窗口中的位置' },
});
