// What the pages of the LSTM and the GRU from scratch have in common.
import { messages } from 'unrolled/reproduce';

const shared = messages({
  modelHeading: { en: 'The equations', zh: '方程' },
  parameterCount: {
    en: 'Number of parameters: for each gate and for the candidate weights [V, H] and [H, H] and a bias [H], then weights [H, V] and a bias [V] for the scores; V = {tokens}, H = {hidden}',
    zh: '参数个数：每个门和候选状态各有权重 [V, H]、[H, H] 和偏置 [H]，输出层有权重 [H, V] 和偏置 [V]；V = {tokens}，H = {hidden}',
  },
  layerHeading: { en: 'Beside the layer', zh: '与库中的层对照' },
  layer: {
    en: 'The library’s layer computes the same in another order. It keeps the weights of all gates side by side in one matrix, multiplies the inputs of all time steps before the loop begins, and runs the loop, forward and backward, inside one kernel. The two come to the same numbers by different ways, so each can test the other: the layer is given the weights of the network from tensors and the same initial state, drawn at random; both read one batch, and the loss of both is followed back through 35 time steps. Differences are relative to the largest value; 1e-7 is about what single precision can tell apart.',
    zh: '库中的层做同样的计算，但次序不同：它把各个门的权重并排放在一个矩阵里，在循环开始之前一次算完所有时间步的输入乘法，并在一个内核之内完成整个循环的前向与反向计算。两者殊途同归，因此可以互相检验：把上面网络的权重和同一个随机的初始状态交给库中的层，两者读同一个小批量，再让各自的损失沿 35 个时间步反向传播。表中是相对于最大值的误差；单精度浮点数能分辨的大约就是 1e-7。',
  },
  compared: { en: 'compared', zh: '比较的内容' },
  difference: { en: 'largest relative difference', zh: '最大相对误差' },
  hiddenStates: { en: 'hidden states of all time steps', zh: '所有时间步的隐状态' },
  gradientOf: { en: 'gradient of {name}', zh: '{name} 的梯度' },
  sameStates: {
    en: 'Hidden states: largest relative difference from the layer’s',
    zh: '隐状态：与库中的层的最大相对误差',
  },
  sameGradients: {
    en: 'Gradients of all weights and of the initial state: largest relative difference from the layer’s',
    zh: '全部权重与初始状态的梯度：与库中的层的最大相对误差',
  },
  trainHeading: { en: 'Training', zh: '训练' },
  train: {
    en: 'The task and the training loop are those of [rnn-from-scratch](rnn-from-scratch.html): the first 10,000 characters of The Time Machine, read in order in batches of 32 × 35, the state carried from batch to batch, SGD with learning rate 1, gradients clipped to a norm of 1. Here with {hidden} hidden units, {epochs} epochs, and weights that start uniform in $\\pm 1/\\sqrt{H}$. Nothing in the loop had to change: it knows only a step and a state.',
    zh: '任务和训练循环都与 [rnn-from-scratch](rnn-from-scratch.html) 相同：《时间机器》的前 10,000 个字符，顺序分区，小批量为 32 × 35，状态在小批量之间延续，使用学习率为 1 的 SGD，梯度裁剪到范数 1。这里有 {hidden} 个隐藏单元，训练 {epochs} 轮，权重的初始值在 $\\pm 1/\\sqrt{H}$ 之间均匀分布。循环本身一行都不用改：它只需要知道如何走一步、状态是什么。',
  },
  perplexityCheck: {
    en: 'Perplexity, median of the last {last} of {epochs} epochs (PyTorch’s layer after 500: {pytorch})',
    zh: '训练 {epochs} 轮，最后 {last} 轮困惑度的中位数（PyTorch 的层，500 轮：{pytorch}）',
  },
  curveCaption: {
    en: 'Perplexity in each epoch. The first stage ends when the network knows how frequent each character is (a perplexity of {frequencies}, dotted); what follows needs the state.',
    zh: '每一轮的困惑度。当网络掌握了各字符的频率时（困惑度为 {frequencies}，点线），第一阶段结束；此后的进步都要依靠状态。',
  },
  uniform: { en: 'uniform', zh: '均匀分布' },
  saidLabel: {
    en: 'Epoch, perplexity, and what the network says after “time traveller”',
    zh: '轮数、困惑度，以及网络在前缀“time traveller”之后的输出',
  },
  gatesHeading: { en: 'Gates learn to decide', zh: '门学会做决定' },
  gatesEnd: {
    en: 'After {epochs} epochs, open and closed: {shares}.',
    zh: '{epochs} 轮之后，打开与关闭的比例：{shares}。',
  },
  gates: {
    en: 'Small weights leave every gate half open: all are near 0.5 before training, and the network can neither keep nor refuse anything. What the training has to find are weights large enough to push gates to one side or the other at the right characters.',
    zh: '初始权重很小，所以训练之前每个门都半开着，取值在 0.5 附近，网络既保留不住什么，也拒绝不了什么。训练要找到的，是足够大的权重，能在恰当的字符处把门推向某一边。',
  },
  noneDecided: {
    en: 'Share of all gates that are open or closed before training',
    zh: '训练之前打开或关闭的门所占的比例',
  },
  frequencies: { en: 'frequencies', zh: '字符频率' },
  halfOpen: { en: 'Mean of all gates before training', zh: '训练之前所有门的平均值' },
  share: { en: 'share of all values', zh: '占全部取值的比例' },
  open: { en: 'open', zh: '打开' },
  closed: { en: 'closed', zh: '关闭' },
});

export default shared;
export type SharedKey = keyof typeof shared;
