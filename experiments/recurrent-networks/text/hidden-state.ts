import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Without and with a hidden state', zh: '无隐状态与有隐状态的神经网络' },
  question: {
    en: 'A perceptron forgets each example as soon as it has seen it. What must be added so that it remembers?',
    zh: '感知机看完一个样本就忘。要让它记住，需要加上什么？',
  },
  idea: {
    en: 'A multilayer perceptron looks at one example and answers; it knows nothing of the examples before. That is right where examples do not depend on each other (*independent and identically distributed*), and wrong for a text, a sound, a price: there the order is most of what there is to know. A recurrent network differs from the perceptron by one term. It adds what it computed at the step before, and so has a *hidden state* $\\mathbf H_t$ that stands for all that it has read.',
    zh: '多层感知机看一个样本，给出一个回答，对之前的样本一无所知。样本互不依赖（*独立同分布*）时，这没有问题；对于文本、声音、价格则不行：在那里，次序本身就是最重要的信息。循环神经网络与感知机只差一项：它加上了自己在前一个时间步算出的结果，于是有了*隐状态* $\\mathbf H_t$，代表读过的全部内容。',
  },
  orderHeading: { en: 'Does the order matter?', zh: '次序重要吗？' },
  order: {
    en: 'A noisy sine: neighbours have a correlation of {inOrder}. Shuffle the same thousand values, and it is {outOfOrder}. Nothing else has changed, neither mean nor deviation nor any single value; what a model could have learned was in the order.',
    zh: '带噪声的正弦曲线：相邻两值的相关系数为 {inOrder}。把同样的一千个值打乱，相关系数变成 {outOfOrder}。均值、标准差和每一个值都没有变；模型本来能学到的东西，全在次序之中。',
  },
  neighbours: { en: 'Correlation of neighbours, in order', zh: '相邻两值的相关系数，原来的次序' },
  shuffled: { en: 'Correlation of neighbours, shuffled', zh: '相邻两值的相关系数，打乱之后' },
  withoutHeading: { en: 'Without a hidden state', zh: '无隐状态' },
  without: {
    en: 'A minibatch $\\mathbf X$ of $n$ examples with $d$ inputs each, [n, d]; a hidden layer of $h$ units with the activation function $\\phi$; an output of $q$ numbers. (The code says N, D, H.)',
    zh: '小批量 $\\mathbf X$ 有 $n$ 个样本，每个 $d$ 个输入，形状为 [n, d]；隐藏层有 $h$ 个单元，激活函数为 $\\phi$；输出 $q$ 个数。（代码里写作 N、D、H。）',
  },
  withoutCaption: {
    en: 'Three examples through the same weights: no arrow leads from one to another.',
    zh: '三个样本经过同样的权重：彼此之间没有箭头。',
  },
  withHeading: { en: 'With a hidden state', zh: '有隐状态' },
  with: {
    en: 'The one new term is $\\mathbf H_{t-1} \\mathbf W_{hh}$. The weights are the same at every step; the output layer sees the hidden state alone.',
    zh: '唯一的新项是 $\\mathbf H_{t-1} \\mathbf W_{hh}$。各时间步的权重相同；输出层只用到隐状态。',
  },
  withCaption: {
    en: 'The same three inputs as a sequence, unrolled in time: an arrow leads from each step to the next.',
    zh: '同样三个输入作为序列，按时间步展开：每一步都有箭头指向下一步。',
  },
  shapes: {
    en: 'Shapes: N = 3 examples, D = 4 inputs, H = 5 hidden units, Q = 2 outputs',
    zh: '形状：N = 3 个样本，D = 4 个输入，H = 5 个隐藏单元，Q = 2 个输出',
  },
  noPast: {
    en: 'With $\\mathbf H_{t-1} = 0$ the step is the perceptron: largest difference',
    zh: '$\\mathbf H_{t-1} = 0$ 时，这一步就是感知机：最大差',
  },
  past: { en: 'With another past it is not: largest difference', zh: '有了别的过去就不同了：最大差' },
  sameSize: {
    en: 'Parameters of an RNN that has read 1000 steps: $dh + h^2 + h$',
    zh: '读过 1000 步的循环神经网络的参数个数：$dh + h^2 + h$',
  },
  size: {
    en: 'After ten steps or a thousand it has {parameters} parameters in its recurrent part: what grows with the text is the work, not the network.',
    zh: '无论读十步还是一千步，循环部分都是 {parameters} 个参数：随文本增长的是计算量，而不是网络。',
  },
  concatHeading: { en: 'One dense layer over both', zh: '拼接之后就是一个全连接层' },
  concat: {
    en: 'Two products and a sum are one product: put the input and the old state side by side, the two matrices above each other. So a step is a dense layer with an activation function, whose input is “now” beside “until now”.',
    zh: '两次乘法再相加，等于一次乘法：把输入与旧的隐状态左右拼接，把两个矩阵上下拼接。所以一个时间步就是一个带激活函数的全连接层，输入是“现在”加上“到目前为止”。',
  },
  sameProduct: { en: 'Both ways: largest difference', zh: '两种算法：最大差' },
  concatShapes: { en: 'Shapes of the parts', zh: '各部分的形状' },
  machineHeading: { en: 'A program, not a function', zh: '是程序，而不是函数' },
  machine: {
    en: 'A perceptron is a function: the same input, the same answer. A recurrent network is a *state machine*: its answer depends on where it is. Here is the smallest that is worth its name. It reads bits and says whether the number of ones so far is odd, which no function of the last bit can. Two ReLU units are enough, with weights set by hand; $p_t$ is the answer after step $t$, 1 for an odd number of ones and 0 for an even one:',
    zh: '感知机是函数：同样的输入，同样的回答。循环神经网络是*状态机*：它的回答取决于它处在哪个状态。这里是名副其实的最小例子：逐个读入比特，说出到目前为止 1 的个数是不是奇数；只看最后一位的函数做不到。两个 ReLU 单元就够了，权重由手工设定；$p_t$ 是第 $t$ 步之后的回答，1 的个数为奇数时是 1，为偶数时是 0：',
  },
  machineCaption: {
    en: 'Two states, even ($p = 0$) and odd ($p = 1$); a one changes between them, a zero leaves all as it is.',
    zh: '两个状态：偶数（$p = 0$）与奇数（$p = 1$）。读到 1 就互相转换，读到 0 则保持不变。',
  },
  parity: {
    en: 'Answers that are right after each step of all 256 sequences of eight bits (of 2048)',
    zh: '全部 256 个八位序列，每一步之后正确的回答数（共 2048 个）',
  },
  step: { en: 'step', zh: '时间步' },
  program: {
    en: 'Read the row of x beside that of p: the same input, 1, is answered by 1 at one place and by 0 at another. In this sense a recurrent network learns programs; what training has to find are the states and what moves between them.',
    zh: '对照 x 与 p 两行：同样的输入 1，有时回答 1，有时回答 0。在这个意义上，循环神经网络学习的是程序；训练要找到的，是有哪些状态，以及怎样在它们之间移动。',
  },
  seedHeading: { en: 'The first state is like a seed', zh: '初始状态就像一颗种子' },
  seed: {
    en: 'A network that reads its own output goes on from its state alone. The state that it starts from then decides everything that follows, as the seed of a random generator does. The same untrained network, from eight initial states $\\mathbf h_0$:',
    zh: '读自己输出的网络，完全由自己的状态往下走。于是初始状态决定了之后的一切，就像随机数发生器的种子。同一个未经训练的网络，从八个不同的初始状态 $\\mathbf h_0$ 出发：',
  },
  generated: {
    en: 'What it says, its most probable letter fed back each time',
    zh: '它说的话：每次把概率最大的字母作为下一个输入',
  },
  otherStart: { en: 'Different texts from eight initial states', zh: '八个初始状态给出的不同文本数' },
  sameStart: {
    en: 'The same initial states once more: texts that are the same',
    zh: '同样的初始状态再来一次：相同的文本数',
  },
});
