import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Counting ones with two numbers', zh: '只用两个参数数出 1 的个数' },
  question: {
    en: 'Two numbers are to be learned, and the right answer is known. What can go wrong?',
    zh: '只要学两个数，正确答案也已知。还有什么会出错？',
  },
  idea: {
    en: 'The smallest recurrent network there is has one state, one input weight $U$ and one recurrent weight $W$, and no activation function. It reads zeros and ones, and should end with their sum. With $U = W = 1$ it does: each one is added, and the state is carried on unchanged. Everything about training a recurrent network can be seen here with a pencil: how the gradient goes back through time, why its size depends on powers of $W$, what a single example teaches, and how training ends when the gradient explodes.',
    zh: '最小的循环神经网络只有一个状态、一个输入权重 $U$ 和一个循环权重 $W$，没有激活函数。它逐个读入 0 和 1，最后的状态应当等于 1 的个数。取 $U = W = 1$ 就能做到：遇到 1 便加上，状态原样传下去。训练循环神经网络的要点，在这里用一支笔就能看清：梯度怎样通过时间反向传播，它的大小为什么取决于 $W$ 的幂，单个样本能教会什么，以及梯度爆炸时训练怎样终结。',
  },
  networkCaption: {
    en: 'The whole network: each digit is multiplied by $U$ and added to the state, which is multiplied by $W$ on its way to the next step.',
    zh: '整个网络：每个数字乘以 $U$ 加到状态上，状态传到下一步时乘以 $W$。',
  },
  byHand: {
    en: 'Going backwards, the chain rule gives the derivative with respect to each state from that of the next, and each step adds its share to the gradients of the two weights:',
    zh: '反向传播时，由链式法则从后一个状态的导数得到前一个状态的导数，每个时间步再把自己的一份累加到两个权重的梯度上：',
  },
  library: {
    en: 'Gradient by hand against that of the library’s Recurrent(RNNIdentity): relative difference',
    zh: '手工推导的梯度与本库 Recurrent(RNNIdentity) 的梯度之间的相对误差',
  },
  oneHeading: { en: 'One example', zh: '只用一个样本' },
  one: {
    en: 'The only example is $(0,0,0,0,1,0,1,0,1,0)$ with target 3. From $U = -2$, $W = 0$, plain gradient descent with learning rate 0.0005 runs for 150 epochs.',
    zh: '唯一的样本是 $(0,0,0,0,1,0,1,0,1,0)$，标签为 3。从 $U = -2$、$W = 0$ 出发，用学习率 0.0005 的梯度下降训练 150 轮。',
  },
  endU: { en: 'U after 150 epochs (NumPy, float64: −2.08869)', zh: '150 轮后的 U（NumPy float64：−2.08869）' },
  endW: { en: 'W after 150 epochs (NumPy, float64: −0.75294)', zh: '150 轮后的 W（NumPy float64：−0.75294）' },
  output: {
    en: 'Output in the last epoch (NumPy, float64: 2.96695)',
    zh: '最后一轮的输出（NumPy float64：2.96695）',
  },
  lastLoss: { en: 'Loss in the last epoch (NumPy, float64: 0.00109)', zh: '最后一轮的损失（NumPy float64：0.00109）' },
  perfect: { en: 'Loss of this example at U = W = 1', zh: '该样本在 U = W = 1 处的损失' },
  lossCaption: {
    en: 'The loss falls by nearly four orders of magnitude. On a log axis it is slow at first and then fast: for most of the way the weights move at a nearly steady pace (next picture), and the loss is the square of the error that is left.',
    zh: '损失下降了约四个数量级。在对数坐标上先慢后快：大部分路程上，权重移动的快慢变化不大（见下一幅图），而损失是剩余误差的平方。',
  },
  gradientCaption: {
    en: 'The gradients of both weights in each epoch.',
    zh: '每一轮中两个权重的梯度。',
  },
  gradientsEnd: {
    en: 'Length of the gradient in the last epoch, as a share of that in the first',
    zh: '最后一轮的梯度长度与第一轮之比',
  },
  gradient: { en: 'gradient', zh: '梯度' },
  many: {
    en: 'The output is almost 3, yet the network has not learned to count. One example is one equation, and two unknowns have a whole curve of solutions:',
    zh: '输出几乎等于 3，但网络并没有学会计数。一个样本只是一个方程，而两个未知数有整整一条曲线的解：',
  },
  surfaceCaption: {
    en: 'The error surface: the stronger the blue, the larger the loss (on a log scale). Every point of the two valleys without colour solves this example. Training (orange) starts at $U = -2$, $W = 0$ and runs into the nearer one; $U = W = 1$, the one that counts, lies in the other.',
    zh: '误差曲面：蓝色越浓，损失越大（对数刻度）。两条没有着色的山谷中，每一点都能解这个样本。训练（橙色）从 $U = -2$、$W = 0$ 出发，落入较近的那条；真正会计数的 $U = W = 1$ 在另一条谷里。',
  },
  found: { en: 'found', zh: '训练得到的解' },
  longHeading: { en: 'Forty steps', zh: '四十步' },
  nanAt: {
    en: 'Length 40, target 12: the epoch, counted from 0, whose update makes U and W NaN (NumPy: 26; the book: about 23, where the jump begins)',
    zh: '长度 40、标签 12：使 U 和 W 变为 NaN 的那一轮，从 0 数起（NumPy：26；书中说约为 23，即跳变开始之处）',
  },
  explodes: { en: 'Loss one epoch before that', zh: '在此前一轮的损失' },
  cliff: {
    en: 'The same sequence four times in a row has twelve ones. Now the output holds powers of $W$ up to the 35th. As long as $|W| < 1$ all is calm; once it passes 1, the surface rises like a wall. At epoch 24 the weight is {before}; that one gradient throws it to {after}, and from there everything overflows.',
    zh: '把同一序列连接四次，就有十二个 1。此时输出中含有 $W$ 直到 35 次的幂。只要 $|W| < 1$，一切平静；一旦越过 1，曲面就像一堵墙一样升起。第 24 轮时权重为 {before}，仅仅这一次梯度就把它抛到 {after}，此后所有数值全部溢出。',
  },
  size: { en: 'size (log scale)', zh: '大小（对数刻度）' },
  cliffCaption: {
    en: 'Length 40 without clipping: nothing warns for 23 epochs; then loss and weights leave the range of floating point within three.',
    zh: '长度 40、不做裁剪：前 23 轮毫无征兆，之后三轮之内损失和权重就超出了浮点数的范围。',
  },
  clipHeading: { en: 'The same with clipping', zh: '加上梯度裁剪' },
  clipped: {
    en: 'Length 40, clipped at θ = {limit}: mean loss of the last 100 of 3000 epochs (at the start 144); it ends at U = {u}, W = {w}',
    zh: '长度 40，裁剪阈值 θ = {limit}：3000 轮中最后 100 轮的平均损失（开始时为 144）；终点 U = {u}，W = {w}',
  },
  clipCaption: {
    en: 'The loss, as means over 20 epochs. Gradients with a norm above θ are scaled down to θ and keep their direction. No step can throw the weights far away any more, and the network learns. With a small θ it gets there late but close; with a large one early but roughly: it jumps back and forth across the valley.',
    zh: '损失曲线（每 20 轮取平均）。长于 θ 的梯度被缩短到 θ，方向不变。再没有哪一步会被抛到远处，网络也就能学下去。θ 小时到得晚但更准；θ 大时到得早却粗糙：在谷的两侧来回跳动。',
  },
  manyHeading: { en: 'Many examples', zh: '许多样本' },
  manySequences: {
    en: 'What does it take to learn counting? More equations. Each step now draws 20 new random sequences of 1 to 10 digits, with their sums as targets (learning rate 0.005, θ = 10). Only one place solves them all.',
    zh: '怎样才能真正学会计数？需要更多的方程。现在每一步都新抽取 20 个长度为 1 到 10 的随机序列，以各自的和为标签（学习率 0.005，θ = 10）。能同时满足它们的地方只有一处。',
  },
  findsOne: {
    en: 'Trained on many sequences, seed {seed}: distance of U and W from 1',
    zh: '在许多序列上训练，种子 {seed}：U 和 W 与 1 的距离',
  },
  manyCaption: {
    en: 'The error surface of 50 random sequences together, and the paths of training with several seeds. The valleys of single examples have become one point.',
    zh: '50 个随机序列合在一起的误差曲面，以及不同种子下训练的路径。各个样本的山谷汇成了一个点。',
  },
});
